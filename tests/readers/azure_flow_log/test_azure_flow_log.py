"""Azure flow logs: tuples by the log's category and version, against the truth beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of, truth

LONG = "1600000000,10.0.0.4,203.0.113.7,50000,443,T,O,A,E,4,400,3,300"
SHORT = "1600000000,10.0.0.4,203.0.113.7,50000,443,T,O,D"
VNET = "1600000000000,10.0.0.4,203.0.113.7,50000,443,6,O,D,NX,0,0,0,0"


def nsg(*tuples: str, version: Any = 2) -> dict[str, Any]:
    """A log of a network security group."""
    flows = [{"rule": "r", "flows": [{"mac": "AA", "flowTuples": list(tuples)}]}]
    record = {
        "category": "NetworkSecurityGroupFlowEvent", "resourceId": "/X/NSG-1",
        "properties": {"Version": version, "flows": flows},
    }  # fmt: skip
    return {"records": [record]}


def vnet(*tuples: str) -> dict[str, Any]:
    """A log of a virtual network."""
    flows = [{"aclID": "a", "flowGroups": [{"rule": "r", "flowTuples": list(tuples)}]}]
    record = {"category": "FlowLogFlowEvent", "flowLogVersion": 4, "macAddress": "AA",
              "flowRecords": {"flows": flows}}  # fmt: skip
    return {"records": [record]}


def test_versions(tmp_path: Path) -> None:
    found = facts_of("azure_flow_log", json.dumps(nsg(LONG)), tmp_path)
    assert found.flows() == [("10.0.0.4", 50000, "203.0.113.7", 443, 4, 400, 3, 300)]
    row = found.table("flow")[0]
    assert (row["bytes_of"], row["action"], row["point"]) == ("frame", "accepted", "AA nsg-1")
    first = facts_of("azure_flow_log", json.dumps(nsg(SHORT, version=1)), tmp_path)
    assert first.flows()[0][4:] == (None, None, None, None)
    assert first.table("flow")[0]["action"] == "rejected"
    other = facts_of("azure_flow_log", json.dumps(vnet(VNET), indent=1), tmp_path).table("flow")[0]
    assert (other["protocol"], other["action"]) == ("tcp", "rejected")
    assert other["first_seen"] == row["first_seen"]


def test_records_that_are_not_known_are_told(tmp_path: Path) -> None:
    both = nsg(LONG)
    both["records"] += nsg(LONG, version=7)["records"]
    found = facts_of("azure_flow_log", json.dumps(both), tmp_path)
    assert len(found.flows()) == 1 and "version 7" in found.reasons[0]


@pytest.mark.parametrize("bad", ["1,2,3", LONG[:-4]])
def test_a_broken_tuple_stops_the_reading(bad: str, tmp_path: Path) -> None:
    text = json.dumps({"records": nsg(LONG)["records"] + nsg(bad)["records"]})
    found = facts_of("azure_flow_log", text, tmp_path)
    assert len(found.flows()) == 1
    assert found.failure is not None and "record 2" in found.failure.reason


def test_a_log_that_breaks_off(tmp_path: Path) -> None:
    text = json.dumps({"records": nsg(LONG)["records"] * 2})
    found = facts_of("azure_flow_log", text[:-40], tmp_path)
    assert len(found.flows()) == 1 and found.reasons == ["the document breaks off"]


@needs_shared
def test_shared_logs() -> None:
    for row in truth("azure.csv"):
        found = facts("azure_flow_log", LOGS / row["file"])
        assert found.reasons == []
        assert len({f[2] for f in found.flows()}) == int(row["distinct_dst"])
        total = sum(f[5] or 0 for f in found.flows()) + sum(f[7] or 0 for f in found.flows())
        assert total == int(row["bytes_both_ways"])
