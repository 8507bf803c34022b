"""The report for a browser: one file that loads nothing, runs nothing and works on paper.

Spec: HTML Living Standard; WCAG 2.2 AA; Content Security Policy Level 3 (hash of the one style).
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from evenhand.judge.result import Result
from evenhand.reports import Options
from evenhand.reports._view import many
from evenhand.reports.page.element import Limits, Safe, el, join
from evenhand.reports.page.inputs import (
    changes_section,
    files_section,
    help_section,
    sources_section,
)
from evenhand.reports.page.summary import (
    decided,
    masthead,
    next_section,
    notes_section,
    side_by_side,
)
from evenhand.reports.page.traffic import traffic_section, world_map
from evenhand.reports.page.verdicts import (
    clauses_section,
    look_section,
    unmet_section,
    unshown_section,
)

SUFFIX: tuple[str, ...] = (".html", ".htm")

LARGEST_BYTES = 5_000_000

_LINKS = (
    ("decided", "What could be decided"),
    ("rulebooks", "Rulebooks side by side"),
    ("noted", "To be noted"),
    ("unmet", "What is not met"),
    ("look", "Where to look"),
    ("unshown", "What could not be shown"),
    ("changes", "What changed"),
    ("traffic", "Where the traffic went"),
    ("files", "What was read"),
    ("clauses", "Every clause"),
    ("next", "What to do next"),
    ("sources", "What was used"),
    ("help", "How to read a verdict"),
)


def render(result: Result, options: Options) -> str:
    """The page; where it would grow past `LARGEST_BYTES`, less is shown and the page says so."""
    limits = Limits()
    page = _page(result, limits)
    while len(page.encode()) > LARGEST_BYTES and limits != limits.smaller():
        limits = limits.smaller()
        page = _page(result, limits)
    return page


def _page(result: Result, limits: Limits) -> str:
    style = files("evenhand").joinpath("reports/page/style.css").read_text(encoding="utf-8")
    sections = [
        decided(result, limits),
        side_by_side(result),
        notes_section(result, limits),
        unmet_section(result, limits),
        look_section(result, limits),
        unshown_section(result, limits),
        changes_section(result, limits),
        traffic_section(result, limits, world_map()),
        files_section(result, limits),
        clauses_section(result, limits),
        next_section(result),
        sources_section(result),
        help_section(),
    ]
    there = [link for link, made in zip(_LINKS, sections, strict=True) if made]
    links = (el("li", el("a", words, href=f"#{identity}")) for identity, words in there)
    body = el(
        "body",
        el("a", "Skip to the report", href="#main", class_="skip"),
        masthead(result),
        el("nav", el("ul", *links), aria_label="Sections"),
        el("main", join((s for s in sections if s), "\n"), id="main", tabindex=-1),
        _footer(),
    )
    page = el("html", _head(result, Safe(style)), body, lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _head(result: Result, style: Safe) -> Safe:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    allowed = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    books = many(len(result.rulebooks), "rulebook")
    title = f"Evenhand report, {result.as_of.isoformat()}, {books}"
    return el(
        "head",
        el("meta", charset="utf-8"),
        Safe(f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", style),
    )


def _footer() -> Safe:
    said = (
        "Words here are measured: what was read, what it shows, what it cannot show. What was not "
        "looked at is not fine: it is not known. Not legal advice."
    )
    how = (
        "This page loads nothing from a network and runs no script. The same input, day and lists "
        "give the same page, byte for byte."
    )
    return el("footer", el("p", said), el("p", how))
