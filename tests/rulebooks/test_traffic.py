"""Traffic under the Initiative and the Clean Network, end to end from facts files.

The vendor orders of 29 April and 5 August 2020 named networks and clouds; what is judged here is
who operates the network that a product's host stands in, never what was done. The text of the
Clean Network is in force from 5 August 2020 on: the day before, its clause says so.
"""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result, verdict

HOST = """
product: [{product: app}]
product_artefact: [{product: app, path: facts.yaml}]
flow:
  - {layer: inner, client_address: 10.0.0.1, client_port: 1, server_address: 9.9.9.9,
     server_port: 443, protocol: tcp, packets_sent: 1, bytes_sent: 1, packets_received: 1,
     bytes_received: 1, first_seen: "2020-08-06T00:00:00Z", last_seen: "2020-08-06T00:00:00Z"}
place: [{address: 9.9.9.9, network: AS64496, operator: ALDER-NET}]
network_owner:
  - {network: AS64496, owner: Alder Cloud Ltd, home_state: XA, parent: PARENT, parent_state: XB}
MARKET
"""
MARKET = """
party:
  - {party: Maker, role: app provider, product: app, serves: US, use: sensitive personal data}
"""


def cloud(parent: str, market: str, day: date = date(2020, 8, 6)) -> str:
    """What the line says of the network that the app's host stands in."""
    facts = HOST.replace("MARKET", market).replace("PARENT", parent)
    given = result(facts, "clean-network-2020", as_of=day)
    subject = "party:Alder Cloud Ltd/cloud operator/app"
    found = [v for v in given.verdicts if v.clause == "cloud" and v.subject.startswith(subject)]
    return found[0].outcome if found else clause(given, "cloud").outcome


def test_the_cloud_line_asks_about_networks_that_traffic_shows() -> None:
    assert cloud("Alibaba", MARKET) == "broken"
    assert cloud("Ash Holding", MARKET) == "holds"
    assert cloud("Alibaba", "") == "not shown"  # nobody says what market the app serves


def test_the_day_before_the_line_there_is_none() -> None:
    assert cloud("Alibaba", MARKET, date(2020, 8, 4)) not in ("broken", "holds")


BLOCKED = """
interference:
  - {service: www.alder.example, place: XB, seen: confirmed, on_day: 2024-01-01}
  - {service: www.birch.example, place: XB, seen: reached, on_day: 2024-01-01}
"""


def test_a_blocked_service_shows_no_actor() -> None:
    """Confirmed by a measurement, it is still nobody's act: the limb addresses states."""
    given = result(BLOCKED)
    assert verdict(given, "1b", "service:www.alder.example/XB").outcome == "not shown"
    assert verdict(given, "1b", "service:www.birch.example/XB").outcome == "holds"
