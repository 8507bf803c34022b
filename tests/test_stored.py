"""Tables that lie in files give what tables of the engine give, and are taken over when changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand import evidence as collected
from evenhand import facts, isolation, pipeline, pseudonym, stored
from evenhand.engines import duckdb as engine
from evenhand.evidence import Evidence
from evenhand.limits import Limits

MANY = ("flow", "host_name", "place", "destination", "beacon")
Rows = dict[str, list[tuple[Any, ...]]]


def read(paths: list[Path]) -> Evidence:
    """Evidence of these paths."""
    return pipeline.read([str(p) for p in paths], Limits(), 1, lambda name: None)[0]


def rows(evidence: Evidence) -> Rows:
    """All rows of the tables that may lie in files."""
    found = {}
    for name in MANY:
        types = facts.tables()[name].types  # times as text
        columns = [f"CAST({c} AS VARCHAR)" if k is datetime else c for c, k in types.items()]
        query = f"SELECT {', '.join(columns)} FROM evidence.{name}"
        found[name] = engine.fetch(evidence.connection, query)
    return found


@pytest.fixture(scope="module")
def captures(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two captures; the second lacks the last packets of the first."""
    first = examples / "alder" / "capture.pcap"
    second = tmp_path_factory.mktemp("captures") / "short.pcap"
    second.write_bytes(first.read_bytes()[:-400])
    return [first, second]


@pytest.fixture(scope="module")
def plain(captures: list[Path]) -> Rows:
    """What both captures give with every row in the engine."""
    return rows(read(captures))


@pytest.fixture(scope="module")
def laid(captures: list[Path]) -> Evidence:
    """The same, with every table of more than one row in files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "FEW", 1)
        patch.setattr(isolation, "BATCH_BYTES", 0)
        patch.setattr(collected, "BATCH_BYTES", 0)
        return read(captures)


def test_rows_in_files_are_those_of_the_engine_in_their_order(laid: Evidence, plain: Rows) -> None:
    there = [len(stored.files(laid.connection, table)) for table in MANY]
    assert there == [2, 2, 1, 1, 1]
    assert rows(laid) == plain
    assert stored.rows(laid.connection) == sum(map(len, plain.values()))


def test_a_table_of_one_file_is_kept_as_it_is(laid: Evidence, plain: Rows, tmp_path: Path) -> None:
    laid.keep(tmp_path)
    (lies,) = stored.files(laid.connection, "destination")
    assert (tmp_path / "destination.parquet").read_bytes() == lies.read_bytes()
    kept = pq.read_schema(tmp_path / "destination.parquet")
    assert kept.equals(facts.tables()["destination"].schema())
    assert rows(Evidence.load(tmp_path)) == plain


def test_what_is_changed_is_taken_over() -> None:
    evidence = Evidence.empty()
    schema = facts.tables()["host_name"].schema()
    given = pa.Table.from_pylist([{"id": str(n), "name": "a.example"} for n in range(4)], schema)
    engine.insert(evidence.connection, "flow", pa.table({"client_address": ["192.0.2.1"]}))
    given = given.set_column(6, "address", pa.array(["192.0.2.1", "192.0.2.2"] * 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "FEW", 3)
        assert stored.store(evidence.connection, "host_name", given)
        assert not stored.store(evidence.connection, "party", given)  # others change its rows
        assert not stored.store(evidence.connection, "host_name", given[:3])
    pseudonym.apply(evidence.connection, b"0123456789abcdef")
    assert stored.files(evidence.connection, "host_name") == []
    evidence.add("host_name", given[:1])
    found = engine.fetch(evidence.connection, "SELECT id, address FROM host_name")
    assert [identity for identity, _ in found] == ["0", "1", "2", "3", "0"]
    assert [address.startswith("client-") for _, address in found] == [True, False] * 2 + [False]


def test_a_locked_engine_still_looks_into_its_files(laid: Evidence, plain: Rows) -> None:
    engine.lock(laid.connection)
    assert rows(laid) == plain
