"""What makes reading fast changes nothing: walks, indexes and spans against the plain way."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from evenhand.readers.pcap import container, index, spans, walk
from evenhand.readers.pcap.container import Block, blocks
from evenhand.readers.pcap.hellos import Hellos
from evenhand.readers.pcap.view import View

from . import make
from .reading import facts


@pytest.mark.parametrize(("different", "limit"), [(3, 1 << 40), (3000, 1 << 40), (3000, 700)])
def test_an_index_numbers_pairs_as_a_dictionary_does(different: int, limit: int) -> None:
    import numpy as np

    chance = random.Random(different)
    ours, plain = index.Index(limit), dict[tuple[int, int], int]()
    for _ in range(6):
        pairs = [(chance.randrange(different), -chance.randrange(3)) for _ in range(2000)]
        one, two = np.array(pairs, np.int64).T
        expected, fresh = [], []
        for row, pair in enumerate(pairs):
            if pair not in plain and len(plain) < limit:
                plain[pair] = len(plain)
                fresh.append(row)
            expected.append(plain.get(pair, index.NONE))
        number, new = ours.numbers(one.copy(), two.copy())
        assert number.tolist() == expected
        assert new.tolist() == fresh
    assert list(zip(*(half.tolist() for half in ours.pairs), strict=True)) == list(plain)


def places(data: bytes) -> list[Any]:
    """Every packet's place as the container gives it, and what is wrong."""
    found: list[Any] = []
    for item in blocks(View(data)):
        if isinstance(item, Block):
            found += zip(item.offset.tolist(), item.captured.tolist(), strict=True)
        else:
            found.append(item)
    return found


def pcapng(*frames: bytes) -> bytes:
    return make.section() + make.interface() + b"".join(map(make.enhanced, frames))


def hostile(chance: random.Random, packed: bytes) -> bytes:
    """A packet whose bytes look like records themselves."""
    inside = packed[24:] * 3 if chance.random() < 0.5 else chance.randbytes(chance.randrange(400))
    return inside[chance.randrange(7) :]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_records_are_found_from_many_places_as_from_the_start(
    seed: int, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    few = [chance.randbytes(chance.randrange(60)) for _ in range(4)]
    inner = make.pcap(*few) if form == "pcap" else pcapng(*few)
    frames = [hostile(chance, inner) for _ in range(300)]
    data = bytearray(make.pcap(*frames) if form == "pcap" else pcapng(*frames))
    for _ in range(seed % 3):  # some are damaged
        data[chance.randrange(24, len(data))] ^= 1 << chance.randrange(8)
    plain = places(bytes(data))
    monkeypatch.setattr(walk, "ENTRY", 256)
    monkeypatch.setattr(walk, "FEW", 1)
    monkeypatch.setattr(walk, "SPAN", 4096)
    monkeypatch.setattr(container, "CALM", 1)
    entered = []
    plainly = walk.Walker._follow

    def follow(self: walk.Walker, starts: Any, bounds: Any) -> Any:
        entered.append(len(starts))
        return plainly(self, starts, bounds)

    monkeypatch.setattr(walk.Walker, "_follow", follow)
    assert places(bytes(data)) == plain
    if seed % 3 == 0:
        assert max(entered) > 2  # it did enter the file in several places


@pytest.mark.parametrize("times", [1, 9])  # short runs, and long ones
def test_equal_hashes_do_not_make_runs_equal(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    import numpy as np

    monkeypatch.setattr(spans.Spans, "_hash", lambda self, at, length: np.zeros(len(at), np.int64))
    monkeypatch.setattr(spans.Spans, "_mixed", lambda self, words, n: np.zeros(n, np.int64))
    one, two = b"alpha.one" * times, b"gamma.two" * times
    texts = spans.Texts(
        View(one + two + one + bytes(8)), lambda raw: [{one: 7, two: 8}[r] for r in raw]
    )
    at = np.array([0, 9, 18]) * times
    assert texts.numbers(at, np.full(3, 9 * times)).tolist() == [7, 8, 7]


def test_runs_are_the_same_only_as_far_as_they_reach() -> None:
    import numpy as np

    runs = [b"a", b"a.b", b"a" * 63, b"a" * 64, b"a" * 65, b"b" * 65, b"a.b", b"a" * 65, b"a"]
    at = np.cumsum([0, *(len(run) + 1 for run in runs)])[:-1]
    texts = spans.Texts(View(b"|".join(runs) + bytes(80)), lambda raw: [runs.index(r) for r in raw])
    length = np.array([len(run) for run in runs])
    assert texts.numbers(at, length).tolist() == [0, 1, 2, 3, 4, 5, 1, 4, 0]
    assert texts.numbers(at[:2], length[:2]).tolist() == [0, 1]


def test_runs_at_the_end_of_the_file_are_read_too() -> None:
    import numpy as np

    texts = spans.Texts(View(b"xxabc"), lambda raw: [len(r) * 100 + r[0] for r in raw])
    assert texts.numbers(np.array([2]), np.array([3])).tolist() == [397]


def test_usual_hellos_are_read_as_columns() -> None:
    import numpy as np

    record = make.records(make.handshake(make.client_hello("a.example")))
    data = record + bytes(16)
    found = Hellos(View(data)).read(np.array([0]), np.array([len(record)]))
    assert found.usual.tolist() == [True]
    at, length = int(found.name_at[0]), int(found.name_length[0])
    assert data[at : at + length] == b"a.example"


@pytest.mark.parametrize("seed", range(20))
def test_hellos_read_as_columns_are_those_read_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    frames = []
    for number in range(60):
        record = bytearray(odd_hello(chance))
        if chance.random() < 0.4:
            record[chance.randrange(5, len(record))] ^= 1 << chance.randrange(8)
        segment = make.tcp(2000 + number, chance.choice((443, 853)), bytes(record), sequence=1)
        frames.append(make.eth(make.ipv4(make.A, make.B, 6, segment)))
    data = make.pcap(*frames)
    found = facts(data)
    assert found == facts(data, by_one=True)
    assert len({f["ja4"] for f in found.flows}) > 10


def odd_hello(chance: random.Random) -> bytes:
    """A ClientHello with lists of any length, in any order."""

    def listed(count: int) -> bytes:
        return b"".join(chance.choice((b"\x0a\x0a", chance.randbytes(2))) for _ in range(count))

    name = b"n%d.dns.google" % chance.randrange(9)
    offered = b"".join(bytes([len(p)]) + p for p in chance.sample((b"h2", b"dot", b"\xab"), 2))
    versions, signatures = listed(chance.randrange(4)), listed(chance.randrange(6))
    extensions = [
        (0, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name),
        (16, struct.pack(">H", len(offered)) + offered),
        (43, bytes([len(versions)]) + versions),
        (13, struct.pack(">H", len(signatures)) + signatures),
        (0xFE0D, b"ech"),
        (0x2A2A, b""),
        (chance.randrange(100, 105), b"x"),
    ]
    some = chance.sample(extensions, chance.randrange(1, len(extensions) + 1))
    packed = b"".join(struct.pack(">HH", kind, len(value)) + value for kind, value in some)
    suites = listed(chance.randrange(1, 5))
    body = b"\3\3" + bytes(32) + b"\0" + struct.pack(">H", len(suites)) + suites + b"\1\0"
    body += struct.pack(">H", len(packed)) + packed
    shake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(shake)) + shake
