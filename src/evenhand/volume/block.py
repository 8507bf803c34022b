"""One compressed block of a file system, expanded within the size that blocks may have.

Spec: RFC 1950 (zlib), RFC 8878 (zstd), .xz 1.2, LZMA alone, LZ4 block format, LZO1X.
"""

from __future__ import annotations

import lzma
import zlib

from evenhand.errors import EvenhandError

LZMA_BYTES = 64 << 20  # memory that one LZMA stream may take


class BadBlock(EvenhandError):
    """A block that breaks its format, or expands to more than it may."""


def expand(method: str, data: bytes, most: int) -> bytes:
    """The block expanded to at most `most` bytes; raises `BadBlock`."""
    try:
        made = EXPANDERS[method](data, most)
    except KeyError:
        raise BadBlock(f"compression {method} is not known") from None
    except (zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError) as error:
        raise BadBlock(f"damaged {method} block: {str(error)[:100]}") from None
    if len(made) > most:
        raise BadBlock(f"a block expands to more than {most} bytes")
    return made


def _zlib(data: bytes, most: int) -> bytes:
    return zlib.decompressobj().decompress(data, most + 1)


def _raw(data: bytes, most: int) -> bytes:
    return zlib.decompressobj(-15).decompress(data, most + 1)


def _lzma(data: bytes, most: int) -> bytes:
    # A block's stream may end without its end mark.
    state = lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=LZMA_BYTES)
    return state.decompress(data, most + 1)


def _zstd(data: bytes, most: int) -> bytes:
    import zstandard

    try:
        # The library makes room for whatever the frame says it holds.
        if zstandard.frame_content_size(data) > most:
            raise BadBlock(f"a block expands to more than {most} bytes")
        made = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        return bytes(made.decompress(data, max_output_size=most))
    except zstandard.ZstdError as error:
        raise BadBlock(f"damaged zstd block: {error}") from None


def _lz4(data: bytes, most: int) -> bytes:
    import lz4.block

    try:
        return bytes(lz4.block.decompress(data, uncompressed_size=most))
    except lz4.block.LZ4BlockError as error:
        raise BadBlock(f"damaged lz4 block: {error}") from None


def _lzo(data: bytes, most: int) -> bytes:
    import lzallright

    if len(data) > most + most // 16 + 67:  # LZO's own bound: data that do not shrink
        raise BadBlock("an lzo block longer than what it may hold")
    try:  # the library makes room as it needs; LZO expands some 250 times at most
        return bytes(lzallright.LZOCompressor.decompress(data, most))
    except lzallright.LZOError as error:
        raise BadBlock(f"damaged lzo block: {error}") from None


EXPANDERS = {
    "deflate": _raw,
    "lz4": _lz4,
    "lzma": _lzma,
    "lzo": _lzo,
    "xz": _lzma,
    "zlib": _zlib,
    "zstd": _zstd,
}
