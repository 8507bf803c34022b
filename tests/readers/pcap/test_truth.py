"""The shared captures, against what tshark says of them: the figures that we reach."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from .reading import SHARED

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of shared captures")


@pytest.fixture(scope="module")
def report() -> Any:
    path = Path(__file__).parents[3] / "benchmarks/pcap_truth.py"
    spec = importlib.util.spec_from_file_location("pcap_truth", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pcap_truth"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module.compare(SHARED)


def test_packets_and_bytes_per_destination(report: Any) -> None:
    """One file differs by sFlow samples (quoted headers), one is fuzzed MPLS."""
    assert report.files == 134
    assert set(report.differ) == {"ndpi_sflow.pcap", "zeek_trunc_mpls-6in6-broken.pcap.gz"}
    assert len(report.equal) == 132


def test_server_names(report: Any) -> None:
    assert (report.hello.right, report.hello.missed, report.hello.extra) == (117, [], [])


def test_dns_names(report: Any) -> None:
    assert (report.dns.right, report.dns.missed, report.dns.extra) == (336, [], [])
    assert report.dns_fuzzed.recall > 0.99
    assert report.dns_fuzzed.precision > 0.99


def test_dns_answers(report: Any) -> None:
    assert (report.answer.right, report.answer.missed, report.answer.extra) == (368, [], [])


def test_hosts(report: Any) -> None:
    assert (report.request.right, report.request.missed, report.request.extra) == (101, [], [])


def test_what_was_not_read_is_said(report: Any) -> None:
    damaged = {"crafted_hugecap", "crafted_junk", "crafted_midheader", "crafted_midrecord",
               "crafted_shortheader", "crafted_text", "crafted_zerobyte"}  # fmt: skip
    said = {name.partition(".")[0] for name in report.problems}
    assert damaged | {"zeek_ieee80211"} <= said
    dropped = {"ndpi_http2"}  # packets, while it was captured
    assert dropped <= said
    rest = said - damaged - dropped - {"zeek_ieee80211"}
    assert all(name.startswith("ndpifuzz_") for name in rest)
