"""Where a value comes from: a socket, a file, a prompt, the command line, the environment.

Spec: none; through copies, one level of callers, and buffers that several calls share.
"""

from __future__ import annotations

from evenhand.native import capability
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

DEEPEST = 5
BUFFER_BYTES = 256  # how far behind its start a buffer is believed to go on


def of(program: Program, where: Followed, value: Value, use: int = -1, deep: int = 0) -> str:
    """The function of a library that a value came in by, `argv`, or an empty text.

    `use` is the block in which it is used: only what can come before it counts, where it is told.
    """
    if value is None or deep > DEEPEST:
        return ""
    kind = value[0]
    if kind == "call":
        return _result(program, where, value, deep)
    if kind == "op":
        return of(program, where, value[2], use, deep + 1) or of(
            program, where, value[3], use, deep + 1
        )
    if kind in ("s", "a"):
        return _buffer(program, where, value, use, deep)
    if kind == "load":
        return _buffer(program, where, value[1], use, deep) or of(
            program, where, value[1], use, deep + 1
        )
    if kind == "arg":
        return _buffer(program, where, value, use, deep) or _argument(
            program, where, value[1], deep
        )
    return ""


def _result(program: Program, where: Followed, value: Value, deep: int) -> str:
    """What a call gave back."""
    assert value is not None
    call = where.call(value[1])
    name = where.names.get(value[1], "")
    if name in capability.GIVES:
        return name
    if call is None:
        return ""
    if name in capability.PASSES or name in capability.NUMBERS:
        return of(program, where, call.arguments[0], call.block, deep + 1)
    if name in capability.FILLS and capability.FILLS[name] == 0:
        return name
    if not name and call.target >= 0:
        for _, callee in program.functions.calls.get(call.target, ()):
            if callee in capability.FILLS or callee in capability.GIVES:
                return str(callee)
        return of(program, where, call.arguments[0], call.block, deep + 1)
    return ""


def writers(where: Followed, value: Value, use: int) -> list[tuple[Call, str]]:
    """Calls that are given this memory, or the start of the buffer it lies in, the latest first."""
    if value is None:
        return []
    flow = where.trace.flow
    kind, base = value[0], value[2] if value[:2] == ("op", "+") else None
    counted = kind in ("s", "a")
    found = []
    for call in where.trace.calls:
        near = -1
        for given in call.arguments:
            if given is not None and ((counted and given[0] == kind) or given in (value, base)):
                near = max(near, _within(given, value))
        if near < 0:
            continue
        if use < 0 or call.block == use or flow.reach[call.block] >> use & 1:
            found.append((near, flow.rank[call.block], call.at, call))
    found.sort(key=lambda f: f[:3], reverse=True)
    return [(call, where.names.get(call.at, "")) for *_, call in found]


def _within(buffer: Value, value: Value) -> int:
    """How near a value lies behind the start of a buffer: more is nearer, -1 is not in it."""
    if buffer is None or value is None:
        return -1
    if buffer == value:
        return BUFFER_BYTES
    if buffer[0] == value[0] and value[0] in ("s", "a"):
        behind = value[1] - buffer[1]
        return BUFFER_BYTES - behind if 0 < behind < BUFFER_BYTES else -1
    if value[0] == "op" and value[1] == "+" and value[2] == buffer:
        return 1
    return -1


def _buffer(program: Program, where: Followed, value: Value, use: int, deep: int) -> str:
    """Who wrote into memory that lies at this address."""
    if value is None or value[0] not in ("s", "a", "arg", "load", "call", "op"):
        return ""
    for call, name in writers(where, value, use):
        if name in capability.BUILDS:
            return ""
        filled = capability.FILLS.get(name)
        if filled is not None and filled < len(call.arguments):
            given = call.arguments[filled:]
            if any(_within(g, value) >= 0 for g in given[: len(given) if "scanf" in name else 1]):
                return name
        copied = capability.COPIES.get(name)
        if copied and _within(call.arguments[copied[0]], value) >= 0:
            return of(program, where, call.arguments[copied[1]], call.block, deep + 1)
        if not name and call.target >= 0:
            if value == call.arguments[0] and _patterned(program, call):
                return ""  # a function of its own that puts texts together
            for _, callee in program.functions.calls.get(call.target, ()):
                if callee in capability.FILLS:
                    return str(callee)
    return _shared(program, where, value) if value[0] == "a" and deep < 2 else ""


def _patterned(program: Program, call: Call) -> bool:
    """True for a call that is given a pattern, as sprintf is."""
    return any("%" in (program.text(a) or "") for a in call.arguments[1:4])


def _shared(program: Program, where: Followed, value: Value) -> str:
    """Input that another function puts into a buffer that both know."""
    assert value is not None
    for start in program.sharing(value[1]):
        if start != where.start and start in program.filled:
            return program.filled[start]
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
        call = there.call(site)
        if call is not None and number < len(call.arguments):
            found = of(program, there, call.arguments[number], call.block, deep + 1)
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
            if first is not None and first[0] == "load" and first[1] and first[1][0] == "a":
                first = ("a", program.image.pointers.get(first[1][1], entry))
            if first is not None and first[0] in ("a", "i") and first[1] != entry:
                program.main = int(first[1])
        for start, name in program.functions.names.items():
            if name == "main":
                program.main = start
    return program.main
