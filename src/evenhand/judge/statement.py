"""The SQL of a check: what it may say, and how a run completes it with its parameters.

A check reads fact tables and parameters and nothing else: no files, no settings, no writing.

Spec: DESIGN (allow-list of what a check may use); sqlglot's DuckDB dialect.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from typing import Any

from evenhand import facts, relations
from evenhand.engines import portable
from evenhand.engines.duckdb import quoted
from evenhand.errors import UserError

# Functions by the name that sqlglot gives them; anything not known here is refused.
FUNCTIONS = {
    *("and", "or", "case", "cast", "coalesce", "nullif", "count", "min", "max", "sum"),
    *("logical_or", "logical_and", "lower", "upper", "trim", "concat", "length", "replace"),
    *("regexp_replace", "starts_with", "ends_with", "substring", "split_part", "if", "greatest"),
    *("least", "abs", "concat_ws", "dpipe", "any_value", "strpos", "str_position", "left"),
    *("right", "date_diff", "explode", "unnest", "contains", "regexp_like", "reverse", "in"),
    *("exists", "not", "starts", "date_add", "row_number", "arg_min", "arg_max", "datediff"),
    *("levenshtein", "initcap", "ts_or_ds_to_date", "date", "round", "array_contains"),
}


def tables_read(sql: str, parameters: Collection[str]) -> set[str]:
    """The fact tables that a query reads; raises UserError where it may not stand."""
    import sqlglot
    from sqlglot import exp

    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise UserError(f"not understood: {str(error).splitlines()[0]}") from error
    except RecursionError:
        raise UserError("not understood: nested too deeply") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise UserError("exactly one SELECT is wanted")
    tree = statements[0]
    forbidden = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Set, exp.TableSample)
    for node in tree.walk():
        if isinstance(node, forbidden) and not isinstance(node, exp.Query):
            raise UserError(f"{node.key.upper()} may not stand in a check")
        if isinstance(node, exp.Anonymous) or (
            isinstance(node, exp.Func) and node.sql_name().lower() not in FUNCTIONS
        ):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            raise UserError(f"the function {name} may not stand in a check")
        if (why := portable.refusal(node)) is not None:
            raise UserError(why)
    if any(w.recursive or w.parent is not tree for w in tree.find_all(exp.With)):
        raise UserError("WITH may stand only at the start of a check, and never with RECURSIVE")
    local = {f"p_{p}" for p in parameters}
    found = set()
    # A part reads what stands before it: then no query turns in a circle.
    for part in (*tree.ctes, tree):
        read = _named_in(part, local)
        found |= read - local
        local.add(part.alias)
    return through_relations(found)


def _named_in(part: Any, local: set[str]) -> set[str]:
    """The tables that a part of a query names; raises UserError where one may not be named."""
    from sqlglot import exp

    known = local | set(facts.tables()) | set(relations.every())
    names = set()
    for table in part.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            raise UserError(f"{table.sql()} may not stand in a check: name a fact table")
        if table.name not in known:
            raise UserError(f"{table.name} is no fact table, no relation and no parameter")
        names.add(table.name)
    return names


def through_relations(names: set[str]) -> set[str]:
    """Fact tables among these names, and those that the relations among them read."""
    deeper = [relations.reads(n) for n in names & set(relations.every())]
    return names.union(*deeper) & set(facts.tables())


def tables_named(sql: str) -> set[str]:
    """The fact tables that a query of our own reads: what follows FROM and JOIN.

    Parsing takes 20 ms a check; our own are parsed by the tests, which compare the two.
    """
    made = set(relations.MADE.findall(sql))
    return through_relations(relations.named(sql) - (made - set(facts.tables())))


def relations_named(sql: str) -> set[str]:
    """The relations that a query of our own looks into, and those that these look into."""
    direct = relations.named(sql) & set(relations.every())
    return direct.union(*(relations.reads(n) & set(relations.every()) for n in direct))


@functools.cache
def scalars(sql: str) -> frozenset[str]:
    """The names of the single values (`$name`) that a query uses."""
    bare = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)
    return frozenset(re.findall(r"\$([A-Za-z_]\w*)", bare))


def complete(sql: str, parameters: Mapping[str, Any]) -> str:
    """The query with its list parameters in front, as relations `p_<name>(value)`."""
    parts = []
    for name, value in sorted(parameters.items()):
        if isinstance(value, list):
            # one list of values, not a union: a plan has a step for each part of a union
            listed = ", ".join(f"({quoted(v)})" for v in value)
            rows = f"SELECT value FROM (VALUES {listed}) AS given(value)"
            empty = "SELECT CAST(NULL AS VARCHAR) AS value WHERE FALSE"
            parts.append(f"p_{name} AS ({rows if value else empty})")
    return relations.in_front(sql, parts)


def values(sql: str, parameters: Mapping[str, Any], as_of: str) -> dict[str, Any]:
    """The single values that a query uses, by name."""
    known = {k: v for k, v in parameters.items() if not isinstance(v, list)} | {"as_of": as_of}
    return {name: known[name] for name in scalars(sql)}
