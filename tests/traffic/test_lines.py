"""Logs of lines: the first line that cannot be read is found; blocks do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.traffic import lines


def numbers(block: lines.Block) -> list[int]:
    """Lines of whole numbers."""
    return [int(line) for line in block.data.split()]


def artefact(folder: Path, data: bytes) -> Artefact:
    """A file with these bytes."""
    path = folder / "log"
    path.write_bytes(data)
    return Artefact("log", path, "", len(data))


@pytest.mark.parametrize("size", [1, 3, 10, 1 << 20])
@pytest.mark.parametrize("bad", range(1, 22))
def test_the_first_bad_line(size: int, bad: int, tmp_path: Path) -> None:
    rows = [str(n).encode() for n in range(20)]
    rows.insert(bad - 1, b"x")
    stopped: list[Unreadable] = []
    found: list[int] = []
    data = b"\n".join(rows) + b"\n"
    blocks = lines.blocks(artefact(tmp_path, data), size)
    for block, values in lines.parsed(blocks, numbers, stopped):
        assert data[block.offset : block.offset + len(block.data)] == block.data
        assert data[: block.offset].count(b"\n") == block.number - 1
        found += values
    assert found == list(range(bad - 1))
    assert stopped[0].offset_bytes == data.index(b"x")
    assert stopped[0].reason.startswith(f"line {bad} cannot be read")


def test_a_line_that_breaks_off_and_one_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[Unreadable] = []
    list(lines.parsed(lines.blocks(artefact(tmp_path, b"1\n2x")), numbers, stopped))
    assert stopped[0].reason.startswith("line 2 breaks off") and stopped[0].offset_bytes == 2
    monkeypatch.setattr(lines, "LINE_BYTES", 10)
    list(lines.parsed(lines.blocks(artefact(tmp_path, b"1\n" + b"2" * 40), 8), numbers, stopped))
    assert "longer than" in stopped[1].reason and stopped[1].offset_bytes == 2


def test_lines_are_numbered_past_empty_ones() -> None:
    assert list(lines.numbers_of(lines.Block(b"a\n\nb\n", 0, 5, False), 2)) == [5, 7]
    assert list(lines.numbers_of(lines.Block(b"a\nb", 0, 5, False), 2)) == [5, 6]
