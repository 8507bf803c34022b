"""One question at a time in process: p50 and p95, and the rate of many at once.

    python benchmarks/decide.py

The limit to hold is 50 ms for half of all questions. Every question differs from the one before
in its states and its day, so that nothing can be remembered. SQLite answers them one at a time;
each line also has what DuckDB takes for the same questions, and checks that the verdicts are the
same. Processor time stands beside the clock's, and the load beside both: others may use the
machine.
"""

from __future__ import annotations

import itertools
import os
import time
from datetime import date, timedelta
from typing import Any
from unittest import mock

import evenhand
from evenhand.judge import tables

AS_OF = date(2026, 1, 1)
STATES = ["US", "CN", "DE", "FR", "JP", "IN", "RU", "BR", "NL", "IE", "SG", "GB"]
LIMIT_MS = 50
ASKED = 60
PEER = 20  # of them put to DuckDB, too
MANY = 20_000


def demands(number: int) -> list[dict[str, Any]]:
    """Demands of states for data elsewhere."""
    pairs = itertools.cycle(itertools.permutations(STATES, 2))
    return [
        {
            "demand": {
                "demand": f"d{n}",
                "by_state": by,
                "to_party": "Cloud",
                "addressed_to": ("company", "state")[n % 2],
                "data_located_in": there,
                "purpose": "law enforcement",
                "asks_for": "access",
                "on_day": date(2023, 1, 1) + timedelta(days=n % 900),
            }
        }
        for n, (by, there) in zip(range(number), pairs, strict=False)
    ]


def transfers(number: int) -> list[dict[str, Any]]:
    """Transfers of personal data."""
    pairs = itertools.cycle(itertools.permutations(STATES, 2))
    return [
        {
            "transfer": {
                "transfer": f"t{n}",
                "exporter_state": home,
                "importer_state": there,
                "stored_in": there,
                "separate_importer": True,
                "data_class": "personal",
                "mechanism": ("standard clauses", "consent")[n % 2],
                "on_day": date(2023, 1, 1) + timedelta(days=n % 900),
            }
        }
        for n, (home, there) in zip(range(number), pairs, strict=False)
    ]


def asked(
    questions: list[dict[str, Any]], books: tuple[str, ...]
) -> tuple[list[float], list[float], list[Any]]:
    """Milliseconds by the clock and of the processor, in order, and the verdicts."""
    taken, used, said = [], [], []
    for question in questions:
        started, cpu = time.perf_counter(), time.process_time()
        said.append(evenhand.decide(question, books, AS_OF))
        taken.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    return sorted(taken), sorted(used), said


def main() -> None:
    """Single questions under each rulebook, then many at once."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; limit p50 {LIMIT_MS} ms")
    for kind, books in (
        (demands, ("gids-2020",)),
        (transfers, ("us-bulk-data",)),
        (transfers, ("cn-pipl-cross-border",)),
        (transfers, ("eu-gdpr-transfers",)),
    ):
        first, *rest = kind(ASKED + 1)
        started = time.perf_counter()
        evenhand.decide(first, books, AS_OF)
        cold = time.perf_counter() - started
        taken, used, said = asked(rest, books)
        half, most = taken[len(taken) // 2], taken[len(taken) * 95 // 100]
        print(
            f"{kind.__name__:<10} {books[0]:<22} p50 {half:6.1f} ms "
            f"({half / LIMIT_MS:.2f} × limit), p95 {most:6.1f} ms, "
            f"CPU p50 {used[len(used) // 2]:6.1f} ms, first {cold:.2f} s, "
            f"load {os.getloadavg()[0]:.1f}"
        )
        with mock.patch.object(tables, "MOST", 0):
            taken, there, same = asked(rest[:PEER], books)
        print(
            f"{'':<10} by DuckDB: p50 {taken[len(taken) // 2]:.1f} ms, "
            f"CPU p50 {there[len(there) // 2]:.1f} ms; "
            f"{there[len(there) // 2] / used[len(used) // 2]:.0f} × the processor time; "
            f"verdicts {'the same' if same == said[:PEER] else 'DIFFER'}"
        )
        many = kind(MANY)
        started = time.perf_counter()
        verdicts = evenhand.decide(many, books, AS_OF)
        seconds = time.perf_counter() - started
        print(
            f"{'':<10} {MANY:,} at once: {seconds:.1f} s, {MANY / seconds:,.0f} questions/s, "
            f"{len(verdicts) / seconds:,.0f} verdicts/s"
        )


if __name__ == "__main__":
    main()
