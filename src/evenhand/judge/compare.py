"""Rulebooks side by side: each subject's outcomes, and what each verdict rests on.

Spec: DESIGN, contract of the command line (compare, decide).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from evenhand.judge.result import Result, Verdict
from evenhand.judge.words import outcome_words


def render(result: Result, form: str) -> str:
    """Subjects × rulebooks, as text or JSON."""
    by_subject: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for v in result.verdicts:
        by_subject[v.subject][v.rulebook].append(v)
    books = [b.id for b in result.rulebooks]
    if form == "json":
        return _json(result, by_subject)
    if not by_subject:
        return "No subject was there to judge. What the rulebooks need: evenhand rulebook show.\n"
    lines = [f"As of {result.as_of}. {len(by_subject)} subjects under {', '.join(books)}.", ""]
    for subject, mine in sorted(by_subject.items()):
        lines.append(subject)
        for book in books:
            lines += [f"  {_line(v)}" for v in mine.get(book, [])]
            if book not in mine:
                lines.append(f"  {book}: asks nothing of it")
        lines.append("")
    lines += _totals(result, books)
    return "\n".join(lines).rstrip() + "\n"


def _line(v: Verdict) -> str:
    rests = f" (rests on {v.rests_on})" if v.rests_on else ""
    return f"{v.rulebook} {v.clause}: {outcome_words(v)}{rests}. {v.because}"


def _totals(result: Result, books: list[str]) -> list[str]:
    if result.swap is None:
        return ["What the verdicts rest on is told with --swap AA:BB."]
    one, other = result.swap
    lines = [f"With {one} and {other} exchanged in facts and lists, verdicts rest on:"]
    for book in books:
        roots = Counter(v.rests_on for v in result.verdicts if v.rulebook == book and v.rests_on)
        told = ", ".join(f"{root} {number}" for root, number in sorted(roots.items()))
        lines.append(f"  {book}: {told or 'no verdict involves either'}")
    return lines


def _json(result: Result, by_subject: dict[str, dict[str, list[Verdict]]]) -> str:
    subjects = [
        {
            "subject": subject,
            "verdicts": [
                {
                    "rulebook": v.rulebook,
                    "clause": v.clause,
                    "check": v.check,
                    "outcome": v.outcome,
                    "because": v.because,
                    "rests_on": v.rests_on,
                }
                for book in sorted(mine)
                for v in mine[book]
            ],
        }
        for subject, mine in sorted(by_subject.items())
    ]
    whole = {"as_of": result.as_of.isoformat(), "swap": result.swap, "subjects": subjects}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def answers(result: Result) -> str:
    """The answer to each question asked: its outcome under each clause, why, and what to do."""
    remedies = {c.check: c.remedy for c in result.checks}
    lines = []
    for v in result.verdicts:
        lines += [f"{v.subject}: {outcome_words(v)} under {v.rulebook} {v.clause}"]
        lines += [f"  {v.because}"]
        if v.outcome in ("broken", "not shown"):
            lines += [f"  {' '.join(remedies[v.check].split())}"]
    if not lines:
        lines = ["Nothing in this file is a question that these rulebooks ask about."]
    return "\n".join(lines) + "\n"
