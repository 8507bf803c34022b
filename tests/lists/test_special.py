"""Special-purpose addresses, against those that `ipaddress` knows."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand import lists
from evenhand.errors import Mistakes
from evenhand.lists import special
from evenhand.lists.address import numbers
from evenhand.lists.prefixes import flat

LIST = special.load(lists.one("address_special"))


def name_of(text: str) -> str | None:
    high, low, known = numbers([text])
    assert known.all()
    return LIST.texts(high, low)["special"][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.255.255.255", "private"), ("172.31.0.1", "private"), ("172.32.0.1", None),
        ("192.168.0.0", "private"), ("100.64.0.1", "shared"), ("100.128.0.0", None),
        ("127.0.0.1", "loopback"), ("::1", "loopback"), ("169.254.1.1", "link local"),
        ("fe80::1", "link local"), ("224.0.0.251", "multicast"), ("ff02::fb", "multicast"),
        ("192.0.2.9", "documentation"), ("198.51.100.1", "documentation"),
        ("203.0.113.255", "documentation"), ("2001:db8:ffff::", "documentation"),
        ("3fff:fff::1", "documentation"), ("198.19.255.255", "benchmarking"),
        ("240.0.0.1", "reserved"), ("255.255.255.255", "broadcast"), ("fd00::1", "unique local"),
        ("2002:808:808::1", "6to4"), ("2001:0:1::1", "teredo"), ("64:ff9b::8.8.8.8", "nat64"),
        ("192.0.0.9", "anycast service"), ("192.0.0.200", "protocol assignment"),
        ("0.0.0.0", "unspecified"), ("0.1.2.3", "this network"), ("::", "unspecified"),
        ("::ffff:10.0.0.1", "private"), ("::ffff:8.8.8.8", None), ("8.8.8.8", None),
        ("2606:4700::1111", None), ("2a00::", None), ("2001:4860::", None), ("2001:200::", None),
    ],
)  # fmt: skip
def test_named(text: str, expected: str | None) -> None:
    assert name_of(text) == expected


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@settings(max_examples=500)
def test_whatever_python_knows_as_special_has_a_name(
    one: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    mapped = one.ipv4_mapped if isinstance(one, ipaddress.IPv6Address) else None
    asked = mapped or one
    if asked.is_multicast or asked.is_private or asked.is_reserved or asked.is_link_local:
        assert name_of(str(asked)) is not None


def test_the_longest_prefix_names_an_address_whatever_the_order() -> None:
    rows = [
        {"prefix": "192.0.2.64/26", "special": "inner"},
        {"prefix": "192.0.2.0/24", "special": "outer"},
        {"prefix": "192.0.2.65/32", "special": "one"},
    ]
    for ordered in (rows, rows[::-1]):
        found = list(flat(special.spans(ordered, Path("x"))))
        names = [(s.end - s.start + 1, s.said) for s in found]
        assert names == [(64, "outer"), (1, "inner"), (1, "one"), (62, "inner"), (128, "outer")]


def test_every_wrong_row_is_named() -> None:
    rows = [{"prefix": "10.0.0.1/8", "special": "a"}, {"prefix": "x", "special": "b"},
            {"prefix": "::/8", "special": ""}, {"prefix": "fc00::/7", "special": "c"},
            {"prefix": "fc00::/7", "special": "d"}]  # fmt: skip
    with pytest.raises(Mistakes) as caught:
        special.spans(rows, Path("p.csv"))
    assert [line.split(": ")[0] for line in caught.value.lines] == [
        "p.csv:2", "p.csv:3", "p.csv:4", "p.csv:6",
    ]  # fmt: skip
