"""Broken and hostile captures: no crash, sensible counts, the same facts both ways."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import make
from .reading import SHARED, Facts, facts, survives
from .test_names import GET, HELLO, tcp, udp

SMALL = 40_000
SEEDS = make.pcap(
    tcp(make.records(HELLO)), tcp(GET), udp(5, 53, make.question("a.example")),
    udp(5, 443, make.quic_initial(make.crypto(0, HELLO))),
    make.eth(make.ipv4(make.A, make.B, 17, b"\0\5\0\x35", number=1, more=True)),
)  # fmt: skip
FLIGHT = make.records(
    b"\2\0\0\x28\3\3" + bytes(38) + b"\x0b\0\0\x0a\0\0\7\0\0\4cert" + b"\x0e\0\0\0"
)
STREAMS = make.pcap(
    tcp(make.records(HELLO)), tcp(make.records(HELLO), ports=(5001, 443)),
    tcp(FLIGHT[:40], 1, (443, 5000)), tcp(FLIGHT[40:], 41, (443, 5000)),
    tcp(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", 1, (5002, 80)),
    tcp(b"\0\0\x03\1\4\0\0\0\1\x83\x84\x41" + b"\0\0\2\x09\4\0\0\0\1\1a", 34, (5002, 80)),
    tcp(GET), tcp(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n", 1, (443, 5000)),
    udp(53, 5, make.response("a.example", make.record(b"\xc0\x0c", 1, b"\xc0\0\2\1"))),
    udp(53, 5, make.response("a.example", make.record(b"\0", 41, b""))),
)  # fmt: skip
INPUTS = int(os.environ.get("EVENHAND_FUZZ", "150"))
GENERATION = (
    make.section() + make.interface() + make.enhanced(tcp(GET), 5) + make.enhanced(tcp(b""))
)


def sensible(found: Facts | None, size: int) -> None:
    """Both layers hold the same packets, and no more than the file has room for."""
    if found is None:
        return
    outer, inner = found.layer("outer"), found.layer("inner")
    assert sum(f[5] + f[7] for f in outer) == sum(f[5] + f[7] for f in inner)
    assert sum(f[6] + f[8] for f in outer) == sum(f[6] + f[8] for f in inner)
    assert sum(f[5] + f[7] for f in outer) <= size // 12
    assert all(n["name"] and n["name"].isprintable() for n in found.names)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, some taken out, or the end cut off."""
    raw = bytearray(data)
    for _ in range(chance.randrange(1, 30)):
        raw[chance.randrange(len(raw))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )
    if chance.random() < 0.3:
        at = chance.randrange(len(raw))
        del raw[at : at + chance.randrange(1, 9)]
    return bytes(raw[: chance.randrange(len(raw))]) if chance.random() < 0.2 else bytes(raw)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([SEEDS, GENERATION]), st.randoms(use_true_random=False))
def test_mutated_captures_of_our_own(data: bytes, chance: random.Random) -> None:
    changed = mutated(data, chance)
    found = survives(changed)
    sensible(found, len(changed))
    if found is not None:
        assert found == facts(changed, by_one=True)


def test_fuzzed_captures_read_both_ways() -> None:
    """`EVENHAND_FUZZ` is the number of inputs."""
    for number in range(INPUTS):
        chance = random.Random(number)
        changed = mutated(chance.choice((SEEDS, STREAMS, GENERATION)), chance)
        found = survives(changed)
        sensible(found, len(changed))
        if found is not None:
            assert found == facts(changed, by_one=True), number


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([0, 1, 9, 101, 104, 105, 113, 127, 192, 239, 258, 276])
)
def test_any_bytes_on_any_link(frame: bytes, link: int) -> None:
    data = make.pcap(frame, frame[::-1], link=link)
    found = facts(data)
    sensible(found, len(data))
    assert found == facts(data, by_one=True)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([53, 137, 443, 1900, 5353, 4789, 2152, 3544, 1701]))
def test_any_payload_on_any_port(payload: bytes, port: int) -> None:
    frames = [udp(5, port, payload), tcp(payload, 1, (5, port)), tcp(payload[1:], 2, (5, port))]
    sensible(facts(make.pcap(*frames)), 10_000)


CAPTURES = sorted(p for p in SHARED.glob("*") if p.is_file() and p.suffix != ".md") if (
    SHARED.is_dir()) else []  # fmt: skip


@pytest.mark.skipif(not CAPTURES, reason="no folder of shared captures")
@pytest.mark.parametrize(
    "path", [p for p in CAPTURES if p.stat().st_size < SMALL], ids=lambda p: p.name
)
def test_mutated_shared_captures(path: Path) -> None:
    data = path.read_bytes()
    if not data:
        return
    chance = random.Random(path.name)
    for _ in range(4):
        changed = mutated(data, chance)
        sensible(survives(changed), len(changed))


@pytest.mark.skipif(not CAPTURES, reason="no folder of shared captures")
def test_shared_captures_give_the_same_both_ways() -> None:
    for path in CAPTURES:
        data = path.read_bytes()
        if path.suffix in (".pcap", ".pcapng") and len(data) > 500_000:
            continue
        found = survives(data)
        if found is not None:
            assert found == facts(data, by_one=True), path.name
