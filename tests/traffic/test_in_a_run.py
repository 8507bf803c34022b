"""Logs in a run: recognised in folders, gzip and zip; the same facts wherever they lie."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evenhand import pipeline
from evenhand.limits import Limits

LOGS = Path(__file__).parents[2] / "examples" / "logs"
READERS = {
    "phone.csv": "pcapdroid", "vpc.log": "vpc_flow_log", "zeek/conn.log": "zeek",
    "zeek/dns.log": "zeek_json", "zeek/files.log": "zeek_files_json", "zeek/ssl.log": "zeek",
    "zeek/x509.log": "zeek_x509_json",
}  # fmt: skip


def run(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Readings and facts of a run, without where they were met."""
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    queries = {
        "reading": "SELECT path, reader, outcome FROM reading "
        "WHERE reader NOT IN ('zip', 'compressed')",
        "flow": "SELECT * EXCLUDE (id, artefact) FROM flow",
        "host_name": "SELECT * EXCLUDE (id, artefact) FROM host_name",
        "certificate": "SELECT subject, names, shown_by FROM certificate",
        "carried_file": "SELECT name, sender_address, whole FROM carried_file",
        "destination": "SELECT DISTINCT address FROM destination",
    }
    connection = evidence.connection
    found = {t: connection.sql(q).to_arrow_table().to_pylist() for t, q in queries.items()}
    return {t: sorted((tuple(r.values()) for r in rows), key=str) for t, rows in found.items()}


@pytest.fixture(scope="module")
def plain() -> dict[str, list[tuple[Any, ...]]]:
    """What a run over the folder gives."""
    return run(LOGS)


def test_every_log_has_its_reader(plain: dict[str, list[tuple[Any, ...]]]) -> None:
    assert {p: r for p, r, _ in plain["reading"]} == READERS
    assert {o for *_, o in plain["reading"]} == {"read"}
    assert ("203.0.113.77",) in plain["destination"]
    assert len(plain["certificate"]) == len(plain["carried_file"]) == 1


def test_packed_logs_tell_the_same(plain: dict[str, list[tuple[Any, ...]]], tmp_path: Path) -> None:
    packed, zipped = tmp_path / "packed", tmp_path / "logs.zip"
    shutil.copytree(LOGS, packed)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(packed.rglob("*.*")):
            archive.write(path, path.relative_to(packed))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    for path in (packed, zipped):
        found = run(path)
        assert len(found["reading"]) == len(READERS)
        for table in ("flow", "host_name", "certificate", "carried_file", "destination"):
            assert found[table] == plain[table], table
