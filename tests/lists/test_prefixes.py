"""Nested prefixes, against asking every prefix about every address."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from evenhand.lists.prefixes import Span, flat, parts

# few addresses, so that prefixes lie inside one another all the time
NETS = st.builds(
    lambda first, bits: ipaddress.ip_network((0xC0000200 + first, 32 - bits), strict=False),
    st.integers(0, 31),
    st.integers(0, 5),
)


@given(st.lists(NETS, unique=True, max_size=20))
def test_the_longest_prefix_speaks_of_each_address(nets: list[ipaddress.IPv4Network]) -> None:
    found = list(flat(s for net in nets for s in parts(net, str(net))))
    said = {a: s.said for s in found for a in range(s.start, s.end + 1)}
    assert len(said) == sum(s.end - s.start + 1 for s in found)
    assert [s.start for s in found] == sorted(s.start for s in found)
    for offset in range(32):
        address = ipaddress.IPv4Address(0xC0000200 + offset)
        holders = [n for n in nets if address in n]
        expected = str(max(holders, key=lambda n: n.prefixlen)) if holders else None
        assert said.get((0xFFFF << 32) + int(address)) == expected


def test_neighbours_that_say_the_same_are_one() -> None:
    found = list(flat([Span(4, 7, "a"), Span(0, 3, "a"), Span(8, 8, "b")]))
    assert found == [Span(0, 7, "a"), Span(8, 8, "b")]


def test_an_ipv6_prefix_says_nothing_of_mapped_ipv4_addresses() -> None:
    found = list(parts(ipaddress.ip_network("::/0"), "all"))
    mapped = 0xFFFF << 32
    assert [(s.start <= mapped <= s.end) for s in found] == [False, False]
    assert found[0].end == mapped - 1 and found[1].start == mapped + (1 << 32)
