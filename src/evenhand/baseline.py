"""The difference in facts between two bodies of evidence: a release and the one before it.

The same facts and the same SQL as everything else: no second scanner. A fact table takes part
where it declares `COMPARE`, the columns by which a fact is found again in another release; the
columns in `WATCH` may change. Paths are compared below the archives that they lie in. What is new
comes first, and of that what is rare: one new host stands out among a hundred new files.

Spec: DESIGN, contract `-f json` (`differences`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand import facts
from evenhand.engines.duckdb import SCHEMA, fetch
from evenhand.evidence import Evidence

# A path below the last archive, with versions in it left open, since every release has its own:
# `a-1.0.tgz!/a-1.0.tar!/a-1.0/x.py` → `a-*/x.py`.
COMPARED_PATH = r"regexp_replace(regexp_replace(path, '^.*!/', ''), '\d+(\.\d+)+', '*', 'g')"
# Two releases of one package that differ more than this are told by number, not one by one.
MOST = 1000


class Row(NamedTuple):
    """One fact as it is compared: what finds it again, what may change, where it stands."""

    key: tuple[str, ...]
    watched: tuple[str, ...]
    product: str
    artefact: str
    locator: str


def differences(new: Evidence, old: Evidence) -> tuple[dict[str, Any], ...]:
    """New, gone and changed facts, rarest kind first; `rank` counts from 1."""
    found = [d for table in facts.tables().values() if table.compare for d in _of(table, new, old)]
    rarity = Counter((d["table"], d["change"]) for d in found)
    # what is new first: a version that changed and a page that went are the rule in any release
    order = ("new", "changed", "gone")
    found.sort(
        key=lambda d: (
            order.index(d["change"]),
            rarity[d["table"], d["change"]],
            d["table"],
            d["because"],
        )
    )
    return tuple({"rank": rank, **d} for rank, d in enumerate(found[:MOST], 1))


def _of(table: facts.Table, new: Evidence, old: Evidence) -> Iterator[dict[str, Any]]:
    now, before = _rows(table, new), _rows(table, old)
    for key in sorted(now.keys() | before.keys()):
        if key not in before:
            yield _difference(table, "new", now[key], "")
        elif key not in now:
            yield _difference(table, "gone", before[key], "")
        elif now[key].watched != before[key].watched:
            yield _difference(table, "changed", now[key], _change(table, now[key], before[key]))


def _rows(table: facts.Table, evidence: Evidence) -> dict[tuple[str, ...], Row]:
    """Facts by what finds them again; the first where several share it."""
    columns = [COMPARED_PATH if c == "path" else c for c in (*table.compare, *table.watch)]
    listed = ", ".join(f"COALESCE(CAST({c} AS VARCHAR), '')" for c in columns)
    product = "product" if "product" in table.columns else "NULL"
    query = (
        f"SELECT {product}, artefact, locator, {listed} FROM {SCHEMA}.{table.name} ORDER BY id DESC"
    )
    owners: dict[str, str] = {
        row[0]: row[1]
        for row in fetch(
            evidence.connection,
            f"SELECT artefact, min(product) FROM {SCHEMA}.product_artefact GROUP BY artefact",
        )
    }
    cut = len(table.compare)
    rows = {}
    for said, artefact, locator, *values in fetch(evidence.connection, query):
        key = tuple(values[:cut])
        owner = said or owners.get(artefact or "", "")
        rows[key] = Row(key, tuple(values[cut:]), owner, artefact or "", locator or "")
    return rows


def _difference(table: facts.Table, change: str, row: Row, what: str) -> dict[str, Any]:
    told = ", ".join(v for v in row.key if v)
    words = {"occurrence": "content of"}.get(table.name, table.name.replace("_", " "))
    because = {"new": "not in the baseline", "gone": "only in the baseline"}.get(change, what)
    values = dict(zip((*table.compare, *table.watch), (*row.key, *row.watched), strict=True))
    return {
        "change": change,
        "table": table.name,
        "product": row.product,
        "because": f"{words} {told}: {because}",
        "fact": {"artefact": row.artefact, "locator": row.locator, **values},
    }


def _change(table: facts.Table, now: Row, before: Row) -> str:
    pairs = zip(table.watch, before.watched, now.watched, strict=True)
    told = (f"{c} was {a[:80] or 'empty'}, is {b[:80] or 'empty'}" for c, a, b in pairs if a != b)
    return "another content" if table.watch == ("artefact",) else ", ".join(told)
