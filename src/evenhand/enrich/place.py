"""Enrichment: where addresses are, from lists of address ranges.

Three facts, kept apart: `located_in` (what its operator publishes, else what the location list
says, which is `registry` knowledge), `registered_in` (what a registry keeps) and the network that
announces the address; whose network it is says who controls it. None of them is measured: an
anycast address answers in many territories, and a network registered in one serves from others.
What a facts file declares of an address, or of a network, wins; lists fill what it leaves empty.
An address that is no place (private, multicast, …) gets `special` alone.

Spec: docs/decisions/0005-address-ranges.md and 0018; RFC 6890 (special-purpose addresses).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evenhand import lists, stored
from evenhand.enrich import _listed, _published
from evenhand.enrich._published import Published
from evenhand.facts import tables
from evenhand.lists import address, ranges, special
from evenhand.lists.ranges import UNKNOWN

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    Columns = dict[str, pa.Array]

NEEDS = ("flow", "host_name", "hop", "published_range")
MAKES = ("place", "network_owner")

NETWORKS = "network_owner"
SPECIAL = "address_special"
NO_DIGEST = "0" * 12
MANY = 50_000  # addresses, behind which the lists are let go of: there are many rows to hold
# list → its value column → column of `place`
FILLS: Mapping[str, Mapping[str, str]] = {
    "address_located": {"territory": "located_in"},
    "address_network": {"network": "network", "operator": "operator"},
    "address_registered": {"territory": "registered_in"},
}
# digests are long: their numbers, in their order, are compared and carried in their place
ARTEFACTS = """
    CREATE OR REPLACE TEMP TABLE numbered AS
    SELECT artefact, CAST(row_number() OVER (ORDER BY artefact) - 1 AS INTEGER) AS n
    FROM (SELECT artefact FROM flow UNION SELECT artefact FROM host_name
        UNION SELECT artefact FROM hop) WHERE artefact IS NOT NULL
"""
MET = """
    SELECT address, min(n) AS n FROM (
        SELECT client_address AS address, n FROM flow LEFT JOIN numbered USING (artefact)
        UNION ALL SELECT server_address, n FROM flow LEFT JOIN numbered USING (artefact)
        UNION ALL SELECT address, n FROM host_name LEFT JOIN numbered USING (artefact)
        UNION ALL SELECT address, n FROM hop LEFT JOIN numbered USING (artefact)
        UNION ALL SELECT hop_address, n FROM hop LEFT JOIN numbered USING (artefact)
    ) WHERE address IS NOT NULL GROUP BY address ORDER BY address
"""
# the state that controls a network: its ultimate owner's, else its owner's
CONTROL = """
SELECT network, COALESCE(parent_state, home_state) FROM network_owner WHERE NOT unverified
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `place` for every address met or declared; returns the lists used."""
    import pyarrow as pa

    shape = tables()["place"]
    said = connection.sql(f"SELECT {', '.join(shape.columns)} FROM place ORDER BY id")
    declared = said.to_arrow_table().to_pylist()
    for row in declared:
        row["address"] = address.canonical(row["address"]) or row["address"]
    connection.execute(ARTEFACTS)
    met = connection.sql(MET).to_arrow_table().combine_chunks()
    of = connection.execute("SELECT artefact FROM numbered ORDER BY n").fetchall()
    connection.execute("DROP TABLE numbered")
    if declared:
        import pyarrow.compute as pc

        known = pa.array({row["address"] for row in declared}, pa.string())
        met = met.filter(pc.invert(pc.is_in(met["address"], known)))
    if not declared and not met.num_rows:
        return []
    ours = _published.published(connection)
    connection.execute("DELETE FROM place")
    filled, new = _filled(declared, ours), _new(met, [a for (a,) in of], ours)
    used = [*FILLS, SPECIAL, *([_published.REGIONS] if ours else [])]
    if _controlled(connection, filled, new):
        used.append(NETWORKS)
    _write(connection, filled, new)
    if met.num_rows > MANY:
        ranges.load.cache_clear()
        pa.default_memory_pool().release_unused()
    return used


def _controlled(
    connection: duckdb.DuckDBPyConnection, filled: list[dict[str, Any]], new: Columns
) -> bool:
    """Fill in who controls the networks met, whose owners go to `network_owner`; any there?"""
    import pyarrow as pa

    coded = new["network"].dictionary_encode()
    names = coded.dictionary.to_pylist()
    met = {*names, *(row["network"] for row in filled)} - {None}
    if met:
        _listed.take(connection, NETWORKS, "network", met)
    states = dict(connection.execute(CONTROL).fetchall())
    for row in filled:
        if row["controlled_by"] is None:
            row["controlled_by"] = states.get(row["network"])
    owned = pa.array([states.get(name) for name in names], pa.string())
    new["controlled_by"] = owned.take(coded.indices)
    return bool(met)


def _write(
    connection: duckdb.DuckDBPyConnection, filled: list[dict[str, Any]], new: Columns
) -> None:
    """Write what is declared and what is new; a text that is no address gets no row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if filled:
        schema = tables()["place"].schema()
        _listed.insert(connection, "place", pa.Table.from_pylist(filled, schema=schema))
    rows = pa.table(new)
    if rows["list_version"].null_count:
        rows = rows.filter(pc.is_valid(rows["list_version"]))
    if not stored.store(connection, "place", rows):
        _listed.insert(connection, "place", rows)


def look_up(
    texts: Sequence[str | None] | pa.Array, ours: Published | None = None
) -> dict[str, pa.Array]:
    """What the lists, and what operators publish, say of each address: columns of `place`.

    A text that is no address has no `list_version`; a special address has nothing but `special`.
    """
    import numpy as np
    import pyarrow as pa

    high, low, known = address.numbers(texts)
    used = (*FILLS, SPECIAL, *([_published.REGIONS] if ours else []))
    infos = {name: lists.one(name) for name in used}
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
    every = "; ".join(infos[n].label for n in used)
    versions = pa.array([every, infos[SPECIAL].label])
    asked = pa.array((named != UNKNOWN).astype(np.int32), mask=~known)
    return found | {"list_version": pa.DictionaryArray.from_arrays(asked, versions)}


def _located(
    registry: pa.Array, ours: Published | None, numbers: tuple[Any, Any], ask: Any
) -> dict[str, pa.Array]:
    """Where addresses are and how that is known: the operator's word before the registry's."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    shape = tables()["place"].schema()
    said, which = [_published.Said()], np.zeros(len(registry), np.int32)
    if ours is not None:
        more, own = ours.of(*(half[ask] for half in numbers))
        which[ask] = own + len(said)
        said += more
    place = pa.array(which)
    columns = {
        name: pa.array([getattr(one, name) for one in said], shape.field(name).type).take(place)
        for name in _published.Said._fields
    }
    # a registry speaks where an operator neither names a place nor says that there is none
    speaks = pa.array([not one.located_in and not one.nowhere for one in said]).take(place)
    speaks = pc.and_(speaks, pc.is_valid(registry))
    return columns | {
        "located_in": pc.if_else(speaks, registry, columns["located_in"]),
        "located_by": pc.if_else(speaks, "registry", columns["located_by"]),
    }


def _new(met: pa.Table, artefacts: list[str], ours: Published | None) -> Columns:
    """What is known of addresses that nobody declares; ids number all that was met."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = met["address"].combine_chunks()
    which = met["n"].combine_chunks().fill_null(len(artefacts))
    digests = pa.array([*artefacts, ""], pa.string())
    short = pa.array([d[7:19] or NO_DIGEST for d in (*artefacts, "")], pa.string()).take(which)
    number = pa.array(np.arange(len(texts))).cast(pa.string())
    shared = {
        "id": pc.binary_join_element_wise("place/place", short, number, "/"),
        "artefact": pa.DictionaryArray.from_arrays(which, digests),
        "locator": pa.repeat("", len(texts)),
        "grade": pa.repeat("declared", len(texts)),
    }
    return shared | {"address": texts} | look_up(texts, ours)


def _filled(declared: Sequence[dict[str, Any]], ours: Published | None) -> list[dict[str, Any]]:
    """Declared rows, their empty columns filled from the lists."""
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
    return rows
