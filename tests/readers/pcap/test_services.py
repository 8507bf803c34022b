"""HTTPS and SVCB records, and names that resolvers give addresses (PTR).

Spec: RFC 9460 (its Appendix D gives the wire forms used here); RFC 1035 §3.5; RFC 3596 §2.5.
"""

from __future__ import annotations

import struct

import pytest

from evenhand.readers.pcap import dns
from tests.readers.pcap import make
from tests.readers.pcap.reading import Facts, facts

OWNER = b"\xc0\x0c"


def told(name: str, *records: bytes, port: int = 53) -> Facts:
    """What a resolver's answer shows."""
    message = make.response(name, *records)
    frame = make.eth(make.ipv4(make.B, make.A, 17, make.udp(port, 40000, message)))
    return facts(make.pcap(frame))


def parameter(key: int, value: bytes) -> bytes:
    return struct.pack(">HH", key, len(value)) + value


def service(priority: int, target: str, *parameters: bytes) -> bytes:
    return priority.to_bytes(2, "big") + make.dns_name(target) + b"".join(parameters)


def test_a_service_with_everything() -> None:
    data = service(
        1, "edge.example.net",
        parameter(1, b"\2h2\2h3"), parameter(3, b"\x20\xfb"), parameter(4, b"\xc0\0\2\1\xc0\0\2\2"),
        parameter(5, b"key"), parameter(6, bytes.fromhex("20010db8") + bytes(11) + b"\1"),
    )  # fmt: skip
    found = told("_8443._https.www.example", make.record(OWNER, 65, data))
    (row,) = found.services
    assert (row.name, row.kind, row.priority) == ("_8443._https.www.example", "https", 1)
    assert (row.target, row.port, row.alpn) == ("edge.example.net", 8443, "h2,h3")
    assert list(row.addresses) == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert row.encrypted_hello is True
    hints = {n for s, n, a in found.named() if s == "dns service" and a == "2001:db8::1"}
    assert hints == {"www.example", "edge.example.net"}
    assert len([1 for s, _, _ in found.named() if s == "dns service"]) == 6


def test_the_owner_itself_and_an_alias() -> None:
    itself = make.record(OWNER, 65, service(1, "", parameter(4, b"\xc0\0\2\1")))
    alias = make.record(OWNER, 64, service(0, "other.example"))
    found = told("www.example", itself, alias)
    assert [(r.priority, r.target, r.encrypted_hello) for r in found.services] == [
        (0, "other.example", False), (1, None, False),
    ]  # fmt: skip
    assert {(s, n, a) for s, n, a in found.named() if s == "dns service"} == {
        ("dns service", "www.example", "192.0.2.1"),
        ("dns service", "other.example", None),
    }


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 9, 10])
def test_what_does_not_fit_its_record_is_not_believed(cut: int) -> None:
    data = service(1, "", parameter(4, b"\xc0\0\2\1"))[:-cut]
    found = told("www.example", make.record(OWNER, 65, data))
    assert not found.services
    assert {s for s, _, _ in found.named()} == {"dns question"}


@pytest.mark.parametrize(
    ("owner", "address"),
    [
        ("7.2.0.192.in-addr.arpa", "192.0.2.7"),
        (".".join(reversed("20010db8" + "0" * 23 + "1")) + ".ip6.arpa", "2001:db8::1"),
    ],
)
def test_a_pointer_names_its_address_and_is_a_source_of_its_own(owner: str, address: str) -> None:
    found = told(owner, make.record(OWNER, 12, make.dns_name("host.example")))
    assert found.named() == {
        ("dns question", owner, None), ("dns pointer", "host.example", address),
    }  # fmt: skip


@pytest.mark.parametrize(
    "owner",
    ["1.2.3.in-addr.arpa", "1.2.3.256.in-addr.arpa", "a.b.c.d.in-addr.arpa", "_ipp._tcp.example"],
)
def test_pointers_that_are_not_of_an_address(owner: str) -> None:
    found = told(owner, make.record(OWNER, 12, make.dns_name("host.example")))
    assert found.named() == {("dns question", owner, None)}


def test_multicast_is_kept_apart() -> None:
    pointer = make.record(OWNER, 12, make.dns_name("host.local"))
    found = told("7.2.0.192.in-addr.arpa", pointer, port=5353)
    assert {s for s, _, _ in found.named()} == {"mdns"}


def test_labels_with_odd_numbers() -> None:
    assert dns.reversed_address((b"+1", b"2", b"3", b"4", b"in-addr", b"arpa")) == b""
    assert dns.reversed_address((b"\xb2", b"2", b"3", b"4", b"in-addr", b"arpa")) == b""
