"""Keys keep their numbers, however many there are and wherever their bits would put them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from evenhand.traffic import met


@pytest.mark.parametrize("crowded", [False, True])
def test_numbers_are_those_of_a_dictionary(crowded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if crowded:  # as if somebody had made keys that all belong to one place
        monkeypatch.setattr(met.Met, "_place", lambda _, one, other: np.zeros(len(one), np.int64))
    chance, table = random.Random(1), met.Met()
    known: dict[tuple[int, int], int] = {}
    for _ in range(20):
        top = chance.choice((3, 50, 1 << 62))
        keys = [(chance.randrange(-top, top), chance.randrange(4)) for _ in range(400)]
        columns: Any = np.array(keys, np.int64).T.copy()
        numbers = table.numbers(*columns).tolist()
        assert all(known.setdefault(k, n) == n for k, n in zip(keys, numbers, strict=True))
    assert sorted(known.values()) == [*range(table.count)] and table.count > 4096 // met.SPARE
    assert [*zip(*(column.tolist() for column in table.keys), strict=True)] == sorted(
        known, key=known.__getitem__
    )
