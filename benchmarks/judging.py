"""Judging at scale: transfers × a check of eight conditions, from kept evidence in Parquet.

    python benchmarks/judging.py [ROWS]      default 10,000,000; also run over a tenth of it

Every figure is of a process of its own: seconds on the wall and of the processor, and the most
memory that it held; the better of two runs, taken in turns. On a machine that others use the
processor's seconds are the steadier figure. The limits at the end are the project's own.

Peers answer the same rule about the same rows, in process, four outcomes each, compared row by row
over a sample; their time for all rows is the sample's, multiplied, and set against the one run of
the check that gives the same outcomes. Rego is given the facts and the law, as the check is; Cedar,
which has no look-ups of this kind, is given the conditions with all look-ups done. A peer that is
not installed is said to be not measured; to have them all, in an environment with this project:

    pip install cedarpy regopy celine-regorus

Spec: docs/decisions/0011-judging-at-scale.md.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

RULES = str(Path(__file__).parent / "transfers")
AS_OF = date(2026, 1, 1)
SAMPLE, FIRST = 2_000, 20  # rows that a peer answers; those that show how long it takes
SECONDS = 20  # that a peer may take: a slow one answers fewer rows
STATES = ["US", "CN", "DE", "FR", "JP", "IN", "RU", "BR", "NL", "IE", "SG", "GB", "HK", "CH"]
Row = tuple[dict[str, Any], dict[str, Any], str]  # of a subject: facts, conditions, outcome

# The rule in three values: what is neither shown to be so nor not to be so is not known.
REGO = """package transfer
import rego.v1
home := data.law.sovereign[input.exporter_state]
there := data.law.sovereign[input.stored_in]
abroad if { input.exporter_state != input.stored_in; home != there }
at_home if input.exporter_state == input.stored_in
at_home if home == there
personal if input.data_class != "none"
names contains input.exporter_state
names contains m.state_group if {
    some m in data.law.groups[input.exporter_state]
    not input.on_day < m.member_from
    not input.on_day >= m.member_to
}
said contains d if { some n in names; some d in data.law.decisions[n][input.stored_in] }
ended(d) if d.in_force_to <= input.on_day
ended(d) if input.on_day < d.in_force_from
stands(d) if { not ended(d); not d.scope; d.in_force_from <= input.on_day }
covered if { some d in said; stands(d) }
open if { some d in said; not ended(d); not stands(d) }
uncovered if { input.exporter_state; input.stored_in; not covered; not open }
clauses if input.mechanism in data.law.clauses
no_clauses if { input.mechanism; not input.mechanism in data.law.clauses }
many if input.people_low >= data.law.people
few if { not many; input.people_high < data.law.people }
in_scope if { abroad; personal; input.separate_importer }
out_of_scope if at_home
out_of_scope if input.data_class == "none"
out_of_scope if input.separate_importer == false
met if covered
met if input.consent
met if { clauses; input.assessment }
met if { clauses; few }
unmet if { uncovered; input.consent == false; no_clauses }
unmet if { uncovered; input.consent == false; input.assessment == false; many }
default outcome := "not shown"
outcome := "not applicable" if out_of_scope
outcome := "holds" if { in_scope; met }
outcome := "broken" if { in_scope; unmet }
"""
CEDAR = {
    "not applicable": "{no:abroad} || {no:personal} || {no:separate}",
    "holds": "{yes:abroad} && {yes:personal} && {yes:separate} && ({yes:covered} || {yes:agreed}"
    " || ({yes:clauses} && ({yes:assessed} || {no:many})))",
    "broken": "{yes:abroad} && {yes:personal} && {yes:separate} && {no:covered} && {no:agreed}"
    " && ({no:clauses} || ({no:assessed} && {yes:many}))",
}


def pick(column: int, values: list[str | None]) -> str:
    """One of the values, by the row's number."""
    listed = ", ".join("NULL" if v is None else v for v in values)
    return f"[{listed}][1 + CAST(hash(i, {column}) % {len(values)} AS INTEGER)]"


def make(folder: Path, rows: int) -> None:
    """Kept evidence of so many transfers, every column of the table there."""
    import duckdb

    from evenhand import facts
    from evenhand.evidence import Evidence

    folder.mkdir()
    Evidence.empty().keep(folder)
    states: list[str | None] = [f"'{s}'" for s in STATES] + [None]
    truth: list[str | None] = ["TRUE", "FALSE", None]
    columns = {
        "id": "'transfer/facts_file/0123456789ab/' || i",
        "artefact": "'sha256:' || repeat('0123456789abcdef', 4)",
        "locator": "'/transfer/' || i",
        "grade": "'declared'",
        "transfer": "'t' || i",
        "exporter": "'exporter ' || i % 5000",
        "importer": "'importer ' || i % 20000",
        "exporter_state": pick(1, states),
        "importer_state": pick(2, states),
        "stored_in": pick(3, states),
        "separate_importer": pick(4, ["TRUE"] * 8 + ["FALSE", None]),
        "data_class": pick(5, ["'personal'", "'sensitive personal'", "'none'", None]),
        "mechanism": pick(6, ["'standard clauses'", "'consent'", "'none'", "'adequacy'", None]),
        "assessment": pick(7, truth),
        "consent": pick(8, truth),
        "people_low": "CAST(hash(i, 9) % 100000 AS BIGINT)",
        "people_high": "CAST(hash(i, 9) % 100000 AS BIGINT) + 100",
        "on_day": "DATE '2022-01-01' + CAST(hash(i, 10) % 1400 AS INTEGER)",
    }
    table = facts.tables()["transfer"]
    connection = duckdb.connect()
    connection.register("shape", table.schema().empty_table())
    described = connection.execute("DESCRIBE SELECT * FROM shape").fetchall()
    listed = ", ".join(
        f"CAST({columns.get(n, 'NULL')} AS {kind}) AS {n}" for n, kind, *_ in described
    )
    path = folder / "transfer.parquet"
    connection.execute(f"COPY (SELECT {listed} FROM range({rows}) AS t(i)) TO '{path}'")


def use(ids: bool = True) -> Any:
    """The check with its parameters; without ids it says of no subject which fact it stands for."""
    from evenhand.judge import rulebook

    one = rulebook.load(RULES).clauses[0].uses[0]
    bare = f"SELECT * REPLACE (NULL AS fact) FROM ({one.check.sql})"
    return one if ids else replace(one, check=replace(one.check, sql=bare))


def judged(
    folder: Path, books: list[str], swap: tuple[str, str] | None = None, ids: bool = True
) -> dict[str, int]:
    """Outcome → subjects, under all clauses together."""
    from evenhand.evidence import Evidence
    from evenhand.judge import judge, rulebook

    loaded = rulebook.load_all(books)
    if not ids:
        clauses = tuple(replace(c, uses=(use(False),)) for c in loaded[0].clauses)
        loaded = [replace(loaded[0], clauses=clauses)]
    result = judge(Evidence.load(folder), loaded, AS_OF, False, swap)
    return dict(sum((Counter(c.counts) for c in result.clauses), Counter[str]()))


def plain_sql(folder: Path) -> dict[str, int]:
    """The same counts by two queries of DuckDB and a join, with nothing of the judge around it."""
    from evenhand.engines.duckdb import fetch
    from evenhand.evidence import Evidence
    from evenhand.judge import statement
    from evenhand.judge.run import outcome_query
    from evenhand.judge.views import BASE, lay

    views, one = lay(Evidence.load(folder).connection), use()
    views.without_unverified()
    values = statement.values(one.check.sql, one.parameters, AS_OF.isoformat())
    asked = f"SELECT subject, outcome FROM ({outcome_query(one.check, one.parameters)})"
    for schema in (BASE, "without_unverified"):
        views.use(schema)
        views.connection.execute(f"CREATE TABLE main.{schema} AS {asked}", values)
    firm = (
        "CASE WHEN a.outcome NOT IN ('holds', 'broken') OR a.outcome = b.outcome "
        "THEN a.outcome ELSE 'not shown' END"
    )
    query = (
        f"SELECT {firm}, count(*) FROM main.{BASE} AS a "
        f"JOIN main.without_unverified AS b USING (subject) GROUP BY 1"
    )
    return dict(fetch(views.connection, query))


def check_once(folder: Path) -> dict[str, int]:
    """One run of the check, its outcomes kept with the ids: what the peers do."""
    from evenhand.engines.duckdb import fetch
    from evenhand.evidence import Evidence
    from evenhand.judge.run import run
    from evenhand.judge.views import lay

    views = lay(Evidence.load(folder).connection)
    one = run(views, use(), AS_OF, (set(), set()))
    query = f"SELECT CAST(outcome AS VARCHAR), count(*) FROM {one.table} GROUP BY 1"
    return dict(fetch(views.connection, query))


def every_book() -> list[str]:
    """The rulebooks that ship."""
    from evenhand.judge import rulebook

    return sorted(rulebook.names())


def transfer_books() -> list[str]:
    """Those of them that judge transfers, which is all that this evidence holds."""
    from evenhand.judge import rulebook

    return [
        name
        for name in every_book()
        if any(u.check.judges == "transfer" for c in rulebook.load(name).clauses for u in c.uses)
    ]


def sample(folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """Subjects with facts, conditions and outcome, as the check gives them; and the law."""
    from evenhand.evidence import Evidence
    from evenhand.judge.run import outcomes
    from evenhand.judge.views import BASE, lay

    views, one = lay(Evidence.load(folder).connection), use()
    found = outcomes(views, one, AS_OF, BASE)
    found = found[:: max(1, len(found) // SAMPLE)][:SAMPLE]
    given = {row["id"]: row for row in shown(views.connection, f"FROM {BASE}.transfer")}
    rows = [
        (given[str(r.fact)], {n: v for n, v in r.conditions.items() if v is not None}, r.outcome)
        for r in found
    ]
    law: dict[str, Any] = {k: one.parameters[k] for k in ("clauses", "people")}
    lands = shown(views.connection, f"SELECT territory, sovereign FROM {BASE}.land")
    law["sovereign"] = {r["territory"]: r["sovereign"] for r in lands if "sovereign" in r}
    law["groups"], law["decisions"] = {}, {}
    for row in shown(views.connection, f"FROM {BASE}.membership"):
        law["groups"].setdefault(row["state"], []).append(row)
    for row in shown(views.connection, f"FROM {BASE}.agreement"):
        if row["type"] in one.parameters["decisions"] and "state_b" in row:
            mine = law["decisions"].setdefault(row["state_a"], {})
            mine.setdefault(row["state_b"], []).append(row)
    return rows, {"law": law}


def shown(connection: Any, query: str) -> list[dict[str, Any]]:
    """The rows of a query as JSON would have them, what is empty left out."""
    rows = connection.sql(query).to_arrow_table().to_pylist()
    return [
        {k: str(v) if isinstance(v, date) else v for k, v in row.items() if v not in (None, "", [])}
        for row in rows
    ]


def in_cedar(rows: list[Row], law: dict[str, Any]) -> list[str]:
    """Cedar: one policy for each outcome; which of them permitted is the outcome."""
    import cedarpy

    def words(text: str) -> str:
        for name in use().check.conditions:
            known = f"context has {name}"
            text = text.replace(f"{{yes:{name}}}", f"({known} && context.{name})")
            text = text.replace(f"{{no:{name}}}", f"({known} && !context.{name})")
        return text

    policy = "\n".join(
        f"permit(principal, action, resource) when {{ {words(said)} }};" for said in CEDAR.values()
    )
    asked = [
        {"principal": 'U::"x"', "action": 'Action::"go"', "resource": f'T::"{n}"', "context": row}
        for n, (_, row, _) in enumerate(rows)
    ]
    names = {f"policy{n}": outcome for n, outcome in enumerate(CEDAR)}
    return [
        next((names[r] for r in answer.diagnostics.reasons), "not shown")
        for answer in cedarpy.is_authorized_batch(asked, policy, [])
    ]


def in_regopy(rows: list[Row], law: dict[str, Any]) -> list[str]:
    """Rego by its interpreter in C++."""
    import regopy

    rego = regopy.Interpreter()
    rego.add_module("transfer", REGO)
    rego.add_data_json(json.dumps(law))
    found = []
    for row, _, _ in rows:
        rego.set_input_term(json.dumps(row))
        answer = json.loads(str(rego.query("x = data.transfer.outcome")))
        found.append(str(answer["bindings"]["x"]))
    return found


def in_regorus(rows: list[Row], law: dict[str, Any]) -> list[str]:
    """Rego by its interpreter in Rust."""
    import regorus

    engine = regorus.Engine()
    engine.add_policy("transfer.rego", REGO)
    engine.add_data_json(json.dumps(law))
    found = []
    for row, _, _ in rows:
        engine.set_input_json(json.dumps(row))
        found.append(str(engine.eval_rule("data.transfer.outcome")))
    return found


PEERS: dict[str, tuple[str, Callable[[list[Row], dict[str, Any]], list[str]]]] = {
    "Cedar (cedarpy)": ("cedarpy", in_cedar),
    "Rego (regopy)": ("regopy", in_regopy),
    "Rego (regorus)": ("regorus", in_regorus),
}


def measure(what: str, folder: Path) -> dict[str, Any]:
    """One measurement, in this process."""
    import evenhand.judge.bench  # noqa: F401  imports are not what is measured

    every: dict[str, Callable[[], dict[str, int]]] = {
        "plain SQL": lambda: plain_sql(folder),
        "check, one run": lambda: check_once(folder),
        "judge": lambda: judged(folder, [RULES]),
        "judge, no ids": lambda: judged(folder, [RULES], ids=False),
        "swap": lambda: judged(folder, [RULES], ("US", "CN")),
        "all": lambda: judged(folder, every_book()),
    }
    action = every.get(what) or (lambda: judged(folder, [what]))
    before, started = os.times(), time.perf_counter()
    counts = action()
    wall, after = time.perf_counter() - started, os.times()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = after.user + after.system - before.user - before.system
    return {"wall": wall, "cpu": cpu, "MB": peak, "counts": counts}


def in_process(what: str, folder: Path) -> dict[str, Any]:
    """One measurement, in a process of its own."""
    words = [sys.executable, __file__, "--one", what, str(folder)]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit(f"{what}: {found.stderr}")
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def better(whats: list[str], folder: Path, rows: int, runs: int = 2) -> dict[str, dict[str, Any]]:
    """The better of several runs of each, taken in turns, by processor time; each printed."""
    best: dict[str, dict[str, Any]] = {}
    for _ in range(runs):
        for what in whats:
            got = in_process(what, folder)
            known = best.get(what, got)
            if got["counts"] != known["counts"]:
                raise SystemExit(f"{what}: two runs differ: {got['counts']}, {known['counts']}")
            wall = min(got["wall"], known["wall"])
            best[what] = {**min(got, known, key=lambda g: float(g["cpu"])), "wall": wall}
    for what in whats:
        got = best[what]
        print(
            f"{rows:>11,}  {what:<22} {got['wall']:8.2f} s {got['cpu']:8.2f} CPU s "
            f"{rows / got['wall'] / 1e6:6.2f} M/s {got['MB']:6.0f} MB",
            flush=True,
        )
    return best


def verdict(label: str, value: float, limit: float, at_least: bool = False) -> None:
    """One limit, and whether it holds."""
    holds = value >= limit if at_least else value <= limit
    sign = "≥" if at_least else "≤"
    print(f"  {'ok  ' if holds else 'MISS'} {label}: {value:,.2f} ({sign} {limit:g})", flush=True)


def scale(folder: Path, rows: int) -> dict[str, dict[str, Any]]:
    """The judge over so many rows; its counts are those of plain SQL, with ids or without."""
    make(folder, rows)
    found = better(["judge", "judge, no ids", "swap", "plain SQL"], folder, rows)
    counts = found["judge"]["counts"]
    print(f"{'':>11}  {counts}")
    for what, got in found.items():
        if got["counts"] != counts:
            raise SystemExit(f"{what}: other counts than the judge's: {got['counts']}")
    return found


def peers(folder: Path, ours: dict[str, Any], rows: int) -> None:
    """The peers over a sample, against one run of the check over all rows."""
    rows_asked, law = sample(folder)
    for label, (module, ask) in PEERS.items():
        try:
            __import__(module)
        except ImportError:
            print(f"{label}: NOT MEASURED, {module} is not installed")
            continue
        asked, started = rows_asked[:FIRST], time.perf_counter()
        ask(asked, law)
        number = int(FIRST * SECONDS / (time.perf_counter() - started))
        asked = rows_asked[: max(FIRST, number)]
        before, started = time.process_time(), time.perf_counter()
        found = ask(asked, law)
        wall, cpu = time.perf_counter() - started, time.process_time() - before
        same = sum(a == b for a, (*_, b) in zip(found, asked, strict=True))
        if same != len(asked):
            raise SystemExit(f"{label}: {len(asked) - same} of {len(asked)} outcomes differ")
        whole = rows / len(asked)
        print(
            f"{label}: {len(asked):,} rows in {wall:.2f} s ({cpu:.2f} CPU s), every outcome the "
            f"same; all rows: {wall * whole:,.0f} s by extrapolation"
        )
        verdict(f"× the check, wall clock ({label})", wall * whole / ours["wall"], 100, True)
        verdict(f"× the check, processor ({label})", cpu * whole / ours["cpu"], 100, True)


def main(rows: int) -> None:
    """Every measurement over a tenth of the rows, then over all."""
    from evenhand.engines import duckdb

    limit = duckdb.memory()
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{os.cpu_count()} cores, {load}, memory limit of DuckDB {limit}")
    with tempfile.TemporaryDirectory() as name:
        tenth = scale(Path(name) / "tenth", rows // 10)
        whole = scale(Path(name) / "whole", rows)
        few = Path(name) / "few"
        make(few, rows // 1000)
        each = better(transfer_books(), few, rows // 1000, 1)
        everything = better(["all"], few, rows // 1000, 1)["all"]
        once = better(["check, one run"], Path(name) / "whole", rows)["check, one run"]
        peers(few, once, rows)
    ours, bare, swap = (whole[w] for w in ("judge", "judge, no ids", "swap"))
    slowest = max(got["cpu"] for got in each.values())
    print(f"limits (load now {os.getloadavg()[0]:.1f}):")
    verdict("million rows a second, wall clock", rows / ours["wall"] / 1e6, 1, True)
    verdict("million rows a second, were both cores free", 2 * rows / ours["cpu"] / 1e6, 1, True)
    verdict("CPU time over 10 × the rows", ours["cpu"] / tenth["judge"]["cpu"], 10)
    verdict("ids of evidence, CPU time", ours["cpu"] / bare["cpu"], 1.1)
    verdict("swap, CPU time of normal runs", swap["cpu"] / ours["cpu"], 4)
    verdict(f"all {len(every_book())} rulebooks, CPU time of the slowest of them",
            everything["cpu"] / slowest, 2)  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
