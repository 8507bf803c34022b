"""Who signed a phone package or a Java archive: certificates, by digest.

Android's signature schemes 2 and 3 stand in a block before the zip directory; scheme 1 and Java
keep them in META-INF. That a signature holds is not verified.

Spec: Android Open Source Project, "APK Signature Scheme v2" and "v3"; JAR File Specification;
RFC 5652 (CMS).
"""

from __future__ import annotations

import os
import struct
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from evenhand import x509
from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "names": ("*.apk", "META-INF/*.RSA", "META-INF/*.DSA", "META-INF/*.EC"),
}
EMITS = ("certificate",)
CANNOT_SEE = {"certificate": "whether a signature holds; who holds the key; rotation by the store"}

MAGIC = b"APK Sig Block 42"
BLOCK_BYTES = 32 << 20
CMS_BYTES = 4 << 20
SCHEMES = {0x7109871A: "scheme 2", 0xF05368C0: "scheme 3", 0x1B93AD61: "scheme 3.1"}
CERTIFICATES = 100


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `certificate` for each signer's certificate."""
    with artefact.open() as stream:
        if not artefact.name.endswith(".apk"):
            yield from _cms(stream.read(CMS_BYTES))
            return
        if stream.read(4) != b"PK\x03\x04":
            raise NotThisFormat("no zip archive")
        block, at = _block(stream, artefact.size_bytes)
        met = 0
        for scheme, raw in _pairs(block):
            for certificate in _signers(raw):
                met += 1
                if met > CERTIFICATES:
                    yield Partly(f"more than {CERTIFICATES} certificates: the rest was not read")
                    return
                row = x509.read(certificate, f"offset {at}, {scheme}")
                yield Partly(f"{scheme}: a certificate that cannot be read") if row is None else row


def _cms(raw: bytes) -> Iterator[Item]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pkcs7.load_der_pkcs7_certificates(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotThisFormat(f"no signed data: {error}") from None
    for number, parsed in enumerate(found[:CERTIFICATES]):
        row = x509.read(parsed.public_bytes(Encoding.DER), f"scheme 1, certificate {number}")
        yield Partly(f"certificate {number} cannot be read") if row is None else row


def _block(stream: BinaryIO, size: int) -> tuple[bytes, int]:
    """The signing block and its offset: it ends where the zip directory begins."""
    tail_at = max(0, size - 65557)
    tail = os.pread(stream.fileno(), size - tail_at, tail_at)
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < 22:
        raise NotThisFormat("no zip directory")
    directory = struct.unpack_from("<I", tail, end + 16)[0]
    foot = os.pread(stream.fileno(), 24, max(0, directory - 24))
    if foot[8:] != MAGIC:
        raise NotThisFormat("no signing block")
    length = int.from_bytes(foot[:8], "little")
    begin = directory - length - 8
    if not 24 <= length <= BLOCK_BYTES or begin < 0:
        raise NotThisFormat("no signing block")
    return os.pread(stream.fileno(), length - 24, begin + 8), begin


def _pairs(block: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at + 12 <= len(block):
        length, kind = struct.unpack_from("<QI", block, at)
        if not 4 <= length <= len(block) - at - 8:
            return
        if kind in SCHEMES:
            yield SCHEMES[kind], block[at + 12 : at + 8 + length]
        at += 8 + length


def _parts(raw: bytes) -> Iterator[bytes]:
    """A sequence of parts, each with its length of four bytes in front."""
    at = 0
    while at + 4 <= len(raw):
        length = int.from_bytes(raw[at : at + 4], "little")
        if length > len(raw) - at - 4:
            return
        yield raw[at + 4 : at + 4 + length]
        at += 4 + length


def _signers(raw: bytes) -> Iterator[bytes]:
    """Signers → signed data → digests, then certificates."""
    for signers in _parts(raw):
        for one in _parts(signers):
            signed = next(_parts(one), b"")
            parts = list(_parts(signed))[:2]
            if len(parts) == 2:
                yield from _parts(parts[1])
