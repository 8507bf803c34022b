"""Zeek logs of certificates (x509) as JSON lines.

Spec: Zeek, Log Files; Zeek JSON writer; JSON Lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.traffic.zeek_json import records_of

VERSION = "1"
RECOGNISES = {"keys": ("ts", "certificate.subject", "certificate.issuer")}
EMITS = ("certificate", "mention")
CANNOT_SEE = {
    "certificate": "the server that showed it, which stands in another log; encrypted ones",
    "mention": "hosts that the log names otherwise",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the records say; stops at the first line that is no record."""
    yield from records_of(artefact)
