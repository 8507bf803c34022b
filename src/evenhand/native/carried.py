"""What is gathered and sent: passwords of a log-in module, a machine's number, users, addresses.

Followed from call to call through the buffers of one function, and into functions that it calls.

Spec: machine-id(5); passwd(5); proc(5); pam_get_authtok(3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability, channel
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

TOLD = (
    (re.compile(r"/(?:etc|var/lib/dbus)/machine-id$|/sys/class/dmi/id/"), "its number"),
    (re.compile(r"/etc/(?:passwd|shadow|group)$"), "its users"),
    (re.compile(r"/proc/net/|/sys/class/net/"), "its addresses"),
    (re.compile(r"/etc/hostname$"), "its name"),
)
ASKED = {"gethostname": (0, "its name"), "uname": (0, "its name"),
         "getifaddrs": (0, "its addresses"), "pam_get_authtok": (2, "a password")}  # fmt: skip
PASSWORD = "a password"
STREAM = {"write": 0, "dprintf": 0, "__dprintf_chk": 0, "fprintf": 0, "__fprintf_chk": 0,
          "fputs": 1, "fwrite": 3}  # fmt: skip
SENDS = frozenset({"send", "sendto", "SSL_write"})
OPENS = frozenset(capability.words("fopen fopen64 open open64 openat"))
PASSES = capability.PASSES | OPENS | {"fdopen"}
APPENDS = frozenset(n for n in capability.BUILDS if "cat" in n)
STRENGTH = {True: 0.65, False: 0.6}  # of a password, of the rest
FEWEST = 2  # kinds of things that tell of a machine
DEEPEST = 2
SPECIFIER = re.compile(r"%[^%]")
Marks = dict[Value, frozenset[str]]
NONE = frozenset[str]()


class Sent(NamedTuple):
    """What was sent, by which function of a library, where."""

    kinds: frozenset[str]
    name: str
    at: int
    function: int


def find(program: Program) -> Iterator[Finding]:
    """What functions that gather something give away."""
    if program.functions.callers.keys().isdisjoint({"connect", *SENDS}):
        return
    for start in _gathering(program):
        where = program.follow(start)
        for sent in _follow(program, where, {}, 0) if where is not None else ():
            secret = PASSWORD in sent.kinds
            if secret or (len(sent.kinds) >= FEWEST and sent.kinds & {"its number", "its users"}):
                told = PASSWORD if secret else ", ".join(sorted(sent.kinds))
                kind = "password passed on" if secret else "machine told of"
                yield Finding(kind, sent.name, STRENGTH[secret], False,
                              f"gathered and sent by {sent.name}: {told}", sent.at,
                              sent.function)  # fmt: skip


def _gathering(program: Program) -> list[int]:
    """Functions that ask for something of this kind and lead to the network."""
    known = program.functions
    found = {start for name in ASKED for start, _ in known.callers.get(name, ())}
    for start, uses in known.addresses.items():
        if any(_named(program, ("a", at)) for _, at in uses):
            found.add(start)
    return sorted(s for s in found if "uses the network" in program.near.get(s, ()))


def _named(program: Program, value: Value) -> frozenset[str]:
    """What a text is the path of."""
    text = program.text(value) if value is not None and value[0] == "a" else None
    return frozenset({kind for pattern, kind in TOLD if text and pattern.match(text)})


def _follow(program: Program, where: Followed, marks: Marks, deep: int) -> Iterator[Sent]:
    rank = where.trace.flow.rank
    for call in sorted(where.trace.calls, key=lambda c: (rank[c.block], c.at)):
        name = where.names.get(call.at, "")
        given = [_marked(program, marks, a) for a in (*call.arguments, *_more(program, call, name))]
        kinds = NONE.union(*given)
        if name in ASKED:
            place, kind = ASKED[name]
            marks[call.arguments[place]] = frozenset({kind})
        elif kinds and (name in SENDS or name in STREAM) and _away(program, where, call, name):
            yield Sent(kinds, name, call.at, where.start)
        elif name:
            _on(call, name, kinds, marks)
        elif kinds and call.target >= 0:
            called = {c for _, c in program.functions.calls.get(call.target, ())}
            inner = program.follow(call.target) if deep < DEEPEST else None
            if not called.isdisjoint(OPENS):
                for one in call.arguments:
                    if one is not None and one[0] == "s" and one not in marks:
                        marks[one] = kinds - {PASSWORD}
            elif inner is not None:
                passed: Marks = {("arg", n): k for n, k in enumerate(given) if k}
                yield from _follow(program, inner, passed, deep + 1)


def _on(call: Call, name: str, kinds: frozenset[str], marks: Marks) -> None:
    """Where a function of a library puts what it was given."""
    copied = capability.COPIES.get(name)
    place = capability.BUILDS.get(name, capability.FILLS.get(name, copied[0] if copied else -1))
    if 0 <= place < len(call.arguments) and call.arguments[place] is not None:
        into = call.arguments[place]
        before = marks.get(into, NONE) if name in APPENDS else NONE
        marks[into] = before | kinds
    if name in PASSES and kinds:
        marks["call", call.at] = kinds


def _marked(program: Program, marks: Marks, value: Value, deep: int = 0) -> frozenset[str]:
    """What is in a value, or in the memory that it points to."""
    if value is None or deep > DEEPEST:
        return NONE
    known = marks.get(value[:2] if value[0] == "call" else value)
    if known:
        return known
    if value[0] == "load":
        return _marked(program, marks, value[1], deep + 1)
    if value[0] in ("phi", "op"):
        sides = value[2:4] if value[0] == "phi" or value[1] == "+" else ()
        return NONE.union(*(_marked(program, marks, v, deep + 1) for v in sides))
    return _named(program, value)


def _more(program: Program, call: Call, name: str) -> list[Value]:
    """Arguments on the stack, as many as a pattern asks for."""
    place = next((n for n, a in enumerate(call.arguments) if "%" in (program.text(a) or "")), -1)
    if place < 0 or not call.stack or not (name in capability.BUILDS or name in STREAM):
        return []
    asked = len(SPECIFIER.findall(program.text(call.arguments[place]) or ""))
    low = min(call.stack)
    beyond = asked - (len(call.arguments) - place - 1)
    return [call.stack.get(low + 8 * n) for n in range(beyond)]


def _away(program: Program, where: Followed, call: Call, name: str) -> bool:
    """True for what goes through a connection."""
    if name in SENDS:
        return True
    return channel.opened(program, where, call.arguments[STREAM[name]], 0) == {"connection"}
