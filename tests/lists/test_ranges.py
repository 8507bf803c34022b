"""Ranges of addresses, against a plain reference that asks `ipaddress` and `bisect`."""

from __future__ import annotations

import bisect
import ipaddress
import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand import lists
from evenhand.lists import address, ranges
from evenhand.lists.address import MAPPED_LOW, canonical, halves_of, number_of, numbers, packed

TOP = 1 << 128
FOUR = st.integers(0, (1 << 32) - 1).map(lambda n: n + MAPPED_LOW)
# near each other, at the ends of halves and of families, and anywhere
NUMBERS = st.one_of(
    FOUR,
    st.integers(0, TOP - 1),
    st.integers(0, 300).map(lambda n: MAPPED_LOW + n),
    st.sampled_from([0, 1, (1 << 64) - 1, 1 << 64, MAPPED_LOW - 1, MAPPED_LOW,
                     MAPPED_LOW + (1 << 32) - 1, MAPPED_LOW + (1 << 32), TOP - 1]),
    st.builds(lambda h, n: (h << 64) | n, st.integers(0, 3), st.integers(0, 9)),
)  # fmt: skip


class Plain:
    """What is known of an address, the slow and certain way."""

    def __init__(self, spans: list[tuple[int, int, int]]) -> None:
        self.spans = spans
        self.starts = [s for s, _, _ in spans]

    def find(self, text: str) -> int:
        """The code of the range that holds the address, -1 where none does."""
        parsed = ipaddress.ip_address(text)
        number = number_of(parsed)
        at = bisect.bisect_right(self.starts, number) - 1
        if at < 0 or number > self.spans[at][1]:
            return -1
        return self.spans[at][2]


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Sorted ranges without overlaps, some of them neighbours, none across the two families."""
    edges = sorted(draw(st.sets(NUMBERS, max_size=24)))
    cuts = (MAPPED_LOW - 1, MAPPED_LOW + (1 << 32) - 1)
    found = []
    for start, after in itertools.pairwise(edges):
        kind = draw(st.sampled_from(["gap", "touching", "one"]))
        end = {"gap": start + (after - start) // 2, "touching": after - 1, "one": start}[kind]
        end = min([end, *(c for c in cuts if start <= c < end)])
        found.append((start, min(end, after - 1), draw(st.integers(0, 300))))
    return found


def made(found: list[tuple[int, int, int]]) -> ranges.Ranges:
    bounds = (*halves_of([s for s, _, _ in found]), *halves_of([e for _, e, _ in found]))
    return ranges.Ranges.of(bounds, np.array([c for _, _, c in found], dtype=np.int32))


@given(spans(), st.lists(NUMBERS, max_size=30))
@settings(max_examples=300, deadline=None)
def test_look_up_agrees_with_the_reference(
    found: list[tuple[int, int, int]], asked: list[int]
) -> None:
    near = [n for s, e, _ in found for n in (s - 1, s, e, e + 1)]
    texts = [address.spelled(n) for n in [*asked, *near] if 0 <= n < TOP]
    plain = Plain(found)
    high, low, known = numbers(texts)
    assert known.all()
    assert made(found).find(high, low).tolist() == [plain.find(t) for t in texts]


@given(spans(), st.lists(st.integers(0, (1 << 32) - 1), max_size=30))
@settings(max_examples=25, deadline=None)
def test_the_table_of_blocks_agrees_with_the_search(
    found: list[tuple[int, int, int]], asked: list[int]
) -> None:
    near = [n - MAPPED_LOW for s, e, _ in found for n in (s - 1, s, e, e + 1, (e | 255) + 1)]
    four = np.array([n for n in [*asked, *near] if 0 <= n < 1 << 32], dtype=np.uint32)
    one = made(found)
    plain = Plain(found)
    expected = [plain.find(str(ipaddress.IPv4Address(int(n)))) for n in four]
    assert one.find_four(four).tolist() == expected  # few: by search
    many = np.resize(four, ranges.MANY) if len(four) else np.zeros(ranges.MANY, np.uint32)
    assert one.find_four(many)[: len(four)].tolist() == expected  # many: by table


@pytest.mark.parametrize("name", ["address_located", "address_registered", "address_network"])
def test_shipped_lists_agree_with_the_reference(name: str) -> None:
    table = lists.arrow(name)
    columns = table.to_pydict()
    found = [
        ((a << 64) | b, (c << 64) | d, at)
        for at, (a, b, c, d) in enumerate(
            zip(*(columns[b] for b in ranges.BOUNDS), strict=True)
        )
    ]  # fmt: skip
    assert all(s <= e for s, e, _ in found)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(found))
    plain = Plain(found)
    random = np.random.default_rng(5)
    four = random.integers(0, 1 << 32, 3000).tolist()
    six = [
        (0x2000 << 112) | (int(h) << 64) | int(n) for h, n in random.integers(0, 1 << 48, (3000, 2))
    ]
    ends = [n for s, e, _ in found[:: len(found) // 500] for n in (s - 1, s, e, e + 1)]
    texts = [address.spelled(n) for n in [*(f + MAPPED_LOW for f in four), *six, *ends]]
    answers = ranges.load(lists.one(name)).texts(*numbers(texts)[:2])
    for column, given_texts in answers.items():
        said = columns[column]
        expected = [said[at] if (at := plain.find(t)) >= 0 else None for t in texts]
        assert given_texts == expected
    assert sum(t is not None for t in next(iter(answers.values()))) > 2000


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_numbers_are_those_of_ipaddress(
    one: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    high, low, known = numbers([str(one)])
    assert known.tolist() == [True]
    assert (int(high[0]) << 64) | int(low[0]) == number_of(one)
    if one.version == 4:
        assert numbers([f"::ffff:{one}"])[1].tolist() == low.tolist()


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "::g", "1::2::3", "example.org",
             "1.2.3.4\0", "::1\0", "\udcff", "²", None, " 1.2.3.4", "1.2.3.4/32"],
)  # fmt: skip
def test_what_is_no_address_is_unknown(text: str | None) -> None:
    assert numbers([text, "10.0.0.1"])[2].tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1.2.3.4", "::102:304"),
        ("host", None),
        (None, None),
    ],
)
def test_canonical_text(text: str | None, expected: str | None) -> None:
    assert canonical(text) == expected


def test_no_ranges_no_answers() -> None:
    high, low, _ = numbers(["0.0.0.0", "8.8.8.8", "::", "ffff::"])
    assert made([]).find(high, low).tolist() == [-1] * 4


TEXTS = st.one_of(
    st.none(),
    st.text("0123456789.:af%/ \0é１", max_size=17),
    st.lists(st.integers(0, 300), min_size=3, max_size=5).map(lambda o: ".".join(map(str, o))),
    st.tuples(*[st.sampled_from(("0", "00", "7", "07", "255", "256", "1000", ""))] * 4).map(
        ".".join
    ),
    st.ip_addresses().map(str),
)


@given(st.lists(TEXTS, max_size=40), st.integers(0, 3))
def test_many_texts_are_read_like_one(texts: list[str | None], skipped: int) -> None:
    column = pa.array(texts, pa.string()).slice(min(skipped, len(texts)))
    high, low, known = numbers(column)
    for text, h, n, is_known in zip(
        column.to_pylist(), high.tolist(), low.tolist(), known.tolist(), strict=True
    ):
        raw = packed(text)
        assert is_known == (raw is not None)
        assert (h << 64 | n).to_bytes(16, "big") == (raw or bytes(16))


def test_a_lone_surrogate_is_no_address() -> None:
    assert numbers(["\ud800", "192.0.2.1"])[2].tolist() == [False, True]
