"""Special-purpose addresses: those that are no place on the public internet.

Prefixes may lie inside one another; the longest that holds an address names it.

Spec: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190).
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Mapping
from pathlib import Path

from evenhand.errors import Mistakes
from evenhand.lists import ListInfo, fact_rows, verify
from evenhand.lists.address import halves_of
from evenhand.lists.prefixes import Span, flat, parts
from evenhand.lists.ranges import LookUp, Ranges

COLUMNS = ("prefix", "special", "name", "rfc")


@functools.lru_cache(maxsize=4)
def load(info: ListInfo) -> LookUp:
    """The list of special-purpose prefixes, ready for questions."""
    import numpy as np
    import pyarrow as pa

    verify(info)
    table = fact_rows.plain(info.path)
    found = list(flat(spans(table.to_pylist(), info.path)))
    names = sorted({s.said for s in found})
    bounds = (*halves_of([s.start for s in found]), *halves_of([s.end for s in found]))
    codes = np.array([names.index(s.said) for s in found], dtype=np.int32)
    return LookUp(info, Ranges.of(bounds, codes), {"special": pa.array(names)})


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
        found += parts(net, str(row["special"]))
    if mistakes:
        raise Mistakes(mistakes)
    return found
