"""The process that starts others: what it starts ends as it is told, and it is replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import starter
from evenhand.limits import Limits


@pytest.fixture
def mine() -> Iterator[starter.Starter]:
    """One that only the test uses, so that it may be killed."""
    before, starter.Starter.kept = starter.Starter.kept, None
    yield starter.starter()
    starter.Starter.kept = before


def test_what_it_starts_is_confined_answers_and_ends(mine: starter.Starter, tmp_path: Path) -> None:
    its_input, ours = os.pipe()
    answers, its_output = os.pipe()
    number = mine.start(tmp_path, Limits(), (its_input, its_output))
    os.close(its_output)
    assert b"writes in one folder" in os.read(answers, 1 << 16)
    assert mine.end(number) == -signal.SIGKILL
    assert os.read(answers, 1) == b""  # nobody holds the other end any more
    for handle in (its_input, ours, answers):
        os.close(handle)
    _, child = mine._end.peek()[2]  # type: ignore[index]
    child.kill()
    child.wait()
    assert mine.end(number) == -signal.SIGKILL
    assert starter.starter() is not mine
