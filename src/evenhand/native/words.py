"""The words that a call gives to the program that it runs, and the command that a shell is given.

Spec: exec(3), posix_spawn(3), system(3); sh(1) (-c).
"""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from evenhand.native import capability
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

SHELLS = ("sh", "bash", "dash", "ash")
LISTED = frozenset({"execl", "execlp", "execle"})  # words are arguments, not an array
MOST = 16
HOLE = re.compile(r"%[-+ #0-9.*]*[hlzjt]*[diouxXeEfgGcsp]")


class Command(NamedTuple):
    """What is run: a text where the program holds it, and the value that it is."""

    text: str  # for a shell; what is filled in later is `$x`
    value: Value
    fixed: bool  # nothing is filled in
    shell: bool  # a shell takes it apart


def of(program: Program, where: Followed, call: Call, name: str) -> Command | None:
    """What a call runs; None where it is a call of another kind."""
    if name in capability.WHOLE_COMMAND:
        return _whole(program, where, call, call.arguments[capability.WHOLE_COMMAND[name]])
    if name not in capability.EXECUTE:
        return None
    given = words(program, where, call, name)
    texts = [program.text(v) for v in given]
    path = call.arguments[name.startswith("posix_spawn")]
    first = program.text(path) or next((t for t in texts if t), "")
    if (
        texts[:2] == [None, None] and len(texts) == 3 and given[2] is not None
        and _shell(program, path) and (" " in (texts[2] or "") or _names(program, where, "-c"))
    ):  # fmt: skip
        return _whole(program, where, call, given[2])
    if "-c" in texts and first.rsplit("/", 1)[-1] in SHELLS:
        at = texts.index("-c") + 1
        return _whole(program, where, call, given[at] if at < len(given) else None)
    known = [shlex.quote(t) if t is not None else "$x" for t in [first, *texts[1:]]]
    return Command(" ".join(known), path, None not in texts, False)


def _shell(program: Program, path: Value) -> bool:
    """True for the path of a shell."""
    return (program.text(path) or "").rsplit("/", 1)[-1] in SHELLS


def _whole(program: Program, where: Followed, call: Call, value: Value) -> Command:
    text = program.text(value)
    if text is None and value is not None and value[0] == "s":
        text = program.constants.built(value, call.stack, where.trace.widths)
    if text is None:
        made = pattern(program, where, call, value)
        return Command(HOLE.sub("$x", made).replace("%%", "%"), value, False, True)
    return Command(text, value, True, True)


def pattern(program: Program, where: Followed, call: Call, value: Value) -> str:
    """The pattern that a text was made by, in the same function."""
    flow = where.trace.flow
    for other in where.trace.calls:
        name = where.names.get(other.at, "")
        place = capability.BUILDS.get(name)
        if place is None or value is None or other.arguments[place] != value:
            continue
        if other.at > call.at and not flow.reach[other.block] >> call.block & 1:
            continue  # written after it was run
        for argument in other.arguments[1:]:
            text = program.text(argument) or _whole_of(program, argument)
            if text:
                return text
    return ""


def _whole_of(program: Program, value: Value) -> str:
    """`%s` for a pattern of a table in which one is nothing but that."""
    place = value[1] if value is not None and value[0] == "load" else None
    if place is None or place[0] != "op" or place[1] != "[]" or place[2] is None:
        return ""
    base = place[2][1] if place[2][0] == "a" else -1
    for n in range(MOST if base >= 0 else 0):
        text = program.text(("a", program.image.pointers.get(base + 8 * n, -1)))
        if text is None:
            break
        if text.strip() == "%s":
            return "%s"
    return ""


def words(program: Program, where: Followed, call: Call, name: str) -> list[Value]:
    """The words of a call that runs a program, as far as they are seen; the first is its name."""
    if name in LISTED:
        found = list(call.arguments[1:])
        end = next((n for n, v in enumerate(found) if v == ("i", 0)), len(found))
        return found[:end]
    at = 3 if name.startswith("posix_spawn") and len(call.arguments) > 4 else 0
    array = call.arguments[at + 1]
    if array is None:
        return []
    found = []
    for n in range(MOST):
        value: Value = None
        if array[0] == "s":
            value = call.stack.get(array[1] + 8 * n)
        elif array[0] == "a":
            pointer = program.image.pointers.get(array[1] + 8 * n)
            value = ("a", pointer) if pointer else ("i", 0)
        if value == ("i", 0) or (value is None and array[0] == "s" and n > 3):
            break
        found.append(value)
    while found and found[-1] is None:
        found.pop()
    path = call.arguments[at // 3]
    if found[:2] == [None, None] and len(found) == 3 and _shell(program, path):
        return found  # the first two are kept as a pair
    return (
        found
        if array[0] != "s" or (found and found[0] is not None)
        else _before(program, where, call, name)
    )


def _names(program: Program, where: Followed, text: str) -> bool:
    """True where a function uses a text."""
    uses = program.functions.addresses.get(where.start, ())
    return any(program.text(("a", address)) == text for _, address in uses)


def _before(program: Program, where: Followed, call: Call, name: str) -> list[Value]:
    """Texts that are named between the call before and this one: an array filled in pairs."""
    first = max((c.at for c in where.trace.calls if c.at < call.at), default=where.start)
    found: list[Value] = [
        ("a", address) for site, address in sorted(program.functions.addresses.get(where.start, ()))
        if first < site < call.at and program.text(("a", address)) is not None
    ]  # fmt: skip
    path = call.arguments[name.startswith("posix_spawn")]
    return [v for n, v in enumerate(found) if v != path or n == 0][:MOST]
