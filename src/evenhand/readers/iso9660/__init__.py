"""ISO 9660 images of discs, with Rock Ridge (Unix) or Joliet (Unicode) names.

Spec: ECMA-119 (4th edition), IEEE P1282 (Rock Ridge), IEEE P1281 (SUSP), Joliet specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly
from evenhand.readers.iso9660.record import Record, record
from evenhand.readers.iso9660.tree import entries
from evenhand.volume.entry import members

VERSION = "1"
RECOGNISES = {"magic": ((32769, "4344303031"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "files that only UDF names; boot images, unless a file holds them"}

SECTOR = 2048
DESCRIPTORS = 64
PRIMARY, SUPPLEMENTARY, LAST = 1, 2, 255  # 8.1.1
JOLIET = (b"%/@", b"%/C", b"%/E")  # escape sequences of its three levels


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per file, folder by folder."""
    with artefact.open() as stream:
        primary, joliet = _roots(stream)
        if primary is None:
            raise NotThisFormat("no volume descriptor that can be read")
        root, size = primary
        unix = _unix(stream, root)
        wide = joliet is not None and not unix
        if wide and joliet is not None:
            root = joliet
        yield from members(entries(stream, root, unix, wide, artefact.size_bytes))
        if size > artefact.size_bytes:
            yield Partly(f"cut off: the volume has {size} bytes", artefact.size_bytes)


def _roots(stream: BinaryIO) -> tuple[tuple[Record, int] | None, Record | None]:
    """Root folder and length of the volume, root folder by Joliet's names."""
    primary, joliet = None, None
    for number in range(DESCRIPTORS):
        stream.seek((16 + number) * SECTOR)
        raw = stream.read(SECTOR)
        if len(raw) < SECTOR or raw[1:6] != b"CD001" or raw[0] == LAST:
            break
        root = record(raw[156:190], 0)
        if raw[0] == PRIMARY and primary is None and root is not None:
            primary = root, int.from_bytes(raw[80:84], "little") * SECTOR
        elif raw[0] == SUPPLEMENTARY and raw[88:91] in JOLIET:
            joliet = root
    return primary, joliet


def _unix(stream: BinaryIO, root: Record) -> bool:
    """True where the root's own record opens with the sign of the sharing protocol (SUSP 5.3)."""
    stream.seek(root.extent * SECTOR)
    first = record(stream.read(255), 0)
    return first is not None and b"SP\x07\x01\xbe\xef" in first.system
