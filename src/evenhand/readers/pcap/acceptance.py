"""Whether clients went on after a server had shown its certificate in the clear, or broke off.

A client that sends application data afterwards went on. One that sends an alert about the
certificate, in the clear, broke off. Anything else, a connection that just ends too, tells nothing.

Spec: RFC 5246 §7.2.2 (alerts), §7.4.2 (certificates).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.decryption.connection import ALERT, APPLICATION, refused
from evenhand.readers.pcap.certificate import Certificates, Key
from evenhand.readers.pcap.columns import Rows
from evenhand.readers.pcap.datagram import Segment
from evenhand.readers.pcap.notes import NOBODY, flow_of

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

WATCHED = 200_000  # connections watched at a time; of later ones it is not told


class Shown(NamedTuple):
    """A connection in which certificates were shown."""

    number: int  # of the packet that began to show them
    server: tuple[int, int]  # address and port
    keys: list[Key]


class Acceptance:
    """Watches connections of one capture from their certificates on."""

    def __init__(self, view: View, certificates: Certificates) -> None:
        import numpy as np

        self.view, self.certificates = view, certificates
        self._shown: dict[int, Shown] = {}  # by the number that `flow_of` gives
        self._watched = np.zeros(1 << 12, bool)  # by that number

    def watch(self, segment: Segment, keys: list[Key]) -> None:
        """A server showed these certificates in the flight that this segment begins."""
        import numpy as np

        flow = segment.flow
        if flow == NOBODY or len(self._shown) >= WATCHED:
            return
        if flow >= len(self._watched):
            grown = np.zeros(max(flow + 1, 2 * len(self._watched)), bool)
            grown[: len(self._watched)] = self._watched
            self._watched = grown
        self._watched[flow] = True
        self._shown[flow] = Shown(segment.where.number, (segment.ends[1], segment.ends[3]), keys)

    def block(self, rows: Rows, some: Integers) -> None:
        """Read TCP segments of one block, in order, behind the flights in it."""
        import numpy as np

        if not self._shown:
            return
        flow = flow_of(rows)[some]
        flow = np.where(flow < len(self._watched), flow, NOBODY)
        mine = self._watched[flow] & (flow >= 0)
        some, flow = some[mine], flow[mine]
        word = self.view.be32(rows.body[some])
        kind, version = word >> 24, word >> 16 & 0xFF
        told = ((kind == ALERT) | (kind == APPLICATION)) & (version == 3)
        told &= rows.end[some] - rows.body[some] >= 5
        which = np.nonzero(told)[0]
        self._read(rows, some[which], flow[which])

    def _read(self, rows: Rows, some: Integers, flow: Integers) -> None:
        columns: tuple[Any, ...] = (rows.number, rows.target, rows.target_port, rows.body, rows.end)
        each = zip(*(column[some].tolist() for column in columns), strict=True)
        for mine, (number, target, port, at, end) in zip(flow.tolist(), each, strict=True):
            shown = self._shown.get(mine)
            if shown is None or number <= shown.number or (target, port) != shown.server:
                continue
            self._watched[mine] = False
            del self._shown[mine]
            data = bytes(self.view.data[at : min(end, at + 7)])
            if data[0] == APPLICATION:
                self.certificates.judge(shown.keys, True)
            elif data[3:5] == b"\0\2" and refused(data[5:7]):
                self.certificates.judge(shown.keys, False)
