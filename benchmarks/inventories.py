"""How fast inventories become facts, against reading the same cells and nothing more.

    python benchmarks/inventories.py [XLSX_ROWS [TEXT_ROWS]]

Peers: openpyxl (read-only, values) for a workbook, pandas for CSV and Parquet (the columns used,
as text); a peer that is not installed is said to be missing. Twelve columns, of which ten are
mapped: names of states, numbers, days, lists, translated values. Each run is a process of its own
under the memory limit of a process that reads; CPU seconds and peak memory are its own.

Exit code 1: facts are missing, or the memory limit was not kept.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS_XLSX, ROWS_TEXT = 200_000, 5_000_000
STATES = ("Germany", "India", "United States")
MAPPING = """facts:
  - table: transfer
    columns:
      transfer: Ref
      exporter: Exporter
      exporter_state: {constant: XA}
      importer: Recipient
      importer_state: {column: Country, as: state}
      categories: {column: Category, split: ";"}
      people_high: People
      on_day: Start
      mechanism: Mechanism
      mechanism_version: {column: Edition, values: {new: 2021/914, old: 2010/87}}
      separate_importer: {column: Same group, values: {"Yes": false, "No": true}}
"""
QUERY = """SELECT 't' || i AS "Ref", 'Shop Ltd' AS "Exporter", 'Vendor ' || i % 500 AS "Recipient",
  ['Germany', 'India', 'United States'][1 + i % 3] AS "Country", 'HR; payroll' AS "Category",
  i * 7919 % 1000000 AS "People", DATE '2026-01-01' + CAST(i % 200 AS INTEGER) AS "Start",
  'standard clauses' AS "Mechanism", ['new', 'old'][1 + i % 2] AS "Edition",
  'No' AS "Same group", 'some, words' AS "Remarks", 1.5 AS "Score" FROM range({rows}) r(i)"""


def make(folder: Path, xlsx_rows: int, text_rows: int) -> dict[Path, int]:
    """A workbook, a CSV and a Parquet file, each with its number of rows."""
    import duckdb
    import openpyxl

    connection = duckdb.connect()
    text = QUERY.format(rows=text_rows)
    connection.execute(f"COPY ({text}) TO '{folder / 'big.csv'}' (HEADER)")
    connection.execute(f"COPY ({text}) TO '{folder / 'big.parquet'}'")
    found = connection.execute(QUERY.format(rows=xlsx_rows))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Transfers")
    sheet.append([column[0] for column in found.description or []])
    for row in found.fetchall():
        sheet.append(row)
    book.save(folder / "big.xlsx")
    names = {"big.xlsx": xlsx_rows, "big.csv": text_rows, "big.parquet": text_rows}
    return {folder / name: rows for name, rows in names.items()}


def ours(path: Path) -> int:
    """Facts made of a file, under the limits of a process that reads."""
    import pyarrow as pa

    from evenhand import lists
    from evenhand.artefact import Artefact
    from evenhand.limits import Limits
    from evenhand.readers import Batch, inventory

    names = {row["name"].casefold(): row["territory"] for row in lists.rows("territory")}
    told = {"states": names, "mappings": [{"name": "m", "digest": "", "text": MAPPING}]}
    kit = path.parent / "told.json"
    kit.write_text(json.dumps(told))
    size = path.stat().st_size
    pa.set_cpu_count(1)
    memory = Limits().memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    artefact = Artefact(path.name, path, "sha256:" + "0" * 64, size, None, str(kit))
    return sum(i.rows.num_rows for i in inventory.read(artefact) if isinstance(i, Batch))


def peer(path: Path) -> int:
    """Rows that the peer reads."""
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
    import pandas

    if path.suffix == ".csv":
        return len(pandas.read_csv(path, dtype=str, usecols=range(10)))
    columns = ["Ref", "Exporter", "Recipient", "Country", "Category", "People", "Start"]
    return len(pandas.read_parquet(path, columns=[*columns, "Mechanism", "Edition", "Same group"]))


def run(way: str, path: Path) -> tuple[int, float, float] | None:
    """Rows, CPU seconds and peak MB of one run; None where the peer is not installed."""
    words = [sys.executable, __file__, "--one", way, str(path)]
    # as the processes that read have it
    own = {**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=own)
    if "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    rows, cpu, memory = json.loads(done.stdout)
    return rows, cpu, memory


def one(way: str, path: Path) -> None:
    """What a process of its own does."""
    start = time.process_time()
    rows = ours(path) if way == "ours" else peer(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps([rows, time.process_time() - start, peak]))


def main(arguments: list[str]) -> int:
    """One line a form."""
    if arguments[:1] == ["--one"]:
        one(arguments[1], Path(arguments[2]))
        return 0
    sizes = [int(a) for a in arguments] + [ROWS_XLSX, ROWS_TEXT][len(arguments) :]
    code = 0
    with tempfile.TemporaryDirectory() as name:
        for path, rows in make(Path(name), *sizes).items():
            mine, other = run("ours", path), run("peer", path)
            assert mine is not None
            made, cpu, memory = mine
            code |= made != rows
            tool = "openpyxl" if path.suffix == ".xlsx" else "pandas"
            line = f"{path.name}: {made} facts of {rows} rows, {cpu:.1f} CPU s = "
            line += f"{made / cpu / 1000:.0f} k rows/s, {memory:.0f} MB"
            if other is None:
                line += f"; no {tool} here"
            else:
                line += f"; {tool} only reads: {other[1]:.1f} CPU s, {other[2]:.0f} MB"
                line += f"; ratio {cpu / other[1]:.2f}"
            print(line, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
