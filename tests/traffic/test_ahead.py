"""Work done ahead comes in order, fails where it fails, and is the same without threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import Unreadable
from evenhand.traffic import ahead, lines
from tests.readers.traffic_log import facts


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


@pytest.mark.usefixtures("threads")
def test_work_aside_gives_its_outcome_or_its_failure() -> None:
    assert ahead.Aside().begun(lambda: 7)() == 7
    with pytest.raises(MemoryError):
        ahead.Aside().begun(no_room)()


def test_work_may_clear_away_what_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a thread collects garbage in the midst of its work: it must not wait for itself."""
    monkeypatch.setattr(ahead, "processors", lambda: 3)
    kept: list[Iterator[Any]] = []
    ended = threading.Event()

    def work(number: int) -> None:
        if number == ahead.INLINE + 1:
            begun.wait(5)
            kept.clear()
            ended.set()

    begun = threading.Event()
    kept.append(ahead.worked_on(range(10), work))
    for _ in range(ahead.INLINE + 1):
        next(kept[0])
    begun.set()
    assert ended.wait(5)


def test_a_log_of_several_blocks_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = tmp_path / "log", []
    head = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"
    rows = (
        b"2 1 eni-%d 10.0.%d.%d 203.0.113.%d %d 443 6 3 %d 1600000%03d 1600001%03d ACCEPT OK"
        % (n % 2, n % 3, n % 97, n % 5, n % 7, n, n % 900, n % 900)
        for n in range(60_000)
    )
    path.write_bytes(b"\n".join([head + b" start end action log-status", *rows, b"half a"]))
    assert path.stat().st_size > lines.BLOCK_BYTES
    for threads in (1, 3):
        monkeypatch.setattr(ahead, "processors", lambda n=threads: n)
        found.append(facts("vpc_flow_log", path))
    assert found[0].tables == found[1].tables and len(found[0].flows()) > 1000
    assert [f.failure and f.failure.reason for f in found] == [
        "line 60002 breaks off; nothing from there on was read"
    ] * 2
