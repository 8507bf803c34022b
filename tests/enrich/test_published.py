"""What operators publish of their addresses: before registries, after what a facts file says."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.enrich import place
from tests.enrich.conftest import Made
from tests.enrich.test_place import flow

ADDRESS = "8.8.8.8"


def located(made: Made, *rows: dict[str, Any], declared: dict[str, Any] | None = None) -> Any:
    made.add("flow", flow("10.0.0.1", ADDRESS))
    made.add("published_range", *rows)
    if declared:
        made.add("place", {"address": ADDRESS} | declared)
    used = place.enrich(made.connection)
    assert ("cloud_region" in used) == bool(rows)
    query = "SELECT located_in, located_by, said_by FROM place WHERE address = ?"
    return made.connection.execute(query, [ADDRESS]).fetchone()


def feed(prefix: str, territory: str | None) -> dict[str, Any]:
    return {"prefix": prefix, "kind": "geofeed", "territory": territory}


def cloud(prefix: str, region: str | None, provider: str = "aws", **more: Any) -> dict[str, Any]:
    row = {"prefix": prefix, "kind": "cloud range", "region": region, "provider": provider}
    return row | more


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ("US", "registry", None)),
        ([feed("8.8.8.0/24", "DE")], ("DE", "geofeed", "published_range/test/0")),
        ([feed("9.9.9.0/24", "DE")], ("US", "registry", None)),
        # the longest speaks, in whatever order
        ([feed("8.8.8.0/24", "DE"), feed("8.0.0.0/8", "FR")],
         ("DE", "geofeed", "published_range/test/0")),
        ([feed("8.0.0.0/8", "FR"), feed("8.8.8.8/32", "DE")],
         ("DE", "geofeed", "published_range/test/1")),
        # one prefix in two places has none but what the registry says
        ([feed("8.8.8.0/24", "DE"), feed("8.8.8.0/24", "FR")], ("US", "registry", None)),
        ([cloud("8.8.8.0/24", "eu-central-1")], ("DE", "cloud range", "published_range/test/0")),
        # a tag without a region says nothing of where its addresses are
        ([cloud("8.8.0.0/16", "eu-central-1"), cloud("8.8.8.0/24", None)],
         ("DE", "cloud range", "published_range/test/0")),
        # nobody says where the zone of another name stands
        ([cloud("8.8.8.0/24", "us-east-1-scl-1")], ("US", "registry", None)),
        ([cloud("8.8.8.0/24", "eu-central-1"), feed("8.8.8.0/24", "DE")],
         ("DE", "geofeed", "published_range/test/1")),
        # two that differ are none: what the registry says is left, and breaks nothing
        ([cloud("8.8.8.0/24", "eu-central-1"), feed("8.8.8.0/24", "FR")], ("US", "registry", None)),
        # in many places at once
        ([cloud("8.8.8.0/24", "global")], (None, None, None)),
        ([cloud("8.8.8.0/24", "eu-central-1"), cloud("8.8.8.0/25", None, anycast=True)],
         (None, None, None)),
        ([cloud("8.8.8.0/24", "eu-central-1", delivery=True)], (None, None, None)),
        ([cloud("8.8.8.0/24", "global"), cloud("8.8.8.0/24", "eu-central-1")],
         ("DE", "cloud range", "published_range/test/1")),
        ([feed("no prefix", "DE")], ("US", "registry", None)),
    ],
)  # fmt: skip
def test_where(made: Made, rows: list[dict[str, Any]], expected: Any) -> None:
    assert located(made, *rows) == expected


def test_what_a_facts_file_declares_wins(made: Made) -> None:
    found = located(made, feed("8.8.8.0/24", "DE"), declared={"located_in": "JP"})
    assert found == ("JP", "declared", None)


def test_the_marks_are_kept(made: Made) -> None:
    located(made, cloud("8.8.8.0/24", "eu-central-1", "aws", delivery=True))
    query = "SELECT anycast, delivery, cloud, region FROM place WHERE address = ?"
    said = made.connection.execute(query, [ADDRESS]).fetchone()
    assert said == (None, True, "aws", "eu-central-1")


def test_an_address_that_is_no_place_is_in_no_list(made: Made) -> None:
    made.add("flow", flow("192.0.2.1", "10.0.0.1"))
    made.add("published_range", feed("10.0.0.0/8", "DE"))
    place.enrich(made.connection)
    query = "SELECT located_in, special FROM place WHERE address = '10.0.0.1'"
    assert made.connection.execute(query).fetchone() == (None, "private")
