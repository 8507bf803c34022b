"""NetFlow 5 and 9, IPFIX: values, templates, padding, what comes before its template."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of

FIELDS = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (152, 8), (153, 8))
START = 1_600_000_000_000


def record(source: str = "10.0.0.5", port: int = 50000, flags: int = 2) -> bytes:
    """One record of the template."""
    ends = bytes(map(int, source.split("."))) + bytes((203, 0, 113, 7))
    counts = struct.pack(">HHBBIIQQ", port, 443, 6, flags, 400, 4, START, START + 5000)
    return ends + counts


def a_set(kind: int, body: bytes) -> bytes:
    """A set with its length."""
    return struct.pack(">HH", kind, len(body) + 4) + body


def template(fields: tuple[tuple[int, int], ...] = FIELDS, number: int = 256) -> bytes:
    """A template."""
    return struct.pack(">HH", number, len(fields)) + b"".join(
        struct.pack(">HH", *f) for f in fields
    )


def ipfix(*sets: bytes) -> bytes:
    """A message of IPFIX."""
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body), 1_600_000_000, 1, 7) + body


def netflow9(*sets: bytes) -> bytes:
    """A message of NetFlow 9, sent 100 s after the exporter started."""
    return struct.pack(">HHIIII", 9, len(sets), 100_000, 1_600_000_000, 1, 7) + b"".join(sets)


EXPECTED = [("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 0, 0)]


def test_ipfix(tmp_path: Path) -> None:
    data = ipfix(a_set(2, template()), a_set(256, record() + bytes(3))) + ipfix()
    found = facts_of("ipfix", data, tmp_path)
    assert found.flows() == EXPECTED and found.reasons == []
    row = found.table("flow")[0]
    assert str(row["last_seen"]) == "2020-09-13 12:26:45+00:00"
    assert (row["bytes_of"], row["locator"]) == ("ip", "record 1")


def test_fields_of_variable_length_and_of_vendors(tmp_path: Path) -> None:
    fields = (
        struct.pack(">HH", 256, 12) + b"".join(struct.pack(">HH", *f) for f in FIELDS)
        + struct.pack(">HH", 82, 65535) + struct.pack(">HHI", 0x8001, 2, 35632)
    )  # fmt: skip
    tails = b"\x03abc\0\1", b"\xff\x01\x00" + bytes(256) + b"\0\2"
    body = record() + tails[0] + record(port=50001) + tails[1]
    found = facts_of("ipfix", ipfix(a_set(2, fields), a_set(256, body)), tmp_path)
    assert [f[1] for f in found.flows()] == [50000, 50001]


def test_records_before_their_template_are_told(tmp_path: Path) -> None:
    early = ipfix(a_set(256, record()))
    found = facts_of("ipfix", early + ipfix(a_set(2, template()), a_set(256, record())), tmp_path)
    assert found.flows() == EXPECTED
    assert found.reasons == ["1 sets of records come before any template of theirs"]


def test_netflow_9_counts_time_from_the_exporter_s_start(tmp_path: Path) -> None:
    fields = (*FIELDS[:8], (22, 4), (21, 4))
    body = record()[:22] + struct.pack(">II", 90_000, 95_000)
    data = netflow9(a_set(0, template(fields)), a_set(256, body)) + bytes(40)
    for more in (b"", netflow9(a_set(256, body))):
        found = facts_of("netflow", data + more, tmp_path)
        assert found.reasons == []
        times = {str(r["first_seen"]) for r in found.table("flow")}
        assert times == {"2020-09-13 12:26:30+00:00"}
    assert found.flows()[0][4] == 8


def test_netflow_5(tmp_path: Path) -> None:
    head = struct.pack(">HHIIIIBBH", 5, 1, 100_000, 1_600_000_000, 0, 1, 0, 0, 0)
    body = bytes((10, 0, 0, 5, 203, 0, 113, 7)) + bytes(8) + struct.pack(
        ">IIIIHHBBBB8x", 4, 400, 90_000, 95_000, 50000, 443, 0, 2, 6, 0
    )  # fmt: skip
    found = facts_of("netflow", head + body, tmp_path)
    assert found.flows() == EXPECTED
    assert str(found.table("flow")[0]["first_seen"]) == "2020-09-13 12:26:30+00:00"
    cut = facts_of("netflow", (head + body) * 2 + head, tmp_path)
    assert cut.flows()[0][4] == 8
    assert cut.failure is not None and cut.failure.offset_bytes == 2 * len(head + body)


def test_who_began_is_told_by_the_clock_else_by_the_ports(tmp_path: Path) -> None:
    back = struct.pack(">4B4BHHBBIIQQ", 203, 0, 113, 7, 10, 0, 0, 5, 443, 50000, 6, 0x12, 300, 3,
                       START, START + 5000)  # fmt: skip
    sets = a_set(2, template()), a_set(256, back + record(flags=0x12))
    found = facts_of("ipfix", ipfix(*sets), tmp_path)
    assert found.flows() == [("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 3, 300)]


@pytest.mark.parametrize(
    "bad",
    [
        ipfix(a_set(256, record()))[:-1],
        b"\0\x0a\0\3",
        ipfix(struct.pack(">HH", 256, 2)),
        b"\0\x07ab",
    ],
)
def test_a_broken_message_stops_the_reading_there(bad: bytes, tmp_path: Path) -> None:
    good = ipfix(a_set(2, template()), a_set(256, record()))
    found = facts_of("ipfix", good + bad, tmp_path)
    assert found.flows() == EXPECTED
    assert found.failure is not None and found.failure.offset_bytes is not None
    assert found.failure.offset_bytes >= len(good)


@needs_shared
def test_shared_exports(tmp_path: Path) -> None:
    folder = LOGS / "flow" / "netflow" / "logstash"
    found = facts("netflow", folder / "netflow5_test_juniper_mx80.dat")
    assert len(found.flows()) == 29 and found.reasons == []
    pairs = list(folder.glob("*_tpl.dat"))
    read = 0
    for path in pairs:
        data = path.with_name(path.name.replace("_tpl", "_data"))
        if data.exists():
            reader = "ipfix" if path.name.startswith("ipfix") else "netflow"
            both = facts_of(reader, path.read_bytes() + data.read_bytes(), tmp_path)
            read += bool(both.flows())
    assert read >= 5
    assert len(facts("ipfix", LOGS / "flow/ipfix/example_flows.ipfix").flows()) == 3979


def test_what_comes_in_and_goes_out_again_counts_once(tmp_path: Path) -> None:
    fields = (*FIELDS, (61, 1))
    back = struct.pack(">4B4BHHBBIIQQ", 203, 0, 113, 7, 10, 0, 0, 5, 443, 50000, 6, 0x12, 300, 3,
                       START, START + 5000)  # fmt: skip
    both = record() + b"\0" + record() + b"\1" + back + b"\1"
    found = facts_of("ipfix", ipfix(a_set(2, template(fields)), a_set(256, both)), tmp_path)
    assert found.flows() == [("10.0.0.5", 50000, "203.0.113.7", 443, 4, 400, 3, 300)]
    assert found.table("flow")[0]["point"] == "egress"
