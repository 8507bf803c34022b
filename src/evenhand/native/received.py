"""Code that comes over a connection and is jumped into, in memory that was made for it.

Spec: mmap(2), mprotect(2) (PROT_EXEC).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability, gate, origin
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

MADE = frozenset(capability.words("mmap mmap64 memalign aligned_alloc valloc malloc"))
EXECUTABLE, STRENGTH = 4, 0.75
# a descriptor or a stream may be a file's: only these are sure to be somebody else's
FAR = frozenset(capability.words("recv recvfrom recvmsg SSL_read BIO_read"))
READS = FAR | {"read", "fread"}


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Calls of one function into memory that it makes executable and fills with what it reads."""
    calls = where.trace.calls
    if not any(_executable(where, c) for c in calls):
        return
    for call in calls:
        if call.target >= 0 or call.pointer is None or where.names.get(call.at):
            continue
        made = _made(where, call.pointer)
        if made and _filled(program, where, made):
            yield Finding("downloads and runs", "(memory)", STRENGTH, False, "memory that may be "
                          "executed is filled with what comes over a connection, and jumped into",
                          call.at, where.start, True)  # fmt: skip
            return


def _executable(where: Followed, call: Call) -> bool:
    name = where.names.get(call.at, "")
    how = call.arguments[2] if name in ("mmap", "mmap64", "mprotect") else None
    return how is not None and how[0] == "i" and bool(how[1] & EXECUTABLE)


def _made(where: Followed, value: Value) -> frozenset[int]:
    """The calls that gave the memory that a value points into."""
    return frozenset(
        r[1] for r in gate.roots(where, value)
        if r and r[0] == "call" and where.names.get(r[1], "") in MADE
    )  # fmt: skip


def _filled(program: Program, where: Followed, made: frozenset[int]) -> bool:
    """True where one of these is filled from a connection."""
    connects = not program.functions.callers.keys().isdisjoint(("connect", "accept", "accept4"))
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        into = capability.FILLS.get(name, capability.COPIES.get(name, (-1,))[0])
        if not 0 <= into < len(call.arguments) or not made & _made(where, call.arguments[into]):
            continue
        source = name
        if name in capability.COPIES:
            given = call.arguments[capability.COPIES[name][1]]
            source = origin.of(program, where, given, call.block)
        if source in FAR or (source in READS and connects):
            return True
    return False
