"""Silence: why something is not shown, in words, from readings and from what readers cannot see.

Spec: DESIGN (Roll-up); CONVENTIONS (Verdicts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evenhand import discovery, facts
from evenhand.engines.duckdb import fetch
from evenhand.judge.views import BASE, Views

GAPS = ("partly", "unreadable")


@dataclass(frozen=True)
class Feeding:
    """Which tables were fed by what, and what of it failed."""

    rows: Mapping[str, int]  # table → rows; a table that no reading fed is not there
    gaps: Mapping[str, int]  # table → readings of it that failed or were partial
    complete: frozenset[str]  # tables that an artefact declares complete
    sources: Mapping[str, tuple[str, ...]]  # table made by enrichment → tables it is made from

    def roots(self, table: str) -> tuple[str, ...]:
        """The tables that readers feed, on which this one rests."""
        return self.sources.get(table, (table,))

    def fed(self, table: str) -> bool:
        """True where some reading fed it, with rows or with none."""
        return any(t in self.rows for t in {table, self.roots(table)[0]})

    def failed(self, table: str) -> int:
        """Readings that should have fed it and failed or were partial."""
        return max(self.gaps.get(t, 0) for t in {table, *self.roots(table)})

    def is_complete(self, table: str) -> bool:
        """True where an artefact declares that it holds every row there is."""
        return table in self.complete


def feeding(views: Views) -> Feeding:
    """What the readings of this evidence fed."""
    rows: dict[str, int] = {}
    query = f"SELECT unnest(map_keys(fed)), unnest(map_values(fed)) FROM {BASE}.reading"
    for table, count in fetch(views.connection, query):
        rows[table] = rows.get(table, 0) + count
    emits = {name: reader.emits for name, reader in discovery.readers().items()}
    gaps: dict[str, int] = {}
    query = (
        f"SELECT reader, map_keys(fed), count(*) FROM {BASE}.reading "
        f"WHERE outcome IN {GAPS} GROUP BY ALL"
    )
    for reader, fed, count in fetch(views.connection, query):
        for table in {*fed, *emits.get(reader, ())}:
            gaps[table] = gaps.get(table, 0) + count
    query = f"SELECT DISTINCT unnest(complete_for) FROM {BASE}.reading"
    complete = frozenset(row[0] for row in fetch(views.connection, query))
    return Feeding(rows, gaps, complete, _sources())


def _sources() -> dict[str, tuple[str, ...]]:
    found = {}
    for module in discovery.modules("enrich").values():
        said = discovery.declared(module, "NEEDS", "MAKES")
        for table in said["MAKES"]:
            found[table] = tuple(said["NEEDS"])
    return found


def readers_of(table: str) -> list[str]:
    """The readers that can feed a table, for the words to a user."""
    return sorted(n for n, r in discovery.readers().items() if table in r.emits)


def not_fed(table: str, feeding: Feeding) -> str:
    """Why nothing is known in a table that no reading fed."""
    root = feeding.roots(table)[0]
    readers = readers_of(root)
    give = f"give {' or '.join(readers)}" if readers else f"give a facts file with {root}"
    return f"nothing given holds {root.replace('_', ' ')} facts ({give})"


def gap(table: str, feeding: Feeding) -> str:
    """Why a table is not known whole."""
    number = feeding.failed(table)
    readings = "1 reading" if number == 1 else f"{number} readings"
    return f"{readings} of {table.replace('_', ' ')} facts failed or stopped early"


def cannot_see(views: Views, tables: Iterable[str], feeding: Feeding) -> list[str]:
    """What the readers that fed these tables can never see of them, in their own words."""
    query = f"SELECT DISTINCT reader FROM {BASE}.reading WHERE outcome IN ('read', 'partly')"
    used = {row[0] for row in fetch(views.connection, query)}
    told = []
    for table in dict.fromkeys(root for t in tables for root in feeding.roots(t)):
        for name, reader in discovery.readers().items():
            why = reader.cannot_see.get(table)
            if name in used and table in reader.emits and why:
                told.append(f"{name} cannot see ({table.replace('_', ' ')}): {why}")
    return told


def absent_columns(sql: str, tables: Iterable[str], absent: Mapping[str, list[str]]) -> list[str]:
    """Columns that a check's SQL names and that this evidence, made by an older version, lacks."""
    words = set(re.findall(r"[a-z_]+", sql))
    return [
        f"column absent in this evidence: {table}.{column}"
        for table in sorted(tables)
        for column in absent.get(table, ())
        if column in words and column not in facts.SHARED
    ]
