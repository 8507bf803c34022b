"""Bytes that arrive in pieces, put in order: TCP from a known start, or CRYPTO frames.

Spec: RFC 9293 §3.4 (sequence numbers), RFC 9000 §19.6 (CRYPTO offsets).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

State = TypeVar("State")
OPEN = 4096  # streams put together at a time


class Pieces:
    """Pieces of one stream by offset, up to `limit` bytes from its start."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._pieces: dict[int, bytes] = {}
        self._held = 0

    def add(self, offset: int, piece: bytes) -> None:
        """Take a piece; what lies beyond the limit is not taken."""
        piece = piece[: max(0, self.limit - offset)] if offset >= 0 else b""
        held = self._pieces.get(offset, b"")
        # Many small pieces at overlapping offsets must not hold more than twice the limit.
        if len(piece) > len(held) and self._held + len(piece) - len(held) <= 2 * self.limit:
            self._held += len(piece) - len(held)
            self._pieces[offset] = piece

    def start(self) -> bytes:
        """All that is there without a gap from the start; what came twice is taken once."""
        joined = bytearray()
        for offset, piece in sorted(self._pieces.items()):
            if offset > len(joined):
                break
            if offset + len(piece) > len(joined):
                joined += piece[len(joined) - offset :]
        return bytes(joined)


class Streams(Generic[State]):
    """Streams being put together, the one longest untouched given up first."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[int, ...], State] = OrderedDict()
        self.lost = 0

    def __len__(self) -> int:
        return len(self._open)

    def get(self, key: tuple[int, ...]) -> State | None:
        """The stream of these ends, if there is one."""
        return self._open.get(key)

    def put(self, key: tuple[int, ...], state: State) -> State:
        """Begin a stream."""
        if key not in self._open and len(self._open) >= OPEN:
            self._open.popitem(last=False)
            self.lost += 1
        self._open[key] = state
        self._open.move_to_end(key)
        return state

    def drop(self, key: tuple[int, ...]) -> None:
        """Be done with a stream."""
        self._open.pop(key, None)

    def items(self) -> list[tuple[tuple[int, ...], State]]:
        """What is open now."""
        return list(self._open.items())
