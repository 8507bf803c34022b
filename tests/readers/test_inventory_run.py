"""Inventories in a whole run: by a profile, beside their mapping, and when nothing fits.

Spec: docs/how-to/map-an-inventory.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.evidence import Evidence
from tests.conftest import ROOT, Run

MAPPING = """complete: [transfer]
facts:
  - table: transfer
    columns: {transfer: Ref, importer: To, importer_state: {column: Land, as: state}}
"""
TABLE = "Ref,To,Land\nt1,A,Germany\nt2,secret@example.org,India\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table and its mapping in a folder, and a profile beside it."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "t.csv").write_text(TABLE)
    (own / "t.map.yaml").write_text(MAPPING)
    (tmp_path / "profile.yaml").write_text("mappings: [own/t.map.yaml]\n")
    return tmp_path


def asked(evidence: Evidence, query: str) -> list[dict[str, Any]]:
    """The answer to a query of evidence."""
    found: list[dict[str, Any]] = evidence.connection.sql(query).to_arrow_table().to_pylist()
    return found


READINGS = "SELECT path, reader, outcome, reason FROM reading WHERE reader <> 'text' ORDER BY ALL"


@pytest.mark.parametrize("way", ["profile", "beside", "folder"])
def test_the_mapping_reaches_the_table(folder: Path, evenhand: Run, way: str) -> None:
    ways: dict[str, list[str | Path]] = {
        "profile": [folder / "own" / "t.csv", "--profile", folder / "profile.yaml"],
        "beside": [folder / "own" / "t.csv", folder / "own" / "t.map.yaml"],
        "folder": [folder / "own"],
    }
    done = evenhand("check", *ways[way], "--keep", folder / "kept", "--fail-on", "never")
    assert (done.returncode, done.stderr) == (0, "")
    kept = Evidence.load(folder / "kept")
    rows = asked(kept, "SELECT transfer, importer_state, grade FROM transfer")
    assert rows == [
        {"transfer": "t1", "importer_state": "DE", "grade": "declared"},
        {"transfer": "t2", "importer_state": "IN", "grade": "declared"},
    ]
    readings = asked(kept, READINGS)
    assert [(r["reader"], r["outcome"]) for r in readings] == [
        ("inventory", "read"),
        ("mapping", "read"),
    ]
    # one body of provenance: the table's row names the digest of the mapping
    linked = "SELECT o.path FROM mapped_sheet s JOIN occurrence o ON o.artefact = s.mapping"
    assert asked(kept, linked)[0]["path"].endswith("t.map.yaml")
    # no product of its own, and nothing of what was not mapped
    assert asked(kept, "FROM product") == []
    assert asked(kept, "FROM mention") == []


def test_a_mapping_in_a_folder_reads_nothing_beside_it(folder: Path, evenhand: Run) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "u.csv").write_text(TABLE.replace("t1", "u1"))
    done = evenhand("read", folder / "own", other, "-o", folder / "kept")
    assert done.returncode == 0
    kept = Evidence.load(folder / "kept")
    rows = asked(kept, "SELECT transfer FROM transfer ORDER BY 1")
    assert [r["transfer"] for r in rows] == ["t1", "t2"]


def test_a_mapping_that_fits_nothing_is_a_gap_and_said_aloud(folder: Path, evenhand: Run) -> None:
    facts = folder / "facts.yaml"
    facts.write_text("transfer: [{transfer: f1, importer_state: DE}]\ncomplete: [transfer]\n")
    table = folder / "own" / "t.csv"
    table.write_text(TABLE.replace("Land", "Country"))
    words = [folder / "own", facts, "-r", "eu-gdpr-transfers", "-f", "json"]
    done = evenhand("check", *words)
    assert "own/t.csv: no mapping fits this table: it has no column land" in done.stderr
    assert "own/t.map.yaml: this mapping fits no table that was given" in done.stderr
    assert "secret" not in done.stdout + done.stderr
    result = json.loads(done.stdout)
    # what the other file calls complete is not taken for the whole
    clause = next(c for c in result["clauses"] if c["clause"] == "44")
    assert clause["outcome"] == "not shown"
    by_path = {r["path"]: r for r in result["readings"] if r["reader"] == "inventory"}
    assert by_path["own/t.csv"]["outcome"] == "skipped"
    assert by_path["own/t.map.yaml"]["outcome"] == "unreadable"


def test_a_wrong_mapping_stops_the_run_where_the_user_named_it(folder: Path, evenhand: Run) -> None:
    (folder / "own" / "t.map.yaml").write_text("facts: []\ncolour: red\n")
    done = evenhand("check", folder / "own" / "t.csv", "--profile", folder / "profile.yaml")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 2 and all("own/t.map.yaml:" in line for line in lines)
    done = evenhand("check", folder / "own")
    assert done.returncode == 2
    assert "t.map.yaml:2: colour is not known here" in done.stderr


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("mappings: [own/none.map.yaml]\n", "profile.yaml:1: own/none.map.yaml: No such file"),
        ("mappings: [own/t.csv]\n", "profile.yaml:1: own/t.csv: the name of a mapping ends in"),
        ("mappings: {a: b}\n", "profile.yaml:1: mappings is not a list of files"),
    ],
)
def test_a_profile_names_mappings_that_are_there(
    folder: Path, evenhand: Run, said: str, message: str
) -> None:
    (folder / "profile.yaml").write_text(said)
    done = evenhand("check", folder / "own" / "t.csv", "--profile", folder / "profile.yaml")
    assert done.returncode == 2
    assert message in done.stderr


def test_the_same_whatever_the_number_of_jobs(folder: Path, evenhand: Run) -> None:
    for number in range(70):
        (folder / "own" / f"n{number}.csv").write_text(TABLE.replace("t1", f"n{number}"))
    words = ["check", folder / "own", "-r", "eu-gdpr-transfers", "-f", "json", "--as-of"]
    one, two = (evenhand(*words, "2026-06-01", "--jobs", n).stdout for n in ("1", "3"))
    assert one == two
    assert "n69.csv" in one


@pytest.mark.parametrize("name", ["transfers", "ropa", "vendors", "access"])
def test_the_examples_fit(tmp_path: Path, evenhand: Run, name: str) -> None:
    home = ROOT / "examples" / "inventory"
    (table,) = [p for p in home.glob(f"{name}.*") if p.suffix in (".xlsx", ".csv")]
    done = evenhand("read", table, home / f"{name}.map.yaml", "-o", tmp_path / "kept")
    assert (done.returncode, done.stderr) == (0, f"wrote {tmp_path / 'kept'}\n")
    rows = asked(Evidence.load(tmp_path / "kept"), "SELECT rows_read, rows_left FROM mapped_sheet")
    assert rows and all(r["rows_left"] == 0 for r in rows)
