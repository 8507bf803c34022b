"""Relations: what many checks look up, written once; a file `<name>.sql` in this folder is one.

A relation is a view over fact tables and other relations, made anew over every set of views, so
that renaming and exchanging states reach it. It decides nothing: it joins and it dates.

Spec: DESIGN (Writing check.sql so that it accuses nobody falsely).
"""

from __future__ import annotations

import functools
import graphlib
import re
from pathlib import Path

HOME = Path(__file__).parent


@functools.cache
def every() -> dict[str, str]:
    """Name → SQL, each after those that it reads."""
    found = {p.stem: p.read_text(encoding="utf-8") for p in sorted(HOME.glob("*.sql"))}
    order = graphlib.TopologicalSorter({n: named(sql) & set(found) for n, sql in found.items()})
    return {name: found[name] for name in order.static_order()}


def named(sql: str) -> set[str]:
    """Every name that follows FROM or JOIN: tables, relations, and names made in the query."""
    bare = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)
    return set(re.findall(r"(?i)\b(?:from|join)\s+([a-z_0-9]+)\b", bare))


@functools.cache
def reads(name: str) -> frozenset[str]:
    """Everything that a relation reads, through other relations too."""
    direct = named(every()[name])
    deeper = [reads(n) for n in direct & set(every())]
    return frozenset(direct.union(*deeper))
