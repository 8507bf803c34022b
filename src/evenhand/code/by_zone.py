"""What PHP and Lua do only where a time zone or a locale that is written out is set.

A zone's name (`Pacific/Chatham`) is known by itself, whatever it is held against; a locale only
beside what tells one. Programs ask for both to write dates and words; few destroy, hide or stop.

Spec: MITRE ATT&CK T1480, T1614; IANA time zone database (names).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import Asked, Branch, Ways, call_of, calls, same, written
from evenhand.code.carried import arguments, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.screen import pattern
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

AREAS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific"
AREA = pattern(rb"['\"](?:" + AREAS.encode() + rb")/[A-Z]")
CODE = re.compile(rb"['\"][a-z]{2}(?:[_-][A-Z]{2}|['\"])")
ZONE = re.compile(rf"(?:{AREAS})/[A-Z]\w+(?:/\w+)?")
LOCALE = re.compile(r"[a-z]{2,3}[_-][A-Z]{2}(?:[.@].*)?|[a-z]{2}")
TELLS = re.compile(
    r"(?i).*(?:locale|lang|country|region|LC_ALL|LC_\w+|timezone|time_zone|zone|offset|\btz\b).*",
    re.S,
)
BRANCH = 2_000
DESTROYS = re.compile(
    r"(?i)delete\w*|unlink|rmdir|drop\w*|truncate\w*|remove|os\.remove|unpublish\w*|trash\w*|wp_trash_post"
    r"|wp_delete_\w+|forceDelete|destroy|flush\w*|erase|purge"
)
SQL = re.compile(r"(?is)\s*(?:delete\s+from|drop\s+table|truncate\s|update\s+\S+\s+set)\b")
SHORTENS = re.compile(
    r"array_filter|array_slice|array_splice|array_pop|array_shift|limit|take|setMaxResults"
)
EMPTIES = re.compile(rb"\bngx\.arg\[1\]\s*=\s*(?:nil|\"\"|'')")
ENDS = re.compile(r"die|exit|abort|wp_die|os\.exit|ngx\.exit|error")
SETS = re.compile(r"(?i).*(?:lang|locale|timezone|translat|trans|format|setlocale|load\w*text).*")


def by_zone(look: Look, ways: Ways) -> Iterator[Finding]:
    """Every branch that only one zone or locale leads to, and that takes something away."""
    plain = look.seen.has(AREA)
    for way in ways.every:
        if not plain and not CODE.search(look.words(way.choice.condition)):
            continue
        for asked in (a for case in way.cases for a in case):
            place = _place(look, asked)
            effect = _effect(look, way) if place else None
            if effect is not None:
                words, strength = effect
                said = f"only in {place} {words}"
                yield made(look, way.choice.condition, "acts by locale", said, strength)
                break


def _place(look: Look, asked: Asked) -> str:
    """The zone or locale that one part of a condition asks for; "" for none."""
    for one in same(look, asked):
        fixed = written(look, one.other)
        if fixed is not None and _is_place(look, fixed, one.value):
            return fixed
    call = call_of(look, asked)
    if call is None or not call[1]:
        return ""
    given = [n for _, n in shape_of(call[0], look.index.source).b]
    for value, other in ((given[0], given[1]), (given[1], given[0])) if len(given) > 1 else ():
        look.flow.begin(200)
        const = look.flow.value(other).const
        for fixed in const[:12] if isinstance(const, tuple) else (const,):
            if isinstance(fixed, str) and _is_place(look, fixed, value):
                return fixed
    return ""


def _is_place(look: Look, fixed: str, value: Any) -> bool:
    if ZONE.fullmatch(fixed.rstrip("/")):
        return True
    if not LOCALE.fullmatch(fixed):
        return False
    return any(TELLS.fullmatch(look.index.source.text(n)[:80]) for n in carried(look, value, 2)
               if n.end_byte - n.start_byte < 80)  # fmt: skip


def _effect(look: Look, way: Branch) -> tuple[str, float] | None:
    """What is taken away in a branch, and how plainly."""
    best: tuple[str, float] | None = None
    for call in calls(look, way.low, min(way.high, way.low + BRANCH)):
        if SETS.fullmatch(call.name):
            return None
        given = arguments(look, call)
        if any(_destroys(look, n) for n in given[:2]) or (
            DESTROYS.fullmatch(call.name)
            and not look.flow.local(shape_of(call.node, look.index.source).a)
        ):
            best = ("what is stored is destroyed or hidden", 0.58)
        elif best is None and SHORTENS.fullmatch(call.name):
            best = ("a part is left out", 0.5)
        elif best is None and ENDS.fullmatch(call.name):
            best = ("nothing goes on", 0.45)
    text = look.index.source.data[way.low : min(way.high, way.low + BRANCH)]
    if best is None and EMPTIES.search(text):
        return "a part is left out", 0.5
    return best


def _destroys(look: Look, node: Node) -> bool:
    look.flow.begin(200)
    value = look.flow.value(node)
    said = value.const if isinstance(value.const, str) else max(value.texts, key=len, default="")
    return SQL.match(said) is not None
