"""The lists in words: what each is, of which day, under which licence, how old.

Spec: docs/lists.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from evenhand import facts, lists

SHOWN_ROWS = 100  # of a list that is asked for by name; a longer one is read in its file
OLD_DAYS = 180  # older address data than this misplace a noticeable share of addresses


def describe(infos: Sequence[lists.ListInfo], today: date) -> str:
    """One paragraph a list."""
    lines = []
    for info in infos:
        age = lists.age_days(info, today)
        old = "; old: see evenhand lists update" if age > OLD_DAYS else ""
        whose = " (your own edition)" if info.own else ""
        lines.append(f"{info.name}{whose}: {info.title}")
        lines.append(f"  {info.rows} rows of {info.version} ({age} days old{old})")
        if info.unverified:
            lines.append(f"  {info.unverified} rows are unverified and never break anything")
        lines.append(f"  licence {info.licence}; {' '.join(info.attribution.split())}")
    if len(infos) == 1:
        lines += _rows(infos[0])
    return "\n".join(lines) + "\n"


def _rows(info: lists.ListInfo) -> Iterator[str]:
    """The rows of a short list of facts, one column a line, as far as they say something."""
    yield f"  file {info.path}"
    table = facts.tables().get(info.table)
    if table is None or info.rows > SHOWN_ROWS:
        return
    for row in lists.rows(info.name):
        first, *rest = (c for c in table.columns if c not in facts.SHARED)
        yield f"{row[first]} ({row['grade']}, {row['locator']})"
        for column in rest:
            empty = row[column] in (None, "", []) or (column == "unverified" and not row[column])
            if not empty:
                said = row[column]
                yield f"  {column}: {', '.join(said) if isinstance(said, list) else said}"
