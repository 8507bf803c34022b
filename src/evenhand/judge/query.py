"""What is wrong with the SQL of a check that somebody else wrote: every fault with its line.

Spec: DESIGN (allow-list of what a check may use); sqlglot's DuckDB dialect.
"""

from __future__ import annotations

import graphlib
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from evenhand import facts, relations
from evenhand.engines import portable
from evenhand.judge.statement import FUNCTIONS, scalars

LONGEST = 1 << 20  # characters of one query


class Fault(NamedTuple):
    """Something that may not stand in a check, and the line of the file that it stands on."""

    line: int
    message: str


def faults(sql: str, parameters: Collection[str], lists: Collection[str]) -> list[Fault]:
    """Everything that may not stand in this query, in order of the lines.

    `parameters` are the names of single values (`$name`), `lists` those of lists (`p_<name>`).
    """
    import sqlglot
    from sqlglot import exp

    if len(sql) > LONGEST:
        return [Fault(1, f"a query of more than {LONGEST} characters is not read")]
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except (sqlglot.errors.ParseError, sqlglot.errors.TokenError) as error:
        at = (getattr(error, "errors", None) or [{}])[0]
        said = at.get("description") or str(error).splitlines()[0]
        before = at.get("start_context") or ""
        offset = sql.find(before + (at.get("highlight") or "")) + len(before)
        return [Fault(sql.count("\n", 0, max(0, offset)) + 1, f"not understood: {said}")]
    except RecursionError:
        return [Fault(1, "nested too deeply to be understood")]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return [Fault(1, "exactly one SELECT is wanted")]
    tree = statements[0]
    found = [*_words(sql, tree), *_tables(sql, tree, lists), *_cycles(sql, tree)]
    for name in sorted(scalars(sql) - set(parameters) - {"as_of"}):
        line = next((n for n, text in lines_of(sql) if f"${name}" in text), 1)
        what = f"read it from p_{name}" if name in lists else "check.yaml declares none"
        found.append(Fault(line, f"${name} is no single parameter ({what})"))
    return sorted(dict.fromkeys(found))


def lines_of(sql: str) -> Iterator[tuple[int, str]]:
    """The lines without their comments, counted from 1."""
    for number, text in enumerate(sql.splitlines(), 1):
        yield number, re.sub(r"--.*", "", text)


def _line(sql: str, node: Any) -> int:
    """The line of a node, or of the first in it or around it that has a place.

    Counted from its offset: the parser counts the lines of comments twice.
    """
    around = [node]
    while around[-1].parent is not None:
        around.append(around[-1].parent)
    for one in (*node.walk(), *around):
        if "start" in one.meta:
            return sql.count("\n", 0, int(one.meta["start"])) + 1
    return 1


def _words(sql: str, tree: Any) -> Iterator[Fault]:
    from sqlglot import exp

    forbidden = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Set)
    for node in tree.walk():
        if isinstance(node, forbidden) and not isinstance(node, exp.Query):
            yield Fault(_line(sql, node), f"{node.key.upper()} may not stand in a check")
        elif isinstance(node, exp.Anonymous) or (
            isinstance(node, exp.Func) and node.sql_name().lower() not in FUNCTIONS
        ):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            yield Fault(_line(sql, node), f"the function {name} may not stand in a check")
        elif (why := portable.refusal(node)) is not None:
            yield Fault(_line(sql, node), why)


def _tables(sql: str, tree: Any, lists: Collection[str]) -> Iterator[Fault]:
    from sqlglot import exp

    local = {c.alias for c in tree.find_all(exp.CTE)} | {f"p_{p}" for p in lists}
    given = relations.wanted(sql)
    known = local | set(facts.tables()) | set(relations.every()) | given
    for table in tree.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            said = f"{table.sql()[:80]} may not stand in a check: name a fact table"
            yield Fault(_line(sql, table), said)
        elif table.name not in known:
            said = f"{table.name} is no fact table, no relation and no list parameter"
            yield Fault(_line(sql, table), said)
        elif table.name in given and (missing := relations.lists(table.name) - set(lists)):
            said = f"{table.name} needs the list parameters {', '.join(sorted(missing))}"
            yield Fault(_line(sql, table), said)


def _cycles(sql: str, tree: Any) -> Iterator[Fault]:
    """Parts of a WITH that read themselves, at once or through others: they may never end."""
    from sqlglot import exp

    parts = {c.alias: c for c in tree.find_all(exp.CTE)}
    reads = {
        name: {t.name for t in part.this.find_all(exp.Table)} & set(parts)
        for name, part in parts.items()
    }
    try:
        graphlib.TopologicalSorter(reads).prepare()
    except graphlib.CycleError as error:
        circle = " reads ".join(reversed(error.args[1]))
        yield Fault(_line(sql, parts[error.args[1][0]]), f"a cycle: {circle}")
