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
    column = pa.array(rows, pa.list_(pa.float64()))
    found = pa.table(_rhythm(column.flatten(), column.value_lengths())).to_pylist()
    for given, row in zip(rows, found, strict=True):
        kept = apart(given or [])
        assert row["contacts"] == len(kept)
        assert (row["period_s"], row["near"], row["odds"]) == regularity(kept)
        for edge, column in ((0, "first_seen"), (-1, "last_seen")):
            said = row[column]
            assert (said is None) == (not kept)
            assert said is None or round(said.timestamp(), 6) == kept[edge]


def test_only_the_first_contacts_of_many_are_looked_at() -> None:
    times = pa.array([np.arange(MOST + 50) * 2.0])
    found = _rhythm(times.flatten(), times.value_lengths())
    assert found["contacts"].to_pylist() == [MOST]
