"""Many DNS messages at once: repeats left out, the usual shape read as columns.

The usual shape is one question, and records that are addresses of the answer or say nothing to
us, whose owner is the question's name or the root. Everything else is left to `dns.message`.

Spec: RFC 1035 §4.1; RFC 3596; RFC 6891 (OPT).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers.pcap import dns
from evenhand.readers.pcap.names import HostNames
from evenhand.readers.pcap.spans import CLASH, Spans, Texts

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

LABELS = 32  # of a name
RECORDS = 24  # of a message
OF_QUESTION = 0xC00C  # a pointer to where the question's name stands


class Lot(NamedTuple):
    """Datagrams that should be DNS messages: where they lie, and when they were seen."""

    at: Integers
    end: Integers
    number: Integers
    time_us: Integers

    def only(self, some: Any) -> Lot:
        """Those at `some`."""
        return Lot(*(column[some] for column in self))


class Messages:
    """Reads the DNS messages of one capture."""

    def __init__(self, view: View, names: HostNames) -> None:
        self.view = view
        self.names = names
        self._met = Spans(view)
        self._texts = Texts(view, lambda raw: _numbers(names, raw))

    def read(self, every: Lot) -> Integers:
        """Read what has the usual shape; which of the rest has to be read one by one."""
        import numpy as np

        # Two messages under different identifications are one to us.
        span, new = self._met.numbers(every.at + 2, every.end - every.at - 2)
        fresh = np.sort(np.concatenate([new, np.nonzero(span == CLASH)[0]]))
        some = every.only(fresh)
        flags, counts = self.view.be16(some.at + 2), [self.view.be16(some.at + n) for n in HEADER]
        usual = (some.end - some.at >= 12) & (counts[0] == 1) & (sum(counts[1:]) <= RECORDS)
        usual &= (flags & 0x8040) != 0x0040
        after = self._questions(some, usual)
        answers = self._records(some, counts, after, usual)
        rows = np.nonzero(usual & (after - some.at > 17))[0]  # the root's name is no name
        length = after[rows] - 5 - some.at[rows] - 12
        text = np.zeros(len(usual), np.int64)
        text[rows] = self._texts.numbers(some.at[rows] + 12, length)
        named = np.zeros(len(usual), bool)
        named[rows] = True
        where = some.number[rows], some.time_us[rows]
        none = np.zeros(len(rows), np.int64)
        self.names.add_many(text[rows], "dns question", 0, none, where)
        for version, which, at in answers:
            self._answers(version, which[named[which]], at[named[which]], text, some)
        left: Integers = fresh[~usual]
        return left

    def _questions(self, some: Lot, usual: Any) -> Integers:
        """Where the records begin, behind the one question."""
        import numpy as np

        at = some.at + 12
        rows = np.nonzero(usual)[0]
        for _ in range(LABELS):
            label = self.view.bytes_at(at[rows])
            # The name may have 255 bytes, its end included, as far as labels are counted.
            after = at[rows] + label + 1
            good = (after <= some.end[rows]) & (label < 64)
            good &= after - some.at[rows] - 12 <= dns.NAME_BYTES
            usual[rows[~good]] = False
            at[rows] = after
            rows = rows[good & (label > 0)]
        usual[rows] = False
        usual &= at + 4 <= some.end
        return at + 4

    def _records(
        self, some: Lot, counts: list[Integers], at: Integers, usual: Any
    ) -> list[tuple[int, Integers, Integers]]:
        """Addresses that answer: their version, whose they are, and where they stand."""
        import numpy as np

        view, at = self.view, at.copy()
        left, answers = counts[1] + counts[2] + counts[3], counts[1].copy()
        found = []
        rows = np.nonzero(usual & (left > 0))[0]
        for _ in range(RECORDS):
            if not len(rows):
                break
            here = at[rows]
            root, same = view.bytes_at(here) == 0, view.be16(here) == OF_QUESTION
            here = here + np.where(root, 1, 2)
            kind, size = view.be16(here), view.be16(here + 8)
            after = here + 10 + size
            good = (root | same) & (after <= some.end[rows])
            good &= ~np.isin(kind, SLOW)
            for version, wanted, width in ((4, dns.A, 4), (6, dns.AAAA, 16)):
                mine = (kind == wanted) & (size == width)
                good &= ~mine | (answers[rows] > 0)
                mine &= good
                if mine.any():
                    found.append((version, rows[mine], here[mine] + 10))
            usual[rows[~good]] = False
            at[rows] = after
            left[rows] -= 1
            answers[rows] -= 1
            rows = rows[good & (left[rows] > 0)]
        # What was found in a message that turned out odd later on is left to who reads it whole.
        return [(version, which[usual[which]], at[usual[which]]) for version, which, at in found]

    def _answers(
        self, version: int, which: Integers, at: Integers, text: Integers, some: Lot
    ) -> None:
        view, names = self.view, self.names
        if version == 4:
            address = view.be32(at)
        else:
            address = names.addresses.columns(view.words64(at), view.words64(at + 8))
        where = some.number[which], some.time_us[which]
        names.add_many(text[which], "dns answer", version, address, where)


SLOW = (dns.CNAME, dns.NB, dns.PTR, dns.SVCB, dns.HTTPS)  # kinds that are read one by one
HEADER = (4, 6, 8, 10)  # where the counts stand


def _numbers(names: HostNames, raw: Sequence[bytes]) -> list[int]:
    """The numbers of names as they stand in messages, without their ends."""
    every = [_labels(one) for one in raw]
    dotted = [b".".join(labels) for labels in every]
    if any(one.count(b".") >= len(labels) > 0 for one, labels in zip(dotted, every, strict=True)):
        return [names.number(labels) for labels in every]  # a dot within a label
    return names.numbers(dotted)


def _labels(raw: bytes) -> dns.Name:
    """Labels of a name as it stands in a message, without its end."""
    labels, at = [], 0
    while at < len(raw):
        labels.append(raw[at + 1 : at + 1 + raw[at]])
        at += 1 + raw[at]
    return tuple(labels)
