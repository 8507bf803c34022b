"""The lists in words: what each is, of which day, under which licence, how old.

Spec: docs/lists.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evenhand import lists

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
    return "\n".join(lines) + "\n"
