"""Rows in groups: the same as with a dictionary of Python, however many bits the keys take."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.traffic.grouping import LEAST, MOST, grouped, pairs

NUMBERS = st.one_of(
    st.integers(-2, 2),
    st.integers(0, 1 << 20),
    st.integers(LEAST, MOST),
    st.sampled_from([LEAST, MOST, 0, -1, 1 << 62]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 9)), max_size=40))
def test_groups_are_those_of_a_dictionary(rows: list[tuple[int, int, int, int]]) -> None:
    keys = [np.array([r[n] for r in rows], np.int64) for n in range(3)]
    values = np.array([r[3] for r in rows], np.int64)
    same = grouped(keys)
    wanted: dict[tuple[int, ...], list[int]] = {}
    for *key, value in rows:
        wanted.setdefault(tuple(key), []).append(value)
    found = {
        tuple(int(key[place]) for key in keys): (total, least, most)
        for place, total, least, most in zip(
            same.first.tolist(),
            *(same.added(values, how).tolist() for how in ("sum", "min", "max")),
            strict=True,
        )
    }
    assert found == {key: (sum(v), min(v), max(v)) for key, v in wanted.items()}
    firsts = [next(n for n, r in enumerate(rows) if r[:3] == key) for key in wanted]
    assert sorted(same.first.tolist()) == sorted(firsts)
    for place, row in enumerate(rows):
        assert rows[same.first[same.of[place]]][:3] == row[:3]

    for mixed in (keys[0] * 3, keys[0] * 3 ^ keys[1] * 5):  # the first is one for different keys
        two = pairs(keys[0], keys[1], mixed)
        assert len(two.first) == len({row[:2] for row in rows})
        assert all(rows[two.first[of]][:2] == row[:2] for of, row in zip(two.of, rows, strict=True))
