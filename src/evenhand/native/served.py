"""A command of a table that runs what follows its name, in a program that serves connections.

Spec: none; over the tables of `command_table`.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability
from evenhand.native.command_table import Command, tables
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

SERVES = frozenset({"accept", "accept4", "recvfrom"})
STRENGTH = 0.65
DEEPEST = 4


def find(program: Program) -> Iterator[Finding]:
    """Functions of tables of commands that give an argument of theirs to a shell."""
    if SERVES.isdisjoint(program.functions.callers):
        return
    for some in tables(program):
        for one in some:
            where = program.follow(one.function)
            for call in where.trace.calls if where else ():
                if where is not None and _runs(program, where, call):
                    yield _found(one, where.names[call.at], call, len(some))
                    break


def _found(one: Command, name: str, call: Call, count: int) -> Finding:
    because = (f"one of {count} commands in a table, in a program that serves connections, gives "
               f"what it is given to a shell ({name})")  # fmt: skip
    return Finding("remote control", shortened(one.name), STRENGTH, False, because, call.at,
                   one.function)  # fmt: skip


def _runs(program: Program, where: Followed, call: Call) -> bool:
    """True where a whole command, or what a shell is given by -c, is an argument."""
    name = where.names.get(call.at, "")
    if name in capability.WHOLE_COMMAND:
        return _given(call.arguments[capability.WHOLE_COMMAND[name]])
    if name not in capability.EXECUTE:
        return False
    words = [program.text(a) for a in call.arguments]
    if "-c" in words:
        return any(_given(a) for a in call.arguments[words.index("-c") + 1 :][:1])
    return False


def _given(value: Value, deep: int = 0) -> bool:
    """True for an argument, a place in what it points to, or one of two of these."""
    if value is None or deep > DEEPEST:
        return False
    if value[0] == "phi":
        return _given(value[2], deep + 1) or _given(value[3], deep + 1)
    if value[0] == "op":
        return bool(value[1] == "+") and _given(value[2], deep + 1)
    if value[0] == "load":
        return _given(value[1], deep + 1)
    return bool(value[0] == "arg")
