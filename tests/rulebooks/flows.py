"""Transfers laid out for tests of transfer rulebooks: rows in, outcomes by clause out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from evenhand.judge.result import Result
from tests.judge.bench import result

AS_OF = date(2026, 6, 30)
PERSONAL = "data_class: personal, separate_importer: true"


def judged(
    book: str,
    rows: Mapping[str, str],
    more: str = "",
    as_of: date = AS_OF,
    replay: bool = False,
) -> Result:
    """Transfers of personal data to another controller, by name, judged by one rulebook."""
    lines = "\n".join(f"  - {{transfer: {n}, {row}, {PERSONAL}}}" for n, row in rows.items())
    return result(f"transfer:\n{lines}\n{more}", book, as_of=as_of, replay=replay)


def outcomes(given: Result, name: str) -> dict[str, str]:
    """Subject, without its kind → outcome under one clause."""
    return {v.subject.partition(":")[2]: v.outcome for v in given.verdicts if v.clause == name}
