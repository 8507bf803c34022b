"""Protection of records: opens one after the other, or says that a record does not authenticate.

Spec: RFC 5246 §6.2.3; RFC 5288, 6655, 7366, 7905; RFC 8446 §5.2–5.3.
"""

from __future__ import annotations

import hmac
from typing import Any

from evenhand.decryption.derivation import expand_label, pseudo_random
from evenhand.decryption.suite import CBC, CCM, CCM_8, CHACHA, GCM, Suite

TAG = {GCM: 16, CCM: 16, CCM_8: 8, CHACHA: 16}
BLOCK = 16  # of AES


def authenticated(mode: str, key: bytes) -> Any:
    """The cipher of a mode that authenticates, under a key."""
    from cryptography.hazmat.primitives.ciphers import aead

    if mode == CHACHA:
        return aead.ChaCha20Poly1305(key)
    if mode == GCM:
        return aead.AESGCM(key)
    return aead.AESCCM(key, TAG[mode])


def nonce(iv: bytes, number: int) -> bytes:
    """RFC 8446 §5.3: the number of a record or packet, mixed with the vector."""
    return (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")


def decrypted(cipher: Any, iv: bytes, sealed: bytes, also: bytes) -> bytes | None:
    """What was sealed, or None where it does not authenticate."""
    from cryptography.exceptions import InvalidTag

    try:
        opened: bytes = cipher.decrypt(iv, sealed, also)
    except (InvalidTag, ValueError):
        return None
    return opened


class Records13:
    """One direction of TLS 1.3 under one traffic secret."""

    def __init__(self, suite: Suite, secret: bytes) -> None:
        self._suite, self._secret = suite, secret
        key = expand_label(secret, b"key", suite.key, suite.digest)
        self._iv = expand_label(secret, b"iv", 12, suite.digest)
        self._cipher = authenticated(suite.mode, key)
        self._number = 0

    def open(self, head: bytes, fragment: bytes) -> tuple[int, bytes] | None:
        """The true type and content of a record; None where it does not authenticate."""
        inner = decrypted(self._cipher, nonce(self._iv, self._number), fragment, head)
        if inner is None:
            return None
        self._number += 1
        inner = inner.rstrip(b"\0")
        return (inner[-1], inner[:-1]) if inner else (0, b"")

    def updated(self) -> Records13:
        """RFC 8446 §7.2: what follows a KeyUpdate."""
        size = len(self._secret)
        secret = expand_label(self._secret, b"traffic upd", size, self._suite.digest)
        return Records13(self._suite, secret)


class Records12:
    """One direction of TLS 1.2 under its part of the key block."""

    def __init__(
        self, suite: Suite, keys: tuple[bytes, bytes, bytes], encrypt_then_mac: bool
    ) -> None:
        self._suite, (self._mac, self._key, self._iv) = suite, keys
        self._encrypt_then_mac = encrypt_then_mac
        self._cipher = None if suite.mode == CBC else authenticated(suite.mode, self._key)
        self._number = 0

    def open(self, head: bytes, fragment: bytes) -> tuple[int, bytes] | None:
        """The type and content of a record; None where it does not authenticate."""
        number = self._number.to_bytes(8, "big") + head[:3]
        opened = self._block(number, fragment) if self._cipher is None else self._sealed(
            number, fragment
        )  # fmt: skip
        if opened is None:
            return None
        self._number += 1
        return head[0], opened

    def _sealed(self, number: bytes, fragment: bytes) -> bytes | None:
        explicit = 0 if self._suite.mode == CHACHA else 8
        size = len(fragment) - explicit - TAG[self._suite.mode]
        if size < 0:
            return None
        also = number + size.to_bytes(2, "big")
        if explicit:
            return decrypted(self._cipher, self._iv + fragment[:8], fragment[8:], also)
        return decrypted(self._cipher, nonce(self._iv, self._number), fragment, also)

    def _block(self, number: bytes, fragment: bytes) -> bytes | None:
        """AES-CBC with its vector before it, and a MAC inside or behind."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        width = len(self._mac)
        if self._encrypt_then_mac:
            fragment, mac = fragment[:-width], fragment[-width:]
            if mac != self._tag(number, fragment):
                return None
        if len(fragment) < 2 * BLOCK or len(fragment) % BLOCK:
            return None
        mode = modes.CBC(fragment[:BLOCK])
        state = Cipher(algorithms.AES(self._key), mode).decryptor()
        plain = state.update(fragment[BLOCK:]) + state.finalize()
        padding = plain[-1] + 1
        if padding > len(plain) or plain[-padding:] != bytes([padding - 1]) * padding:
            return None
        plain = plain[:-padding]
        if self._encrypt_then_mac:
            return plain
        plain, mac = plain[: max(0, len(plain) - width)], plain[-width:]
        return plain if mac == self._tag(number, plain) else None

    def _tag(self, number: bytes, data: bytes) -> bytes:
        said = number + len(data).to_bytes(2, "big") + data
        return hmac.digest(self._mac, said, self._suite.mac)


def records_12(
    suite: Suite, master: bytes, client_random: bytes, server_random: bytes, later_mac: bool
) -> tuple[Records12, Records12]:
    """RFC 5246 §6.3: the server's and the client's direction."""
    mac = {"": 0, "sha1": 20, "sha256": 32, "sha384": 48}[suite.mac]
    fixed = {CBC: 0, CHACHA: 12}.get(suite.mode, 4)
    seed, total = server_random + client_random, 2 * (mac + suite.key + fixed)
    block = pseudo_random(master, b"key expansion", seed, total, suite.digest)
    parts, at = [], 0
    for size in (mac, mac, suite.key, suite.key, fixed, fixed):  # client first, then server
        parts.append(block[at : at + size])
        at += size
    client, server = tuple(parts[0::2]), tuple(parts[1::2])
    return (
        Records12(suite, (server[0], server[1], server[2]), later_mac),
        Records12(suite, (client[0], client[1], client[2]), later_mac),
    )
