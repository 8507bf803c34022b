"""Walking a chain of records, each of which says where the next begins, in many places at once.

A record's place is known only from the one before it. So the file is entered at many places that
look like the start of a record, all are followed at the same time, and what they show counts only
where the walk before arrives exactly where the next one was entered. Where it does not, the walk
goes on one by one: the records found are always those that a walk from the start finds.

Spec: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers

ENTRY = 1 << 17  # bytes between places where the chain is entered
SPAN = 1 << 26  # bytes walked before what was found is handed on
FEW = 24  # walks that are faster followed one by one


class Chain(NamedTuple):
    """How records hang together."""

    size: int  # of the file
    step: Callable[[Integers], tuple[Integers, Any]]  # places → next places, and where there is one
    one: Callable[[int], int]  # place → next place, or -1: none
    enter: Callable[[int, int], int]  # a likely start between two places, or -1


class Walker:
    """A walk through one file."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._span = SPAN

    def from_(self, at: int) -> tuple[Integers, int]:
        """Places of the next records, in order, and where to go on."""
        import numpy as np

        end = min(at + self._span, self.chain.size)
        starts = [at]
        for place in range(at + ENTRY, end - ENTRY, ENTRY):
            found = self.chain.enter(place, place + ENTRY)
            if found > starts[-1]:
                starts.append(found)
        entered = np.array(starts, np.int64)
        bounds = np.append(entered[1:], end)
        places, walks, arrived = self._follow(entered, bounds)
        wrong = np.nonzero(arrived[:-1] != entered[1:])[0]
        last = int(wrong[0]) if len(wrong) else len(starts) - 1
        self._span = ENTRY if len(wrong) else min(SPAN, self._span * 4)
        return np.sort(places[walks <= last]), int(arrived[last])

    def _follow(self, entered: Integers, bounds: Integers) -> tuple[Integers, Integers, Integers]:
        """Places met, which walk met each, and where each walk arrived beyond its bound."""
        import numpy as np

        at, walk = entered.copy(), np.arange(len(entered))
        arrived = entered.copy()
        places, walks = [], []
        while len(walk) > FEW:
            following, good = self.chain.step(at)
            if not good.all():
                arrived[walk[~good]] = at[~good]
                at, walk, following = at[good], walk[good], following[good]
            places.append(at)
            walks.append(walk)
            going = following < bounds[walk]
            at = following
            if not going.all():
                arrived[walk[~going]] = following[~going]
                at, walk = at[going], walk[going]
        for number, place in zip(walk.tolist(), at.tolist(), strict=True):
            met, arrived[number] = self._one_by_one(place, int(bounds[number]))
            places.append(np.array(met, np.int64))
            walks.append(np.full(len(met), number))
        return np.concatenate(places), np.concatenate(walks), arrived

    def _one_by_one(self, at: int, bound: int) -> tuple[list[int], int]:
        met: list[int] = []
        one, append = self.chain.one, met.append
        while at < bound:
            following = one(at)
            if following < 0:
                break
            append(at)
            at = following
        return met, at
