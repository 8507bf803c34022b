"""TLS and DTLS in the clear: what a ClientHello offers, and the certificates of a server.

Spec: RFC 8446 §4.1.2, §5.1; RFC 5246 §7.4.2; RFC 6066 §3 (server_name); RFC 7301 (ALPN);
RFC 6347 §4.2 (DTLS); RFC 9849 (encrypted ClientHello); draft-ietf-tls-esni-02 (encrypted SNI).
"""

from __future__ import annotations

from typing import NamedTuple

HANDSHAKE, CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, CERTIFICATE_STATUS = 22, 1, 2, 11, 22
SERVER_NAME, SIGNATURES, PROTOCOLS, VERSIONS, ESNI, ECH = 0, 13, 16, 43, 0xFFCE, 0xFE0D
RECORD_BYTES = (1 << 14) + 2048  # RFC 5246 §6.2.3, the longest fragment of any version
HELLO_BYTES = 1 << 15  # longest ClientHello that is put together
FLIGHT_BYTES = 1 << 15  # of a server's first messages that are put together
DTLS_VERSIONS = (b"\xfe\xff", b"\xfe\xfd", b"\xfe\xfc", b"\x01\x00")


class Hello(NamedTuple):
    """What a ClientHello offers; `name` is empty where it names no server."""

    name: bytes
    encrypted: bool  # another ClientHello lies encrypted behind this one
    version: int = 0  # as stated before the extensions
    suites: bytes = b""  # two bytes each
    kinds: tuple[int, ...] = ()  # of extensions, as they stand
    versions: bytes = b""  # of the extension supported_versions, two bytes each
    protocols: tuple[bytes, ...] = ()  # RFC 7301 (ALPN)
    signatures: bytes = b""  # of the extension signature_algorithms, two bytes each


class More(Exception):
    """Well-formed so far; more bytes are needed."""


class Malformed(ValueError):
    """Not a ClientHello."""


def hello_in_records(data: bytes, cut: bool = False) -> Hello:
    """The ClientHello that starts a TLS stream. Raises More or Malformed.

    `cut` says that no more can come (the capture kept only the start of the packet).
    """
    if len(data) > 9 and data[0] == HANDSHAKE and data[5] == CLIENT_HELLO and data[1] == 3:
        # The usual case: one record, one message.
        length, size = data[3] << 8 | data[4], data[6] << 16 | data[7] << 8 | data[8]
        if size + 4 <= length <= min(len(data) - 5, RECORD_BYTES) and data[2] <= 4:
            return client_hello(data[9 : 9 + size])
    at, handshake = 0, bytearray()
    while True:
        if len(data) - at < 5:
            break
        length = data[at + 3] << 8 | data[at + 4]
        if data[at] != HANDSHAKE or data[at + 1] != 3 or data[at + 2] > 4:
            raise Malformed("no handshake record")
        if not 0 < length <= RECORD_BYTES:
            raise Malformed("record length")
        handshake += data[at + 5 : at + 5 + length]
        at += 5 + length
        if at > len(data) or _whole(handshake):
            break
    if len(handshake) and handshake[0] != CLIENT_HELLO:
        raise Malformed("no ClientHello")
    if not _whole(handshake):
        if cut and len(handshake) >= 4:
            return client_hello(bytes(handshake[4:]), cut=True)
        raise More
    return client_hello(bytes(handshake[4 : 4 + int.from_bytes(handshake[1:4], "big")]))


def _whole(handshake: bytes | bytearray) -> bool:
    if len(handshake) < 4:
        return False
    size = int.from_bytes(handshake[1:4], "big")
    if size > HELLO_BYTES:
        raise Malformed("handshake message too long")
    return len(handshake) >= 4 + size


def hello_in_crypto(data: bytes) -> Hello:
    """The ClientHello that starts a QUIC CRYPTO stream. Raises More or Malformed."""
    if data and data[0] != CLIENT_HELLO:
        raise Malformed("no ClientHello")
    if not _whole(data):
        raise More
    return client_hello(data[4 : 4 + int.from_bytes(data[1:4], "big")])


def client_hello(body: bytes, cut: bool = False, cookie: bool = False) -> Hello:
    """Read a ClientHello's body; `cookie` where it is DTLS. Raises Malformed."""
    if len(body) < 35 or body[0] not in (3, 0xFE, 1):
        raise Malformed("ClientHello too short")
    at = 35 + body[34]
    if body[34] > 32:
        raise Malformed("session id too long")
    if cookie:
        at += 1 + _number(body, at, 1)
    suites = _number(body, at, 2)
    if suites % 2:
        raise Malformed("odd length of cipher suites")
    hello = Hello(b"", False, body[0] << 8 | body[1], body[at + 2 : at + 2 + suites])
    at += 2 + suites
    at += 1 + _number(body, at, 1)
    if at == len(body):
        return hello  # no extensions at all
    end = at + 2 + _number(body, at, 2)
    if (end != len(body)) if not cut else (end < len(body)):
        raise Malformed("length of extensions")
    return _extensions(body, at + 2, cut, hello)


def _extensions(body: bytes, at: int, cut: bool, hello: Hello) -> Hello:
    kinds, found, end = [], {}, len(body)
    while at < end:
        if at + 4 > end:
            if cut:
                break
            raise Malformed("extension breaks off")
        kind, size = body[at] << 8 | body[at + 1], body[at + 2] << 8 | body[at + 3]
        at += 4
        if at + size > end:
            if cut:
                break
            raise Malformed("extension breaks off")
        kinds.append(kind)
        found[kind] = body[at : at + size]
        at += size
    return hello._replace(
        name=_server_name(found.get(SERVER_NAME, b"")),
        encrypted=ESNI in found or ECH in found,
        kinds=tuple(kinds),
        versions=_listed(found.get(VERSIONS, b""), 1),
        protocols=_protocols(found.get(PROTOCOLS, b"")),
        signatures=_listed(found.get(SIGNATURES, b""), 2),
    )


def _listed(value: bytes, width: int) -> bytes:
    """A list of two-byte numbers behind its length of `width` bytes, as far as it is there."""
    size = int.from_bytes(value[:width], "big")
    return value[width : width + size // 2 * 2][: (len(value) - width) // 2 * 2]


def _protocols(value: bytes) -> tuple[bytes, ...]:
    """RFC 7301 §3.1: names with their length before them."""
    names, at = [], 2
    while at < len(value):
        names.append(value[at + 1 : at + 1 + value[at]])
        at += 1 + value[at]
    return tuple(names)


def _server_name(value: bytes) -> bytes:
    """RFC 6066 §3: a list of (type, name); type 0 is a host name."""
    if len(value) < 5:
        return b""  # a server's answer has an empty one, and so have some odd clients
    if 2 + _number(value, 0, 2) != len(value):
        raise Malformed("length of server names")
    size = _number(value, 3, 2)
    if value[2] != 0 or size == 0:
        return b""
    if 5 + size > len(value):
        raise Malformed("server name breaks off")
    return value[5 : 5 + size]


def _number(data: bytes, at: int, width: int) -> int:
    if at + width > len(data):
        raise Malformed("breaks off")
    return int.from_bytes(data[at : at + width], "big")


def certificates(data: bytes) -> list[bytes]:
    """The certificates that a server's first flight shows (RFC 5246 §7.4.2).

    Raises More, or Malformed where there is none in the clear (from TLS 1.3 on there never is).
    """
    handshake, at, more = bytearray(), 0, False
    while len(data) - at >= 5 and data[at] == HANDSHAKE and data[at + 1] == 3:
        length = data[at + 3] << 8 | data[at + 4]
        if not 0 < length <= RECORD_BYTES:
            raise Malformed("record length")
        handshake += data[at + 5 : at + 5 + length]
        at += 5 + length
    more = len(data) - at < 5
    at = 0
    while len(handshake) - at >= 4:
        kind, size = handshake[at], int.from_bytes(handshake[at + 1 : at + 4], "big")
        body = bytes(handshake[at + 4 : at + 4 + size])
        at += 4 + size
        if at > len(handshake):
            if kind in (SERVER_HELLO, CERTIFICATE) and size <= FLIGHT_BYTES and more:
                raise More
            break
        if kind == SERVER_HELLO and _is_13(body):
            break
        if kind == CERTIFICATE:
            return _certificates(body)
        if kind not in (SERVER_HELLO, CERTIFICATE_STATUS):
            break
        if at == len(handshake) and more:
            raise More
    raise Malformed("no certificate")


def _is_13(body: bytes) -> bool:
    """Whether a ServerHello chooses TLS 1.3 or later (RFC 8446 §4.2.1)."""
    at = 35 + _number(body, 34, 1) + 3
    end = min(len(body), at + 2 + _number(body, at, 2)) if at + 2 <= len(body) else at
    at += 2
    while at + 4 <= end:
        kind, size = _number(body, at, 2), _number(body, at + 2, 2)
        if kind == VERSIONS:
            return size == 2 and _number(body, at + 4, 2) >= 0x0304
        at += 4 + size
    return False


def _certificates(body: bytes) -> list[bytes]:
    found, at, end = [], 3, 3 + _number(body, 0, 3)
    if end > len(body):
        raise Malformed("length of certificates")
    while at < end:
        size = _number(body, at, 3)
        if at + 3 + size > end:
            raise Malformed("certificate breaks off")
        found.append(body[at + 3 : at + 3 + size])
        at += 3 + size
    return found


class Fragment(NamedTuple):
    """A piece of a DTLS ClientHello."""

    sequence: int  # of the message
    total: int
    offset: int
    data: bytes


def dtls_fragments(data: bytes) -> list[Fragment]:
    """Pieces of ClientHello in a datagram's plain handshake records (RFC 6347 §4.2.2)."""
    found: list[Fragment] = []
    at = 0
    while len(data) - at >= 25 and data[at] == HANDSHAKE and data[at + 1 : at + 3] in DTLS_VERSIONS:
        length = data[at + 11] << 8 | data[at + 12]
        if data[at + 3 : at + 5] != b"\0\0" or length < 12 or at + 13 + length > len(data):
            break  # encrypted, or broken
        body = at + 13
        while body + 12 <= at + 13 + length and data[body] == CLIENT_HELLO:
            total = int.from_bytes(data[body + 1 : body + 4], "big")
            offset = int.from_bytes(data[body + 6 : body + 9], "big")
            size = int.from_bytes(data[body + 9 : body + 12], "big")
            after = body + 12 + size
            if after > at + 13 + length or offset + size > total or total > HELLO_BYTES:
                return found
            sequence = data[body + 4] << 8 | data[body + 5]
            found.append(Fragment(sequence, total, offset, data[body + 12 : after]))
            body = after
        at += 13 + length
    return found
