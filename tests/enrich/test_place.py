"""Places: what lists say, what is declared, what is no place."""

from __future__ import annotations

from typing import Any

from evenhand import lists
from evenhand.enrich.place import enrich
from tests.enrich.conftest import Made

A, B = (f"sha256:{d * 64}" for d in "ab")
END = {"client_port": 1, "server_port": 2, "protocol": "tcp", "packets_sent": 1,
       "bytes_sent": 1, "packets_received": 1, "bytes_received": 1}  # fmt: skip


def flow(client: str, server: str, artefact: str = A, layer: str = "inner") -> dict[str, Any]:
    return END | {
        "client_address": client,
        "server_address": server,
        "artefact": artefact,
        "layer": layer,
    }


def place(made: Made, address: str) -> dict[str, Any]:
    columns = ("located_in", "located_by", "registered_in", "network", "operator", "special",
               "list_version", "grade", "artefact", "id")  # fmt: skip
    found = made.connection.execute(
        f"SELECT {', '.join(columns)} FROM place WHERE address = ?", [address]
    ).fetchall()
    assert len(found) == 1, found
    return dict(zip(columns, found[0], strict=True))


def test_every_address_met_gets_one_place(made: Made) -> None:
    made.add("flow", flow("10.0.0.1", "8.8.8.8"), flow("10.0.0.1", "8.8.8.8", B),
             flow("192.168.1.1", "2001:4860:4860::8888", layer="outer"))  # fmt: skip
    made.add("host_name", {"name": "x", "source": "dns answer", "address": "193.0.14.129"},
             {"name": "y", "source": "dns question"})  # fmt: skip
    assert set(enrich(made.connection)) == {
        "address_located", "address_network", "address_registered", "address_special",
        "network_owner",
    }  # fmt: skip
    assert [r[0] for r in made.rows("place", "address")] == [
        "10.0.0.1", "192.168.1.1", "193.0.14.129", "2001:4860:4860::8888", "8.8.8.8",
    ]  # fmt: skip
    google = place(made, "8.8.8.8")
    assert google["network"] == "AS15169"
    assert google["located_by"] == "registry"
    assert google["located_in"] and google["registered_in"] and google["operator"]
    assert google["grade"] == "declared"
    assert google["artefact"] == A
    assert lists.one("address_located").label in google["list_version"]
    assert place(made, "2001:4860:4860::8888")["network"] == "AS15169"


def test_an_address_that_is_no_place_has_only_its_special_name(made: Made) -> None:
    made.add("flow", flow("10.0.0.1", "2001:db8::1"))
    enrich(made.connection)
    for address, special in (("10.0.0.1", "private"), ("2001:db8::1", "documentation")):
        row = place(made, address)
        assert row["special"] == special
        assert [row[c] for c in ("located_in", "located_by", "registered_in", "network")] == [
            None
        ] * 4
        assert row["list_version"] == lists.one("address_special").label


def test_a_declared_place_wins_column_by_column(made: Made) -> None:
    made.add("flow", flow("10.0.0.1", "8.8.8.8"))
    made.add("place", {"address": "8.8.8.8", "located_in": "IS", "grade": "declared",
                       "artefact": B, "id": "place/facts_file/b/0"},
             {"address": "2001:4860:4860:0:0:0:0:8888", "controlled_by": "IS",
              "grade": "alleged", "artefact": B, "id": "place/facts_file/b/1"})  # fmt: skip
    enrich(made.connection)
    row = place(made, "8.8.8.8")
    assert (row["located_in"], row["located_by"], row["grade"]) == ("IS", "declared", "declared")
    assert row["network"] == "AS15169"
    assert (row["artefact"], row["id"]) == (B, "place/facts_file/b/0")
    other = place(made, "2001:4860:4860::8888")
    assert other["located_by"] == "registry"
    assert other["grade"] == "alleged"


def test_what_is_no_address_is_no_place_and_unknown_stays_empty(made: Made) -> None:
    made.add("host_name", {"name": "x", "source": "mdns", "address": "not-an-address"},
             {"name": "x", "source": "mdns", "address": "fe80::1%eth0"})  # fmt: skip
    enrich(made.connection)
    assert made.rows("place", "address", "special") == [("fe80::1%eth0", "link local")]


def test_without_addresses_no_list_is_used(made: Made) -> None:
    assert enrich(made.connection) == []
    assert made.rows("place", "address") == []


def test_ids_do_not_depend_on_the_order_of_rows(made: Made) -> None:
    flows = [flow("10.0.0.1", f"8.8.{n}.8", A if n % 2 else B) for n in range(20)]
    made.add("flow", *flows)
    enrich(made.connection)
    first = made.rows("place", "id", "address", "artefact", "network")
    assert len({r[0] for r in first}) == 21
    other = Made()
    other.add("flow", *reversed(flows))
    enrich(other.connection)
    assert other.rows("place", "id", "address", "artefact", "network") == first
    other.connection.close()


def test_whose_network_it_is_says_who_controls_an_address(made: Made) -> None:
    made.add(
        "place",
        {"address": "8.8.8.8", "network": "AS15169"},
        {"address": "9.9.9.9", "network": "AS15169", "controlled_by": "XB"},
        {"address": "1.1.1.1", "network": "AS13335"},  # the owner's home is from memory
        {"address": "7.7.7.7", "network": "AS64496"},
    )
    made.add("network_owner", {"network": "AS64496", "owner": "Alder", "home_state": "XA",
                               "parent_state": "XB", "unverified": False})  # fmt: skip
    made.add("flow", flow("10.0.0.1", "8.8.4.4"))
    assert "network_owner" in enrich(made.connection)
    assert made.rows("place", "address", "controlled_by") == [
        ("1.1.1.1", None),
        ("10.0.0.1", None),
        ("7.7.7.7", "XB"),
        ("8.8.4.4", "US"),
        ("8.8.8.8", "US"),
        ("9.9.9.9", "XB"),
    ]
    assert [r[0] for r in made.rows("network_owner", "network")] == [
        "AS13335",
        "AS15169",
        "AS64496",
    ]
