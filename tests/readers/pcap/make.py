"""Small captures built from readable code: frames, packets, messages and the files around them.

Spec: as the modules of `evenhand.readers.pcap`.
"""

from __future__ import annotations

import struct
from ipaddress import ip_address

from evenhand.readers.pcap import quic

A, B, C = "192.0.2.1", "198.51.100.7", "203.0.113.9"
SIX, SEVEN = "2001:db8::6", "2001:db8::7"
SYN, ACK = 0x02, 0x10


def pcap(
    *frames: bytes, link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4, extra: bytes = b""
) -> bytes:
    """A pcap file: one frame a second from 2025-01-01, `extra` at the end of record headers."""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for number, frame in enumerate(frames):
        out += struct.pack(order + "IIII", 1735689600 + number, 5, len(frame), len(frame))
        out += extra + frame
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    """A section header block."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int = 1, order: str = "<", snap: int = 0, resolution: int | None = None,
              offset: int | None = None) -> bytes:  # fmt: skip
    """An interface description block."""
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHB3x", 9, 1, resolution)
    if offset is not None:
        options += struct.pack(order + "HHq", 14, 8, offset)
    if options:
        options += bytes(4)
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options, order)


def enhanced(frame: bytes, ticks: int = 0, number: int = 0, order: str = "<") -> bytes:
    """An enhanced packet block."""
    head = struct.pack(
        order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame)
    )
    return block(6, head + frame, order)


def eth(payload: bytes, kind: int = 0x0800, tags: bytes = b"") -> bytes:
    """An Ethernet frame; `tags` stand before the type."""
    return b"\2\0\0\0\0\1\2\0\0\0\0\2" + tags + struct.pack(">H", kind) + payload


def ipv4(source: str, target: str, protocol: int, payload: bytes, *, number: int = 0,
         offset: int = 0, more: bool = False, options: bytes = b"") -> bytes:  # fmt: skip
    """An IPv4 packet; `offset` in bytes."""
    cut = offset // 8 | (0x2000 if more else 0)
    head = struct.pack(
        ">BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), number, cut,
        64, protocol, 0,
    )  # fmt: skip
    return head + ip_address(source).packed + ip_address(target).packed + options + payload


def ipv6(source: str, target: str, protocol: int, payload: bytes) -> bytes:
    """An IPv6 packet."""
    head = struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def udp(source: int, target: int, data: bytes = b"") -> bytes:
    """A UDP datagram."""
    return struct.pack(">HHHH", source, target, 8 + len(data), 0) + data


def tcp(source: int, target: int, data: bytes = b"", flags: int = ACK, sequence: int = 1) -> bytes:
    """A TCP segment."""
    return struct.pack(">HHIIBBHHH", source, target, sequence, 0, 0x50, flags, 9, 0, 0) + data


def dns_name(name: str) -> bytes:
    """A name as labels."""
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".") if p) + b"\0"


def question(name: str, kind: int = 1) -> bytes:
    """A DNS question."""
    return (
        struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + dns_name(name) + struct.pack(">HH", kind, 1)
    )


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    """A resource record."""
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def response(name: str, *records: bytes, additional: int = 0) -> bytes:
    """A DNS response; the last `additional` records stand in the additional section."""
    counts = 1, len(records) - additional, 0, additional
    head = struct.pack(">HHHHHH", 7, 0x8180, *counts)
    return head + dns_name(name) + struct.pack(">HH", 1, 1) + b"".join(records)


def client_hello(name: str | None, *extensions: tuple[int, bytes], dtls: bool = False) -> bytes:
    """The body of a ClientHello."""
    parts = list(extensions)
    if name is not None:
        raw = name.encode()
        parts.append((0, struct.pack(">HBH", len(raw) + 3, 0, len(raw)) + raw))
    packed = b"".join(struct.pack(">HH", k, len(v)) + v for k, v in parts)
    version, cookie = (b"\xfe\xfd", b"\0") if dtls else (b"\3\3", b"")
    head = version + bytes(32) + b"\0" + cookie + b"\0\2\x13\1" + b"\1\0"
    return head + struct.pack(">H", len(packed)) + packed


def handshake(body: bytes) -> bytes:
    """A handshake message of type ClientHello."""
    return b"\1" + len(body).to_bytes(3, "big") + body


def records(message: bytes, size: int = 1 << 14) -> bytes:
    """TLS records, each with up to `size` bytes of the message."""
    parts = [message[i : i + size] for i in range(0, len(message), size)]
    return b"".join(b"\x16\3\1" + struct.pack(">H", len(p)) + p for p in parts)


def dtls_record(body: bytes, offset: int = 0, size: int | None = None) -> bytes:
    """A DTLS record with a fragment of a ClientHello."""
    piece = body[offset : None if size is None else offset + size]
    head = b"\1" + len(body).to_bytes(3, "big") + b"\0\0" + offset.to_bytes(3, "big")
    message = head + len(piece).to_bytes(3, "big") + piece
    return b"\x16\xfe\xfd" + bytes(8) + struct.pack(">H", len(message)) + message


def crypto(offset: int, data: bytes) -> bytes:
    """A QUIC CRYPTO frame."""
    return b"\6" + struct.pack(">HH", 0x4000 | offset, 0x4000 | len(data)) + data


def quic_initial(frames: bytes, version: int = 1, target: bytes = b"8 bytes.", number: int = 0,
                 secret_of: bytes | None = None) -> bytes:  # fmt: skip
    """A protected QUIC Initial packet of a client, padded to 1,200 bytes (RFC 9001 §5)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    keys = quic.keys(version, secret_of or target)
    assert keys is not None
    frames = frames.ljust(1150, b"\0")
    first = 0xD3 if version == quic.VERSION_2 else 0xC3
    head = bytes([first]) + struct.pack(">I", version) + bytes([len(target)]) + target + b"\0\0"
    head += struct.pack(">H", 0x4000 | (4 + len(frames) + 16))
    packed = number.to_bytes(4, "big")
    nonce = bytes(a ^ b for a, b in zip(keys.iv, packed.rjust(12, b"\0"), strict=True))
    sealed = AESGCM(keys.key).encrypt(nonce, frames, head + packed)
    mask = Cipher(algorithms.AES(keys.mask), modes.ECB()).encryptor().update(sealed[:16])
    hidden = bytes(a ^ b for a, b in zip(packed, mask[1:5], strict=True))
    return bytes([head[0] ^ (mask[0] & 0x0F)]) + head[1:] + hidden + sealed
