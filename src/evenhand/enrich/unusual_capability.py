"""Enrichment: what programs of a package can do that hardly any package of its kind does.

What a package is for is said by the section of its control data; how many packages of a section
can do what was counted in a distribution (list `package_capability`). It is a weak sign: most such
packages have a reason, and the strength says so.

Spec: Debian Policy 4.7 § 2.4 (sections); evenhand.native.capability (what a function can do).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand import lists
from evenhand.enrich._added import add_rows
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.native import capability

if TYPE_CHECKING:
    import duckdb

NEEDS = ("declaration", "product_artefact", "native_use")
MAKES = ("hidden_access",)

LIST = "package_capability"
# of those that a package has for itself: encryption is mostly left to libraries
KINDS = ("runs a command", "loads code", "changes privileges", "authenticates", "uses the network")
LEAST = 30  # packages of a section: of fewer no rate is told
# A rate no larger than this, and the strength of doing it all the same.
UNUSUAL = ((0.02, 0.4), (0.05, 0.3))
NAMED = 6  # functions that are named
# Programs of products for which exactly one section is said.
QUERY = """
WITH said AS (
  SELECT p.product, min(d.text) AS section
  FROM declaration AS d
  JOIN product_artefact AS p ON p.artefact = d.artefact
  WHERE d.kind = 'section'
  GROUP BY p.product
  HAVING count(DISTINCT d.text) = 1
)
SELECT said.product, said.section, u.artefact, u.path, u.locator, u.name
FROM said
JOIN product_artefact AS p ON p.product = said.product
JOIN native_use AS u ON u.artefact = p.artefact
WHERE u.kind = 'calls'
ORDER BY said.product, u.id
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `hidden_access` for each kind of function that is unusual; uses one list."""
    found: dict[tuple[str, str, str], list[tuple[str, str, str, str]]] = {}
    for product, section, artefact, path, locator, name in connection.execute(QUERY).fetchall():
        kind = capability.kind_of(name)
        if kind in KINDS:
            place = (artefact, path, locator, name)
            found.setdefault((product, section, kind), []).append(place)
    if not found:
        return []
    counted = {
        (row["section"], row["capability"]): (int(row["having"]), int(row["packages"]))
        for row in lists.rows(LIST)
    }
    rows = list(_rows(found, counted))
    add_rows(connection, "hidden_access", rows)
    return [LIST]


def _rows(
    found: dict[tuple[str, str, str], list[tuple[str, str, str, str]]],
    counted: dict[tuple[str, str], tuple[int, int]],
) -> Iterator[tuple[str, str, HiddenAccess]]:
    for number, ((_, section, kind), places) in enumerate(sorted(found.items())):
        plain = section.rpartition("/")[2].lower()
        having, packages = counted.get((plain, kind), (0, 0))
        if packages < LEAST:
            continue
        rate = (having + 1) / (packages + 2)  # of the next one; Laplace
        strength = next((s for most, s in UNUSUAL if rate <= most), None)
        if strength is None:
            continue
        artefact, path, locator, _ = places[0]
        names = ", ".join(list(dict.fromkeys(name for *_, name in places))[:NAMED])
        because = (
            f"{kind} ({names}); so do {having} of {packages} packages of the section {plain} that "
            "were counted"
        )
        row = HiddenAccess(
            "unusual capability", locator, path, constant=kind, strength=strength, because=because
        )
        yield f"hidden_access/unusual_capability/{artefact[7:19]}/{number}", artefact, row
