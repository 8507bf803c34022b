"""What dies in a reader becomes a `reading` row, and the rest of the run goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evenhand import isolation
from evenhand.limits import Limits
from tests.conftest import Run

OUTSIDE = ("write", "truncate", "mode", "times", "signal", "socket")  # tried by evil_write
PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each evil reader, and an honest one."""
    home = tmp_path_factory.mktemp("given")
    for kind in ("crash", "hang", "memory", "network", "raise", "write"):
        (home / f"{kind}.bin").write_bytes(f"EVIL {kind}".encode() + b"\0\xff\xfe" * 9)
    (home / "honest.txt").write_text("see https://honest.example.org/\n")
    return home


@pytest.fixture(scope="module")
def result(folder: Path, tmp_path_factory: pytest.TempPathFactory, evenhand: Run) -> dict[str, Any]:
    """The run over that folder, and its mentions."""
    environment = {**os.environ, "PYTHONPATH": str(PLUGINS)}
    kept = tmp_path_factory.mktemp("kept")
    done = evenhand(
        "check", folder, "--limit", "seconds=8", "--keep", kept, "-f", "json", env=environment
    )
    assert done.returncode == 0, done.stderr
    asked = evenhand("sql", kept, "SELECT path, host FROM mention ORDER BY 1, 2", "-f", "json")
    whole: dict[str, Any] = json.loads(done.stdout)
    whole["mentions"] = [(r["path"], r["host"]) for r in json.loads(asked.stdout)]
    return whole


def reading(result: dict[str, Any], path: str, reader: str) -> tuple[str, str]:
    """Outcome and reason of one reading."""
    (row,) = [r for r in result["readings"] if r["path"] == path and r["reader"] == reader]
    return row["outcome"], row["reason"]


def test_evil_readers_cost_nothing_but_their_own_reading(result: dict[str, Any]) -> None:
    outcome, reason = reading(result, "crash.bin", "evil_crash")
    assert (outcome, "SIGSEGV" in reason) == ("unreadable", True)
    outcome, reason = reading(result, "hang.bin", "evil_hang")
    assert (outcome, "limit seconds" in reason) == ("unreadable", True)
    outcome, reason = reading(result, "memory.bin", "evil_memory")
    assert (outcome, "limit memory_bytes" in reason) == ("partly", True)
    outcome, reason = reading(result, "raise.bin", "evil_raise")
    assert (outcome, "KeyError" in reason) == ("partly", True)
    assert reading(result, "honest.txt", "text") == ("read", "")
    assert ("honest.txt", "honest.example.org") in result["mentions"]
    assert ("raise.bin", "before.example.org") in result["mentions"]
    assert result["complete"] is False  # a stop by the clock is said


def test_a_reader_has_no_network_no_programs_and_writes_nowhere(
    result: dict[str, Any], folder: Path
) -> None:
    found = {host for path, host in result["mentions"] if path in ("network.bin", "write.bin")}
    assert found == {
        "refused-network.example.org",
        "refused-program.example.org",
        *(f"refused-{name}.example.org" for name in OUTSIDE),
    }
    assert not (folder / "written-by-reader").exists()


def test_a_process_that_is_there_reads_before_another_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolation.Workers, "_start", lambda self: "started at once")
    with isolation.Workers(3, Limits()) as workers:
        first: Any = workers._idle.get()
    assert first == "started at once"
