"""Capture files: where each packet lies, how long it was on the wire, and when it was seen.

Spec: draft-ietf-opsawg-pcap (pcap), draft-ietf-opsawg-pcapng; libpcap sf-pcap.c (Kuznetzov).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Partly
from evenhand.readers.pcap.blocks import (
    ASIDES,
    ENHANCED,
    INTERFACE,
    MANY,
    OLD_PACKET,
    PACKETS,
    SECTION,
    SIMPLE,
    Aside,
    Found,
    commented,
)
from evenhand.readers.pcap.view import View
from evenhand.readers.pcap.walk import Chain, Walker

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

MISSING = -(1 << 63)  # no time: int64's least value, so that a maximum passes over it
LAST_US = 253_402_300_799_999_999  # the end of the year 9999
LONGEST = 262_144  # libpcap MAXIMUM_SNAPLEN: a longer record is damage, not a packet

# first four bytes → (byte order, unit of the fraction in nanoseconds, bytes of a record header)
CLASSIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000, 16),
    b"\xa1\xb2\xc3\xd4": (">", 1000, 16),
    b"\x4d\x3c\xb2\xa1": ("<", 1, 16),
    b"\xa1\xb2\x3c\x4d": (">", 1, 16),
    b"\x34\xcd\xb2\xa1": ("<", 1000, 24),
    b"\xa1\xb2\xcd\x34": (">", 1000, 24),
}
IF_TSRESOL, IF_TSOFFSET = 9, 14
INTERFACES = 65_536  # descriptions remembered in one file
CALM = 64  # plain blocks in a row before many are walked at once
TURNS = 10_000  # changes of byte order followed in one file


class Block(NamedTuple):
    """Up to `PACKETS` packets in file order; `first` is the 1-based number of the first."""

    first: int
    offset: Integers  # of the packet's bytes in the file
    captured: Integers  # bytes kept in the file
    wire: Integers  # bytes on the wire
    time_us: Integers  # microseconds since 1970 UTC, MISSING where the file has none
    link: Integers  # LINKTYPE_ number


def moment(time_us: int) -> datetime:
    """A time of a packet."""
    return datetime.fromtimestamp(time_us // 10**6, UTC).replace(microsecond=time_us % 10**6)


def blocks(view: View) -> Iterator[Block | Aside | Partly]:
    """Every packet of a capture, in blocks; `Partly` where the file is cut or broken."""
    start = bytes(view.data[:4])
    if start in CLASSIC:
        yield from _classic(view, *CLASSIC[start])
    elif start == b"\x0a\x0d\x0d\x0a":
        yield from _Sections(view).blocks()
    else:
        raise NotThisFormat("neither the magic number of pcap nor that of pcapng", 0)


def _classic(view: View, order: str, unit: int, head: int) -> Iterator[Block | Partly]:
    """Records of a pcap file: seconds, fraction, captured length, length on the wire."""
    import numpy as np

    if view.size < 24:
        raise Unreadable("the file ends within its header of 24 bytes", view.size)
    link = struct.unpack_from(order + "I", view.data, 20)[0] & 0xFFFF  # above: FCS length, class
    snap = struct.unpack_from(order + "I", view.data, 16)[0]
    at, first, limit = 24, 1, max(LONGEST, snap if snap <= 1 << 27 else 0)
    walker = Walker(_records(view, order, head, limit))
    reason = ""
    while at < view.size and not reason:
        where, at = walker.from_(at)
        for start in range(0, len(where), PACKETS):
            some = where[start : start + PACKETS]
            window, _ = view.window(some, 16)  # of whole records: each lies in one piece
            table = np.frombuffer(window.data, order + "u4").reshape(-1, 4)
            seconds, fraction, captured, wire = (table[:, i].astype(np.int64) for i in range(4))
            time = seconds * 1_000_000 + fraction // (1000 // unit)
            time[time > LAST_US] = MISSING
            kind = np.full(len(some), link, np.int64)
            yield Block(first, some + head, captured, wire, time, kind)
            first += len(some)
        if not len(where) and at < view.size:
            reason = _why_not(view, order, at, head, limit)
            yield Partly(f"{reason}; {first - 1} packets were read", at)


def _records(view: View, order: str, head: int, limit: int) -> Chain:
    """How the records of a pcap file hang together."""
    data, size, word = view.data, view.size, view.words(order)
    read = struct.Struct(order + "I").unpack_from
    last = size - head
    epoch = slice(2, 4) if order == "<" else slice(0, 2)  # days: what a time hardly changes in
    mark = bytes(data[24:28])[epoch]

    def step(at: Integers) -> tuple[Integers, Any]:
        captured = word(at + 8)
        after = at + head + captured
        return after, (at <= last) & (captured <= limit) & (after <= size)

    def one(at: int) -> int:
        if at > last:
            return -1
        captured = int(read(data, at + 8)[0])
        after = at + head + captured
        return -1 if captured > limit or after > size else after

    def enter(start: int, end: int) -> int:
        found: int = start
        while (found := data.find(mark, found, end)) >= 0:
            at = place = found - epoch.start
            for _ in range(3):  # it looks like a record, and so do those that follow
                ours = at <= last and bytes(data[at : at + 4])[epoch] == mark
                at = one(at) if ours and read(data, at + 8)[0] <= read(data, at + 12)[0] else -1
                if at < 0:
                    break
            else:
                return place
            found += 1
        return -1

    return Chain(size, step, one, enter)


def _why_not(view: View, order: str, at: int, head: int, limit: int) -> str:
    """What is wrong with the record at `at`."""
    if at > view.size - head:
        return "the file ends within a record header"
    captured = struct.unpack_from(order + "I", view.data, at + 8)[0]
    if captured > limit:
        return f"broken record: it claims {captured} captured bytes"
    return "the file ends within a packet"


@dataclass
class _Interface:
    """What an interface description block says of the packets that follow."""

    link: int
    snap: int
    resolution: int = 6  # as in if_tsresol: 10^-n, or 2^-n with the highest bit set
    offset_s: int = 0


class _Sections:
    """A pcapng file: sections, each with its byte order and interfaces."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.order = "<"
        self.interfaces: list[_Interface] = []  # of all sections so far
        self.base = 0  # where those of this section begin
        self.turns = 0
        self.at = 0
        self.first = 1
        self.calm = 0  # blocks since the last section header
        self.walker = Walker(_blocks(view, "<"))
        self.asides: list[Aside] = []

    def blocks(self) -> Iterator[Block | Aside | Partly]:
        """Walk the blocks; hand packets back whenever enough are there or a section ends."""
        reason = ""
        while not reason and self.at < self.view.size:
            found, reason = self._walk()
            for lot in found.lots():
                yield from self._columns(lot)
            yield from self.asides
            self.asides = []
        if reason:
            yield Partly(f"{reason}; {self.first - 1} packets were read", self.at)

    def _walk(self) -> tuple[Found, str]:
        """The next packet blocks, and what is wrong where the walk stopped."""
        found = Found()
        data, size, at = self.view.data, self.view.size, self.at
        read = struct.Struct(self.order + "II").unpack_from
        while found.count < PACKETS and at < size:
            self.at = at
            if self.calm >= CALM and self._many(found):
                at = self.at
                continue
            if at + 12 > size:
                return found, "the file ends within a block header"
            kind, length = read(data, at)
            if kind == SECTION:
                order = self._byte_order(at)
                if order is None:
                    return found, "broken section header: no byte-order mark"
                if order != self.order and found.count:
                    return found, ""  # what was found is in another byte order
                self.turns += order != self.order
                if self.turns > TURNS:
                    return found, f"the byte order changes more than {TURNS} times"
                if order != self.order:
                    self.walker = Walker(_blocks(self.view, order))
                self.order, self.base, self.calm = order, len(self.interfaces), 0
                read = struct.Struct(self.order + "II").unpack_from
                kind, length = read(data, at)
            if length < 12 or length % 4:
                return found, f"broken block: it claims a length of {length} bytes"
            if at + length > size:
                return found, "the file ends within a block"
            if kind == ENHANCED or kind in (SIMPLE, OLD_PACKET):
                found.add(kind, at, self.base)
            elif kind == INTERFACE and len(self.interfaces) < INTERFACES:
                self._interface(at, length)
            if kind in ASIDES and len(self.asides) <= MANY:
                self.asides.append(Aside(kind, at, at + length - 4, self.order))
            at += length
            self.at, self.calm = at, self.calm + 1
        return found, ""

    def _many(self, found: Found) -> bool:
        """Walk many blocks of one section at once; False where the next one is not plain."""
        import numpy as np

        places, self.at = self.walker.from_(self.at)
        if not len(places):
            self.calm = 0
            return False
        word = self.view.words(self.order)
        kind = word(places)
        described = places[kind == INTERFACE][: max(0, INTERFACES - len(self.interfaces))]
        for at, length in zip(described.tolist(), word(described + 4).tolist(), strict=True):
            self._interface(at, length)
        beside = np.nonzero(np.isin(kind, ASIDES))[0]
        beside = beside[: max(0, MANY + 1 - len(self.asides))]
        each = (a[beside].tolist() for a in (kind, places, word(places + 4)))
        for code, at, length in zip(*each, strict=True):
            self.asides.append(Aside(code, at, at + length - 4, self.order))
        found.add_many(kind, places, self.base)
        return True

    def _byte_order(self, at: int) -> str | None:
        """The byte order that a section header block tells."""
        mark = bytes(self.view.data[at + 8 : at + 12])
        return {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}.get(mark)

    def _interface(self, at: int, length: int) -> None:
        if length < 20:
            self.interfaces.append(_Interface(-1, 0))
            return
        link, snap = struct.unpack_from(self.order + "HxxI", self.view.data, at + 8)
        interface = _Interface(link, snap)
        self.interfaces.append(interface)
        option, end = at + 16, at + length - 4
        while option + 4 <= end:
            code, size = struct.unpack_from(self.order + "HH", self.view.data, option)
            value = bytes(self.view.data[option + 4 : min(option + 4 + size, end)])
            if code == IF_TSRESOL and value:
                interface.resolution = value[0]
            elif code == IF_TSOFFSET and len(value) == 8:
                interface.offset_s = struct.unpack(self.order + "q", value)[0]
            elif code == 0:
                return
            option += 4 + (size + 3) // 4 * 4

    def _columns(self, lot: Integers) -> Iterator[Block | Aside | Partly]:
        """Packet blocks as columns; broken ones are left out and said."""
        import numpy as np

        word, half = self.view.words(self.order), self.view.halves(self.order)
        kind, at, base = lot
        length = word(at + 4)
        simple, old = kind == SIMPLE, kind == OLD_PACKET
        # Every block has at least 12 bytes, so these reads stay within the file or are clipped.
        whole = length >= np.where(simple, 16, 32)
        which = np.where(old, half(at + 8), np.where(simple, 0, word(at + 8)))
        # An interface has to be described in the packet's own section, before or within this lot.
        sections = np.append(np.unique(base), len(self.interfaces))
        beyond = sections[np.searchsorted(sections, base, side="right").clip(max=len(sections) - 1)]
        which += base
        whole &= which < beyond
        known = whole & (which < len(self.interfaces))
        interface = np.where(known, which, 0)
        table = self.interfaces or [_Interface(-1, 0)]
        link = np.array([i.link for i in table], np.int64)[interface]
        snap = np.array([i.snap or 1 << 32 for i in table], np.int64)[interface]
        wire = np.where(simple, word(at + 8), word(at + 24))
        room = length - np.where(simple, 16, 32)
        captured = np.where(simple, np.minimum(np.minimum(wire, snap), room), word(at + 20))
        known &= captured <= room
        time = self._times(word(at + 12), word(at + 16), interface, table)
        time[simple] = MISSING
        offset = at + np.where(simple, 12, 28)
        if not known.all():
            bad = int((~known).sum())
            yield Partly(f"{bad} broken packet blocks were left out", int(at[~known][0]))
            captured[~known] = 0  # they keep their numbers, as other tools count them
        yield Block(self.first, offset, captured, wire, time, link)
        self.first += len(at)
        options, end = offset + (captured + 3) // 4 * 4, at + length - 4
        some = commented(self.view, self.order, options, np.where(known & ~simple, end, 0))
        for start, stop in zip(options[some].tolist(), end[some].tolist(), strict=True):
            yield Aside(ENHANCED, start, stop, self.order)

    def _times(
        self, high: Integers, low: Integers, interface: Integers, table: list[_Interface]
    ) -> Integers:
        """Microseconds since 1970, by each interface's resolution and offset."""
        import numpy as np

        time = np.full(len(high), MISSING, np.int64)
        ticks = high << 32 | low
        order = np.argsort(interface, kind="stable")
        numbers, starts = np.unique(interface[order], return_index=True)
        for number, mine in zip(numbers.tolist(), np.split(order, starts[1:]), strict=True):
            each = table[number]
            value, exponent = ticks[mine], each.resolution & 0x7F
            seconds = value / (2.0 if each.resolution & 0x80 else 10.0) ** exponent
            possible = (value >= 0) & (seconds + each.offset_s < LAST_US / 1e6)
            possible &= seconds + each.offset_s > -LAST_US / 1e6
            value = np.where(possible, value, 0)
            micro = _micro(value, each.resolution) + np.int64(
                max(-LAST_US // 10**6, min(LAST_US // 10**6, each.offset_s)) * 1_000_000
            )
            time[mine] = np.where(possible, micro, MISSING)
        return time


def _blocks(view: View, order: str) -> Chain:
    """How the blocks of a pcapng section hang together, up to the next section."""
    data, size, word = view.data, view.size, view.words(order)
    read = struct.Struct(order + "II").unpack_from
    mark = struct.pack(order + "I", ENHANCED)

    def step(at: Integers) -> tuple[Integers, Any]:
        length = word(at + 4)
        good = (at + 12 <= size) & (length >= 12) & (length & 3 == 0) & (at + length <= size)
        return at + length, good & (word(at) != SECTION)

    def one(at: int) -> int:
        if at + 12 > size:
            return -1
        kind, length = read(data, at)
        after = at + int(length)
        return (
            after if kind != SECTION and length >= 12 and not length & 3 and after <= size else -1
        )

    def enter(start: int, end: int) -> int:
        found: int = start
        while (found := data.find(mark, found, end)) >= 0:
            at = found
            for _ in range(3):  # a length that stands at both of its ends
                after = one(at)
                if after < 0 or data[at + 4 : at + 8] != data[after - 4 : after]:
                    break
                at = after
            else:
                return found
            found += 1
        return -1

    return Chain(size, step, one, enter)


def _micro(ticks: Integers, resolution: int) -> Integers:
    """Ticks of an if_tsresol as microseconds, exact for the resolutions in use."""
    import numpy as np

    exponent = resolution & 0x7F
    if not resolution & 0x80:
        if exponent <= 6:
            return ticks * np.int64(10 ** (6 - exponent))
        return ticks // np.int64(10 ** min(exponent - 6, 18))
    exponent = min(exponent, 62)
    seconds = ticks >> exponent
    fraction = (ticks - (seconds << exponent)) / 2.0**exponent
    return seconds * 1_000_000 + np.floor(fraction * 1e6).astype(np.int64)
