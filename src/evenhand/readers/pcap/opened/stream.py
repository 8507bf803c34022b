"""One direction of a TCP connection in order, as far as it was captured.

Spec: RFC 9293 §3.4 (sequence numbers).
"""

from __future__ import annotations

from evenhand.errors import EvenhandError

AHEAD_BYTES = 1 << 22  # that wait for a segment before them
AHEAD = 2048  # segments that do
HALF = 1 << 31


class Lost(EvenhandError):
    """What would come next was not captured."""


class InOrder:
    """Takes segments in any order and gives their bytes in the right one, each byte once."""

    def __init__(self, sequence: int) -> None:
        self._next = sequence
        self._ahead: dict[int, bytes] = {}
        self._held = 0

    def take(self, sequence: int, data: bytes) -> bytes:
        """The bytes that can be read now. Raises Lost where too much waits for a gap."""
        offset = sequence - self._next & 0xFFFFFFFF
        if offset >= HALF:  # sent before, at least in part
            data, offset = data[(1 << 32) - offset :], 0
        if not data:
            return b""
        if offset:
            self._wait(sequence, data)
            return b""
        self._next = self._next + len(data) & 0xFFFFFFFF
        return data + self._following() if self._ahead else data

    def _wait(self, sequence: int, data: bytes) -> None:
        earlier = self._ahead.get(sequence, b"")
        if len(data) > len(earlier):
            self._held += len(data) - len(earlier)
            self._ahead[sequence] = data
        if self._held > AHEAD_BYTES or len(self._ahead) > AHEAD:
            raise Lost("some of its segments were not captured")

    def _following(self) -> bytes:
        """What waited and now joins on."""
        found = bytearray()
        while self._ahead:
            if self._next in self._ahead:
                fresh = self._ahead.pop(self._next)
                self._held -= len(fresh)
                found += fresh
                self._next = self._next + len(fresh) & 0xFFFFFFFF
                continue
            sequence = min(self._ahead, key=lambda s: s - self._next + HALF & 0xFFFFFFFF)
            offset = sequence - self._next & 0xFFFFFFFF
            if 0 < offset < HALF:
                break
            data = self._ahead.pop(sequence)
            self._held -= len(data)
            fresh = data[-offset & 0xFFFFFFFF :]
            found += fresh
            self._next = self._next + len(fresh) & 0xFFFFFFFF
        return bytes(found)

    @property
    def gap(self) -> bool:
        """Whether something waits for bytes that have not come."""
        return bool(self._ahead)
