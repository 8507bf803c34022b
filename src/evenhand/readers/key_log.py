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
        (0, "434c49454e545f52414e444f4d20"),  # CLIENT_RANDOM
        (
            0,
            "434c49454e545f4541524c595f545241464649435f53454352455420",
        ),  # CLIENT_EARLY_TRAFFIC_SECRET
        (
            0,
            "434c49454e545f48414e445348414b455f545241464649435f53454352455420",
        ),  # CLIENT_HANDSHAKE_TRAFFIC_SECRET
        (
            0,
            "5345525645525f48414e445348414b455f545241464649435f53454352455420",
        ),  # SERVER_HANDSHAKE_TRAFFIC_SECRET
        (0, "434c49454e545f545241464649435f5345435245545f3020"),  # CLIENT_TRAFFIC_SECRET_0
        (0, "5345525645525f545241464649435f5345435245545f3020"),  # SERVER_TRAFFIC_SECRET_0
        (0, "4541524c595f4558504f525445525f53454352455420"),  # EARLY_EXPORTER_SECRET
        (0, "4558504f525445525f53454352455420"),  # EXPORTER_SECRET
        (0, "515549435f434c49454e545f"),  # QUIC_CLIENT_
        (0, "515549435f5345525645525f"),  # QUIC_SERVER_
        (0, "232053534c2f544c532073656372657473206c6f672066696c65"),  # # SSL/TLS secrets log file
        (0, "2320544c532073656372657473206c6f672066696c65"),  # # TLS secrets log file
        (0, "2353534c206b6579206c6f6766696c65"),  # #SSL key logfile
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
