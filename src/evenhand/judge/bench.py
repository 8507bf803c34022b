"""The bench: every clause of every rulebook over one body of evidence, checks run once each.

Spec: DESIGN (Two days; Weak facts; Roll-up).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from evenhand import __version__
from evenhand.engines.duckdb import fetch, lock
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.judge import counterfactual, gather, silence, words
from evenhand.judge.profile import NONE, Profile, apply_waivers
from evenhand.judge.result import (
    OUTCOMES,
    ClauseRow,
    EvidenceRow,
    LookedFor,
    Result,
    Verdict,
)
from evenhand.judge.rulebook import Clause, Rulebook
from evenhand.judge.run import SHOWN_EVIDENCE, Fact, Row, Run, look_up, run
from evenhand.judge.views import Views, lay

# Weakest first: a verdict is no stronger than the weakest fact that it rests on.
STRENGTH = ("alleged", "declared", "observed", "found")
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
    ) -> None:
        self.evidence, self.as_of, self.replay, self.swap = evidence, as_of, replay, swap
        self.profile = profile
        self.views: Views = lay(evidence.connection)
        self.views.without_unverified()
        self.views.without_alleged()
        lock(evidence.connection)
        self.weak_tables = self.views.weak_tables()
        self.feeding = silence.feeding(self.views)
        self.runs: dict[str, Run] = {}
        self.facts: dict[str, Fact] = {}
        self.rests_on: dict[str, dict[str, str]] = {}
        self.ruled: frozenset[str] = frozenset()
        if swap is not None:
            self.ruled = frozenset().union(*({s} | self.views.ruled_by(s) for s in swap))

    def judge(self, books: Sequence[Rulebook]) -> Result:
        """Every clause of every rulebook, exactly one row each, and every verdict under it."""
        books = [book.on(self.as_of) for book in books]
        uses = {u.key: u for b in books for c in b.clauses for u in c.uses}
        self.runs = {k: run(self.views, u, self.as_of, self.weak_tables) for k, u in uses.items()}
        if self.swap is not None:
            changed = counterfactual.schemas(self.views, self.swap)
            for key, one in self.runs.items():
                self.rests_on[key] = counterfactual.roots(self.views, one, self.as_of, changed)
        self.facts = look_up(self.views, self._ids())
        verdicts: list[Verdict] = []
        clauses: list[ClauseRow] = []
        for book in books:
            for clause in book.clauses:
                mine = self._verdicts(book, clause)
                verdicts += mine
                clauses.append(self._roll_up(book, clause, mine))
        verdicts, notes = apply_waivers(verdicts, self.profile, self.as_of)
        connection = self.evidence.connection
        return Result(
            evenhand=__version__,
            as_of=self.as_of,
            complete=self.evidence.complete,
            artefacts=gather.artefacts(connection),
            readings=gather.readings(connection),
            verdicts=tuple(verdicts),
            clauses=tuple(clauses),
            differences=(),
            summary={b.id: _summary(b, clauses) for b in books},
            rulebooks=gather.rulebooks(books),
            lists=gather.lists_used({*self.evidence.lists, *self.views.lists}),
            readers=gather.readers_used(connection),
            texts=gather.clause_texts(books),
            checks=gather.check_texts(uses.values()),
            destinations=gather.destinations(connection),
            looked_for=self._looked_for(books, verdicts),
            swap=self.swap,
            notes=tuple(notes),
            territories=gather.territories(connection),
        )

    def _ids(self) -> set[str]:
        ids: set[str] = set()
        for one in self.runs.values():
            ids.update(r.fact for r in one.rows if r.fact)
            for more in one.evidence.values():
                ids.update(more)
        return ids

    def _verdicts(self, book: Rulebook, clause: Clause) -> list[Verdict]:
        if not clause.in_force(self.as_of) and not self.replay:
            return []
        return [
            self._verdict(book, clause, self.runs[use.key], row)
            for use in clause.uses
            for row in self.runs[use.key].rows
        ]

    def _verdict(self, book: Rulebook, clause: Clause, one: Run, row: Row) -> Verdict:
        check = one.use.check
        more = one.evidence.get(row.subject, ())
        known = [i for i in dict.fromkeys((row.fact, *more)) if i in self.facts]
        law = [i for i in known if i.split("/")[1] == "list"]
        rest = [i for i in known if i not in set(law)]
        attributed = self._attributed(check.judges, row)
        outcome, because, replay = self._outcome(clause, one, row, attributed)
        grades = [self.facts[i].grade for i in rest]
        return Verdict(
            book.id,
            clause.id,
            check.name,
            row.subject,
            outcome,
            because,
            min(grades, key=STRENGTH.index) if grades else None,
            clause.addressee,
            clause.binding,
            "shown" if attributed else "not shown",
            self._root(one, row, known, outcome),
            False,
            replay,
            tuple(_evidence_row(i, self.facts[i]) for i in rest[:SHOWN_EVIDENCE]),
            len(rest),
            (clause.cites, *sorted(law)),
        )

    def _attributed(self, table: str, row: Row) -> bool:
        """Whether the fact itself names the state whose act it is, and is more than alleged."""
        from evenhand import facts

        actor = facts.tables()[table].actor
        fact = self.facts.get(row.fact or "")
        return bool(actor and fact and fact.grade != "alleged" and self._actor(table, actor, row))

    def _actor(self, table: str, column: str, row: Row) -> bool:
        if not hasattr(self, "_actors"):
            self._actors: dict[str, set[str]] = {}
        if table not in self._actors:
            query = f"SELECT id FROM base.{table} WHERE {column} IS NOT NULL"
            self._actors[table] = {r[0] for r in fetch(self.evidence.connection, query)}
        return row.fact in self._actors[table]

    def _outcome(
        self, clause: Clause, one: Run, row: Row, attributed: bool
    ) -> tuple[str, str, bool]:
        """The outcome under this clause, why, and whether the day is before the clause's."""
        because = words.because(one.use.check, row)
        before = clause.since is not None and row.on_day is not None and row.on_day < clause.since
        decided = row.outcome in ("holds", "broken")
        if before and clause.binding and not self.replay and decided:
            return "not applicable", f"The event is of {row.on_day}, before {clause.since}.", False
        if decided and clause.binding and clause.since and row.on_day is None and not self.replay:
            return (
                "not shown",
                f"The day is not known; the clause binds since {clause.since}.",
                False,
            )
        replay = decided and (before or not clause.in_force(self.as_of))
        if row.subject in one.weak:
            return "not shown", f"{words.WEAK[one.weak[row.subject]]} {because}", replay
        if decided and clause.unverified:
            return "not shown", f"The clause itself is unverified. {because}", replay
        if row.outcome == "broken" and clause.addresses_state and not attributed:
            return "not shown", f"Attribution to a state is not shown. {because}", replay
        return row.outcome, because, replay

    def _root(self, one: Run, row: Row, known: list[str], outcome: str) -> str | None:
        """What the verdict rests on; None where neither state is in what it rests on."""
        if self.swap is None or outcome not in ("holds", "broken"):
            return None
        if not any(self.facts[i].states & self.ruled for i in known):
            return None
        return self.rests_on[one.use.key].get(row.subject)

    def _roll_up(self, book: Rulebook, clause: Clause, mine: list[Verdict]) -> ClauseRow:
        counts = Counter(v.outcome for v in mine)
        shown = {o: counts[o] for o in OUTCOMES if counts[o]}
        if clause.undecidable:
            return ClauseRow(book.id, clause.id, "not shown", shown, (clause.undecidable,))
        if not clause.in_force(self.as_of) and not self.replay:
            why = f"no text in force on {self.as_of}"
            return ClauseRow(book.id, clause.id, "not applicable", shown, (why,))
        tables = list(dict.fromkeys(u.check.judges for u in clause.uses))
        silent = [silence.not_fed(t, self.feeding) for t in tables if not self.feeding.fed(t)]
        silent += [silence.gap(t, self.feeding) for t in tables if self.feeding.failed(t)]
        reasons = [v.because for v in mine if v.outcome == "not shown"]
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
        return ClauseRow(book.id, clause.id, outcome, shown, _first(silent + _counted(reasons)))

    def _looked_for(
        self, books: Sequence[Rulebook], verdicts: list[Verdict]
    ) -> tuple[LookedFor, ...]:
        """Each check asked, with its outcomes under the first clause that uses it."""
        first: dict[str, tuple[str, str]] = {}
        asks: dict[str, str] = {}
        for book in books:
            for clause in book.clauses:
                for use in clause.uses:
                    first.setdefault(use.check.name, (book.id, clause.id))
                    asks[use.check.name] = use.check.asks
        counts: dict[str, Counter[str]] = {name: Counter() for name in first}
        for v in verdicts:
            if first[v.check] == (v.rulebook, v.clause):
                counts[v.check][v.outcome] += 1
        return tuple(
            LookedFor(asks[n], n, sum(c.values()), {o: c[o] for o in OUTCOMES if c[o]})
            for n, c in counts.items()
        )


def _evidence_row(identity: str, fact: Fact) -> EvidenceRow:
    return EvidenceRow(identity, fact.table, fact.artefact, fact.locator)


def _counted(reasons: list[str]) -> list[str]:
    return [
        why if number == 1 else f"{why} ({number} subjects)"
        for why, number in sorted(Counter(reasons).items(), key=lambda r: (-r[1], r[0]))
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


def flips_of(one: Run, subject: str) -> list[tuple[str, dict[str, Any]]]:
    """The smallest changes that would flip a subject's outcome."""
    row = next((r for r in one.rows if r.subject == subject), None)
    return [] if row is None else counterfactual.flips(one.use.check, row)
