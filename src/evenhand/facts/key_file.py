"""Fact table `key_file`: a key that lies in a product, or that a product lets in.

Spec: RFC 4716, RFC 7468, openssh PROTOCOL.key; docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "fingerprint")
WATCH = ("encrypted",)
RANK = 10
# a key that lets somebody in without limits, then one that lies open
LEAD = """CASE WHEN kind = 'authorised key' AND COALESCE(options, '') = '' THEN 0.9
    WHEN kind = 'private key' AND encrypted IS DISTINCT FROM TRUE THEN 0.7
    WHEN kind IN ('authorised key', 'package signer') THEN 0.5 ELSE 0 END"""
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`private key`, `authorised key` (whoever holds its other half is let in), `trusted "
        "authority` (whose certificates the system believes) or `package signer` (whose packages "
        "or updates it takes)"
    ),
    "algorithm": "`rsa`, `ed25519`, `ecdsa`, `dsa`, …",
    "bits": "length of the key",
    "fingerprint": (
        "`SHA256:…` of the public key as OpenSSH shows it, or `spki-sha256:…` where OpenSSH has no "
        "such keys: the same in every file that holds either half; of an authority `sha256:…` of "
        "its certificate, of a signer of the file of keys without its comments"
    ),
    "encrypted": "true where a pass phrase is asked for before a private key can be used",
    "options": "what an authorised key is limited to, names of options only: `command`, `from`, …",
}


class KeyFile(NamedTuple):
    """A key that lies in a product, or that a product lets in. The key itself is not kept."""

    path: str
    kind: str
    locator: str = ""
    algorithm: str | None = None
    bits: int | None = None
    fingerprint: str | None = None
    encrypted: bool | None = None
    options: str | None = None
    grade: str = "observed"
