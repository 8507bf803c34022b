"""NetFlow exports (versions 5 and 9), messages laid end to end: flows.

Spec: RFC 3954; Cisco NetFlow 5 export format; IANA IPFIX information elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.traffic.flow_export import Export

VERSION = "1"
RECOGNISES = {
    "magic": (
        (0, "00050001"),  # NetFlow 5, by its number of records
        (0, "00050002"),
        (0, "00050003"),
        (0, "00050004"),
        (0, "00050005"),
        (0, "00050006"),
        (0, "00050007"),
        (0, "00050008"),
        (0, "00050009"),
        (0, "0005000a"),
        (0, "0005000b"),
        (0, "0005000c"),
        (0, "0005000d"),
        (0, "0005000e"),
        (0, "0005000f"),
        (0, "00050010"),
        (0, "00050011"),
        (0, "00050012"),
        (0, "00050013"),
        (0, "00050014"),
        (0, "00050015"),
        (0, "00050016"),
        (0, "00050017"),
        (0, "00050018"),
        (0, "00050019"),
        (0, "0005001a"),
        (0, "0005001b"),
        (0, "0005001c"),
        (0, "0005001d"),
        (0, "0005001e"),
        (0, "000900"),  # NetFlow 9
    )
}
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
    yield from Export(artefact).read((5, 9))
