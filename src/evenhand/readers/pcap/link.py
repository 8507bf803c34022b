"""Link layers: from a frame to what it carries, one header at a time.

Each function takes (bytes, start, end) and gives (kind of what follows, its start, its end), or
None where nothing follows that we can read. Kinds are EtherTypes, and above 0xFFFF our own.

Spec: tcpdump.org LINKTYPE_ list; IEEE 802.3, 802.1Q, 802.1ah, 802.2, 802.11; RFC 1661, 2516, 3032.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

ORDERS: tuple[Literal["little"], Literal["big"]] = ("little", "big")
Step = tuple[int, int, int] | None
Reader = Callable[[Any, int, int], Step]

IPV4, IPV6, MPLS = 0x0800, 0x86DD, 0x8847
ETHERNET, PPP, IP, LLC, WIFI, PADDED_WIFI = range(0x10000, 0x10006)
VLANS = (0x8100, 0x88A8, 0x9100, 0x9200)


def half(data: Any, at: int) -> int:
    """Big-endian 16 bits."""
    value: int = data[at] << 8 | data[at + 1]
    return value


def ethernet(data: Any, at: int, end: int) -> Step:
    """IEEE 802.3: a type above 0x5FF, else a length with an LLC header behind it."""
    if end - at < 14:
        return None
    kind = half(data, at + 12)
    if kind >= 0x600:
        return kind, at + 14, end
    return LLC, at + 14, min(end, at + 14 + kind)


def llc(data: Any, at: int, end: int) -> Step:
    """IEEE 802.2: SNAP carries an EtherType, SAP 0x06 an IP packet."""
    if end - at < 3:
        return None
    if data[at] == data[at + 1] == 0xAA and end - at >= 8:
        organisation = bytes(data[at + 3 : at + 6])
        if organisation in (b"\0\0\0", b"\0\0\xf8"):
            return half(data, at + 6), at + 8, end
        return None
    return (IP, at + 3, end) if data[at] == data[at + 1] == 0x06 else None


def vlan(data: Any, at: int, end: int) -> Step:
    """IEEE 802.1Q and 802.1ad tags, and others of the same shape: tag, then a type or length."""
    if end - at < 4:
        return None
    kind = half(data, at + 2)
    return (kind if kind >= 0x600 else LLC), at + 4, end


def pbb(data: Any, at: int, end: int) -> Step:
    """IEEE 802.1ah: four bytes of I-TAG, then the customer's Ethernet frame."""
    return ETHERNET, at + 4, end


def mpls(data: Any, at: int, end: int) -> Step:
    """RFC 3032 label stack; what follows is told by its first four bits (RFC 4928)."""
    while end - at >= 4:
        bottom = data[at + 2] & 1
        at += 4
        if bottom:
            return mpls_payload(data, at, end)
    return None


def mpls_payload(data: Any, at: int, end: int) -> Step:
    """What is below the last label: IP, or Ethernet after a control word (RFC 4448)."""
    if end - at < 1:
        return None
    first = data[at] >> 4
    if first in (4, 6):
        return IP, at, end
    return (ETHERNET, at + 4, end) if first == 0 else None


def pppoe(data: Any, at: int, end: int) -> Step:
    """RFC 2516: version, code (0 is session data), session, length."""
    if end - at < 6 or data[at] != 0x11 or data[at + 1] != 0:
        return None
    return PPP, at + 6, min(end, at + 6 + half(data, at + 4))


def ppp(data: Any, at: int, end: int) -> Step:
    """RFC 1661 and 1662: optional address and control, then a protocol of one or two bytes."""
    if end - at >= 2 and data[at] == 0xFF and data[at + 1] == 0x03:
        at += 2
    if end - at < 2:
        return None
    short = data[at] & 1
    protocol = data[at] if short else half(data, at)
    at += 1 if short else 2
    kinds = {0x21: IPV4, 0x57: IPV6, 0x281: MPLS, 0x283: MPLS, 0x31: ETHERNET + 0x100}
    kind = kinds.get(protocol)
    if kind == ETHERNET + 0x100:  # RFC 3518 bridging: flags, MAC type, then the frame
        return ETHERNET, at + 2, end
    return None if kind is None else (kind, at, end)


def ip(data: Any, at: int, end: int) -> Step:
    """IP of either version, as its first four bits say."""
    if end - at < 1:
        return None
    kind = {4: IPV4, 6: IPV6}.get(data[at] >> 4)
    return None if kind is None else (kind, at, end)


def null(data: Any, at: int, end: int) -> Step:
    """BSD loopback: an address family in the byte order of the machine that captured."""
    if end - at < 4:
        return None
    family = int.from_bytes(data[at : at + 4], "little")
    if family > 0xFFFF:
        family = int.from_bytes(data[at : at + 4], "big")
    return (IP, at + 4, end) if family in (2, 10, 23, 24, 28, 30) else None


def sll(data: Any, at: int, end: int) -> Step:
    """Linux cooked capture, 16 bytes, the EtherType last."""
    if end - at < 16:
        return None
    kind = half(data, at + 14)
    return (kind if kind >= 0x600 else LLC), at + 16, end


def sll2(data: Any, at: int, end: int) -> Step:
    """Linux cooked capture v2, 20 bytes, the EtherType first."""
    if end - at < 20:
        return None
    kind = half(data, at)
    return (kind if kind >= 0x600 else LLC), at + 20, end


def hdlc(data: Any, at: int, end: int) -> Step:
    """Cisco HDLC: address, control, EtherType."""
    return (half(data, at + 2), at + 4, end) if end - at >= 4 else None


def ppp_or_hdlc(data: Any, at: int, end: int) -> Step:
    """PPP in HDLC-like framing; address 0x0F or 0x8F means Cisco HDLC."""
    if end - at >= 1 and data[at] in (0x0F, 0x8F):
        return hdlc(data, at, end)
    return ppp(data, at, end)


def ppp_directed(data: Any, at: int, end: int) -> Step:
    """A direction byte, then PPP."""
    return ppp(data, at + 1, end)


def nflog(data: Any, at: int, end: int) -> Step:
    """Linux netfilter log: attributes in the capturing machine's order, 9 is the packet."""
    if end - at < 4:
        return None
    kind = {2: IPV4, 10: IPV6}.get(data[at], IP)
    at += 4
    while end - at >= 4:
        for order in ORDERS:
            size = int.from_bytes(data[at : at + 2], order)
            code = int.from_bytes(data[at + 2 : at + 4], order)
            if 4 <= size <= end - at and code & 0x7FFF < 256:
                break
        else:
            return None
        if code & 0x7FFF == 9:
            return kind, at + 4, at + size
        at += (size + 3) // 4 * 4
    return None


def radiotap(data: Any, at: int, end: int) -> Step:
    """Radiotap: a header with its own little-endian length, then an 802.11 frame."""
    if end - at < 8 or data[at] != 0:
        return None
    after = at + (data[at + 2] | data[at + 3] << 8)
    return (PADDED_WIFI if _is_padded(data, at, min(after, end)) else WIFI), after, end


def _is_padded(data: Any, at: int, end: int) -> bool:
    """Whether radiotap's flags (field 1, behind a clock where field 0 is there) say so."""
    place, words = at + 4, 0
    while place + 4 <= end and words < 8:
        words += 1
        place += 4
        if not data[place - 1] & 0x80:  # no further word of fields
            break
    present = data[at + 4] & 3
    if present & 1:
        place += -(place - at) % 8 + 8
    return bool(present & 2) and place < end and bool(data[place] & 0x20)


def prism(data: Any, at: int, end: int) -> Step:
    """Prism monitor header, 144 bytes (or AVS, whose length stands in its second word)."""
    if end - at < 8:
        return None
    if data[at : at + 2] == b"\x80\x21":
        return WIFI, at + int.from_bytes(data[at + 4 : at + 8], "big"), end
    return WIFI, at + 144, end


def ppi(data: Any, at: int, end: int) -> Step:
    """Per-packet information: length and link type, both little-endian."""
    if end - at < 8:
        return None
    link = LINKS.get(int.from_bytes(data[at + 4 : at + 8], "little"))
    after = at + (data[at + 2] | data[at + 3] << 8)
    return None if link is None or link is ppi or after > end else link(data, after, end)


def pktap(data: Any, at: int, end: int) -> Step:
    """Apple's PKTAP: length at 0, link type at 8, both little-endian."""
    if end - at < 12:
        return None
    after = at + int.from_bytes(data[at : at + 4], "little")
    link = LINKS.get(int.from_bytes(data[at + 8 : at + 12], "little"))
    return None if link is None or link is pktap or after > end else link(data, after, end)


def wifi(data: Any, at: int, end: int) -> Step:
    """IEEE 802.11: unencrypted data frames carry an LLC header."""
    if end - at < 24 or data[at] & 0x0C != 0x08 or data[at] & 0x40:
        return None  # no data frame, or one without data
    flags, size = data[at + 1], 24
    if flags & 0x40:
        return None  # protected: encrypted
    if flags & 3 == 3:
        size += 6
    if data[at] & 0x80:
        if end - at >= size + 2 and data[at + size] & 0x80:
            return None  # several frames in one (A-MSDU)
        size += 2
        if flags & 0x80:
            size += 4
    return LLC, at + size, end


def padded_wifi(data: Any, at: int, end: int) -> Step:
    """IEEE 802.11 whose header some cards make a multiple of four bytes long."""
    found = wifi(data, at, end)
    return None if found is None else (LLC, found[1] + (at - found[1]) % 4, end)


def enc(data: Any, at: int, end: int) -> Step:
    """OpenBSD's encapsulated packets: family, index and flags, then IP in the clear."""
    return ip(data, at + 12, end)


def pflog(data: Any, at: int, end: int) -> Step:
    """A packet filter's log: a header of its own length, to the next four bytes, then IP."""
    return ip(data, at + (data[at] + 3) // 4 * 4, end) if end - at >= 4 else None


def slip(data: Any, at: int, end: int) -> Step:
    """SLIP as BSD captures it: 16 bytes, then IP."""
    return ip(data, at + 16, end)


def fddi(data: Any, at: int, end: int) -> Step:
    """FDDI: frame control and two addresses, then LLC."""
    return LLC, at + 13, end


def fibre_channel(data: Any, at: int, end: int) -> Step:
    """RFC 2625: two addresses of eight bytes, then LLC."""
    return LLC, at + 16, end


def infiniband(data: Any, at: int, end: int) -> Step:
    """RFC 4391: a routing header of 40 bytes, EtherType, two bytes of nothing."""
    return (half(data, at + 40), at + 44, end) if end - at >= 44 else None


def net_analyzer(data: Any, at: int, end: int) -> Step:
    """Four bytes of the device before an Ethernet frame."""
    return ethernet(data, at + 4, end)


def frame_relay(data: Any, at: int, end: int) -> Step:
    """RFC 2427: an address of two bytes, 0x03, a kind of network."""
    if end - at < 4 or not data[at + 1] & 1 or data[at + 2] != 3:
        return None
    return {0xCC: (IPV4, at + 4, end), 0x8E: (IPV6, at + 4, end)}.get(data[at + 3])


def raw_mpls(data: Any, at: int, end: int) -> Step:
    """MPLS without a link header."""
    return MPLS, at, end


LINKS: dict[int, Reader] = {
    0: null, 1: ethernet, 8: slip, 9: ppp_or_hdlc, 10: fddi, 11: llc, 12: ip, 14: ip,
    50: ppp_or_hdlc, 51: pppoe, 100: llc, 101: ip, 104: hdlc, 105: wifi, 107: frame_relay,
    108: null, 109: enc, 113: sll, 117: pflog, 119: prism, 122: fibre_channel, 127: radiotap,
    163: prism, 166: ppp_directed, 192: ppi, 204: ppp_directed, 219: raw_mpls, 228: ip, 229: ip,
    239: nflog, 240: net_analyzer, 242: infiniband, 258: pktap, 276: sll2,
}  # fmt: skip


def nsh(data: Any, at: int, end: int) -> Step:
    """RFC 8300 network service header: its length in words, then a next protocol."""
    if end - at < 8:
        return None
    kind = {1: IPV4, 2: IPV6, 3: ETHERNET, 5: MPLS}.get(data[at + 3])
    return None if kind is None else (kind, at + (data[at + 1] & 0x3F) * 4, end)


def bridge_port(data: Any, at: int, end: int) -> Step:
    """IEEE 802.1BR E-TAG: six bytes, then an EtherType."""
    return (half(data, at + 6), at + 8, end) if end - at >= 8 else None


def vn_tag(data: Any, at: int, end: int) -> Step:
    """Cisco VN-Tag: four bytes, then an EtherType."""
    return (half(data, at + 4), at + 6, end) if end - at >= 6 else None


FRAMES: dict[int, Reader] = {
    **dict.fromkeys(VLANS, vlan),
    0x8926: vn_tag,
    0x8909: bridge_port,  # Cisco metadata: its EtherType stands six bytes in as well
    0x88E7: pbb,
    MPLS: mpls,
    0x8848: mpls,
    0x8864: pppoe,
    0x880B: ppp,
    0x6558: ethernet,
    0x893F: bridge_port,
    0x894F: nsh,
    ETHERNET: ethernet,
    PPP: ppp,
    IP: ip,
    LLC: llc,
    WIFI: wifi,
    PADDED_WIFI: padded_wifi,
}
