"""Enrichment of real captures, from bytes to destinations."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.evidence import Evidence
from evenhand.limits import Limits
from evenhand.pipeline import read

CAPTURES = Path(__file__).parents[2] / "../shared/data/pcap"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the folder shared is not here")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """What two captures show."""
    names = ("ndpi_wechat.pcap", "ndpi_6in4tunnel.pcap")
    found, mistakes = read([str(CAPTURES / n) for n in names], Limits(), 1, lambda _: None)
    assert mistakes == []
    return found


def test_every_address_of_a_flow_has_one_place(evidence: Evidence) -> None:
    rows = evidence.connection.execute(
        "SELECT count(*), count(DISTINCT address) FROM place"
    ).fetchone()
    met = evidence.connection.execute(
        "SELECT count(DISTINCT a) FROM (SELECT client_address AS a FROM flow UNION ALL "
        "SELECT server_address FROM flow) WHERE a NOT IN (SELECT address FROM place)"
    ).fetchone()
    assert rows and rows[0] == rows[1] > 20
    assert met == (0,)
    assert "address_located" in evidence.lists


def test_destinations_hold_every_inner_byte_once(evidence: Evidence) -> None:
    query = "SELECT sum(bytes_sent), sum(bytes_received), {} FROM {}"
    flows = evidence.connection.execute(
        query.format("count(*)", "flow WHERE layer = 'inner'")
    ).fetchone()
    found = evidence.connection.execute(query.format("sum(flows)", "destination")).fetchone()
    assert flows == found
    assert flows and flows[2] > 50


def test_a_destination_has_the_name_that_the_client_asked_it_for(evidence: Evidence) -> None:
    rows = evidence.connection.execute(
        "SELECT d.address, d.host FROM destination AS d JOIN host_name AS h "
        "ON h.address = d.address AND h.artefact = d.artefact AND h.source = 'tls'"
    ).fetchall()
    told = {
        (a, n)
        for a, n in evidence.connection.execute(
            "SELECT address, name FROM host_name WHERE source = 'tls'"
        ).fetchall()
    }
    assert rows
    assert {*rows} <= told


def test_addresses_at_home_are_special(evidence: Evidence) -> None:
    rows = evidence.connection.execute(
        "SELECT address, special, located_in FROM place WHERE address LIKE '192.168.%'"
    ).fetchall()
    assert rows
    assert {(s, w) for _, s, w in rows} == {("private", None)}
