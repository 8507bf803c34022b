"""Cases of a check: small tables of facts with the outcome that they must give.

Spec: DESIGN (A check, a rulebook: cases.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evenhand import documents, facts
from evenhand.engines import duckdb as engine
from evenhand.errors import Mistakes
from evenhand.judge import views
from evenhand.judge.check import Check, cast_parameters, names, shown_at
from evenhand.judge.expression import Value
from evenhand.judge.rulebook import Use
from evenhand.judge.run import Row, run

AS_OF = date(2026, 1, 1)  # where a case does not say
WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


@dataclass
class Report:
    """What came of a check's cases."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)  # `path:line: message`
    seen: dict[str, set[Value]] = field(default_factory=dict)  # condition → values seen

    def unseen(self) -> list[str]:
        """Conditions that no case showed true, false or not known."""
        words = {True: "true", False: "false", None: "null"}
        return [
            f"{name} is never {words[value]}"
            for name, values in self.seen.items()
            for value in (True, False, None)
            if value not in values
        ]


class Bench:
    """Empty tables that cases are laid on, one after the other."""

    def __init__(self) -> None:
        self.connection = engine.connect()
        engine.create_tables(self.connection)
        self.views = views.lay(self.connection, with_lists=False)
        self.views.without_unverified()
        self.views.without_alleged()
        self._touched: set[str] = set()

    def lay(self, given: dict[str, list[dict[str, Any]]]) -> None:
        """Put these facts, and no others, on the tables."""
        import pyarrow as pa

        for table in self._touched:
            self.connection.execute(f"DELETE FROM {engine.SCHEMA}.{table}")
        self._touched = set(given)
        for name, rows in given.items():
            schema = facts.tables()[name].schema()
            engine.insert(self.connection, name, pa.Table.from_pylist(rows, schema=schema))


def read(check: Check) -> Iterator[tuple[documents.Document, int]]:
    """The cases of a check: the document, and each case's number in it."""
    ours = names().get(check.name) == check.folder
    name = f"{shown_at(check.name, check.folder, ours)}/cases.yaml"
    path = check.folder / "cases.yaml"
    if not path.is_file():
        raise Mistakes([f"{name}:1: no cases; a check without cases is not a check"])
    document = documents.parse(path.read_bytes(), name)
    if not isinstance(document.value, list):
        raise Mistakes([f"{name}:1: not a list of cases"])
    mistakes = [m for n in range(len(document.value)) for m in _wrong_shapes(document, n)]
    if mistakes:
        raise Mistakes(mistakes)
    for number in range(len(document.value)):
        yield document, number


def _wrong_shapes(document: documents.Document, number: int) -> Iterator[str]:
    """Parts of a case that are not what a case has there."""
    case = document.value[number]
    if not isinstance(case, dict):
        yield f"{document.at(number)}: a case is not a mapping"
        return
    for key in sorted(case.keys() - {"case", "as_of", "with", "facts", "expect"}):
        yield f"{document.at(number, key)}: {key} is not known here"
    for key in ("with", "facts", "expect"):
        if not isinstance(case.get(key) or {}, dict):
            yield f"{document.at(number, key)}: {key} is not a mapping"
    facts_, expected = case.get("facts"), case.get("expect")
    for table, rows in facts_.items() if isinstance(facts_, dict) else ():
        if not isinstance(rows or [], list) or not all(isinstance(r, dict) for r in rows or []):
            yield f"{document.at(number, 'facts', table)}: {table} is not a list of rows"
    for subject, values in expected.items() if isinstance(expected, dict) else ():
        if not isinstance(values or {}, dict):
            yield f"{document.at(number, 'expect', subject)}: wanted is {{outcome: …}}"
        elif not all(isinstance(v, str | None) for v in (values or {}).values()):
            yield f"{document.at(number, 'expect', subject)}: a value is not a single word"
    try:
        date.fromisoformat(case.get("as_of") or "2026-01-01")
    except (ValueError, TypeError):
        yield f"{document.at(number, 'as_of')}: {case['as_of']!r} is no day as YYYY-MM-DD"


def rows_of(document: documents.Document, number: int) -> dict[str, list[dict[str, Any]]]:
    """The facts of a case, cast by column, with ids made up."""
    given: dict[str, list[dict[str, Any]]] = {}
    mistakes = []
    for name, rows in (document.value[number].get("facts") or {}).items():
        table = facts.tables().get(name)
        if table is None:
            mistakes.append(f"{document.at(number, 'facts', name)}: {name} is no fact table")
            continue
        given[name] = []
        for index, row in enumerate(rows or []):
            values: dict[str, Any] = {
                "id": f"{name}/case/000000000000/{index}",
                "artefact": "sha256:" + "0" * 64,
                "locator": f"/{name}/{index}",
                "grade": "declared",
            }
            for column, value in row.items():
                at = document.at(number, "facts", name, index, column)
                if column not in table.columns:
                    mistakes.append(f"{at}: {name} has no column {column}")
                elif value is not None:
                    try:
                        values[column] = documents.cast(value, table.types[column])
                    except ValueError as error:
                        mistakes.append(f"{at}: {error}")
            given[name].append(values)
    if mistakes:
        raise Mistakes(mistakes)
    return given


def outcome(row: Row) -> str:
    """The outcome as the judge gives it: weak rows decide nothing."""
    return "not shown" if row.weak else row.outcome


def test(check: Check, bench: Bench) -> Report:
    """Run every case of a check; report failures and which values each condition took."""
    report = Report(seen={c: set() for c in check.conditions})
    for document, number in read(check):
        case = document.value[number]
        bench.lay(rows_of(document, number))
        at = document.at(number, "with")
        use = Use(check, cast_parameters(check, case.get("with") or {}, at))
        as_of = date.fromisoformat(case["as_of"]) if case.get("as_of") else AS_OF
        one = run(bench.views, use, as_of, bench.views.weak_tables())
        rows = {r.subject: r for r in one.rows()}
        for row in rows.values():
            for name, value in row.conditions.items():
                report.seen[name].add(value)
        wrong = list(_compare(document, number, rows))
        report.failures += wrong
        report.passed += not wrong
    return report


def _compare(document: documents.Document, number: int, rows: dict[str, Row]) -> Iterator[str]:
    expected = document.value[number].get("expect") or {}
    where = f"{document.at(number)}: {document.value[number].get('case')}"
    if set(expected) != set(rows):
        yield f"{where}: subjects {sorted(map(str, rows))}, expected {sorted(map(str, expected))}"
        return
    for subject, values in expected.items():
        row = rows[subject]
        for name, wanted in (values or {}).items():
            at = document.at(number, "expect", subject, name)
            if name == "outcome":
                got: Any = outcome(row)
            else:
                wanted = None if wanted is None else WORDS.get(wanted, wanted)
                got = row.conditions.get(name, "no such condition")
            if got != wanted:
                yield f"{at}: {subject}: {name} is {got}, expected {wanted}"
