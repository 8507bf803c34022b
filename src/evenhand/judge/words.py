"""The words of a verdict: from conditions and their values, the same for every check.

Spec: MISSION (words that would embarrass us); DESIGN (A check, a rulebook).
"""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.judge.check import Check
from evenhand.judge.expression import Value
from evenhand.judge.result import Verdict
from evenhand.judge.run import Row

WEAK = {
    "unverified": "This would rest on a law row that is from memory (unverified).",
    "alleged": "This would rest on an allegation alone.",
}


def printable(text: str) -> str:
    """Text that cannot act on a terminal: names of subjects are chosen by whoever made them."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def outcome_words(verdict: Verdict) -> str:
    """The outcome in the words of a report: what does not bind is not met, never broken."""
    if verdict.outcome != "broken":
        return verdict.outcome
    word = "broken" if verdict.binding else "not met (non-binding)"
    return f"{word}, waived" if verdict.waived else word


def because(check: Check, row: Row) -> str:
    """Why a subject has its outcome: the conditions that it turns on, what decides it first."""
    applies = check.applies.reasons(row.conditions)
    holds = check.holds.reasons(row.conditions)
    match row.outcome:
        case "not applicable":
            return "Out of scope. " + _told(check, applies)
        case "not shown" if check.applies.value(row.conditions) is None:
            return _told(check, [r for r in applies if r[1] is None])
        case "not shown":
            return _told(check, [r for r in holds if r[1] is None])
    scope = _told(check, [a for a in applies if a not in holds])
    decided = _told(check, holds)
    return f"{decided} In scope. {scope}" if scope else decided


def _told(check: Check, reasons: Iterable[tuple[str, Value]]) -> str:
    words: dict[Value, list[str]] = {True: [], False: [], None: []}
    for name, value in reasons:
        words[value].append(" ".join(check.conditions[name].split()))
    leads = {True: "Shown: ", False: "Not so: ", None: "Not known whether "}
    joints = {True: "; ", False: "; ", None: "; nor whether "}
    parts = [f"{leads[v]}{joints[v].join(words[v])}." for v in leads if words[v]]
    return " ".join(parts)
