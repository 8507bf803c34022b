"""Two versions of a rulebook over the same evidence: which verdicts and clauses change.

Spec: DESIGN, contract of the command line (rulebook); a verdict's key is its clause, check and
subject.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from evenhand.evidence import Evidence
from evenhand.judge import judge, rulebook
from evenhand.judge.result import Result

ABSENT = "not asked"  # a version that has no such clause, or does not ask that check there
ONE_PER_CLAUSE = ""  # the subject of the row about the clause as a whole


class Change(NamedTuple):
    """One verdict, or the roll-up of one clause, that the versions give differently."""

    clause: str
    check: str  # empty for a clause
    subject: str  # empty for a clause
    before: str
    after: str
    because: str  # what the newer version says of it, or the older where the newer is silent


class Difference(NamedTuple):
    """Everything that changes between two versions, and how much does not."""

    old: str
    new: str
    as_of: date
    verdicts: tuple[Change, ...]
    clauses: tuple[Change, ...]
    same: int  # verdicts that both versions give alike


def compare(old: str, new: str, folder: Path, as_of: date) -> Difference:
    """Judge kept evidence with both versions (id, folder or file each)."""
    books = [*rulebook.load_all([old]), *rulebook.load_all([new])]
    before, after = (judge(Evidence.load(folder), [book], as_of) for book in books)
    verdicts, same = _changes(_verdicts(before), _verdicts(after))
    clauses, _ = _changes(_clauses(before), _clauses(after))
    names = [f"{b.id} {b.version} ({word})" for b, word in zip(books, (old, new), strict=True)]
    return Difference(names[0], names[1], as_of, verdicts, clauses, same)


Said = dict[tuple[str, str, str], tuple[str, str]]  # (clause, check, subject) → outcome, because


def _verdicts(result: Result) -> Said:
    said: Said = {}
    for v in result.verdicts:
        key = (v.clause, v.check, v.subject)
        # One check may be asked twice of a subject, with other parameters: both are told.
        if key in said:
            known, why = said[key]
            said[key] = (" and ".join(sorted((known, v.outcome))), why)
        else:
            said[key] = (v.outcome, v.because)
    return said


def _clauses(result: Result) -> Said:
    return {
        (c.clause, "", ONE_PER_CLAUSE): (
            c.outcome,
            "; ".join(c.why_not_shown) if c.outcome not in ("holds", "broken") else "",
        )
        for c in result.clauses
    }


def _changes(before: Said, after: Said) -> tuple[tuple[Change, ...], int]:
    found, same = [], 0
    for key in sorted(before.keys() | after.keys()):
        was, is_now = before.get(key), after.get(key)
        if was and is_now and was[0] == is_now[0]:
            same += 1
            continue
        why = (is_now or was or ("", ""))[1]
        found.append(Change(*key, was[0] if was else ABSENT, is_now[0] if is_now else ABSENT, why))
    return tuple(found), same


def render(found: Difference, form: str = "text") -> str:
    """The difference as text, or as JSON."""
    if form == "json":
        whole = {
            "old": found.old,
            "new": found.new,
            "as_of": found.as_of.isoformat(),
            "same": found.same,
            "verdicts": [c._asdict() for c in found.verdicts],
            "clauses": [
                {k: v for k, v in c._asdict().items() if k not in ("check", "subject")}
                for c in found.clauses
            ],
        }
        return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Difference) -> Iterator[str]:
    yield f"before  {_shown(found.old)}"
    yield f"after   {_shown(found.new)}"
    yield f"As of {found.as_of}: verdicts that change: {len(found.verdicts)}; alike: {found.same}."
    yield from _told("verdicts", found.verdicts)
    yield from _told("clauses", found.clauses)


def _told(heading: str, changes: Sequence[Change]) -> Iterator[str]:
    if changes:
        yield f"\n{heading}"
    for c in changes:
        what = f"{c.clause}  {c.subject}" if c.subject else c.clause
        yield f"  {_shown(what)}: {c.before} -> {c.after}"
        asked = f"{c.check}: " if c.check else ""
        if c.because:
            yield f"      {_shown(asked + c.because)}"


def _shown(text: str) -> str:
    """Text that cannot act on a terminal: names of subjects are chosen by whoever made them."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
