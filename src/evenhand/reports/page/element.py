"""HTML elements that escape by default: text is never markup unless it was made here.

Spec: HTML Living Standard, 13.3 (serialising); Unicode UAX #9 (names stand in `bdi`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.reports._view import plain

_VOID = frozenset({"col", "hr", "meta"})


class Safe(str):
    """Markup, already escaped."""

    __slots__ = ()


@dataclass(frozen=True)
class Limits:
    """How much is shown in full; the JSON report always holds everything."""

    broken: int = 200
    verdicts: int = 2_000
    files: int = 1_000
    destinations: int = 300
    rows: int = 200  # of any other table
    text: int = 600  # characters of one text

    def smaller(self) -> Limits:
        """A quarter of it, and never nothing."""
        return Limits(
            max(1, self.broken // 4),
            max(1, self.verdicts // 4),
            max(1, self.files // 4),
            max(1, self.destinations // 4),
            max(1, self.rows // 4),
            max(40, self.text // 2),
        )


def text(value: object, limit: int = 600) -> Safe:
    """Any text, made harmless: hiding characters written out, long ones cut, then escaped."""
    if isinstance(value, Safe):
        return value
    return Safe(html.escape(plain(str(value), limit)))


def words(value: object, limit: int = 600) -> Safe:
    """A text of any length in a cell: it may be broken anywhere."""
    return el("span", text(value, limit))


def prose(value: object, limit: int = 600) -> Safe:
    """A sentence of ours or of a reader; words between backticks are code."""
    return el("span", Safe(re.sub(r"`([^`]{1,200})`", r"<code>\1</code>", text(value, limit))))


def join(parts: Iterable[object], between: str = "") -> Safe:
    """Elements or texts one after another."""
    return Safe(between.join(text(p) for p in parts))


def el(tag: str, *children: object, **attributes: str | int | float | bool | None) -> Safe:
    """`<tag attributes>children</tag>`; `class_` is `class`, `aria_label` is `aria-label`."""
    said = [tag]
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            said.append(name)
        elif value is not None and value is not False:
            said.append(f'{name}="{text(value, 10**6)}"')
    opened = f"<{' '.join(said)}>"
    return Safe(opened if tag in _VOID else f"{opened}{join(children)}</{tag}>")


def name(value: object, limit: int = 160, href: str | None = None) -> Safe:
    """A name that an artefact chose (a path, a host): apart from the text around it."""
    shown = el("bdi", text(value, limit), class_="name")
    return el("a", shown, href=href) if href else shown


def chip(outcome: str, words: str | None = None) -> Safe:
    """An outcome, told by word and by colour."""
    return el("span", words or outcome, class_=f"chip {outcome.replace(' ', '-')}")


def table(
    caption: str, heads: Iterable[str], rows: Iterable[Iterable[object]], wide: bool = False
) -> Safe:
    """A table whose first column names the row; heads that start with `#` hold numbers.

    A row with one cell more than there are heads starts with its id; without rows there is no
    table. A `wide` one may have to be scrolled, which a keyboard can do only where it can be
    focused. The roles say again what the elements mean, because on a phone they are laid out as
    blocks and lose it.
    """
    heads = list(heads)
    names = [h.lstrip("#") for h in heads]
    css = ["number" if h.startswith("#") else None for h in heads]
    top = (
        el("th", n, scope="col", role="columnheader", class_=c)
        for n, c in zip(names, css, strict=True)
    )
    lines = []
    for row in rows:
        cells = list(row)
        identity = str(cells.pop(0)) if len(cells) > len(heads) else ""
        first = el("th", cells[0], scope="row", role="rowheader")
        rest = (
            el("td", cell, role="cell", class_=c, data_label=n)
            for cell, c, n in zip(cells[1:], css[1:], names[1:], strict=True)
        )
        lines.append(el("tr", first, *rest, role="row", id=identity or None))
    if not lines:
        return Safe("")
    inside = el(
        "table",
        el("caption", text(caption, 200)),
        el("thead", el("tr", *top, role="row"), role="rowgroup"),
        el("tbody", join(lines, "\n"), role="rowgroup"),
        role="table",
    )
    if not wide:
        return el("div", inside, class_="scroll")
    label = plain(caption, 200)
    return el("div", inside, class_="scroll", tabindex=0, role="group", aria_label=label)


def section(identity: str, heading: str, *children: object) -> Safe:
    """A section with its heading, reachable as `#identity`."""
    head = el("h2", heading, id=f"{identity}-heading")
    return el("section", head, *children, id=identity, aria_labelledby=f"{identity}-heading")


def note(*children: object) -> Safe:
    """A short remark below what it belongs to."""
    return el("p", *children, class_="note")


def left_out(number: int, noun: str) -> Safe:
    """Says how much was left out and where it is; nothing where nothing was."""
    if number <= 0:
        return Safe("")
    return note(f"{number:,} more {noun} are not shown here: the JSON report (-f json) holds all.")
