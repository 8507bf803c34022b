"""Flows: who is the client, what is counted where, fragments, order and limits."""

from __future__ import annotations

import random

import pytest

from evenhand.readers.pcap import address, flow, names

from . import make
from .reading import facts

SYN, BOTH = make.SYN, make.SYN | make.ACK


def there(flags: int = make.ACK, data: bytes = b"") -> bytes:
    return make.eth(make.ipv4(make.A, make.B, 6, make.tcp(5000, 443, data, flags)))


def back(flags: int = make.ACK, data: bytes = b"") -> bytes:
    return make.eth(make.ipv4(make.B, make.A, 6, make.tcp(443, 5000, data, flags)))


@pytest.mark.parametrize(
    ("frames", "client"),
    [
        ([there(SYN), back(BOTH), there()], make.A),
        ([back(), there(SYN), back(BOTH)], make.A),  # a late packet of an earlier connection
        ([back(BOTH), there()], make.A),  # the SYN was not captured
        ([back(), there()], make.B),  # no SYN at all: the first packet's sender
        ([back(SYN), there(SYN)], make.B),
    ],
)
def test_the_client_is_who_sent_the_first_syn(frames: list[bytes], client: str) -> None:
    (found,) = facts(make.pcap(*frames)).layer("outer")
    sent = sum((f[26:30] == b"\xc0\0\2\1") == (client == make.A) for f in frames)
    assert (found[0], found[5], found[7]) == (client, sent, len(frames) - sent)
    assert found[6] + found[8] == sum(map(len, frames))


def test_flows_come_in_order_of_their_first_packet_outer_before_inner() -> None:
    found = facts(
        make.pcap(back(), make.eth(make.ipv4(make.C, make.A, 17, make.udp(1, 2))), there())
    )
    assert [(f["locator"], f["layer"]) for f in found.flows] == [
        ("packet 1", "outer"), ("packet 1", "inner"), ("packet 2", "outer"), ("packet 2", "inner"),
    ]  # fmt: skip


DATAGRAM = make.udp(1000, 53, make.question("a.example.net") + b"\0" * 40)


def fragments(number: int = 1) -> list[bytes]:
    sizes = [(0, 24, True), (24, 48, True), (48, len(DATAGRAM), False)]
    return [
        make.eth(make.ipv4(make.A, make.B, 17, DATAGRAM[a:z], number=number, offset=a, more=more))
        for a, z, more in sizes
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_fragments_join_their_flow_and_their_names_are_read(order: tuple[int, ...]) -> None:
    frames = [fragments()[i] for i in order]
    found = facts(make.pcap(*frames))
    total = sum(map(len, frames))
    assert found.layer("outer") == [(make.A, 1000, make.B, 53, "udp", 3, total, 0, 0)]
    assert found.layer("inner") == found.layer("outer")
    assert found.named() == {("dns question", "a.example.net", None)}


def test_fragments_whose_first_never_came_count_without_ports() -> None:
    frames = fragments()[1:]
    found = facts(make.pcap(*frames)).layer("inner")
    assert found == [(make.A, 0, make.B, 0, "udp", 2, sum(map(len, frames)), 0, 0)]


def test_fragments_of_ipv6_and_of_a_tunnel() -> None:
    inside = make.ipv6(make.SIX, make.SEVEN, 17, make.udp(7, 8, bytes(100)))
    for cut in (64, 40):
        head, tail = inside[:cut], inside[cut:]
        frames = [
            make.eth(make.ipv4(make.A, make.B, 41, head, number=5, more=True)),
            make.eth(make.ipv4(make.A, make.B, 41, tail, number=5, offset=cut)),
        ]
        found = facts(make.pcap(*reversed(frames)))
        assert [f[5] for f in found.layer("outer")] == [2]
        assert [(f[0], f[5]) for f in found.layer("inner")] == [(make.SIX, 2)]
    first = b"\x11\0\0\1\0\0\0\7" + make.udp(7, 8, bytes(16))
    last = b"\x11\0\0\x18\0\0\0\7" + bytes(8)
    both = [make.eth(make.ipv6(make.SIX, make.SEVEN, 44, p), 0x86DD) for p in (last, first)]
    assert [f[1:6] for f in facts(make.pcap(*both)).layer("inner")] == [
        (7, make.SEVEN, 8, "udp", 2)
    ]


def some_frames(count: int, seed: int) -> list[bytes]:
    """Frames of every shape that the fast way reads, and of some that it leaves."""
    chance = random.Random(seed)
    four = [f"10.0.{chance.randrange(3)}.{i}" for i in range(9)]
    six = [f"2001:db8::{i}" for i in range(9)]
    found = []
    for _ in range(count):
        port, data = chance.choice((53, 443, 4789, 5000)), chance.randbytes(chance.randrange(60))
        protocol = chance.choice((6, 17, 1, 132, 47, 4))
        body = {6: make.tcp(port, 80, data, chance.choice((2, 16, 18))),
                17: make.udp(port, 99, data)}.get(protocol, data)  # fmt: skip
        options = bytes(8) if chance.random() < 0.2 else b""
        if chance.random() < 0.5:
            source, target = chance.sample(four, 2)
            packet, kind = make.ipv4(source, target, protocol, body, options=options), 0x0800
        else:
            source, target = chance.sample(six, 2)
            packet, kind = make.ipv6(source, target, protocol, body), 0x86DD
        tags = b"\x81\0\0\1" * chance.choice((0, 0, 1, 2, 3))
        found.append(make.eth(packet, kind, tags)[: chance.choice((44, 60, 999, 999))])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_many_at_a_time_gives_what_one_by_one_gives(seed: int) -> None:
    data = make.pcap(*some_frames(400, seed))
    assert facts(data) == facts(data, by_one=True)


def test_blocks_and_merging_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make.pcap(*some_frames(700, 9), *fragments())
    whole = facts(data)
    monkeypatch.setattr("evenhand.readers.pcap.container.PACKETS", 13)
    assert facts(data) == whole


def test_flows_beyond_the_limit_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "FLOWS", 5)
    monkeypatch.setattr("evenhand.readers.pcap.capture.FLOWS", 5)
    frames = [
        make.eth(make.ipv4(make.A, make.B, 17, make.udp(p, 9))) for p in [*range(1, 9), 1, 2, 8]
    ]
    found = facts(make.pcap(*frames))
    assert [f[1] for f in found.layer("inner")] == [1, 2, 3, 4, 5]
    assert [p.reason for p in found.problems] == ["4 packets belong to flows beyond the first 5"]


def test_ipv6_addresses_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "LIMIT", 3)
    monkeypatch.setattr(address, "OVERFLOW", 3)
    monkeypatch.setattr("evenhand.readers.pcap.columns.OVERFLOW", 3)
    frames = [make.eth(make.ipv6(make.SIX, f"2001:db8::{i}", 17, make.udp(1, 2)), 0x86DD)
              for i in range(0x10, 0x15)]  # fmt: skip
    found = facts(make.pcap(*frames))
    assert len(found.layer("inner")) == 2
    assert "3 packets have IPv6 addresses beyond" in found.problems[0].reason


def test_names_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "NAMES", 2)
    questions = [make.udp(9, 53, make.question(f"n{i}.example")) for i in range(4)]
    asked = [make.eth(make.ipv4(make.A, make.B, 17, q)) for q in questions]
    found = facts(make.pcap(*asked))
    assert len(found.names) == 2
    assert "host names beyond the first" in found.problems[0].reason
