"""Notices: what a user should be told once a run is read and judged, besides the verdicts.

Each is a thing that went another way than was asked, and that no verdict would show: a pattern
that matches nothing, a state that nobody knows, a file that was nearly taken for facts.

Spec: CONVENTIONS (Errors: bad input never passes silently).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from evenhand import confine, facts
from evenhand.engines.duckdb import fetch, quoted
from evenhand.enrich import product_artefact

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from evenhand.evidence import Evidence

BASE = "base"  # the facts with the lists, as the judge lays them
GIVEN = (".csv", ".tsv", ".parquet", ".yaml", ".yml", ".json")
NEAR = 0.8  # likeness of two words, 0 to 1, from which one may be meant by the other


def after_reading(evidence: Evidence) -> Iterator[str]:
    """Of what was read: confinement that the kernel did not grant, patterns, names of files."""
    missing = [m for m in confine.MEASURES if evidence.held is not None and m not in evidence.held]
    if missing:
        yield (
            f"the kernel grants the reading processes less than all: not held: "
            f"{'; '.join(missing)}. What that means: SECURITY.md"
        )
    connection = evidence.connection
    rule = quoted(product_artefact.PATTERN)
    query = f"SELECT message FROM evidence.defect WHERE rule = {rule} ORDER BY id"
    yield from (message for (message,) in fetch(connection, query))
    yield from _nearly_facts(connection)


def _nearly_facts(connection: DuckDBPyConnection) -> Iterator[str]:
    """Files named almost as a fact table, which were therefore not read as facts."""
    taken = (
        "SELECT path FROM evidence.reading WHERE reader IN ('facts_file', 'inventory') "
        "OR list_sum(map_values(fed)) > 0 AND reader NOT IN ('text', 'binary', 'manual')"
    )
    query = (
        f"SELECT DISTINCT path FROM evidence.occurrence WHERE parent IS NULL "
        f"AND path NOT IN ({taken}) ORDER BY path"
    )
    for (path,) in fetch(connection, query):
        file = PurePosixPath(path)
        if file.suffix.lower() not in GIVEN or file.stem in facts.tables():
            continue
        meant = difflib.get_close_matches(file.stem.lower(), list(facts.tables()), 1, NEAR)
        if meant:
            wanted = file.with_name(meant[0] + file.suffix).name
            yield f"{path}: not read as facts; did you mean {wanted}? A table has its file's name"


def after_judging(evidence: Evidence, swap: tuple[str, str] | None) -> Iterator[str]:
    """Of what was judged: states that nobody knows, in the facts and in `--swap`."""
    from evenhand.judge import codes

    yield from codes.unknown_in_facts(evidence.connection, BASE)
    for state in swap or ():
        if not codes.known_here(evidence.connection, BASE, state):
            yield (
                f"--swap {':'.join(swap or ())}: no list and no fact knows {state}: "
                "exchanging it can show nothing"
            )
