"""Bodies of decrypted messages: put together, expanded as their fields say, and handed on.

Spec: RFC 9110 §8.4 (content codings); docs/reference/facts.md (table `carried_file`).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.artefact import Child
from evenhand.errors import Unreadable
from evenhand.expansion import Damaged, Deflated, Zstd
from evenhand.facts.carried_file import CarriedFile
from evenhand.readers import Item
from evenhand.readers.pcap.container import MISSING, moment
from evenhand.readers.pcap.names import Where

BODY_BYTES = 16 << 20  # of one body, as sent; longer ones are handed on so far
EXPANDED_BYTES = 64 << 20  # of one body, expanded
HELD_BYTES = 96 << 20  # of all bodies that are being put together
GZIP, DEFLATE, BROTLI, ZSTD = b"gzip", b"deflate", b"br", b"zstd"


class Wanted(NamedTuple):
    """Whose body it is."""

    name: str
    kind: str  # media type
    coding: bytes
    where: Where
    sender: str
    receiver: str


class Bodies:
    """Bodies being put together, by connection, stream and side."""

    def __init__(self) -> None:
        self._open: dict[tuple[object, int, int], tuple[Wanted, bytearray, list[bool]]] = {}
        self._held = 0

    def begin(self, key: tuple[object, int, int], wanted: Wanted) -> None:
        """A message begins; its body may follow."""
        self._forget(key)
        self._open[key] = wanted, bytearray(), []

    def add(self, key: tuple[object, int, int], data: bytes) -> None:
        """Some of a body."""
        found = self._open.get(key)
        if found is None:
            return
        _, body, cut = found
        room = max(0, min(BODY_BYTES - len(body), HELD_BYTES - self._held))
        body += data[:room]
        self._held += min(room, len(data))
        if len(data) > room and not cut:
            cut.append(True)

    def end(self, key: tuple[object, int, int], whole: bool) -> tuple[Wanted, bytes, bool] | None:
        """A message is over: its body as sent, and whether all of it is there."""
        found = self._open.get(key)
        if found is None:
            return None
        self._forget(key)
        return found[0], bytes(found[1]), whole and not found[2]

    def _forget(self, key: tuple[object, int, int]) -> None:
        earlier = self._open.pop(key, None)
        if earlier is not None:
            self._held -= len(earlier[1])

    def keys(self, connection: object) -> list[tuple[object, int, int]]:
        """What is being put together of one connection."""
        return [key for key in self._open if key[0] is connection]


def handed_on(wanted: Wanted, body: bytes, whole: bool) -> Iterator[Item]:
    """A body as an artefact, and the row that says who sent it."""
    plain, sound = expanded(body, wanted.coding)
    if not plain:
        return
    yield Child(wanted.name, _content(plain, whole and sound))
    number, time = wanted.where
    yield CarriedFile(
        name=wanted.name.partition("/")[2],
        locator=f"packet {number}, decrypted",
        media_type=wanted.kind or None,
        size_bytes=len(plain),
        digest=f"sha256:{hashlib.sha256(plain).hexdigest()}",
        sender_address=wanted.sender,
        receiver_address=wanted.receiver,
        protocol="http",
        whole=whole and sound,
        first_seen=None if time == MISSING else moment(time),
    )


def _content(plain: bytes, whole: bool) -> Iterator[bytes]:
    yield plain
    if not whole:
        raise Unreadable("was not captured whole, or is longer than is kept", len(plain))


def expanded(body: bytes, coding: bytes) -> tuple[bytes, bool]:
    """The body without its content coding, and whether that could be taken off to the end.

    A coding that is not known, or that does not fit, is left on.
    """
    coding = coding.strip().lower()
    if not body or coding in (b"", b"identity"):
        return body, True
    if coding == BROTLI:
        return _brotli(body)
    if coding not in (GZIP, b"x-gzip", DEFLATE, ZSTD):
        return body, True
    if coding == DEFLATE:  # RFC 9110 §8.4.1.2: in a zlib wrapper, which some leave out
        try:
            return zlib.decompressobj().decompress(body, EXPANDED_BYTES), True
        except zlib.error:
            pass
    state = Zstd() if coding == ZSTD else Deflated(coding != DEFLATE)
    plain = bytearray()
    try:
        for piece in state.feed(body):
            plain += piece
            if len(plain) > EXPANDED_BYTES:
                return bytes(plain[:EXPANDED_BYTES]), False
    except Damaged:
        return (bytes(plain), False) if plain else (body, True)
    return bytes(plain), state.eof


def _brotli(body: bytes) -> tuple[bytes, bool]:
    import brotli

    state = brotli.Decompressor()
    try:
        plain: bytes = state.process(body, output_buffer_limit=EXPANDED_BYTES)
    except brotli.error:
        return body, True
    return plain[:EXPANDED_BYTES], bool(state.is_finished())
