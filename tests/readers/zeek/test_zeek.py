"""Zeek's logs, as tables and as JSON: the same facts, whatever writes them and in what order."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, Facts, as_written, facts, facts_of, truth

FIELDS = [
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "orig_pkts",
    "orig_ip_bytes",
    "resp_pkts",
    "resp_ip_bytes",
    "tunnel_parents",
]
ROW = [
    "1600000000.5",
    "C1",
    "192.0.2.1",
    "5",
    "198.51.100.2",
    "443",
    "tcp",
    "1.25",
    "10",
    "20",
    "SF",
    "3",
    "130",
    "4",
    "180",
    "-",
]


def log(*rows: list[str], fields: list[str] = FIELDS, separator: str = "\t") -> str:
    """A log of connections."""
    code = "\\x09" if separator == "\t" else separator
    head = [f"#separator {code}", f"#unset_field{separator}-", f"#path{separator}conn"]
    return "\n".join([*head, "#fields" + separator + separator.join(fields), *(
        separator.join(row) for row in rows)]) + "\n"  # fmt: skip


def changed(**values: str) -> list[str]:
    """The usual row with other values."""
    return [values.get(f.replace(".", "_"), v) for f, v in zip(FIELDS, ROW, strict=True)]


def test_a_connection(tmp_path: Path) -> None:
    found = facts_of("zeek", log(ROW), tmp_path)
    assert found.flows() == found.flows("outer")
    assert found.flows() == [("192.0.2.1", 5, "198.51.100.2", 443, 3, 130, 4, 180)]
    row = found.table("flow")[0]
    assert (row["locator"], row["protocol"], row["bytes_of"]) == ("line 5", "tcp", "ip")
    assert str(row["first_seen"]) == "2020-09-13 12:26:40.500000+00:00"
    assert str(row["last_seen"]) == "2020-09-13 12:26:41.750000+00:00"
    assert found.reasons == []


def test_columns_are_told_by_their_names(tmp_path: Path) -> None:
    turned = log(ROW[::-1], fields=FIELDS[::-1])
    other = log(ROW, fields=[f.replace("id.", "id_") for f in FIELDS], separator="||")
    expected = facts_of("zeek", log(ROW), tmp_path).flows()
    assert facts_of("zeek", turned, tmp_path).flows() == expected
    assert facts_of("zeek", other, tmp_path).flows() == expected


def test_bytes_of_the_payload_where_there_are_no_others(tmp_path: Path) -> None:
    found = facts_of("zeek", log(changed(orig_ip_bytes="-", resp_ip_bytes="-")), tmp_path)
    assert found.flows()[0][5::2] == (10, 20)
    assert found.table("flow")[0]["bytes_of"] == "payload"
    unset = changed(orig_ip_bytes="-", resp_ip_bytes="-", orig_bytes="-", resp_bytes="-")
    assert facts_of("zeek", log(unset), tmp_path).flows()[0][5::2] == (None, None)


def test_one_flow_of_many_records(tmp_path: Path) -> None:
    later = changed(ts="1600000100.0", uid="C2")
    found = facts_of("zeek", log(ROW, later), tmp_path)
    assert found.flows() == [("192.0.2.1", 5, "198.51.100.2", 443, 6, 260, 8, 360)]
    assert str(found.table("flow")[0]["last_seen"]) == "2020-09-13 12:28:21.250000+00:00"


def test_an_answer_without_its_question_is_turned(tmp_path: Path) -> None:
    text = log([*changed(id_orig_p="80", id_resp_p="6705"), "H"], fields=[*FIELDS, "history"])
    found = facts_of("zeek", text, tmp_path)
    assert found.flows() == [("198.51.100.2", 6705, "192.0.2.1", 80, 4, 180, 3, 130)]


def test_tunnels_part_the_layers(tmp_path: Path) -> None:
    inner = changed(uid="C2", id_orig_h="2001:db8::1", id_resp_h="2001:db8::2", tunnel_parents="C1")
    for order in ((ROW, inner), (inner, ROW)):  # whichever ends first
        found = facts_of("zeek", log(*order), tmp_path)
        assert [f[0] for f in found.flows("outer")] == ["192.0.2.1"]
        assert [f[0] for f in found.flows("inner")] == ["2001:db8::1"]


def test_a_broken_line_stops_the_reading_there(tmp_path: Path) -> None:
    good = log(ROW, changed(id_orig_p="6"))
    for bad in ("half a li", "\t".join(changed(orig_pkts="x")) + "\n", "\x00\n"):
        found = facts_of("zeek", good + bad, tmp_path)
        assert len(found.flows()) == 2
        assert found.failure is not None and found.failure.offset_bytes == len(good)
        assert "line 7" in found.failure.reason


def test_another_log_is_left_alone(tmp_path: Path) -> None:
    found = facts_of("zeek", log(ROW).replace("#path\tconn", "#path\tweird"), tmp_path)
    assert type(found.failure).__name__ == "NotThisFormat"
    assert facts_of("zeek", log(), tmp_path).failure is None  # no connection is no mistake


def test_escaped_names(tmp_path: Path) -> None:
    names = ["B\\xc3\\xbccher.Example.", "odd\\x09name", "2001:db8::9"]
    rows = "\n".join(f"1.0\t192.0.2.9\t{n}" for n in names)
    text = "#separator \\x09\n#path\thttp\n#fields\tts\tid.resp_h\thost\n" + rows
    found = facts_of("zeek", text, tmp_path)
    assert {n for _, n, _ in found.names()} == {"bücher.example", "odd\\x09name", "2001:db8::9"}


def as_json(row: dict[str, Any]) -> str:
    """One line of a JSON log."""
    return json.dumps(row, separators=(",", ":")) + "\n"


CONN = {
    "ts": 1600000000.5, "uid": "C1", "id.orig_h": "192.0.2.1", "id.orig_p": 5,
    "id.resp_h": "198.51.100.2", "id.resp_p": 443, "proto": "tcp", "duration": 1.25,
    "conn_state": "SF", "orig_pkts": 3, "orig_ip_bytes": 130, "resp_pkts": 4,
    "resp_ip_bytes": 180,
}  # fmt: skip


@pytest.mark.parametrize("ts", [1600000000.5, "2020-09-13T12:26:40.500000Z", 1600000000500])
def test_json_tells_the_same(ts: Any, tmp_path: Path) -> None:
    expected = facts_of("zeek", log(ROW), tmp_path).table("flow")
    found = facts_of("zeek_json", as_json(CONN | {"ts": ts}), tmp_path).table("flow")
    assert [r | {"locator": ""} for r in found] == [r | {"locator": ""} for r in expected]


def test_json_of_several_kinds_in_one_file(tmp_path: Path) -> None:
    ends = {"id.orig_h": "192.0.2.1", "id.resp_h": "198.51.100.2"}
    lines = [
        as_json(CONN),
        as_json({"_path": "ssl", "ts": 1.0, **ends, "server_name": "a.example"}),
        as_json({"_path": "weird", "ts": 2.0, **ends, "name": "odd"}),
        "\n",
        as_json({"ts": 3.0, **ends, "query": "q.example", "qtype_name": "A", "rcode": 0,
                 "answers": ["c.example", "203.0.113.5"]}),
    ]  # fmt: skip
    found = facts_of("zeek_json", "".join(lines), tmp_path)
    assert len(found.flows()) == 1
    assert found.names() == {
        ("tls", "a.example", "198.51.100.2"),
        ("dns question", "q.example", None),
        ("dns answer", "q.example", "203.0.113.5"),
        ("dns alias", "c.example", None),
    }
    assert {r["locator"] for r in found.table("host_name")} == {"line 2", "line 5"}


@pytest.mark.parametrize("bad", ['{"ts":1,"id.or', "nonsense\n", as_json(CONN | {"orig_pkts": []})])
def test_a_broken_line_of_json_stops_the_reading_there(bad: str, tmp_path: Path) -> None:
    good = as_json(CONN) + as_json(CONN | {"id.orig_p": 6})
    found = facts_of("zeek_json", good + bad, tmp_path)
    assert len(found.flows()) == 2
    assert found.failure is not None and found.failure.offset_bytes == len(good)


def test_a_broken_line_behind_empty_ones_is_named(tmp_path: Path) -> None:
    found = facts_of("zeek_json", "\n\n{nonsense\n", tmp_path)
    assert found.failure is not None and found.failure.offset_bytes == 2


@needs_shared
def test_tables_and_json_of_one_run_tell_the_same() -> None:
    pairs = LOGS / "zeek" / "pairs"
    table, lines = (
        facts("zeek", pairs / "dns.head400.log"),
        facts("zeek_json", pairs / "dns.head400.json"),
    )
    assert len(table.names()) == 190
    assert table.names() == lines.names()


KINDS = ("conn", "dns", "ssl", "http", "x509", "files")


@needs_shared
def test_every_shared_log_is_read_whole(tmp_path: Path) -> None:
    read = 0
    for row in truth("zeek.csv"):
        path = LOGS / row["file"]
        if row["kind"] != "tsv" or row["path"] not in KINDS or "odd" in path.parts:
            continue
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        found = facts_of("zeek", as_written(data), tmp_path)
        assert found.reasons == [], path
        check_rows(row, found)
        read += 1
    assert read > 50


def check_rows(row: dict[str, str], found: Facts) -> None:
    """The rows that the truth counts are the rows of the facts."""
    if row["path"] == "conn" and "scope_sep" not in row["file"]:
        servers = {f[2] for layer in ("outer", "inner") for f in found.flows(layer)}
        assert len(servers) == int(row["distinct_resp_h"])
    if row["path"] == "x509":
        assert len(found.table("certificate")) == int(row["rows"])
    if row["path"] == "files":
        assert len(found.table("carried_file")) == int(row["rows"])
