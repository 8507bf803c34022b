"""A compressed file (gzip, xz, bzip2, zstd, LZ4, LZMA): one artefact inside, however many streams.

Spec: RFC 1952, .xz file format 1.2, bzip2, RFC 8878, LZ4 frame format 1.6, LZMA alone (.lzma).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact, Child
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.expansion import Damaged, Deflated, Expander, Lz4, Zstd, bzip2, lzma_alone, xz
from evenhand.readers import Item, Partly

VERSION = "2"
RECOGNISES = {
    "magic": (
        (0, "1f8b08"),  # gzip, deflate
        (0, "fd377a585a00"),  # xz
        (0, "425a6831"),  # bzip2, by its block size
        (0, "425a6832"),
        (0, "425a6833"),
        (0, "425a6834"),
        (0, "425a6835"),
        (0, "425a6836"),
        (0, "425a6837"),
        (0, "425a6838"),
        (0, "425a6839"),
        (0, "28b52ffd"),  # zstd
        (0, "04224d18"),  # LZ4
        (0, "5d00000004"),  # LZMA alone, dictionaries of 64 MiB …
        (0, "5d00000001"),
        (0, "5d00000002"),
        (0, "5d00008000"),  # … 8 MiB (what lzma and xz write) …
        (0, "5d00001000"),  # … 1 MiB
    )
}
EMITS = ()
CANNOT_SEE = {"*": "what a stream held before it was compressed with loss, or was cut off"}

READ_BYTES = 1 << 16
STREAMS: tuple[tuple[bytes, Callable[[], Expander]], ...] = (
    (b"\x1f\x8b\x08", lambda: Deflated(gzip=True)),
    (b"\xfd7zXZ\0", xz),
    (b"BZh", bzip2),
    (b"\x28\xb5\x2f\xfd", Zstd),
    (b"\x04\x22\x4d\x18", Lz4),
    (b"\x5d\0\0", lzma_alone),
)
SUFFIXES = {
    ".tgz": ".tar",
    ".taz": ".tar",
    ".txz": ".tar",
    ".tbz": ".tar",
    ".tbz2": ".tar",
    ".tzst": ".tar",
    ".tlz": ".tar",
    ".svgz": ".svg",
    **dict.fromkeys((".gz", ".z", ".xz", ".bz2", ".bz", ".zst", ".zstd", ".lz4", ".lzma"), ""),
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the expanded content as one Child, then what of it could not be expanded."""
    problems: list[Partly] = []
    pieces = _expanded(artefact, problems)
    first = next(pieces, None)
    if first is None and problems:
        with artefact.open() as stream:
            if stream.read(1) == b"\x5d":  # the sign of .lzma is weak
                raise NotThisFormat("no LZMA stream")
        raise Unreadable(
            f"nothing could be expanded: {problems[0].reason}", problems[0].offset_bytes
        )
    yield Child(expanded_name(artefact.name), _with(first, pieces))
    yield from problems


def expanded_name(name: str) -> str:
    """Last component of the path without the suffix that says how it is compressed."""
    last = name.rpartition("/")[2]
    for suffix, instead in SUFFIXES.items():
        if last.lower().endswith(suffix) and len(last) > len(suffix):
            return last[: -len(suffix)] + instead
    return last


def _with(first: bytes | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if first is not None:
        yield first
    yield from pieces


def _expanded(artefact: Artefact, problems: list[Partly]) -> Iterator[bytes]:
    """All streams one after the other; what goes wrong is added to `problems`, never raised."""
    with artefact.open() as stream:
        at, data = 0, stream.read(READ_BYTES)
        while data:
            made = next((make for magic, make in STREAMS if data.startswith(magic)), None)
            if made is None:
                problems.append(Partly("what follows the compressed data was not read", at))
                return
            expander = made()
            try:
                while data and not expander.eof:
                    yield from expander.feed(data)
                    at += len(data)
                    data = b"" if expander.eof else stream.read(READ_BYTES)
            except Damaged as error:
                problems.append(Partly(f"damaged: {error}", at))
                return
            if not expander.eof:
                problems.append(Partly("cut off: the compressed data end in mid-stream", at))
                return
            at -= len(expander.unused)
            padding, data = _next_stream(stream, expander.unused)
            at += padding


def _next_stream(stream: BinaryIO, data: bytes) -> tuple[int, bytes]:
    """Length of the zero padding between two streams (.xz 2.2; tapes add it to gzip), the rest."""
    padding = 0
    while True:
        rest = data.lstrip(b"\0")
        padding += len(data) - len(rest)
        if len(rest) >= 16 or not (more := stream.read(READ_BYTES)):
            return padding, rest
        data = rest + more
