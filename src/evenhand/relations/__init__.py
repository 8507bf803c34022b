"""Relations: what many checks look up, written once; a file `<name>.sql` in this folder is one.

A relation is a view over fact tables and other relations, made anew over every set of views, so
that renaming and exchanging states reach it. It decides nothing: it joins and it dates. One that
reads a list of the check that names it (`p_<name>`) cannot be a view: it is put in front of that
check's own query.

Spec: DESIGN (Writing check.sql so that it accuses nobody falsely).
"""

from __future__ import annotations

import functools
import graphlib
import re
from collections.abc import Iterable
from pathlib import Path

HOME = Path(__file__).parent
WITH = re.compile(r"\A((?:\s|--[^\n]*\n)*)with\b", re.IGNORECASE)
MADE = re.compile(r"(?i)\b([a-z_0-9]+)\s+as\s+\(")


@functools.cache
def _files() -> dict[str, str]:
    """Name → SQL, each after those that it reads."""
    found = {p.stem: p.read_text(encoding="utf-8") for p in sorted(HOME.glob("*.sql"))}
    order = graphlib.TopologicalSorter({n: named(sql) & set(found) for n, sql in found.items()})
    return {name: found[name] for name in order.static_order()}


@functools.cache
def every() -> dict[str, str]:
    """The relations that are views, name → SQL, each after those that it reads."""
    return {name: sql for name, sql in _files().items() if not lists(name)}


@functools.cache
def with_lists() -> dict[str, str]:
    """The relations that read lists of a check, name → SQL, each after those that it reads."""
    return {name: sql for name, sql in _files().items() if lists(name)}


def named(sql: str) -> set[str]:
    """Every name that follows FROM or JOIN: tables, relations, and names made in the query."""
    return set(re.findall(r"(?i)\b(?:from|join)\s+([a-z_0-9]+)\b", _bare(sql)))


@functools.cache
def reads(name: str) -> frozenset[str]:
    """Everything that a relation reads, through other relations too."""
    direct = named(_files()[name])
    deeper = [reads(n) for n in direct & set(_files())]
    return frozenset(direct.union(*deeper))


def lists(name: str) -> frozenset[str]:
    """The lists of a check that a relation reads, by the names that the check gives them."""
    return frozenset(n[2:] for n in reads(name) if n.startswith("p_"))


def whole(sql: str) -> str:
    """A check's query with the relations that read its lists in front."""
    needed = wanted(sql)
    return in_front(
        sql, (f"{n} AS (\n{with_lists()[n].strip()}\n)" for n in with_lists() if n in needed)
    )


def wanted(sql: str) -> set[str]:
    """The relations with lists that a query names and does not make itself, and what they need."""
    bare = _bare(sql)
    direct = set(re.findall(r"[a-z_0-9]+", bare)) & with_lists().keys() - set(MADE.findall(bare))
    return direct.union(*(reads(n) & with_lists().keys() for n in direct))


def in_front(sql: str, parts: Iterable[str]) -> str:
    """A query with more parts (`name AS (…)`) at the start of its WITH."""
    front = ",\n".join(parts)
    if not front:
        return sql
    own = WITH.match(sql)
    return f"WITH {front},\n{sql[own.end() :].lstrip()}" if own else f"WITH {front}\n{sql}"


def _bare(sql: str) -> str:
    """Without comments and texts."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)
