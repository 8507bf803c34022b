"""Work done ahead comes in order, fails where it fails, and is the same without threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evenhand.errors import Unreadable
from evenhand.traffic import ahead


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: request.param)


def broken(items: int) -> Iterator[int]:
    """So many items, and then none can be read."""
    yield from range(items)
    raise Unreadable("it breaks off")


@pytest.mark.usefixtures("threads")
def test_what_came_before_a_failure_is_given() -> None:
    found = []
    with pytest.raises(Unreadable):
        for item, outcome in ahead.worked_on(broken(10), lambda n: n * n):
            found.append((item, outcome()))
    assert found == [(n, n * n) for n in range(10)]


@pytest.mark.usefixtures("threads")
def test_a_failure_of_the_work_is_raised_at_its_item() -> None:
    outcomes = ahead.worked_on(range(10), lambda n: 12 // (5 - n))
    got = [outcome for _, outcome in outcomes]
    assert [got[n]() for n in (0, 4)] == [2, 12]
    with pytest.raises(ZeroDivisionError):
        got[5]()


@pytest.mark.usefixtures("threads")
def test_fetched_items_are_the_same() -> None:
    assert list(ahead.fetched(iter(range(20)))) == [*range(20)]
    found: list[int] = []
    with pytest.raises(Unreadable):
        found.extend(ahead.fetched(broken(5)))
    assert found == [0, 1, 2, 3, 4]
