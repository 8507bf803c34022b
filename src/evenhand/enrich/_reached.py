"""Flows of products by the address that they reached, as columns: for what is told of addresses.

Many flows are looked at a part of the addresses at a time, so that what is held does not grow
with them. Texts are compared once, by their place in the alphabet, and rows by numbers.

Spec: docs/decisions/0018-owners-and-places.md (Many addresses).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand import stored

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

    Column = np.ndarray[Any, np.dtype[Any]]

PART = 1 << 21  # flows that are looked at together
# a flow that went somewhere, in the innermost layer: what a packet filter rejected went nowhere
REACHED = """f.layer = 'inner' AND f.server_address IS NOT NULL
    AND COALESCE(f.action, '') <> 'rejected'"""


class Owned(NamedTuple):
    """Products and their artefacts, each in order; `belongs` names both by number (p, n)."""

    products: list[str]
    artefacts: list[str]

    def key(self, product: Column, address: Column, addresses: pa.Array) -> Column:
        """One number for each product and address, in the order of both."""
        return product * max(len(addresses), 1) + address

    def columns(self, table: str, artefact: Column) -> dict[str, pa.Array]:
        """The columns `id` and `artefact` of rows in order, of these artefacts."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        which, number = pa.array(artefact), pa.array(np.arange(len(artefact))).cast(pa.string())
        short = pa.array([d[7:19] for d in self.artefacts], pa.string()).take(which)
        digests = pa.DictionaryArray.from_arrays(which, pa.array(self.artefacts, pa.string()))
        identity = pc.binary_join_element_wise(f"{table}/{table}", short, number, "/")
        return {"id": identity, "artefact": digests}


@contextlib.contextmanager
def belonging(connection: duckdb.DuckDBPyConnection) -> Iterator[Owned]:
    """Which artefacts are whose: the relation `belongs` (product, artefact, p, n) meanwhile."""
    import pyarrow as pa

    query = "SELECT DISTINCT product, artefact FROM product_artefact WHERE artefact <> ''"
    rows = connection.execute(query).fetchall()
    products, artefacts = (sorted({row[at] for row in rows}) for at in (0, 1))
    p, n = ({text: at for at, text in enumerate(texts)} for texts in (products, artefacts))
    columns: dict[str, Any] = {
        "product": pa.array([r[0] for r in rows], pa.string()),
        "artefact": pa.array([r[1] for r in rows], pa.string()),
        "p": pa.array([p[r[0]] for r in rows], pa.int64()),
        "n": pa.array([n[r[1]] for r in rows], pa.int64()),
    }
    connection.register("belongs", pa.table(columns))
    yield Owned(products, artefacts)
    connection.unregister("belongs")


def parts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Conditions on a column, to be put in for `{}`: each part of the addresses at a time."""
    number = 1 + connection.execute("SELECT count(*) FROM flow").fetchall()[0][0] // PART
    if number == 1:
        return ["TRUE"]
    return [f"hash({{}}) % {number} = {at}" for at in range(number)]


def ranked(column: pa.ChunkedArray) -> tuple[Column, pa.Array]:
    """The place of each text among the different ones, and these in order; null behind all."""
    import numpy as np
    import pyarrow.compute as pc

    coded = column.combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    rank = np.empty(len(order) + 1, np.int64)
    rank[np.asarray(order)] = np.arange(len(order))
    rank[-1] = len(order)
    return rank[np.asarray(coded.indices.fill_null(len(order)))], coded.dictionary.take(order)


def numbers(column: pa.ChunkedArray, null: int) -> Column:
    """Whole numbers, times (microseconds) or truths as numbers, `null` where there is none."""
    import numpy as np
    import pyarrow as pa

    whole = column.combine_chunks().cast(pa.int64())
    return np.asarray(whole.fill_null(null) if whole.null_count else whole)


class Groups:
    """Rows of one key together, in the order of further columns, the weightiest first."""

    def __init__(self, key: Column, *then: Column) -> None:
        import numpy as np

        self._then = then
        self.order = np.lexsort((*reversed(then), key))
        ordered = key[self.order]
        self.start = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(key)])
        self.key = ordered[self.start]
        self.count = np.diff(np.append(self.start, len(key)))

    def first(self, texts: pa.ChunkedArray) -> Column:
        """The first row of each group; of several, the one whose text comes first."""
        import numpy as np

        heads = self.order[self.start]
        if (self.count == 1).all():
            return heads
        group = np.repeat(np.arange(len(heads)), self.count)
        tied = np.ones(len(group), np.bool_)
        for column in self._then:
            tied &= column[self.order] == column[heads[group]]
        tied &= (np.bincount(group[tied], minlength=len(heads)) > 1)[group]
        rows, group = self.order[tied], group[tied]
        rank, _ = ranked(texts.take(rows))
        best = np.lexsort((rank, group))[::-1]
        heads[group[best]] = rows[best]  # the least is written last
        return heads

    def least(self, column: Column) -> Column:
        """The least value of each group."""
        import numpy as np

        return np.minimum.reduceat(column[self.order], self.start)

    def most(self, column: Column) -> Column:
        """The greatest value of each group."""
        import numpy as np

        return np.maximum.reduceat(column[self.order], self.start)

    def sum(self, column: Column) -> Column:
        """The sum of each group; what 64 bits cannot hold is the number next to it."""
        import numpy as np

        ordered, ends = column[self.order], np.iinfo(np.int64)
        about = np.add.reduceat(ordered.astype(np.float64), self.start)
        exact = np.add.reduceat(ordered, self.start)
        return np.where(abs(about) < 2.0**63, exact, np.where(about < 0, ends.min, ends.max))


def put(
    connection: duckdb.DuckDBPyConnection, table: str, made: Sequence[pa.Table], owned: Owned
) -> None:
    """Write what was made of each part, by product and address; `n` is a row's artefact."""
    import numpy as np
    import pyarrow as pa

    if not made:
        return
    rows = made[0]
    if len(made) > 1:
        order = [("product", "ascending"), ("address", "ascending")]
        rows = pa.concat_tables(made).sort_by(order)
    columns = {c: rows[c] for c in rows.column_names if c != "n"}
    columns |= owned.columns(table, np.asarray(rows["n"]))
    rows = pa.table(columns)
    if stored.store(connection, table, rows):
        return
    connection.register("enriched", rows)
    connection.execute(f"INSERT INTO {table} BY NAME FROM enriched")
    connection.unregister("enriched")
