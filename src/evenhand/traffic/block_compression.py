"""Two ways of packing blocks that flow collectors use: LZO1X and LZ4.

Libraries for LZO are not kept well or not of our licence, and one for LZ4 that says how long the
result is would be needed for this alone.

Spec: LZO stream format (Linux documentation, staging/lzo); LZ4 block format 1.6.
"""

from __future__ import annotations


def lz4(data: bytes, most: int) -> bytes:
    """A block of LZ4, of at most `most` bytes. Raises ValueError."""
    out, at, end = bytearray(), 0, len(data)
    try:
        while at < end:
            token = data[at]
            at += 1
            length = token >> 4
            if length == 15:
                length, at = _more(data, at, length)
            out += _taken(data, at, length)
            at += length
            if at >= end:
                break
            distance = data[at] | data[at + 1] << 8
            at += 2
            length = token & 15
            if length == 15:
                length, at = _more(data, at, length)
            _copy(out, distance, length + 4, most)
    except IndexError:
        raise ValueError("a compressed block breaks off") from None
    return bytes(out)


def lzo1x(data: bytes, most: int) -> bytes:
    """A block of LZO1X, of at most `most` bytes. Raises ValueError."""
    out, at, state = bytearray(), 0, 0
    try:
        if data[0] > 17:
            length = data[0] - 17
            out += _taken(data, 1, length)
            at, state = 1 + length, min(length, 4)
        while True:
            code = data[at]
            at += 1
            if code < 16 and state == 0:  # a run of literals
                length = code or 0
                if not code:
                    length, at = _zeros(data, at, 15)
                out += _taken(data, at, length + 3)
                at += length + 3
                state = 4
                continue
            if code < 16:
                length, distance = (2, 1) if state < 4 else (3, 2049)
                distance += (data[at] << 2) + (code >> 2)
                at, state = at + 1, code & 3
            elif code < 64:
                bits = 7 if code < 32 else 31
                length = code & bits
                if not length:
                    length, at = _zeros(data, at, bits)
                low = data[at] | data[at + 1] << 8
                at, length, state = at + 2, length + 2, low & 3
                distance = (low >> 2) + 1
                if code < 32:
                    distance += 16383 + ((code & 8) << 11)
                    if distance == 16384:
                        return bytes(out)  # the mark of the end
            else:
                length = 3 + (code >> 5 & 1) if code < 128 else 5 + (code >> 5 & 3)
                distance = (data[at] << 3) + (code >> 2 & 7) + 1
                at, state = at + 1, code & 3
            _copy(out, distance, length, most)
            out += _taken(data, at, state)
            at += state
    except IndexError:
        raise ValueError("a compressed block breaks off") from None


def _taken(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise IndexError
    return data[at : at + length]


def _more(data: bytes, at: int, length: int) -> tuple[int, int]:
    """LZ4: a length goes on while its bytes are 255."""
    while True:
        byte = data[at]
        at, length = at + 1, length + byte
        if byte != 255:
            return length, at


def _zeros(data: bytes, at: int, base: int) -> tuple[int, int]:
    """LZO: each zero byte adds 255, the first other one ends the length."""
    start = at
    while not data[at]:
        at += 1
    return base + 255 * (at - start) + data[at], at + 1


def _copy(out: bytearray, distance: int, length: int, most: int) -> None:
    """Repeat what stands `distance` bytes back; the copy may overlap itself."""
    if not 0 < distance <= len(out):
        raise ValueError("a compressed block refers to before its start")
    if len(out) + length > most:
        raise ValueError(f"a compressed block of more than {most} bytes")
    start = len(out) - distance
    if distance >= length:
        out += out[start : start + length]
    else:
        pattern = bytes(out[start:])
        out += (pattern * (length // distance + 1))[:length]
