"""The constants of a program: texts, arrays, tables of texts, and what is built on the stack.

Spec: none.
"""

from __future__ import annotations

import bisect

from evenhand.native import rarity
from evenhand.native.held import Value
from evenhand.native.image import Image

SHORTEST = 3  # characters of a text compared in pieces
MOST_BYTES = 64


class Constants:
    """The constants of a program, as text where they are text."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._data = image.data_parts()
        self._known: dict[int, str | None] = {}

    def text(self, value: Value) -> str | None:
        """The text that a value points to, where the program itself holds it."""
        if value is None or value[0] not in ("a", "i") or value[1] < 256:
            return None
        at = value[1]
        if at not in self._known:
            self._known[at] = self._read(at)
        return self._known[at]

    def _read(self, at: int) -> str | None:
        raw = self._image.string(at, 2048)
        number = bisect.bisect_right(self._data, (at, 1 << 63)) - 1
        if not raw or number < 0 or at >= sum(self._data[number]):
            return None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text if text.isprintable() or text.strip().isprintable() else None

    def tabled(self, given: tuple[Value, ...], name: str) -> tuple[str, bool, Value]:
        """The rarest text of a short table, where one of its texts after the other is compared."""
        for mine, others in ((1, 0), (0, 1)):
            at = table(given[mine])
            texts = [self.text(("a", p)) for p in self._image.run(at)] if at >= 0 else []
            if texts and None not in texts:
                rarest = max((t for t in texts if t), key=rarity.of_text, default="")
                return rarest, True, given[others]
        return "", False, given[0]

    def array(self, value: Value, first: int = 0) -> bytes:
        """The bytes of an array that one after the other is loaded from, from a number on."""
        at = table(value)
        raw = self._image.fixed(at + first, MOST_BYTES) if at >= 0 else b""
        return raw.split(b"\0")[0]

    def built(self, value: Value, stack: dict[int, Value], widths: dict[int, int]) -> str | None:
        """The text that a function puts together on its stack, of numbers that it holds."""
        if value is None or value[0] != "s":
            return None
        raw, at = b"", int(value[1])
        while at in stack and len(raw) < MOST_BYTES and b"\0" not in raw:
            part = self.octets(stack[at], widths.get(at, 0))
            if not part:
                break
            raw += part
            at += len(part)
        text = raw.split(b"\0")[0]
        return text.decode("ascii") if len(text) > SHORTEST and _seen(text) else None

    def octets(self, value: Value, size: int) -> bytes:
        """The bytes of a number, or of a load from what the program holds."""
        if value is None:
            return b""
        if value[0] == "i":
            return int(value[1] & (1 << 8 * size) - 1).to_bytes(size, "little")
        if value[0] == "load" and value[1] is not None and value[1][0] == "a":
            at = value[1][1]
            if not self._image.writable(at):
                return self._image.read(at, size)
        return b""


def table(value: Value) -> int:
    """Where the table lies that a load goes through; -1 where it is none, or input picks in it."""
    for _ in range(6):
        if value is None:
            return -1
        if value[0] == "a":
            return int(value[1])
        if value[0] == "load" or (value[0] == "op" and value[1] in "+-^"):
            value = value[1] if value[0] == "load" else value[2]
        elif value[0] == "phi" or (value[:2] == ("op", "[]") and not _loaded(value[3])):
            value = value[2]
        else:
            return -1
    return -1


def counted(value: Value) -> bool:
    """True for a load out of an array that is gone through from a number on."""
    if value is None or value[0] != "load" or value[1] is None or value[1][:2] != ("op", "[]"):
        return False
    index = value[1][3]
    return bool(index and index[0] == "phi" and index[2] and index[2][0] == "i")


def _loaded(value: Value) -> bool:
    return value is not None and (
        value[0] in ("load", "call")
        or (value[0] == "op" and (_loaded(value[2]) or _loaded(value[3])))
    )


def _seen(raw: bytes) -> bool:
    return all(0x20 <= b < 0x7F for b in raw)
