"""Enrichment: where addresses are, from lists of address ranges.

Three facts, kept apart: `located_in` (what its operator publishes, else what the location list
says, which is `registry` knowledge), `registered_in` (what a registry keeps) and the network that
announces the address. None of them is measured: an anycast address answers in many territories,
and a network registered in one serves from others. What a facts file declares of an address wins,
column by column; lists fill what it leaves empty. An address that is no place (private,
multicast, …) gets `special` alone.

Spec: docs/decisions/0005-address-ranges.md and 0018; RFC 6890 (special-purpose addresses).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evenhand import lists
from evenhand.enrich import _published
from evenhand.enrich._published import Published
from evenhand.facts import tables
from evenhand.lists import address, ranges, special
from evenhand.lists.ranges import UNKNOWN

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

NEEDS = ("flow", "host_name", "hop", "published_range")
MAKES = ("place",)

SPECIAL = "address_special"
# list → its value column → column of `place`
FILLS: Mapping[str, Mapping[str, str]] = {
    "address_located": {"territory": "located_in"},
    "address_network": {"network": "network", "operator": "operator"},
    "address_registered": {"territory": "registered_in"},
}
MET = """
    SELECT address, min(artefact) AS artefact FROM (
        SELECT client_address AS address, artefact FROM flow
        UNION ALL SELECT server_address, artefact FROM flow
        UNION ALL SELECT address, artefact FROM host_name
        UNION ALL SELECT address, artefact FROM hop
        UNION ALL SELECT hop_address, artefact FROM hop
    ) WHERE address IS NOT NULL GROUP BY address ORDER BY address
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `place` for every address met or declared; returns the lists used."""
    import pyarrow as pa

    shape = tables()["place"]
    said = connection.sql(f"SELECT {', '.join(shape.columns)} FROM place ORDER BY id")
    declared = said.to_arrow_table().to_pylist()
    for row in declared:
        row["address"] = address.canonical(row["address"]) or row["address"]
    known = {row["address"] for row in declared}
    met = [m for m in connection.execute(MET).fetchall() if m[0] not in known]
    if not declared and not met:
        return []
    ours = _published.published(connection)
    rows = pa.concat_tables([_filled(declared, ours), _new(met, ours)])
    connection.execute("DELETE FROM place")
    connection.register("enriched", rows)
    connection.execute("INSERT INTO place BY NAME FROM enriched")
    connection.unregister("enriched")
    return [*FILLS, SPECIAL, *([_published.REGIONS] if ours else [])]


def look_up(texts: Sequence[str | None], ours: Published | None = None) -> dict[str, pa.Array]:
    """What the lists, and what operators publish, say of each address: columns of `place`.

    A text that is no address has no `list_version`; a special address has nothing but `special`.
    """
    import numpy as np
    import pyarrow as pa

    high, low, known = address.numbers(texts)
    infos = lists.every()
    names = special.load(infos[SPECIAL])
    named = np.where(known, names.ranges.find(high, low), UNKNOWN).astype(np.int32)
    found = dict(names.said(named))
    ask = np.flatnonzero(known & (named == UNKNOWN))
    for name, fills in FILLS.items():
        codes = np.full(len(texts), UNKNOWN, dtype=np.int32)
        if len(ask):
            held = ranges.load(infos[name])
            codes[ask] = held.ranges.find(high[ask], low[ask])
            found |= {fills[c]: a for c, a in held.said(codes).items()}
        else:
            found |= {ours: pa.nulls(len(texts), pa.string()) for ours in fills.values()}
    found |= _located(found["located_in"], ours, (high, low), ask)
    used = (*FILLS, SPECIAL, *([_published.REGIONS] if ours else []))
    every = "; ".join(infos[n].label for n in used)
    versions = pa.array([every, infos[SPECIAL].label])
    asked = pa.array((named != UNKNOWN).astype(np.int32), mask=~known)
    return found | {"list_version": versions.take(asked)}


def _located(
    registry: pa.Array, ours: Published | None, numbers: tuple[Any, Any], ask: Any
) -> dict[str, pa.Array]:
    """Where addresses are and how that is known: the operator's word before the registry's."""
    import pyarrow as pa

    shape = tables()["place"].schema()
    said = [_published.Said()] * len(registry)
    if ours is not None:
        high, low = numbers
        for at, one in zip(ask.tolist(), ours.of(high[ask], low[ask]), strict=True):
            said[at] = one
    for at, place in enumerate(registry.to_pylist()):
        one = said[at]
        if place and not one.located_in and not one.nowhere:
            said[at] = one._replace(located_in=place, located_by="registry")
    columns = _published.columns(said)
    return {name: pa.array(values, shape.field(name).type) for name, values in columns.items()}


def _new(met: Sequence[tuple[str, str | None]], ours: Published | None) -> pa.Table:
    """Rows for addresses that nobody declares; a text that is no address gets none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    shape = tables()["place"].schema()
    found = look_up([text for text, _ in met], ours)
    ids = [
        f"place/place/{(artefact or '')[7:19] or '0' * 12}/{number}"
        for number, (_, artefact) in enumerate(met)
    ]
    columns: dict[str, Any] = {
        "id": ids,
        "artefact": [artefact or "" for _, artefact in met],
        "locator": [""] * len(met),
        "grade": ["declared"] * len(met),
        "address": [text for text, _ in met],
        "controlled_by": pa.nulls(len(met), pa.string()),
    }
    whole = pa.table(columns | found).select(shape.names).cast(shape)
    return whole.filter(pc.is_valid(whole["list_version"]))


def _filled(declared: Sequence[dict[str, Any]], ours: Published | None) -> pa.Table:
    """Declared rows, their empty columns filled from the lists."""
    import pyarrow as pa

    known = look_up([r["address"] for r in declared], ours)
    found = {c: a.to_pylist() for c, a in known.items()}
    rows = []
    for at, row in enumerate(declared):
        if row["located_in"]:
            row["located_by"] = row["located_by"] or "declared"
        else:
            row["located_by"] = None  # how it is known goes with where it is
        kept = ("said_by",) if row["located_in"] else ()
        rows.append(
            row | {c: v[at] for c, v in found.items() if row[c] in (None, "") and c not in kept}
        )
    return pa.Table.from_pylist(rows, schema=tables()["place"].schema())
