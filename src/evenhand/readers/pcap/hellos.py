"""Many ClientHellos at once: the usual shape, one record in one segment, read as columns.

What is read here is what `tls.hello_in_records` and `ja4` would say; every other shape is left to
them. Hellos that would have one JA4 are recognised by sums over secret random numbers, one for
each value that may stand in a list, so that each make of client is worked out once.

Spec: RFC 8446 §4.1.2; RFC 6066 §3; RFC 8701.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers.pcap import tls
from evenhand.readers.pcap.index import Index

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

EXTENSIONS = 48  # of one hello; more are read one by one
RESERVED = [n * 0x1010 + 0x0A0A for n in range(16)]  # RFC 8701
LISTED = 96  # numbers in one list


class Found(NamedTuple):
    """What was read: for each hello given, if it had the usual shape."""

    usual: Any
    name_at: Integers
    name_length: Integers
    encrypted: Any
    make: Integers  # number of the client's make
    new: Integers  # hellos that showed makes not met before, in order of their numbers


class Hellos:
    """Reads hellos of one capture; numbers the makes of clients it meets."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.makes = Index()
        self._secret, self._apart = _secrets()

    def read(self, at: Integers, end: Integers) -> Found:
        """Hellos whose records begin at `at`, in segments that end at `end`."""
        import numpy as np

        view = self.view
        length, size = view.be16(at + 3), view.be32(at + 5) & 0xFFFFFF
        usual = (end - at > 9) & (size + 4 <= length) & (length <= tls.RECORD_BYTES)
        usual &= (length <= end - at - 5) & (view.bytes_at(at + 9) == 3) & (size >= 42)
        stop = at + 9 + size
        version, session = view.be16(at + 9), view.bytes_at(at + 43)
        suites_at = at + 44 + session
        suites = view.be16(suites_at)
        methods_at = suites_at + 2 + suites
        first = methods_at + 1 + view.bytes_at(methods_at) + 2
        usual &= (session <= 32) & (suites % 2 == 0) & (suites <= 2 * LISTED)
        usual &= (first <= stop) & (first + view.be16(first - 2) == stop)
        rows = np.nonzero(usual)[0]
        kinds, places, sizes, bad = self._extensions(first[rows], stop[rows])
        usual[rows[bad]] = False
        values = np.zeros((len(at), 2), np.uint64)
        values[:, 0] = self._sum(suites_at + 2, suites, usual)
        values[:, 1] = self._at(version)
        values[rows, 0] += kinds * self._apart[0]
        spread = {}
        for kind in WANTED:
            spread[kind] = np.zeros(len(at), np.int64), np.full(len(at), -1)
            spread[kind][0][rows], spread[kind][1][rows] = places[kind], sizes[kind]
        name_at, name_length = self._names(*spread[tls.SERVER_NAME], usual)
        self._lists(spread, values, usual)
        encrypted = (spread[tls.ESNI][1] >= 0) | (spread[tls.ECH][1] >= 0)
        make = np.full(len(at), -1)
        rows = np.nonzero(usual)[0]
        pair = values[rows].view(np.int64)
        make[rows], new = self.makes.numbers(pair[:, 0].copy(), pair[:, 1].copy())
        return Found(usual, name_at, name_length, encrypted, make, rows[new])

    def _extensions(
        self, at: Integers, stop: Integers
    ) -> tuple[Any, dict[int, Integers], dict[int, Integers], Any]:
        """Sums over the kinds, places and sizes of those that matter, and which rows are odd."""
        import numpy as np

        view, at = self.view, at.copy()
        total = np.zeros(len(at), np.uint64)
        places = {kind: np.zeros(len(at), np.int64) for kind in WANTED}
        sizes = {kind: np.full(len(at), -1) for kind in WANTED}
        bad, rows = np.zeros(len(at), bool), np.arange(len(at))
        for _ in range(EXTENSIONS):
            here = at[rows]
            kind, size = view.be16(here), view.be16(here + 2)
            after = here + 4 + size
            over = (here + 4 > stop[rows]) | (after > stop[rows])
            total[rows] += self._at(kind)
            for wanted in WANTED:
                mine = kind == wanted
                if mine.any():
                    bad[rows[mine]] |= sizes[wanted][rows[mine]] >= 0  # it stands there twice
                    places[wanted][rows[mine]] = here[mine] + 4
                    sizes[wanted][rows[mine]] = size[mine]
            bad[rows[over]] = True
            at[rows] = after
            rows = rows[~over & (after < stop[rows])]
            if not len(rows):
                break
        bad[rows] = True
        return total, places, sizes, bad

    def _names(self, at: Integers, size: Integers, usual: Any) -> tuple[Integers, Integers]:
        """Where the server names stand; odd ones are no longer `usual`."""
        import numpy as np

        some = np.nonzero(usual & (size >= 5))[0]
        here = at[some]
        length = self.view.be16(here + 3)
        whole = self.view.be16(here) + 2 == size[some]
        plain = whole & (self.view.bytes_at(here + 2) == 0) & (length > 0)
        plain &= 5 + length <= size[some]
        usual[some[~plain]] = False
        found = np.zeros(len(at), np.int64)
        found[some[plain]] = length[plain]
        return at + 5, found

    def _lists(self, spread: dict[int, tuple[Integers, Integers]], values: Any, usual: Any) -> None:
        """Add what the lists of versions, signature algorithms and protocols say."""
        import numpy as np

        at, size = spread[tls.VERSIONS]
        some = np.nonzero(size > 0)[0]
        length = self.view.bytes_at(at[some])
        usual[some] &= (length + 1 == size[some]) & (length % 2 == 0)
        values[some, 1] += self._sum(at[some] + 1, length, usual[some]) * self._apart[1]
        at, size = spread[tls.SIGNATURES]
        some = np.nonzero(size > 1)[0]
        length = self.view.be16(at[some])
        odd = (length + 2 != size[some]) | (length % 2 != 0) | (length > 2 * LISTED)
        usual[some[odd]] = False
        values[some, 0] ^= self._chain(at[some] + 2, length, usual[some])
        at, size = spread[tls.PROTOCOLS]
        some = np.nonzero(size > 0)[0]
        usual[some] &= size[some] <= LISTED
        values[some, 1] ^= self._chain(at[some], size[some], usual[some], 1)

    def _at(self, numbers: Integers) -> Any:
        return self._secret[numbers & 0xFFFF]

    def _sum(self, at: Integers, length: Integers, usual: Any) -> Any:
        """A sum over the two-byte numbers of each list, whatever their order."""
        import numpy as np

        total = np.zeros(len(at), np.uint64)
        for rows, where in _steps(at, length, usual, 2):
            total[rows] += self._at(self.view.be16(where))
        return total

    def _chain(self, at: Integers, length: Integers, usual: Any, width: int = 2) -> Any:
        """A hash over the numbers of each list in their order, reserved ones passed over."""
        import numpy as np

        total = np.zeros(len(at), np.uint64)
        for rows, where in _steps(at, length, usual, width):
            value = self._at(self.view.be16(where) if width == 2 else self.view.bytes_at(where))
            rows, value = rows[value != 0], value[value != 0]
            total[rows] = (total[rows] + value) * self._apart[2]
        return total


WANTED = (tls.SERVER_NAME, tls.SIGNATURES, tls.PROTOCOLS, tls.VERSIONS, tls.ESNI, tls.ECH)


@functools.cache
def _secrets() -> tuple[Any, Any]:
    """A random number for each two-byte number, and three that keep sums over lists apart."""
    import numpy as np

    secret = np.frombuffer(os.urandom(8 << 16), np.uint64).copy()
    apart = secret[:3] | np.uint64(1)
    secret[RESERVED] = 0  # they say nothing
    return secret, apart


def _steps(
    at: Integers, length: Integers, usual: Any, width: int
) -> Iterator[tuple[Integers, Integers]]:
    """One number at a time: which rows reach so far, and where they are."""
    import numpy as np

    rows, step = np.nonzero(usual & (length > 0))[0], 0
    while len(rows):
        yield rows, at[rows] + step
        step += width
        rows = rows[length[rows] > step]
