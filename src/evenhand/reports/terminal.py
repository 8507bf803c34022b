"""The report for a terminal: what could be decided, what is not met, what could not be shown.

Plain text that pipes well: no outcome is told by colour alone, and nothing that an artefact
contains can act on the terminal.

Spec: ECMA-48 (SGR) for the few styles; Unicode UAX #11 (East Asian Width) for columns;
https://no-color.org (decided by the caller).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeVar

from evenhand.judge.result import OUTCOMES, ArtefactRow, LookedFor, Result, Verdict
from evenhand.reports import Options
from evenhand.reports._view import (
    LEADS,
    SETTLES,
    answers,
    broken,
    check_texts,
    clause_texts,
    counted,
    in_force_words,
    listed,
    look_here,
    many,
    next_steps,
    not_in_force,
    not_read,
    not_shown,
    opening,
    place_of,
    places,
    plain,
    remarks,
    standing,
    unasked,
    unmet,
    where,
)

SUFFIX: tuple[str, ...] = (".txt",)

BOLD, RED, GREEN, YELLOW, DIM = "1", "31", "32", "33", "2"
STYLES = {"broken": RED, "holds": GREEN, "not shown": YELLOW, "not applicable": DIM}
IN_FULL, IN_SHORT, GROUPS, ASKED, NOTES = 2, 3, 4, 5, 4  # what a run shows without --verbose
REASON = 240  # characters of why a finding is one
FOUND = 3
IDLE = 8  # questions that nothing could be asked of
NARROWEST = 50
LONGEST, WHOLE = 400, 20_000  # characters of one text, and with --verbose


def render(result: Result, options: Options) -> str:
    """The whole report as text of at most `options.width` columns (never fewer than 50)."""
    page = _Page(options)
    parts = (
        _opening(result, page),
        _side_by_side(result, page),
        _noted(result, page),
        _unmet(result, page),
        _look_here(result, page),
        _unshown(result, page),
        _changed(result, page),
        _unread(result, page),
        _next(result, page),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines) + "\n"


_T = TypeVar("_T")


class _Page:
    """Columns, styles and how much is shown."""

    def __init__(self, options: Options) -> None:
        self.width = max(NARROWEST, options.width)
        self.colour = options.colour
        self.verbose = options.verbose
        self.longest = WHOLE if options.verbose else LONGEST

    def style(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text

    def heading(self, text: str) -> str:
        return self.style(text, BOLD)

    def wrap(self, text: str, indent: int = 2, hang: int = 0) -> list[str]:
        """`text` in lines; those after the first stand `hang` columns further in."""
        return list(
            _wrap(plain(text, self.longest), self.width, " " * indent, " " * (indent + hang))
        )

    def one_line(self, text: str, indent: int = 2) -> str:
        """The beginning of `text`, and a sign where that is not all of it."""
        margin = " " * indent
        first, *rest = _wrap(plain(text, LONGEST), self.width - 2, margin, margin)
        return f"{first} …" if rest else first

    def first(self, rows: Sequence[_T], number: int) -> Sequence[_T]:
        # a line that says "1 more" could as well be that one
        return rows if self.verbose or len(rows) <= number + 1 else rows[:number]

    def left_out(self, rows: Sequence[object], number: int, noun: str) -> Iterator[str]:
        """Says that something was left out, and where it is."""
        if not self.verbose and len(rows) > number + 1:
            yield f"  … and {many(len(rows) - number, f'more {noun}')}: add --verbose."


def cells(text: str) -> int:
    """Columns that a terminal uses for `text`."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in ("W", "F") for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def _wrap(text: str, width: int, first: str, rest: str) -> Iterator[str]:
    line, empty = first, True
    for word in re.split(r" +", text):
        space = "" if empty else " "
        if not empty and cells(line) + 1 + cells(word) > width:
            yield line
            line, space = rest, ""
        line, empty = line + space + word, False
        while cells(line) > width:  # a word longer than the line is cut, never hidden
            cut = _fitting(line, width)
            yield line[:cut]
            line = rest + line[cut:]
    yield line


def _fitting(line: str, width: int) -> int:
    used = 0
    for number, character in enumerate(line):
        used += cells(character)
        if used > width:
            return number
    return len(line)


def _opening(result: Result, page: _Page) -> Iterator[str]:
    yield page.heading(f"Evenhand {plain(result.evenhand)}, as of {result.as_of.isoformat()}")
    if not result.complete:
        yield from page.wrap("The run was stopped early: this is not all of it.", 0)
    if result.swap:
        pair = " and ".join(map(plain, result.swap))
        yield from page.wrap(f"What a verdict rests on was found by exchanging {pair}.", 0)
    yield ""
    yield page.heading("What could be decided")
    yield from page.wrap(f"{opening(result)} {answers(result)}")
    asked = [row for row in result.looked_for if row.subjects]
    asked.sort(key=lambda r: (-r.counts.get("broken", 0), -r.counts.get("holds", 0), r.check))
    column = max([20, *(cells(_found(row)) + 2 for row in asked)])
    margin = " " * (2 + column)
    for row in page.first(asked, ASKED):
        style = STYLES[counted(row.counts)[0][0]]
        label = page.style(_found(row), style) + " " * (column - cells(_found(row)))
        first, *rest = _wrap(plain(row.asks, page.longest), page.width - 2, margin, margin)
        yield f"  {label}{first.lstrip()}" + ("" if page.verbose or not rest else " …")
        yield from rest if page.verbose else ()
    yield from page.left_out(asked, ASKED, "question")
    idle = [row for row in result.looked_for if not row.subjects]
    if idle:
        shown = page.first(idle, IDLE)
        names = ", ".join(row.check.rpartition("/")[2].replace("_", " ") for row in shown)
        if len(shown) < len(idle):
            names += f", and {len(idle) - len(shown)} more"
        why = "not asked" if unasked(result) else "nothing to ask of"
        label = f"  {why:{column}}"
        yield from _wrap(plain(names, page.longest), page.width, label, margin)


def _found(row: LookedFor) -> str:
    words = {"holds": "hold"}
    return ", ".join(f"{n:,} {words.get(o, o)}" for o, n in counted(row.counts))


def _side_by_side(result: Result, page: _Page) -> Iterator[str]:
    """Clauses by outcome: a table, or a sentence a rulebook where there is no room for one."""
    force = {b.id: "binding" if b.binding else "non-binding" for b in result.rulebooks}
    name = max([10, *(cells(plain(book, 40)) for book in result.summary)])
    heads = ("clauses", *OUTCOMES)
    head = f"{'Side by side':{name + 2}}" + "".join(f"  {h}" for h in heads)
    narrow = len(head) + 14 > page.width
    if result.summary:
        yield page.heading("Side by side" if narrow else head)
    for book, counts in result.summary.items():
        shown = plain(book, 40)
        if narrow:
            told = ", ".join(f"{n:,} {o}" for o, n in counted(counts))
            yield from page.wrap(f"{shown}, {force.get(book, '')}: {told}", 2, 2)
            continue
        line = "  " + shown + " " * (name - cells(shown)) + f"  {sum(counts.values()):7}"
        for outcome in OUTCOMES:
            number = f"{counts.get(outcome, 0):{len(outcome)}}"
            line += "  " + page.style(number, STYLES[outcome] if counts.get(outcome) else DIM)
        yield f"{line}   {force.get(book, '')}".rstrip()
    for book, numbers in not_in_force(result).items():
        yield from page.wrap(f"{plain(book, 40)}: {in_force_words(result, numbers)}.", 2, 2)


def _noted(result: Result, page: _Page) -> Iterator[str]:
    if result.notes:
        yield page.heading("To be noted")
    for note in page.first(result.notes, NOTES):
        yield from page.wrap(f"- {note}", 2, 2)
    yield from page.left_out(result.notes, NOTES, "note")


def _unmet(result: Result, page: _Page) -> Iterator[str]:
    rows = broken(result)
    waived = sum(v.waived for v in rows)
    title = f"Not met: {many(len(rows), 'verdict')}" + (f", {waived} waived" if waived else "")
    yield page.heading(title)
    if not rows:
        yield from page.wrap("Nothing is shown to be unmet. What could not be shown is below.")
    at, says = places(result), clause_texts(result)
    remedies = {name: check.remedy for name, check in check_texts(result).items()}
    before = ""
    for row in page.first(rows, IN_FULL):
        text = says.get((row.rulebook, row.clause))
        head = f"{row.rulebook} {row.clause}" + (f": {text.says}" if text else "")
        if head != before:
            yield from (page.style(line, BOLD) for line in page.wrap(head, 2, 2))
        before = head
        yield from _in_full(row, at, remedies.get(row.check, ""), page)
    in_full = len(page.first(rows, IN_FULL))
    for row in page.first(rows[in_full:], IN_SHORT):
        head = f"{row.rulebook} {row.clause}, {plain(row.subject, 60)}"
        yield page.one_line(f"{head}: {unmet(row)}: {row.because}")
    yield from page.left_out(rows[in_full:], IN_SHORT, "verdict")


def _in_full(
    row: Verdict, at: dict[str, list[ArtefactRow]], remedy: str, page: _Page
) -> Iterator[str]:
    word = unmet(row)
    first, *rest = page.wrap(f"{word}: {plain(row.subject, 80)}: {row.because}", 4, 2)
    yield first.replace(word, page.style(word, RED), 1)
    yield from rest
    shown = [where(e, at) for e in row.evidence[: 20 if page.verbose else 1]]
    more = row.evidence_total - len(shown)
    tail = f", and {more:,} more" if more > 0 else ""
    yield from page.wrap(f"evidence: {'; '.join(shown)}{tail} ({'; '.join(remarks(row))})", 4, 2)
    if row.law and page.verbose:
        yield from page.wrap(f"law: {'; '.join(row.law)}", 4, 2)
    if remedy:
        yield from page.wrap(f"remedy: {remedy}", 4, 2)


def _look_here(result: Result, page: _Page) -> Iterator[str]:
    """What a person should look at, the weightiest first; what is only a score shows nothing."""
    rows, at = look_here(result), places(result)
    if not rows and not result.findings_total:
        return
    yield page.heading(f"Look here: {many(len(rows), 'finding')}")
    for row in page.first(rows, FOUND):
        about = f" ({plain(row.about, 60)})" if row.about else ""
        yield from page.wrap(f"- {plain(place_of(row, at), 200)}: {row.kind}{about}", 2, 2)
        why = f"{standing(row)}: {row.because or 'no reason is given'}"
        yield from page.wrap(why if page.verbose else plain(why, REASON), 4, 2)
    yield from page.left_out(rows, FOUND, "finding")
    if rows:
        yield from page.wrap(SETTLES, 2, 2)
    first = [f for f in result.findings if f.lead]
    weaker = result.findings_total - len(first) - sum(f.look_here for f in result.findings)
    more = []
    if weaker > 0:
        more.append(
            f"{many(weaker, 'more sign')}, weaker or disclosed: in the evidence (--keep DIR)"
        )
    if first and not page.verbose:
        more.append(f"{many(len(first), 'lead')} to begin reading with: -v")
    if more:
        yield from page.wrap(f"{'; '.join(more)}.", 2, 2)
    if first and page.verbose:
        yield from page.wrap(f"{LEADS}:", 2, 2)
        for row in page.first(first, FOUND):
            about = f" ({plain(row.about, page.longest)})" if row.about else ""
            place = plain(place_of(row, at, whole=True), page.longest)
            yield from page.wrap(f"- {place}: {row.kind}{about}", 2, 2)
        yield from page.left_out(first, FOUND, "lead")


def _unshown(result: Result, page: _Page) -> Iterator[str]:
    groups = not_shown(result, apart=page.verbose)
    clauses = {c for g in groups for c in g.clauses}
    if not groups:
        return
    reasons = many(len(groups), "reason")
    yield page.heading(f"Could not be shown: {many(len(clauses), 'clause')}, {reasons}")
    for group in page.first(groups, GROUPS):
        reason = plain(group.reason, page.longest if page.verbose else 200)
        yield from page.wrap(f"- {reason}: {listed(group.clauses)}", 2, 2)
    yield from page.left_out(groups, GROUPS, "reason")


def _changed(result: Result, page: _Page) -> Iterator[str]:
    rows = sorted(result.differences, key=lambda d: d["rank"])
    if not rows:
        return
    yield page.heading(f"Changed since the baseline: {many(len(rows), 'fact')}")
    for row in page.first(rows, GROUPS):
        what = f"- {row['change']} {row['table']} in {row['product']}: {row['because']}"
        yield from page.wrap(what, 2, 2)
    yield from page.left_out(rows, GROUPS, "fact")


def _unread(result: Result, page: _Page) -> Iterator[str]:
    groups = not_read(result)
    if not groups:
        return
    number = len({p for g in groups for p in g.paths})
    yield page.heading(f"Not read, or not whole: {many(number, 'file')}")
    for group in page.first(groups, 3):
        shown = page.first(group.paths, 3)
        paths = ", ".join(plain(p, page.longest if page.verbose else 60) for p in shown)
        more = len(group.paths) - len(shown)
        tail = f" and {more:,} more" if more > 0 else ""
        cut = page.longest if page.verbose else 120
        reason = f" ({plain(group.reason, cut)})" if group.reason else ""
        yield from page.wrap(f"- {group.outcome}{reason}: {paths}{tail}", 2, 2)
    yield from page.left_out(groups, 3, "reason")


def _next(result: Result, page: _Page) -> Iterator[str]:
    yield page.heading("What to do next")
    for step in next_steps(result):
        yield from page.wrap(f"- {step.why}", 2, 2)
        if step.command:
            # never wrapped: a command must survive being copied
            yield "    " + page.style(plain(step.command), BOLD)
    yield from page.wrap("Not legal advice. What was not looked at is not fine: it is not known.")
