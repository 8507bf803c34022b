"""Networks that a product uses, as parties."""

from __future__ import annotations

from typing import Any

from evenhand.enrich.network_party import enrich
from tests.enrich.conftest import Made

A = f"sha256:{'a' * 64}"


def parties(made: Made) -> list[tuple[Any, ...]]:
    assert enrich(made.connection) == []
    columns = ("product", "party", "role", "home_state", "parent", "parent_state", "serves")
    return made.rows("party", *columns)


def test_hosts_and_paths(made: Made) -> None:
    made.add("product_artefact", {"product": "app", "artefact": A})
    row = {"flows": 1, "bytes_sent": 1, "bytes_received": 1, "artefact": A, "product": "app"}
    made.add("destination", row | {"address": "9.0.0.1"}, row | {"address": "9.0.0.2"},
             row | {"address": "9.0.0.3"}, row | {"address": "10.0.0.1"})  # fmt: skip
    made.add("hop", {"address": "9.0.0.1", "number": 1, "hop_address": "9.0.0.9", "artefact": A})
    made.add(
        "place",
        {"address": "9.0.0.1", "network": "AS64496", "operator": "ALDER-NET"},
        {"address": "9.0.0.2", "network": "AS64497", "operator": "Birch Ltd"},
        {"address": "9.0.0.3", "network": "AS64498", "operator": "Cedar", "controlled_by": "XC"},
        {"address": "9.0.0.9", "network": "AS64496", "operator": "ALDER-NET"},
        {"address": "10.0.0.1", "special": "private"},
    )
    made.add(
        "network_owner",
        {"network": "AS64496", "owner": "Alder Inc", "home_state": "XA", "parent": "Ash",
         "parent_state": "XB", "unverified": False},
        {"network": "AS64497", "owner": "Other", "home_state": "XB", "unverified": True},
    )  # fmt: skip
    assert parties(made) == [
        ("app", "Alder Inc", "carrier", "XA", "Ash", "XB", None),
        ("app", "Alder Inc", "cloud operator", "XA", "Ash", "XB", None),
        ("app", "Birch Ltd", "cloud operator", None, None, None, None),  # the rest is from memory
        ("app", "Cedar", "cloud operator", None, None, "XC", None),
    ]


def test_the_market_of_the_product_is_that_of_its_networks(made: Made) -> None:
    made.add("destination", {"product": "app", "address": "9.0.0.1", "flows": 1, "bytes_sent": 1,
                             "bytes_received": 1, "artefact": A})  # fmt: skip
    made.add("place", {"address": "9.0.0.1", "operator": "Alder"})
    made.add(
        "party",
        {"party": "Maker", "role": "app provider", "product": "app", "serves": "XA"},
        {"party": "Maker", "role": "app provider", "product": "app", "serves": "XB"},
    )
    found = parties(made)
    assert [f for f in found if f[1] == "Alder"] == [
        ("app", "Alder", "cloud operator", None, None, None, "XA"),
        ("app", "Alder", "cloud operator", None, None, None, "XB"),
    ]


def test_what_a_facts_file_says_of_the_party_comes_first(made: Made) -> None:
    made.add("destination", {"product": "app", "address": "9.0.0.1", "flows": 1, "bytes_sent": 1,
                             "bytes_received": 1, "artefact": A})  # fmt: skip
    made.add("place", {"address": "9.0.0.1", "operator": "Alder"})
    made.add("party", {"party": "Alder", "role": "cloud operator", "product": "app",
                       "home_state": "XC"})  # fmt: skip
    assert len(parties(made)) == 1
