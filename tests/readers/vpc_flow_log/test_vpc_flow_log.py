"""AWS flow logs as text and Parquet: by names, both ways in one flow, gaps told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evenhand.artefact import Artefact
from evenhand.readers import flow_log_parquet
from evenhand.recognise import readers_for
from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end"
OUT = "2 eni-1 10.0.0.5 203.0.113.7 50000 443 6 4 400 1600000000 1600000060"
BACK = "2 eni-1 203.0.113.7 10.0.0.5 443 50000 6 3 300 1600000000 1600000060"


def lines(*rows: str, head: str = HEAD) -> str:
    """A log."""
    return "\n".join([head, *rows]) + "\n"


def test_both_ways_are_one_flow(tmp_path: Path) -> None:
    expected = [("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 3, 300)]
    for text in (lines(OUT, BACK), lines(BACK, OUT)):  # the smaller port is the server's
        found = facts_of("vpc_flow_log", text, tmp_path)
        assert found.flows() == found.flows("outer") == expected
        assert found.reasons == []
    row = found.table("flow")[0]
    assert (row["bytes_of"], row["point"], row["protocol"]) == ("ip", "eni-1", "tcp")


def test_columns_are_told_by_their_names(tmp_path: Path) -> None:
    def turned(line: str) -> str:
        return ",".join(line.replace("-", "_").split()[::-1])

    text = lines(turned(OUT), turned(BACK), head=turned(HEAD))
    expected = facts_of("vpc_flow_log", lines(OUT, BACK), tmp_path).flows()
    assert facts_of("vpc_flow_log", text, tmp_path).flows() == expected


def test_files_joined_end_to_end(tmp_path: Path) -> None:
    found = facts_of("vpc_flow_log", lines(OUT) + lines(BACK), tmp_path)
    assert len(found.flows()) == 1 and found.reasons == []


def test_flags_say_who_began(tmp_path: Path) -> None:
    head, low = HEAD + " tcp-flags", BACK.replace("443 50000", "443 20")
    for flags, client in (("2", "203.0.113.7"), ("3", "203.0.113.7"), ("19", "10.0.0.5")):
        found = facts_of("vpc_flow_log", lines(f"{low} {flags}", head=head), tmp_path)
        assert found.flows()[0][0] == client


def test_the_packet_s_own_addresses(tmp_path: Path) -> None:
    head = HEAD + " pkt-srcaddr pkt-dstaddr"
    found = facts_of("vpc_flow_log", lines(OUT + " 10.9.9.9 198.51.100.1", head=head), tmp_path)
    assert found.flows()[0][0:3:2] == ("10.9.9.9", "198.51.100.1")


def test_what_two_interfaces_saw_counts_once(tmp_path: Path) -> None:
    other = OUT.replace("eni-1", "eni-2").replace(" 4 400 ", " 5 500 ")
    found = facts_of("vpc_flow_log", lines(OUT, other, OUT.replace("443", "444")), tmp_path)
    assert sorted(f[3:6] for f in found.flows()) == [(443, 5, 500), (444, 4, 400)]


def test_rejected_traffic_stands_apart(tmp_path: Path) -> None:
    text = lines(OUT + " ACCEPT", OUT + " REJECT", head=HEAD + " action")
    rows = facts_of("vpc_flow_log", text, tmp_path).table("flow")
    assert sorted(r["action"] for r in rows if r["layer"] == "inner") == ["accepted", "rejected"]


def test_records_without_data_are_no_flows_and_gaps_are_told(tmp_path: Path) -> None:
    nothing = "2 eni-1 - - - - - - - 1600000000 1600000060"
    text = lines(OUT + " OK", nothing + " NODATA", nothing + " SKIPDATA", head=HEAD + " log-status")
    found = facts_of("vpc_flow_log", text, tmp_path)
    assert len(found.flows()) == 1
    assert found.reasons == ["1 records say that the log skipped data (SKIPDATA)"]


@pytest.mark.parametrize(
    "bad", ["2 eni-1 10.0", "2 eni-1 10.0.0.5 203.0.113.7 x 443 6 4 400 1 2\n"]
)
def test_a_broken_line_stops_the_reading_there(bad: str, tmp_path: Path) -> None:
    good = lines(OUT, BACK)
    found = facts_of("vpc_flow_log", good + bad, tmp_path)
    assert len(found.flows()) == 1
    assert found.failure is not None and found.failure.offset_bytes == len(good)


@needs_shared
def test_a_log_without_names_is_not_guessed() -> None:
    path = LOGS / "flow" / "aws" / "v2_records.log"
    found = readers_for(Artefact(path.name, path, "", path.stat().st_size))[0]
    assert "vpc_flow_log" not in [r.name for r in found]


@needs_shared
def test_shared_logs() -> None:
    text = facts("vpc_flow_log", LOGS / "flow" / "aws" / "v5_file.log")
    assert {f[2] for f in text.flows()} == {"198.51.100.6", "198.51.100.7"}
    assert text.failure is not None and "line 4" in text.failure.reason  # `bogus line`
    parquet = facts("flow_log_parquet", LOGS / "flow" / "aws" / "flows.parquet")
    assert parquet.flows()[0] == ("198.51.100.1", 443, "192.0.2.1", 49152, 10, 840, 0, 0)


def test_parquet_tells_the_same_as_text(tmp_path: Path) -> None:
    from pyarrow import csv, parquet

    text = tmp_path / "text"
    text.write_text(lines(OUT, BACK, OUT.replace("443", "444")))
    options = csv.ParseOptions(delimiter=" ")
    table = csv.read_csv(text, parse_options=options)
    file = tmp_path / "log.parquet"
    parquet.write_table(
        table.rename_columns([n.replace("-", "_") for n in table.column_names]), file
    )
    assert facts("flow_log_parquet", file).flows() == facts("vpc_flow_log", text).flows()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert facts("flow_log_parquet", file).failure is not None


def test_a_row_that_names_a_word_the_file_does_not_hold_is_not_read() -> None:
    import pyarrow as pa

    words = pa.DictionaryArray.from_arrays(pa.array([0, 7]), pa.array(["ACCEPT"]), safe=False)
    with pytest.raises(pa.ArrowInvalid, match="out of bounds"):
        flow_log_parquet._checked(pa.RecordBatch.from_arrays([words], ["action"]))


def test_columns_decoded_apart_stay_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    def batches(name: str, sizes: list[int]) -> Iterator[pa.RecordBatch]:
        at = 0
        for size in sizes:
            yield pa.record_batch({name: [*range(at, at + size)]})
            at += size

    monkeypatch.setattr(flow_log_parquet, "TAKEN", 4)
    found = []
    apart = [batches("a", [3, 0, 9]), batches("b", [5, 7])]
    for columns, count in flow_log_parquet._side_by_side(apart):
        assert columns["a"] == columns["b"] and 0 < len(columns["a"]) == count <= 4
        found += columns["a"].to_pylist()
    assert found == [*range(12)]
    with pytest.raises(ValueError, match="one length"):
        list(flow_log_parquet._side_by_side([batches("a", [3]), batches("b", [2])]))


def test_traffic_analytics_in_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {
        "SrcIp": ["10.0.0.4", "10.0.0.4"], "DestIp": ["203.0.113.9", "203.0.113.9"],
        "DestPort": [443, 443], "L4Protocol": ["T", "T"], "FlowStatus": ["Allowed", "Denied"],
        "BytesSrcToDest": [10, 1], "BytesDestToSrc": [20, 0], "PacketsSrcToDest": [1, 1],
        "PacketsDestToSrc": [2, 0],
    }  # fmt: skip
    file = tmp_path / "log.parquet"
    parquet.write_table(pa.table(columns), file)
    found = facts("flow_log_parquet", file)
    assert found.flows() == [
        ("10.0.0.4", 0, "203.0.113.9", 443, 1, 10, 2, 20),
        ("10.0.0.4", 0, "203.0.113.9", 443, 1, 1, 0, 0),
    ]
    assert {r["bytes_of"] for r in found.table("flow")} == {"not stated"}


def test_other_parquet_is_left_alone(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    file = tmp_path / "other.parquet"
    parquet.write_table(pa.table({"a": [1]}), file)
    assert type(facts("flow_log_parquet", file).failure).__name__ == "NotThisFormat"
