"""Keys that package managers and updaters believe: one fact per file of their keyrings.

Spec: usign (OpenWrt), RFC 9580 (armour, tags of packets), RFC 7468, apt-key(8), apk-keys(5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.key_file import KeyFile
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "names": (
        "etc/opkg/keys/*", "etc/apk/keys/*", "share/apk/keys/*", "etc/apt/trusted.gpg",
        "etc/apt/trusted.gpg.d/*", "etc/apt/keyrings/*", "share/keyrings/*", "pki/rpm-gpg/*",
        "pacman/keyrings/*", "etc/rauc/*.pem", "etc/swupdate/*.pem", "etc/mender/*.pem",
    )
}  # fmt: skip
EMITS = ("key_file",)
CANNOT_SEE = {"key_file": "who holds the other half; which sources a key of a keyring is for"}

READ_BYTES = 8 << 20
HEAD_BYTES = 4096
TEXT = re.compile(rb"untrusted comment:|-----BEGIN (?:PGP PUBLIC|(?:RSA )?PUBLIC KEY|CERTIFICATE)")
KEYBOX = b"KBXf"  # at byte 8
PUBLIC_KEY = (0x98, 0x99, 0x9A, 0xC6)  # RFC 9580, 4.2: tag 6 in both forms


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `key_file` for the whole file."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    text = TEXT.search(raw[:HEAD_BYTES])
    if not text and raw[8:12] != KEYBOX and raw[:1] not in {bytes((b,)) for b in PUBLIC_KEY}:
        raise NotThisFormat("no public key")
    # what is said about a key is none of it
    kept = re.sub(rb"(?m)^(?:untrusted comment|Comment|Version):.*\n?", b"", raw) if text else raw
    fingerprint = f"sha256:{hashlib.sha256(kept.strip()).hexdigest()}"
    yield KeyFile(artefact.name, "package signer", "", None, None, fingerprint)
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
