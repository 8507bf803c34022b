"""Special-purpose addresses: those that are no place on the public internet.

Prefixes may lie inside one another; the longest that holds an address names it.

Spec: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190).
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from evenhand.errors import Mistakes
from evenhand.lists import ListInfo, fact_rows, verify
from evenhand.lists.address import MAPPED_LOW, halves_of, number_of
from evenhand.lists.ranges import LookUp, Ranges

COLUMNS = ("prefix", "special", "name", "rfc")


class Span(NamedTuple):
    """Addresses from `start` to `end` (both included), as numbers of 128 bits."""

    start: int
    end: int
    special: str


@functools.lru_cache(maxsize=4)
def load(info: ListInfo) -> LookUp:
    """The list of special-purpose prefixes, ready for questions."""
    import numpy as np

    verify(info)
    table = fact_rows.plain(info.path)
    found = list(flat(spans(table.to_pylist(), info.path)))
    names = sorted({s.special for s in found})
    bounds = (*halves_of([s.start for s in found]), *halves_of([s.end for s in found]))
    codes = np.array([names.index(s.special) for s in found], dtype=np.int32)
    return LookUp(info, Ranges(bounds, codes), {"special": list(names)})


def spans(rows: Iterable[Mapping[str, str | None]], path: Path) -> list[Span]:
    """Prefixes as spans; Mistakes names every row that holds none, or one that came before."""
    found: list[Span] = []
    mistakes: list[str] = []
    seen: set[object] = set()
    for number, row in enumerate(rows, start=2):
        try:
            net = ipaddress.ip_network(row.get("prefix") or "")
            if not row.get("special"):
                raise ValueError("special: empty, and a row cannot do without it")
            if net in seen:
                raise ValueError(f"{net} stands in an earlier row already")
        except ValueError as error:
            mistakes.append(f"{path}:{number}: {error}")
            continue
        seen.add(net)
        found += _parts(net, str(row["special"]))
    if mistakes:
        raise Mistakes(mistakes)
    return found


def _parts(net: ipaddress.IPv4Network | ipaddress.IPv6Network, special: str) -> Iterator[Span]:
    """The span of a prefix; an IPv6 one says nothing of the IPv4 addresses mapped into it."""
    if net.version == 4:
        yield Span(number_of(net.network_address), number_of(net.broadcast_address), special)
        return
    first, last = int(net.network_address), int(net.broadcast_address)
    after = MAPPED_LOW + (1 << 32)
    if first < MAPPED_LOW:
        yield Span(first, min(last, MAPPED_LOW - 1), special)
    if last >= after:
        yield Span(max(first, after), last, special)


def flat(nested: Iterable[Span]) -> Iterator[Span]:
    """Spans without overlaps, in order: where prefixes lie inside one another, the longest."""
    ordered = sorted(nested, key=lambda s: (s.start, -s.end))
    edges = sorted({s.start for s in ordered} | {s.end + 1 for s in ordered})
    pending: Span | None = None
    for start, after in itertools.pairwise(edges):
        holders = [s for s in ordered if s.start <= start and after - 1 <= s.end]
        if not holders:
            continue
        special = min(holders, key=lambda s: s.end - s.start).special
        if pending and pending.special == special and pending.end + 1 == start:
            pending = pending._replace(end=after - 1)
            continue
        if pending:
            yield pending
        pending = Span(start, after - 1, special)
    if pending:
        yield pending
