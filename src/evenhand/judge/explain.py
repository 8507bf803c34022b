"""Explaining a verdict: its conditions, the rows behind them, and what would flip it.

Spec: DESIGN, contract of the command line (explain).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from evenhand import facts
from evenhand.engines.duckdb import fetch, quoted
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.judge import counterfactual, rulebook, words
from evenhand.judge.bench import Bench
from evenhand.judge.compare import outcome_words
from evenhand.judge.piece import pieces_of
from evenhand.judge.result import Verdict
from evenhand.judge.run import Row, Run
from evenhand.judge.verdict import Part

VALUES = {True: "yes", False: "no", None: "not known"}
SHOWN_ROWS = 20
SEARCHED = 10_000  # verdicts that are looked through for one of a like name


def explain(evidence: Evidence, name: str, as_of: date, book_at: str | None = None) -> str:
    """The text about every verdict named `RULEBOOK/CLAUSE/SUBJECT`."""
    book_id, _, rest = name.partition("/")
    clause_id, _, subject = rest.partition("/")
    if not (book_id and clause_id and subject):
        raise UserError(f"{name}: give RULEBOOK/CLAUSE/SUBJECT, as in gids-2020/5a/demand:d1")
    book = rulebook.load(book_at or book_id)
    bench = Bench(evidence, as_of, replay=False, swap=None)
    result = bench.judge([book])
    mine = [
        (part, verdict)
        for part in bench.parts
        if part.under.clause.id == clause_id
        for verdict in part.about(subject)
    ]
    if not mine:
        known = [f"{book.id}/{v.clause}/{v.subject}" for v in islice(result.verdicts, SEARCHED)]
        close = [
            k
            for k in known
            if subject.rpartition(":")[2] in k or k.startswith(f"{book.id}/{clause_id}/")
        ]
        shown = "; there are: " + ", ".join((close or known)[:5]) if known else ""
        raise UserError(f"{name}: no such verdict in this evidence{shown}")
    return "\n".join("\n".join(_told(part, v)) for part, v in mine) + "\n"


def _told(part: Part, verdict: Verdict) -> Iterator[str]:
    one = part.run
    (row,) = one.rows(f"r.subject = {quoted(verdict.subject)}")
    check = one.use.check
    yield f"{verdict.subject}: {outcome_words(verdict)} under {verdict.rulebook} {verdict.clause}"
    yield f"  asked: {' '.join(check.asks.split())}"
    yield f"  because: {verdict.because}"
    yield "  conditions:"
    for name, value in row.conditions.items():
        yield f"    {VALUES[value]:<10} {name}: {' '.join(check.conditions[name].split())}"
    yield f"  in scope where: {check.applies.sql()}; holds where: {check.holds.sql()}"
    yield "  rows that these were computed from:"
    yield from _rows(one, row)
    changes = counterfactual.flips(check, row)
    for outcome, change in changes:
        told = " and ".join(f"{n} were {VALUES[v]}" for n, v in change.items())
        yield f"  it would be {outcome!r} if {told}"
    if verdict.outcome in ("broken", "not shown"):
        yield f"  what to do: {' '.join(check.remedy.split())}"
    yield f"  what it cannot show: {' '.join(check.cannot_show.split())}"
    if row.outcome != verdict.outcome:
        yield f"  the conditions alone give {row.outcome!r}: {words.because(check, row)}"


def _rows(one: Run, row: Row) -> Iterator[str]:
    ((_, pieces),) = list(pieces_of(one, [row], False)) or [("", [])]
    ids = [p.fact for p in pieces]
    for identity in ids[:SHOWN_ROWS]:
        table = identity.split("/", 1)[0]
        columns = [c for c in facts.tables()[table].columns if c not in ("id", "artefact")]
        listed = ", ".join(f"CAST({c} AS VARCHAR)" for c in columns)
        found = fetch(
            one.views.connection,
            f"SELECT {listed} FROM base.{table} WHERE id = {quoted(identity)}",
        )
        for values in found:
            told = ", ".join(
                f"{c}={v}" for c, v in zip(columns, values, strict=True) if v not in (None, "")
            )
            yield f"    {identity}: {told}"
    if len(ids) > SHOWN_ROWS:
        yield f"    and {len(ids) - SHOWN_ROWS} more"
