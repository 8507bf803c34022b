"""Android sparse images: a disk image with its empty stretches left out, as one artefact inside.

Spec: AOSP libsparse, sparse_format.h (version 1).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact, Child
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.volume.span import stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "3aff26ed"),)}
EMITS = ("file",)
CANNOT_SEE = {"file": "what the device wrote where the image says nothing"}

RAW, FILL, NOTHING, CHECK = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
PIECE = 1 << 16


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the whole image as one Child."""
    with artefact.open() as stream:
        head = stream.read(28)
        if len(head) < 28:
            raise NotThisFormat("no header")
        major, _, file_head, chunk_head, block, _, chunks = struct.unpack_from("<4H3I", head, 4)
        if major != 1 or file_head < 28 or chunk_head < 12 or not block or block % 4:
            raise NotThisFormat("no header that version 1 may have")
        yield Child("image.img", _image(stream, file_head, chunk_head, block, chunks))


def _image(stream: BinaryIO, at: int, head_bytes: int, block: int, chunks: int) -> Iterator[bytes]:
    for _ in range(chunks):
        stream.seek(at)
        head = stream.read(head_bytes)
        if len(head) < head_bytes:
            raise Unreadable("cut off before the last chunk", at)
        kind, _, blocks, total = struct.unpack_from("<2H2I", head)
        length = blocks * block
        if kind == RAW:
            if total != head_bytes + length:
                raise Unreadable("a chunk whose lengths differ", at)
            given = 0
            for data in stretch(stream, at + head_bytes, length):
                given += len(data)
                yield data
            if given < length:
                raise Unreadable("cut off inside a chunk", at + head_bytes + given)
        elif kind in (FILL, NOTHING):
            word = stream.read(4) if kind == FILL else bytes(4)
            for done in range(0, length, PIECE):
                yield (word * (PIECE // 4))[: min(PIECE, length - done)]
        elif kind != CHECK:
            raise Unreadable(f"a chunk of unknown kind {kind:#x}", at)
        at += max(total, head_bytes)
