"""What a program does only under one language, region, currency, time zone, host, user or year.

Spec: setlocale(3), localeconv(3) and tzset(3); struct lconv and struct tm of glibc (64 bits);
BCP 47; ISO 4217.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from evenhand.native import capability, effect, gate, origin, outcome
from evenhand.native.comparison import Match
from evenhand.native.effect import Effect
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Branch, Value
from evenhand.native.program import Followed, Program

WEIGHT = {  # how strong a sign it is, by what happens only there
    "runs a command": 0.65, "changes privileges": 0.65, "changes files": 0.6,
    "uses the network": 0.55, "authenticates": 0.55, "loads code": 0.55, "encrypts": 0.5,
    "ends the program": 0.5,
}  # fmt: skip
LITTLE = 0.3  # anything else: most programs speak several languages
CURRENCY = 0.5  # no honest program is known that decides by it
LOCALE = frozenset({"setlocale", "nl_langinfo", "newlocale"})
MONEY = (32, 24)  # offsets of int_curr_symbol and currency_symbol in struct lconv
TIMES = frozenset({"localtime", "localtime_r", "gmtime", "gmtime_r"})
ASKS = LOCALE | TIMES | {"localeconv", "tzset", "gethostname", "getlogin", "getpwuid"}
ZONE, ABBREVIATION, YEAR = 40, 48, 20  # offsets of tm_gmtoff, tm_zone, tm_year in struct tm
ZONES = ("tzname", "__tzname", "timezone", "__timezone")
NOW = 124  # years after 1900: a year before it is no year to come
TO_COME = 300
# a language with or without its region, a currency, a time zone
PLACE = re.compile(r"_?[a-z]{2,3}(?:[_-][A-Za-z]{2,4})?(?:[.@].*)?$|_[A-Z]{2}\b.*|[A-Z]{2,5}$"
                   r"|[A-Z][a-z]+/[A-Z]\w+$|[A-Z]{3,4}[-+]?\d+$")  # fmt: skip
COMMON = re.compile(r"(?i)c$|posix$|utf|utc$|gmt$|en(?:[_-]|$)|iso|euc|koi|localhost|root$|nobody$")
FILES = {  # that say it
    "/etc/default/keyboard": "keyboard", "/etc/vconsole.conf": "keyboard",
    "/etc/default/locale": "locale", "/etc/locale.conf": "locale", "/etc/timezone": "time zone",
    "/etc/localtime": "time zone", "/etc/hostname": "host name", "/etc/machine-id": "machine",
    "/proc/sys/kernel/hostname": "host name",
}  # fmt: skip
OPENS = {"fopen": 0, "fopen64": 0, "open": 0, "open64": 0, "openat": 1, "readlink": 0,
         "realpath": 0}  # fmt: skip
RAISED: Value = ("raised",)
MOST = 0.9  # of the strength, for a host or a user: administrators have such programs


class Asked(NamedTuple):
    """What is asked of where a program runs, and the function or the variable that tells."""

    what: str
    by: str


def find(program: Program, where: Followed, matches: list[Match]) -> Iterator[Finding]:
    """Conditions of these kinds in one function, of its comparisons with constants."""
    if not _asks(program, where):
        return
    for match in matches:
        if not match.constant or match.how == "presence":
            continue
        told = match.constant if match.is_text else _letters(match.constant)
        asked = _asked(program, where, match.input, match.block)
        if asked is None or not told or COMMON.match(told):
            continue
        if asked.what in ("locale", "time zone", "keyboard") and not PLACE.match(told):
            continue
        reached = max(effect.of(program, where, match), _ended(program, where, match),
                      key=lambda e: WEIGHT.get(e.kind, 0.0) * (e.weight > 0))  # fmt: skip
        if reached.weight < effect.RETURNS * 2 and outcome.raised(
            where.trace, where.trace.flow.alone(match.block, match.equal, match.other)
        ):
            later = replace(match, equal=-1, other=-1, either=True, returned=RAISED)
            reached = max(reached, effect.of(program, where, later), key=lambda e: e.weight)
        strength = _strength(reached) if asked.what != "currency" else CURRENCY
        if asked.what in ("host name", "user name"):
            strength *= MOST
        yield _found(asked, shortened(told), strength, reached, match.at, where.start)
    for branch in where.trace.branches:
        yield from _numbers(program, where, branch)


def _found(
    asked: Asked, told: str, strength: float, reached: Effect, at: int, start: int
) -> Finding:
    led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind or "something else"
    return Finding("conditional behaviour", told, round(strength, 3), False,
                   f"only where the {asked.what} ({asked.by}) is compared so with {told}: {led}",
                   at, start)  # fmt: skip


def _asks(program: Program, where: Followed) -> bool:
    """True where a function asks for anything of this kind."""
    if not ASKS.isdisjoint(where.names.values()) or _file(program, where) is not None:
        return True
    for call in where.trace.calls:
        named = where.names.get(call.at) in ("getenv", "secure_getenv")
        if named and program.text(call.arguments[0]) in capability.ENVIRONMENT:
            return True
    return not program.data_names.isdisjoint(ZONES)


def _asked(program: Program, where: Followed, value: Value, block: int) -> Asked | None:
    """What a value tells of where the program runs."""
    for root in gate.roots(where, value):
        if root is None:
            continue
        if root[0] == "load" and root[1] is not None and root[1][0] == "a":
            image, at = program.image, root[1][1]
            name = (image.objects.get(at) or image.imported.get(at) or "").partition("@")[0]
            if name in ZONES:
                return Asked("time zone", name.lstrip("_"))
        call = where.call(root[1]) if root[0] == "call" else None
        name = where.names.get(call.at, "") if call is not None else ""
        if call is None or not name:
            continue
        if name in ("getenv", "secure_getenv"):
            variable = program.text(call.arguments[0]) or ""
            what = capability.ENVIRONMENT.get(variable)
            if what is not None:
                return Asked(what, variable)
        if name in LOCALE:
            return Asked("locale", name)
        if name == "localeconv":
            return Asked("currency" if _offset(value) in MONEY else "locale", name)
        if name in TIMES and _offset(value) == ABBREVIATION:
            return Asked("time zone", name)
    source = origin.of(program, where, value, block)
    what = {"gethostname": "host name", "getlogin": "user name", "getpwuid": "user name"}.get(
        source
    )
    if what is None and (source in capability.FILLS or source == "readlink"):
        return _file(program, where)
    return Asked(what, source) if what else None


def _file(program: Program, where: Followed) -> Asked | None:
    """The file of this kind that a function reads, where it reads no other."""
    found = {
        program.text(c.arguments[OPENS[n]]) for c in where.trace.calls
        if (n := where.names.get(c.at, "")) in OPENS
    }  # fmt: skip
    path = found.pop() if len(found) == 1 else None
    return Asked(FILES[path], path) if path in FILES and path is not None else None


def _offset(value: Value, deep: int = 0) -> int:
    """How far from the result of a call what it points to was loaded; -1 where that is not seen."""
    if value is None or deep > 4:
        return -1
    if value[0] == "load":
        place = value[1]
        if place is not None and place[0] == "call":
            return 0
        if place is not None and place[:2] == ("op", "+") and place[3] and place[3][0] == "i":
            if place[2] is not None and place[2][0] == "call":
                return int(place[3][1])
            return _offset(place[2], deep + 1)
        return _offset(place, deep + 1)
    return _offset(value[2], deep + 1) if value[0] == "op" else -1


def _letters(number: str) -> str:
    """A number as the letters that it is made of; empty where it is none."""
    raw = int(number, 16).to_bytes(8, "little").rstrip(b"\0")
    return raw.decode("ascii") if 2 <= len(raw) <= 5 and raw.isalpha() and raw.isascii() else ""


def _strength(reached: Effect) -> float:
    base = WEIGHT.get(reached.kind, LITTLE)
    usual = capability.WEIGHT.get(reached.kind, effect.ENDS)
    return base * min(1.0, reached.weight / usual) if base > LITTLE else LITTLE


def _ended(program: Program, where: Followed, match: Match) -> Effect:
    """That the program ends there: by exit, or since main returns an error."""
    ended = effect.ends(where, match)
    reached = effect.NONE if ended.weight else effect.of(program, where, match)
    if where.start == origin.main(program) and reached.kind == "returns" and reached.name != "0":
        return Effect(effect.ENDS, "ends the program", f"main returns {reached.name}", True)
    return ended


def _numbers(program: Program, where: Followed, branch: Branch) -> Iterator[Finding]:
    """How far a time zone is off, or a year to come."""
    compared = branch.compared
    if compared is None or compared.left is None or compared.right is None:
        return
    number = compared.right[1] if compared.right[0] == "i" else 0
    asked = _of_time(program, where, compared.left) if number else None
    if asked is None:
        return
    block = where.trace.flow.blocks[branch.block]
    if asked.what == "year" and not NOW < number < TO_COME:
        return
    if asked.what == "time zone" and (branch.word not in ("eq", "ne") or number % 60):
        return
    one = max(
        (max(effect.edge(program, where, branch.block, *ways), _exits(where, branch.block, *ways),
             key=lambda e: WEIGHT.get(e.kind, 0.0) * (e.weight > 0))
         for ways in ((block.taken, block.next), (block.next, block.taken))),
        key=_strength,
    )  # fmt: skip
    told = str(number + 1900) if asked.what == "year" else str(number - (number >> 63 << 64))
    if one.weight > 0:
        yield _found(asked, f"{asked.what} {told}", _strength(one), one, branch.at, where.start)


def _exits(where: Followed, block: int, wanted: int, other: int) -> Effect:
    match = Match(0, block, wanted, other, "", "", None)
    return effect.ends(where, match)


def _of_time(program: Program, where: Followed, value: Value) -> Asked | None:
    """The zone's distance or the year, where a value is that of a time that was taken apart."""
    assert value is not None
    if value[0] != "load" or value[1] is None:
        return None
    place = value[1]
    if place[0] == "a":
        name = (program.image.objects.get(place[1]) or "").partition("@")[0]
        return Asked("time zone", name) if name in ("timezone", "__timezone") else None
    offset, by = -1, ""
    if place[0] == "s":
        for call in where.trace.calls:
            given = call.arguments[1]
            fills = where.names.get(call.at) in ("localtime_r", "gmtime_r")
            inside = fills and given is not None and given[0] == "s"
            if inside and given is not None and 0 <= place[1] - given[1] <= ABBREVIATION:
                offset, by = place[1] - given[1], "localtime_r"
    elif _offset(value) >= 0:
        call_at = next((r[1] for r in gate.roots(where, value) if r and r[0] == "call"), -1)
        if where.names.get(call_at) in TIMES:
            offset, by = _offset(value), where.names[call_at]
    what = {ZONE: "time zone", YEAR: "year"}.get(offset)
    return Asked(what, by) if what else None
