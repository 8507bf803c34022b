"""Records of a log added up by their flow as they come, both ways of it apart.

Of a flow `up` is what the end sent that sorts first, `down` the other way.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.traffic.met import Met
from evenhand.traffic.record import ICMP, ICMP6, NO_TIME, UNSTATED, WITH_PORTS, Records

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]

EARLIEST, LATEST = -62_000_000_000_000_000, 250_000_000_000_000_000  # the years 5 and 9892
NEVER = (1 << 63) - 1
COUNTS = ("packets", "size")
USUAL = {"first": NEVER, "sure": NEVER, "early": NEVER, "high": -NO_TIME}  # where there is none yet
PORT = 1 << 16
LABELS = 1 << 20  # numbers of labels are less
PROTOCOLS = 1 << 9  # numbers of protocols are less


class Keyed(NamedTuple):
    """Records by the flow that they are of, and what of each is added up."""

    ends: Integers  # of the flow: the addresses
    kind: Integers  # of the flow: ports, protocol, layer and label
    down: Integers  # 1 where the record's source is the end that sorts second
    early: Integers  # by which the least has the least start; then down
    high: Integers
    said: Integers  # by which the least has the least number; then down
    sure: Integers | None  # rows of which the log says who the client is; None for all
    counts: tuple[tuple[str, Integers, Integers], ...]  # what, source → target, and back


def keyed(rows: Records, version6: Callable[[Integers], Truths]) -> Keyed:
    """Records by their flow; `version6` says which addresses are of IPv6."""
    import numpy as np

    protocol, ports = _kinds(rows, version6)
    turned = rows.source > rows.target
    if (same := rows.source == rows.target).any():
        turned |= same & (ports[0] > ports[1])
    down = turned.astype(np.int64)
    change = (ports[0] ^ ports[1]) & -down  # what exchanges them, where they are turned
    rest = protocol << 22 | rows.layer << 20 | rows.label
    low, high = _seen(rows)
    # Of two that start at once, the end with the smaller port is taken for the server.
    tie = (ports[0] < ports[1]).astype(np.int64)
    sure = np.flatnonzero(rows.sure == 1)
    return Keyed(
        ends=np.minimum(rows.source, rows.target) << 32 | np.maximum(rows.source, rows.target),
        kind=(ports[0] ^ change) << 48 | (ports[1] ^ change) << 32 | rest,
        down=down,
        early=low << 2 | tie << 1 | down,
        high=high,
        said=rows.number << 1 | down,
        sure=None if len(sure) == len(down) else sure,
        counts=tuple((n, getattr(rows, n), getattr(rows, f"{n}_back")) for n in COUNTS),
    )


def _kinds(
    rows: Records, version6: Callable[[Integers], Truths]
) -> tuple[Integers, list[Integers]]:
    """Protocols, of ICMP that of its version, and ports where the protocol has any."""
    import numpy as np

    protocol = _within(rows.protocol, PROTOCOLS, UNSTATED)
    ports = [_within(p, PORT) for p in (rows.source_port, rows.target_port)]
    there = np.flatnonzero(np.bincount(protocol, minlength=PROTOCOLS)).tolist()
    if ICMP in there or ICMP6 in there:  # logs give one name or number to both
        icmp = np.flatnonzero((protocol == ICMP) | (protocol == ICMP6))
        protocol = protocol.copy()
        protocol[icmp] = np.where(version6(rows.target[icmp]), ICMP6, ICMP)
    ported = (*WITH_PORTS, UNSTATED)
    if not {*there} <= {*ported}:
        table = np.zeros(PROTOCOLS, np.int64)
        table[[*ported]] = 1
        having = table[protocol]
        ports = [p * having for p in ports]
    return protocol, ports


class RecordSums:
    """What was added up so far."""

    def __init__(self) -> None:
        self._met = Met()
        self._columns: dict[str, Any] = {}
        self._partly: set[str] = set()  # what not all records count

    def __len__(self) -> int:
        return self._met.count

    def add(self, rows: Keyed) -> None:
        """Add some records."""
        import numpy as np

        before = self._met.count
        of = self._met.numbers(rows.ends, rows.kind)
        np.minimum.at(self._column("early"), of, rows.early)
        np.maximum.at(self._column("high"), of, rows.high)
        own, said = of, rows.said
        if rows.sure is not None:
            np.minimum.at(self._column("first"), of, said)
            own, said = of[rows.sure], said[rows.sure]
        if len(own):
            np.minimum.at(self._column("sure"), own, said)
        way = of << 1 | rows.down
        for name, forth, back in rows.counts:
            self._state(name, of, before, forth, back)
            for own, given in ((way, forth), (way ^ 1, back)):
                if given.max() >= 0:
                    given = given if given.min() >= 0 else np.maximum(given, 0)
                    np.add.at(self._column(name, 2), own, given)

    def _state(self, name: str, of: Integers, before: int, forth: Integers, back: Integers) -> None:
        """Note which flows have any record that counts; there were so many before these."""
        import numpy as np

        all_do = forth.min() >= 0 or back.min() >= 0
        if all_do and name not in self._partly:
            return  # as all before them
        column = self._column(f"{name}_stated")
        if name not in self._partly:
            self._partly.add(name)
            column[:before] = 1
        column[of if all_do else of[np.flatnonzero(np.maximum(forth, back) >= 0)]] = 1

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
        for name in ("first", "sure", "early", "high"):
            found[name] = self._column(name)[:count]
        found["first"] = np.minimum(found["first"], found["sure"]) >> 1
        for name in COUNTS:
            stated = self._column(f"{name}_stated")[:count] if name in self._partly else None
            found[f"{name}_stated"] = np.ones(count, np.int64) if stated is None else stated
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
