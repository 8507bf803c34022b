"""How many addresses a second are looked up, and the ratio to DuckDB's ASOF join.

    python benchmarks/address_lookup.py [--addresses N]

Both look up the same random IPv4 addresses in the same list, in the same run; their answers are
compared. CPU seconds, the best of three rounds.

Spec: docs/decisions/0005-address-ranges.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from evenhand import lists
from evenhand.lists import ranges, special
from evenhand.lists.address import MAPPED_LOW, numbers

ROUNDS = 3
ASOF = """
    SELECT a.number, CASE WHEN a.number <= r.last THEN r.code ELSE -1 END AS code
    FROM asked AS a ASOF LEFT JOIN known AS r ON a.number >= r.first
"""


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the best round, and what the work gave."""
    seconds, given = [], None
    for _ in range(ROUNDS):
        start = time.process_time()
        given = work()
        seconds.append(time.process_time() - start)
    return min(seconds), given


def known_four(name: str) -> pa.Table:
    """The IPv4 ranges of a list, with the row as code."""
    table = lists.arrow(name)
    columns = {b: table[b].to_numpy() for b in ranges.BOUNDS}
    four = (columns["start_high"] == 0) & (columns["start_low"] >> np.uint64(32) == 0xFFFF)
    return pa.table(
        {
            "first": columns["start_low"][four] - np.uint64(MAPPED_LOW),
            "last": columns["end_low"][four] - np.uint64(MAPPED_LOW),
            "code": np.flatnonzero(four).astype(np.int32),
        }
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--addresses", type=int, default=5_000_000)
    count = parser.parse_args().addresses
    asked = np.random.default_rng(2026).integers(0, 1 << 32, count, dtype=np.uint32)
    connection = duckdb.connect(config={"threads": 1})
    connection.register("asked", pa.table({"number": asked.astype(np.uint64)}))
    worst = float("inf")
    for name in ("address_located", "address_registered", "address_network"):
        start = time.process_time()
        held = ranges.load(lists.one(name))
        loading = time.process_time() - start
        ours, found = best(lambda held=held: held.ranges.find_four(asked))  # type: ignore[misc]
        few = asked[: ranges.MANY - 1]
        search, _ = best(lambda held=held, few=few: held.ranges.find_four(few))  # type: ignore[misc]
        connection.register("known", known_four(name))
        theirs, rows = best(lambda: connection.sql(ASOF).to_arrow_table())
        agree(name, asked, found, rows, held)
        ratio = theirs / ours
        worst = min(worst, ratio)
        print(
            f"{name}: loaded in {loading:.2f} s; {count / ours / 1e6:.1f} M addresses/s "
            f"(below {ranges.MANY}: {len(few) / search / 1e6:.1f}); "
            f"DuckDB ASOF {count / theirs / 1e6:.1f} M/s; ratio {ratio:.1f}"
        )
    six()
    print(f"lowest ratio to DuckDB ASOF: {worst:.1f}")
    return 0


def agree(
    name: str, asked: np.ndarray[Any, Any], found: Any, rows: pa.Table, held: ranges.LookUp
) -> None:
    """Stop where the two differ: compares the values, for one of several rows may share a code."""
    table = lists.arrow(name)
    order = rows.sort_by("number")
    theirs = order["code"].fill_null(-1).to_numpy()
    mine = found[np.argsort(asked, kind="stable")]
    column = next(iter(held.values))
    said = np.array([*table[column].cast(pa.string()).to_pylist(), None], dtype=object)
    ours = np.array([*held.values[column].to_pylist(), None], dtype=object)
    if not (said[theirs] == ours[mine]).all():
        raise SystemExit(f"{name}: the two look-ups differ")


def six() -> None:
    """Rates for IPv6, for text, and for special-purpose addresses."""
    random = np.random.default_rng(7)
    high = random.integers(0x2000 << 48, 0x2FFF << 48, 1_000_000, dtype=np.uint64)
    low = random.integers(0, 1 << 63, 1_000_000, dtype=np.uint64)
    held = ranges.load(lists.one("address_network"))
    seconds, _ = best(lambda: held.ranges.find(high, low))
    print(f"IPv6: {1 / seconds:.1f} M addresses/s")
    texts = [f"{a}.{b}.{c}.{d}" for a, b, c, d in random.integers(0, 256, (300_000, 4))]
    seconds, (upper, lower, _) = best(lambda: numbers(texts))
    print(f"text to numbers: {0.3 / seconds:.1f} M addresses/s")
    names = special.load(lists.one("address_special"))
    seconds, _ = best(lambda: names.ranges.find(upper, lower))
    print(f"special-purpose: {0.3 / seconds:.1f} M addresses/s")


if __name__ == "__main__":
    sys.exit(main())
