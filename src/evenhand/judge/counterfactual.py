"""Counterfactuals: what a verdict rests on, and what would flip it.

Two states are exchanged in the facts and the lists, never in a rulebook's parameters: first
their origin, then their legal status; what changes an outcome is its root, else conduct is.

Spec: DESIGN (What a verdict rests on).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

from evenhand import facts
from evenhand.judge.check import Check
from evenhand.judge.expression import Value
from evenhand.judge.rulebook import Use
from evenhand.judge.run import DECIDED, Row, Run, with_roots
from evenhand.judge.run import changed as changed_under
from evenhand.judge.views import Views

ROOTS = {"origin": "origin", "legal": "legal status", "conduct": "conduct"}


def schemas(views: Views, pair: tuple[str, str]) -> dict[str, list[tuple[str, set[str]]]]:
    """The views of each root, with the tables whose rows they change."""
    with_role = {
        role: {t.name for t in facts.tables().values() if role in t.roles.values()}
        for role in ("origin", "legal")
    }
    designated = {"designation"}
    return {
        "origin": [
            (views.exchanged("origin_exchanged", "origin", pair, True), with_role["origin"]),
            (views.nobody_designated(), designated),
            (views.everybody_designated(), designated),
        ],
        "legal": [(views.exchanged("legal_exchanged", "legal", pair, False), with_role["legal"])],
    }


def roots(run: Run, changed: Mapping[str, list[tuple[str, set[str]]]]) -> Run:
    """The run with what its outcomes rest on, for every subject that was decided."""
    parts = [
        (changed_under(run, schema, DECIDED), ROOTS[role])
        for role in ("legal", "origin")  # where both change it, its origin is its root
        for schema, touched in changed[role]
        if run.use.check.reads & touched
    ]
    return with_roots(run, parts)


def flips(check: Check, row: Row) -> list[tuple[str, dict[str, Value]]]:
    """The smallest changes of conditions that give another outcome: (outcome, changes) each."""
    names = list(check.conditions)
    found: dict[str, dict[str, Value]] = {}
    for size in range(1, len(names) + 1):
        for some in combinations(names, size):
            for values in product((True, False), repeat=size):
                changes: dict[str, Value] = dict(zip(some, values, strict=True))
                if any(row.conditions[n] is v for n, v in changes.items()):
                    continue
                outcome = outcome_of(check, {**row.conditions, **changes})
                if outcome not in (row.outcome, "not shown", *found):
                    found[outcome] = changes
        if found:
            break
    return sorted(found.items())


def outcome_of(check: Check, conditions: Mapping[str, Value]) -> str:
    """The outcome that conditions give."""
    applies = check.applies.value(conditions)
    if applies is None:
        return "not shown"
    if not applies:
        return "not applicable"
    holds = check.holds.value(conditions)
    return "not shown" if holds is None else "holds" if holds else "broken"


def rename_parameters(use: Use, mapping: Mapping[str, str]) -> Use:
    """A use with the states in its parameters renamed too (for the renaming gate)."""
    changed = {}
    for name, value in use.parameters.items():
        if use.check.parameters[name].role != "none" and isinstance(value, list):
            value = [mapping.get(v, v) for v in value]
        changed[name] = value
    return Use(use.check, changed)
