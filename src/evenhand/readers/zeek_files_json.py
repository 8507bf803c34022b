"""Zeek logs of files without connections (before Zeek 5.1) as JSON lines.

Spec: Zeek, Log Files; Zeek JSON writer; JSON Lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.traffic.zeek_json import records_of

VERSION = "1"
RECOGNISES = {"keys": ("ts", "fuid", "seen_bytes", "tx_hosts")}
EMITS = ("carried_file", "mention")
CANNOT_SEE = {
    "carried_file": "files in encrypted connections, and the content of any file",
    "mention": "hosts that the log names otherwise",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the records say; stops at the first line that is no record."""
    yield from records_of(artefact)
