"""PCAPdroid's connections: the app of each flow, names by protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.traffic_log import facts, facts_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "logs" / "phone.csv"


def test_the_example() -> None:
    found = facts("pcapdroid", EXAMPLE)
    assert found.flows() == [
        ("10.215.173.1", 40312, "203.0.113.77", 443, 44, 50300, 20, 1952),
        ("10.215.173.1", 50000, "9.9.9.9", 53, 1, 68, 1, 98),
    ]
    assert found.names() == {
        ("tls", "metrics.alder.example", "203.0.113.77"),
        ("dns question", "metrics.alder.example", None),
    }
    row = found.table("flow")[0]
    assert (row["app"], row["bytes_of"], row["protocol"]) == ("HomeGate", "ip", "tcp")
    assert str(row["first_seen"]) == "2026-01-01 00:00:00+00:00"


def test_an_app_with_a_comma_in_its_name(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("HomeGate", "Home, Gate, and Co")
    assert facts_of("pcapdroid", text, tmp_path).table("flow")[0]["app"] == "Home, Gate, and Co"


@pytest.mark.parametrize(
    "bad", ["6,10.0.0", "6,10.0.0.1,1,nowhere,443,1,A,TLS,Open,,1,1,1,1,1,1\n"]
)
def test_a_broken_line_stops_the_reading_there(bad: str, tmp_path: Path) -> None:
    good = EXAMPLE.read_text()
    found = facts_of("pcapdroid", good + bad, tmp_path)
    assert len(found.flows()) == 2
    assert found.failure is not None and found.failure.offset_bytes == len(good)
