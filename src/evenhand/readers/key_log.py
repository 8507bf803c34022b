"""Key logs (SSLKEYLOGFILE): the secrets by which captures beside them are opened; none is kept.

Spec: RFC 9850 (SSLKEYLOGFILE format); docs/decisions/0019-key-logs.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.decryption import key_log
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "magic": (
        (0, "434c49454e545f"),  # CLIENT_
        (0, "5345525645525f"),  # SERVER_
        (0, "4541524c595f4558504f52544552"),  # EARLY_EXPORTER
        (0, "4558504f525445525f"),  # EXPORTER_
        (0, "515549435f"),  # QUIC_
        (0, "52534120"),  # RSA
        (0, "4543485f"),  # ECH_
        (0, "232053534c"),  # "# SSL", as NSS writes before its secrets
        (0, "2320544c53"),  # "# TLS", as Python does
        (0, "2353534c"),  # "#SSL"
    ),
    "whole": True,
}
EMITS = ()
CANNOT_SEE = {"*": "whose sessions these are: only the captures beside a key log show that"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what is not understood; the secrets themselves are offered to captures."""
    with artefact.open() as stream:
        if not key_log.is_key_log(stream.read(key_log.HEAD_BYTES)):
            raise NotThisFormat("no line of a key log")
    log = key_log.KeyLog()
    log.add(key_log.offered(str(artefact.file)))
    if artefact.size_bytes > key_log.FILE_BYTES:
        yield Partly(
            f"only the first {key_log.FILE_BYTES >> 20} MiB are offered to captures",
            key_log.FILE_BYTES,
        )
    if log.odd:
        yield Partly(f"{log.odd} lines of a key log were not understood")
    if log.dropped:
        yield Partly(f"{log.dropped} lines of sessions beyond the limit were left out")
