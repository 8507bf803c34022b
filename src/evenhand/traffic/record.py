"""Records of a traffic log as columns: who sent how much to whom, when, as the log counts it.

Spec: docs/reference/facts.md (table `flow`); IANA protocol numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]

BOTH, OUTER, INNER = 0, 1, 2  # layers that a record belongs to
NO_TIME = 1 << 60  # a time that the log does not say
UNSTATED = 256  # a protocol that the log does not say
NUMBERS = {
    "tcp": 6,
    "udp": 17,
    "icmp": 1,
    "icmp6": 58,
    "icmpv6": 58,
    "ipv6-icmp": 58,
    "sctp": 132,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "igmp": 2,
    "hopopt": 0,
}
NAMES = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp6", UNSTATED: "not stated"}
WITH_PORTS = (6, 17, 33, 132, 136)  # TCP, UDP, DCCP, SCTP, UDP-Lite
ICMP, ICMP6 = 1, 58


class Label(NamedTuple):
    """What is the same for many records: where they were seen and how they count."""

    bytes_of: str
    point: str | None = None
    app: str | None = None
    action: str | None = None


class Records(NamedTuple):
    """One row per record of the log. Times in microseconds since 1970 UTC."""

    number: Integers  # in the log, from 1: its line or record
    source: Integers  # numbers of `Addresses`
    target: Integers
    source_port: Integers
    target_port: Integers
    protocol: Integers
    packets: Integers  # source → target; -1 where the log does not count them
    size: Integers  # bytes source → target; -1 where the log does not count them
    packets_back: Integers
    size_back: Integers
    start: Integers
    end: Integers
    sure: Integers  # 1 where the log says that the source is the client
    layer: Integers
    label: Integers  # numbers of `FlowTable.label`


def records(count: int, **given: Any) -> Records:
    """Records with the usual values where none are given."""
    import numpy as np

    usual = {"packets": -1, "size": -1, "packets_back": -1, "size_back": -1}
    usual |= {"start": NO_TIME, "end": NO_TIME, "protocol": UNSTATED}

    def column(name: str) -> Integers:
        value = given.get(name, usual.get(name, 0))
        if isinstance(value, np.ndarray):
            return value.astype(np.int64, copy=False)
        return np.broadcast_to(np.int64(value), count)  # one number, however many rows

    return Records(*(column(name) for name in Records._fields))


def turned(rows: Records, which: Any) -> Records:
    """Records of which some speak of the way back: their ends and counts are exchanged."""
    import numpy as np

    if not which.any():
        return rows
    pairs = (
        ("source", "target"),
        ("source_port", "target_port"),
        ("packets", "packets_back"),
        ("size", "size_back"),
    )
    changed = {}
    for one, other in pairs:
        a, b = getattr(rows, one), getattr(rows, other)
        changed[one], changed[other] = np.where(which, b, a), np.where(which, a, b)
    return rows._replace(**changed)


def numbered(numbers: Sequence[int]) -> Integers:
    """Numbers of records as a column."""
    import numpy as np

    if isinstance(numbers, range):  # one by one it takes as long as adding the records up
        return np.arange(numbers.start, numbers.stop, numbers.step)
    return np.asarray(numbers, np.int64)


def protocol_number(text: str | None) -> int:
    """The IANA number of a protocol by name or number; UNSTATED where it is none."""
    word = (text or "").strip().lower()
    if word.isdigit() and len(word) <= 3 and int(word) < 256:
        return int(word)
    return NUMBERS.get(word, UNSTATED)


def protocol_numbers(column: pa.Array) -> Integers:
    """The IANA numbers of a column of names, numbers as text, or numbers."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_integer(column.type):
        found: Integers = integers(column, UNSTATED)
        known: Integers = np.where((found < 0) | (found > 255), UNSTATED, found)
        return known
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    own = [protocol_number(text) for text in coded.dictionary.to_pylist()]
    places = integers(coded.indices, len(own))
    numbers: Integers = np.array([*own, UNSTATED], np.int64)[places]
    return numbers


def integers(column: pa.Array, missing: int) -> Integers:
    """A column of whole numbers; `missing` for null."""
    import pyarrow as pa

    whole = column if column.type == pa.int64() else column.cast(pa.int64())
    filled: Integers = (whole.fill_null(missing) if whole.null_count else whole).to_numpy()
    return filled


def microseconds(seconds: Any, missing: int = NO_TIME) -> Integers:
    """Seconds since 1970 as floating numbers → microseconds; `missing` for what is no time."""
    import numpy as np

    # Later than the year 9999 or before 1677 no clock shows: a broken or hostile number.
    good = (seconds < 2.5e11) & (seconds > -9e9)
    if good.all():
        found: Integers = np.rint(seconds * 1e6).astype(np.int64)
        return found
    return np.where(good, np.rint(np.where(good, seconds, 0) * 1e6), missing).astype(np.int64)
