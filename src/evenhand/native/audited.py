"""A module that counts or shows what the dynamic linker does, and gives another answer than its.

Spec: rtld-audit(7): la_symbind64 gives the address that a name is bound to, la_objsearch the path.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Value
from evenhand.native.program import Followed, Program

BINDS = ("la_symbind64", "la_symbind32", "la_symbind", "la_objsearch")
STRENGTH = 0.7
DEEPEST = 3


def find(program: Program) -> Iterator[Finding]:
    """Functions of that interface that answer with something that the module itself holds."""
    offered = program.image.exported
    if program.image.interpreter:
        return
    for name in BINDS:
        where = program.follow(offered[name]) if name in offered else None
        if where is None:
            continue
        for value in where.trace.returned.values():
            own = _own(program, where, value)
            if own is None:
                continue
            told, what = own
            yield Finding("replaced function", shortened(told) or name, STRENGTH, False,
                          f"asked by the dynamic linker ({name}), the module answers with {what}",
                          where.start, where.start)  # fmt: skip
            break


def _own(program: Program, where: Followed, value: Value, deep: int = 0) -> tuple[str, str] | None:
    """A function or a path of the program that a value may be."""
    if value is None or deep > DEEPEST:
        return None
    if value[0] == "phi":
        return _own(program, where, value[2], deep + 1) or _own(program, where, value[3], deep + 1)
    if value[0] == "a":
        if program.functions.at(value[1]) == value[1]:
            return "", "a function of its own"
        text = program.text(value)
        return (text, "a path of its own") if text and text.startswith("/") else None
    call = where.call(value[1]) if value[0] == "call" else None
    inner = program.follow(call.target) if call is not None and call.target >= 0 else None
    for given in inner.trace.returned.values() if inner is not None else ():
        found = _own(program, inner, given, deep + 1) if inner is not None else None
        if found is not None:
            return found
    return None
