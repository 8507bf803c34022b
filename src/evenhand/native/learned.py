"""What was learned from the packages of a distribution: common texts, words and numbers.

The texts themselves are not kept: a filter says of any text whether it was met, and errs for one
in a hundred that was not. `scripts/learn_native.py` makes the file.

Spec: Bloom, Space/time trade-offs in hash coding with allowable errors, CACM 13 (1970).
"""

from __future__ import annotations

import functools
import json
import math
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = Path(__file__).parent / "known" / "constants.bin"
WORD = re.compile(r"[A-Za-z]+|[0-9]+")
BITS_EACH, HASHES = 10, 7
# Bits of information in a character, by its kind; a word that many programs hold is cheap.
_KINDS = ((re.compile(r"[a-z]"), 3.6), (re.compile(r"[A-Z]"), 4.2), (re.compile(r"[0-9]"), 3.4))
_OTHER, _BETWEEN, _TURN = 4.5, 1.5, 1.0
_COMMON, _KNOWN = 4.0, 8.0


def packed(mask: bytes) -> bytes:
    """Which bytes of a function are left out, as pairs of 16-bit numbers: how far on, how many."""
    spans, last = b"", 0
    for match in re.finditer(b"\x01+", mask):
        spans += struct.pack("<HH", min(match.start() - last, 0xFFFF), match.end() - match.start())
        last = match.end()
    return spans


def _places(item: str, size: int) -> list[int]:
    raw = item.encode()
    first, second = zlib.crc32(raw), zlib.crc32(raw, 0x9E3779B9) | 1
    return [(first + n * second) % size for n in range(HASHES)]


def written(packages: int, filters: Mapping[str, Sequence[str]]) -> bytes:
    """The file: a line of JSON that says how many bytes each filter has, then the filters."""
    sizes, bodies = {}, b""
    for name, items in filters.items():
        size = max(8, len(items) * BITS_EACH)
        bits = bytearray((size + 7) // 8)
        for item in items:
            for place in _places(item, len(bits) * 8):
                bits[place >> 3] |= 1 << (place & 7)
        sizes[name] = len(bits)
        bodies += bytes(bits)
    return json.dumps({"packages": packages, "bytes": sizes}).encode() + b"\n" + bodies


@functools.cache
def _filters() -> dict[str, bytes]:
    head, _, rest = FILE.read_bytes().partition(b"\n")
    found, at = {}, 0
    for name, size in json.loads(head)["bytes"].items():
        found[name] = rest[at : at + size]
        at += size
    return found


def met(item: str, name: str) -> bool:
    """True where an item is in a filter, and for one in a hundred that is not."""
    bits = _filters()[name]
    return all(bits[p >> 3] >> (p & 7) & 1 for p in _places(item, len(bits) * 8))


@functools.lru_cache(maxsize=20_000)
def surprise(text: str) -> float:
    """Bits of information in a text, where words that programs share say little."""
    bits, at = 0.0, 0
    for word in WORD.finditer(text):
        bits += _BETWEEN * (word.start() - at) if at else _OTHER * (word.start() - at)
        at = word.end()
        plain = word[0].lower()
        own = _letters(word[0])
        if len(plain) > 2 and met(plain, "word in 20"):
            own = min(own, _COMMON)
        elif len(plain) > 2 and met(plain, "word in 4"):
            own = min(own, _KNOWN)
        bits += own
    bits += _OTHER * (len(text) - at)
    return min(bits, len(set(text)) * math.log2(94))


def _letters(word: str) -> float:
    bits, before = 0.0, -1
    for character in word:
        kind = next((n for n, (p, _) in enumerate(_KINDS) if p.match(character)), 3)
        bits += _KINDS[kind][1] if kind < 3 else _OTHER
        bits += _TURN if before not in (-1, kind) else 0
        before = kind
    return bits


def packages(text: str) -> int:
    """In how many packages a text was met, at least: 0, 2 or 5."""
    if not met(text, "text in 2"):  # asked first: both filters err, seldom together
        return 0
    return 5 if met(text, "text in 5") else 2


def number(value: int) -> bool:
    """True where a number was compared with in more than two packages."""
    return met(str(value), "number in 3")
