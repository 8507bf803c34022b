"""7z: the methods that pack and filter, as stages that data run through.

Filters for machine code are run one by one over data framed as LZMA2 chunks that are not packed:
behind LZMA without an end mark the library would keep the last bytes to itself.

Spec: 7-Zip DOC/Methods.txt; .xz file format 1.2 s. 5.3 (filters); LZMA SDK (LZMA2 chunks).
"""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from typing import Any

from evenhand.expansion import WINDOW_BYTES, Blocks, Damaged, Deflated, Expander, Zstd
from evenhand.readers.seven_zip.header import Coder, Folder

Stage = Callable[[Iterator[bytes]], Iterator[bytes]]
CHUNK = 1 << 16  # longest LZMA2 chunk that is not packed
FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x09": lzma.FILTER_SPARC,
}
NAMED = {
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x06\xf1\x07\x01": "AES",
    b"\x0a": "ARM64",
}


def stages(folder: Folder) -> list[Stage]:
    """The stages of a folder; raises `Damaged` where one of its methods is not read."""
    if not folder.linear:
        raise Damaged("packed in several streams (BCJ2)")
    return [_stage(coder) for coder in folder.coders]


def _stage(coder: Coder) -> Stage:
    method, said = coder.method, coder.properties
    if method == b"\0":
        return lambda pieces: pieces
    if method in FILTERS:
        return _filtered({"id": FILTERS[method]})
    if method == b"\x03":
        return _filtered({"id": lzma.FILTER_DELTA, "dist": (said[0] if said else 0) + 1})
    made: Callable[[], Expander]
    if method == b"\x03\x01\x01":
        chain = _lzma(said)
        made = lambda: _raw(chain)  # noqa: E731 - one expander for each time it is run
    elif method == b"\x21":
        chain = _lzma2(said)
        made = lambda: _raw(chain)  # noqa: E731
    elif method == b"\x04\x01\x08":
        made = lambda: Deflated(gzip=False)  # noqa: E731
    elif method == b"\x04\x02\x02":
        made = lambda: Blocks(bz2.BZ2Decompressor())  # noqa: E731
    elif method == b"\x04\xf7\x11\x01":
        made = Zstd
    elif method == b"\x06\xf1\x07\x01":
        raise Damaged("encrypted")
    else:
        raise Damaged(f"packed by {NAMED.get(method, 'method ' + method.hex())}, which is not read")
    return lambda pieces: _expanded(made(), pieces)


def _raw(chain: dict[str, Any]) -> Expander:
    try:
        return Blocks(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chain]))
    except (lzma.LZMAError, ValueError) as error:
        raise Damaged(str(error)) from None


def _lzma(said: bytes) -> dict[str, Any]:
    if len(said) < 5 or said[0] >= 225:
        raise Damaged("LZMA properties out of bounds")
    window = int.from_bytes(said[1:5], "little")
    if window > WINDOW_BYTES:
        raise Damaged(f"asks for a window of {window} bytes")
    chosen = said[0]
    found = {"id": lzma.FILTER_LZMA1, "dict_size": max(4096, window)}
    return found | {"lc": chosen % 9, "lp": chosen // 9 % 5, "pb": chosen // 45}


def _lzma2(said: bytes) -> dict[str, Any]:
    bits = said[0] if said else 40
    window = (2 | bits & 1) << (bits // 2 + 11)
    if bits > 40 or window > WINDOW_BYTES:
        raise Damaged(f"asks for a window of {window} bytes")
    return {"id": lzma.FILTER_LZMA2, "dict_size": window}


def _expanded(expander: Expander, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from expander.feed(piece)
        if expander.eof:
            return


def _filtered(chosen: dict[str, Any]) -> Stage:
    def run(pieces: Iterator[bytes]) -> Iterator[bytes]:
        chain = [chosen, {"id": lzma.FILTER_LZMA2, "dict_size": CHUNK}]
        state = Blocks(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain))
        first = True
        for piece in pieces:
            for at in range(0, len(piece), CHUNK):
                part = piece[at : at + CHUNK]
                head = (b"\1" if first else b"\2") + (len(part) - 1).to_bytes(2, "big")
                first = False
                yield from state.feed(head + part)
        yield from state.feed(b"\0")

    return run
