"""Constants through decoders and text functions, as far as they can be known; nothing is run.

Spec: RFC 4648 (base64, base32, hexadecimal), RFC 1950–1952 (zlib, deflate, gzip).
"""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

MOST_BYTES = 1 << 20  # of one folded constant


def as_bytes(value: Any) -> bytes | None:
    """Text as its bytes: Latin-1 where it can be, as decoders take it."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError:
            return value.encode("utf-8", "replace")
    if isinstance(value, tuple) and all(isinstance(v, int) and 0 <= v < 256 for v in value):
        return bytes(value)
    return None


def as_text(value: Any) -> str | None:
    """Bytes as text, UTF-8 where they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")
    return None


def _base64(data: bytes) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data.translate(bytes.maketrans(b"-_", b"+/")))
    return base64.b64decode(clean + b"=" * (-len(clean) % 4))


def _inflate(window: int) -> Callable[[bytes], bytes]:
    return lambda data: zlib.decompressobj(window).decompress(data, MOST_BYTES)


def _lzma(data: bytes) -> bytes:
    return lzma.LZMADecompressor(memlimit=64 << 20).decompress(data, MOST_BYTES)


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "base64": _base64,
    "base32": lambda d: base64.b32decode(d + b"=" * (-len(d) % 8), casefold=True),
    "base85": base64.b85decode,
    "hex": lambda d: binascii.unhexlify(re.sub(rb"\s|\\x|0x", b"", d)),
    "zlib": _inflate(zlib.MAX_WBITS | 32),
    "deflate": _inflate(-zlib.MAX_WBITS),
    "gzip": _inflate(zlib.MAX_WBITS | 16),
    "bz2": lambda d: bz2.BZ2Decompressor().decompress(d, MOST_BYTES),
    "lzma": _lzma,
}
CODECS = {
    "rot13": "rot13", "rot_13": "rot13", "base64": "base64", "base_64": "base64", "hex": "hex",
    "hex_codec": "hex", "zlib": "zlib", "bz2": "bz2", "base64_codec": "base64",
}  # fmt: skip


def decode(name: str, value: Any) -> Any:
    """`value` through one decoder, None where that cannot be known or fails."""
    if name == "reverse":
        return value[::-1] if isinstance(value, str | bytes | tuple) else None
    if name == "rot13":
        text = as_text(value)
        return codecs.decode(text, "rot13") if text is not None else None
    if name == "url":
        text = as_text(value)
        return None if text is None else _percent(text)
    data = as_bytes(value)
    if data is None or name not in BYTES or len(data) > MOST_BYTES:
        return None
    try:
        return BYTES[name](data)
    except (ValueError, zlib.error, OSError, lzma.LZMAError, EOFError, MemoryError):
        return None


def _percent(text: str) -> str:
    wide = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return unquote(wide, errors="replace")


def chars(values: tuple[Any, ...]) -> str | None:
    """Text from the numbers of its characters."""
    flat = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
    if not flat or not all(isinstance(v, int) and 0 <= v < 0xD800 for v in flat):
        return None
    return "".join(map(chr, flat))


def concat(left: Any, right: Any) -> Any:
    """Two constants one after the other, None where they are no text or too long."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right if len(left) + len(right) < MOST_BYTES else None
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left + right if len(left) + len(right) < MOST_BYTES else None
    one, two = _said(left), _said(right)
    if one is None or two is None or len(one) + len(two) > MOST_BYTES:
        return None
    return one + two


def _said(value: Any) -> str | None:
    return str(value) if isinstance(value, int) else as_text(value)


def join(glue: Any, parts: Any) -> Any:
    """Parts put together with glue between them."""
    texts = [_said(p) for p in parts] if isinstance(parts, tuple) else None
    between = as_text(glue)
    if texts is None or between is None or any(t is None for t in texts):
        return None
    if sum(len(t) + len(between) for t in texts if t) > MOST_BYTES:
        return None
    return between.join(t for t in texts if t is not None)


def replace(text: Any, old: Any, new: Any) -> str | None:
    """Text with every `old` replaced by `new`."""
    said, was, is_now = as_text(text), as_text(old), as_text(new)
    if said is None or was is None or is_now is None or not was:
        return None
    if len(said) + said.count(was) * len(is_now) > MOST_BYTES:
        return None
    return said.replace(was, is_now)


def number(op: str, left: Any, right: Any) -> int | None:
    """Arithmetic on small numbers, as obfuscators use it."""
    if not isinstance(left, int) or not isinstance(right, int):
        return None
    if abs(left) > 1 << 40 or abs(right) > 1 << 40:
        return None
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "^" | "~":
            return left ^ right
        case "%":
            return left % right if right else None
        case "/" | "//":
            return left // right if right else None
        case "|":
            return left | right
        case "&":
            return left & right
    return None
