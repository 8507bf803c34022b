"""Judging at scale: transfers × a check of eight conditions, from kept evidence in Parquet.

    python benchmarks/judging.py [ROWS]      default 10,000,000; also run over a tenth of it

The rulebooks that ship are measured one by one and together, over a hundredth of the rows.
Every figure is of a process of its own: seconds on the wall and of the processor, and the most
memory that it held. Peers: the check's own SQL in DuckDB without the judge; Cedar (`cedarpy`) and
the Rego interpreter of Microsoft (`regopy`) where they are installed, over a sample, its rate held
to stand for the whole. The peers are given the eight conditions as booleans, look-ups done, and
know two values, not three.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

RULES = str(Path(__file__).parent / "transfers")
AS_OF = date(2026, 1, 1)
SAMPLE = 2_000
STATES = ["US", "CN", "DE", "FR", "JP", "IN", "RU", "BR", "NL", "IE", "SG", "GB", "HK", "CH"]
CONDITIONS = ["abroad", "personal", "separate", "covered", "clauses", "assessed", "many", "agreed"]


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


def judged(folder: Path, books: list[str], swap: tuple[str, str] | None = None) -> Any:
    """The result over the evidence."""
    from evenhand.evidence import Evidence
    from evenhand.judge import judge, rulebook

    return judge(Evidence.load(folder), rulebook.load_all(books), AS_OF, False, swap)


def plain_sql(folder: Path) -> None:
    """The check's outcomes counted by DuckDB, with nothing of the judge around it."""
    from evenhand.engines.duckdb import fetch
    from evenhand.evidence import Evidence
    from evenhand.judge import rulebook, statement
    from evenhand.judge.run import outcome_query
    from evenhand.judge.views import BASE, lay

    views = lay(Evidence.load(folder).connection)
    use = rulebook.load(RULES).clauses[0].uses[0]
    views.use(BASE)
    values = statement.values(use.check.sql, use.parameters, AS_OF.isoformat())
    query = f"SELECT outcome, count(*) FROM ({outcome_query(use.check, use.parameters)}) GROUP BY 1"
    fetch(views.connection, query, values)


def run_once(folder: Path, ids: bool) -> None:
    """The check into its table, without weak runs; with the ids of facts or without."""
    from evenhand.evidence import Evidence
    from evenhand.judge import rulebook, run
    from evenhand.judge.views import lay

    run.LARGE = 1 << 60 if ids else 0
    views = lay(Evidence.load(folder).connection)
    use = rulebook.load(RULES).clauses[0].uses[0]
    run.run(views, use, AS_OF, (set(), set()))


def transfer_books() -> list[str]:
    """The rulebooks that ship and judge transfers."""
    from evenhand.judge import rulebook

    return [
        name
        for name in rulebook.names()
        if any(u.check.judges == "transfer" for c in rulebook.load(name).clauses for u in c.uses)
    ]


def in_cedar() -> float:
    """Seconds for the sample in Cedar."""
    import cedarpy

    policy = """permit(principal, action, resource) when {
      !(context.abroad && context.personal && context.separate) || context.covered ||
      context.agreed || (context.clauses && (context.assessed || !context.many)) };"""
    asked = [
        {"principal": 'U::"x"', "action": 'Action::"go"', "resource": f'T::"{n}"', "context": row}
        for n, row in enumerate(sample())
    ]
    started = time.perf_counter()
    cedarpy.is_authorized_batch(asked, policy, [])
    return time.perf_counter() - started


def in_rego() -> float:
    """Seconds for the sample in Rego."""
    import regopy

    rego = regopy.Interpreter()
    rego.add_module(
        "transfer",
        """package transfer
        import rego.v1
        default holds := false
        holds if not applies
        holds if input.covered
        holds if input.agreed
        holds if { input.clauses; input.assessed }
        holds if { input.clauses; not input.many }
        applies if { input.abroad; input.personal; input.separate }""",
    )
    rows = sample()
    started = time.perf_counter()
    for row in rows:
        rego.set_input_term(json.dumps(row))
        rego.query("data.transfer.holds")
    return time.perf_counter() - started


def sample() -> list[dict[str, bool]]:
    """Conditions as booleans."""
    return [{n: bool(i >> k & 1) for k, n in enumerate(CONDITIONS)} for i in range(SAMPLE)]


def measure(what: str, folder: Path) -> dict[str, float]:
    """One measurement, in this process."""
    import evenhand.judge.bench  # noqa: F401  imports are not what is measured

    shown: list[float] = []

    def all_shown() -> None:
        result = judged(folder, [RULES])
        started = time.perf_counter()
        result.shown()
        shown.append(time.perf_counter() - started)

    every: dict[str, Callable[[], Any]] = {
        "plain SQL": lambda: plain_sql(folder),
        "table, no ids": lambda: run_once(folder, False),
        "table, ids": lambda: run_once(folder, True),
        "judge": lambda: judged(folder, [RULES]),
        "judge, shown": all_shown,
        "swap": lambda: judged(folder, [RULES], ("US", "CN")),
        "all": lambda: judged(folder, transfer_books()),
    }
    action = every.get(what) or (lambda: judged(folder, [what]))
    before = os.times()
    started = time.perf_counter()
    action()
    wall, after = time.perf_counter() - started, os.times()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = after.user + after.system - before.user - before.system
    return {"wall": wall, "cpu": cpu, "MB": peak, "shown": sum(shown)}


def in_process(what: str, folder: Path) -> dict[str, float]:
    """One measurement, in a process of its own."""
    words = [sys.executable, __file__, "--one", what, str(folder)]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    if found.returncode:
        return {"failed": 1.0, "wall": float("nan"), "cpu": float("nan"), "MB": float("nan")}
    answer: dict[str, float] = json.loads(found.stdout)
    return answer


def line(label: str, rows: int, got: dict[str, float], note: str = "") -> None:
    """One row of the table."""
    rate = rows / got["wall"] / 1e6
    print(
        f"{rows:>11,}  {label:<28} {got['wall']:8.2f} s {got['cpu']:8.2f} CPU s "
        f"{rate:6.2f} M/s {got['MB']:6.0f} MB  {note}",
        flush=True,
    )


def main(rows: int) -> None:
    """Every measurement over a tenth of the rows, then over all."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, memory limit of DuckDB "
          f"{os.environ.get('EVENHAND_MEMORY', '512MB')}")  # fmt: skip
    taken = {}
    with tempfile.TemporaryDirectory() as name:
        for size in (rows // 10, rows):
            folder = Path(name) / str(size)
            make(folder, size)
            whats = ("plain SQL", "table, no ids", "table, ids", "judge", "judge, shown", "swap")
            got = {what: in_process(what, folder) for what in whats}
            normal = got["judge"]["cpu"]
            ids = got["table, ids"]["cpu"] / got["table, no ids"]["cpu"]
            notes = {
                "table, ids": f"evidence ids: {ids:.2f} ×",
                "judge": f"{normal / got['plain SQL']['cpu']:.2f} × plain SQL",
                "judge, shown": f"of it {got['judge, shown'].get('shown', 0):.2f} s to show 4,000",
                "swap": f"{got['swap']['cpu'] / normal:.2f} × judge",
            }
            for what in whats:
                line(what, size, got[what], notes.get(what, ""))
            taken[size] = normal
        print(f"judge over 10 × the rows: {taken[rows] / taken[rows // 10]:.1f} × the CPU time")
        few = rows // 100
        small = Path(name) / "few"
        make(small, few)
        each = {book: in_process(book, small) for book in transfer_books()}
        for book, found in each.items():
            line(book, few, found)
        everything = in_process("all", small)
        slowest = max(found["cpu"] for found in each.values())
        line("all of these", few, everything, f"{everything['cpu'] / slowest:.2f} × slowest")
    for label, ask in (("Cedar", in_cedar), ("Rego", in_rego)):
        try:
            seconds = ask()
        except ImportError as error:
            print(f"{label}: not measured ({error})")
            continue
        whole = seconds / SAMPLE * rows
        print(f"{rows:>11,}  {label:<28} {whole:8.0f} s from {SAMPLE:,} in {seconds:.2f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
