"""QUIC Initial packets: their keys come from the packet itself, so the ClientHello can be read.

Spec: RFC 9000 §17.2, §19; RFC 9001 §5.2, §5.4; RFC 9369 (version 2); the drafts' salts as
published; Google QUIC Q046 and before (plain), Q050, T050 and T051 (their own salts).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

V1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
V2 = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")
DRAFT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
DRAFT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
DRAFT_21 = bytes.fromhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
Q050 = bytes.fromhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45")
T050 = bytes.fromhex("7ff579e5acd072915580304c43a2367c60488310")
T051 = bytes.fromhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d")
VERSION_2 = 0x6B3343CF
CRYPTO_BYTES = 1 << 15  # of a CRYPTO stream put together


class Keys(NamedTuple):
    """What protects a client's Initial packets."""

    key: bytes
    iv: bytes
    mask: bytes  # key of header protection


class Initial(NamedTuple):
    """An Initial packet, still protected."""

    version: int
    target: bytes  # destination connection id
    at: int  # of the packet in its datagram
    number_at: int  # of the packet number
    end: int


def salt(version: int) -> bytes | None:
    """The salt of a version's Initial secret; None for a version that we do not know."""
    fixed = {
        1: V1, VERSION_2: V2, 0xFACEB001: DRAFT_21, 0xFACEB002: DRAFT_23, 0xFACEB00E: DRAFT_23,
        0xFACEB003: DRAFT_29, 0x51303530: Q050, 0x54303530: T050, 0x54303531: T051,
    }  # fmt: skip
    if version in fixed:
        return fixed[version]
    if version >> 8 == 0xFF0000:
        draft = version & 0xFF
        if draft in (21, 22):
            return DRAFT_21
        if 23 <= draft <= 28:
            return DRAFT_23
        return DRAFT_29 if 29 <= draft <= 32 else V1 if 33 <= draft <= 34 else None
    if version & 0x0F0F0F0F == 0x0A0A0A0A:
        return None  # RFC 9000 §15: reserved to exercise negotiation
    return None


def initials(data: bytes) -> list[Initial]:
    """Initial packets of a datagram; there may be several (RFC 9000 §12.2)."""
    found: list[Initial] = []
    at = 0
    while len(data) - at >= 7 and data[at] & 0x80 and len(found) < 16:
        packet = _long_header(data, at)
        if packet is None:
            break
        kind = (data[at] >> 4 & 3) - (1 if packet.version == VERSION_2 else 0) & 3
        if kind == 0:
            found.append(packet)
        at = packet.end
    return found


def _long_header(data: bytes, at: int) -> Initial | None:
    """RFC 9000 §17.2; None for what has no length or makes no sense."""
    version = int.from_bytes(data[at + 1 : at + 5], "big")
    if salt(version) is None:
        return None
    kind = (data[at] >> 4 & 3) - (1 if version == VERSION_2 else 0) & 3
    if kind == 3:
        return None  # Retry
    ids = at + 5
    target = data[ids + 1 : ids + 1 + data[ids]]
    ids += 1 + data[ids]
    if ids >= len(data) or len(target) > 20:
        return None
    where = ids + 1 + data[ids]
    if kind == 0:
        token = varint(data, where)
        if token is None:
            return None
        where = token[1] + token[0]
    length = varint(data, where)
    if length is None or length[1] + length[0] > len(data) or length[0] < 20:
        return None
    return Initial(version, target, at, length[1], length[1] + length[0])


def varint(data: bytes, at: int) -> tuple[int, int] | None:
    """RFC 9000 §16: value and where it ends."""
    if at >= len(data):
        return None
    size = 1 << (data[at] >> 6)
    if at + size > len(data):
        return None
    return int.from_bytes(data[at : at + size], "big") & ((1 << (8 * size - 2)) - 1), at + size


def initial_secret(version: int, target: bytes, label: bytes) -> bytes | None:
    """RFC 9001 §5.2: the secret of one side's Initial packets."""
    seed = salt(version)
    return None if seed is None else _expand(hmac.digest(seed, target, "sha256"), label, 32)


def keys(version: int, target: bytes) -> Keys | None:
    """RFC 9001 §5.2: keys of the client's Initial packets."""
    client = initial_secret(version, target, b"client in")
    if client is None:
        return None
    prefix = b"quicv2 " if version == VERSION_2 else b"quic "
    parts = ((b"key", 16), (b"iv", 12), (b"hp", 16))
    return Keys(*(_expand(client, prefix + name, size) for name, size in parts))


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 §7.1) for one block of SHA-256."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return hmac.new(secret, info + b"\x01", hashlib.sha256).digest()[:size]


def plain(data: bytes, packet: Initial, secret: Keys) -> bytes | None:
    """The packet's frames, or None where these are not its keys."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sample = data[packet.number_at + 4 : packet.number_at + 20]
    if len(sample) < 16:
        return None
    # One block under a key that everybody can compute: header protection (RFC 9001 §5.4.3).
    block = Cipher(algorithms.AES(secret.mask), modes.ECB()).encryptor().update(sample)  # noqa: S305
    first = data[packet.at] ^ (block[0] & 0x0F)
    size = (first & 3) + 1
    after = packet.number_at + size
    number = bytes(a ^ b for a, b in zip(data[packet.number_at : after], block[1:5], strict=False))
    header = bytes([first]) + data[packet.at + 1 : packet.number_at] + number
    nonce = bytes(a ^ b for a, b in zip(secret.iv, number.rjust(12, b"\0"), strict=True))
    try:
        return AESGCM(secret.key).decrypt(nonce, data[after : packet.end], header)
    except InvalidTag:
        return None


def crypto(frames: bytes) -> list[tuple[int, bytes]]:
    """CRYPTO frames (offset, bytes) of an Initial packet's payload (RFC 9000 §19)."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(frames):
        kind = frames[at]
        at += 1
        if kind in (0, 1):
            continue  # PADDING, PING
        if kind == 6:
            offset = varint(frames, at)
            size = varint(frames, offset[1]) if offset else None
            if offset is None or size is None or size[1] + size[0] > len(frames):
                break
            at = size[1] + size[0]
            found.append((offset[0], frames[size[1] : at]))
        elif kind in (2, 3):
            after = _acknowledged(frames, at, kind == 3)
            if after is None:
                break
            at = after
        else:
            break  # CONNECTION_CLOSE, or not allowed here
    return found


def _acknowledged(frames: bytes, at: int, congestion: bool) -> int | None:
    """Where an ACK frame ends (RFC 9000 §19.3)."""
    values = []
    for _ in range(4):
        value = varint(frames, at)
        if value is None:
            return None
        values.append(value[0])
        at = value[1]
    for _ in range(min(2 * values[2], len(frames)) + (3 if congestion else 0)):
        value = varint(frames, at)
        if value is None:
            return None
        at = value[1]
    return at


def google_name(data: bytes) -> bytes:
    """The SNI tag of a Google QUIC CHLO message that starts somewhere in `data`; empty: none."""
    start = data.find(b"CHLO")
    if start < 0 or start + 8 > len(data):
        return b""
    count = int.from_bytes(data[start + 4 : start + 6], "little")
    values = start + 8 + 8 * count
    before = 0
    for entry in range(start + 8, min(values, len(data) - 7), 8):
        after = int.from_bytes(data[entry + 4 : entry + 8], "little")
        if data[entry : entry + 4] == b"SNI\0" and before < after and values + after <= len(data):
            return data[values + before : values + after]
        before = after
    return b""
