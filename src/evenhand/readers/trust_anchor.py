"""Authorities that a system trusts: certificates in its stores, by their fingerprint.

Spec: RFC 7468 (certificates), update-ca-certificates(8), update-ca-trust(8).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.key_file import KeyFile
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "names": (
        "local/share/ca-certificates/*.crt", "local/share/ca-certificates/*/*.crt",
        "ca-trust/source/anchors/*", "pki/trust/anchors/*", "etc/ssl/certs/*", "etc/ssl/cert.pem",
        "etc/security/cacerts/*", "tls/certs/ca-bundle*",
    )
}  # fmt: skip
EMITS = ("key_file", "behaviour")
CANNOT_SEE = {
    "key_file": "authorities inside programs and in stores of their own (Java, browsers)",
    "behaviour": "which programs ask the store",
}

READ_BYTES = 8 << 20
CERTIFICATES = 2_000
BLOCK = re.compile(
    rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----\s([^-]*+(?:-(?!----)[^-]*+)*)-----END"
)
# Where an administrator's own authorities go: a distribution's lie elsewhere.
ADDED = re.compile(r"(?:^|/)(?:local/share/ca-certificates|anchors)/")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `key_file` per certificate; a `behaviour` where somebody added it."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    met = 0
    for match in BLOCK.finditer(raw):
        met += 1
        if met > CERTIFICATES:
            yield Partly(f"more than {CERTIFICATES} certificates: the rest was not read")
            break
        line = 1 + raw.count(b"\n", 0, match.start())
        place = f"line {line}"
        try:
            der = base64.b64decode(b"".join(match[1].split()), validate=True)
        except (binascii.Error, ValueError):
            yield Partly(f"{place}: a certificate that cannot be read", match.start())
            der = b""
        fingerprint = f"sha256:{hashlib.sha256(der).hexdigest()}" if der else None
        yield KeyFile(artefact.name, "trusted authority", place, None, None, fingerprint)
    if not met:
        raise NotThisFormat("no certificate in text")
    if ADDED.search(artefact.name):
        because = "an authority beside those of the distribution is trusted by every program"
        name = artefact.name.rpartition("/")[2]
        yield Behaviour(artefact.name, "adds trust", "line 1", name[:200], because, 0.5)
