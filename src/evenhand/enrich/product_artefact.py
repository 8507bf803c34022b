"""Enrichment: which artefacts belong to which product.

A facts file names products and gives patterns of paths; each pattern becomes a row for every
artefact that it matches. A root that no pattern claims is a product of its own, keyed by its
path; where exactly one product is named and no pattern is given, every root belongs to it.
Members of an archive belong where their root belongs. Facts files are no products, unless a
pattern claims them.

Spec: DESIGN, contract `-f json` (subjects); POSIX.1-2024 2.14 (shell patterns), except that `*`
also matches `/`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand import discovery
from evenhand.facts import tables

if TYPE_CHECKING:
    import duckdb

NEEDS = ("occurrence", "reading", "product", "product_artefact")
MAKES = ("product", "product_artefact")

PATTERN = "a pattern of paths matches a file"  # the rule that one that matches none breaks
INSIDE = "!/"  # between an archive and its member
NO_DIGEST = "0" * 12


class Place(NamedTuple):
    """One place where a content was met."""

    path: str
    artefact: str  # empty where it could not be read
    root: bool


class Claim(NamedTuple):
    """A pattern of paths that a facts file gives for a product."""

    product: str
    pattern: str  # empty where it only names the product
    grade: str
    said_in: str  # digest of the facts file


class Belongs(NamedTuple):
    """An artefact belongs to a product."""

    product: str
    artefact: str
    path: str
    grade: str


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Resolve patterns, make a product of every root that nobody claims; uses no list."""
    places = [
        Place(path, artefact or "", parent is None)
        for path, artefact, parent in connection.execute(
            "SELECT path, artefact, parent FROM occurrence ORDER BY path, artefact"
        ).fetchall()
    ]
    claims = _claims(connection)
    named = {p for (p,) in connection.execute("SELECT product FROM product").fetchall()}
    patterns = [c for c in claims if c.pattern]
    found = dict(_claimed(patterns, places))
    _idle(connection, patterns, found)
    only = named | {c.product for c in claims}
    if len(only) == 1 and not patterns:
        owner = (next(iter(only)), "declared")
        owners = dict.fromkeys(_free_roots(connection, places, ()), owner)
    else:
        claimed = {path for _, path in found}
        owners = {r: (r, "observed") for r in _free_roots(connection, places, claimed)}
    for place in places:
        if (root := _root_of(place, owners)) in owners:
            product, grade = owners[root]
            belongs = Belongs(product, place.artefact, place.path, grade)
            found.setdefault((product, place.path), belongs)
    _write_products(connection, places, owners, claims, named)
    _write(connection, found.values())
    return []


def _claims(connection: duckdb.DuckDBPyConnection) -> list[Claim]:
    query = "SELECT product, coalesce(path, ''), grade, artefact FROM product_artefact ORDER BY ALL"
    return [Claim(*row) for row in connection.execute(query).fetchall()]


def _claimed(
    claims: Iterable[Claim], places: Iterable[Place]
) -> Iterator[tuple[tuple[str, str], Belongs]]:
    """(product, path) → what belongs, for every place that a pattern matches."""
    shapes = []
    for claim in claims:
        ways = (claim.pattern, f"{claim.pattern}{INSIDE}*")
        shapes.append((claim, re.compile("|".join(fnmatch.translate(w) for w in ways))))
    for place in places:
        for claim, shape in shapes:
            if shape.match(place.path):
                key = (claim.product, place.path)
                yield key, Belongs(claim.product, place.artefact, place.path, claim.grade)


def _idle(
    connection: duckdb.DuckDBPyConnection,
    patterns: Iterable[Claim],
    found: dict[tuple[str, str], Belongs],
) -> None:
    """A defect for every pattern that matches no place."""
    import pyarrow as pa

    rows = []
    for number, claim in enumerate(patterns):
        ways = (claim.pattern, f"{claim.pattern}{INSIDE}*")
        shape = re.compile("|".join(fnmatch.translate(w) for w in ways))
        if not any(p == claim.product and shape.match(path) for p, path in found):
            rows.append(
                {
                    "id": f"defect/product_artefact/{claim.said_in[7:19] or NO_DIGEST}/{number}",
                    "artefact": claim.said_in,
                    "locator": f"/product_artefact ({claim.product})",
                    "grade": "observed",
                    "rule": PATTERN,
                    "message": f"no file matches the pattern {claim.pattern!r} of the product "
                    f"{claim.product}; paths are told from the folder that was given",
                }
            )
    _insert(connection, "defect", pa.Table.from_pylist(rows, schema=tables()["defect"].schema()))


def _free_roots(
    connection: duckdb.DuckDBPyConnection, places: Iterable[Place], claimed: Iterable[str]
) -> list[str]:
    """Paths of roots that no pattern claims and that are no facts files, inventories, mappings."""
    readers = [
        name
        for name, reader in discovery.readers().items()
        if reader.signs.tables or reader.signs.mapped or name == "mapping"
    ]
    query = (
        "SELECT DISTINCT artefact FROM reading "
        "WHERE list_contains($readers, reader) AND outcome <> 'skipped'"
    )
    said = {a for (a,) in connection.execute(query, {"readers": readers}).fetchall() if a}
    taken = {*claimed}
    return [p.path for p in places if p.root and p.artefact not in said and p.path not in taken]


def _root_of(place: Place, owners: Iterable[str]) -> str:
    """The path of the root that a place lies in."""
    if place.root:
        return place.path
    end = place.path.find(INSIDE)
    while end >= 0:
        if place.path[:end] in owners:
            return place.path[:end]
        end = place.path.find(INSIDE, end + 1)
    return ""


def _write(connection: duckdb.DuckDBPyConnection, found: Iterable[Belongs]) -> None:
    """Replace the patterns by one row for each product and artefact."""
    import pyarrow as pa

    rows: dict[tuple[str, str], Belongs] = {}
    for one in sorted(found):
        if one.artefact:
            rows.setdefault((one.product, one.artefact), one)
    connection.execute("DELETE FROM product_artefact")
    values = [
        {
            "id": f"product_artefact/product_artefact/{b.artefact[7:19] or NO_DIGEST}/{number}",
            "artefact": b.artefact,
            "locator": "",
            "grade": b.grade,
            "product": b.product,
            "path": b.path,
        }
        for number, b in enumerate(rows.values())
    ]
    rows_in = pa.Table.from_pylist(values, schema=tables()["product_artefact"].schema())
    _insert(connection, "product_artefact", rows_in)


def _write_products(
    connection: duckdb.DuckDBPyConnection,
    places: Iterable[Place],
    owners: dict[str, tuple[str, str]],
    claims: Iterable[Claim],
    named: set[str],
) -> None:
    """A row for every product that has none: roots of their own, and those of patterns alone."""
    import pyarrow as pa

    new = {c.product: (c.said_in, c.grade) for c in claims if c.product not in named}
    for place in places:
        owner, grade = owners.get(place.path, ("", ""))
        if place.root and owner and owner not in named:
            new.setdefault(owner, (place.artefact, grade))
    values = [
        {
            "id": f"product/product_artefact/{digest[7:19] or NO_DIGEST}/{number}",
            "artefact": digest,
            "locator": "",
            "grade": grade,
            "product": product,
        }
        for number, (product, (digest, grade)) in enumerate(sorted(new.items()))
    ]
    _insert(
        connection, "product", pa.Table.from_pylist(values, schema=tables()["product"].schema())
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: object) -> None:
    connection.register("enriched", rows)
    connection.execute(f"INSERT INTO {table} BY NAME FROM enriched")
    connection.unregister("enriched")
