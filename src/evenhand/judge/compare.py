"""Rulebooks side by side: what each says of a subject, why they differ, what verdicts rest on.

Spec: DESIGN, contract of the command line (compare, decide).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from evenhand.evidence import Evidence
from evenhand.judge import contrast
from evenhand.judge.bench import Bench
from evenhand.judge.contrast import Said
from evenhand.judge.profile import NONE, Profile, apply_parameters
from evenhand.judge.result import Result, Verdict
from evenhand.judge.rulebook import Rulebook
from evenhand.judge.words import outcome_words, printable

ROOTS = ("conduct", "legal status", "origin")
NEITHER = "neither state in it"
NOT_ASKED = "asks nothing of it"
NAMED = 3  # subjects of a group that are named


class Subject(NamedTuple):
    """What the rulebooks say of one subject."""

    subject: str
    said: dict[str, list[Said]]  # rulebook → its verdicts; a rulebook that asks nothing is not in
    why: tuple[str, ...]  # why they differ; empty where they do not

    @property
    def kind(self) -> str:
        """How the rulebooks stand to each other about it."""
        if len(self.said) == 1:
            return ALONE
        return DIFFERENT if self.why else ALIKE


DIFFERENT, ALIKE, ALONE = "Judged differently", "Judged alike", "Asked about by one rulebook alone"


@dataclass(frozen=True)
class Comparison:
    """A result with every subject's verdicts side by side."""

    result: Result
    books: tuple[str, ...]
    silent: dict[str, str]  # rulebook → why it says nothing, where it does not
    subjects: tuple[Subject, ...]
    roots: dict[str, Counter[str]]  # rulebook → what its decided verdicts rest on


def compare(
    evidence: Evidence,
    books: Sequence[Rulebook],
    as_of: date,
    replay: bool = False,
    swap: tuple[str, str] | None = None,
    profile: Profile = NONE,
) -> Comparison:
    """Judge with every rulebook, and say of every subject why they differ."""
    bench = Bench(evidence, as_of, replay, swap, profile)
    books = apply_parameters(books, profile)
    result = bench.judge(books)
    parts = {(p.under.book.id, p.under.clause.id, p.under.check): p for p in bench.parts}
    shown = result.shown()
    found: dict[str, dict[str, list[Said]]] = {}
    for v in shown.verdicts:
        said = Said(parts[v.rulebook, v.clause, v.check], v)
        found.setdefault(v.subject, {}).setdefault(v.rulebook, []).append(said)
    rows = contrast.rows_of(bench.parts, [s for s, mine in found.items() if _differ(mine)])
    subjects = tuple(Subject(n, mine, tuple(_why(mine, rows))) for n, mine in sorted(found.items()))
    silent = {b.id: _silence(b, as_of, replay) for b in books}
    ids = tuple(b.id for b in books)
    return Comparison(shown, ids, silent, subjects, _roots(result, ids))


def _differ(mine: dict[str, list[Said]]) -> bool:
    return any(contrast.differ(a, b) for a, b in combinations(mine.values(), 2))


def _why(mine: dict[str, list[Said]], rows: contrast.Rows) -> Iterator[str]:
    for one, other in combinations(mine.values(), 2):
        if contrast.differ(one, other):
            yield from contrast.why(one, other, rows)


def _silence(book: Rulebook, as_of: date, replay: bool) -> str:
    if replay or any(c.in_force(as_of) for c in book.on(as_of).clauses):
        return NOT_ASKED
    return f"no text in force on {as_of}"


def _roots(result: Result, books: Sequence[str]) -> dict[str, Counter[str]]:
    counts = {book: Counter[str]() for book in books}
    if result.swap is not None:
        for outcome in ("holds", "broken"):
            for v in result.having(outcome):
                counts[v.rulebook][v.rests_on or NEITHER] += 1
    return counts


def render(given: Comparison, form: str) -> str:
    """Subjects × rulebooks, as text or JSON."""
    if form == "json":
        return _json(given)
    if not given.subjects:
        return "No subject was there to judge. What the rulebooks need: evenhand rulebook show.\n"
    lines = [*_opening(given), *_roots_table(given)]
    for kind in (DIFFERENT, ALIKE, ALONE):
        groups = _groups(given, kind)
        lines += ["", kind] if groups else []
        for told, names in groups.items():
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            lines += ["", "; ".join(names[:NAMED]) + more, *told]
    return "".join(f"{printable(line)}\n" for line in lines)


def _opening(given: Comparison) -> Iterator[str]:
    kinds = Counter(s.kind for s in given.subjects)
    number = len(given.subjects)
    yield (
        f"As of {given.result.as_of}: {number:,} subject{'s' if number != 1 else ''} under "
        f"{', '.join(given.books)}."
    )
    yield ". ".join(f"{kind}: {kinds[kind]:,}" for kind in (DIFFERENT, ALIKE, ALONE)) + "."
    for book, why in given.silent.items():
        if why != NOT_ASKED:
            yield f"{book}: {why}."
    if given.result.left_out:
        left = given.result.left_out
        yield f"Too many to show: {left:,} verdicts are left out here and counted below."


def _groups(given: Comparison, kind: str) -> dict[tuple[str, ...], list[str]]:
    """What is told → the subjects that it is told of."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in given.subjects:
        if one.kind == kind:
            groups.setdefault(tuple(_lines(given, one)), []).append(one.subject)
    return groups


def _lines(given: Comparison, one: Subject) -> Iterator[str]:
    for book in given.books:
        mine = one.said.get(book)
        if mine is None:
            if one.kind != ALONE:
                yield f"  {book}: {given.silent[book]}"
            continue
        together: dict[tuple[str, str], list[str]] = {}
        for v in (s.verdict for s in mine):
            rests = f" (rests on {v.rests_on})" if v.rests_on else ""
            together.setdefault((f"{outcome_words(v)}{rests}", v.because), []).append(v.clause)
        for (outcome, because), clauses in together.items():
            yield f"  {book} {', '.join(clauses)}: {outcome}. {because}"
    yield from (f"    {'why: ' if not n else '     '}{w}" for n, w in enumerate(one.why))


def _roots_table(given: Comparison) -> Iterator[str]:
    yield ""
    if given.result.swap is None:
        yield "What the verdicts rest on is told with --swap AA:BB."
        return
    a, b = given.result.swap
    heads = (*ROOTS, NEITHER)
    title = f"What verdicts rest on, {a} and {b} exchanged"
    width = max(len(title), *(len(book) + 2 for book in given.books))
    yield f"{title:{width}}" + "".join(f"  {h}" for h in heads)
    for book in given.books:
        numbers = "".join(f"  {given.roots[book][h]:{len(h)},}" for h in heads)
        yield f"{'  ' + book:{width}}{numbers}"


def _json(given: Comparison) -> str:
    subjects = [
        {
            "subject": one.subject,
            "differ": one.kind == DIFFERENT,
            "why": [line.strip() for line in one.why],
            "verdicts": [_verdict(s.verdict) for book in sorted(one.said) for s in one.said[book]],
        }
        for one in given.subjects
    ]
    whole = {
        "as_of": given.result.as_of.isoformat(),
        "swap": given.result.swap,
        "rests_on": {
            book: {head: counts[head] for head in (*ROOTS, NEITHER)}
            for book, counts in given.roots.items()
            if given.result.swap is not None
        },
        "left_out": given.result.left_out,
        "subjects": subjects,
    }
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def _verdict(v: Verdict) -> dict[str, Any]:
    keys = ("rulebook", "clause", "check", "outcome", "because", "rests_on")
    return {key: getattr(v, key) for key in keys}


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
    return "".join(f"{printable(line)}\n" for line in lines)
