"""Work done ahead comes in order, fails where it fails, and is the same without threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from evenhand.errors import Unreadable
from evenhand.traffic import ahead


def refused(*_: Any) -> int:
    """What the machine says where it has no room for another thread."""
    raise RuntimeError("can't start new thread")


def ended(*_: Any) -> int:
    """A thread that ends before it does anything."""
    return 1


@pytest.fixture(params=[(1, None), (3, None), (3, refused), (3, ended)])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    processors, start = request.param
    monkeypatch.setattr(ahead, "processors", lambda: processors)
    if start is not None:
        monkeypatch.setattr(ahead, "_threads", ahead._Threads())
        monkeypatch.setattr("_thread.start_new_thread", start)


def broken(items: int) -> Iterator[int]:
    """So many items, and then none can be read."""
    yield from range(items)
    raise Unreadable("it breaks off")


def no_room() -> int:
    """Work for which there is too little memory."""
    raise MemoryError


@pytest.mark.usefixtures("threads")
def test_fetched_items_are_the_same() -> None:
    assert list(ahead.fetched(iter(range(20)))) == [*range(20)]
    found: list[int] = []
    with pytest.raises(Unreadable):
        found.extend(ahead.fetched(broken(5)))
    assert found == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("threads")
def test_work_aside_gives_its_outcome_or_its_failure() -> None:
    assert ahead.Aside().begun(lambda: 7)() == 7
    with pytest.raises(MemoryError):
        ahead.Aside().begun(no_room)()


def test_work_may_clear_away_what_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a thread collects garbage in the midst of its work: it must not wait for itself."""
    monkeypatch.setattr(ahead, "processors", lambda: 3)
    kept: list[Iterator[Any]] = []
    begun, ended = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 0
        begun.wait(5)
        kept.clear()
        ended.set()
        yield 1

    kept.append(ahead.fetched(items()))
    next(kept[0])
    begun.set()
    assert ended.wait(5)
