"""Records of a log added up by their flow as they come, both ways of it apart.

Of a flow `up` is what the end sent that sorts first, `down` the other way.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.traffic.grouping import either
from evenhand.traffic.met import Met
from evenhand.traffic.record import ICMP, ICMP6, NO_TIME, UNSTATED, WITH_PORTS, Records

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]

EARLIEST, LATEST = -62_000_000_000_000_000, 250_000_000_000_000_000  # the years 5 and 9892
NEVER = (1 << 63) - 1
WAYS = {"packets": ("packets", "packets_back"), "size": ("size", "size_back")}
USUAL = {"first": NEVER, "sure": NEVER, "early": NEVER, "high": -NO_TIME}  # where there is none yet
PORT = 1 << 16
LABELS = 1 << 20  # numbers of labels are less
PROTOCOLS = 1 << 9  # numbers of protocols are less


class RecordSums:
    """What was added up so far; `version6` says which addresses are of IPv6."""

    def __init__(self, version6: Callable[[Integers], Truths]) -> None:
        self._version6 = version6
        self._met = Met()
        self._columns: dict[str, Any] = {}

    def __len__(self) -> int:
        return self._met.count

    def add(self, rows: Records) -> None:
        """Add some records."""
        import numpy as np

        protocol, ports = self._kinds(rows)
        turned = rows.source > rows.target
        if (same := rows.source == rows.target).any():
            turned |= same & (ports[0] > ports[1])
        down = turned.astype(np.int64)
        ends = np.minimum(rows.source, rows.target) << 32 | np.maximum(rows.source, rows.target)
        low_port, high_port = either(turned, ports[1], ports[0]), either(turned, *ports)
        rest = protocol << 22 | rows.layer << 20 | rows.label
        of = self._met.numbers(ends, low_port << 48 | high_port << 32 | rest)
        low, high = _seen(rows)
        # Of two that start at once, the end with the smaller port is taken for the server.
        tie = (ports[0] < ports[1]).astype(np.int64)
        np.minimum.at(self._column("early"), of, low << 2 | tie << 1 | down)
        np.maximum.at(self._column("high"), of, high)
        said = rows.number << 1 | down
        sure = np.flatnonzero(rows.sure == 1)
        if len(sure) < len(of):
            np.minimum.at(self._column("first"), of, said)
            said, own = said[sure], of[sure]
        else:
            own = of
        if len(sure):
            np.minimum.at(self._column("sure"), own, said)
        self._count(rows, of, of << 1 | down)

    def _count(self, rows: Records, of: Integers, way: Integers) -> None:
        """Add what is counted, each way apart."""
        import numpy as np

        for name, (forth, back) in WAYS.items():
            for given, own in ((getattr(rows, forth), way), (getattr(rows, back), way ^ 1)):
                if given.max() < 0:
                    continue
                if given.min() >= 0:
                    self._column(f"{name}_stated")[of] = 1
                else:  # some count, some do not
                    self._column(f"{name}_stated")[of[np.flatnonzero(given >= 0)]] = 1
                    given = np.maximum(given, 0)
                np.add.at(self._column(name, 2), own, given)

    def _kinds(self, rows: Records) -> tuple[Integers, list[Integers]]:
        """Protocols, of ICMP that of its version, and ports where the protocol has any."""
        import numpy as np

        protocol = _within(rows.protocol, PROTOCOLS, UNSTATED)
        ports = [_within(p, PORT) for p in (rows.source_port, rows.target_port)]
        there = np.flatnonzero(np.bincount(protocol, minlength=PROTOCOLS)).tolist()
        if ICMP in there or ICMP6 in there:  # logs give one name or number to both
            icmp = np.flatnonzero((protocol == ICMP) | (protocol == ICMP6))
            protocol = protocol.copy()
            protocol[icmp] = np.where(self._version6(rows.target[icmp]), ICMP6, ICMP)
        ported = (*WITH_PORTS, UNSTATED)
        if not {*there} <= {*ported}:
            table = np.zeros(PROTOCOLS, np.int64)
            table[[*ported]] = 1
            having = table[protocol]
            ports = [p * having for p in ports]
        return protocol, ports

    def _column(self, name: str, each: int = 1) -> Any:
        """A column with room for every flow, of so many numbers `each`."""
        import numpy as np

        column, room = self._columns.get(name), self._met.count * each
        if column is None or len(column) < room:
            before = column
            self._columns[name] = column = np.full(room * 2, USUAL.get(name, 0))
            if before is not None:
                column[: len(before)] = before
        return column

    def summed(self) -> dict[str, Integers]:
        """Everything added up, a row for each flow; what is odd in `sure` and `early` went down."""
        import numpy as np

        ends, kind = self._met.keys
        count = len(ends)
        found = {"ends": ends, "kind": kind}
        for name in ("first", "sure", "early", "high", "packets_stated", "size_stated"):
            found[name] = self._column(name)[:count]
        found["first"] = np.minimum(found["first"], found["sure"]) >> 1
        for name in WAYS:
            both = self._column(name, 2)[: 2 * count].reshape(-1, 2)
            found[f"{name}_up"], found[f"{name}_down"] = both[:, 0], both[:, 1]
        return found


def _within(numbers: Integers, beyond: int, missing: int = 0) -> Integers:
    """Numbers from 0 on and below `beyond`; `missing` for others."""
    import numpy as np

    if numbers.min() >= 0 and numbers.max() < beyond:
        return numbers
    return np.where((numbers >= 0) & (numbers < beyond), numbers, missing)


def _seen(rows: Records) -> tuple[Integers, Integers]:
    """Start and end of each record; NO_TIME and -NO_TIME where there is none that can be."""
    import numpy as np

    times = [rows.start, rows.end]
    if min(t.min() for t in times) > EARLIEST and max(t.max() for t in times) < LATEST:
        return rows.start, rows.end
    start, end = (np.where((t > EARLIEST) & (t < LATEST), t, NO_TIME) for t in times)
    end = np.where(end == NO_TIME, start, end)
    return start, np.where(end == NO_TIME, -NO_TIME, end)
