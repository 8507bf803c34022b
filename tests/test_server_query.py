"""Queries of database servers: asked where the profile says so, their secrets told to nobody.

Spec: docs/how-to/map-an-inventory.md.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from evenhand.errors import Mistakes, UserError
from evenhand.judge import profile
from evenhand.server_query import Query, answers
from tests.conftest import Run

MAPPING = "facts: [{table: transfer, columns: {transfer: ref, people_high: people}}]\n"
SECRET = "hunter2"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database reached by its address, as a server is."""
    path = tmp_path / "d.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE flows(ref, people, x); INSERT INTO flows VALUES('a', 5, 1), ('b', NULL, 'y')"
    )
    connection.close()
    monkeypatch.setenv("INVENTORY_URL", f"sqlite:///{path}")
    return path


def asked(text: str) -> Query:
    """A query."""
    return Query("flows", "INVENTORY_URL", text, "p.yaml:1")


def test_an_answer_is_read_by_a_mapping_as_any_table_is(
    server: Path, tmp_path: Path, evenhand: Run
) -> None:
    (tmp_path / "m.map.yaml").write_text(MAPPING)
    (tmp_path / "note.txt").write_text("nothing\n")
    said = "mappings: [m.map.yaml]\nqueries:\n- name: flows\n  url_in: INVENTORY_URL\n"
    (tmp_path / "p.yaml").write_text(said + "  query: SELECT ref, people FROM flows\n")
    words = ["check", tmp_path / "note.txt", "--profile", tmp_path / "p.yaml", "-f", "json"]
    done = evenhand(*words, "--keep", tmp_path / "kept")
    assert done.returncode == 0, done.stderr
    assert "sqlite://" not in done.stdout + done.stderr
    query = "SELECT transfer, people_high, locator FROM transfer ORDER BY 1"
    rows = json.loads(evenhand("sql", tmp_path / "kept", query, "-f", "json").stdout)
    assert rows == [
        {"transfer": "a", "people_high": 5, "locator": "row 1"},
        {"transfer": "b", "people_high": None, "locator": "row 2"},
    ]


def test_types_and_no_rows(server: Path, tmp_path: Path) -> None:
    (path,) = answers([asked("SELECT ref, people, x FROM flows ORDER BY ref")], tmp_path)
    assert pq.read_table(path).to_pylist() == [
        {"ref": "a", "people": 5, "x": "1"},
        {"ref": "b", "people": None, "x": "y"},
    ]
    (path,) = answers([asked("SELECT ref FROM flows WHERE people = 9")], tmp_path)
    assert pq.read_table(path).column_names == ["ref"]


def test_nothing_is_changed(server: Path, tmp_path: Path) -> None:
    answers([asked("DELETE FROM flows RETURNING ref")], tmp_path)
    assert sqlite3.connect(server).execute("SELECT count(*) FROM flows").fetchall() == [(2,)]


@pytest.mark.parametrize(
    "url", [f"sqlite:////no/{SECRET}/d.db", f"none://u:{SECRET}@h/d", f"{SECRET}", ""]
)
def test_what_goes_wrong_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("INVENTORY_URL", url)
    with pytest.raises(UserError) as caught:
        answers([asked("SELECT 1")], tmp_path)
    assert str(caught.value).startswith("p.yaml:1: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or not caught.value.__context__


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(UserError, match=r"pip install 'evenhand\[database\]'"):
        answers([asked("SELECT 1")], tmp_path)


def test_a_profile_names_queries_in_full(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("queries:\n- {name: ../x, url_in: A, query: B}\n- {name: y, url: Z}\n")
    with pytest.raises(Mistakes) as caught:
        profile.load(path)
    said = [line.removeprefix(f"{path}:") for line in caught.value.lines]
    assert sorted(said) == [
        "2: name: letters, digits, - and _ are wanted",
        "3: query is missing",
        "3: url is not known here",
        "3: url_in is missing",
    ]
