"""Regular contacts: the odds against a simulation, and what is no sign."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evenhand.enrich.beacon import BY_CHANCE, apart, enrich, regularity, tail
from tests.enrich.conftest import Made
from tests.enrich.test_destination import A, flow

START = datetime(2026, 1, 1, tzinfo=UTC)


def contacts(made: Made, seconds: list[float], address: str = "192.0.2.1", **said: Any) -> None:
    made.add("product_artefact", {"product": "P", "artefact": A})
    rows = [flow(address, 1, first_seen=START + timedelta(seconds=s), **said) for s in seconds]
    made.add("flow", *rows)


def found(made: Made) -> list[tuple[Any, ...]]:
    assert enrich(made.connection) == []
    return made.rows("beacon", "contacts", "period_s", "near", "idle")


def test_the_odds_are_those_of_a_simulation() -> None:
    """Of contacts at random, as many are as regular as the odds say (4,000 of them)."""
    chance = random.Random(7)
    levels, draws, contacts_of_one = (0.3, 0.1, 0.03), 4000, 12
    below = dict.fromkeys(levels, 0)
    for _ in range(draws):
        at, times = 0.0, []
        for _ in range(contacts_of_one):
            at += chance.expovariate(0.001)
            times.append(at)
        odds = regularity(times)[2]
        assert odds is not None
        for level in levels:
            below[level] += odds <= level
    for level, count in below.items():
        # never more often than it says, but for the noise of the draws; the median is estimated
        assert count / draws <= level * 1.15 + 0.01, (level, count / draws)


def test_the_tail_is_the_binomial_one() -> None:
    p = BY_CHANCE
    assert tail(2, 0) == 1
    assert tail(2, 1) == pytest.approx(1 - (1 - p) ** 2, rel=1e-2)
    assert tail(2, 2) == pytest.approx(p * p, rel=1e-2)
    assert 0 < tail(5000, 4990) < 1e-300 or tail(5000, 4990) == 0


def test_a_clock_with_jitter_and_gaps_is_regular(made: Made) -> None:
    chance = random.Random(3)
    times = [60.0 * n + chance.uniform(-2, 2) for n in range(40) if n % 9]
    contacts(made, [t + 10 for t in times])
    ((number, period, near, idle),) = found(made)
    assert number == len(times) and 55 < period < 65 and near >= 25 and idle is None
    ((odds,),) = made.rows("beacon", "odds")
    assert odds < 1e-15


def test_few_contacts_and_bursts_are_no_sign(made: Made) -> None:
    contacts(made, [0, 60, 120, 180, 240, 300, 360])
    contacts(made, [n / 100 for n in range(500)], address="192.0.2.2")
    assert found(made) == [(5, None, None, None), (7, None, None, None)]


def test_contacts_within_a_second_are_one() -> None:
    assert apart([0, 0.5, 1.2, 5, 5.9, 7]) == [0, 1.2, 5, 7]


def test_idle_times(made: Made) -> None:
    """Only contacts within them count, where somebody says when the product was idle."""
    contacts(made, [60.0 * n for n in range(20)])
    contacts(made, [1500.0], address="192.0.2.2")
    made.add(
        "idle_time",
        {"from_time": START, "to_time": START + timedelta(seconds=600)},
    )
    enrich(made.connection)
    rows = {r[0]: r[1:] for r in made.rows("beacon", "address", "contacts", "idle")}
    assert rows == {"192.0.2.1": (10, True), "192.0.2.2": (0, False)}


def test_no_contact_within_idle_times(made: Made) -> None:
    contacts(made, [1500.0, 1600.0])
    made.add("idle_time", {"from_time": START, "to_time": START + timedelta(seconds=600)})
    enrich(made.connection)
    assert made.rows("beacon", "contacts", "idle", "first_seen") == [(0, False, None)]


def test_rejected_packets_and_other_layers_are_no_contacts(made: Made) -> None:
    contacts(made, [60.0 * n for n in range(20)], action="rejected")
    contacts(made, [60.0 * n for n in range(20)], layer="outer")
    assert found(made) == []
