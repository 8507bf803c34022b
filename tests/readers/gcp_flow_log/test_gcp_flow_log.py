"""Google Cloud flow logs: entries or payloads, lines or an array; two reports of one flow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of


def payload(reporter: str = "SRC", **more: Any) -> dict[str, Any]:
    """One record."""
    ends = {"src_ip": "10.0.0.5", "src_port": 50000.0, "dest_ip": "203.0.113.7", "dest_port": 443,
            "protocol": 6}  # fmt: skip
    return {
        "connection": ends, "bytes_sent": "400", "packets_sent": "4", "reporter": reporter,
        "start_time": "2024-01-01T00:00:00.123456789Z", "end_time": "2024-01-01T00:00:05Z", **more,
    }  # fmt: skip


def test_entries_payloads_lines_and_arrays_are_the_same(tmp_path: Path) -> None:
    entry = {"logName": "x", "jsonPayload": payload()}
    other = {"logName": "y", "jsonPayload": {"message": "no flow"}}
    texts = [
        json.dumps(payload()) + "\n",
        json.dumps(other) + "\n" + json.dumps(entry) + "\n",
        json.dumps([other, entry], indent=2),
    ]
    for text in texts:
        found = facts_of("gcp_flow_log", text, tmp_path)
        assert found.flows() == [("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 0, 0)]
        assert found.reasons == []
    assert found.table("flow")[0]["bytes_of"] == "not stated"


def test_two_reports_of_one_flow_count_once(tmp_path: Path) -> None:
    text = json.dumps(payload()) + "\n" + json.dumps(payload("DEST", packets_sent="5")) + "\n"
    found = facts_of("gcp_flow_log", text, tmp_path)
    assert [f[4] for f in found.flows()] == [5]


@pytest.mark.parametrize("bad", ['{"connection": {', '{"connection": {"src_ip": 5}}', "}"])
def test_a_broken_entry_stops_the_reading_there(bad: str, tmp_path: Path) -> None:
    good = json.dumps(payload()) + "\n"
    found = facts_of("gcp_flow_log", good + bad, tmp_path)
    assert len(found.flows()) == 1
    assert found.failure is not None and found.failure.offset_bytes in (len(good) - 1, len(good))


@needs_shared
def test_shared_log() -> None:
    found = facts("gcp_flow_log", LOGS / "flow" / "gcp" / "payloads.jsonl")
    assert found.flows() == [
        ("198.51.100.75", 49444, "192.0.2.2", 3389, 4, 491, 0, 0),
        ("192.0.2.2", 3389, "192.0.2.3", 65535, 20, 1020, 0, 0),
    ]
