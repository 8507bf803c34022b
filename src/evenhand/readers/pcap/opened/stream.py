"""One direction of a TCP connection in order, as far as it was captured.

Spec: RFC 9293 §3.4 (sequence numbers).
"""

from __future__ import annotations

from evenhand.errors import EvenhandError

AHEAD_BYTES = 1 << 22  # of one connection that wait for what comes before them
ROOM_BYTES = 1 << 27  # of all connections that do
AHEAD = 2048  # segments that do
HALF = 1 << 31


class Lost(EvenhandError):
    """What would come next was not captured."""


class Room:
    """How much may wait in all connections of one capture."""

    def __init__(self) -> None:
        self.left = ROOM_BYTES

    def take(self, size: int) -> bool:
        """Whether so much more may wait."""
        if size > self.left:
            return False
        self.left -= size
        return True


class InOrder:
    """Takes segments in any order and gives their bytes in the right one, each byte once."""

    def __init__(self, sequence: int, room: Room) -> None:
        self._next, self._room = sequence, room
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
        more = len(data) - len(self._ahead.get(sequence, b""))
        if more > 0:
            full = self._held + more > AHEAD_BYTES or len(self._ahead) >= AHEAD
            if full or not self._room.take(more):
                raise Lost("some of its segments were not captured")
            self._held += more
            self._ahead[sequence] = data

    def _following(self) -> bytes:
        """What waited and now joins on."""
        found = bytearray()
        while self._ahead:
            if self._next in self._ahead:
                fresh = self._ahead.pop(self._next)
                self._free(len(fresh))
                found += fresh
                self._next = self._next + len(fresh) & 0xFFFFFFFF
                continue
            sequence = min(self._ahead, key=lambda s: s - self._next + HALF & 0xFFFFFFFF)
            offset = sequence - self._next & 0xFFFFFFFF
            if 0 < offset < HALF:
                break
            data = self._ahead.pop(sequence)
            self._free(len(data))
            fresh = data[-offset & 0xFFFFFFFF :]
            found += fresh
            self._next = self._next + len(fresh) & 0xFFFFFFFF
        return bytes(found)

    def _free(self, size: int) -> None:
        self._held -= size
        self._room.left += size

    def close(self) -> None:
        """Nothing more will come: what waits is let go."""
        self._free(self._held)

    @property
    def gap(self) -> bool:
        """Whether something waits for bytes that have not come."""
        return bool(self._ahead)
