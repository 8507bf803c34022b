"""Enrichment: how regularly a product turned to each destination, with the odds of chance.

A contact is the beginning of a flow; those within a second of the last one are one. Of contacts at
random (a Poisson process, whatever its rate) a time between two contacts lies within a tenth of
the median with probability 2^-0.9 - 2^-1.1 = 0.0694. `odds` is the chance that at least as many
of the others would lie there as did (the median itself always does): a binomial tail. Nothing is
fitted, a missed contact costs two times between contacts and no more.

The odds are of one destination: of a thousand looked at, one will show one in a thousand. Regular
is not secret: clocks, mail and updates are regular, too.

Spec: docs/decisions/0018-owners-and-places.md (Regular contacts).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from evenhand.enrich import _reached
from evenhand.enrich._reached import REACHED, Groups, Owned, numbers, ranked

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

    from evenhand.enrich._reached import Column

    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Times = np.ndarray[Any, np.dtype[np.float64]]

NEEDS = ("flow", "product_artefact", "idle_time")
MAKES = ("beacon",)

FEWEST = 8  # contacts; fewer say nothing of regularity
NOTHING: tuple[float | None, int | None, float | None] = (None, None, None)
TOGETHER_S = 1.0
NEAR = 0.1  # of the median
BY_CHANCE = 2 ** -(1 - NEAR) - 2 ** -(1 + NEAR)
MOST = 100_000  # contacts of one destination that are looked at, the first ones
# beginnings of flows of each product
MET = f"""
met AS (
    SELECT b.product, b.p, b.n, f.server_address AS address, f.locator, f.grade,
        f.first_seen AS moment
    FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
    WHERE {REACHED} AND f.first_seen IS NOT NULL AND {{}}
)"""
# `resting`: within a time in which nobody used the product; `known`: somebody says when that was
NEVER_TOLD = f"""WITH {MET}, told AS (
    SELECT *, FALSE AS known, FALSE AS resting FROM met
)"""
TOLD = f"""WITH {MET}, only_one AS (
    SELECT CASE WHEN count(DISTINCT product) = 1 THEN min(product) END AS product FROM belongs
), rest AS (
    SELECT COALESCE(i.product, o.product) AS product, i.from_time, i.to_time
    FROM idle_time AS i CROSS JOIN only_one AS o
), told AS (
    SELECT m.*, r.product IS NOT NULL AS known, COALESCE(bool_or(
        m.moment >= q.from_time AND m.moment < q.to_time), FALSE) AS resting
    FROM met AS m
    LEFT JOIN (SELECT DISTINCT product FROM rest) AS r ON r.product = m.product
    LEFT JOIN rest AS q ON q.product = m.product
    GROUP BY ALL
)"""
CONTACTS = """
SELECT p, n, address, locator, moment, known, resting,
    CASE grade WHEN 'observed' THEN 0 WHEN 'alleged' THEN 2 ELSE 1 END AS weakness
FROM told
"""
GRADES = ("observed", "declared", "alleged")  # by weakness
MICROS = 1_000_000


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `beacon` for each product and address with a contact; uses no list."""
    told = connection.execute("SELECT 1 FROM idle_time LIMIT 1").fetchall()
    query = (TOLD if told else NEVER_TOLD) + CONTACTS
    with _reached.belonging(connection) as owned:
        found = []
        for part in _reached.parts(connection):
            said = query.replace("{}", part.format("f.server_address"))
            met = connection.sql(said).to_arrow_table()
            if met.num_rows:
                found.append(_made(met, owned))
            del met  # not held while rows are written
    _reached.put(connection, "beacon", found, owned)
    return []


def _made(met: pa.Table, owned: Owned) -> pa.Table:
    """Rows of `beacon`, in order, but for their ids; `n` is their artefact."""
    import numpy as np
    import pyarrow as pa

    address, addresses = ranked(met["address"])
    n, micros, known, resting = (numbers(met[c], 0) for c in ("n", "moment", "known", "resting"))
    groups = Groups(owned.key(numbers(met["p"], 0), address, addresses), n, micros)
    shown = pa.array(groups.first(met["locator"]))
    product, place = (pa.array(half) for half in np.divmod(groups.key, len(addresses)))
    looked = (resting | (1 - known))[groups.order] == 1
    lengths = np.add.reduceat(looked.astype(np.int64), groups.start)
    told, rests = groups.most(known) == 1, groups.most(resting) == 1
    columns = {
        "product": pa.array(owned.products, pa.string()).take(product),
        "address": addresses.take(place),
        "n": pa.array(n).take(shown),
        "locator": met["locator"].take(shown).fill_null(""),
        "grade": pa.array(GRADES).take(pa.array(groups.most(numbers(met["weakness"], 0)))),
        "idle": pa.array(rests, mask=~told),
    }
    return pa.table(columns | _rhythm(micros[groups.order][looked] / MICROS, lengths))


def _rhythm(times: Times, count: Column) -> dict[str, pa.Array]:
    """Columns of `beacon` from the times (seconds) of each row, one row after the other."""
    import numpy as np
    import pyarrow as pa

    start = np.cumsum(count) - count
    row = np.repeat(np.arange(len(count)), count)
    if ((times[1:] < times[:-1]) & (row[1:] == row[:-1])).any():
        times = times[np.lexsort((times, row))]
    place = np.arange(len(times)) - np.repeat(start, count)
    kept = _apart(times, place == 0) & (place < MOST)
    times = times[kept]
    count = np.bincount(row[kept], minlength=len(count))
    start = np.cumsum(count) - count
    often = np.flatnonzero(count >= FEWEST)
    said = [
        regularity(times[a : a + size].tolist())
        for a, size in zip(start[often].tolist(), count[often].tolist(), strict=True)
    ]
    which = np.zeros(len(count), np.int64)  # of what is said; the first says nothing
    which[often] = np.arange(1, len(often) + 1)
    period, near, odds = zip(NOTHING, *said, strict=True)
    told = pa.array(which)
    micros = np.append(np.rint(times * 1e6), 0).astype(np.int64)
    ends = (micros[np.where(count, start + edge, -1)] for edge in (0, count - 1))
    seen = (pa.array(e, mask=count == 0).cast(pa.timestamp("us", "UTC")) for e in ends)
    return {
        "contacts": pa.array(count),
        "period_s": pa.array(period, pa.float64()).take(told),
        "near": pa.array(near, pa.int64()).take(told),
        "odds": pa.array(odds, pa.float64()).take(told),
        "first_seen": next(seen),
        "last_seen": next(seen),
    }


def _apart(times: Times, opens: Flags) -> Flags:
    """What `apart` keeps of each row's times; `opens` marks where a row begins."""
    import numpy as np

    if not len(times):
        return opens
    # a stretch: times none of which is more than a second after the one before it
    begins = opens.copy()
    begins[1:] |= times[1:] - times[:-1] > TOGETHER_S
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(times)) - 1
    kept = begins
    for at in np.flatnonzero(times[last] - times[first] > TOGETHER_S).tolist():
        stretch = slice(int(first[at]), int(last[at]) + 1)
        kept[stretch] = _kept(times[stretch].tolist())
    return kept


def apart(times: Sequence[float]) -> list[float]:
    """Sorted times without those that follow another within a second."""
    return [at for at, kept in zip(times, _kept(times), strict=True) if kept]


def _kept(times: Sequence[float]) -> list[bool]:
    kept, latest = [], -math.inf
    for at in times:
        kept.append(at - latest > TOGETHER_S)
        latest = at if kept[-1] else latest
    return kept


def regularity(times: Sequence[float]) -> tuple[float | None, int | None, float | None]:
    """The median time between contacts in seconds, how many lie near it, and the odds of that by
    chance; nothing for fewer than `FEWEST` contacts.
    """
    if len(times) < FEWEST:
        return NOTHING
    steps = sorted(b - a for a, b in pairwise(times))
    middle = steps[len(steps) // 2]
    near = sum(abs(step - middle) <= NEAR * middle for step in steps)
    # the median lies near itself: it is no sign
    return round(middle, 6), near, tail(len(steps) - 1, near - 1)


@functools.lru_cache(maxsize=4096)
def tail(number: int, least: int) -> float:
    """Chance of at least `least` of `number`, each `BY_CHANCE`; to three digits."""
    total = 0.0
    for hits in range(least, number + 1):
        log = math.lgamma(number + 1) - math.lgamma(hits + 1) - math.lgamma(number - hits + 1)
        log += hits * math.log(BY_CHANCE) + (number - hits) * math.log1p(-BY_CHANCE)
        term = math.exp(log)
        total += term
        if term < total * 1e-9 and hits > number * BY_CHANCE:
            break
    return float(f"{min(total, 1.0):.3g}")
