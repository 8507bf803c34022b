"""Regular contacts: many rows at a time mean the same as one by one."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa

from evenhand.enrich.beacon import MOST, _rhythm, apart, regularity


def test_columns_are_those_of_rows_one_by_one() -> None:
    chance = random.Random(11)
    rows: list[list[float] | None] = [None, [], [1e9], [1e9, 1e9 + 1], [1e9, 1e9 + 1.000001]]
    for _ in range(300):
        at = chance.uniform(0, 2e9)
        times: list[float] = []
        for _ in range(chance.choice((1, 2, 9, 60))):
            at += chance.choice((0, 0.3, 0.5, 0.9, 1, 1.1, 30, chance.expovariate(0.1)))
            times.append(round(at, 6))
        rows.append(times)
    flat = np.array([time for row in rows for time in row or ()], np.float64)
    found = pa.table(_rhythm(flat, np.array([len(row or ()) for row in rows]))).to_pylist()
    for given, row in zip(rows, found, strict=True):
        kept = apart(given or [])
        assert row["contacts"] == len(kept)
        assert (row["period_s"], row["near"], row["odds"]) == regularity(kept)
        for edge, column in ((0, "first_seen"), (-1, "last_seen")):
            said = row[column]
            assert (said is None) == (not kept)
            assert said is None or round(said.timestamp(), 6) == kept[edge]


def test_only_the_first_contacts_of_many_are_looked_at() -> None:
    found = _rhythm(np.array(range(0, 2 * MOST + 100, 2), np.float64), np.array([MOST + 50]))
    assert found["contacts"].to_pylist() == [MOST]
