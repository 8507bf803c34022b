"""Expansion of compressed streams in bounded pieces, whatever they were built to expand to.

Spec: RFC 1951 (deflate), RFC 1952 (gzip), RFC 8878 (zstd), LZ4 frame format 1.6,
the .xz format 1.2, bzip2, PKWARE APPNOTE 6.3.10 s. 5.8 (LZMA in zip).
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from evenhand.errors import EvenhandError

PIECE_BYTES = 1 << 16  # most that is handed out at once, zstd apart
WINDOW_BYTES = 1 << 27  # largest window that a stream may ask for
# Four bytes of zstd may hold a block of 128 KiB and no bound can be put on one call, so that it
# is fed this little at a time: 32 MiB at worst.
ZSTD_FEED_BYTES = 1 << 10


class Damaged(EvenhandError):
    """The stream breaks its format here, or asks for more memory than it may have."""


class Expander(Protocol):
    """One compressed stream."""

    @property
    def eof(self) -> bool:
        """True once the end mark of the stream was met."""
        ...

    @property
    def unused(self) -> bytes:
        """What followed the end mark in the data fed last."""
        ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Expand more of the stream; raises `Damaged`."""
        ...


class Stored:
    """No compression at all."""

    eof = False
    unused = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The data as they are."""
        yield data


class Deflated:
    """Deflate, raw or in a gzip wrapper."""

    def __init__(self, gzip: bool) -> None:
        self._state = zlib.decompressobj(31 if gzip else -15)

    @property
    def eof(self) -> bool:
        """See `Expander`."""
        return self._state.eof

    @property
    def unused(self) -> bytes:
        """See `Expander`."""
        return self._state.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Expander`."""
        try:
            while not self._state.eof:
                piece = self._state.decompress(data, PIECE_BYTES)
                data = self._state.unconsumed_tail
                if not piece:
                    return
                yield piece
        except zlib.error as error:
            raise Damaged(str(error)) from None


class Blocks:
    """bzip2, xz and LZMA: the library keeps what it was fed and could not use yet."""

    def __init__(self, state: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._state = state

    @property
    def eof(self) -> bool:
        """See `Expander`."""
        return self._state.eof

    @property
    def unused(self) -> bytes:
        """See `Expander`."""
        return self._state.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Expander`."""
        try:
            while not self._state.eof:
                piece = self._state.decompress(data, PIECE_BYTES)
                data = b""
                if piece:
                    yield piece
                elif self._state.needs_input:
                    return
        except (lzma.LZMAError, OSError, EOFError) as error:
            raise Damaged(str(error) or "damaged") from None


class ZipLzma:
    """LZMA in zip: four bytes and the properties stand before the stream (APPNOTE 5.8.8)."""

    unused = b""

    def __init__(self) -> None:
        self._held = b""
        self._state: Blocks | None = None

    @property
    def eof(self) -> bool:
        """See `Expander`."""
        return self._state is not None and self._state.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Expander`."""
        if self._state is None:
            self._held += data
            if len(self._held) < 9:
                return
            length, chosen = int.from_bytes(self._held[2:4], "little"), self._held[4]
            window = int.from_bytes(self._held[5:9], "little")
            if length != 5 or window > WINDOW_BYTES or chosen >= 225:
                raise Damaged("LZMA properties out of bounds")
            chain = {"id": lzma.FILTER_LZMA1, "dict_size": max(4096, window)}
            chain |= {"lc": chosen % 9, "lp": chosen // 9 % 5, "pb": chosen // 45}
            try:
                state = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chain])
            except (lzma.LZMAError, ValueError) as error:
                raise Damaged(str(error)) from None
            self._state, data = Blocks(state), self._held[9:]
        yield from self._state.feed(data)


class Zstd:
    """zstd: one frame."""

    def __init__(self) -> None:
        import zstandard

        made = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
        self._state = made.decompressobj()
        self._error = zstandard.ZstdError
        self._left = b""

    @property
    def eof(self) -> bool:
        """See `Expander`."""
        return bool(self._state.eof)

    @property
    def unused(self) -> bytes:
        """See `Expander`."""
        return bytes(self._state.unused_data) + self._left

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Expander`; the pieces may be as large as `ZSTD_FEED_BYTES` expand to."""
        for at in range(0, len(data), ZSTD_FEED_BYTES):
            try:
                piece = self._state.decompress(data[at : at + ZSTD_FEED_BYTES])
            except self._error as error:
                raise Damaged(str(error)) from None
            self._left = data[at + ZSTD_FEED_BYTES :] if self._state.eof else b""
            if piece:
                yield piece
            if self._state.eof:
                return


class Lz4:
    """LZ4: one frame."""

    def __init__(self) -> None:
        import lz4.frame

        self._state = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        """See `Expander`."""
        return bool(self._state.eof)

    @property
    def unused(self) -> bytes:
        """See `Expander`."""
        return self._state.unused_data or b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Expander`."""
        try:
            while not self._state.eof:
                piece = self._state.decompress(data, PIECE_BYTES)
                data = b""
                if piece:
                    yield piece
                elif self._state.needs_input:
                    return
        except (RuntimeError, EOFError) as error:
            raise Damaged(str(error)) from None


def xz() -> Blocks:
    """One .xz stream, its memory bounded."""
    return Blocks(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=2 * WINDOW_BYTES))


def lzma_alone() -> Blocks:
    """One .lzma stream, its memory bounded."""
    return Blocks(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=2 * WINDOW_BYTES))


def bzip2() -> Blocks:
    """One bzip2 stream."""
    return Blocks(bz2.BZ2Decompressor())
