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

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from evenhand.facts import tables

if TYPE_CHECKING:
    import duckdb

NEEDS = ("flow", "product_artefact", "idle_time")
MAKES = ("beacon",)

FEWEST = 8  # contacts; fewer say nothing of regularity
TOGETHER_S = 1.0
NEAR = 0.1  # of the median
BY_CHANCE = 2 ** -(1 - NEAR) - 2 ** -(1 + NEAR)
MOST = 100_000  # contacts of one destination that are looked at, the first ones
# contacts of each product and address; `idle`: within a time in which nobody used the product
CONTACTS = """
WITH belongs AS (
    SELECT DISTINCT product, artefact FROM product_artefact WHERE artefact <> ''
), only_one AS (
    SELECT CASE WHEN count(DISTINCT product) = 1 THEN min(product) END AS product FROM belongs
), rest AS (
    SELECT COALESCE(i.product, o.product) AS product, i.from_time, i.to_time
    FROM idle_time AS i CROSS JOIN only_one AS o
), met AS (
    SELECT b.product, f.server_address AS address, f.artefact, f.locator, f.grade,
        f.first_seen AS moment
    FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
    WHERE f.layer = 'inner' AND f.first_seen IS NOT NULL AND f.server_address IS NOT NULL
        AND COALESCE(f.action, '') <> 'rejected'
), told AS (
    SELECT m.*, r.product IS NOT NULL AS known, COALESCE(bool_or(
        m.moment >= q.from_time AND m.moment < q.to_time), FALSE) AS resting
    FROM met AS m
    LEFT JOIN (SELECT DISTINCT product FROM rest) AS r ON r.product = m.product
    LEFT JOIN rest AS q ON q.product = m.product
    GROUP BY ALL
)
SELECT product, address, bool_or(known) AS known, bool_or(resting) AS resting,
    min(artefact) AS artefact,
    arg_min(locator, {'a': artefact, 'm': moment, 'l': locator}) AS locator,
    max(grade = 'alleged') AS alleged, max(grade <> 'observed') AS told,
    list_sort(list(epoch(moment)) FILTER (resting OR NOT known)) AS times
FROM told GROUP BY product, address ORDER BY product, address
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `beacon` for each product and address with a contact; uses no list."""
    import pyarrow as pa

    found = connection.execute(CONTACTS)
    names = [d[0] for d in found.description or ()]
    rows = [
        _row(number, dict(zip(names, cells, strict=True)))
        for number, cells in enumerate(found.fetchall())
    ]
    if rows:
        shape = tables()["beacon"].schema()
        connection.register("enriched", pa.Table.from_pylist(rows, schema=shape))
        connection.execute("INSERT INTO beacon BY NAME FROM enriched")
        connection.unregister("enriched")
    return []


def _row(number: int, met: dict[str, Any]) -> dict[str, Any]:
    times = apart((met["times"] or [])[:MOST])
    period, near, odds = regularity(times)
    return {
        "id": f"beacon/beacon/{met['artefact'][7:19]}/{number}",
        "artefact": met["artefact"],
        "locator": met["locator"] or "",
        "grade": "alleged" if met["alleged"] else "declared" if met["told"] else "observed",
        "product": met["product"],
        "address": met["address"],
        "contacts": len(times),
        "period_s": period,
        "near": near,
        "odds": odds,
        "idle": met["resting"] if met["known"] else None,
        "first_seen": datetime.fromtimestamp(times[0], UTC) if times else None,
        "last_seen": datetime.fromtimestamp(times[-1], UTC) if times else None,
    }


def apart(times: Sequence[float]) -> list[float]:
    """Sorted times without those that follow another within a second."""
    kept: list[float] = []
    for at in times:
        if not kept or at - kept[-1] > TOGETHER_S:
            kept.append(at)
    return kept


def regularity(times: Sequence[float]) -> tuple[float | None, int | None, float | None]:
    """The median time between contacts in seconds, how many lie near it, and the odds of that by
    chance; nothing for fewer than `FEWEST` contacts.
    """
    if len(times) < FEWEST:
        return None, None, None
    steps = sorted(b - a for a, b in pairwise(times))
    middle = steps[len(steps) // 2]
    near = sum(abs(step - middle) <= NEAR * middle for step in steps)
    # the median lies near itself: it is no sign
    return round(middle, 6), near, tail(len(steps) - 1, near - 1)


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
