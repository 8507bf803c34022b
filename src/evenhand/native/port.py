"""Ports that a program listens on, where they are constants of it.

Spec: ip(7), ipv6(7), unix(7) (families and where the port lies); htons(3), getaddrinfo(3).
"""

from __future__ import annotations

from evenhand.native import gate
from evenhand.native.held import Value
from evenhand.native.outcome import leaves
from evenhand.native.program import Followed, Program

FAMILIES = (2, 10)  # AF_INET, AF_INET6
CALLERS, HIGHEST = 4, 0xFFFF


def ports(program: Program, where: Followed) -> list[int]:
    """The ports of a function that listens, those that its callers give it too."""
    found: set[int] = set()
    for call in where.trace.calls:
        name = where.names.get(call.at)
        if name == "htons":
            found |= _numbers(program, where, call.arguments[0])
        elif name == "getaddrinfo":
            text = program.text(call.arguments[1]) or ""
            found |= {int(text)} if text.isdecimal() and len(text) < 6 else set()
        elif name == "bind" and call.arguments[1] is not None and call.arguments[1][0] == "s":
            found |= _bound(program, where, call.stack, call.arguments[1][1])
    return sorted(n for n in found if 0 < n <= HIGHEST)


def _bound(program: Program, where: Followed, stack: dict[int, Value], start: int) -> set[int]:
    """The port of an address on the stack; what is no address of the Internet has none."""
    head, port = stack.get(start), stack.get(start + 2)
    if head is None or head[0] != "i" or head[1] & HIGHEST not in FAMILIES:
        return set()
    if port is None:  # written at once with its family, or not known
        return {_turned(head[1] >> 16)}
    if port[0] == "i":
        return {_turned(port[1])}
    given = (v for v in gate.roots(where, port) if v is not None and v[0] == "arg")
    return {n for v in given for n in _numbers(program, where, v)}


def _turned(number: int) -> int:
    """A number in the order of the network."""
    return (number & 0xFF) << 8 | number >> 8 & 0xFF


def _numbers(program: Program, where: Followed, value: Value) -> set[int]:
    found = {v[1] & HIGHEST for v in leaves(value) if v is not None and v[0] == "i"}
    if value is None or value[0] != "arg":
        return found
    for caller, site in program.functions.callers.get(where.start, [])[:CALLERS]:
        there = program.follow(caller)
        call = there.call(site) if there else None
        given = call.arguments[value[1]] if call and value[1] < len(call.arguments) else None
        found |= {v[1] & HIGHEST for v in leaves(given) if v is not None and v[0] == "i"}
    return found
