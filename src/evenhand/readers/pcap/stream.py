"""Bytes that arrive in pieces, put in order: TCP from a known start, or CRYPTO frames.

Spec: RFC 9293 §3.4 (sequence numbers), RFC 9000 §19.6 (CRYPTO offsets).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

State = TypeVar("State")
OPEN = 1024  # streams put together at a time
PIECES = 256  # of one stream
PATIENCE_US = 60_000_000  # a stream untouched for longer is no loss


class Pieces:
    """Pieces of one stream by offset, up to `limit` bytes in all."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._pieces: dict[int, bytes] = {}
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def add(self, offset: int, piece: bytes) -> None:
        """Take a piece; what lies beyond the limit is not taken."""
        piece = piece[: max(0, self.limit - offset)] if offset >= 0 else b""
        held = self._pieces.get(offset, b"")
        more = len(piece) - len(held)
        if more > 0 and self._held + more <= self.limit and len(self._pieces) < PIECES:
            self._held += more
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

    def forget(self, used: int) -> None:
        """Begin anew behind the first `used` bytes."""
        moved = {offset - used: piece for offset, piece in self._pieces.items()}
        self._pieces, self._held = {}, 0
        for offset, piece in sorted(moved.items()):
            if offset + len(piece) > 0:
                self.add(max(0, offset), piece[max(0, -offset) :])


class Streams(Generic[State]):
    """Streams being put together; the one begun first is given up first.

    `unfinished` says whether giving a stream up loses anything.
    """

    def __init__(self, unfinished: Callable[[State], bool]) -> None:
        self._open: OrderedDict[tuple[int, ...], tuple[int, State]] = OrderedDict()
        self._unfinished = unfinished
        self.lost = 0

    def __len__(self) -> int:
        return len(self._open)

    def get(self, key: tuple[int, ...]) -> State | None:
        """The stream of these ends, if there is one."""
        found = self._open.get(key)
        return None if found is None else found[1]

    def put(self, key: tuple[int, ...], state: State, time_us: int) -> State:
        """Begin a stream."""
        self._open.pop(key, None)
        if len(self._open) >= OPEN:
            began, oldest = self._open.popitem(last=False)[1]
            self.lost += self._unfinished(oldest) and time_us - began < PATIENCE_US
        self._open[key] = (time_us, state)
        return state

    def eldest(self) -> State | None:
        """The stream that the next one will push out, if there is no room left."""
        if len(self._open) < OPEN:
            return None
        return next(iter(self._open.values()))[1]

    def drop(self, key: tuple[int, ...]) -> None:
        """Be done with a stream."""
        self._open.pop(key, None)

    def states(self) -> list[State]:
        """The streams that are open now."""
        return [state for _, state in self._open.values()]

    def keys(self) -> list[tuple[int, ...]]:
        """Ends of the streams that are open now."""
        return list(self._open)
