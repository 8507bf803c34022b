"""Gathering what a report shows besides verdicts: artefacts, readings, texts, versions.

Spec: DESIGN, contract `-f json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from evenhand import lists
from evenhand.engines.duckdb import fetch
from evenhand.judge.result import (
    ArtefactRow,
    CheckText,
    ClauseText,
    Destination,
    ListUsed,
    ReaderUsed,
    ReadingRow,
    RulebookUsed,
)
from evenhand.judge.rulebook import Rulebook, Use
from evenhand.judge.views import BASE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def artefacts(connection: DuckDBPyConnection) -> tuple[ArtefactRow, ...]:
    """One row per place, in order of path."""
    query = f"""
        SELECT o.artefact, o.path, COALESCE(a.kind, 'unknown'), COALESCE(a.size_bytes, 0), o.parent
        FROM {BASE}.occurrence o
        LEFT JOIN (SELECT artefact, kind, size_bytes FROM {BASE}.artefact) a USING (artefact)
        ORDER BY o.path, o.artefact"""
    return tuple(ArtefactRow(*row) for row in fetch(connection, query))


def readings(connection: DuckDBPyConnection) -> tuple[ReadingRow, ...]:
    """Every reading, in order of path and reader."""
    query = f"""
        SELECT artefact, path, reader, outcome, reason, map_entries(fed)
        FROM {BASE}.reading ORDER BY path, artefact, reader"""
    return tuple(
        ReadingRow(
            artefact, path, reader, outcome, reason, {e["key"]: e["value"] for e in fed or ()}
        )
        for artefact, path, reader, outcome, reason, fed in fetch(connection, query)
    )


def destinations(connection: DuckDBPyConnection) -> tuple[Destination, ...]:
    """Where traffic went, largest first."""
    query = f"""
        SELECT d.id, d.product, d.address, d.host, d.bytes_sent, d.bytes_received, p.located_in,
               p.located_by, p.registered_in, p.network, p.operator, d.special
        FROM {BASE}.destination d
        LEFT JOIN {BASE}.place p USING (address)
        ORDER BY d.bytes_sent + d.bytes_received DESC, d.product, d.address"""
    return tuple(Destination(*row) for row in fetch(connection, query))


def territories(connection: DuckDBPyConnection) -> dict[str, str]:
    """Code → short name."""
    query = f"SELECT territory, min(name) FROM {BASE}.territory GROUP BY 1 ORDER BY 1"
    return {row[0]: row[1] for row in fetch(connection, query)}


def readers_used(connection: DuckDBPyConnection) -> tuple[ReaderUsed, ...]:
    """The readers that read something, with their versions."""
    query = f"""
        SELECT reader, max(reader_version) FROM {BASE}.reading
        WHERE reader <> '' GROUP BY 1 ORDER BY 1"""
    return tuple(ReaderUsed(*row) for row in fetch(connection, query))


def lists_used(names: set[str]) -> tuple[ListUsed, ...]:
    """The lists that were looked into; a name may carry its version after a space."""
    known = lists.every()
    wanted = sorted({name.split(" ")[0] for name in names})
    infos = [known[n] for n in wanted if n in known]
    return tuple(ListUsed(i.name, i.version, i.licence, i.attribution) for i in infos)


def rulebooks(books: Sequence[Rulebook]) -> tuple[RulebookUsed, ...]:
    """The rulebooks used, with the parameters of their checks by clause."""
    return tuple(
        RulebookUsed(
            b.id,
            b.version,
            b.title,
            b.binding,
            {c.id: {u.check.name: dict(u.parameters) for u in c.uses} for c in b.clauses if c.uses},
        )
        for b in books
    )


def clause_texts(books: Sequence[Rulebook]) -> tuple[ClauseText, ...]:
    """What each clause says."""
    return tuple(
        ClauseText(
            b.id,
            c.id,
            c.title,
            c.says,
            c.addressee,
            c.binding,
            c.since,
            c.cites,
            tuple(u.check.name for u in c.uses),
            c.undecidable,
        )
        for b in books
        for c in b.clauses
    )


def check_texts(uses: Iterable[Use]) -> tuple[CheckText, ...]:
    """What each check asks."""
    checks = {u.check.name: u.check for u in uses}
    return tuple(
        CheckText(c.name, c.asks, c.judges, c.remedy, c.cannot_show)
        for _, c in sorted(checks.items())
    )
