"""Columns of whole numbers: the same as one number after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.traffic.grouping import either, places_below

NUMBERS = st.one_of(st.integers(-2, 2), st.integers(-(1 << 63), (1 << 63) - 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.integers(0, 9)), max_size=40))
def test_columns_are_those_of_single_numbers(rows: list[tuple[int, int, int]]) -> None:
    one, other = (np.array([row[n] for row in rows], np.int64) for n in range(2))
    assert either(one > other, one, other).tolist() == [max(row[:2]) for row in rows]
    small = [row[2] for row in rows]
    different, places = places_below(np.array(small, np.int64), 10)
    assert different.tolist() == sorted({*small})
    assert [different[place] for place in places] == small
