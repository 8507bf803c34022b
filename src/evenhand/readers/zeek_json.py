"""Zeek logs as JSON lines (conn, dns, ssl, quic, http, files with connections): flows, names.

Spec: Zeek, Log Files; Zeek JSON writer; JSON Lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.traffic.zeek_json import records_of

VERSION = "1"
RECOGNISES = {"keys": ("ts", "id.orig_h", "id.resp_h")}
EMITS = ("flow", "host_name", "certificate", "carried_file", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets, or of the payload where a log has no others; "
        "what Zeek did not see or dropped; the outer layer of tunnels that Zeek keeps in no "
        "connection (GRE, IP in IP)"
    ),
    "host_name": (
        "names in logs that were not given, names in encrypted DNS or hidden by encrypted "
        "ClientHello; whether a name stood before a hidden one"
    ),
    "certificate": "the server that showed it, which stands in another log; encrypted ones",
    "carried_file": "files in encrypted connections, and the content of any file",
    "mention": "hosts that the log names otherwise than as ends of flows or as names used",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the records say; stops at the first line that is no record."""
    yield from records_of(artefact)
