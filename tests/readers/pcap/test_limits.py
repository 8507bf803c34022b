"""Limits: hostile captures neither fill memory nor take for ever, and what is lost is said."""

from __future__ import annotations

import struct
import time

import pytest

from evenhand.readers.pcap import container, packet, stream

from . import make
from .reading import facts
from .test_names import GET, HELLO, tcp, udp


def fragment(number: int, offset: int, more: bool = True, size: int = 8) -> bytes:
    payload = bytes(size)
    return make.eth(make.ipv4(make.A, make.B, 17, payload, number=number, offset=offset, more=more))


def test_fragments_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet, "WAITING", 10)
    found = facts(make.pcap(*(fragment(i, 8) for i in range(30))))
    assert [f[5] for f in found.layer("inner")] == [30]  # all counted, without ports
    assert found.problems[0].reason == ("20 fragmented datagrams were given up: too many at once")


def test_bytes_of_fragments_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet, "HELD", 100)
    found = facts(make.pcap(*(fragment(i, 0, size=40) for i in range(5))))
    assert [f[5] for f in found.layer("inner")] == [5]
    assert "2 fragmented datagrams" in found.problems[0].reason


def test_overlapping_fragments_do_not_take_for_ever() -> None:
    frames = [fragment(1, 0), fragment(1, 60_000, more=False)]
    frames += [fragment(1, 8 * i, size=16) for i in range(2, 4000)]
    start = time.process_time()
    assert facts(make.pcap(*frames)).layer("inner")[0][5] == len(frames)
    assert time.process_time() - start < 5


def test_open_streams_are_bounded_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "OPEN", 3)
    hello = make.records(HELLO)
    frames = [tcp(hello[:30], 1, (port, 443)) for port in range(1000, 1010)]
    found = facts(make.pcap(*frames))
    assert [p.reason for p in found.problems] == ["7 streams were given up: too many at once"]


def test_a_stream_untouched_for_a_minute_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "OPEN", 3)
    frames = []
    for port in range(1000, 1010):
        frames += [tcp(GET[:30], 1, (port, 80)), *[udp(1, 9, b"later")] * 30]  # one a second
    assert facts(make.pcap(*frames)).problems == []


def test_a_stream_in_tiny_pieces_is_given_up() -> None:
    data = make.records(make.handshake(make.client_hello("a.example", (21, bytes(600)))))
    tiny = [tcp(data[:6], 1)] + [tcp(data[i : i + 1], 1 + i) for i in range(6, len(data))]
    assert facts(make.pcap(*tiny)).named() == set()


def test_interfaces_and_sections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = udp(1, 2, b"x")
    many = make.section() + make.interface() * 5 + make.enhanced(frame, 0, 4)
    assert facts(many).layer("inner")[0][5] == 1
    monkeypatch.setattr(container, "INTERFACES", 4)
    assert facts(many).problems[0].reason == "1 broken packet blocks were left out"
    monkeypatch.setattr(container, "TURNS", 3)
    turning = b"".join(make.section(o) + make.interface(1, o) for o in "<><><><>")
    assert "byte order changes more than 3 times" in facts(turning).problems[0].reason


def test_many_sections_of_one_packet_take_no_longer_than_one_section() -> None:
    one = make.section() + make.interface() + make.enhanced(udp(1, 2, b"x"), 7)
    start = time.process_time()
    assert facts(one * 20_000).layer("inner")[0][5] == 20_000
    assert time.process_time() - start < 10


def test_a_packet_of_another_sections_interface_is_left_out() -> None:
    frame = udp(1, 2, b"x")
    data = make.section() + make.interface() * 2 + make.enhanced(frame, 0, 1)
    data += make.section() + make.interface() + make.enhanced(frame, 0, 1)
    found = facts(data)
    assert found.layer("inner")[0][5] == 1
    assert found.problems[0].reason == "1 broken packet blocks were left out"


def test_unknown_link_types_are_said_so_often_and_no_more() -> None:
    frame = udp(1, 2, b"x")
    kinds = b"".join(make.interface(30_000 + i) for i in range(200))
    packets = b"".join(make.enhanced(frame, 0, i) for i in range(200))
    assert len(facts(make.section() + kinds + packets).problems) == 64


def test_a_message_of_many_records_is_read_in_time() -> None:
    name = make.dns_name(".".join("a" * 60 for _ in range(3)))
    data = struct.pack(">HHHHHH", 1, 0x8180, 1, 60_000, 0, 0) + name + b"\0\1\0\1"
    data += (b"\xc0\x0c\0\1\0\1" + bytes(4) + b"\0\4\1\2\3\4") * 3900
    start = time.process_time()
    found = facts(make.pcap(udp(53, 9, data[:65_000])))
    assert len(found.named()) == 2
    assert time.process_time() - start < 3
