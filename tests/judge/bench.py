"""Facts laid on the bench for tests of the judge: a facts file in, a result out."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from evenhand import pipeline
from evenhand.judge import judge, rulebook
from evenhand.judge.result import ClauseRow, Result, Verdict
from evenhand.limits import Limits

AS_OF = date(2026, 1, 1)
TERRITORIES = """
territory:
  - {territory: XA, name: A, sovereign: XA, regime: XA}
  - {territory: XB, name: B, sovereign: XB, regime: XB}
  - {territory: XC, name: C, sovereign: XC, regime: XC}
"""


def result(
    facts: str,
    *books: str,
    as_of: date = AS_OF,
    replay: bool = False,
    swap: tuple[str, str] | None = None,
) -> Result:
    """Judge a facts file, given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.yaml"
        path.write_text(TERRITORIES + facts, encoding="utf-8")
        evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    return judge(evidence, rulebook.load_all(list(books or ("gids-2020",))), as_of, replay, swap)


def verdict(given: Result, clause: str, subject: str) -> Verdict:
    """The one verdict about a subject under a clause."""
    (one,) = [v for v in given.verdicts if (v.clause, v.subject) == (clause, subject)]
    return one


def clause(given: Result, name: str) -> ClauseRow:
    """The one row of a clause."""
    (one,) = [c for c in given.clauses if c.clause == name]
    return one
