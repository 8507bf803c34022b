"""Suppositions: the smallest changes of facts under which a verdict would be another.

Nothing is said that was not tried: each change is made in the tables, the check is run again, and
the verdict is made as the judge makes it.

Spec: DESIGN, contract of the command line (explain: the smallest change of facts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, islice
from typing import Any, NamedTuple

from evenhand import facts
from evenhand.engines.duckdb import quoted
from evenhand.judge.bench import Bench
from evenhand.judge.candidate import Change, changes
from evenhand.judge.piece import Piece
from evenhand.judge.result import Verdict
from evenhand.judge.run import DECIDED, Row, outcomes, run
from evenhand.judge.verdict import Part
from evenhand.judge.views import BASE

SINGLES, PAIRS, LEAST = 180, 180, 60  # changes that are tried: of all verdicts told, of each
MOST_ROWS = 500_000  # of evidence: above this each try takes too long
TOLD = 2  # changes that are told for one outcome


class Flip(NamedTuple):
    """An outcome, and the changes under which the verdict would have it."""

    verdict: Verdict
    changes: tuple[Change, ...]


class Search(NamedTuple):
    """What was found, how much was tried, and why nothing was tried where that is so."""

    flips: tuple[Flip, ...] = ()
    tried: int = 0
    why_not: str = ""


def search(
    bench: Bench, part: Part, verdict: Verdict, pieces: Sequence[Piece], verdicts: int = 1
) -> Search:
    """The smallest changes, of one value or of two, that flip a verdict.

    `verdicts` share the number of changes that are tried. Where one value only takes the subject
    out of scope, two are tried for a decided outcome.
    The bench must have been settled (`settled`). "not shown" counts as another outcome only
    where it is the one to get away from: any verdict can be lost by taking its evidence away.
    """
    rows = sum(bench.views.rows(t) for t in part.run.use.check.reads)
    if rows > MOST_ROWS:
        return Search(why_not=f"{rows:,} rows would have to be judged anew for each change")
    trial = _Trial(bench, part, verdict)
    most = [n if verdicts == 1 else max(LEAST, n // verdicts) for n in (SINGLES, PAIRS)]
    singles = list(islice(changes(part.run, part.under.clause, pieces), most[0]))
    if not singles:
        return Search(why_not="it rests on no fact of this evidence that could be another")
    movers = []
    for one in singles:
        movers += [one] if trial.moves((one,)) else []
        if sum(f.verdict.outcome in DECIDED for f in trial.flips) == TOLD:
            break
    if any(f.verdict.outcome in DECIDED for f in trial.flips):
        return Search(trial.found(), trial.tried)
    for pair in islice(_pairs(singles, movers), most[1]):
        trial.moves(pair)
        if any(f.verdict.outcome in DECIDED for f in trial.flips):
            break
    return Search(trial.found(), trial.tried)


def settled(bench: Bench) -> bool:
    """Make real tables of the views, so that a value can be changed; False where too large."""
    if sum(bench.views.rows(t) for t in facts.tables()) > MOST_ROWS:
        return False
    bench.views.settle()
    return True


def _pairs(singles: Sequence[Change], movers: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """Pairs worth a try: both move a condition; one row, one value for another; one row."""
    likely = (
        combinations(movers, 2),
        ((a, b) for a, b in combinations(singles, 2)
         if a.fact == b.fact and (a.before, a.after) == (b.before, b.after)),
        ((a, b) for a in movers for b in singles if a.fact == b.fact),
    )  # fmt: skip
    seen = set()
    for one, other in (pair for kind in likely for pair in kind):
        key = frozenset((str(one), str(other)))
        if one.cell != other.cell and key not in seen:
            seen.add(key)
            yield one, other


class _Trial:
    """One verdict, judged again with changes; remembers what flipped it."""

    def __init__(self, bench: Bench, part: Part, verdict: Verdict) -> None:
        check = part.run.use.check
        sql = f"SELECT * FROM (\n{check.sql}\n) AS every WHERE subject = {quoted(verdict.subject)}"
        use = replace(part.run.use, check=replace(check, sql=sql))
        self._bench, self._part, self._verdict, self._use = bench, part, verdict, use
        self._before = self._row()
        self._weak = bench.views.weak_tables()
        self.flips: list[Flip] = []
        self.tried = 0

    def moves(self, some: tuple[Change, ...]) -> bool:
        """Judge with these changes; True where a condition or the outcome is another."""
        self.tried += 1
        with _made(self._bench, some):
            row = self._row()
            if row is None or self._before is None:
                return False  # another subject, or none
            same = row._replace(fact=None) == self._before._replace(fact=None)
            if same and not any(c.column in ("grade", self._actor) for c in some):
                return False
            for verdict in self._judged(any(c.column == "grade" for c in some)):
                if self._counts(verdict, some):
                    self.flips.append(Flip(verdict, some))
            return not same

    def found(self) -> tuple[Flip, ...]:
        """The flips, those to a decided outcome first."""
        return tuple(sorted(self.flips, key=lambda f: f.verdict.outcome not in DECIDED))

    @property
    def _actor(self) -> str | None:
        return facts.tables()[self._part.under.judges].actor

    def _row(self) -> Row | None:
        rows = outcomes(self._bench.views, self._use, self._bench.as_of, BASE)
        return rows[0] if rows else None

    def _judged(self, regraded: bool) -> list[Verdict]:
        views = self._bench.views
        weak = views.weak_tables() if regraded else self._weak
        one = run(views, self._use, self._bench.as_of, weak, "supposed")
        return replace(self._part, run=one).about(self._verdict.subject)

    def _counts(self, verdict: Verdict, some: tuple[Change, ...]) -> bool:
        if verdict.outcome in (self._verdict.outcome, "not shown"):
            return False
        alike = [f for f in self.flips if f.verdict.outcome == verdict.outcome]
        if any(len(f.changes) < len(some) for f in alike):
            return False  # there is a smaller one
        cells = {tuple((c.column, c.added) for c in f.changes) for f in alike}
        return len(alike) < TOLD and tuple((c.column, c.added) for c in some) not in cells


@contextmanager
def _made(bench: Bench, some: Iterable[Change]) -> Iterator[None]:
    """The changes stand in the tables while this lasts."""
    connection, undo = bench.evidence.connection, list[tuple[str, dict[str, Any]]]()
    try:
        for number, one in enumerate(some):
            table = f"{BASE}.{one.table}"
            if one.added:
                new = f"{one.table}/supposed/{number}"
                query = (
                    f'INSERT INTO {table} SELECT * REPLACE ($id AS id, $value AS "{one.column}")'
                )
                query += f" FROM {table} WHERE id = $like"
                connection.execute(query, {"id": new, "value": one.after, "like": one.fact})
                undo.append((f"DELETE FROM {table} WHERE id = $id", {"id": new}))
                continue
            query = f'UPDATE {table} SET "{one.column}" = $value WHERE id = $id'
            connection.execute(query, {"value": one.after, "id": one.fact})
            undo.append((query, {"value": one.before, "id": one.fact}))
        yield
    finally:
        for query, values in reversed(undo):
            connection.execute(query, values)
