"""Pages about a rulebook: one a rule, with the cases of its checks as examples.

Spec: CommonMark 0.31 with tables (GitHub Flavored Markdown 0.29).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evenhand.errors import UserError
from evenhand.judge import cases
from evenhand.judge.rulebook import Clause, Rulebook, Use

INDEX = "index.md"
NOTE = "Paraphrased in our own words. Not legal advice."
_ACTIVE = re.compile(r"[\\`*_<>\[\]|]|^[#>+=~-]|(?<=^\d)[.)]")


def pages(book: Rulebook) -> dict[str, str]:
    """File name → page: the index first, then a page for each text of each clause."""
    names: dict[str, Clause] = {}
    for clause in book.clauses:
        name = _file_name(clause, set(names))
        names[name] = clause
    made = {INDEX: "\n".join(_index(book, names)) + "\n"}
    for name, clause in names.items():
        made[name] = "\n".join(_page(book, clause)) + "\n"
    return made


def write(book: Rulebook, folder: Path) -> list[Path]:
    """Write the pages into a folder; pages of before are written over."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(book).items():
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from error
    return written


def _file_name(clause: Clause, taken: set[str]) -> str:
    """A name that is a file in this folder and nowhere else, whatever the clause is called."""
    stem = re.sub(r"[^A-Za-z0-9.-]+", "-", clause.id).strip(".-")[:80] or "clause"
    stem = f"{stem}-clause" if stem.lower() == "index" else stem
    known, name, number = {t.lower() for t in taken}, f"{stem}.md", 1
    while name.lower() in known:
        number += 1
        name = f"{stem}-{number}.md"
    return name


def _text(words: object) -> str:
    """Words on one line that Markdown does not act on."""
    return _ACTIVE.sub(r"\\\g<0>", " ".join(str(words).split()))


def _code(words: object) -> str:
    """Words as code, also in a table."""
    plain = " ".join(str(words).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if fence != "`" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _index(book: Rulebook, names: dict[str, Clause]) -> Iterator[str]:
    binding = "binding" if book.binding else "non-binding"
    yield f"# {_text(book.title)}\n"
    yield f"Rulebook {_code(book.id)}, version {_text(book.version)} ({binding}). {NOTE}\n"
    yield "| rule | title | for | decided by |\n| --- | --- | --- | --- |"
    for name, clause in names.items():
        by = ", ".join(_code(u.check.name) for u in clause.uses) or "not decidable"
        yield (
            f"| [{_text(clause.id)}]({name}) | {_text(clause.title)} | "
            f"{_text(clause.addressee)} | {by} |"
        )


def _page(book: Rulebook, clause: Clause) -> Iterator[str]:
    yield f"# {_text(book.id)} {_text(clause.id)}: {_text(clause.title)}\n"
    yield f"{_text(clause.says)}\n"
    yield f"- for: {_text(clause.addressee)}"
    yield f"- {'binding' if clause.binding else 'non-binding'}"
    if clause.since or clause.until:
        until = f", until the day before {clause.until}" if clause.until else ""
        yield f"- in force {f'since {clause.since}' if clause.since else 'at first'}{until}"
    yield f"- source: {_text(clause.cites)}"
    if clause.unverified:
        yield "- unverified: this clause decides nothing until somebody has checked its text"
    if clause.undecidable:
        yield f"\nNo check can decide it, so it is *not shown*: {_text(clause.undecidable)}"
    for use in clause.uses:
        yield from _use(use)


def _use(use: Use) -> Iterator[str]:
    check = use.check
    yield f"\n## {_text(check.asks)}\n"
    yield f"Check {_code(check.name)}, asked of every row of {_code(check.judges)}.\n"
    for name, value in use.parameters.items():
        if value in (None, []):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        yield f"- {_code(name)}: {_text(shown)} ({_text(check.parameters[name].means)})"
    for name, words in check.conditions.items():
        yield f"- condition {_code(name)}: {_text(words)}"
    yield f"- in scope where {_code(check.applies.sql())}; holds where {_code(check.holds.sql())}"
    yield f"- what to do: {_text(check.remedy)}"
    yield f"- what it cannot show: {_text(check.cannot_show)}"
    yield "\n### Examples\n"
    yield "Cases that are run as tests. Their parameters are their own."
    for document, number in cases.read(check):
        yield from _case(document.value[number])


def _case(case: dict[str, Any]) -> Iterator[str]:
    yield f"\n**{_text(case.get('case') or 'a case')}**\n"
    given = case.get("with") or {}
    said = [f"{_code(k)}: {_text(v if not isinstance(v, list) else ', '.join(v))}"
            for k, v in given.items() if v is not None]  # fmt: skip
    if case.get("as_of"):
        said.append(f"as of {_text(case['as_of'])}")
    if said:
        yield f"With {'; '.join(said)}.\n"
    for table, rows in (case.get("facts") or {}).items():
        yield f"{_text(table)}:\n"
        for row in rows or []:
            cells = (f"{_code(k)} {_text(_value(v))}" for k, v in row.items())
            yield f"- {', '.join(cells) or 'a row without values'}"
        if not rows:
            yield "- no row"
        yield ""
    yield "| subject | outcome | conditions |\n| --- | --- | --- |"
    for subject, values in (case.get("expect") or {}).items():
        rest = {k: v for k, v in (values or {}).items() if k != "outcome"}
        told = ", ".join(f"{_code(k)} {_value(v)}" for k, v in rest.items())
        yield f"| {_code(subject)} | {_text((values or {}).get('outcome', ''))} | {told} |"
    if not case.get("expect"):
        yield "| nothing is judged | | |"


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
