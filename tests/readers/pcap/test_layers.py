"""Link layers and tunnels: the outermost and the innermost IP header of every packet."""

from __future__ import annotations

import struct

import pytest

from . import make
from .reading import facts

INNER = make.ipv4(make.A, make.B, 17, make.udp(1000, 9, b"inner data"))
INNER_6 = make.ipv6(make.SIX, make.SEVEN, 17, make.udp(1000, 9, b"inner data"))
LLC = b"\xaa\xaa\3\0\0\0\x08\0"
WIFI = b"\x88\1\0\0" + bytes(20) + b"\0\0" + LLC
WIFI_PADDED = WIFI[: -len(LLC)] + b"\0\0" + LLC
ATTRIBUTE = struct.pack("<HH", 4 + len(INNER), 9)
SESSION = b"\x11\0\0\1" + struct.pack(">H", len(INNER) + 2)

LINKS = {
    "loopback, little": (0, struct.pack("<I", 2) + INNER),
    "loopback, big": (0, struct.pack(">I", 2) + INNER),
    "loop": (108, struct.pack(">I", 24) + INNER_6),
    "raw": (101, INNER),
    "raw 6": (101, INNER_6),
    "PPP": (9, b"\xff\3\0\x21" + INNER),
    "PPP, compressed": (9, b"\x21" + INNER),
    "Cisco HDLC": (104, b"\x0f\0\x08\0" + INNER),
    "cooked": (113, bytes(14) + b"\x08\0" + INNER),
    "cooked 2": (276, b"\x08\0" + bytes(18) + INNER),
    "802.11": (105, WIFI + INNER),
    "radiotap": (127, b"\0\0\x09\0" + bytes(5) + WIFI + INNER),
    "netfilter log": (239, b"\2\0\0\0" + b"\x08\0\1\0abcd" + ATTRIBUTE + INNER),
    "radiotap, padded": (
        127, b"\0\0\x12\0\3\0\0\0" + bytes(8) + b"\x20\0" + WIFI_PADDED + INNER
    ),
    "radiotap, no clock": (127, b"\0\0\x0a\0" + b"\2\0\0\0" + b"\x20\0" + WIFI_PADDED + INNER),
    "radiotap, two words": (
        127, b"\0\0\x0d\0" + b"\2\0\0\x80" + bytes(4) + b"\x20" + WIFI_PADDED + INNER
    ),
    "encapsulated": (109, struct.pack("<III", 2, 7, 1) + INNER),
    "packet filter": (117, b"\x3d" + bytes(63) + INNER),
    "SLIP": (8, bytes(16) + INNER),
    "FDDI": (10, b"\x50" + bytes(12) + LLC + INNER),
    "ATM": (100, LLC + INNER),
    "frame relay": (107, b"\x18\x41\x03\xcc" + INNER),
    "fibre channel": (122, bytes(16) + LLC + INNER),
    "InfiniBand": (242, bytes(40) + b"\x86\xdd\0\0" + INNER_6),
    "net analyzer": (240, bytes(4) + make.eth(INNER)),
    "VLAN": (1, make.eth(INNER, tags=b"\x81\0\0\5")),
    "VLAN twice": (1, make.eth(INNER_6, 0x86DD, tags=b"\x88\xa8\0\5\x81\0\0\6")),
    "VLAN three times": (1, make.eth(INNER, tags=b"\x88\xa8\0\5\x81\0\0\6\x81\0\0\7")),
    "LLC": (1, make.eth(LLC + INNER, len(LLC + INNER))),
    "MPLS": (1, make.eth(b"\0\x01\x00\xff" + b"\0\x01\x11\xff" + INNER, 0x8847)),
    "MPLS, Ethernet": (1, make.eth(b"\0\x01\x11\xff" + bytes(4) + make.eth(INNER), 0x8847)),
    "PPPoE": (1, make.eth(SESSION + b"\0\x21" + INNER, 0x8864)),
    "PBB": (1, make.eth(bytes(4) + make.eth(INNER), 0x88E7)),
}  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_every_link_layer_leads_to_the_packet(name: str) -> None:
    link, frame = LINKS[name]
    found = facts(make.pcap(frame, link=link))
    ends = (make.SIX, 1000, make.SEVEN, 9) if INNER_6 in frame else (make.A, 1000, make.B, 9)
    assert found.layer("outer") == found.layer("inner") == [(*ends, "udp", 1, len(frame), 0, 0)]


def outer(protocol: int, payload: bytes) -> bytes:
    return make.ipv4(make.B, make.C, protocol, payload)


def outer_udp(port: int, payload: bytes) -> bytes:
    return outer(17, make.udp(5555, port, payload))


TUNNELS = {
    "IP in IP": outer(4, INNER),
    "6in4": outer(41, INNER_6),
    "GRE": outer(47, b"\0\0\x08\0" + INNER),
    "GRE, key and sequence": outer(47, b"\x30\0\x08\0" + bytes(8) + INNER),
    "GRE, Ethernet": outer(47, b"\0\0\x65\x58" + make.eth(INNER)),
    "PPTP": outer(47, b"\x30\1\x88\x0b" + bytes(8) + b"\xff\3\0\x21" + INNER),
    "ERSPAN 1": outer(47, b"\0\0\x88\xbe" + make.eth(INNER)),
    "ERSPAN 2": outer(47, b"\x10\0\x88\xbe" + bytes(12) + make.eth(INNER)),
    "ERSPAN 3": outer(47, b"\x10\0\x22\xeb" + bytes(4) + bytes(12) + make.eth(INNER)),
    "VXLAN": outer_udp(4789, b"\x08" + bytes(7) + make.eth(INNER)),
    "VXLAN, Linux": outer_udp(8472, b"\x08" + bytes(5) + b"\1\0" + make.eth(INNER)),
    "GENEVE": outer_udp(6081, b"\1\0\x65\x58" + bytes(8) + make.eth(INNER)),
    "GTP-U": outer_udp(2152, b"\x32\xff" + bytes(10) + INNER),
    "GTP-U, extension": outer_udp(2152, b"\x34\xff" + bytes(9) + b"\x85" + b"\1\0\0\0" + INNER),
    "Teredo": outer_udp(3544, INNER_6),
    "Teredo, origin": outer_udp(3544, b"\0\0" + bytes(6) + INNER_6),
    "L2TP": outer_udp(1701, b"\0\2\0\1\0\1" + b"\xff\3\0\x21" + INNER),
    "EtherIP": outer(97, b"\x30\0" + make.eth(INNER)),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_every_tunnel_has_an_outer_and_an_inner_flow(name: str) -> None:
    frame = make.eth(TUNNELS[name])
    found = facts(make.pcap(frame))
    ((client, _, server, *_, packets, size, _, _),) = found.layer("outer")
    assert (client, server, packets, size) == (make.B, make.C, 1, len(frame))
    ends = (make.SIX, 1000, make.SEVEN, 9) if INNER_6 in frame else (make.A, 1000, make.B, 9)
    assert found.layer("inner") == [(*ends, "udp", 1, len(frame), 0, 0)]


def test_a_chain_of_tunnels_has_its_last_header_as_inner() -> None:
    frame = make.eth(outer(4, make.ipv4(make.C, make.A, 47, b"\0\0\x08\0" + INNER)))
    found = facts(make.pcap(frame))
    assert [f[0] for f in found.layer("outer")] == [make.B]
    assert found.layer("inner") == [(make.A, 1000, make.B, 9, "udp", 1, len(frame), 0, 0)]


def test_headers_quoted_in_an_icmp_error_are_no_flow() -> None:
    frame = make.eth(make.ipv4(make.C, make.A, 1, b"\3\3\0\0" + bytes(4) + INNER))
    found = facts(make.pcap(frame))
    assert found.layer("outer") == found.layer("inner")
    assert found.layer("inner") == [(make.C, 0, make.A, 0, "icmp", 1, len(frame), 0, 0)]


def test_extension_headers_lead_to_the_transport() -> None:
    hops = b"\x3c\0" + bytes(6) + b"\x33\0" + bytes(6)  # hop by hop, destination, then AH
    inside = b"\x11\4" + bytes(22) + make.udp(1000, 9)
    frame = make.eth(make.ipv6(make.SIX, make.SEVEN, 0, hops + inside), 0x86DD)
    assert facts(make.pcap(frame)).layer("inner") == [
        (make.SIX, 1000, make.SEVEN, 9, "udp", 1, len(frame), 0, 0)
    ]


def test_other_protocols_are_numbers_without_ports() -> None:
    sctp = make.eth(make.ipv4(make.A, make.B, 132, bytes(range(1, 13))))
    icmp = make.eth(make.ipv6(make.SIX, make.SEVEN, 58, b"\x80\0" + bytes(6)), 0x86DD)
    found = facts(make.pcap(sctp, icmp)).layer("outer")
    assert [(f[1], f[3], f[4]) for f in found] == [(0, 0, "132"), (0, 0, "icmp6")]


def test_encrypted_wifi_and_other_frames_are_no_ip_packets() -> None:
    protected = b"\x08\x41" + bytes(22) + LLC + INNER
    beacon = b"\x80\0" + bytes(22) + LLC + INNER
    assert facts(make.pcap(protected, beacon, link=105)).flows == []
    assert facts(make.pcap(make.eth(b"\0\1\x08\0", 0x0806))).flows == []
