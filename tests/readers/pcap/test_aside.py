"""What a pcapng file says beside its packets: names, comments, packets dropped.

Spec: draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import struct

import pytest

from evenhand.artefact import Child
from evenhand.facts.host_name import HostName
from evenhand.readers import Item, Partly
from evenhand.readers.pcap import aside, blocks
from evenhand.readers.pcap.capture import Capture
from tests.readers.pcap import make
from tests.readers.reading import pull

FRAME = make.eth(make.ipv4(make.A, make.B, 17, make.udp(1, 2, b"12345")))


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(*options: bytes, order: str = "<") -> bytes:
    head = struct.pack(order + "IIIII", 0, 0, 0, len(FRAME), len(FRAME))
    body = head + FRAME + bytes(-len(FRAME) % 4) + b"".join(options)
    return make.block(6, body + (option(0, b"", order) if options else b""), order)


def beside(capture: bytes) -> list[Item]:
    """All but names seen in packets, and flows."""
    made = Capture(capture)
    problems: list[Item] = list(made.problems())
    kinds = (HostName, Child, Partly)
    return [i for i in (*problems, *made.rows()) if isinstance(i, kinds)]


def comments(capture: bytes) -> bytes:
    (child,) = (i for i in beside(capture) if isinstance(i, Child))
    assert child.name == "comments.txt"
    return pull(child, None)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("many", [1, 300])
def test_comments(order: str, many: int) -> None:
    section = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + option(1, b"of a file", order)
    described = struct.pack(order + "HHI", 1, 0, 0) + option(1, b"of a card", order)
    flags = option(2, bytes(4), order)
    capture = make.block(0x0A0D0D0A, section, order) + make.block(1, described, order)
    capture += packet(order=order) * many + packet(flags, order=order) * many
    capture += packet(flags, option(1, b"see api.alder.example", order), order=order)
    said = comments(capture)
    assert sorted(said.splitlines()) == [b"of a card", b"of a file", b"see api.alder.example"]


def test_names_are_declared_not_seen() -> None:
    body = option(1, bytes([192, 0, 2, 9]) + b"One.Example\0two.example\0")
    body += option(2, bytes(15) + b"\1six.example\0") + option(9, b"x") + option(0, b"")
    found = beside(make.section() + make.block(4, body) + make.block(4, body))
    assert all(isinstance(i, HostName) for i in found)
    assert [(i.name, i.address, i.source, i.grade) for i in found if isinstance(i, HostName)] == [
        ("one.example", "192.0.2.9", "name block", "declared"),
        ("two.example", "192.0.2.9", "name block", "declared"),
        ("six.example", "::1", "name block", "declared"),
    ]


def test_of_statistics_the_last_counts() -> None:
    def statistics(interface: int, dropped: int, by_system: int) -> bytes:
        counts = option(5, struct.pack("<Q", dropped)) + option(7, struct.pack("<Q", by_system))
        return make.block(5, struct.pack("<III", interface, 0, 0) + counts)

    capture = make.section() + make.interface() + make.interface()
    found = beside(capture + statistics(0, 3, 0) + statistics(0, 5, 1) + statistics(1, 0, 2))
    assert found == [Partly("8 packets were dropped while it was captured, as it says itself")]
    assert beside(capture + statistics(0, 0, 0)) == []


@pytest.mark.parametrize("kind", [1, 4, 5, 10, 0x0A0D0D0A])
@pytest.mark.parametrize("size", [0, 1, 4, 8, 12, 16])
def test_blocks_that_break_off_say_nothing(kind: int, size: int) -> None:
    broken = make.block(kind, b"\x4d\x3c\x2b\x1a\1\0\xff\xff\1\0\xff\xff\1\0\xff\xff"[:size])
    assert not [i for i in beside(make.section() + broken) if not isinstance(i, Partly)]


def test_too_many_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MANY", 3)
    monkeypatch.setattr(aside, "COMMENT_BYTES", 12)
    capture = make.section() + make.interface() + packet(option(1, b"abcdefghijk")) * 4
    said = [i.reason for i in beside(capture) if isinstance(i, Partly)]
    assert said == ["comments, or names of name blocks, were left out: too many"]
    assert comments(capture) == b"abcdefghijk\n"
    assert blocks.MANY > 3
