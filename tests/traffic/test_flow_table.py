"""Flows added up: nothing is lost or invented, whatever the order and however often given out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.readers import Batch
from evenhand.traffic import flow_table
from evenhand.traffic.record import Label
from evenhand.traffic.row_buffer import Row, RowBuffer

HOSTS = ("192.0.2.1", "192.0.2.2", "2001:db8::1")
ROWS = st.lists(
    st.builds(
        Row,
        number=st.integers(1, 100),
        source=st.sampled_from(HOSTS),
        target=st.sampled_from(HOSTS),
        source_port=st.sampled_from((5, 443)),
        target_port=st.sampled_from((5, 443)),
        protocol=st.sampled_from((1, 6, 17, 256)),
        packets=st.integers(0, 5),
        size=st.integers(-1, 500),
        packets_back=st.integers(0, 5),
        size_back=st.integers(-1, 500),
        start=st.integers(0, 10**15),
        sure=st.booleans(),
        layer=st.sampled_from((0, 1, 2)),
        label=st.sampled_from((Label("ip"), Label("frame"), Label("ip", action="rejected"))),
    ),
    max_size=30,
)


def given_out(rows: list[Row]) -> list[dict[str, Any]]:
    """The flows of some rows."""
    buffer = RowBuffer("record")
    items = [item for row in rows for item in buffer.add(row)] + list(buffer.finish())
    return [r for item in items if isinstance(item, Batch) for r in item.rows.to_pylist()]


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_sums_are_kept(rows: list[Row]) -> None:
    found = given_out(rows)
    for layer, own in (("outer", (0, 1)), ("inner", (0, 2))):
        mine = [f for f in found if f["layer"] == layer]
        counted = [r for r in rows if r.layer in own]
        packets = sum(f["packets_sent"] + f["packets_received"] for f in mine)
        assert packets == sum(r.packets + r.packets_back for r in counted)
        size = sum((f["bytes_sent"] or 0) + (f["bytes_received"] or 0) for f in mine)
        assert size == sum(max(r.size, 0) + max(r.size_back, 0) for r in counted)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_changes_nothing(rows: list[Row], chance: Any) -> None:
    rows = [r._replace(number=n) for n, r in enumerate(rows, 1)]
    turned = list(rows)
    chance.shuffle(turned)
    key = str
    assert sorted(given_out(rows), key=key) == sorted(given_out(turned), key=key)


def test_a_full_table_is_given_out_and_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        Row(n, f"10.0.0.{n % 100}", "192.0.2.1", 1000 + n % 10, 443, 6, 1, 10, 1, 20)
        for n in range(1, 2000)
    ]
    whole = given_out(rows)
    monkeypatch.setattr(flow_table, "FLOWS", 50)
    monkeypatch.setattr("evenhand.traffic.row_buffer.ROWS", 100)
    parts = given_out(rows)
    assert len(parts) > len(whole)
    for column in ("packets_sent", "bytes_received"):
        assert sum(r[column] for r in parts) == sum(r[column] for r in whole)
    ends = ("client_address", "client_port", "server_address", "server_port")
    assert {tuple(r[e] for e in ends) for r in parts} == {tuple(r[e] for e in ends) for r in whole}


def test_an_end_that_is_no_address_is_told() -> None:
    buffer = RowBuffer("record")
    list(buffer.add(Row(1, "here", "192.0.2.1")))
    list(buffer.add(Row(2, None, "192.0.2.1")))
    said = list(buffer.finish())
    assert [s.reason for s in said if not isinstance(s, Batch)] == [
        "1 records have an end that is no address"
    ]
    assert sum(s.rows.num_rows for s in said if isinstance(s, Batch)) == 2


def test_what_is_not_counted_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.traffic.row_buffer.ROWS", 1)
    one = Row(1, "192.0.2.1", "192.0.2.2", 1000, 443, 6, size=10)
    two = Row(2, "192.0.2.1", "192.0.2.3", 1000, 443, 6)
    found = given_out([one, two, one._replace(number=3, size=-1, size_back=5)])
    said = {r["server_address"]: (r["bytes_sent"], r["bytes_received"]) for r in found}
    assert said == {"192.0.2.2": (10, 5), "192.0.2.3": (None, None)}
