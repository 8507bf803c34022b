"""Owners of names: the nearest row, never above the registrable domain."""

from __future__ import annotations

from typing import Any

from evenhand.enrich.owner import enrich
from tests.enrich.conftest import Made


def owned(made: Made, *names: str) -> dict[str, tuple[Any, ...]]:
    made.add("host_name", *({"name": n, "source": "tls"} for n in names))
    enrich(made.connection)
    columns = ("name", "domain", "registered_as", "owner", "home_state", "parent_state")
    return {row[0]: row[1:] for row in made.rows("name_owner", *columns)}


def test_names_of_the_list(made: Made) -> None:
    found = owned(
        made, "www.google.com", "somebody.github.io", "WWW.Salesforce.com", "x.weibo.cn",
        "nobody.example.org", "192.0.2.1", "2001:db8::1", "localhost",
    )  # fmt: skip
    assert found == {
        "www.google.com": ("google.com", "www.google.com", "Google", "US", "US"),
        "somebody.github.io": ("somebody.github.io", None, None, None, None),
        "WWW.Salesforce.com": ("salesforce.com", "salesforce.com", "Salesforce", "US", None),
        # from memory: an owner and no state
        "x.weibo.cn": ("weibo.cn", "weibo.cn", "Weibo", None, None),
        "nobody.example.org": ("example.org", None, None, None, None),
        "localhost": (None, None, None, None, None),
    }
    rows = made.rows("domain_owner", "domain", "unverified", "grade", "locator <> ''")
    assert [r[0] for r in rows] == ["salesforce.com", "weibo.cn", "www.google.com"]
    assert [r[1] for r in rows] == [False, True, False]
    assert {r[2:] for r in rows} == {("declared", True)}


def test_a_facts_file_takes_the_place_of_a_row_of_the_list(made: Made) -> None:
    made.add(
        "domain_owner",
        {"domain": "google.com", "owner": "Alder", "home_state": "XA", "unverified": False},
        {"domain": "a.b.example.org", "owner": "Birch", "unverified": False},
        {"domain": "somebody.github.io", "owner": "Cedar", "unverified": True, "home_state": "XC"},
    )
    found = owned(
        made, "www.google.com", "x.a.b.example.org", "b.example.org", "somebody.github.io"
    )
    assert found["www.google.com"] == ("google.com", "google.com", "Alder", "XA", None)
    assert found["x.a.b.example.org"][1:3] == ("a.b.example.org", "Birch")
    assert found["b.example.org"][1:3] == (None, None)
    assert found["somebody.github.io"][1:4] == ("somebody.github.io", "Cedar", None)
    assert len(made.rows("domain_owner", "domain")) == 3


def test_a_name_that_somebody_declares_is_left_as_it_is(made: Made) -> None:
    made.add("name_owner", {"name": "www.google.com", "owner": "Alder"})
    assert owned(made, "www.google.com")["www.google.com"][2] == "Alder"


def test_nothing_met_nothing_used(made: Made) -> None:
    assert enrich(made.connection) == []
