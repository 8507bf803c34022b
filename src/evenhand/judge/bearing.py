"""Claims that a verdict bears on: who said what of whom, who denies it, what would settle it.

A claim is linked by the rule that a clause cites, or by a measure that a verdict rests on; one
about a state only where that state is in the facts. It never decides anything: no check reads the
table.

Spec: MISSION (an allegation never breaks anything); docs/how-to/what-is-claimed.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evenhand import facts
from evenhand.engines.duckdb import fetch, quoted
from evenhand.judge.piece import Piece
from evenhand.judge.rulebook import Clause
from evenhand.judge.views import BASE

if TYPE_CHECKING:
    import duckdb

UNSETTLED = ("value", "definition")  # kinds of which only the factual parts can be settled


def lines(
    connection: duckdb.DuckDBPyConnection, clause: Clause, pieces: Sequence[Piece]
) -> Iterator[str]:
    """What is told of the claims that a verdict under a clause bears on; nothing where none is."""
    rules = [clause.cites.rpartition("#")[2], *_measures(connection, pieces)]
    listed = ", ".join(quoted(r) for r in rules)
    states = ", ".join(quoted(s) for s in sorted(_states(connection, pieces))) or "NULL"
    query = (
        f"SELECT claim, kind, said_by, said_of, said_on, says, denied_by, decided_by, remark "
        f"FROM {BASE}.claim WHERE list_has_any(rules, [{listed}]) "
        f"AND (of_state IS NULL OR of_state IN ({states})) ORDER BY claim"
    )
    for number, row in enumerate(fetch(connection, query)):
        if number == 0:
            yield "  claims that it bears on (as they were made; they decide nothing):"
        claim, kind, by, of, on, says, denied, decided, remark = row
        when = f", {on}" if on else ""
        yield f"    {claim} ({kind}; {by} of {of}{when}): {says}"
        yield f"      denied by: {denied or 'nobody, on what was read'}"
        part = (
            "its factual part would be settled by" if kind in UNSETTLED else "would be settled by"
        )
        yield f"      {part}: {decided}"
        if remark:
            yield f"      {remark}"


def _states(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece]) -> set[str]:
    """The states that the facts of a verdict name; law rows name many that it is not about."""
    found: set[str] = set()
    for piece in pieces:
        columns = ", ".join(facts.tables()[piece.table].roles)
        if columns and not piece.law:
            query = f"SELECT {columns} FROM {BASE}.{piece.table} WHERE id = {quoted(piece.fact)}"
            found.update(s for row in fetch(connection, query) for s in row if s)
    return found


def _measures(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece]) -> Iterator[str]:
    """The keys of the measures among what a verdict rests on, `KEY/STATE` also as `KEY`."""
    ids = ", ".join(quoted(p.fact) for p in pieces if p.table == "measure")
    if ids:
        for (key,) in fetch(connection, f"SELECT measure FROM {BASE}.measure WHERE id IN ({ids})"):
            yield from dict.fromkeys((key, key.partition("/")[0]))
