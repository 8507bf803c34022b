"""Which packets of a block belong to connections that are followed, or that begin in it.

Spec: RFC 9293 §3.1, RFC 768 (ports of both ends).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from evenhand.readers.pcap.columns import PLAIN, TUNNELLED, Rows
from evenhand.readers.pcap.payload import ENDS, TURNED, mixed

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers


def carried(rows: Rows, protocol: int) -> Integers:
    """The packets of a protocol that carry anything."""
    import numpy as np

    counted = ((rows.state == PLAIN) | (rows.state == TUNNELLED)) & (rows.body < rows.end)
    found: Integers = np.nonzero(counted & (rows.protocol == protocol))[0]
    return found


def of_connections(
    rows: Rows, some: Integers, begins: Integers, followed: Collection[tuple[int, ...]]
) -> Integers:
    """Which of some packets are of a connection followed, or of one that some of them begin.

    `begins` and the answer are places in `some`.
    """
    import numpy as np

    wanted = [mixed(*(getattr(rows, name)[some[begins]] for name in ENDS))]
    if followed:
        wanted.append(mixed(*np.array(list(followed), np.int64).T))
    both = np.concatenate(wanted)
    if not len(both):
        return both
    mine = np.isin(mixed(*(getattr(rows, name)[some] for name in ENDS)), both)
    # Told from either end: the same addresses and ports, turned.
    back = mixed(*(getattr(rows, name)[some] for name in TURNED))
    found: Integers = np.nonzero(mine | np.isin(back, both))[0]
    return found
