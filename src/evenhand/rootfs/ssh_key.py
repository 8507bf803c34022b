"""A public key as SSH writes it: its kind, its length and its fingerprint.

Spec: RFC 4253 s. 6.6, RFC 5656 s. 3.1, RFC 8709; ssh-keygen(1), fingerprints.
"""

from __future__ import annotations

import base64
import hashlib

KINDS = {
    "ssh-rsa": ("rsa", None),
    "ssh-dss": ("dsa", None),
    "ssh-ed25519": ("ed25519", 256),
    "ssh-ed448": ("ed448", 456),
    "ecdsa-sha2-nistp256": ("ecdsa", 256),
    "ecdsa-sha2-nistp384": ("ecdsa", 384),
    "ecdsa-sha2-nistp521": ("ecdsa", 521),
    "sk-ssh-ed25519@openssh.com": ("ed25519", 256),
    "sk-ecdsa-sha2-nistp256@openssh.com": ("ecdsa", 256),
}


def described(blob: bytes) -> tuple[str, int | None, str]:
    """Kind, bits and fingerprint of a key in SSH's wire format."""
    parts, at = list[bytes](), 0
    while at + 4 <= len(blob) and len(parts) < 3:
        length = int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    named = parts[0].decode("ascii", "replace") if parts else ""
    kind, bits = KINDS.get(named, (named[:40], None))
    number = {"rsa": 2, "dsa": 1}.get(kind)
    if bits is None and number is not None and len(parts) > number:
        bits = int.from_bytes(parts[number], "big").bit_length()
    digest = base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode("ascii")
    return kind, bits, f"SHA256:{digest}"
