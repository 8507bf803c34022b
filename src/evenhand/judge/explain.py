"""Explaining a verdict: its conditions, the rows behind each, and what would flip it.

Spec: DESIGN, contract of the command line (explain).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from evenhand import facts
from evenhand.engines.duckdb import fetch, quoted
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.judge import (
    bearing,
    counterfactual,
    lineage,
    profile,
    rulebook,
    supposition,
    words,
)
from evenhand.judge.bench import Bench
from evenhand.judge.candidate import Change
from evenhand.judge.check import Check
from evenhand.judge.piece import Piece, pieces_of
from evenhand.judge.result import Verdict
from evenhand.judge.verdict import Part
from evenhand.judge.views import BASE
from evenhand.judge.words import outcome_words, printable

VALUES = {True: "yes", False: "no", None: "not known"}
SHOWN_ROWS = 20
SHOWN_IDS = 4  # of one condition
LONGEST = 120  # characters of one value
SEARCHED = 10_000  # verdicts that are looked through for one of a like name


@dataclass(frozen=True)
class Asked:
    """Which verdicts are to be explained, and how they were judged."""

    name: str  # RULEBOOK/CLAUSE/SUBJECT
    as_of: date
    book_at: str | None = None  # folder or file of a rulebook that is none of ours
    replay: bool = False
    profile: Path | None = None


def explain(evidence: Evidence, asked: Asked) -> str:
    """The text about every verdict of that name."""
    book_id, _, rest = asked.name.partition("/")
    clause_id, _, subject = rest.partition("/")
    if not (book_id and clause_id and subject):
        example = "gids-2020/5a/demand:d1"
        raise UserError(f"{asked.name}: give RULEBOOK/CLAUSE/SUBJECT, as in {example}")
    chosen = profile.load(asked.profile)
    books = rulebook.load_all([asked.book_at or book_id])
    (book,) = profile.apply_parameters(books, chosen)
    bench = Bench(evidence, asked.as_of, asked.replay, None, chosen)
    verdicts = bench.judge([book]).verdicts
    mine = [
        (part, verdict)
        for part in bench.parts
        if part.under.clause.id == clause_id
        for verdict in part.about(subject)
    ]
    if not mine:
        known = [f"{book.id}/{v.clause}/{v.subject}" for v in islice(verdicts, SEARCHED)]
        close = [
            k
            for k in known
            if subject.rpartition(":")[2] in k or k.startswith(f"{book.id}/{clause_id}/")
        ]
        shown = "; there are: " + ", ".join((close or known)[:5]) if known else ""
        raise UserError(printable(f"{asked.name}: no such verdict in this evidence{shown}"))
    waived = {(v.clause, v.check, v.subject): v for v in verdicts if v.waived}
    pages = [
        _Page(bench, p, waived.get((v.clause, v.check, v.subject), v), len(mine)) for p, v in mine
    ]
    tables = supposition.settled(bench)
    lines = [line for page in pages for line in page.lines(tables)]
    for claims in dict.fromkeys(tuple(page.claims()) for page in pages):
        lines += claims
    return "".join(f"{printable(line)}\n" for line in lines)


class _Page:
    """What is told of one verdict; what is looked up is looked up before anything is changed."""

    def __init__(self, bench: Bench, part: Part, verdict: Verdict, beside: int) -> None:
        self.bench, self.part, self.verdict, self.beside = bench, part, verdict, beside
        self.check: Check = part.run.use.check
        (self.row,) = part.run.rows(f"r.subject = {quoted(verdict.subject)}")
        found = list(pieces_of(part.run, [self.row], False))
        self.pieces: list[Piece] = found[0][1] if found else []
        self.paths = _paths(bench, self.pieces)

    def lines(self, settled: bool) -> Iterator[str]:
        verdict, check = self.verdict, self.check
        outcome = outcome_words(verdict)
        yield f"{verdict.subject}: {outcome} under {verdict.rulebook} {verdict.clause}"
        yield f"  asked: {' '.join(check.asks.split())}"
        yield f"  because: {verdict.because}"
        yield "  conditions, and the rows that each was computed from:"
        for name, value in self.row.conditions.items():
            yield f"    {VALUES[value]:<10} {name}: {' '.join(check.conditions[name].split())}"
            yield f"               from {self._ids(name) or 'no row'}"
        yield f"  in scope where: {_plain(check.applies.sql())}"
        yield f"  holds where: {_plain(check.holds.sql())}"
        yield "  those rows:"
        yield from self._rows()
        if self.row.outcome != verdict.outcome:
            alone = words.because(check, self.row)
            yield f"  the conditions alone give {self._said(self.row.outcome)}: {alone}"
        yield from self._conditions()
        yield from self._changes(settled)
        if verdict.outcome in ("broken", "not shown"):
            yield f"  what to do: {' '.join(check.remedy.split())}"
        yield f"  what it cannot show: {' '.join(check.cannot_show.split())}"

    def claims(self) -> Iterator[str]:
        """The claims that the verdict bears on."""
        connection = self.part.run.views.connection
        return bearing.lines(connection, self.part.under.clause, self.pieces)

    def _ids(self, condition: str) -> str:
        """The rows of the tables that a condition looks into."""
        sql = self.check.sql
        tables = {self.check.judges, *lineage.tables_of(sql, condition)}
        ids = [p.fact for p in self.pieces if p.table in tables]
        more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
        return ", ".join(ids[:SHOWN_IDS]) + more

    def _rows(self) -> Iterator[str]:
        for piece in self.pieces[:SHOWN_ROWS]:
            columns = facts.tables()[piece.table].columns
            shown = [c for c in columns if c not in ("id", "artefact", "locator")]
            listed = ", ".join(f'CAST("{c}" AS VARCHAR)' for c in shown)
            query = f"SELECT {listed} FROM {BASE}.{piece.table} WHERE id = {quoted(piece.fact)}"
            for values in fetch(self.part.run.views.connection, query):
                told = ", ".join(
                    f"{c}={_value(v)}"
                    for c, v in zip(shown, values, strict=True)
                    if v not in (None, "", "[]")
                )
                yield f"    {self._place(piece.fact)}: {told}"
        if len(self.pieces) > SHOWN_ROWS:
            yield f"    and {len(self.pieces) - SHOWN_ROWS} more"

    def _place(self, fact: str) -> str:
        return f"{fact} ({self.paths[fact]})" if self.paths.get(fact) else fact

    def _conditions(self) -> Iterator[str]:
        for outcome, change in counterfactual.flips(self.check, self.row):
            told = " and ".join(f"{n} were {VALUES[v]}" for n, v in change.items())
            yield f"  it would be {self._said(outcome)!r} if {told}"

    def _said(self, outcome: str) -> str:
        return outcome_words(self.verdict._replace(outcome=outcome, waived=False))

    def _changes(self, settled: bool) -> Iterator[str]:
        if not settled:
            more = f"more than {supposition.MOST_ROWS:,} rows"
            yield f"  no change of facts was tried: the evidence holds {more}"
            return
        found = supposition.search(self.bench, self.part, self.verdict, self.pieces, self.beside)
        if found.why_not:
            yield f"  no change of facts was tried: {found.why_not}"
        elif not found.flips:
            yield (
                f"  no change of one or two values was found that flips it "
                f"({found.tried} were tried, each by judging again)"
            )
        else:
            yield (
                f"  smallest changes of facts that flip it ({found.tried} were tried, "
                f"each by judging again):"
            )
        for flip in found.flips:
            yield f"    {outcome_words(flip.verdict._replace(waived=False))!r} with"
            yield from (f"      {self._change(c)}" for c in flip.changes)

    def _change(self, change: Change) -> str:
        made = [t for t in self._made_from(change.table) if t != change.table]
        derived = f" (made from {', '.join(made)})" if made else ""
        column, before, after = change.column, _value(change.before), _value(change.after)
        if change.added:
            return (
                f"a further row of {change.table} like {self._place(change.fact)}, "
                f"but {column}: {after} (there: {before})"
            )
        return f"{self._place(change.fact)}{derived}, {column}: {before} → {after}"

    def _made_from(self, table: str) -> Sequence[str]:
        return self.bench.feeding.sources.get(table, ())


def _paths(bench: Bench, pieces: Sequence[Piece]) -> Mapping[str, str]:
    """Fact → file and place in it, as a person would look it up."""
    query = f"SELECT artefact, min(path) FROM {BASE}.occurrence GROUP BY 1"
    paths = dict(fetch(bench.evidence.connection, query)) if pieces else {}
    return {
        p.fact: ", ".join(w for w in (paths.get(p.artefact, ""), p.locator) if w)
        for p in pieces
        if not p.law
    }


def _plain(sql: str) -> str:
    """An expression without the quotes that SQL wants, and without parentheses around it all."""
    text = sql.replace('"', "")
    return text[1:-1] if text.startswith("(") and text.count("(") == 1 else text


def _value(value: Any) -> str:
    if value is None or value == []:
        return "(empty)"
    if isinstance(value, bool):
        return str(value).lower()
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
