"""Contrasts: why two clauses say different things about one subject, in plain words.

Spec: DESIGN, contract of the command line (compare).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from evenhand.engines.duckdb import one_of
from evenhand.judge.result import Verdict
from evenhand.judge.run import Row
from evenhand.judge.verdict import Part

VALUES = {True: "yes", False: "no", None: "not known"}
FIRST = ("broken", "holds", "not shown", "not applicable")  # which verdict speaks for a rulebook
SHOWN = 6  # values of a list
PARAMETERS = 6  # that are told with their values; of more only the names help


class Said(NamedTuple):
    """A verdict, and the check under the clause that gave it."""

    part: Part
    verdict: Verdict

    @property
    def clause(self) -> str:
        """Rulebook and clause, as they are named to people."""
        return f"{self.verdict.rulebook} {self.verdict.clause}"

    def row(self, rows: Rows) -> Row | None:
        """The subject's row, as the check gave it."""
        v = self.verdict
        return rows.get((v.rulebook, v.clause, v.check, v.subject))


Rows = Mapping[tuple[str, str, str, str], Row]  # rulebook, clause, check, subject → its row


def rows_of(parts: Sequence[Part], subjects: Sequence[str]) -> Rows:
    """The rows of these subjects in each part."""
    where = f"r.subject IN {one_of(subjects)}"
    return {
        (p.under.book.id, p.under.clause.id, p.under.check, row.subject): row
        for p in (parts if subjects else ())
        for row in p.run.rows(where)
    }


def differ(one: Sequence[Said], other: Sequence[Said]) -> bool:
    """True where two rulebooks do not say the same of a subject."""
    return {s.verdict.outcome for s in one} != {s.verdict.outcome for s in other}


def why(one: Sequence[Said], other: Sequence[Said], rows: Rows) -> list[str]:
    """What makes two rulebooks differ about one subject: the first that can be named of the
    check, its parameters and lists, the conditions, the scope, the dates, the clause itself.
    """
    same_check = (
        (a, b)
        for a in sorted(one, key=_weight)
        for b in sorted(other, key=_weight)
        if a.verdict.check == b.verdict.check and a.verdict.outcome != b.verdict.outcome
    )
    pair = next(same_check, None)
    if pair is None:
        a, b = min(one, key=_weight), min(other, key=_weight)
        if a.verdict.outcome == b.verdict.outcome:  # what differs is what else they say
            a, b = max(one, key=_weight), max(other, key=_weight)
        return list(_other_question(a, b))
    a, b = pair
    found = [*_parameters(a, b), *_conditions(a, b, rows), *_dates(a, b, rows), *_clauses(a, b)]
    head = f"{a.clause} and {b.clause} ask the same ({a.verdict.check})"
    if not found:
        return [f"{head}; the reasons stand above"]
    return [f"{head}, but:", *(f"  {line}" for line in found)]


def _weight(said: Said) -> int:
    return FIRST.index(said.verdict.outcome)


def _other_question(a: Said, b: Said) -> Iterator[str]:
    yield "they ask different things:"
    for one in (a, b):
        asks = " ".join(one.part.run.use.check.asks.split())
        yield f"  {one.clause}: {asks}"
    for one in (a, b):
        if one.verdict.outcome == "not applicable":
            reason = one.verdict.because.removeprefix("Out of scope. ")
            yield f"  scope: {one.clause} does not reach it. {reason}"


def _parameters(a: Said, b: Said) -> Iterator[str]:
    use, other = a.part.run.use, b.part.run.use
    differing = [
        n for n in use.check.parameters if use.parameters.get(n) != other.parameters.get(n)
    ]
    if len(differing) > PARAMETERS:
        yield f"parameters: {', '.join(differing)}: see evenhand rulebook show"
        return
    for name in differing:
        parameter, mine, theirs = (
            use.check.parameters[name],
            use.parameters.get(name),
            other.parameters.get(name),
        )
        word = "list" if parameter.type == "list" else "parameter"
        means = f" ({' '.join(parameter.means.split(';')[0].split())})" if parameter.means else ""
        told = f"{a.clause} gives {_value(mine, theirs)}, {b.clause} {_value(theirs, mine)}"
        yield f"{word} {name}{means}: {told}"


def _value(value: Any, beside: Any) -> str:
    """A parameter in few words: of two long lists only what the other has not."""
    if value is None or value == []:
        return "none"
    if not isinstance(value, list):
        return str(value)
    shown, lead = value, ""
    if len(value) > SHOWN and isinstance(beside, list):
        shown = [v for v in value if v not in beside] or value
        lead = "besides others " if len(shown) < len(value) else ""
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return lead + ", ".join(shown[:SHOWN]) + more


def _conditions(a: Said, b: Said, rows: Rows) -> Iterator[str]:
    mine, theirs = a.row(rows), b.row(rows)
    if mine is None or theirs is None:
        return
    check = a.part.run.use.check
    turning = {
        name
        for row in (mine, theirs)
        for tree in (check.applies, check.holds)
        for name, _ in tree.reasons(row.conditions)
    }
    for name, value in mine.conditions.items():
        if name in turning and value is not theirs.conditions[name]:
            words = " ".join(check.conditions[name].split())
            kind = "scope" if name in check.applies.names() else "condition"
            here, there = VALUES[value], VALUES[theirs.conditions[name]]
            yield f"{kind}: {words}: {here} under {a.clause}, {there} under {b.clause}"


def _dates(a: Said, b: Said, rows: Rows) -> Iterator[str]:
    mine, theirs = a.part.under.clause, b.part.under.clause
    row = a.row(rows)
    if row is None or mine.since == theirs.since:
        return
    # an event counts from the clause's first day on; one whose day is not known may be too early
    early = [c.since and (row.on_day is None or row.on_day < c.since) for c in (mine, theirs)]
    if bool(early[0]) is not bool(early[1]):
        told = " and ".join(
            f"{s.clause} counts from {c.since or 'always'}" for s, c in ((a, mine), (b, theirs))
        )
        yield f"date: {told}; the event is of {row.on_day or 'a day that is not known'}"


def _clauses(a: Said, b: Said) -> Iterator[str]:
    mine, theirs = a.part.under.clause, b.part.under.clause
    for one, clause, other in ((a, mine, theirs), (b, theirs, mine)):
        if clause.unverified and not other.unverified:
            yield f"clause: {one.clause} is from memory (unverified) and decides nothing"
        if clause.addresses_state and not other.addresses_state:
            yield f"clause: {one.clause} addresses states: whose act it is has to be shown"
