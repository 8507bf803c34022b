"""Rows of a list as rows of a fact table: reading a CSV, with every mistake in it.

Columns are the fact table's own, without `locator`; a column `note` may stand beside them for
people, and `grade` may be given. Sequences are joined by `|`, days are ISO, truth is `true` or
`false`, empty is not known.

Spec: RFC 4180 (CSV), ISO 8601 (days), ISO 3166-1 alpha-2 (codes).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.errors import Mistakes
from evenhand.facts import GRADES, SHARED, Table, tables

if TYPE_CHECKING:
    import pyarrow as pa

    from evenhand.lists import ListInfo

    Wanted = tuple[str, Collection[str]]

BESIDE = ("note",)  # columns for people, which feed no fact
SHOWN_MISTAKES = 1000
LINE_BYTES = 1 << 20
CALLED = 100  # characters of what a row is called
GROUP = re.compile(r"[A-Z][A-Z0-9_-]{2,}")
DAYS = (
    ("in_force_from", "in_force_to"),
    ("member_from", "member_to"),
    ("listed_on", "listed_until"),
    ("on_day", "until_day"),
)


def arrow(info: ListInfo, wanted: Wanted | None = None) -> pa.Table:
    """The list as its fact table: ids, digest, locators and grade filled in.

    Of the rows, those that are `wanted`: a column, and what it may say.
    """
    import pyarrow as pa

    table = tables()[info.table]
    found, mistakes = read(info.path, table, None, wanted)
    if mistakes:
        raise Mistakes(mistakes)
    short = info.sha256[:12]
    for number, row in enumerate(found, start=1):
        if not row:
            continue  # not wanted
        row |= {
            "id": f"{table.name}/list/{short}/{number}",
            "artefact": info.digest,
            "locator": f"row {number}: {_called(table, row)}",
            "grade": row.get("grade") or "declared",
        }
    return pa.Table.from_pylist([row for row in found if row], schema=table.schema())


def column(info: ListInfo, name: str) -> list[str]:
    """What a column says, row by row."""
    lines = list(_lines(info.path, []))
    at = lines[0][1].index(name)
    return [cells[at].strip() for _, cells in lines[1:]]


def _called(table: Table, row: Mapping[str, Any]) -> str:
    """What a person calls a row: its key, or its first two columns; and the states in it."""
    own = [c for c in table.columns if c not in SHARED]
    words = (str(row.get(c) or "") for c in (*(table.key or own[:2]), *table.roles))
    return " ".join(w for w in dict.fromkeys(words) if w)[:CALLED]


def plain(path: Path) -> pa.Table:
    """A CSV that feeds no fact table, every column as text."""
    import pyarrow as pa

    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        names, found = reader.fieldnames or [], list(reader)
    return pa.table({n: pa.array([r[n] or None for r in found], pa.string()) for n in names})


def read(
    path: Path, table: Table, codes: frozenset[str] | None, wanted: Wanted | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of a CSV, and its mistakes as `path:line: message`.

    `codes` are the territories and groups that state columns may name; None: any that has the
    form of one. A row that is not `wanted` is not looked into: an empty one stands for it.
    """
    mistakes: list[str] = []
    lines = list(_lines(path, mistakes))
    if not lines:
        return [], mistakes or [f"{path}:1: empty; the first line names the columns"]
    header = lines[0][1]
    mistakes += [f"{path}:1: {m}" for m in _header_mistakes(header, table)]
    if mistakes:
        return [], mistakes
    found: list[dict[str, Any]] = []
    keys: dict[tuple[Any, ...], int] = {}
    asked = header.index(wanted[0]) if wanted else 0
    for line, cells in lines[1:]:
        if wanted and (len(cells) <= asked or cells[asked].strip() not in wanted[1]):
            found.append({})
            continue
        row, wrong = _row(dict(zip(header, cells, strict=False)), table, codes)
        if len(cells) != len(header):
            wrong.append(f"{len(cells)} cells, the first line names {len(header)} columns")
        key = tuple(row.get(c) for c in table.key)
        if table.key and keys.setdefault(key, line) != line:
            said = ", ".join(map(str, key))
            wrong.append(f"{', '.join(table.key)} = {said} stands in line {keys[key]} already")
        mistakes += [f"{path}:{line}: {m}" for m in wrong]
        found.append(row)
    return found, short(mistakes, path)


def short(mistakes: list[str], path: Path) -> list[str]:
    """No more mistakes than anybody can read, and how many there are."""
    if len(mistakes) <= SHOWN_MISTAKES:
        return mistakes
    rest = len(mistakes) - SHOWN_MISTAKES
    return [*mistakes[:SHOWN_MISTAKES], f"{path}:1: and {rest} more mistakes"]


def _lines(path: Path, mistakes: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is not empty."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.append(f"{path}:1: byte {error.start} is not UTF-8; save the file as UTF-8")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        mistakes.append(f"{path}:{reader.line_num}: {error}")


def _header_mistakes(header: list[str], table: Table) -> Iterator[str]:
    known = {c for c in table.columns if c not in ("id", "artefact", "locator")} | {*BESIDE}
    for column in header:
        if column not in known:
            yield f"no column {column!r} in {table.name}; there are: {', '.join(sorted(known))}"
        if header.count(column) > 1:
            yield f"column {column!r} stands twice"
    for column in table.required:
        if column not in header:
            yield f"column {column!r} is missing"


def _row(
    cells: Mapping[str, str], table: Table, codes: frozenset[str] | None
) -> tuple[dict[str, Any], list[str]]:
    defaults = table.row._field_defaults
    row: dict[str, Any] = {c: d for c, d in defaults.items() if c not in ("locator", "grade")}
    wrong: list[str] = []
    for column, text in cells.items():
        if column in BESIDE or not text.strip():
            continue
        try:
            row[column] = value(text.strip(), table.types[column])
        except ValueError as error:
            wrong.append(f"{column}: {error}")
    empty = [c for c in table.required if not cells.get(c, "").strip()]
    wrong += [f"{c}: empty, and a row cannot do without it" for c in empty]
    wrong += [m for c in table.roles if (m := code_mistake(row.get(c), c, codes))]
    if row.get("grade") not in (None, *GRADES):
        wrong.append(f"grade: {row['grade']!r} is none of {', '.join(GRADES)}")
    for first, last in DAYS:
        if row.get(first) and row.get(last) and row[last] < row[first]:
            wrong.append(f"{last} {row[last]} lies before {first} {row[first]}")
    return row, wrong


def value(text: str, kind: type) -> Any:
    """A cell as its column's type; ValueError says what it should be."""
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text == "true"
    if kind is list:
        return [t.strip() for t in text.split("|") if t.strip()]
    if kind is date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is no ISO day such as 2026-11-21") from None
    return kind(text)


def code_mistake(code: str | None, column: str, codes: frozenset[str] | None) -> str | None:
    """Why `code` can be no territory, group, depositary or organisation; None where it can."""
    if code is None or code.startswith("ORG:"):
        return None
    if not re.fullmatch(r"[A-Z]{2}", code) and not GROUP.fullmatch(code):
        return f"{column}: {code!r} is no ISO 3166-1 alpha-2 code and no name of a group"
    if codes is not None and code not in codes:
        return f"{column}: {code} is no territory and no group that the lists know"
    return None
