"""Prefixes of addresses that may lie inside one another: the longest one speaks of an address.

Spec: RFC 4632 5.1 (longest match), RFC 4291 2.5.5.2 (IPv4-mapped addresses).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evenhand.lists.address import MAPPED_LOW, number_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Span(NamedTuple):
    """Addresses from `start` to `end` (both included), as numbers of 128 bits."""

    start: int
    end: int
    said: str


def parts(net: Network, said: str) -> Iterator[Span]:
    """The span of a prefix; an IPv6 one says nothing of the IPv4 addresses mapped into it."""
    if net.version == 4:
        yield Span(number_of(net.network_address), number_of(net.broadcast_address), said)
        return
    first, last = int(net.network_address), int(net.broadcast_address)
    after = MAPPED_LOW + (1 << 32)
    if first < MAPPED_LOW:
        yield Span(first, min(last, MAPPED_LOW - 1), said)
    if last >= after:
        yield Span(max(first, after), last, said)


def flat(nested: Iterable[Span]) -> Iterator[Span]:
    """Spans without overlaps, in order: where prefixes lie inside one another, the longest.

    Each prefix once: two prefixes are apart, or one holds the other, so that those that are open
    at an address lie one inside the other.
    """
    held: Span | None = None
    for one in _pieces(nested):
        if held and held.said == one.said and held.end + 1 == one.start:
            held = held._replace(end=one.end)
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _pieces(nested: Iterable[Span]) -> Iterator[Span]:
    """The parts of each span that no longer prefix speaks of, in order."""
    open_: list[Span] = []
    at = 0  # the first address that nothing was said of yet
    for span in sorted(nested, key=lambda s: (s.start, -s.end)):
        while open_ and open_[-1].end < span.start:
            ended = open_.pop()
            if at <= ended.end:
                yield Span(max(at, ended.start), ended.end, ended.said)
                at = ended.end + 1
        if open_ and max(at, open_[-1].start) < span.start:
            yield Span(max(at, open_[-1].start), span.start - 1, open_[-1].said)
        at = max(at, span.start)
        open_.append(span)
    while open_:
        ended = open_.pop()
        if at <= ended.end:
            yield Span(max(at, ended.start), ended.end, ended.said)
            at = ended.end + 1
