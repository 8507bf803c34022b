"""Spark on this machine against DuckDB: the same kept transfers, the same rulebook.

    PYTHONPATH=build/spark python benchmarks/spark.py [ROWS]      default 1,000,000

Spark runs on two cores (SPARK_MASTER says others). Prints seconds on the wall for each, the ratio,
and whether every count of every clause is the same; exit code 1 where one is not. It says what
Spark costs where DuckDB would do, not what many machines give.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from judging import AS_OF, RULES, make


def counted(folder: Path, engine: str) -> tuple[float, float, float, dict[str, Any]]:
    """Seconds to start and to judge, seconds of the processor for both, counts of each clause."""
    from evenhand import engines
    from evenhand.evidence import Evidence
    from evenhand.judge import judge, rulebook

    books = rulebook.load_all([RULES])
    evidence = Evidence.load(folder)
    before = sum(os.times()[:4])
    begun = time.perf_counter()
    with engines.beside(engine, evidence.connection) as elsewhere:
        started = time.perf_counter()
        result = judge(evidence, books, AS_OF, elsewhere=elsewhere)
        shown = len(result.shown().verdicts)
        ended = time.perf_counter()
        counts = {c.clause: [c.outcome, sorted(c.counts.items()), shown] for c in result.clauses}
    return started - begun, ended - started, sum(os.times()[:4]) - before, counts


def main() -> int:
    """Make the transfers and judge them with both."""
    from evenhand.engines import spark
    from evenhand.errors import UserError

    os.environ.setdefault("SPARK_MASTER", "local[2]")
    try:
        spark.check_installed()
    except UserError as error:
        print(f"not run: {error}")
        return 0
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept"
        make(kept, rows)
        _, here, worked, ours = counted(kept, "duckdb")
        start, there, laboured, theirs = counted(kept, "spark")
    print(f"{rows:,} transfers, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"DuckDB {here:.1f} s; Spark {os.environ['SPARK_MASTER']} {there:.1f} s", end="")
    print(f" (and {start:.1f} s to start); Spark takes {there / here:.1f} times as long")
    print(f"of the processor: DuckDB {worked:.1f} s; Spark {laboured:.1f} s with its start")
    print(f"counts {'equal' if ours == theirs else f'DIFFER: {ours} {theirs}'}")
    return int(ours != theirs)


if __name__ == "__main__":
    sys.exit(main())
