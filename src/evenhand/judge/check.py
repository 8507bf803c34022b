"""A check: one question about facts, in a folder with `check.yaml`, `check.sql`, `cases.yaml`.

Spec: DESIGN (A check, a rulebook).
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evenhand import discovery, documents, facts, relations
from evenhand.errors import Mistakes, UserError
from evenhand.judge import expression
from evenhand.judge.expression import Expression
from evenhand.judge.statement import tables_named, tables_read

TYPES = {"list": list, "integer": int, "day": date, "text": str}
ROLES = ("origin", "legal", "conduct", "none")
KEYS = {"asks", "judges", "conditions", "applies", "holds", "remedy", "cannot_show"}
WORD = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")
SUBJECT_COLUMNS = ("subject", "on_day", "fact")


@dataclass(frozen=True)
class Parameter:
    """What a rulebook may set."""

    type: str
    role: str
    means: str
    optional: bool


@dataclass(frozen=True)
class Check:
    """A check as its folder declares it."""

    name: str
    folder: Path
    asks: str
    judges: str
    parameters: Mapping[str, Parameter]
    conditions: Mapping[str, str]
    applies: Expression
    holds: Expression
    remedy: str
    cannot_show: str
    sql: str  # with the relations that read its lists in front
    evidence_sql: str | None
    reads: frozenset[str]  # fact tables that its SQL looks into


def names() -> dict[str, Path]:
    """Every check that ships with the package, by name."""
    return discovery.folders("checks", "check.yaml")


@functools.cache
def load(name: str, beside: Path | None = None) -> Check:
    """Load a check of the package, or one in `beside/checks`; all mistakes at once."""
    folder = names().get(name)
    ours = folder is not None
    named = NAME.fullmatch(name) is not None  # and not `../…`
    if folder is None and named and beside is not None and (beside / "checks" / name).is_dir():
        folder = beside / "checks" / name
    if folder is None:
        hint = meant(name, names())
        raise UserError(f"no check is named {name}{hint}; see: evenhand rulebook list")
    return load_folder(name, folder, ours)


def shown_at(name: str, folder: Path, ours: bool) -> str:
    """How messages name a check's folder: somebody else's by the path that it is at."""
    return f"checks/{name}" if ours else folder.as_posix()


def load_folder(name: str, folder: Path, ours: bool = False) -> Check:
    """Load the check in a folder; the SQL of anybody else's is parsed before it may run."""
    base = shown_at(name, folder, ours)
    document = documents.parse(_text(folder / "check.yaml"), f"{base}/check.yaml")
    said, mistakes = document.value, list[str]()
    if not isinstance(said, dict):
        raise Mistakes([f"{document.at()}: not a mapping"])
    mistakes += [f"{document.at()}: {key} is missing" for key in sorted(KEYS - said.keys())]
    for key in sorted(said.keys() - KEYS - {"parameters"}):
        hint = meant(key, KEYS | {"parameters"})
        mistakes.append(f"{document.at(key)}: {key} is not known here{hint}")
    mistakes += _wrong_shapes(document)
    parameters = _parameters(document, mistakes)
    sql = _text(folder / "check.sql")
    evidence_path = folder / "evidence.sql"
    evidence_sql = _text(evidence_path) if evidence_path.exists() else None
    reads = set[str]()
    for file, query in (("check.sql", sql), ("evidence.sql", evidence_sql)):
        if query is not None and ours:
            reads |= tables_named(relations.whole(query))
        elif query is not None:
            wrong = _query_faults(query, parameters)
            mistakes += [f"{base}/{file}:{line}: {message}" for line, message in wrong]
            reads |= set() if wrong else tables_read(relations.whole(query), parameters)
    applies = _expression(document, "applies", mistakes)
    holds = _expression(document, "holds", mistakes)
    if mistakes:
        raise Mistakes(mistakes)
    return Check(
        name,
        folder,
        said["asks"],
        said["judges"],
        parameters,
        said["conditions"],
        applies,
        holds,
        said["remedy"],
        said["cannot_show"],
        relations.whole(sql),
        relations.whole(evidence_sql) if evidence_sql is not None else None,
        frozenset(reads | {said["judges"]}),
    )


def _query_faults(query: str, parameters: Mapping[str, Parameter]) -> list[tuple[int, str]]:
    from evenhand.judge import query as queries

    lists = {n for n, p in parameters.items() if p.type == "list"}
    return [(f.line, f.message) for f in queries.faults(query, parameters.keys() - lists, lists)]


def _wrong_shapes(document: documents.Document) -> list[str]:
    """Values that are no text, or no mapping of names to texts, where one is wanted."""
    said, found = document.value, list[str]()
    found += [
        f"{document.at(key)}: {key} is to be a text"
        for key in sorted(KEYS & said.keys() - {"conditions"})
        if not isinstance(said[key], str) or not said[key].strip()
    ]
    judges = said.get("judges")
    if isinstance(judges, str) and judges not in facts.tables():
        hint = meant(judges, facts.tables())
        found.append(f"{document.at('judges')}: {judges} is no fact table{hint}")
    conditions = said.get("conditions")
    if "conditions" in said and (not isinstance(conditions, dict) or not conditions):
        found.append(f"{document.at('conditions')}: conditions are to be NAME: WORDS")
    for name, words in conditions.items() if isinstance(conditions, dict) else ():
        if not WORD.fullmatch(name) or name.upper() in ("AND", "OR", "NOT"):
            found.append(f"{document.at('conditions', name)}: {name!r} is no name for a condition")
        if not isinstance(words, str) or not words.strip():
            found.append(f"{document.at('conditions', name)}: {name} is to be said in words")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Mistakes([f"{path}:1: no text in UTF-8 (byte {error.start})"]) from error


def _parameters(document: documents.Document, mistakes: list[str]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    declared = document.value.get("parameters") or {}
    if not isinstance(declared, dict):
        mistakes.append(f"{document.at('parameters')}: parameters are to be NAME: {{type, role}}")
        return found
    for name, said in declared.items():
        where = document.at("parameters", name)
        if not WORD.fullmatch(name):
            mistakes.append(f"{where}: {name!r} is no name for a parameter")
            continue
        if not isinstance(said, dict) or str(said.get("type")) not in TYPES:
            mistakes.append(f"{where}: type must be one of {', '.join(TYPES)}")
            continue
        if str(said.get("role")) not in ROLES:
            mistakes.append(f"{where}: role must be one of {', '.join(ROLES)}")
        optional = str(said.get("optional", "")).lower() == "true"
        found[name] = Parameter(
            said["type"], str(said.get("role")), str(said.get("means") or ""), optional
        )
    return found


def _expression(document: documents.Document, key: str, mistakes: list[str]) -> Expression:
    nothing = Expression("condition")
    conditions = document.value.get("conditions")
    if not isinstance(document.value.get(key), str) or not isinstance(conditions, dict):
        return nothing  # has been told
    try:
        tree = expression.parse(document.value[key])
    except UserError as error:
        mistakes.append(f"{document.at(key)}: {error}")
        return nothing
    except RecursionError:
        mistakes.append(f"{document.at(key)}: nested too deeply")
        return nothing
    unknown = sorted(tree.names() - conditions.keys())
    mistakes += [f"{document.at(key)}: {name} is no condition of this check" for name in unknown]
    return tree


def cast_parameters(check: Check, given: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The parameters of one use, cast by type; raises `Mistakes` with the place `at`."""
    if not isinstance(given, Mapping):
        raise Mistakes([f"{at}: parameters of {check.name} are given as NAME: VALUE"])
    mistakes = [
        f"{at}: {check.name} has no parameter {n}{meant(n, check.parameters)}"
        for n in sorted(given.keys() - check.parameters)
    ]
    values: dict[str, Any] = {}
    for name, parameter in check.parameters.items():
        value = given.get(name)
        if value is None:
            if not parameter.optional:
                mistakes.append(f"{at}: {check.name} needs the parameter {name}: {parameter.means}")
            values[name] = [] if parameter.type == "list" else None
            continue
        try:
            values[name] = _cast(value, parameter.type)
        except ValueError as error:
            mistakes.append(f"{at}: {name}: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    return values


def _cast(value: Any, kind: str) -> Any:
    if kind == "list":
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"a list is wanted, not {value!r}")
        return value
    if not isinstance(value, str):
        raise ValueError(f"a single {kind} is wanted, not {value!r}")
    if kind == "integer":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise ValueError(f"a whole number is wanted, not {value[:80]!r}")
        return int(value)
    if kind == "day":
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError(f"a day as YYYY-MM-DD is wanted, not {value[:80]!r}")
        return date.fromisoformat(value).isoformat()
    return value


def meant(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that an unknown one is near to, or nothing."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""
