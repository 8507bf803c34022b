"""Files of nfdump: layout 2 as built here, layout 1 as shared; every way of packing."""

from __future__ import annotations

import bz2
import random
import struct
from pathlib import Path

import pytest

from evenhand.traffic.block_compression import lz4, lzo1x
from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of, truth

START = 1_600_000_000_000


def record(port: int = 50000, six: bool = False) -> bytes:
    """A V3 record: the generic element, and addresses in words of the machine."""
    generic = struct.pack("<QQQQQHHBBBB", START, START + 5000, 0, 4, 400, port, 443, 6, 2, 0, 0)
    ends = struct.pack("<4Q", 0x20010DB8 << 32, 1, 0x20010DB8 << 32, 2) if six else struct.pack(
        "<II", 0x0A000005, 0xCB007107)  # fmt: skip
    parts = struct.pack("<HH", 1, len(generic) + 4) + generic
    parts += struct.pack("<HH", 3 if six else 2, len(ends) + 4) + ends
    return struct.pack("<HHHBBHBB", 11, 12 + len(parts), 2, 0, 0, 0, 0, 9) + parts


def file(*records: bytes, method: int = 0, count: int | None = None) -> bytes:
    """A file of layout 2 with one block."""
    body = b"".join(records)
    body = bz2.compress(body) if method == 2 else body
    head = struct.pack("<HHIQBBHIQII", 0xA50C, 2, 0x01070100, 0, method, 0, 0, 0, 0, 0, 1)
    size = len(records) if count is None else count
    return head + struct.pack("<IIHH", size, len(body), 3, 0) + body


def test_records_of_layout_2(tmp_path: Path) -> None:
    for method in (0, 2):
        found = facts_of("nfdump", file(record(), record(six=True), method=method), tmp_path)
        assert sorted(found.flows()) == [
            ("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 0, 0),
            ("2001:db8::1", 50000, "2001:db8::2", 443, 4, 400, 0, 0),
        ]
    assert str(found.table("flow")[0]["first_seen"]) == "2020-09-13 12:26:40+00:00"


@pytest.mark.parametrize(
    "data", [file(record(), record())[:-1], file(record(), count=2), file(record()) + b"\1\2"]
)
def test_a_broken_block_stops_the_reading(data: bytes, tmp_path: Path) -> None:
    found = facts_of("nfdump", file(record(1)) + data[40:], tmp_path)
    assert 1 in {f[1] for f in found.flows()}
    assert found.failure is not None and found.failure.offset_bytes is not None


@needs_shared
def test_shared_files() -> None:
    for row in truth("nfdump.csv"):
        found = facts("nfdump", LOGS / row["file"])
        if "Corrupt" in row["stderr (nfdump 1.7.1)"]:
            assert found.failure is not None
            continue
        assert found.reasons == []
        assert len({f[2] for f in found.flows()}) == int(row["distinct_dst"])
        assert sum(f[4] + f[6] for f in found.flows()) == int(row["header_packets"])
        assert sum(f[5] + f[7] for f in found.flows()) == int(row["header_bytes"])


def test_lz4_against_the_library() -> None:
    import pyarrow as pa

    chance = random.Random(1)
    for _ in range(40):
        words = [chance.randbytes(chance.randrange(1, 40)) for _ in range(4)]
        data = b"".join(chance.choice(words) for _ in range(chance.randrange(1, 400)))
        packed = pa.compress(data, codec="lz4_raw", asbytes=True)
        assert lz4(packed, 1 << 20) == data
        with pytest.raises(ValueError, match="block"):
            lz4(packed[: len(packed) // 2] + b"\xff", 1 << 20)


def test_lzo_of_literals_copies_and_an_end() -> None:
    packed = bytes([17 + 4]) + b"abcd" + bytes([0x60 | 0x0C, 0]) + b"\x11\0\0"
    assert lzo1x(packed, 100) == b"abcd" + b"abcd"
    for broken in (packed[:-3], b"", bytes([0x60, 0])):
        with pytest.raises(ValueError, match="block"):
            lzo1x(broken, 100)
    with pytest.raises(ValueError, match="more than"):
        lzo1x(packed, 5)
