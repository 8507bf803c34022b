"""The opening of the page: what could be decided, rulebooks side by side, what to do next.

Spec: DESIGN, contract `-f json` (`summary` counts clauses).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evenhand.judge.result import OUTCOMES, LookedFor, Result
from evenhand.reports._view import (
    answers,
    counted,
    in_force_words,
    many,
    next_steps,
    not_in_force,
    opening,
    sentence,
    unasked,
)
from evenhand.reports.page.element import (
    Limits,
    Safe,
    chip,
    el,
    join,
    left_out,
    prose,
    section,
    table,
)

BAR_UNITS = 1000  # width of a bar in its own coordinates


def masthead(result: Result) -> Safe:
    """What this page is, of what, on which day."""
    files = len({a.path for a in result.artefacts} | {r.path for r in result.readings})
    books = [b.title or b.id for b in result.rulebooks]
    title = f"What {many(files, 'file')} {'shows' if files == 1 else 'show'}, and what not"
    facts = [
        ("Judged as of", el("time", result.as_of.isoformat(), datetime=result.as_of.isoformat())),
        ("Rulebooks", join(books, "; ") if books else "none"),
        ("Made by", f"Evenhand {result.evenhand}"),
    ]
    if result.swap:
        facts.append(("Exchanged to find what verdicts rest on", " and ".join(result.swap)))
    pairs = join(el("div", el("dt", k), el("dd", v)) for k, v in facts)
    stopped = el("p", "The run was stopped early: this is not all of it.", class_="warning")
    return el(
        "header",
        el("p", "Evenhand: one body of evidence, every rulebook", class_="kicker"),
        el("h1", title),
        el("p", f"{opening(result)} {answers(result)}", class_="lede"),
        "" if result.complete else stopped,
        el("dl", pairs, class_="facts"),
        class_="masthead",
    )


def decided(result: Result, limits: Limits) -> Safe:
    """What was looked for, and what was found."""
    asked = [row for row in result.looked_for if row.subjects]
    asked.sort(key=lambda r: (-r.counts.get("broken", 0), -r.counts.get("holds", 0), r.check))
    rows = ((row.asks, _answers(row)) for row in asked[: limits.rows])
    idle = [row.asks for row in result.looked_for if not row.subjects]
    parts: list[Safe] = []
    if asked:
        heads = ("What must hold", "Answers")
        parts.append(table("What was looked for, and the answers by subject", heads, rows))
        parts.append(left_out(len(asked) - limits.rows, "questions"))
    else:
        parts.append(el("p", answers(result)))
    if idle:
        items = join(el("li", asks) for asks in idle[: limits.rows])
        why = "Not asked" if unasked(result) else "Nothing to ask it of"
        head = f"{why}: {many(len(idle), 'question')}"
        parts.append(el("details", el("summary", head), el("ul", items)))
    return section("decided", "What could be decided", *parts)


def _answers(row: LookedFor) -> Safe:
    words = {"holds": "hold"}
    return join((chip(o, f"{n:,} {words.get(o, o)}") for o, n in counted(row.counts)), " ")


def side_by_side(result: Result) -> Safe:
    """Clauses by outcome, one row a rulebook."""
    used = {b.id: b for b in result.rulebooks}
    silent = not_in_force(result)
    rows = []
    for book, counts in result.summary.items():
        known = used.get(book)
        title = el("span", known.title if known else "", class_="sub")
        if book in silent:
            words = sentence(in_force_words(result, silent[book]))
            title = join((title, el("span", words, class_="sub")), " ")
        binds = "" if known is None else "binding" if known.binding else "non-binding"
        numbers = [f"{counts.get(o, 0):,}" for o in OUTCOMES]
        link = el("a", book, href=f"#book-{book}")
        rows.append(
            (
                join((link, title), " "),
                el("span", binds, class_="whole"),
                *numbers,
                _bar(book, counts),
            )
        )
    heads = ("Rulebook", "Force", *(f"#{o}" for o in OUTCOMES), "Share of clauses")
    return section(
        "rulebooks",
        "Rulebooks side by side",
        table("Clauses of each rulebook by outcome, on the same evidence", heads, rows),
    )


def notes_section(result: Result, limits: Limits) -> Safe:
    """What is to be told besides the verdicts: waivers that ended, patterns without a match."""
    items = (el("li", prose(note, limits.text)) for note in result.notes[: limits.rows])
    if not result.notes:
        return Safe("")
    more = left_out(len(result.notes) - limits.rows, "notes")
    return section("noted", "To be noted", el("ul", *items), more)


def _bar(book: str, counts: Mapping[str, int]) -> Safe:
    return el(
        "svg",
        *_slices(counts),
        class_="bar",
        viewBox=f"0 0 {BAR_UNITS} 24",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{book}: " + ", ".join(f"{counts.get(o, 0)} {o}" for o in OUTCOMES),
    )


def _slices(counts: Mapping[str, int]) -> Iterator[Safe]:
    total, start = sum(counts.values()), 0
    for outcome in OUTCOMES:
        wide = BAR_UNITS * counts.get(outcome, 0) // total if total else 0
        if wide:
            css = f"fill-{outcome.replace(' ', '-')}"
            yield el("rect", x=start, y=0, width=max(1, wide - 4), height=24, class_=css)
            start += wide


def next_section(result: Result) -> Safe:
    """What a person could do now."""
    items = []
    for step in next_steps(result):
        command = el("pre", el("code", step.command)) if step.command else ""
        items.append(el("li", el("p", prose(step.why, 2_000)), command))
    return section("next", "What to do next", el("ol", *items))
