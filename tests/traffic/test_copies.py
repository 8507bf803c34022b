"""Work shared out to copies of this process comes in order, whatever becomes of the copies."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evenhand.errors import Unreadable
from evenhand.traffic import ahead, copies, lines
from tests.readers.traffic_log import facts


def refused() -> int:
    """What the machine says where it has no room for another process."""
    raise BlockingIOError


def broken(items: int) -> Iterator[int]:
    """So many items, and then none can be read."""
    yield from range(items)
    raise Unreadable("it breaks off")


@pytest.fixture(params=["none", "two", "refused", "too small", "killed"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What there is of copies."""
    how: str = request.param
    monkeypatch.setattr(copies, "processors", lambda: 1 if how == "none" else 3)
    if how == "refused":
        monkeypatch.setattr(os, "fork", refused)
    if how == "too small":
        monkeypatch.setattr(copies, "ROOM", 8)
    return how


def test_outcomes_come_in_order(how: str) -> None:
    here = os.getpid()

    def work(number: int) -> tuple[bytes, int]:
        if number == 33:
            raise ValueError("no such number")
        if how == "killed" and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return bytes([number]) * 1000, os.getpid()

    found, elsewhere, failed = [], 0, []
    with pytest.raises(Unreadable), open(os.devnull) as file:
        for item, outcome in copies.shared_out(broken(40), work, str, lambda n: work(int(n)),
                                               file.fileno()):  # fmt: skip
            try:
                content, process = outcome()
            except ValueError:
                failed.append(item)
                continue
            assert content == bytes([item]) * 1000
            found.append(item)
            elsewhere += process != here
    assert failed == [33] and found == [n for n in range(40) if n != 33]
    assert bool(elsewhere) == (how == "two")


def children() -> set[str]:
    """Processes that this one has started and not yet seen off."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def test_a_copy_ends_with_who_asks_no_more() -> None:
    before = children()
    with open(os.devnull) as file:
        outcomes = copies.shared_out(range(40), str, str, str, file.fileno())
        next(outcomes)
        begun = children() - before
        outcomes.close()  # type: ignore[attr-defined]
    assert begun or ahead.processors() == 1
    assert not begun & children()


def vpc_log() -> list[bytes]:
    """A flow log, the last line of which breaks off."""
    head = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"
    rows = (
        b"2 1 eni-%d 10.0.%d.%d 203.0.113.%d %d 443 6 3 %d 1600000%03d 1600001%03d ACCEPT OK"
        % (n % 2, n % 3, n % 97, n % 5, n % 7, n, n % 900, n % 900)
        for n in range(20_000)
    )
    return [head + b" start end action log-status", *rows, b"half a"]


def zeek_log() -> list[bytes]:
    """Connections and names, empty lines between them; the last one breaks off."""
    ends = b'{"ts":%d.5,"id.orig_h":"10.0.%d.%d","id.orig_p":%d,"id.resp_h":"203.0.113.%d"'
    rows = []
    for n in range(20_000):
        row = ends % (1_600_000_000 + n % 900, n % 3, n % 97, 1 + n % 7, n % 5)
        if n % 11 == 3:
            rows.append(row + b',"id.resp_p":53,"query":"n%d.example","qtype_name":"A"}' % (n % 50))
        elif n % 17 == 5:
            rows.append(b"")
        else:
            row += b',"id.resp_p":443,"proto":"tcp","conn_state":"SF","orig_ip_bytes":%d}' % n
            rows.append(row)
    return [*rows, b'{"ts"']


@pytest.mark.parametrize(
    ("reader", "lines_of", "broken_at"),
    [("vpc_flow_log", vpc_log, 20_002), ("zeek_json", zeek_log, 20_001)],
)
def test_a_log_gives_the_same_by_one_process_and_by_three(
    reader: str,
    lines_of: Callable[[], list[bytes]],
    broken_at: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, found = tmp_path / "log", []
    path.write_bytes(b"\n".join(lines_of()))
    monkeypatch.setattr(lines, "SHARED_BYTES", 0)
    for blocks in (lines.blocks, lines.parsed_apart):
        monkeypatch.setattr(blocks, "__defaults__", (100_000,))
    for processes in (1, 3):
        for module in (ahead, copies):
            monkeypatch.setattr(module, "processors", lambda n=processes: n)
        found.append(facts(reader, path))
    assert found[0].tables == found[1].tables and len(found[0].flows()) > 1000
    assert [f.failure and f.failure.reason for f in found] == [
        f"line {broken_at} breaks off; nothing from there on was read"
    ] * 2
