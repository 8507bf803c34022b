"""A function that is only handed out, in a table or to be called back, and runs what it is given.

Spec: none; sqlite3_create_function(3) and luaL_Reg are of this kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.native import capability, origin, ran, words
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program
from evenhand.native.words import Command

FAR = frozenset(
    capability.words(
        "accept accept4 recv recvfrom recvmsg connect SSL_read listen curl_easy_perform"
    )
)
# a pattern that is what is given and nothing else, whatever becomes of what it says
WHOLE = re.compile(r"\$x(?:\s*(?:\d?>>?\s*(?:&\d|/dev/null)|<\s*/dev/null|&))*\s*$")
QUOTES = re.compile(r"quote|escape|shell|sanit|valid", re.IGNORECASE)
STRING = "_ZNSt7__cxx1112basic_string"  # a program in which a text is an object
STRENGTH, NEAR, OFFERED = 0.6, 0.45, 0.3
BESIDE = (-8, 8, -16, 16)  # where in a table a name stands from its function
DEEPEST = 3


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """What such a function gives to a shell of what it is given."""
    if capability.SHELL.isdisjoint(where.names.values()) or not _only_handed(program, where.start):
        return
    far = not FAR.isdisjoint(program.functions.callers)
    plain = STRENGTH if far or not program.image.interpreter else NEAR
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        command = words.of(program, where, call, name)
        if command is None or command.fixed or not command.shell:
            continue
        if not any(_given(program, where, v) for v in _filled(where, command)):
            continue
        known = _name(program, where.start)
        strength = OFFERED if ran.OFFERS.search(known) else plain
        because = (f"a function that is called through a table or a pointer gives what it is "
                   f"given to a shell ({name})")  # fmt: skip
        told = shortened(known) if known else "(function)"
        yield Finding("remote control", told, strength, False, because, call.at, where.start)
        return


def _only_handed(program: Program, start: int) -> bool:
    """True where nothing calls a function by its address, but something holds that."""
    if start in program.functions.callers or start in program.offered:
        return False
    if start in program.functions.initial or start == origin.main(program):
        return False
    return bool(program.sharing(start)) or start in program.pointed


def _filled(where: Followed, command: Command) -> Iterator[Value]:
    """What a command is: a value, or what its pattern is filled in with."""
    if not command.text:
        yield command.value
        return
    if WHOLE.match(command.text) is None:
        return
    for call in where.trace.calls:
        place = capability.BUILDS.get(where.names.get(call.at, ""))
        if place is not None and call.arguments[place] == command.value:
            yield from call.arguments[place + 1 :]


def _given(program: Program, where: Followed, value: Value, deep: int = 0) -> bool:
    """True for an argument, a place in it, or what a function says of one."""
    if value is None or deep > DEEPEST:
        return False
    if value[0] == "arg":
        return True
    if value[0] == "phi":
        return any(_given(program, where, v, deep + 1) for v in value[2:4])
    if value[:2] == ("op", "+"):
        return _given(program, where, value[2], deep + 1)
    if value[0] == "load":
        text = value[1] is not None and value[1][0] == "arg" and value[2] == 8
        return text and any(str(n).startswith(STRING) for n in program.functions.callers)
    call = where.call(value[1]) if value[0] == "call" else None
    return call is not None and _asked(program, where, call, deep)


def _asked(program: Program, where: Followed, call: Call, deep: int) -> bool:
    """True for a call that finds or hands out what an argument stands for, as it is."""
    name = where.names.get(call.at, "")
    if not name:
        inner = program.follow(call.target) if call.target >= 0 else None
        if inner is None or inner.trace.writes_bytes:
            return False
    elif QUOTES.search(name) or capability.kind_of(name) or name in capability.GIVES:
        return False
    if any("%" in (program.text(a) or "") for a in call.arguments):
        return False  # it puts a text together
    for one in call.arguments[:2]:
        one = one[1] if one is not None and one[0] == "load" else one
        if _given(program, where, one, deep + 1):
            return True
    return False


def _name(program: Program, start: int) -> str:
    """The text beside a function in a table, or given along with it; empty where none is seen."""
    pointers = program.image.pointers
    for place in program.pointed.get(start, ())[:4]:
        for step in BESIDE:
            text = program.text(("a", pointers.get(place + step, 0)))
            if text:
                return text
    for user in program.sharing(start)[:4]:
        there = program.follow(user)
        for call in there.trace.calls if there is not None else ():
            if ("a", start) in call.arguments:
                return next((t for a in call.arguments if (t := program.text(a))), "")
    return ""
