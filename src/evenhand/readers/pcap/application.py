"""Application protocols: told by the first bytes that a flow carries, some by their port as well.

Spec: RFC 9112, 9113 (HTTP), 8446 (TLS), 9147 (DTLS), 9000 (QUIC), 4253 (SSH), 5321 (SMTP), 959
(FTP), 3501 (IMAP), 1939 (POP3), 3261 (SIP), 7826 (RTSP), 8489 (STUN), 5905 (NTP), 2131 (DHCP),
8415 (DHCPv6), 3411 (SNMP), 7252 (CoAP), 7296 (IKE), 7858 (DoT), 8484 (DoH), 9250 (DoQ); MQTT 5.0.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers.pcap import http, names
from evenhand.readers.pcap.packet import TCP, UDP

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

# name → whether what it carries is encrypted; None: either, or part of it
ENCRYPTED: dict[str, bool | None] = {
    "": None, "tls": True, "quic": True, "gquic": True, "dtls": True, "ssh": True, "dot": True,
    "doq": True, "doh": True, "wireguard": True, "ike": None, "http": False, "http2": False,
    "dns": False, "mdns": False, "llmnr": False, "netbios": False, "ssdp": False, "stun": None,
    "ntp": False, "mqtt": False, "smtp": None, "ftp": None, "imap": None, "pop3": None,
    "sip": None, "rtsp": None, "bittorrent": None, "smb": None, "telnet": False, "dhcp": False,
    "dhcp6": False, "snmp": None, "syslog": False, "tftp": False, "coap": False, "modbus": False,
    "gre": None, "ip in ip": None, "vxlan": None, "geneve": None, "gtp": None, "teredo": None,
    "l2tp": None, "mpls in ip": None, "etherip": None,
}  # fmt: skip
NAMES = tuple(ENCRYPTED)
# What tunnels make of their outer flows, by IP protocol and by UDP port.
TUNNEL_PROTOCOLS = {
    4: "ip in ip", 41: "ip in ip", 47: "gre", 97: "etherip", 137: "mpls in ip",
}  # fmt: skip
TUNNEL_PORTS = {
    1701: "l2tp", 2152: "gtp", 3544: "teredo", 4754: "gre", 4789: "vxlan", 4790: "vxlan",
    6081: "geneve", 6635: "mpls in ip", 8472: "vxlan",
}  # fmt: skip
# First four bytes of a TCP stream or segment.
STARTS: dict[bytes, str] = {
    **dict.fromkeys(http.STARTS, "http"), b"HTTP": "http", b"PRI ": "http2", b"SSH-": "ssh",
    b"RTSP": "rtsp", b"SIP/": "sip", b"INVI": "sip", b"REGI": "sip", b"\x13Bit": "bittorrent",
    b"EHLO": "smtp", b"HELO": "smtp", b"* OK": "imap", b"+OK ": "pop3",
}  # fmt: skip
BANNERS = {21: "ftp", 25: "smtp", 465: "smtp", 587: "smtp", 2525: "smtp"}  # who says `220`
SYSLOG, TFTP, DHCP, DHCP_6, SNMP, NTP, IKE = 514, 69, (67, 68), (546, 547), 161, 123, (500, 4500)
COAP, MODBUS, TELNET, DOT = 5683, 502, 23, 853
PORTS_UDP = {53: "dns", 5353: "mdns", 5355: "llmnr", 137: "netbios", 1900: "ssdp"}


class Carried(NamedTuple):
    """What packets carry: where it lies, and between which ports."""

    view: View
    at: Integers
    room: Integers
    source_port: Integers
    target_port: Integers

    def port(self, *numbers: int) -> Any:
        """Where either port is one of these."""
        import numpy as np

        return np.isin(self.source_port, numbers) | np.isin(self.target_port, numbers)


def code(name: str) -> int:
    """The number of a protocol's name."""
    return NAMES.index(name)


def told(protocol: int, carried: Carried) -> Integers:
    """The number of each packet's application protocol; 0 where its bytes do not tell."""
    import numpy as np

    found = np.zeros(len(carried.at), np.int64)
    if not len(found):
        return found
    rules = _tcp(carried) if protocol == TCP else _udp(carried) if protocol == UDP else ()
    for name, where in reversed(tuple(rules)):  # the first that fits wins
        found[where] = code(name)
    return found


def _tcp(carried: Carried) -> Any:
    import numpy as np

    view, at, room = carried.view, carried.at, carried.room
    word = np.where(room >= 4, view.be32(at), 0)
    kind, version = word >> 24, word >> 8 & 0xFFFF
    yield "dns", carried.port(53)
    # Handshake, alert, change of cipher or data, of a version that exists.
    yield "tls", (kind >= 20) & (kind <= 23) & (version >= 0x300) & (version <= 0x304)
    starts, meant = _starts()
    place = np.searchsorted(starts, word).clip(max=len(starts) - 1)
    found = np.where(starts[place] == word, meant[place], 0)
    for number in np.unique(found).tolist():
        if number:
            yield NAMES[number], found == number
    banner = (word == int.from_bytes(b"220 ", "big")) | (word == int.from_bytes(b"220-", "big"))
    for port, name in BANNERS.items():
        yield name, banner & carried.port(port)
    connect = (kind == 0x10) & (room >= 8)
    mqtt = (view.be32(at + 4) == int.from_bytes(b"MQTT", "big")) & (word & 0xFFFF == 4)
    yield "mqtt", connect & mqtt
    yield "smb", (word >> 24 == 0) & (room >= 8) & np.isin(view.be32(at + 4), SMB)
    yield "modbus", carried.port(MODBUS) & (room >= 8) & (view.be16(at + 2) == 0)
    yield "telnet", carried.port(TELNET) & (kind == 0xFF) & (word >> 16 & 0xFF >= 0xFB)


SMB = (0xFE534D42, 0xFF534D42)


@functools.cache
def _starts() -> tuple[Any, Any]:
    """First four bytes as sorted numbers, and the numbers of the names that they tell."""
    import numpy as np

    pairs = sorted((int.from_bytes(start, "big"), code(name)) for start, name in STARTS.items())
    return np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64)


def _udp(carried: Carried) -> Any:
    import numpy as np

    view, at, room = carried.view, carried.at, carried.room
    word = np.where(room >= 4, view.be32(at), 0)
    first = word >> 24
    for port, name in PORTS_UDP.items():
        yield name, carried.port(port)
    yield "stun", (room >= 20) & (first < 0x40) & (view.be32(at + 4) == 0x2112A442)
    version = view.be32(at + 1)
    yield "quic", (first & 0x80 != 0) & (room >= 7) & known_quic(version)
    yield "gquic", (first & 0x89 == 0x09) & (room >= 13) & (view.be16(at + 9) == 0x5130)
    dtls = np.isin(word >> 8 & 0xFFFF, (0xFEFF, 0xFEFD, 0xFEFC))
    yield "dtls", (first >= 20) & (first <= 25) & dtls & (room >= 13)
    mode = first & 7
    yield "ntp", carried.port(NTP) & (room >= 48) & (mode > 0) & (first >> 3 & 7 > 0)
    cookie = (room >= 240) & (view.be32(at + 236) == 0x63825363)
    yield "dhcp", carried.port(*DHCP) & cookie
    yield "dhcp6", carried.port(*DHCP_6) & (first > 0) & (first < 40)
    sized = (room >= 148) & (word == 0x01000000) & (room == 148)
    yield "wireguard", sized | ((room == 92) & (word == 0x02000000))
    yield "ike", carried.port(*IKE) & (room >= 28)
    yield "snmp", carried.port(SNMP, SNMP + 1) & (first == 0x30)
    yield "syslog", carried.port(SYSLOG) & (first == ord("<"))
    yield "tftp", carried.port(TFTP) & (word >> 16 > 0) & (word >> 16 < 7)
    yield "coap", carried.port(COAP) & (first >> 6 == 1)
    yield "sip", np.isin(word, [int.from_bytes(b, "big") for b in (b"SIP/", b"INVI", b"REGI")])


def of_tunnel(protocol: Integers, source_port: Integers, target_port: Integers) -> Integers:
    """What outer flows are of: the tunnel that their protocol number or UDP port says."""
    import numpy as np

    found = np.zeros(len(protocol), np.int64)
    for number, name in TUNNEL_PROTOCOLS.items():
        found[protocol == number] = code(name)
    for ports in (source_port, target_port):  # the server's side has the last word
        for port, name in TUNNEL_PORTS.items():
            found[(protocol == UDP) & (ports == port)] = code(name)
    return found


def known_quic(version: Integers) -> Any:
    """Versions of QUIC that exist: 1, 2, drafts, Facebook's and Google's."""
    import numpy as np

    return np.isin(
        version >> 8, (0, 0x6B3343, 0xFF0000, 0xFACEB0, 0x513034, 0x513035, 0x543035)
    ) & (version != 0)


def of_hello(
    base: str, name: bytes, protocols: tuple[bytes, ...], port: int, resolvers: Collection[str] = ()
) -> str:
    """What TLS or QUIC carries, where its ClientHello or port says that it is DNS."""
    over = {"tls": "dot", "quic": "doq"}.get(base, "")
    if over and (port == DOT or over.encode() in protocols):
        return over
    return "doh" if over and is_resolver(names.shown(name), resolvers) else base


def is_resolver(host: str, resolvers: Collection[str]) -> bool:
    """Whether a host, or one above it, is known to answer DNS over HTTPS."""
    while host:
        if host in resolvers:
            return True
        host = host.partition(".")[2]
    return False
