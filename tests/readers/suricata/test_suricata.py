"""Suricata's EVE log: flows, names, certificates and files, in each form that versions wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of, truth

ENDS = {
    "timestamp": "2024-01-01T00:00:00.000000+0100", "src_ip": "192.0.2.1", "src_port": 50005,
    "dest_ip": "198.51.100.2", "dest_port": 443, "proto": "TCP",
}  # fmt: skip
COUNTS = {"pkts_toserver": 3, "pkts_toclient": 4, "bytes_toserver": 300, "bytes_toclient": 400}


def event(kind: str, **more: Any) -> str:
    """One line."""
    return json.dumps({**ENDS, "event_type": kind, **more}) + "\n"


def test_a_flow_counts_frames(tmp_path: Path) -> None:
    text = event("alert", flow=COUNTS) + event("flow", flow=COUNTS)
    found = facts_of("suricata", text, tmp_path)
    assert found.flows() == [("192.0.2.1", 50005, "198.51.100.2", 443, 3, 300, 4, 400)]
    row = found.table("flow")[0]
    assert row["bytes_of"] == "frame"
    assert str(row["first_seen"]) == "2023-12-31 23:00:00+00:00"


def test_records_of_one_way_count_where_there_are_no_others(tmp_path: Path) -> None:
    half = event("netflow", netflow={"pkts": 3, "bytes": 300})
    turned = {
        "src_ip": ENDS["dest_ip"],
        "dest_ip": ENDS["src_ip"],
        "src_port": 443,
        "dest_port": 50005,
    }
    other = event("netflow", netflow={"pkts": 4, "bytes": 400}, **turned)
    expected = [("192.0.2.1", 50005, "198.51.100.2", 443, 3, 300, 4, 400)]
    assert facts_of("suricata", half + other, tmp_path).flows() == expected
    both = half + other + event("flow", flow=COUNTS)
    assert facts_of("suricata", both, tmp_path).flows() == expected


@pytest.mark.parametrize(
    "said",
    [
        {"type": "answer", "rrname": "A.example", "rrtype": "A", "rdata": "203.0.113.5"},
        {"rrname": "a.example", "answers": [{"rrtype": "A", "rdata": "203.0.113.5"}]},
        {"rrname": "a.example", "grouped": {"A": ["203.0.113.5"]}},
        {
            "version": 3,
            "queries": [{"rrname": "a.example"}],
            "answers": [{"rrname": "a.example", "rrtype": "A", "rdata": "203.0.113.5"}],
        },
    ],
)
def test_every_form_of_dns(said: dict[str, Any], tmp_path: Path) -> None:
    found = facts_of("suricata", event("dns", dns=said), tmp_path)
    assert found.names() == {
        ("dns question", "a.example", None),
        ("dns answer", "a.example", "203.0.113.5"),
    }


def test_names_and_a_certificate(tmp_path: Path) -> None:
    tls = {
        "sni": "T.example", "version": "TLS 1.2", "subject": "CN=t.example", "issuerdn": "CN=ca",
        "serial": "0a:1b", "notbefore": "2024-01-01T00:00:00", "notafter": "2025-01-01T00:00:00",
    }  # fmt: skip
    text = event("tls", tls=tls) + event("http", http={"hostname": "h.example:8080"})
    found = facts_of("suricata", text + event("quic", quic={"sni": "q.example"}), tmp_path)
    server = ENDS["dest_ip"]
    assert found.names() == {
        ("tls", "t.example", server), ("http", "h.example", server), ("quic", "q.example", server)
    }  # fmt: skip
    one = found.table("certificate")[0]
    assert (one["subject"], one["serial"], one["shown_by"]) == ("CN=t.example", "0A1B", server)


@needs_shared
def test_shared_logs() -> None:
    for row in truth("suricata.csv"):
        found = facts("suricata", LOGS / row["file"])
        kinds = dict(pair.split("=") for pair in row["event_types"].split(";") if pair)
        assert len(found.table("carried_file")) == int(kinds.get("fileinfo", 0))
        assert len(found.flows()) == int(kinds.get("flow", 0))
        broken = found.failure is not None and type(found.failure).__name__ == "Unreadable"
        assert broken == (row["unreadable_chunks"] != "0"), row["file"]


@needs_shared
def test_a_broken_event_is_named_with_its_place() -> None:
    path = LOGS / "suricata" / "fever_jsonparse_eve_broken1.json"
    found = facts("suricata", path)
    assert found.failure is not None
    assert found.failure.offset_bytes == path.read_bytes().index(b"\n") + 1
    assert ("dns question", "test.test.local", None) in found.names()
