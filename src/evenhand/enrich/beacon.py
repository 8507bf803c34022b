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

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

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
MET = """
belongs AS (
    SELECT DISTINCT product, artefact FROM product_artefact WHERE artefact <> ''
), met AS (
    SELECT b.product, f.server_address AS address, f.artefact, f.locator, f.grade,
        f.first_seen AS moment
    FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
    WHERE f.layer = 'inner' AND f.first_seen IS NOT NULL AND f.server_address IS NOT NULL
        AND COALESCE(f.action, '') <> 'rejected'
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
# contacts of each product and address; one aggregate says which is the first
CONTACTS = """
SELECT product, address, bool_or(known) AS known, bool_or(resting) AS resting,
    min({'artefact': artefact, 'moment': moment, 'locator': locator}) AS first,
    max(CASE grade WHEN 'observed' THEN 0 WHEN 'alleged' THEN 2 ELSE 1 END) AS weakness,
    list_sort(list(epoch(moment)) FILTER (resting OR NOT known)) AS times
FROM told GROUP BY product, address ORDER BY product, address
"""
WRITE = """
INSERT INTO beacon BY NAME
SELECT 'beacon/beacon/' || substr(first.artefact, 8, 12) || '/' || number AS id,
    first.artefact AS artefact, COALESCE(first.locator, '') AS locator,
    CASE weakness WHEN 0 THEN 'observed' WHEN 1 THEN 'declared' ELSE 'alleged' END AS grade,
    product, address, contacts, period_s, near, odds,
    CASE WHEN known THEN resting END AS idle, first_seen, last_seen
FROM enriched ORDER BY number
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `beacon` for each product and address with a contact; uses no list."""
    import pyarrow as pa

    told = connection.execute("SELECT 1 FROM idle_time LIMIT 1").fetchall()
    met = connection.sql((TOLD if told else NEVER_TOLD) + CONTACTS).to_arrow_table()
    if met.num_rows:
        times = met["times"].combine_chunks()
        number = pa.array(range(met.num_rows), pa.int64())
        found = {"number": number, **_rhythm(times.flatten(), times.value_lengths())}
        rows = pa.table({n: met[n] for n in met.column_names if n != "times"} | found)
        connection.register("enriched", rows)
        connection.execute(WRITE)
        connection.unregister("enriched")
    return []


def _rhythm(flat: pa.Array, lengths: pa.Array) -> dict[str, pa.Array]:
    """Columns of `beacon` from the sorted times (seconds) of each row, one row after the other."""
    import numpy as np
    import pyarrow as pa

    count = np.asarray(lengths.fill_null(0)).astype(np.int64)
    start = np.cumsum(count) - count
    times = np.asarray(flat)
    place = np.arange(len(times)) - np.repeat(start, count)
    kept = _apart(times, place == 0) & (place < MOST)
    times = times[kept]
    count = np.bincount(np.repeat(np.arange(len(count)), count)[kept], minlength=len(count))
    start = np.cumsum(count) - count
    said: list[tuple[float | None, int | None, float | None]] = [NOTHING] * len(count)
    for at in np.flatnonzero(count >= FEWEST).tolist():
        said[at] = regularity(times[start[at] : start[at] + count[at]].tolist())
    period, near, odds = zip(*said, strict=True)
    micros = np.append(np.rint(times * 1e6), 0).astype(np.int64)
    ends = (micros[np.where(count, start + edge, -1)] for edge in (0, count - 1))
    seen = (pa.array(e, mask=count == 0).cast(pa.timestamp("us", "UTC")) for e in ends)
    return {
        "contacts": pa.array(count),
        "period_s": pa.array(period, pa.float64()),
        "near": pa.array(near, pa.int64()),
        "odds": pa.array(odds, pa.float64()),
        "first_seen": next(seen),
        "last_seen": next(seen),
    }


def _apart(times: Times, opens: Flags) -> Flags:
    """What `apart` keeps of each row's times; `opens` marks where a row begins."""
    import numpy as np

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
