"""A password that is worked out of what a machine is: its hardware address, its number, the day.

Spec: netdevice(7) (SIOCGIFHWADDR), proc(5) (cpuinfo), sysfs(5) (class/net), localtime(3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from evenhand.native import capability, channel, effect, gate, origin, words
from evenhand.native.comparison import Match
from evenhand.native.effect import Effect
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

PATHS = re.compile(
    r"/sys/class/net/|/sys/class/dmi/id/|/proc/cpuinfo$|device-?tree/.*serial|/serial[-_]?number$"
    r"|/machine-id$|/sys/devices/soc\d?/|/mmcblk\d.*/cid$"
)
MARKS = (
    b"/sys/class/",
    b"/proc/cpuinfo",
    b"serial",
    b"/machine-id",
    b"/sys/devices/soc",
    b"/cid\0",
)
MACHINE, DAY = "the machine's own address or number", "the day or the hour"
HARDWARE_ADDRESS = 0x8927  # SIOCGIFHWADDR
NEEDLES = {  # the number in code: as it is, and of `mov w1, 0x8927`
    62: HARDWARE_ADDRESS.to_bytes(4, "little"),
    183: (0x52800001 | HARDWARE_ADDRESS << 5).to_bytes(4, "little"),
}
DAYS = frozenset(capability.words("localtime localtime_r gmtime gmtime_r time gettimeofday"))
SPELLED = re.compile(r"%\d*[xXu]:")  # an address as everybody writes it
COPIED = frozenset({*capability.COPIES, *capability.FILLS, "memset", "strtok", "fgets"})
OPERATIONS = ("^", "*", "-", "<", ">", "|")
WORKED, PLAIN, UNSEEN = 0.75, 0.6, 0.85
LEAST, OPENS, BESIDE = 0.25, 0.55, 0.6  # of an effect
WITHIN, FRAME = 64, 512  # bytes of a buffer, of what a function has on its stack
DEEPEST = 4


def find(program: Program, where: Followed, found: list[Match]) -> Iterator[Finding]:
    """Comparisons of one function of input with such a password."""
    compares = not capability.COMPARATORS.keys().isdisjoint(where.names.values())
    what = _asks(program, where) if compares else ""
    if not what:
        return
    known = {m.at: m for m in found}
    for call in where.trace.calls:
        if where.names.get(call.at, "") not in capability.COMPARATORS:
            continue
        match = known.get(call.at) or Match(call.at, call.block, -1, -1, "", "", None, call=call)
        first, second = call.arguments[:2]
        for mine, others in ((first, second), (second, first)):
            weight = 0.0 if match.constant else _made(program, where, mine, call, what)
            one = _judged(program, where, match, others, weight, what) if weight else None
            if one is not None:
                yield one
                return


def _judged(
    program: Program, where: Followed, match: Match, given: Value, weight: float, what: str
) -> Finding | None:
    """A finding where what is compared is given from outside, and "equal" lets in."""
    source = origin.of(program, where, given, match.block)
    own = given is None or given[0] != "arg"  # else it was read elsewhere
    if source and (
        source not in capability.OUTSIDE or (own and channel.local(program, where, source))
    ):
        return None
    reached = _led(program, where, replace(match, input=given))
    if reached.weight < (LEAST if source else OPENS):
        return None
    led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind
    come = f"input from {source}" if source else "a value"
    strength = weight * (0.5 + 0.5 * reached.weight) * (1 if source else UNSEEN)
    return Finding("fixed secret", f"(made of {what})", round(strength, 3), False,
                   f"{come} is compared with what is worked out of {what}; where they are "
                   f"equal, and only there: {led}", match.at, where.start)  # fmt: skip


def _led(program: Program, where: Followed, match: Match) -> Effect:
    """What "equal" leads to, or what its outcome does that is joined with another one."""
    reached = effect.of(program, where, match)
    if reached.weight >= LEAST:
        return reached
    callers = program.functions.callers.get(where.start, ())
    for start in {where.start, *(c for c, _ in callers[:4])}:
        called = (c for _, c in program.functions.calls.get(start, ()) if isinstance(c, str))
        name = next((c for c in called if capability.kind_of(c) == "authenticates"), "")
        if name:
            return Effect(BESIDE, "stands beside a check", name, False)
    return reached


def _asks(program: Program, where: Followed) -> str:
    """What a function asks the machine for, itself or by what it calls; empty for most."""
    asking = _asking(program)
    targets = {c.target for c in where.trace.calls if c.target >= 0} if asking else set()
    if where.start in asking or not targets.isdisjoint(asking):
        return MACHINE
    near = {t for s in targets for _, t in program.functions.calls.get(s, ())}
    if not near.isdisjoint(asking):
        return MACHINE
    return DAY if not DAYS.isdisjoint(where.names.values()) else ""


def _asking(program: Program) -> frozenset[int]:
    """Functions that ask the machine what it is."""
    if program.asking is None:
        known = program.functions
        found: set[int] = set()
        if any(program.image.data.find(mark) >= 0 for mark in MARKS):
            for start, uses in known.addresses.items():
                if any(PATHS.search(program.text(("a", a)) or "") for _, a in uses):
                    found.add(start)
        named = program.image.data.find(NEEDLES[program.image.machine]) >= 0
        for start, site in known.callers.get("ioctl", []) if named else ():
            where = program.follow(start)
            call = where.call(site) if where is not None else None
            if call is not None and call.arguments[1] == ("i", HARDWARE_ADDRESS):
                found.add(start)
        program.asking = frozenset(found)
    return program.asking


def _made(program: Program, where: Followed, value: Value, use: Call, what: str) -> float:
    """How sure it is that a text is worked out of what the machine says; 0 where it is not."""
    if value is None or value[0] not in ("s", "a"):
        return 0.0
    for call, name in origin.writers(where, value, use.block):
        if call.at == use.at or name in capability.COMPARATORS:
            continue
        if value not in call.arguments:  # of what lies before it on the stack
            if name in capability.FILLS or name in capability.COPIES:
                return 0.0
            continue
        place = capability.BUILDS.get(name)
        if place is not None:
            pattern = words.pattern(program, where, call, value)
            if call.arguments[place] != value or SPELLED.search(pattern) or "%" not in pattern:
                return 0.0
            return _filled(program, where, call, place, what)
        if name:
            return 0.0 if name in COPIED else WORKED * _bytes(where, value)
        return _by(program, call, value)
    return WORKED * _bytes(where, value) if what == MACHINE else 0.0


def _filled(program: Program, where: Followed, call: Call, place: int, what: str) -> float:
    """How sure, for what a pattern is filled in with: no text of somebody else among it."""
    given = [a for a in call.arguments[place + 1 :] if program.text(a) is None]
    if any(a is not None and a[0] in ("arg", "s") for a in given):
        return 0.0
    if what == DAY:
        return WORKED if any(map(_worked, given)) and _of_days(where, given) else 0.0
    return WORKED if any(map(_worked, given)) or where.trace.decodes else PLAIN


def _of_days(where: Followed, given: list[Value]) -> bool:
    """True where all that is filled in comes from the clock."""
    known = [a for a in given if a is not None and a[0] != "i"]
    return bool(known) and all(
        any(r and r[0] == "call" and where.names.get(r[1], "") in DAYS
            for r in gate.roots(where, a))
        for a in known[:1]
    )  # fmt: skip


def _by(program: Program, call: Call, value: Value) -> float:
    """How sure, where a function of the program fills the buffer by itself."""
    inner = program.follow(call.target) if value in call.arguments and call.target >= 0 else None
    if inner is None or _asks(program, inner) != MACHINE:
        return 0.0
    number = call.arguments.index(value)
    for one in inner.trace.calls:
        place = capability.BUILDS.get(inner.names.get(one.at, ""))
        if place is not None and one.arguments[place] == ("arg", number):
            pattern = words.pattern(program, inner, one, ("arg", number))
            plain = SPELLED.search(pattern) or "%" not in pattern
            return 0.0 if plain else _filled(program, inner, one, place, MACHINE)
    return WORKED * _bytes(inner, ("arg", number))


def _bytes(where: Followed, value: Value) -> bool:
    """True where bytes that are worked out are put there one by one."""
    assert value is not None
    for stored in where.trace.stored:
        held = stored.value
        worked = held is None or held[0] in ("op", "phi") or _looked_up(held)
        if worked and _in(stored.place, value):
            return True
    return where.trace.decodes and any(
        k.key[0] == 1 and value[0] == "s" and 0 <= k.key[1] - value[1] < WITHIN
        and k.value is not None and k.value[0] in ("op", "load") for k in where.trace.kept
    )  # fmt: skip


def _in(place: Value, buffer: Value, counted: bool = False, deep: int = 0) -> bool:
    """True for a place in a buffer that is counted, or changes in a loop."""
    if place is None or buffer is None or deep > DEEPEST:
        return False
    if place == buffer:
        return counted
    if place[0] == "s" and buffer[0] == "s":  # of an array, how far its start is on is not kept
        return counted and abs(buffer[1] - place[1]) < FRAME
    if place[0] not in ("op", "phi"):
        return False
    counted = counted or place[0] == "phi" or place[1] in ("[]", "+")
    return any(_in(v, buffer, counted, deep + 1) for v in place[2:4])


def _looked_up(value: Value) -> bool:
    """True for a byte of a table."""
    return value is not None and value[0] == "load" and value[2] == 1 and (
        value[1] is not None and value[1][:2] == ("op", "[]")
    )  # fmt: skip


def _worked(value: Value, deep: int = 0) -> bool:
    """True for a value that something was worked out in."""
    if value is None or deep > DEEPEST:
        return False
    if value[0] == "op":
        return value[1] in OPERATIONS or any(_worked(v, deep + 1) for v in value[2:4])
    return value[0] in ("load", "phi") and any(
        _worked(v, deep + 1) for v in value[1:] if isinstance(v, tuple)
    )
