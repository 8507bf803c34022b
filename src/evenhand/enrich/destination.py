"""Enrichment: where each product's traffic went, from its flows and the names used for them.

One row for each product and server address, over the innermost layer of tunnels, so that no
packet counts twice. The name is the one that was used for that address in the same capture:
those that the client sent (TLS, QUIC, HTTP) before those that a resolver answered; of several,
the first seen. Destinations on private and other special addresses are kept, with `special`.

What a packet filter rejected went nowhere. It is encrypted where every flow was seen to be.

Spec: docs/reference/facts.md (destination); RFC 6066 3 (server name), RFC 9110 7.2 (Host).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.enrich import _reached
from evenhand.enrich._reached import REACHED, Groups, Owned, numbers, ranked

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from evenhand.enrich._reached import Column

NEEDS = ("flow", "host_name", "product_artefact", "place")
MAKES = ("destination",)

# names that were used for an address, the client's own word first; others are questions
USED = (
    *("tls", "quic", "https", "http"),
    *("dns answer", "dns service", "dns alias", "mdns", "llmnr", "netbios", "ssdp"),
)
# weakest last: what rests on several facts is as weak as the weakest
GRADES = ("observed", "found", "declared", "alleged")


def _rank(column: str, words: tuple[str, ...]) -> str:
    """The place of a column's word among some, from 1."""
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words, 1))
    return f"CASE {column} {cases} END"


FLOWS = f"""
SELECT b.p, b.n, f.server_address AS address, f.id, f.locator, {_rank("f.grade", GRADES)} AS grade,
    f.bytes_sent, f.bytes_received, f.first_seen, f.last_seen, f.encrypted, f.app,
    -- what was not counted is not nothing
    CASE WHEN f.bytes_sent IS NOT NULL OR f.bytes_received IS NOT NULL
        THEN COALESCE(f.bytes_of, 'frame') END AS counted
FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
WHERE {REACHED} AND """
NAMES = f"""
SELECT b.p, b.n, h.address, {_rank("h.source", USED)} AS rank, h.first_seen, h.name
FROM host_name AS h JOIN belongs AS b ON b.artefact = h.artefact
WHERE h.source IN {USED} AND h.name IS NOT NULL AND h.address IS NOT NULL AND """
SPECIAL = """
SELECT address, special FROM place WHERE special IS NOT NULL AND address IS NOT NULL
ORDER BY special
"""
NEVER, ALWAYS = -(1 << 63), (1 << 63) - 1  # before and after every time and number
HALF = 1 << 62  # numbers of bytes are compared up to here: the sum of two fits


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `destination` for each product and server address; uses no list."""
    special = connection.sql(SPECIAL).to_arrow_table()
    with _reached.belonging(connection) as owned:
        found = []
        for part in _reached.parts(connection):
            flows = connection.sql(FLOWS + part.format("f.server_address")).to_arrow_table()
            names = connection.sql(NAMES + part.format("h.address")).to_arrow_table()
            if flows.num_rows:
                found.append(_made(flows, names, special, owned))
            del flows, names  # not held while rows are written
    _reached.put(connection, "destination", found, owned)
    return []


def _made(flows: pa.Table, names: pa.Table, special: pa.Table, owned: Owned) -> pa.Table:
    """Rows of `destination`, in order, but for their ids; `n` is their artefact."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    address, addresses = ranked(flows["address"])
    key = owned.key(numbers(flows["p"], 0), address, addresses)
    n, sent, received = (numbers(flows[c], 0) for c in ("n", "bytes_sent", "bytes_received"))
    volume = np.clip(sent, -HALF, HALF - 1) + np.clip(received, -HALF, HALF - 1)
    groups = Groups(key, n, -volume)  # of the first artefact, the largest flow
    shown = pa.array(groups.first(flows["id"]))
    product, place = (pa.array(half) for half in np.divmod(groups.key, len(addresses)))
    where = pc.index_in(addresses, value_set=special["address"].combine_chunks())
    columns = {
        "product": pa.array(owned.products, pa.string()).take(product),
        "address": addresses.take(place),
        "n": pa.array(n).take(shown),
        "locator": flows["locator"].take(shown),
        "grade": pa.array(GRADES).take(pa.array(groups.most(numbers(flows["grade"], 1)) - 1)),
        "flows": pa.array(groups.count),
        "bytes_sent": pa.array(groups.sum(sent)),
        "bytes_received": pa.array(groups.sum(received)),
        "first_seen": _times(groups.least(numbers(flows["first_seen"], ALWAYS)), ALWAYS),
        "last_seen": _times(groups.most(numbers(flows["last_seen"], NEVER)), NEVER),
        "bytes_of": _one(groups, flows["counted"], "mixed").fill_null("not counted"),
        "encrypted": _every(groups, flows["encrypted"]),
        "app": _one(groups, flows["app"], None),
        "host": _hosts(names, (key, n), groups, addresses, owned),
        "special": special["special"].combine_chunks().take(where).take(place),
    }
    return pa.table(columns)


def _times(micros: Column, none: int) -> pa.Array:
    import pyarrow as pa

    return pa.array(micros, mask=micros == none).cast(pa.timestamp("us", "UTC"))


def _one(groups: Groups, texts: pa.ChunkedArray, several: str | None) -> pa.Array:
    """The one text of each group, `several` where there are more, null where there is none."""
    import numpy as np
    import pyarrow as pa

    rank, words = ranked(texts)
    none = len(words)
    least, most = groups.least(rank), groups.most(np.where(rank == none, -1, rank))
    which = np.where(least == most, least, none)
    which[least == none] = none + 1
    return pa.array([*words.to_pylist(), several, None], pa.string()).take(pa.array(which))


def _every(groups: Groups, truths: pa.ChunkedArray) -> pa.Array:
    """False where one is, else true where every one is, else not known."""
    import pyarrow as pa

    least = groups.least(numbers(truths, 2))
    known = groups.most(numbers(truths, 2)) < 2
    return pa.array(least == 1, mask=(least > 0) & ~known)


def _hosts(
    names: pa.Table, met: tuple[Any, Column], groups: Groups, addresses: pa.Array, owned: Owned
) -> pa.Array:
    """The name that was used for the address of each group, in an artefact that shows it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(names["address"], value_set=addresses).combine_chunks()
    key = owned.key(numbers(names["p"], 0), np.asarray(place.fill_null(0)), addresses)
    n, many = numbers(names["n"], 0), len(owned.artefacts)
    used = np.asarray(place.is_valid())
    used &= np.isin(key * many + n, met[0] * many + met[1])
    names, key = names.filter(pa.array(used)), key[used]
    rank, time = numbers(names["rank"], 0), numbers(names["first_seen"], ALWAYS)
    named = Groups(key, rank, time)
    which = np.searchsorted(named.key, groups.key)
    found = np.append(named.key, -1)[which] == groups.key
    best = np.append(named.first(names["name"]), 0)[which]
    return names["name"].combine_chunks().take(pa.array(best, mask=~found))
