"""HTTP exchanges: kinds of requests and the media types of their answers, each kind once.

Spec: RFC 9110 §8.3 (Content-Type), RFC 9112 §9.3.2 (answers come in the order of requests).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.facts.http_request import HttpRequest
from evenhand.readers.pcap.container import MISSING, moment
from evenhand.readers.pcap.http import Request, without_port
from evenhand.readers.pcap.names import Where, shown
from evenhand.readers.pcap.stream import Streams

KINDS = 100_000  # different kinds kept: those met first
WAITING = 64  # requests of one connection that wait for their answers


class Kind(NamedTuple):
    """What requests of one kind have in common."""

    host: str
    method: str
    address: str
    sent_type: str
    received_type: str
    encrypted: bool


class Exchanges:
    """Exchanges met so far."""

    def __init__(self) -> None:
        self.dropped = 0
        self._found: dict[Kind, Where] = {}
        self._waiting: Streams[deque[tuple[Kind, Where]]] = Streams(lambda waiting: False)

    def asked(
        self,
        ends: tuple[int, ...],
        request: Request,
        address: str,
        where: Where,
        encrypted: bool = False,
    ) -> None:
        """A request went from ends[1] to ends[2]; ends are as in `datagram.Segment`."""
        kind = Kind(
            shown(without_port(request.host)),
            request.method,
            address,
            request.kind.decode("ascii"),
            "",
            encrypted,
        )
        waiting = self._waiting.get(ends)
        if waiting is None:
            self._give_up(self._waiting.eldest())
            waiting = self._waiting.put(ends, deque(), where.time_us)
        if len(waiting) >= WAITING:
            self._keep(*waiting.popleft())
        waiting.append((kind, where))

    def awaits(self, ends: tuple[int, ...]) -> bool:
        """Whether the sender of a segment owes an answer."""
        return self._waiting.get(turned(ends)) is not None

    def answered(self, ends: tuple[int, ...], received_type: bytes) -> None:
        """An answer went back: it belongs to the request that has waited longest."""
        asked = turned(ends)
        waiting = self._waiting.get(asked)
        if waiting is None:
            return
        kind, where = waiting.popleft()
        self._keep(kind._replace(received_type=received_type.decode("ascii")), where)
        if not waiting:
            self._waiting.drop(asked)

    def _give_up(self, eldest: deque[tuple[Kind, Where]] | None) -> None:
        while eldest:
            self._keep(*eldest.popleft())

    def _keep(self, kind: Kind, where: Where) -> None:
        earlier = self._found.get(kind)
        if earlier is None and len(self._found) >= KINDS:
            self.dropped += 1
        else:
            self._found[kind] = where if earlier is None else min(earlier, where)

    def rows(self, said: str = "") -> Iterator[HttpRequest]:
        """All kinds, in the order in which they were met; `said` ends their locators."""
        for waiting in self._waiting.states():
            self._give_up(waiting)
        for where, kind in sorted((where, kind) for kind, where in self._found.items()):
            yield HttpRequest(
                host=kind.host,
                method=kind.method,
                locator=f"packet {where.number}{said}",
                address=kind.address,
                sent_type=kind.sent_type or None,
                received_type=kind.received_type or None,
                encrypted=kind.encrypted,
                first_seen=None if where.time_us == MISSING else moment(where.time_us),
            )


def turned(ends: tuple[int, ...]) -> tuple[int, ...]:
    """The same ends, seen from the other side."""
    version, source, target, source_port, target_port = ends
    return version, target, source, target_port, source_port
