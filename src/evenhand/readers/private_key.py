"""Private keys in text (PEM, OpenSSH): their kind and fingerprint, never the key.

Spec: RFC 7468, RFC 5958, openssh PROTOCOL.key; RFC 4253 s. 6.6 (public keys), OpenSSH fingerprints.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.key_file import KeyFile
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"magic": ((0, "2d2d2d2d2d424547494e20"),)}
EMITS = ("key_file",)
CANNOT_SEE = {"key_file": "keys that stand after other text; keys in binary stores; who uses a key"}

READ_BYTES = 1 << 20
KEY_BYTES = 1 << 15  # longest block; a key of 16,384 bits takes 13 kB
KEYS = 100
# Possessive: each byte is looked at once, however many keys begin and none ends.
BLOCK = re.compile(
    rb"-----BEGIN ((?:[A-Z0-9]+ ){0,3}PRIVATE KEY)-----\s"
    rb"([^-]*+(?:-(?!----)[^-]*+)*)-----END \1-----"
)
OPENSSH = b"openssh-key-v1\0"
NAMES = {
    "RSAPrivateKey": "rsa",
    "EllipticCurvePrivateKey": "ecdsa",
    "ECPrivateKey": "ecdsa",
    "DSAPrivateKey": "dsa",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `key_file` per private key."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    met = 0
    for match in BLOCK.finditer(raw):
        met += 1
        if met > KEYS:
            yield Partly(f"more than {KEYS} keys: the rest was not read", match.start())
            return
        if len(match[2]) > KEY_BYTES:
            yield Partly(f"a key of more than {KEY_BYTES} bytes was not read", match.start())
            continue
        line = 1 + raw[: match.start()].count(b"\n")
        yield from _key(artefact, match[0], match[1], match[2], f"line {line}")
    if not met:
        raise NotThisFormat("no private key")


def _key(artefact: Artefact, block: bytes, label: bytes, body: bytes, place: str) -> Iterator[Item]:
    if label == b"OPENSSH PRIVATE KEY":
        found = _openssh(body)
        if found is not None:
            yield KeyFile(artefact.name, "private key", place, *found)
            return
    if label.startswith(b"ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in body:
        kind = label.split(b" ")[0].decode("ascii").lower()
        kind = {"ec": "ecdsa"}.get(kind, kind)
        algorithm = None if kind in ("encrypted", "private") else kind
        yield KeyFile(artefact.name, "private key", place, algorithm, None, None, True)
        return
    loaded = _loaded(block)
    if loaded is None:
        yield Partly(f"{place}: a private key that cannot be read")
        yield KeyFile(artefact.name, "private key", place)
        return
    yield KeyFile(artefact.name, "private key", place, *loaded, False)


def _openssh(body: bytes) -> tuple[str, int | None, str, bool] | None:
    """Kind, fingerprint and whether encrypted: the public half stands in the clear."""
    try:
        raw = base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(OPENSSH):
        return None
    at, parts = len(OPENSSH), list[bytes]()
    for number in range(4):  # cipher, key derivation, its options, then (after a count) the key
        if number == 3:
            at += 4
        length = int.from_bytes(raw[at : at + 4], "big")
        parts.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    if len(parts[3]) < 8:
        return None
    from evenhand.rootfs.ssh_key import described

    kind, bits, fingerprint = described(parts[3])
    return kind, bits, fingerprint, parts[0] != b"none"


def _loaded(block: bytes) -> tuple[str, int | None, str] | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form

    try:
        key: Any = form.load_pem_private_key(block, None, unsafe_skip_rsa_key_validation=True)
        public = key.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError):
        return None
    shape = type(key).__name__.lstrip("_")
    name = NAMES.get(shape, shape.removesuffix("PrivateKey").lower())
    bits = getattr(key, "key_size", None)
    try:
        line = public.public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
        blob = base64.b64decode(line.split(b" ")[1])
        digest = base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()
        return name, bits, f"SHA256:{digest}"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    try:
        der = public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return name, bits, f"spki-sha256:{hashlib.sha256(der).hexdigest()}"
