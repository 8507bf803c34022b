"""The renaming gate: rename all states in facts, lists and parameters; no verdict may change.

Facts are generated: each cell is drawn from the values that the checks' own cases show in that
column, so that generated tables reach the same corners in new combinations.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand import facts
from evenhand.judge import cases, check, counterfactual, rulebook
from evenhand.judge.check import Check
from evenhand.judge.expression import parse
from evenhand.judge.rulebook import Use
from evenhand.judge.run import Row, outcomes
from evenhand.judge.views import BASE

CODE = re.compile(r"[A-Z]{2}")
AS_OF = date(2026, 1, 1)
BENCH = cases.Bench()
CHECKS = [check.load(n) for n in check.names()]
USES = [u for n in rulebook.names() for c in rulebook.load(n).clauses for u in c.uses]


def case_uses() -> list[Use]:
    """Every check with the parameters of its cases."""
    found = {}
    for one in CHECKS:
        for document, number in cases.read(one):
            given = document.value[number].get("with") or {}
            use = Use(one, check.cast_parameters(one, given, "case"))
            found[use.key] = use
    return list(found.values())


def pools() -> dict[tuple[str, str], list[Any]]:
    """Table and column → the values that cases show there."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in CHECKS:
        for document, number in cases.read(one):
            for table, rows in cases.rows_of(document, number).items():
                for row in rows:
                    for column, value in row.items():
                        if column not in ("id", "locator") and value not in found[table, column]:
                            found[table, column].append(value)
    return found


ALL_USES = USES + case_uses()
POOLS = pools()
CODES = sorted(
    {v for values in POOLS.values() for v in values if isinstance(v, str) and CODE.fullmatch(v)}
    | {
        v
        for use in ALL_USES
        for values in use.parameters.values()
        if isinstance(values, list)
        for v in values
        if CODE.fullmatch(v)
    }
)


def rows_of(table: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A few rows of a table, each cell from the pool of its column, or empty."""
    shape = facts.tables()[table]
    columns = {c: POOLS[table, c] for c in shape.columns if POOLS.get((table, c))}
    cells = {c: st.sampled_from([None, *v]) for c, v in columns.items() if c not in shape.key}
    keys = {c: st.sampled_from(v) for c, v in columns.items() if c in shape.key}
    rows = st.lists(st.fixed_dictionaries(cells | keys), max_size=5)
    return rows.map(lambda found: numbered(table, found))


def numbered(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with ids, one for each key."""
    key = facts.tables()[table].key
    seen, kept = set(), []
    for number, row in enumerate(rows):
        mine = tuple(str(row.get(c)) for c in key) if key else number
        if mine not in seen:
            seen.add(mine)
            kept.append({"grade": "declared"} | row | {"id": f"{table}/case/0/{number}"})
    return kept


def by_fact(rows: list[Row]) -> dict[str, tuple[str, Mapping[str, bool | None]]]:
    """What each fact came to: subjects may hold a state's code, ids of facts do not."""
    return {r.fact or "": (r.outcome, r.conditions) for r in rows}


def tables_for(*checks: Check) -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Facts for every table that checks read."""
    return st.fixed_dictionaries(
        {t: rows_of(t) for t in sorted({r for c in checks for r in c.reads})}
    )


def drawn(data: st.DataObject) -> list[Use]:
    """Every check, with parameters that a rulebook or a case gives it."""
    uses = {c.name: [u for u in ALL_USES if u.check.name == c.name] for c in CHECKS}
    return [data.draw(st.sampled_from(found)) for found in uses.values()]


def same_when_renamed(use: Use, renamed_use: Use) -> None:
    """The same verdicts on the facts as they lie and on the facts renamed."""
    plain = by_fact(outcomes(BENCH.views, use, AS_OF, BASE))
    assert by_fact(outcomes(BENCH.views, renamed_use, AS_OF, "renamed")) == plain, use.key


# One world for all checks: laying and renaming it costs as much as judging by several of them.
@settings(max_examples=6, deadline=None, derandomize=True)
@given(data=st.data())
def test_renaming_all_states_changes_no_verdict(data: st.DataObject) -> None:
    mapping = dict(zip(CODES, data.draw(st.permutations(CODES)), strict=True))
    BENCH.lay(data.draw(tables_for(*CHECKS)))
    BENCH.views.renamed(mapping)
    for use in drawn(data):
        same_when_renamed(use, counterfactual.rename_parameters(use, mapping))


@settings(max_examples=2, deadline=None, derandomize=True)
@given(data=st.data())
def test_exchanging_two_states_twice_changes_nothing(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(CODES)), data.draw(st.sampled_from(CODES))
    swap = {pair[0]: pair[1], pair[1]: pair[0]}
    BENCH.lay(data.draw(tables_for(*CHECKS)))
    BENCH.views.renamed({c: swap.get(swap.get(c, c), swap.get(c, c)) for c in CODES})
    for use in drawn(data):
        same_when_renamed(use, use)


def test_the_gate_is_not_blind() -> None:
    """A check that names a state is caught by the gate."""
    tables = {"demand": [{"id": "demand/case/0/0", "demand": "d", "by_state": "XA"}]}
    BENCH.lay(tables)
    BENCH.views.renamed({"XA": "XB", "XB": "XA"})
    sql = "SELECT 'x' AS subject, on_day, id AS fact, by_state = 'XA' AS named FROM demand"
    one = check.load("access/permitted_by_the_state_where_data_are")
    biased = replace(
        one,
        sql=sql,
        evidence_sql=None,
        conditions={"named": "x"},
        applies=parse("named OR NOT named"),
        holds=parse("named"),
        parameters={},
    )
    use = Use(biased, {})
    plain = by_fact(outcomes(BENCH.views, use, AS_OF, BASE))
    assert by_fact(outcomes(BENCH.views, use, AS_OF, "renamed")) != plain


def test_with_no_facts_nothing_holds_and_nothing_is_broken() -> None:
    BENCH.lay({})
    for use in ALL_USES:
        assert outcomes(BENCH.views, use, AS_OF, BASE) == []
