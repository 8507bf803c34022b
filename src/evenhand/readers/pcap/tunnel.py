"""Tunnels: from what an IP packet carries to the next header inside it.

As in `link`, each function takes (bytes, start, end) and gives (kind, start, end) or None.

Spec: RFC 2784, 2890, 2637 (GRE); RFC 7348 (VXLAN); RFC 8926 (GENEVE); RFC 4380 (Teredo);
RFC 2661 (L2TP); RFC 3378 (EtherIP); 3GPP TS 29.281 (GTP-U); draft-foschiano-erspan.
"""

from __future__ import annotations

from typing import Any

from evenhand.readers.pcap.link import (
    ETHERNET,
    FRAMES,
    IP,
    IPV4,
    IPV6,
    MPLS,
    PPP,
    Reader,
    Step,
    half,
)

ERSPAN_2, ERSPAN_3, WCCP = 0x88BE, 0x22EB, 0x883E


def gre(data: Any, at: int, end: int) -> Step:
    """RFC 2784 and 2890 (version 0), RFC 2637 (version 1, PPTP)."""
    if end - at < 4:
        return None
    flags, kind = half(data, at), half(data, at + 2)
    after = at + 4
    if flags & 7 == 1:
        after += 4 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x80 else 0)
        return (PPP, after, end) if kind == 0x880B else None
    if flags & 7 or flags & 0x4000:
        return None  # unknown version, or source routes (deprecated by RFC 2784)
    after += 4 * (bool(flags & 0x8000) + bool(flags & 0x2000) + bool(flags & 0x1000))
    if kind == ERSPAN_2:  # type I has no header of its own and no sequence number
        return ETHERNET, after + (8 if flags & 0x1000 else 0), end
    if kind == ERSPAN_3:
        optional = end - after >= 12 and data[after + 11] & 1
        return ETHERNET, after + (20 if optional else 12), end
    if kind == WCCP:  # version 2 puts a redirect header of four bytes before the packet
        redirect = end > after and data[after] >> 4 != 4
        return IPV4, after + (4 if redirect else 0), end
    return (kind, after, end) if kind in FRAMES or kind in (IPV4, IPV6) else None


def vxlan(data: Any, at: int, end: int) -> Step:
    """RFC 7348: flag I set, then an Ethernet frame."""
    return (ETHERNET, at + 8, end) if end - at >= 8 and data[at] & 0x08 else None


def vxlan_linux(data: Any, at: int, end: int) -> Step:
    """VXLAN on the port that Linux used before there was one: not a bit may be odd."""
    if end - at < 8 or data[at : at + 4] != b"\x08\0\0\0" or data[at + 7]:
        return None
    return ETHERNET, at + 8, end


def vxlan_gpe(data: Any, at: int, end: int) -> Step:
    """VXLAN with a next protocol in its fourth byte."""
    if end - at < 8 or not data[at] & 0x08:
        return None
    kind = {1: IPV4, 2: IPV6, 3: ETHERNET, 4: 0x894F}.get(data[at + 3])
    return None if kind is None else (kind, at + 8, end)


def geneve(data: Any, at: int, end: int) -> Step:
    """RFC 8926: options of a stated length, then what the protocol type says."""
    if end - at < 8 or data[at] >> 6:
        return None
    return half(data, at + 2), at + 8 + 4 * (data[at] & 0x3F), end


def gtp(data: Any, at: int, end: int) -> Step:
    """3GPP TS 29.281 §5: a G-PDU (type 255) carries a user's IP packet."""
    if end - at < 8 or data[at] >> 5 != 1 or not data[at] & 0x10 or data[at + 1] != 0xFF:
        return None
    flags, after = data[at] & 7, at + 8
    if flags:
        after += 4
        if after > end:
            return None
        following = data[after - 1] if flags & 4 else 0
        while following:
            if after >= end or not data[after]:
                return None
            after += 4 * data[after]
            if after > end:
                return None
            following = data[after - 1]
    return IP, after, end


def teredo(data: Any, at: int, end: int) -> Step:
    """RFC 4380 §5.1: optional authentication and origin, then an IPv6 packet."""
    if end - at >= 4 and half(data, at) == 1:
        at += 4 + data[at + 2] + data[at + 3] + 9
    if end - at >= 8 and half(data, at) == 0:
        at += 8
    return (IPV6, at, end) if end - at >= 40 and data[at] >> 4 == 6 else None


def l2tp(data: Any, at: int, end: int) -> Step:
    """RFC 2661 §3.1: a data message of version 2 carries PPP."""
    if end - at < 6:
        return None
    flags, after = half(data, at), at + 2
    if flags & 0x8000 or flags & 0xF != 2:
        return None
    after += (2 if flags & 0x4000 else 0) + 4 + (4 if flags & 0x0800 else 0)
    if flags & 0x0200:
        if end - after < 2:
            return None
        after += 2 + half(data, after)
    return PPP, after, end


def etherip(data: Any, at: int, end: int) -> Step:
    """RFC 3378: version 3, then an Ethernet frame."""
    return (ETHERNET, at + 2, end) if end - at >= 2 and data[at] >> 4 == 3 else None


def inner_ipv4(data: Any, at: int, end: int) -> Step:
    """RFC 2003: IPv4 in IP."""
    return IPV4, at, end


def inner_ipv6(data: Any, at: int, end: int) -> Step:
    """RFC 2473, 4213: IPv6 in IP."""
    return IPV6, at, end


def inner_mpls(data: Any, at: int, end: int) -> Step:
    """RFC 4023, 7510: MPLS in IP or UDP."""
    return MPLS, at, end


# Registered ports and protocol numbers (IANA); a tunnel on another port is not recognised.
PORTS: dict[int, Reader] = {
    1701: l2tp,
    2152: gtp,
    3544: teredo,
    4754: gre,
    4789: vxlan,
    4790: vxlan_gpe,
    6081: geneve,
    6635: inner_mpls,
    8472: vxlan_linux,
}
PROTOCOLS: dict[int, Reader] = {
    4: inner_ipv4,
    41: inner_ipv6,
    47: gre,
    97: etherip,
    137: inner_mpls,
}
