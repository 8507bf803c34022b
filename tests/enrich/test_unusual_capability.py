"""What programs of a package can do that hardly any package of its section does.

Spec: evenhand.enrich.unusual_capability.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from evenhand import facts, lists
from evenhand.enrich import unusual_capability
from evenhand.evidence import Evidence
from evenhand.native import capability

PACKAGE, CONTROL, PROGRAM = (f"sha256:{c * 64}" for c in "abc")


def told(section: str | None, calls: list[str]) -> Any:
    """Constant, strength and reason of what is written for a package with one program."""
    rows: dict[str, list[dict[str, Any]]] = {
        "declaration": [{"artefact": CONTROL, "kind": "section", "text": section}]
        if section
        else [],
        "product_artefact": [
            {"artefact": a, "product": "one.deb"} for a in (PACKAGE, CONTROL, PROGRAM)
        ],
        "native_use": [
            {"artefact": PROGRAM, "path": "usr/bin/one", "kind": "calls", "name": c} for c in calls
        ],
    }
    evidence = Evidence.empty()
    for name, given in rows.items():
        numbered = [{"id": f"{name}/t/{n}"} | row for n, row in enumerate(given)]
        evidence.add(name, pa.Table.from_pylist(numbered, schema=facts.tables()[name].schema()))
    unusual_capability.enrich(evidence.connection)
    query = "SELECT constant, strength, because FROM evidence.hidden_access"
    return evidence.connection.execute(query).fetchall()


def rate(section: str, kind: str) -> tuple[int, int]:
    (row,) = (
        r
        for r in lists.rows("package_capability")
        if r["section"] == section and r["capability"] == kind
    )
    return int(row["having"]), int(row["packages"])


def test_what_hardly_any_package_of_the_section_does_is_told_with_the_count() -> None:
    having, packages = rate("math", "changes privileges")
    ((kind, strength, because),) = told("math", ["setuid", "fopen", "puts"])
    assert (kind, strength, having) == ("changes privileges", 0.4, 0)
    assert because == (
        f"changes privileges (setuid); so do {having} of {packages} packages of the section math "
        "that were counted"
    )


@pytest.mark.parametrize("section", ["contrib/net", "net", "a section that nobody counted", None])
def test_what_many_do_and_what_nobody_counted_is_not_told(section: str | None) -> None:
    assert told(section, ["socket", "connect"]) == []


def test_every_row_is_a_kind_that_is_known_and_no_more_than_all() -> None:
    for row in lists.rows("package_capability"):
        assert row["capability"] in capability.WEIGHT
        assert 0 <= int(row["having"]) <= int(row["packages"])
