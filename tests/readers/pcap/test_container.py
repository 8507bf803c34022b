"""Capture files: every variant gives the same packets; what is broken is said."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Batch
from evenhand.readers.pcap import read

from . import make
from .reading import facts

FRAME = make.eth(make.ipv4(make.A, make.B, 17, make.udp(1000, 9, b"x" * 50)))
FLOW = [(make.A, 1000, make.B, 9, "udp", 2, 2 * len(FRAME), 0, 0)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "extra", "fraction"),
    [(0xA1B2C3D4, b"", 5), (0xA1B23C4D, b"", 0), (0xA1B2CD34, bytes(8), 5)],
)
def test_every_pcap_variant_gives_the_same_packets(
    order: str, magic: int, extra: bytes, fraction: int
) -> None:
    found = facts(make.pcap(FRAME, FRAME, order=order, magic=magic, extra=extra))
    assert found.layer("outer") == found.layer("inner") == FLOW
    assert found.problems == []
    assert found.flows[0]["first_seen"] == datetime(2025, 1, 1, 0, 0, 0, fraction, UTC)
    assert found.flows[0]["last_seen"] == datetime(2025, 1, 1, 0, 0, 1, fraction, UTC)
    assert found.flows[0]["locator"] == "packet 1"


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_with_two_interfaces_two_sections_and_other_blocks(order: str) -> None:
    raw = FRAME[14:]
    names = make.block(4, bytes(8), order)
    secrets = make.block(10, struct.pack(order + "II", 0x544C534B, 4) + b"abcd", order)
    data = make.section(order) + make.interface(1, order) + make.interface(101, order) + names
    data += make.enhanced(FRAME, 1_735_689_600_000_000, 0, order) + secrets
    data += make.enhanced(raw, 1_735_689_600_000_001, 1, order)
    other = "<" if order == ">" else ">"
    data += make.section(other) + make.interface(101, other) + make.enhanced(raw, 0, 0, other)
    found = facts(data)
    total = len(FRAME) + 2 * len(raw)
    assert found.layer("outer") == [(make.A, 1000, make.B, 9, "udp", 3, total, 0, 0)]
    assert found.flows[0]["last_seen"] == datetime(2025, 1, 1, 0, 0, 0, 1, UTC)
    assert found.problems == []


@pytest.mark.parametrize(
    ("resolution", "ticks"),
    [(9, 1_500_000_000), (3, 1500), (6, 1_500_000), (0x80 | 10, 1536), (0, None)],
)
def test_resolution_and_offset_of_pcapng_times(resolution: int, ticks: int | None) -> None:
    about = make.interface(1, resolution=resolution, offset=1_735_689_600)
    data = make.section() + about + make.enhanced(FRAME, 1 if ticks is None else ticks)
    fraction = 0 if ticks is None else 500_000
    assert facts(data).flows[0]["first_seen"] == datetime(2025, 1, 1, 0, 0, 1, fraction, UTC)


def test_simple_and_obsolete_packet_blocks() -> None:
    simple = make.block(3, struct.pack("<I", 300) + FRAME[:60])
    old = make.block(2, struct.pack("<HHIIII", 0, 0, 0, 9, len(FRAME), len(FRAME)) + FRAME)
    found = facts(make.section() + make.interface(1, snap=60) + simple + old)
    assert found.layer("outer") == [(make.A, 1000, make.B, 9, "udp", 2, 300 + len(FRAME), 0, 0)]
    only_simple = facts(make.section() + make.interface(1, snap=60) + simple)
    assert only_simple.flows[0]["first_seen"] is None  # such blocks have no time


def test_length_on_the_wire_counts_not_what_was_captured() -> None:
    data = bytearray(make.pcap(FRAME[:44]))
    data[36:40] = struct.pack("<I", 1514)
    assert facts(bytes(data)).layer("outer")[0][6] == 1514


def test_a_time_that_cannot_be_is_none() -> None:
    late = make.enhanced(FRAME, (1 << 64) - 1)
    assert facts(make.section() + make.interface() + late).flows[0]["first_seen"] is None


@pytest.mark.parametrize(
    ("data", "reason", "offset", "packets"),
    [
        (make.pcap(FRAME, FRAME)[:-1], "the file ends within a packet", 24 + 16 + len(FRAME), 1),
        (make.pcap(FRAME) + b"abc", "the file ends within a record header", 40 + len(FRAME), 1),
        (make.pcap(FRAME) + b"\xff" * 99, "4294967295 captured bytes", 40 + len(FRAME), 1),
        (make.section() + make.interface() + make.enhanced(FRAME)[:-4], "within a block", 48, 0),
        (make.section() + make.interface() + bytes(16), "a length of 0 bytes", 48, 0),
    ],
)
def test_what_was_read_before_the_damage_is_kept(
    data: bytes, reason: str, offset: int, packets: int
) -> None:
    found = facts(data)
    (problem,) = found.problems
    assert reason in problem.reason
    assert f"{packets} packets were read" in problem.reason
    assert problem.offset_bytes == offset
    assert sum(f["packets_sent"] for f in found.flows) == 2 * packets


def test_a_packet_of_an_interface_never_described_is_left_out_and_said() -> None:
    data = make.section() + make.interface() + make.enhanced(FRAME, number=3)
    found = facts(data + make.enhanced(FRAME))
    assert found.problems[0].reason == "1 broken packet blocks were left out"
    assert found.flows[0]["locator"] == "packet 2"


def test_an_unknown_link_type_is_said_once() -> None:
    found = facts(make.pcap(FRAME, FRAME, link=230))
    assert [p.reason for p in found.problems] == [
        "packets of link type 230 are not read: the type is not known"
    ]
    assert found.flows == []


def test_no_capture_at_all() -> None:
    with pytest.raises(NotThisFormat):
        facts(b"time,src,dst\n")
    with pytest.raises(NotThisFormat):
        facts(b"")
    with pytest.raises(Unreadable, match="header of 24 bytes"):
        facts(make.pcap()[:17])


def test_the_reader_itself_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(make.pcap(FRAME))
    items = list(read(Artefact("a.pcap", path, "sha256:" + "0" * 64, path.stat().st_size)))
    (batch,) = items
    assert isinstance(batch, Batch)
    assert (batch.table, batch.rows.num_rows) == ("flow", 2)
