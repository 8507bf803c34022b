"""The difference in facts between two bodies of evidence: a release and the one before it.

The same facts and the same SQL as everything else: no second scanner. A fact table takes part
where it declares `COMPARE`, the columns by which a fact is found again in another release; the
columns in `WATCH` may change. Paths are those of `same_path`: versions, hashes and moves are no
difference. An archive is so compared with its sources, a program with the distribution's, and
contents with a bill of material, of which only what a bill can tell is compared.

Spec: DESIGN, contract `-f json` (`differences`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

from evenhand import facts, same_path
from evenhand.difference_rank import Difference, Row, ranked, sort_of, value_of
from evenhand.engines.duckdb import SCHEMA, fetch, one_of
from evenhand.evidence import Evidence
from evenhand.judge.result import LOOK_HERE

# A bill tells of parts, not of contents: what it does not speak of is not new.
BILLS = ("cyclonedx", "spdx", "spdx3")
# Differences of one kind in one table beyond these are told by number, not one by one.
MOST = 1000
MANY = 20  # facts of a whole; of fewer each one is told
NEW = "new: "  # before a path that the baseline has not
SHORT = 80  # characters of a value in words


def differences(new: Evidence, old: Evidence) -> tuple[dict[str, Any], ...]:
    """New, gone and changed facts, what opens a product first; `rank` counts from 1."""
    bill = _is_bill(old)
    places = Places(new, old)
    compared = [t for t in facts.tables().values() if t.compare and (not bill or _told(old, t))]
    if not bill and not (_holds(new, "file") and _holds(old, "file")):
        # a folder has no rows of entries: its files are compared as contents alone
        compared = [t for t in compared if t.name != "file"]
    found = [d for table in compared for d in _of(table, new, old, places, bill)]
    if places.alone:  # beside one file, the rest of the package that it came in is not gone
        found = [d for d in found if d.change != "gone" or d.row.path in places.alone]
    told = [_words(d) for d in _shortened(ranked(found))]
    return tuple({"rank": rank, **words} for rank, words in enumerate(told, 1))


def _is_bill(evidence: Evidence) -> bool:
    """True where everything that was given is a bill of material."""
    query = (
        f"SELECT count(*), count(*) FILTER (artefact IN (SELECT artefact FROM {SCHEMA}.reading "
        f"WHERE reader IN {one_of(BILLS)} AND outcome IN ('read', 'partly'))) "
        f"FROM {SCHEMA}.occurrence WHERE parent IS NULL"
    )
    ((given, bills),) = fetch(evidence.connection, query)
    return bool(given == bills > 0)


def _told(evidence: Evidence, table: facts.Table) -> bool:
    # what a bill mentions (its own addresses) is not about contents
    return table.name in ("component", "file") and _holds(evidence, table.name)


def _holds(evidence: Evidence, table: str) -> bool:
    return bool(fetch(evidence.connection, f"SELECT 1 FROM {SCHEMA}.{table} LIMIT 1"))


class Places:
    """Paths of one release as those of the other: what both call the same has one name here."""

    def __init__(self, new: Evidence, old: Evidence) -> None:
        query = f"SELECT path, min(artefact) FROM {SCHEMA}.occurrence GROUP BY path"
        now, before = ({p: a or "" for p, a in fetch(e.connection, query)} for e in (new, old))
        self._same = same_path.match(now, before)
        self._new = now.keys()
        self._old = before.keys()
        # the place in the baseline of the only file that was given, where there is one
        self.alone = set(self._same.values()) if len(now) == 1 and len(before) > 1 else set()
        # facts of a content name the place where it was met first, which may be another now
        query = f"SELECT artefact, min(path) FROM {SCHEMA}.reading WHERE artefact <> '' GROUP BY 1"
        self._first = dict(fetch(old.connection, query))

    def of_new(self, path: str, artefact: str) -> str:
        """What a path of the new release is called."""
        if path not in self._new:
            return same_path.opened(path)  # the name that an entry of an archive or image has
        found = self._first.get(artefact) or self._same.get(path)
        return found or f"{NEW}{path}"

    def of_place(self, path: str, artefact: str) -> str:
        """The same for a place itself: one content may stand in several, each with its own name."""
        return self._same.get(path) or self.of_new(path, artefact)

    def of_old(self, path: str, artefact: str) -> str:
        """What a path of the old release is called."""
        return path if path in self._old else same_path.opened(path)


def _of(
    table: facts.Table, new: Evidence, old: Evidence, places: Places, bill: bool
) -> Iterator[Difference]:
    called = places.of_place if table.name == "occurrence" else places.of_new
    now, before = _rows(table, new, called), _rows(table, old, places.of_old)
    known = {value_of(table, key) for key in before} if len(table.compare) > 1 else set()
    still = {value_of(table, key) for key in now} if len(table.compare) > 1 else set()
    kind = table.compare.index("kind") if table.order and "kind" in table.compare else None
    kinds = {(k[0], sort_of(table, k)) for k in before} if kind is not None else set()
    kinds |= {("", name) for _, name in kinds}
    anew = _anew(table, now, before)
    for key in sorted(now.keys() | before.keys()):
        if anew and not anew.isdisjoint(key):
            continue
        if key not in before:
            fresh = 0
            if kind is not None:
                sort = sort_of(table, key)
                fresh = ((key[0], sort) not in kinds) + (("", sort) not in kinds)
            elsewhere = value_of(table, key) in known
            yield Difference("new", table, now[key], "", elsewhere, fresh)
        elif key not in now:
            yield Difference("gone", table, before[key], "", value_of(table, key) in still)
        elif what := _change(table, now[key], before[key], bill):
            less = any(
                set(a.split(", ")) - set(b.split(", "))
                for a, b in zip(before[key].watched, now[key].watched, strict=True)
            )
            yield Difference("changed", table, now[key], what, False, less=less)


def _anew(
    table: facts.Table, now: Iterable[tuple[str, ...]], before: Container[tuple[str, ...]]
) -> set[str]:
    """Wholes that were made anew: most of their facts are other, so each of these says nothing."""
    if table.anew is None:
        return set()
    place = table.compare.index(table.anew)
    every, other = Counter[str](), Counter[str]()
    for key in now:
        every[key[place]] += 1
        other[key[place]] += key not in before
    return {k for k, n in other.items() if n == every[k] or (n >= MANY and 2 * n > every[k])}


def _rows(
    table: facts.Table, evidence: Evidence, called: Callable[[str, str], str]
) -> dict[tuple[str, ...], Row]:
    """Facts by what finds them again; where several share it, the first, with all their values."""
    owners = dict(fetch(evidence.connection, OWNERS))
    cut = len(table.compare)
    rows: dict[tuple[str, ...], Row] = {}
    for said, artefact, locator, path, because, weight, order, *values in fetch(
        evidence.connection, _query(table)
    ):
        key = tuple(
            _found_again(table, name, value, artefact or "", called)
            for name, value in zip(table.compare, values[:cut], strict=True)
        )
        place = said or owners.get(artefact or "", ""), artefact or "", locator or ""
        row = Row(key, tuple(values[cut:]), weight, *place, path or "", because or "", order)
        if (first := rows.get(key)) is not None:
            row = first._replace(
                watched=tuple(map(_together, first.watched, row.watched)),
                weight=max((w for w in (first.weight, weight) if w is not None), default=None),
            )
        rows[key] = row
    return rows


OWNERS = f"SELECT artefact, min(product) FROM {SCHEMA}.product_artefact GROUP BY artefact"


def _query(table: facts.Table) -> str:
    """Product, artefact, locator, path, reason, weight, order, then what is compared, watched."""

    def column(name: str, otherwise: str = "NULL") -> str:
        return name if name in table.columns else otherwise

    listed = ", ".join(
        f"COALESCE(CAST({c} AS VARCHAR), '')" for c in (*table.compare, *table.watch)
    )
    weight = f"CAST({table.weight} AS DOUBLE)" if table.weight in table.columns else "NULL"
    if "effect_shown" in table.columns:
        weight = f"CASE WHEN effect_shown THEN 1.0 ELSE {weight} END"
    order = f"COALESCE(CAST({table.order} AS DOUBLE), 0)" if table.order else "1.0"
    # what holds other artefacts is told by what it holds
    inner = ""
    if table.name == "occurrence":
        inner = f"WHERE artefact NOT IN (SELECT parent FROM {SCHEMA}.occurrence WHERE parent <> '')"
    return (
        f"SELECT {column('product')}, artefact, locator, {column('path')}, {column('because')}, "
        f"{weight}, {order}, {listed} FROM {SCHEMA}.{table.name} {inner} ORDER BY id"
    )


def _found_again(
    table: facts.Table, column: str, value: str, artefact: str, called: Callable[[str, str], str]
) -> str:
    if column == "path":
        return called(value, artefact)
    if table.name == "component" and column == "name":
        return re.sub(r"[-_.]+", "-", value).lower()  # as PEP 503 has it; bills spell freely
    return same_path.opened(value) if column == "product" else value


def _together(one: str, other: str) -> str:
    return one if other in one.split(" | ") else " | ".join(sorted({*one.split(" | "), other}))


def _change(table: facts.Table, now: Row, before: Row, bill: bool) -> str:
    """What changed, in words; empty where nothing did."""
    pairs = zip(table.watch, before.watched, now.watched, strict=True)
    changed = [(c, a, b) for c, a, b in pairs if a != b and not (bill and not (a and b))]
    told = [f"{c} was {a[:SHORT] or 'empty'}, is {b[:SHORT] or 'empty'}" for c, a, b in changed]
    if now.weight is not None and before.weight is not None:
        low, high = sorted((now.weight, before.weight))
        if low < LOOK_HERE <= high:
            told.append(f"strength was {before.weight:.2f}, is {now.weight:.2f}")
    if told and table.watch == ("artefact",):
        return "another content"
    return ", ".join(told)


def _shortened(found: list[Difference]) -> Iterator[Difference | tuple[str, str, int]]:
    """All but what is too many of one kind in one table, whose number comes last."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts[one.change, one.table.name] += 1
        if counts[one.change, one.table.name] <= MOST:
            yield one
    for (change, name), number in sorted(counts.items()):
        if number > MOST:
            yield change, name, number - MOST


def _words(one: Difference | tuple[str, str, int]) -> dict[str, Any]:
    if not isinstance(one, Difference):
        change, name, number = one
        because = f"{number:,} more of this kind are {change}: they are not listed one by one"
        return {"change": change, "table": name, "product": "", "because": because, "fact": {}}
    table, row = one.table, one.row
    values: dict[str, Any] = dict(
        zip((*table.compare, *table.watch), (*row.key, *row.watched), strict=True)
    )
    if row.path:
        values["path"] = re.sub(r"^.*!/", "", row.path)
    told = ", ".join(values[c][:SHORT] for c in table.compare if values[c])
    words = {"occurrence": "content of"}.get(table.name, table.name.replace("_", " "))
    why = {"new": "not in the baseline", "gone": "only in the baseline"}.get(one.change, one.what)
    if one.known:
        why += " here, though elsewhere" if one.change == "new" else " here"
    if row.because and one.change != "gone":
        why += f"; {row.because}"
    if row.weight is not None:
        why += f" (strength {row.weight:.2f})"
        values["strength"] = row.weight
    return {
        "change": one.change,
        "table": table.name,
        "product": row.product,
        "because": f"{words} {told}: {why}",
        "fact": {"artefact": row.artefact, "locator": row.locator, **values},
    }
