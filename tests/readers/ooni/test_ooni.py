"""OONI measurements: what was seen where and when; an anomaly is graded as no proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of, truth


def measurement(test: str = "web_connectivity", **more: Any) -> dict[str, Any]:
    """One measurement."""
    return {
        "test_name": test, "input": "https://News.example/path", "probe_cc": "XA",
        "probe_asn": "AS64500", "measurement_start_time": "2024-02-12 20:33:47",
        "report_id": "r1", "test_keys": {"blocking": "dns", "accessible": False}, **more,
    }  # fmt: skip


def row(folder: Path, **more: Any) -> dict[str, Any]:
    """The row of one measurement."""
    return facts_of("ooni", json.dumps(measurement(**more)), folder).table("interference")[0]


def test_an_anomaly_is_no_proof(tmp_path: Path) -> None:
    one = row(tmp_path)
    assert (one["service"], one["place"], one["network"]) == ("news.example", "XA", "AS64500")
    assert (one["seen"], one["how"], one["grade"]) == ("anomaly", "dns", "alleged")
    assert str(one["on_day"]) == "2024-02-12"


@pytest.mark.parametrize(
    ("keys", "seen", "grade"),
    [
        ({"blocking": False, "accessible": True}, "reached", "observed"),
        ({"blocking": False, "accessible": False}, "not decided", "observed"),
        ({"blocking": None, "accessible": None}, "not decided", "observed"),
        ({}, "not decided", "observed"),
        ({"blocking": "http-diff"}, "anomaly", "alleged"),
    ],
)
def test_the_web(keys: dict[str, Any], seen: str, grade: str, tmp_path: Path) -> None:
    one = row(tmp_path, test_keys=keys)
    assert (one["seen"], one["grade"]) == (seen, grade)


def test_only_the_measurement_s_own_word_confirms(tmp_path: Path) -> None:
    one = row(tmp_path, confirmed=True)
    assert (one["seen"], one["grade"]) == ("confirmed", "observed")


def test_other_tests(tmp_path: Path) -> None:
    for keys, seen in (
        ({"signal_backend_status": "blocked"}, "anomaly"),
        ({"signal_backend_status": "ok"}, "reached"),
        ({"telegram_http_blocking": False, "telegram_tcp_blocking": True}, "anomaly"),
        ({"tampering": {"total": False}}, "reached"),
        ({"tampering": {"total": True}}, "anomaly"),
        ({"failure": "timeout"}, "not decided"),
    ):
        one = row(tmp_path, test="x", test_keys=keys, input=None)
        assert (one["seen"], one["service"]) == (seen, "x"), keys


def test_lines_arrays_and_documents(tmp_path: Path) -> None:
    both = [measurement(), measurement(probe_cc="XB")]
    for text in ("\n".join(map(json.dumps, both)), json.dumps(both), json.dumps(both, indent=1)):
        found = facts_of("ooni", text, tmp_path)
        assert [r["place"] for r in found.table("interference")] == ["XA", "XB"]
    broken = facts_of("ooni", json.dumps(both[0]) + "\n{bad}\n", tmp_path)
    assert len(broken.table("interference")) == 1
    assert broken.failure is not None


@needs_shared
def test_shared_measurements() -> None:
    said = {"False": "reached", "": "not decided"}
    for line in (t for t in truth("ooni.csv") if t["probe_cc"]):
        found = facts("ooni", LOGS / line["file"]).table("interference")
        assert len(found) >= 1, line["file"]
        assert found[0]["place"] == (line["probe_cc"] or None)
        if line["test_name"] == "web_connectivity":
            wanted = said.get(line["blocking"], "anomaly")
            if wanted == "reached" and line["accessible"] != "True":
                wanted = "not decided"
            assert found[0]["seen"] == wanted, line["file"]
