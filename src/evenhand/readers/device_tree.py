"""Device trees, and images packed in one (FIT): kernels, ramdisks, file systems, firmware.

Signatures that an image tree carries are recorded as declared: they are not verified, and
whether a boot loader asks for them is not in the image.

Spec: Devicetree Specification 0.4 ch. 5; Flattened Image Tree Specification (images, signature).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.declaration import Declaration
from evenhand.facts.file import File
from evenhand.facts.mention import Mention
from evenhand.host import in_urls, special_use
from evenhand.readers import Item, Partly
from evenhand.volume.span import after, stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "d00dfeed"),)}
EMITS = ("file", "declaration", "mention")
CANNOT_SEE = {
    "file": "modes and owners, which the format does not have",
    "declaration": "whether a signature holds, and whether whoever boots the image asks for one",
    "mention": "addresses held as numbers",
}

BEGIN, END, PROPERTY, NOTHING, LAST = 1, 2, 3, 4, 9  # tokens (5.4.1)
STRUCTURE_BYTES = 64 << 20  # longest block of strings; of structure where data are outside
TOKENS = 1_000_000
DEPTH = 32
HELD_BYTES = 256  # longest value that is kept


class Property(NamedTuple):
    """A value in the tree, and where it stands."""

    node: str
    name: str
    value: bytes  # its first bytes
    begin: int
    length: int


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row and a Child for each image; hosts in a tree that holds no image."""
    with artefact.open() as stream:
        head = stream.read(40)
        if len(head) < 40:
            raise NotThisFormat("no header")
        total, structure, strings, _, version, last = struct.unpack_from(">6I", head, 4)
        if version < last or not 1 <= last <= 17 or max(structure, strings) > total:
            raise NotThisFormat("no header of a version that is known")
        images: dict[str, dict[str, Property]] = {}
        signed: dict[str, dict[str, str]] = {}
        end = total
        for found in _properties(stream, structure, strings, min(total, artefact.size_bytes)):
            parts = found.node.split("/")
            if found.node.startswith("/images/") and len(parts) == 3:
                images.setdefault(found.node, {})[found.name] = found
            if parts[-1].startswith("signature") and found.name in ("algo", "key-name-hint"):
                signed.setdefault(found.node, {})[found.name] = _text(found.value)
        for node, said in images.items():
            begin, length = _where(said, total)
            if begin + length > artefact.size_bytes:
                yield Partly(f"{node}: cut off", artefact.size_bytes)
            end = max(end, begin + length)
            yield File(node[1:], "file", f"offset {begin}", length)
            yield Child(node[1:], stretch(stream, begin, length))
        for node, what in signed.items():
            text = " ".join(v for v in (what.get("algo"), what.get("key-name-hint")) if v)
            yield Declaration("update signature", node, text=text, grade="declared")
        if not images:
            yield from _mentions(artefact, stream, total)
        yield from after(stream, end, artefact.size_bytes, "the tree")


def _mentions(artefact: Artefact, stream: BinaryIO, total: int) -> Iterator[Mention]:
    data = os.pread(stream.fileno(), min(total, STRUCTURE_BYTES), 0)
    for found in sorted(set(in_urls(data)), key=lambda f: (f.offset, f.host)):
        special = special_use(found.host)
        yield Mention(artefact.name, found.host, f"offset {found.offset}", found.scheme, special)


def _where(said: dict[str, Property], total: int) -> tuple[int, int]:
    """Where an image's data stand: in the tree, or after it (offset from its end, rounded up)."""
    if "data" in said:
        return said["data"].begin, said["data"].length
    length = _number(said.get("data-size"))
    if "data-position" in said:
        return _number(said["data-position"]), length
    return (total + 3 & ~3) + _number(said.get("data-offset")), length


def _number(found: Property | None) -> int:
    return int.from_bytes(found.value[:4], "big") if found else 0


def _text(value: bytes) -> str:
    return shown(value.partition(b"\0")[0])


def _properties(stream: BinaryIO, at: int, strings: int, limit: int) -> Iterator[Property]:
    names = os.pread(stream.fileno(), min(STRUCTURE_BYTES, max(0, limit - strings)), strings)
    path: list[str] = []
    for _ in range(TOKENS):
        token = int.from_bytes(os.pread(stream.fileno(), 4, at), "big") if at < limit else 0
        at += 4
        if token == BEGIN:
            raw = os.pread(stream.fileno(), 256, at).partition(b"\0")[0]
            path.append(shown(raw))
            at += len(raw) + 4 & ~3
            if len(path) > DEPTH:
                raise Unreadable(f"nodes more than {DEPTH} deep", at)
        elif token == END and path:
            path.pop()
            if not path:
                return
        elif token == PROPERTY:
            length, place = struct.unpack(">2I", os.pread(stream.fileno(), 8, at).ljust(8, b"\0"))
            at += 8
            value = os.pread(stream.fileno(), min(length, HELD_BYTES), at)
            name = names[place : place + 64].partition(b"\0")[0]
            yield Property("/".join(path), shown(name), value, at, length)
            at += length + 3 & ~3
        elif token == LAST:
            return
        elif token != NOTHING:
            raise Unreadable("the structure is damaged: what follows was not read", at)
    raise Unreadable(f"stopped after {TOKENS} tokens", at)
