"""Files of address ranges: reading them as text, checking them, storing them as they are looked up.

As text: CSV whose first line is `start,end,` and the list's value columns; addresses as text,
both ends belong to the range, in any order, without overlaps.

Spec: RFC 4180 (CSV), RFC 4291 (addresses), docs/lists.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from evenhand.errors import Mistakes
from evenhand.lists.address import MAPPED_LOW, halves_of, numbers, spelled
from evenhand.lists.fact_rows import code_mistake, short
from evenhand.lists.ranges import BOUNDS, SUFFIX, put, steps, stored

NETWORK = re.compile(r"AS(0|[1-9][0-9]{0,9})")


class Range(NamedTuple):
    """Addresses from `start` to `end` (both included) as numbers of 128 bits; what is said of
    them; and where it stands.
    """

    start: int
    end: int
    said: tuple[str | None, ...]
    line: int


def read(path: Path, columns: Sequence[str], codes: frozenset[str] | None) -> list[Range]:
    """Ranges of a CSV or stored file, in order; Mistakes names every row that is wrong."""
    mistakes: list[str] = []
    stored_here = path.suffix == SUFFIX
    found = list((_from_stored if stored_here else _from_text)(path, columns, mistakes))
    for r in found:
        mistakes += [f"{path}:{r.line}: {m}" for m in _said_mistakes(r, columns, codes)]
        if r.end < r.start:
            mistakes.append(f"{path}:{r.line}: {spelled(r.end)} lies before {spelled(r.start)}")
        elif (r.start >> 32 == 0xFFFF) != (r.end >> 32 == 0xFFFF):
            ends = f"{spelled(r.start)} and {spelled(r.end)}"
            mistakes.append(f"{path}:{r.line}: {ends} are of different families")
    found.sort(key=lambda r: (r.start, r.end, r.line))
    mistakes += _overlaps(found, path)
    if mistakes:
        raise Mistakes(short(mistakes, path))
    return found


def _overlaps(found: Sequence[Range], path: Path) -> Iterator[str]:
    """One mistake for each range that begins before an earlier one ends."""
    widest: Range | None = None
    for r in found:
        if widest and r.start <= widest.end:
            yield f"{path}:{r.line}: from {spelled(r.start)} on it overlaps line {widest.line}"
        if widest is None or r.end > widest.end:
            widest = r


def _said_mistakes(
    found: Range, columns: Sequence[str], codes: frozenset[str] | None
) -> Iterator[str]:
    for column, text in zip(columns, found.said, strict=True):
        if column == "territory":
            if wrong := code_mistake(text, column, codes):
                yield wrong
            elif text is None or len(text) != 2:
                yield f"territory: {text!r} is no ISO 3166-1 alpha-2 code"
        if column == "network" and not NETWORK.fullmatch(text or ""):
            yield f"network: {text!r} is no autonomous system such as AS64496"


def _from_text(path: Path, columns: Sequence[str], mistakes: list[str]) -> Iterator[Range]:
    wanted = ["start", "end", *columns]
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        mistakes.append(f"{path}:1: {error}; the file is CSV in UTF-8")
        return
    if not lines or lines[0][1] != wanted:
        mistakes.append(f"{path}:1: the first line must be {','.join(wanted)}")
        return
    right = []
    for line, cells in lines[1:]:
        if len(cells) == len(wanted):
            right.append((line, cells))
        else:
            mistakes.append(f"{path}:{line}: {len(cells)} cells, not {len(wanted)}")
    high, low, known = numbers([c[i] for _, c in right for i in (0, 1)])
    ends = [(h << 64) | n for h, n in zip(high.tolist(), low.tolist(), strict=True)]
    for at, (line, cells) in enumerate(right):
        wrong = [cells[side] for side in (0, 1) if not known[2 * at + side]]
        mistakes += [f"{path}:{line}: {text!r} is no address" for text in wrong]
        if known[2 * at] and known[2 * at + 1]:
            said = tuple(c or None for c in cells[2:])
            yield Range(ends[2 * at], ends[2 * at + 1], said, line)


def _from_stored(path: Path, columns: Sequence[str], mistakes: list[str]) -> Iterator[Range]:
    """Ranges of a stored file; `line` counts them from 1."""
    table = stored(path)
    if tuple(table.column_names) != (*BOUNDS, *columns):
        mistakes.append(f"{path}:1: the columns must be {', '.join((*BOUNDS, *columns))}")
        return
    rows = zip(*(table[c].to_pylist() for c in table.column_names), strict=True)
    for line, (a, b, c, d, *said) in enumerate(rows, start=1):
        yield Range((a << 64) | b, (c << 64) | d, tuple(said), line)


def joined(found: Sequence[Range]) -> list[Range]:
    """The same knowledge in fewer ranges: neighbours that say the same become one.

    Ranges of the two families are never joined.
    """
    kept: list[Range] = []
    for r in found:
        last = kept[-1] if kept else None
        edge = r.start in (MAPPED_LOW, MAPPED_LOW + (1 << 32))
        if last and last.said == r.said and last.end + 1 == r.start and not edge:
            kept[-1] = last._replace(end=r.end)
        else:
            kept.append(r)
    return kept


def store(found: Sequence[Range], columns: Sequence[str], path: Path) -> int:
    """Write sorted ranges as a stored list; the same ones give the same bytes. Returns how many."""
    import numpy as np
    import pyarrow as pa

    ranges = joined(found)
    bounds = (*halves_of([r.start for r in ranges]), *halves_of([r.end for r in ranges]))
    said = list(dict.fromkeys(r.said for r in ranges))
    number = {texts: code for code, texts in enumerate(said)}
    codes = np.array([number[r.said] for r in ranges], np.int32)
    values = {
        column: pa.array([texts[at] for texts in said], pa.string())
        for at, column in enumerate(columns)
    }
    put(steps(bounds, codes), values, path)
    return len(ranges)
