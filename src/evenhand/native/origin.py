"""Where a value comes from: a socket, a file, a prompt, the command line, the environment.

Spec: none; through copies, one level of callers, and buffers that several calls share.
"""

from __future__ import annotations

from evenhand.native import capability
from evenhand.native.program import Followed, Program
from evenhand.native.values import Value

DEEPEST = 4


def of(program: Program, where: Followed, value: Value, deep: int = 0) -> str:
    """The function of a library that a value came in by, `argv`, or an empty text."""
    if value is None or deep > DEEPEST:
        return ""
    kind = value[0]
    if kind == "call":
        return _result(program, where, value, deep)
    if kind == "op":
        return of(program, where, value[2], deep + 1) or of(program, where, value[3], deep + 1)
    if kind in ("s", "a"):
        return _buffer(program, where, value, deep)
    if kind == "load":
        return _buffer(program, where, value[1], deep) or of(program, where, value[1], deep + 1)
    if kind == "arg":
        return _argument(program, where, value[1], deep)
    return ""


def _result(program: Program, where: Followed, value: Value, deep: int) -> str:
    """What a call gave back."""
    assert value is not None
    call = next((c for c in where.trace.calls if c.at == value[1]), None)
    name = where.names.get(value[1], "")
    if name in capability.GIVES:
        return name
    if call is None:
        return ""
    if name in capability.PASSES or name in capability.NUMBERS:
        return of(program, where, call.arguments[0], deep + 1)
    if name in capability.FILLS and capability.FILLS[name] == 0:
        return name
    if not name and call.target >= 0:
        for given in program.functions.calls.get(call.target, ()):
            if given[1] in capability.FILLS or given[1] in capability.GIVES:
                return str(given[1])
        return of(program, where, call.arguments[0], deep + 1)
    return ""


def _buffer(program: Program, where: Followed, value: Value, deep: int) -> str:
    """Who wrote into memory that lies at this address."""
    if value is None or value[0] not in ("s", "a", "arg", "load", "call", "op"):
        return ""
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        filled = capability.FILLS.get(name)
        if filled is not None and filled < len(call.arguments):
            given = call.arguments[filled:]
            if value in given[: len(given) if "scanf" in name else 1]:
                return name
        copied = capability.COPIES.get(name)
        if copied and call.arguments[copied[0]] == value:
            found = of(program, where, call.arguments[copied[1]], deep + 1)
            if found:
                return found
        if not name and call.target >= 0 and value in call.arguments:
            for _, callee in program.functions.calls.get(call.target, ()):
                if callee in capability.FILLS:
                    return str(callee)
    if value[0] == "a" and deep < 2:  # a buffer that functions share
        for start, uses in program.functions.addresses.items():
            if any(a == value[1] for _, a in uses) and start != where.start:
                for _, callee in program.functions.calls.get(start, ()):
                    if callee in capability.FILLS:
                        return str(callee)
    return ""


def _argument(program: Program, where: Followed, number: int, deep: int) -> str:
    """What callers give as this argument."""
    callers = program.functions.callers.get(where.start, [])
    if where.start == main(program):
        return "argv" if number == 1 else ""
    for caller, site in callers[:3]:
        there = program.follow(caller)
        if there is None or deep >= DEEPEST:
            continue
        call = next((c for c in there.trace.calls if c.at == site), None)
        if call is not None and number < len(call.arguments):
            found = of(program, there, call.arguments[number], deep + 2)
            if found:
                return found
    return ""


def main(program: Program) -> int:
    """Where `main` starts: what the entry gives to the C library; -1 where that is not seen."""
    if program.main is None:
        program.main = -1
        entry = program.functions.at(program.image.entry)
        there = program.follow(entry) if entry >= 0 else None
        for call in there.trace.calls if there else ():
            first = call.arguments[0]
            if first is not None and first[0] in ("a", "i") and first[1] != entry:
                program.main = int(first[1])
        for start, name in program.functions.names.items():
            if name == "main":
                program.main = start
    return program.main
