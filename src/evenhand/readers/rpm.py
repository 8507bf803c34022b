"""RPM packages: which component it is, its scripts, and its payload as one artefact inside.

Spec: RPM Package Format V3/V4 (lead, signature, header, payload); PURL type `rpm`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import Unreadable
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"magic": ((0, "edabeedb"),)}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "libraries that were linked into a package's programs"}

LEAD = 96
MAGIC = b"\x8e\xad\xe8\x01"
PIECE = 1 << 16
INDEX_ENTRIES, STORE_BYTES = 1 << 16, 1 << 28  # librpm's own limits
TEXT_BYTES = 1 << 20  # longest script that is read
NAME, VERSION_TAG, RELEASE, EPOCH, VENDOR, ARCH = 1000, 1001, 1002, 1003, 1011, 1022
PAYLOAD_FORMAT, SOURCE_PACKAGE = 1124, 1106
SCRIPTS = {
    1023: "pre-install",
    1024: "post-install",
    1025: "pre-uninstall",
    1026: "post-uninstall",
    1065: "trigger",
    1079: "verify",
    1151: "pre-transaction",
    1152: "post-transaction",
}
INT32, STRING, STRING_ARRAY, I18N = 4, 6, 8, 9
Tags = dict[int, list[str] | list[int]]


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component`, a Child per script, and the payload as one Child."""
    with artefact.open() as stream:
        _, end = _header(stream, LEAD, ())
        tags, begin = _header(
            stream,
            end + -end % 8,
            (NAME, VERSION_TAG, RELEASE, EPOCH, VENDOR, ARCH, PAYLOAD_FORMAT, *SCRIPTS),
        )
        name = _one(tags, NAME)
        if name is None:
            yield Defect("RPM: a header names its package", "no tag 1000", f"offset {end}")
        else:
            yield _component(name, tags, f"offset {end + -end % 8}")
        for tag, when in SCRIPTS.items():
            for number, script in enumerate(tags.get(tag, [])):
                yield Child(
                    f"{when}.{number}.sh" if number else f"{when}.sh", [str(script).encode()]
                )
        size = artefact.size_bytes - begin
        if size <= 0:
            raise Unreadable("cut off: there is no payload", artefact.size_bytes)
        yield Child(f"payload.{_one(tags, PAYLOAD_FORMAT) or 'cpio'}", _content(stream, begin))


def _component(name: str, tags: Tags, place: str) -> Component:
    version, release, epoch = (_one(tags, t) for t in (VERSION_TAG, RELEASE, EPOCH))
    full = "-".join(v for v in (version, release) if v) or None
    qualifiers = [
        f"{k}={quote(v, safe='')}" for k, v in (("arch", _one(tags, ARCH)), ("epoch", epoch)) if v
    ]
    url = f"pkg:rpm/{quote(name, safe='')}" + (f"@{quote(full, safe='')}" if full else "")
    url += "?" + "&".join(qualifiers) if qualifiers else ""
    return Component(name, place, full, url, _one(tags, VENDOR), grade="declared")


def _one(tags: Tags, tag: int) -> str | None:
    found = tags.get(tag)
    return str(found[0]) if found else None


def _header(stream: BinaryIO, at: int, wanted: tuple[int, ...]) -> tuple[Tags, int]:
    """The tags that are wanted and the offset where the header ends."""
    stream.seek(at)
    intro = stream.read(16)
    count, size = int.from_bytes(intro[8:12], "big"), int.from_bytes(intro[12:16], "big")
    if len(intro) < 16 or intro[:4] != MAGIC or count > INDEX_ENTRIES or size > STORE_BYTES:
        raise Unreadable("a header is damaged", at)
    index, store = stream.read(16 * count), at + 16 + 16 * count
    found: Tags = {}
    for place in range(0, len(index), 16):
        tag, kind, offset, number = (
            int.from_bytes(index[place + n : place + n + 4], "big") for n in (0, 4, 8, 12)
        )
        if tag in wanted and offset < size and number:
            stream.seek(store + offset)
            if kind == INT32:
                found[tag] = [int.from_bytes(stream.read(4), "big")]
            elif kind in (STRING, STRING_ARRAY, I18N):
                number = 1 if kind == STRING else min(number, INDEX_ENTRIES)
                texts = stream.read(min(TEXT_BYTES, size - offset)).split(b"\0", number)[:number]
                found[tag] = [shown(text) for text in texts]
    if len(index) < 16 * count:
        raise Unreadable("cut off inside a header", at)
    return found, store + size


def _content(stream: BinaryIO, at: int) -> Iterator[bytes]:
    stream.seek(at)
    while data := stream.read(PIECE):
        yield data
