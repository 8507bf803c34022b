"""IPFIX files and exports, messages laid end to end: flows.

Spec: RFC 7011, RFC 5655, RFC 5103; IANA IPFIX information elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.traffic.flow_export import Export

VERSION = "1"
RECOGNISES = {"magic": ((0, "000a"),)}
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets unless a row says otherwise; packets that the "
        "exporter did not sample (counts are as exported); flows whose template is in another "
        "file; who began a flow that both ends had been speaking in before"
    ),
    "mention": "the records hold no names",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first message that cannot be read."""
    yield from Export(artefact).read((10,))
