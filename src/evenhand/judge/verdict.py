"""Verdicts made from the rows of runs: at once where they are few, else when asked for.

Spec: DESIGN (Two days; Weak facts; contract `-f json`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import groupby, islice
from typing import overload

from evenhand import facts
from evenhand.engines.duckdb import fetch, quoted
from evenhand.judge import words
from evenhand.judge.piece import Piece, beside, pieces_of
from evenhand.judge.result import OUTCOMES, EvidenceRow, Verdict, place
from evenhand.judge.rulebook import Clause, Rulebook, Use
from evenhand.judge.run import DECIDED, SHOWN_EVIDENCE, Row, Run
from evenhand.judge.views import BASE

# Weakest first: a verdict is no stronger than the weakest fact that it rests on.
STRENGTH = ("alleged", "declared", "observed", "found")


@dataclass(frozen=True)
class Under:
    """One check under one clause, and what its verdicts depend on besides the rows."""

    book: Rulebook
    clause: Clause
    check: str
    judges: str
    told: Callable[[Row], str]  # why a row has its outcome
    as_of: date
    replay: bool
    ruled: frozenset[str] | None  # the territories of two states exchanged

    def outcome(self, row: Row, attributed: bool) -> tuple[str, str, bool]:
        """The outcome under this clause, why, and whether the day is before the clause's."""
        clause = self.clause
        because = self.told(row)
        before = clause.since is not None and row.on_day is not None and row.on_day < clause.since
        decided = row.outcome in DECIDED
        in_scope = row.outcome != "not applicable"
        if before and clause.binding and not self.replay and in_scope:
            return "not applicable", f"The event is of {row.on_day}, before {clause.since}.", False
        if decided and clause.binding and clause.since and row.on_day is None and not self.replay:
            why = f"The day is not known; the clause binds since {clause.since}."
            return "not shown", why, False
        replay = decided and (before or not clause.in_force(self.as_of))
        if row.weak:
            return "not shown", f"{words.WEAK[row.weak]} {because}", replay
        if decided and clause.unverified:
            return "not shown", f"The clause itself is unverified. {because}", replay
        if row.outcome == "broken" and clause.addresses_state and not attributed:
            return "not shown", f"Attribution to a state is not shown. {because}", replay
        return row.outcome, because, replay

    def verdict(self, row: Row, pieces: Sequence[Piece]) -> Verdict:
        """The verdict about one subject."""
        law = sorted(f"{p.fact} ({p.locator.partition(': ')[2]})" for p in pieces if p.law)
        rest = [p for p in pieces if not p.law]
        own = next((p for p in pieces if p.own), None)
        attributed = own is not None and own.acts and own.grade != "alleged"
        outcome, because, replay = self.outcome(row, attributed)
        return Verdict(
            self.book.id,
            self.clause.id,
            self.check,
            row.subject,
            outcome,
            because,
            min((p.grade for p in rest), key=STRENGTH.index, default=None),
            self.clause.addressee,
            self.clause.binding,
            _attribution(self.clause, attributed),
            self._root(row, pieces, outcome),
            False,
            replay,
            tuple(
                EvidenceRow(p.fact, p.table, p.artefact, p.locator) for p in rest[:SHOWN_EVIDENCE]
            ),
            len(rest),
            (self.clause.cites, *law),
        )

    def _root(self, row: Row, pieces: Sequence[Piece], outcome: str) -> str | None:
        """What the verdict rests on; None where neither state is in what it rests on."""
        if self.ruled is None or outcome not in DECIDED:
            return None
        return (row.root or "conduct") if any(p.states & self.ruled for p in pieces) else None


def _attribution(clause: Clause, attributed: bool) -> str | None:
    """Whether the act is shown to be a state's; no question where no state is addressed."""
    if not clause.addresses_state:
        return None
    return "shown" if attributed else "not shown"


def under(
    book: Rulebook,
    clause: Clause,
    use: Use,
    as_of: date,
    replay: bool = False,
    ruled: frozenset[str] | None = None,
) -> Under:
    """A check under a clause."""
    known: dict[tuple[object, ...], str] = {}

    def told(row: Row) -> str:
        # rows are many, but the values that their conditions take together are few
        key = row.outcome, *row.conditions.values()
        if key not in known:
            known[key] = words.because(use.check, row)
        return known[key]

    name, judges = use.check.name, use.check.judges
    return Under(book, clause, name, judges, told, as_of, replay, ruled)


@dataclass(frozen=True)
class Part:
    """The verdicts of one check under one clause: a run, and how the clause takes its rows."""

    run: Run
    under: Under

    def kinds(self) -> Iterator[tuple[str, str, int]]:
        """Outcome, why, and how many: rows that the clause cannot tell apart are told together."""
        if not self.run.size:
            return
        clause, names = self.under.clause, self.run.use.check.conditions
        before = f"r.on_day < DATE '{clause.since}'" if clause.since else "FALSE"
        weak = "w.why" if self.run.weak else "NULL"
        keys = ", ".join(f'r."{n}"' for n in names)
        query = (
            f"SELECT min(r.subject), min(r.on_day), min(r.fact), r.outcome, {weak} AS why, NULL, "
            f"{keys}, {before} AS early, {self._attributed()} AS attributed, count(*) "
            f"FROM {self.run.source} GROUP BY r.outcome, why, early, attributed, {keys}"
        )
        for *cells, _, attributed, number in fetch(self.run.views.connection, query):
            outcome, because, _ = self.under.outcome(self.run.row(cells), attributed)
            yield outcome, because, number

    def _attributed(self) -> str:
        """Whether a row's own fact names the state whose act it is, and is more than alleged."""
        actor = facts.tables()[self.under.judges].actor
        if not actor or not self.under.clause.addresses_state:
            return "FALSE"
        acts = f"SELECT id FROM {BASE}.{self.under.judges} WHERE {actor} IS NOT NULL"
        return f"COALESCE(r.fact IN ({acts} AND grade <> 'alleged'), FALSE)"

    def _stands(self) -> str:
        """Where a row's outcome is also the verdict's: `Under.outcome` for the engine."""
        clause = self.under.clause
        wanted = ["w.why IS NULL"] if self.run.weak else []
        if clause.binding and clause.since and not self.under.replay:
            wanted.append(f"COALESCE(r.on_day >= DATE '{clause.since}', FALSE)")
        if clause.addresses_state:
            wanted.append(f"(r.outcome <> 'broken' OR {self._attributed()})")
        if clause.unverified:
            wanted.append("FALSE")
        stands = " AND ".join(wanted) or "TRUE"
        late = "TRUE"  # a row that is not shown stands too, unless its day is before the clause's
        if clause.binding and clause.since and not self.under.replay:
            late = f"COALESCE(r.on_day >= DATE '{clause.since}', TRUE)"
        return (
            f"CASE r.outcome WHEN 'not shown' THEN {late} WHEN 'not applicable' THEN TRUE "
            f"ELSE {stands} END"
        )

    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict, in order of the subjects."""
        yield from self._made(self.run.rows(), None)

    def having(self, outcome: str) -> Iterator[Verdict]:
        """Every verdict with this outcome."""
        if outcome == "broken":
            where = f"r.outcome = 'broken' AND {self._stands()}"
            yield from self._made(self.run.rows(where), None)
        else:
            yield from (v for v in self.verdicts() if v.outcome == outcome)

    def about(self, subject: str) -> list[Verdict]:
        """The verdict about one subject, where there is one."""
        rows = list(self.run.rows(f"r.subject = {quoted(subject)}"))
        return list(self._made(rows, rows))

    def first(self, number: int) -> list[Verdict]:
        """The first verdicts of every outcome, at most `number` of each, those told in order."""
        rows: dict[str, Row] = {}
        stands = self._stands()
        wheres = [f"r.outcome = '{o}' AND {stands}" for o in OUTCOMES]
        for where in (*wheres, f"NOT {stands}"):
            rows |= {r.subject: r for r in self.run.rows(where, number)}
        chosen = [rows[subject] for subject in sorted(rows)]
        counts: Counter[str] = Counter()
        found = []
        for verdict in self._made(chosen, chosen):
            counts[verdict.outcome] += 1
            if counts[verdict.outcome] <= number:
                found.append(verdict)
        return found

    def _made(self, rows: Iterable[Row], chosen: Sequence[Row] | None) -> Iterator[Verdict]:
        if not self.run.size or chosen == []:
            return
        pieces = pieces_of(self.run, chosen, self.under.ruled is not None)
        for row, mine in beside(rows, pieces):
            yield self.under.verdict(row, mine)


class Verdicts(Sequence[Verdict]):
    """The verdicts of a large run, made anew whenever they are gone through.

    Only the numbers are known at once; a report that lists all of them goes through them once.
    """

    def __init__(self, parts: Sequence[Part], finish: Callable[[Verdict], Verdict]) -> None:
        self._parts, self._finish = parts, finish

    def __len__(self) -> int:
        return sum(p.run.size for p in self._parts)

    def __iter__(self) -> Iterator[Verdict]:
        for part in self._parts:
            yield from map(self._finish, part.verdicts())

    @overload
    def __getitem__(self, at: int) -> Verdict: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, at: int | slice) -> Verdict | tuple[Verdict, ...]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return tuple(islice(self, start, stop, step))
        place = at + len(self) if at < 0 else at
        for verdict in islice(self, max(place, 0), max(place, 0) + 1) if place >= 0 else ():
            return verdict
        raise IndexError(at)

    def having(self, outcome: str) -> Iterator[Verdict]:
        """Every verdict with this outcome, the others left in the engine."""
        for part in self._parts:
            yield from map(self._finish, part.having(outcome))

    def sorted(self) -> Iterator[Verdict]:
        """All, in the order of `place`: parts come in order, and each is in order of subjects."""

        def key(part: Part) -> tuple[str, str, str]:
            return part.under.book.id, part.under.clause.id, part.under.check

        for _, parts in groupby(sorted(self._parts, key=key), key=key):
            yield from map(self._finish, merge(*(p.verdicts() for p in parts), key=place))

    def first(self, number: int) -> tuple[Verdict, ...]:
        """Of every check under every clause the first verdicts of each outcome."""
        return tuple(self._finish(v) for part in self._parts for v in part.first(number))
