"""The bench: every clause of every rulebook over one body of evidence, checks run once each.

Spec: DESIGN (Two days; Weak facts; Roll-up).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from evenhand import __version__
from evenhand.engines import Elsewhere
from evenhand.engines.duckdb import lock
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.judge import counterfactual, finding, gather, silence, statement
from evenhand.judge.profile import NONE, Profile, Waiving
from evenhand.judge.result import (
    OUTCOMES,
    ClauseRow,
    LookedFor,
    Result,
    Verdict,
)
from evenhand.judge.rulebook import Clause, Rulebook, Use
from evenhand.judge.run import Run, run
from evenhand.judge.verdict import Part, Verdicts, under
from evenhand.judge.views import Views, lay

LISTED = 100_000  # verdicts that are in Python at once; more are made when they are asked for
WHY_SHOWN = 8  # reasons that a clause lists; the rest are counted


class Bench:
    """Judges one body of evidence as of one day."""

    def __init__(
        self,
        evidence: Evidence,
        as_of: date,
        replay: bool = False,
        swap: tuple[str, str] | None = None,
        profile: Profile = NONE,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.evidence, self.as_of, self.replay, self.swap = evidence, as_of, replay, swap
        self.profile = profile
        self.views: Views = replace(lay(evidence.connection), elsewhere=elsewhere)
        self.weak_tables = self.views.weak_tables()
        self.views.without_unverified(self.weak_tables[0])
        self.views.without_alleged(self.weak_tables[1])
        lock(evidence.connection)
        self.feeding = silence.feeding(self.views)
        self.parts: list[Part] = []
        self.ruled: frozenset[str] | None = None
        if swap is not None:
            self.ruled = frozenset().union(*({s} | self.views.ruled_by(s) for s in swap))

    def judge(self, books: Sequence[Rulebook]) -> Result:
        """Every clause of every rulebook, exactly one row each, and every verdict under it."""
        books = [book.on(self.as_of) for book in books]
        uses = {u.key: u for b in books for c in b.clauses for u in c.uses}
        self.parts = self._parts(books, self._runs(uses))
        counts: dict[tuple[str, str], list[tuple[str, Counter[str], Counter[str]]]] = {}
        for part in self.parts:
            key = part.under.book.id, part.under.clause.id
            counts.setdefault(key, []).append((part.under.check, *_counts(part)))
        clauses = [
            self._roll_up(b, c, counts.get((b.id, c.id), [])) for b in books for c in b.clauses
        ]
        verdicts, notes = self._verdicts()
        connection = self.evidence.connection
        return Result(
            evenhand=__version__,
            as_of=self.as_of,
            complete=self.evidence.complete,
            artefacts=gather.artefacts(connection),
            readings=gather.readings(connection),
            verdicts=verdicts,
            clauses=tuple(clauses),
            differences=(),
            summary={b.id: _summary(b, clauses) for b in books},
            rulebooks=gather.rulebooks(books),
            lists=gather.lists_used({*self.evidence.lists, *self.views.lists}),
            readers=gather.readers_used(connection),
            texts=gather.clause_texts(books),
            checks=gather.check_texts(uses.values()),
            destinations=gather.destinations(connection),
            looked_for=_looked_for(books, counts),
            findings=finding.findings(connection),
            findings_total=finding.number(connection),
            swap=self.swap,
            notes=tuple(notes),
            territories=gather.territories(connection),
        )

    def _runs(self, uses: Mapping[str, Use]) -> dict[str, Run]:
        """Every check run once with each set of parameters; those without a row to judge are not
        run.
        """
        filled = self.views.filled()
        self.views.keep(_shared(u for u in uses.values() if u.check.judges in filled))
        runs = {}
        changed = counterfactual.schemas(self.views, self.swap) if self.swap is not None else {}
        for number, (key, use) in enumerate(uses.items()):
            if use.check.judges not in filled:
                runs[key] = Run(use, self.views, self.as_of, "", 0)
                continue
            one = run(self.views, use, self.as_of, self.weak_tables, f"run_{number}")
            runs[key] = counterfactual.roots(one, changed) if changed else one
        return runs

    def _parts(self, books: Sequence[Rulebook], runs: Mapping[str, Run]) -> list[Part]:
        """Each check under each clause that is in force."""
        return [
            Part(runs[use.key], under(book, clause, use, self.as_of, self.replay, self.ruled))
            for book in books
            for clause in book.clauses
            if clause.in_force(self.as_of) or self.replay
            for use in clause.uses
        ]

    def _verdicts(self) -> tuple[Sequence[Verdict], list[str]]:
        """The verdicts, and what is to be said of waivers that ended or cover nothing."""
        waiving = Waiving(self.profile, self.as_of)
        if sum(p.run.size for p in self.parts) <= LISTED:
            made = tuple(waiving.mark(v) for p in self.parts for v in p.verdicts())
            return made, waiving.notes()
        named = {(w.rulebook, w.clause) for w in self.profile.waivers}
        for part in self.parts:
            if (part.under.book.id, part.under.clause.id) in named:
                for verdict in part.verdicts():
                    waiving.mark(verdict)
        notes = waiving.notes()
        return Verdicts(self.parts, Waiving(self.profile, self.as_of).mark), notes

    def _roll_up(
        self,
        book: Rulebook,
        clause: Clause,
        mine: Sequence[tuple[str, Counter[str], Counter[str]]],
    ) -> ClauseRow:
        counts = sum((c for _, c, _ in mine), Counter[str]())
        reasons = sum((r for *_, r in mine), Counter[str]())
        shown = {o: counts[o] for o in OUTCOMES if counts[o]}
        if not clause.in_force(self.as_of) and not self.replay:
            why = f"no text in force on {self.as_of}"
            return ClauseRow(book.id, clause.id, "not applicable", shown, (why,))
        if clause.undecidable:
            return ClauseRow(book.id, clause.id, "not shown", shown, (clause.undecidable,))
        tables = list(dict.fromkeys(u.check.judges for u in clause.uses))
        silent = [silence.not_fed(t, self.feeding) for t in tables if not self.feeding.fed(t)]
        silent += [silence.gap(t, self.feeding) for t in tables if self.feeding.failed(t)]
        if counts["broken"]:
            outcome = "broken"
        elif counts["not shown"] or silent:
            outcome = "not shown"
        elif counts["holds"]:
            outcome = "holds"
        elif all(self.feeding.is_complete(t) for t in tables):
            outcome = "not applicable"
        else:
            outcome = "not shown"
            names = ", ".join(t.replace("_", " ") for t in tables)
            silent.append(
                f"nothing in scope was seen, and no artefact says that its {names} facts are all"
            )
        sight = [w for u in clause.uses for w in self._out_of_sight(u)] if reasons else []
        told = (*_first([*silent, *_counted(reasons)]), *dict.fromkeys(sight))
        return ClauseRow(book.id, clause.id, outcome, shown, told)

    def _out_of_sight(self, use: Use) -> list[str]:
        """Columns that old evidence lacks, and what the readers of its table cannot see."""
        absent = silence.absent_columns(use.check.sql, use.check.reads, self.evidence.absent)
        return absent + silence.cannot_see(self.views, [use.check.judges], self.feeding)


def _counts(part: Part) -> tuple[Counter[str], Counter[str]]:
    """Outcome → subjects, and why not shown → subjects."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for outcome, because, number in part.kinds():
        counts[outcome] += number
        if outcome == "not shown":
            reasons[because] += number
    return counts, reasons


def _looked_for(
    books: Sequence[Rulebook],
    counts: Mapping[tuple[str, str], Sequence[tuple[str, Counter[str], Counter[str]]]],
) -> tuple[LookedFor, ...]:
    """Each check asked, with its outcomes under the first clause that uses it."""
    asks, first = {}, dict[str, Counter[str]]()
    for book in books:
        for clause in book.clauses:
            for use in clause.uses:
                asks[use.check.name] = use.check.asks
                if use.check.name not in first:
                    told = counts.get((book.id, clause.id), [])
                    mine = (c for check, c, _ in told if check == use.check.name)
                    first[use.check.name] = sum(mine, Counter[str]())
    return tuple(
        LookedFor(asks[n], n, sum(c.values()), {o: c[o] for o in OUTCOMES if c[o]})
        for n, c in first.items()
    )


def _counted(reasons: Counter[str]) -> list[str]:
    return [
        why if number == 1 else f"{why} ({number} subjects)"
        for why, number in sorted(reasons.items(), key=lambda r: (-r[1], r[0]))
    ]


def _first(reasons: list[str]) -> tuple[str, ...]:
    if len(reasons) <= WHY_SHOWN:
        return tuple(reasons)
    return (*reasons[:WHY_SHOWN], f"and {len(reasons) - WHY_SHOWN} more reasons")


def _summary(book: Rulebook, clauses: list[ClauseRow]) -> dict[str, int]:
    mine = Counter(c.outcome for c in clauses if c.rulebook == book.id)
    return {outcome: mine[outcome] for outcome in OUTCOMES}


def parse_swap(words_: str | None) -> tuple[str, str] | None:
    """`AA:BB` as two codes."""
    if words_ is None:
        return None
    one, colon, other = words_.partition(":")
    if not colon or not all(len(c) == 2 and c.isalpha() and c.isupper() for c in (one, other)):
        raise UserError(f"--swap {words_}: give two ISO 3166-1 codes as AA:BB")
    if one == other:
        raise UserError(f"--swap {words_}: give two different states")
    return one, other


def _shared(uses: Iterable[Use]) -> set[str]:
    """Relations that more than one of these checks looks into."""
    found = Counter(n for u in uses for n in statement.relations_named(u.check.sql))
    return {name for name, number in found.items() if number > 1}
