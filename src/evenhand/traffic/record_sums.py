"""Records of a log that differ in their counts and times alone, added up as they come.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.traffic.met import Met
from evenhand.traffic.record import NO_TIME, Records

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]

EARLIEST, LATEST = -62_000_000_000_000_000, 250_000_000_000_000_000  # the years 5 and 9892
COUNTS = ("packets", "packets_back", "size", "size_back")
TIMES = {"first": (1 << 63) - 1, "low": NO_TIME, "high": -NO_TIME}  # where there is none yet
PORT = 1 << 16
LABELS = 1 << 20  # numbers of labels are less


class Sums(NamedTuple):
    """One row for all records of the same ends, way and label; columns as in `Records`."""

    first: Integers  # the least number
    low: Integers  # the least start
    high: Integers  # the largest end, -NO_TIME for none
    counts: dict[str, Integers]  # sums of what is counted, -1 where nothing is
    source: Integers
    target: Integers
    source_port: Integers
    target_port: Integers
    protocol: Integers
    sure: Integers
    layer: Integers
    label: Integers


class RecordSums:
    """What was added up so far."""

    def __init__(self) -> None:
        self._met = Met()
        self._columns: dict[str, Integers] = {}
        self._stated: dict[str, Truths] = {}  # whether any record counts it

    def __len__(self) -> int:
        return self._met.count

    def add(self, rows: Records) -> None:
        """Add some records."""
        import numpy as np

        ports = [_within(p, PORT) for p in (rows.source_port, rows.target_port)]
        rest = rows.protocol << 23 | (rows.sure == 1) << np.int64(22) | rows.layer << 20
        of = self._met.numbers(
            rows.source << 32 | rows.target, ports[0] << 48 | ports[1] << 32 | rest | rows.label
        )
        low, high = _seen(rows)
        np.minimum.at(self._column("first"), of, rows.number)
        np.minimum.at(self._column("low"), of, low)
        np.maximum.at(self._column("high"), of, high)
        for name in COUNTS:
            given = getattr(rows, name)
            if given.max() < 0:
                continue
            if given.min() >= 0:
                self._counted(name)[of] = True
            else:  # some count, some do not
                self._counted(name)[of[given >= 0]] = True
                given = np.maximum(given, 0)
            np.add.at(self._column(name), of, given)

    def _column(self, name: str) -> Any:
        """A column with room for every key."""
        self._columns[name] = made = self._roomy(self._columns.get(name), TIMES.get(name, 0))
        return made

    def _counted(self, name: str) -> Any:
        self._stated[name] = made = self._roomy(self._stated.get(name), False)
        return made

    def _roomy(self, column: Any, missing: int) -> Any:
        import numpy as np

        room = self._met.count
        if column is not None and len(column) >= room:
            return column
        made: Any = np.full(room * 2, missing)
        if column is not None:
            made[: len(column)] = column
        return made

    def summed(self) -> Sums:
        """Everything added up."""
        import numpy as np

        ends, kind = self._met.keys
        count = len(ends)
        counts = {}
        for name in COUNTS:
            counts[name] = np.full(count, -1, np.int64)
            if name in self._stated:
                stated = self._counted(name)[:count]
                counts[name][stated] = self._column(name)[:count][stated]
        return Sums(
            first=self._column("first")[:count],
            low=self._column("low")[:count],
            high=self._column("high")[:count],
            counts=counts,
            source=ends >> 32,
            target=ends & 0xFFFFFFFF,
            source_port=kind >> 48 & 0xFFFF,
            target_port=kind >> 32 & 0xFFFF,
            protocol=kind >> 23 & 0x1FF,
            sure=kind >> 22 & 1,
            layer=kind >> 20 & 3,
            label=kind & LABELS - 1,
        )


def _within(numbers: Integers, beyond: int) -> Integers:
    """Numbers from 0 on and below `beyond`; 0 for others."""
    import numpy as np

    if numbers.min() >= 0 and numbers.max() < beyond:
        return numbers
    return np.where((numbers >= 0) & (numbers < beyond), numbers, 0)


def _seen(rows: Records) -> tuple[Integers, Integers]:
    """Start and end of each record; NO_TIME and -NO_TIME where there is none that can be."""
    import numpy as np

    times = [rows.start, rows.end]
    if min(t.min() for t in times) > EARLIEST and max(t.max() for t in times) < LATEST:
        return rows.start, rows.end
    start, end = (np.where((t > EARLIEST) & (t < LATEST), t, NO_TIME) for t in times)
    end = np.where(end == NO_TIME, start, end)
    return start, np.where(end == NO_TIME, -NO_TIME, end)
