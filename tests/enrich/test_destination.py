"""Destinations: sums over the innermost layer, the best name, the weakest grade."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand.enrich import _reached
from evenhand.enrich.destination import enrich
from tests.enrich.conftest import Made

A, B = (f"sha256:{d * 64}" for d in "ab")


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


def flow(server: str, sent: int, received: int = 0, **said: Any) -> dict[str, Any]:
    return {
        "artefact": A, "layer": "inner", "client_address": "10.0.0.1", "client_port": 1,
        "server_address": server, "server_port": 443, "protocol": "tcp", "packets_sent": 1,
        "bytes_sent": sent, "packets_received": 1, "bytes_received": received,
        "first_seen": at(1), "last_seen": at(2),
    } | said  # fmt: skip


def name(text: str, source: str, address: str | None = "192.0.2.1", **said: Any) -> dict[str, Any]:
    return {"artefact": A, "name": text, "source": source, "address": address} | said


def test_flows_of_one_product_to_one_address_are_one_row(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A}, {"product": "P", "artefact": B})
    made.add(
        "flow",
        flow("192.0.2.1", 10, 1, locator="packet 1", last_seen=at(5)),
        flow("192.0.2.1", 30, 2, locator="packet 9"),
        flow("192.0.2.1", 500, 3, locator="packet 4", artefact=B, first_seen=at(0)),
        flow("192.0.2.1", 10_000, layer="outer"),
        flow("198.51.100.7", 1),
    )
    made.add("place", {"address": "192.0.2.1", "special": "documentation"},
             {"address": "198.51.100.7"})  # fmt: skip
    assert enrich(made.connection) == []
    columns = (
        "address", "flows", "bytes_sent", "bytes_received", "first_seen", "last_seen",
        "special", "artefact", "locator", "id", "grade",
    )  # fmt: skip
    rows = made.rows("destination", *columns)
    assert rows == [
        ("192.0.2.1", 3, 540, 6, at(0), at(5), "documentation", A, "packet 9",
         "destination/destination/aaaaaaaaaaaa/0", "observed"),
        ("198.51.100.7", 1, 1, 0, at(1), at(2), None, A, "",
         "destination/destination/aaaaaaaaaaaa/1", "observed"),
    ]  # fmt: skip


def test_the_name_that_the_client_used_comes_before_what_a_resolver_said(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    made.add("flow", flow("192.0.2.1", 1), flow("192.0.2.2", 1), flow("192.0.2.3", 1),
             flow("192.0.2.4", 1))  # fmt: skip
    made.add(
        "host_name",
        name("answer.example", "dns answer", first_seen=at(0)),
        name("late.example", "tls", first_seen=at(9)),
        name("early.example", "tls", first_seen=at(3)),
        name("plain.example", "http", "192.0.2.2"),
        name("quick.example", "quic", "192.0.2.2"),
        name("asked.example", "dns question", "192.0.2.3"),
        name("elsewhere.example", "tls", "192.0.2.4", artefact=B),
    )
    enrich(made.connection)
    assert made.rows("destination", "address", "host") == [
        ("192.0.2.1", "early.example"),
        ("192.0.2.2", "quick.example"),
        ("192.0.2.3", None),
        ("192.0.2.4", None),
    ]


def test_one_capture_of_two_products_counts_for_both(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A}, {"product": "Q", "artefact": A},
             {"product": "Q", "artefact": A, "path": "again"})  # fmt: skip
    made.add("flow", flow("192.0.2.1", 7))
    enrich(made.connection)
    assert made.rows("destination", "product", "bytes_sent") == [("P", 7), ("Q", 7)]


def test_what_rests_on_a_declared_flow_is_declared(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    made.add("flow", flow("192.0.2.1", 7), flow("192.0.2.1", 7, grade="declared"))
    enrich(made.connection)
    assert made.rows("destination", "grade", "flows") == [("declared", 2)]


def test_no_flows_no_destinations(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    enrich(made.connection)
    assert made.rows("destination", "address") == []


def test_what_a_filter_rejected_went_nowhere_and_what_was_not_counted_is_said(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    made.add(
        "flow",
        flow("192.0.2.1", 10, action="rejected"),
        flow("192.0.2.2", 10, bytes_of="ip", app="mail"),
        flow("192.0.2.2", 10, bytes_of="frame", app="mail"),
        flow("192.0.2.3", 0) | {"bytes_sent": None, "bytes_received": None},
        flow("192.0.2.4", 10, bytes_of="ip", app="a"),
        flow("192.0.2.4", 10, bytes_of="ip", app="b"),
    )
    enrich(made.connection)
    assert made.rows("destination", "address", "bytes_sent", "bytes_of", "app") == [
        ("192.0.2.2", 20, "mixed", "mail"),
        ("192.0.2.3", 0, "not counted", None),
        ("192.0.2.4", 20, "ip", None),
    ]


def test_encrypted_means_every_flow(made: Made) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    made.add(
        "flow",
        flow("192.0.2.1", 1, encrypted=True),
        flow("192.0.2.2", 1, encrypted=True),
        flow("192.0.2.2", 1, encrypted=False),
        flow("192.0.2.3", 1, encrypted=True),
        flow("192.0.2.3", 1),
    )
    enrich(made.connection)
    assert made.rows("destination", "address", "encrypted") == [
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("192.0.2.3", None),
    ]


def test_many_flows_are_looked_at_in_parts_with_the_same_rows(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ties are decided by the id, names by the artefact that shows them, rows put in one order."""
    made.add("product_artefact", *({"product": p, "artefact": A} for p in ("P", "Q")),
             {"product": "P", "artefact": B})  # fmt: skip
    servers = [f"192.0.2.{n}" for n in (9, 10, 11)]
    each = enumerate((server, digest) for server in servers for digest in (A, A, B))
    for n, (server, digest) in each:
        made.add("flow", flow(server, 5, artefact=digest, id=f"flow/{n}", locator=f"packet {n}"))
    made.add(
        "host_name",
        name("b.example", "tls", servers[0]),
        name("a.example", "tls", servers[0]),
        name("c.example", "tls", servers[1], artefact=f"sha256:{'c' * 64}"),
    )
    found = []
    for most in (_reached.PART, 4):
        monkeypatch.setattr(_reached, "PART", most)
        enrich(made.connection)
        found.append(
            made.rows("destination", "id", "product", "address", "locator", "host", "flows")
        )
        made.connection.execute("DELETE FROM destination")
    assert found[0] == found[1]
    assert [row[1:] for row in found[0][3:]] == [
        ("Q", "192.0.2.10", "packet 3", None, 2),
        ("Q", "192.0.2.11", "packet 6", None, 2),
        ("Q", "192.0.2.9", "packet 0", "a.example", 2),
    ]
