"""Answering questions in process: facts as Python values in, verdicts out, on a bench kept warm.

Spec: DESIGN, contract of the command line (decide); the rows are those of a facts file.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenhand.engines.few import Fact
    from evenhand.facts import Table
    from evenhand.judge.piece import Piece
    from evenhand.judge.result import Verdict
    from evenhand.judge.rulebook import Rulebook, Use
    from evenhand.judge.run import Row
    from evenhand.judge.tables import Tables

Question = Mapping[str, Any]
Rows = dict[str, list[Any]]  # table → rows of it

FEW = 1_000  # rows up to which the warm bench answers; more are judged as evidence is
WARM = 4  # benches that are kept


def decide(
    question: Question | Sequence[Question],
    rulebooks: Sequence[str] = (),
    as_of: date | None = None,
) -> list[Verdict]:
    """The verdicts about a transfer, a demand, a notice, … under each clause that asks about it.

    `question` maps fact tables to one row or to several, as a facts file does, with texts or
    Python values: `{"demand": {"demand": "d1", "by_state": "XA", "on_day": date(2026, 1, 1)}}`;
    `complete` and `grade` may stand beside them. A row without a key is given one (`q0`, `q1`, …).
    Several questions are judged together, as one body of facts: what one gives counts for all.

    `rulebooks` are ids, folders or files (default: the Initiative and the Clean Network side by
    side); `as_of` is the day whose texts are used (default: today in UTC). The first question
    under new rulebooks or on a new day loads them; those after it find all in place.

    Raises `Mistakes` with every mistake in the questions or the rulebooks at once.
    """
    from evenhand.judge import DEFAULT

    asked = [question] if isinstance(question, Mapping) else list(question)
    rows, complete = _rows(asked)
    day = as_of or datetime.now(UTC).date()
    return _desk(tuple(rulebooks) or DEFAULT, day).answer(rows, complete)


@functools.lru_cache(maxsize=WARM)
def _desk(rulebooks: tuple[str, ...], as_of: date) -> Desk:
    from evenhand.judge import rulebook

    return Desk(rulebook.load_all(list(rulebooks)), as_of)


def _rows(questions: Sequence[Question]) -> tuple[Rows, list[str]]:
    """The rows that the questions give, cast by column, and the tables called complete."""
    from evenhand import facts
    from evenhand.errors import Mistakes
    from evenhand.readers import facts_file

    found: Rows = {}
    mistakes: list[str] = []
    complete: dict[str, None] = {}
    for number, question in enumerate(questions):
        for name, given in question.items():
            if name == "complete":
                complete |= dict.fromkeys(given)
                mistakes += [f"{number}: {t} is no table" for t in given if not _allowed(t)]
            elif name != "grade" and not _allowed(name):
                mistakes.append(f"{number}: {name} is no table that facts can be given for")
            elif name != "grade":
                table = facts.tables()[name]
                mine = found.setdefault(name, [])
                for row in [given] if isinstance(given, Mapping) else given:
                    texts = {c: _text(v) for c, v in row.items()}
                    texts.setdefault("grade", _text(question.get("grade")) or "declared")
                    for key in table.key if len(table.key) == 1 else ():
                        texts[key] = texts.get(key) or f"q{len(mine)}"
                    at = functools.partial("{}: {}: {}".format, number, name)
                    mine += facts_file.row_of(table, texts, f"/{name}/{len(mine)}", at, mistakes)
    if mistakes:
        raise Mistakes(f"question {m}" for m in mistakes)
    return found, list(complete)


def _allowed(table: str) -> bool:
    from evenhand.readers import facts_file

    return facts_file.allowed(table)


def _text(value: Any) -> Any:
    """A Python value as a facts file would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else value


class Desk:
    """A bench with lists and rulebooks laid out, on which questions are put and taken away."""

    def __init__(self, books: Sequence[Rulebook], as_of: date) -> None:
        from evenhand.engines import duckdb as engine
        from evenhand.evidence import Evidence
        from evenhand.judge.bench import Bench
        from evenhand.judge.piece import law_pieces
        from evenhand.judge.run import Run
        from evenhand.judge.verdict import Part, under

        self._given, self.as_of = list(books), as_of
        self._turn = threading.Lock()  # one question at a time lies on the tables
        connection = engine.connect()
        # what a plan for a few rows could gain is less than it costs
        connection.execute("SET threads = 1; SET disabled_optimizers = 'join_order'")
        engine.create_tables(connection)
        self._bench = Bench(Evidence(connection), as_of)
        self._bench.views.settle()
        self._parts = [
            Part(Run(use, self._bench.views, as_of, "", 0), under(book, clause, use, as_of))
            for book in (b.on(as_of) for b in books)
            for clause in book.clauses
            if clause.in_force(as_of)
            for use in clause.uses
        ]
        self._enriched = _enriched()
        self._law = law_pieces(self._bench.views)

    @functools.cached_property
    def _tables(self) -> Tables:
        from evenhand.judge.tables import Tables

        return Tables(self._bench.views, self.as_of)

    def answer(self, rows: Rows, complete: Sequence[str]) -> list[Verdict]:
        """The verdicts about these rows, in order of rulebook, clause and subject."""
        if complete or not self._few(rows):
            return self._at_length(rows, complete)
        with self._turn:
            laid = {name: _with_ids(name, given) for name, given in rows.items()}
            given = _pieces(laid)
            asked = [p for p in self._parts if p.under.judges in rows]
            uses = {p.run.use.key: p.run.use for p in asked}
            with self._tables.laid(laid):
                found = {key: self._judge(use, rows, given) for key, use in uses.items()}
            return [p.under.verdict(*one) for p in asked for one in found[p.run.use.key]]

    def _few(self, rows: Rows) -> bool:
        """True where the rows are few, and plain: nothing to merge, to enrich or to add to law."""
        from evenhand.facts import tables

        return sum(map(len, rows.values())) <= FEW and not any(
            name in self._enriched or tables()[name].looked_up or _repeated(tables()[name], given)
            for name, given in rows.items()
        )

    def _judge(
        self, use: Use, rows: Rows, given: Mapping[str, Piece]
    ) -> list[tuple[Row, list[Piece]]]:
        """The rows of a check with what weakens them, each with its pieces."""
        from evenhand.judge.run import DECIDED
        from evenhand.judge.views import BASE

        weaker: list[tuple[str, str, tuple[str, ...]]] = []
        found = self._tables.outcomes(use, BASE)
        mine = [row for name in use.check.reads & rows.keys() for row in rows[name]]
        unverified, _ = self._bench.weak_tables
        if use.check.reads & unverified or any(getattr(r, "unverified", None) for r in mine):
            weaker.append(("without_unverified", "unverified", DECIDED))
        if any(r.grade == "alleged" for r in mine):
            weaker.append(("without_alleged", "alleged", ("broken",)))
        for schema, why, of in weaker:
            asked = [r.subject for r in found if r.outcome in of]
            if asked:
                firm = {r.subject: r.outcome for r in self._tables.outcomes(use, schema)}
                found = [
                    r._replace(weak=why)
                    if r.outcome in of and firm.get(r.subject) != r.outcome
                    else r
                    for r in found
                ]
        used = self._tables.ids(use)
        return [(r, self._pieces(r, used.get(r.subject, []), given)) for r in found]

    def _pieces(self, row: Row, ids: Sequence[str], given: Mapping[str, Piece]) -> list[Piece]:
        own = [given[row.fact]._replace(own=True)] if row.fact and row.fact in given else []
        rest = (given.get(i) or self._law.get(i) for i in ids if i != row.fact)
        return own + [piece for piece in rest if piece is not None]

    def _at_length(self, rows: Rows, complete: Sequence[str]) -> list[Verdict]:
        """The verdicts by the way that evidence goes: enriched, merged, given law beside lists."""
        from evenhand.evidence import Evidence, insert_rows
        from evenhand.facts import tables
        from evenhand.judge import judge

        evidence = Evidence.empty()
        for name, given in rows.items():
            insert_rows(evidence.connection, name, _with_ids(name, given))
        reading = tables()["reading"].row(
            path="question",
            reader="",
            reader_version="",
            outcome="read",
            reason="",
            fed={name: len(given) for name, given in rows.items()},
            complete_for=tuple(complete),
        )
        insert_rows(evidence.connection, "reading", [(_id("reading", 0), "", reading)])
        evidence.enrich()
        return list(judge(evidence, self._given, self.as_of).verdicts)


def _with_ids(table: str, rows: Sequence[Any]) -> list[Fact]:
    return [(_id(table, number), "", row) for number, row in enumerate(rows)]


def _pieces(laid: Mapping[str, Sequence[Fact]]) -> dict[str, Piece]:
    """The facts of a question as pieces of evidence, by id."""
    from evenhand.facts import tables
    from evenhand.judge.piece import Piece

    pieces = {}
    for name, given in laid.items():
        actor = tables()[name].actor
        for identity, _, row in given:
            acts = actor is not None and getattr(row, actor) is not None
            at = name, "", row.locator, row.grade
            pieces[identity] = Piece(identity, *at, frozenset(), acts, False)
    return pieces


def _id(table: str, number: int) -> str:
    return f"{table}/question/{'0' * 12}/{number}"


def _enriched() -> set[str]:
    """The tables from which enrichment makes others."""
    from evenhand import discovery

    modules = discovery.modules("enrich").values()
    return {t for m in modules for t in discovery.declared(m, "NEEDS")["NEEDS"]}


def _repeated(table: Table, rows: Sequence[Any]) -> bool:
    """True where several rows have one key, and are one fact therefore."""
    counts = Counter(tuple(getattr(r, c) for c in table.key) for r in rows)
    return bool(table.key) and len(counts) < len(rows)
