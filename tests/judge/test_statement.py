"""What a check may say: one SELECT over fact tables. Two walls: the parser, and a locked engine.

Spec: DESIGN (allow-list of what a check may use).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenhand.engines import duckdb as engine
from evenhand.errors import Mistakes, UserError
from evenhand.judge import rulebook, statement
from tests.conftest import ROOT

# What tries to write, to read what is no fact, to call out, to run without end, or to deceive.
FORBIDDEN = {
    "nothing": "",
    "no SQL": "SELEC 1",
    "two statements": "SELECT 1 AS subject; SELECT 2",
    "insert": "INSERT INTO flow VALUES (1)",
    "update": "UPDATE flow SET id = 1",
    "delete": "DELETE FROM flow",
    "create": "CREATE TABLE x AS SELECT 1",
    "drop": "DROP TABLE flow",
    "pragma": "PRAGMA database_list",
    "attach": "ATTACH 'x.db'",
    "copy out": "COPY flow TO 'out.csv'",
    "copy a query": "COPY (SELECT * FROM flow) TO 'out.csv'",
    "export": "EXPORT DATABASE 'folder'",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "set": "SET memory_limit = '1TB'",
    "call": "CALL duckdb_tables()",
    "describe": "DESCRIBE flow",
    "from first": "FROM 'secret.csv'",
    "file by name": "SELECT * FROM 'secret.csv'",
    "file by quoted name": 'SELECT * FROM "secret.csv"',
    "read_csv": "SELECT * FROM read_csv('secret.csv')",
    "read_csv_auto": "SELECT * FROM read_csv_auto('secret.csv')",
    "read_parquet": "SELECT * FROM read_parquet('secret.parquet')",
    "read_text": "SELECT content FROM read_text('/etc/passwd')",
    "read_json": "SELECT * FROM read_json('x.json')",
    "glob": "SELECT * FROM glob('*')",
    "read in a scalar": "SELECT id AS subject, (SELECT max(c) FROM read_text('x') t(c)) FROM flow",
    "range": "SELECT * FROM range(1000000000000)",
    "generate_series": "SELECT * FROM generate_series(1, 1000000000000)",
    "getenv": "SELECT getenv('HOME') AS subject FROM flow",
    "current_setting": "SELECT current_setting('memory_limit') AS subject FROM flow",
    "random": "SELECT random() AS subject FROM flow",
    "now": "SELECT now() AS subject FROM flow",
    "current_date": "SELECT current_date AS subject FROM flow",
    "current_timestamp": "SELECT current_timestamp AS subject FROM flow",
    "unknown function": "SELECT no_such_function(id) AS subject FROM flow",
    "query": "SELECT * FROM query('SELECT 1')",
    "query_table": "SELECT * FROM query_table('flow')",
    "system table": "SELECT * FROM duckdb_settings()",
    "catalogue": "SELECT * FROM information_schema.tables",
    "other schema": "SELECT * FROM base.flow",
    "other database": "SELECT * FROM memory.evidence.flow",
    "no fact table": "SELECT * FROM secret",
    "recursive": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT 1",
    "cycle": "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a",
    "itself": "WITH a AS (SELECT * FROM a) SELECT * FROM a",
    "alias out of scope": "SELECT * FROM secret JOIN (WITH secret AS (SELECT 1 AS x) SELECT * "
    "FROM secret) AS s ON TRUE",
    "pivot": "PIVOT flow ON protocol USING count(*)",
    "lambda": "SELECT list_transform([1], x -> getenv('HOME')) AS subject FROM flow",
    "repeat": "SELECT repeat('x', 1000000000) AS subject FROM flow",
    "method call": "SELECT id.md5() AS subject FROM flow",
    "open text": "SELECT 'x",
    "deep": "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "wide": "SELECT " + "NOT " * 20000 + "TRUE",
    "sample": "SELECT id AS subject FROM flow USING SAMPLE 10",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_parser_refuses(name: str) -> None:
    with pytest.raises(UserError):
        statement.tables_read(FORBIDDEN[name], ())


def test_what_is_allowed_is_allowed() -> None:
    sql = (
        "WITH a AS (SELECT state, count(*) AS n FROM membership GROUP BY state), "
        "b AS (SELECT * FROM a WHERE n > 1) "
        "SELECT d.demand AS subject FROM demand AS d LEFT JOIN b ON b.state = d.by_state "
        "WHERE d.grade IN (SELECT value FROM p_grade)"
    )
    assert statement.tables_read(sql, ["grade"]) == {"membership", "demand"}


# The same walls once more, where somebody finds a way past the parser.
OUT = {
    "read": "SELECT * FROM read_csv('{folder}/secret.csv')",
    "read by name": "SELECT * FROM '{folder}/secret.csv'",
    "text": "SELECT content FROM read_text('/etc/passwd')",
    "glob": "SELECT * FROM glob('/*')",
    "write": "COPY (SELECT 1) TO '{folder}/written.csv'",
    "attach": "ATTACH '{folder}/written.db'",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "open again": "SET enable_external_access = true",
    "unlock": "SET lock_configuration = false",
    "folders": "SET allowed_directories = ['/']",
    "memory": "SET memory_limit = '100GB'",
    "export": "EXPORT DATABASE '{folder}/written'",
}


@pytest.mark.parametrize("name", OUT)
def test_the_locked_engine_refuses(name: str, tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    connection = engine.connect()
    engine.create_tables(connection)
    engine.lock(connection)
    with pytest.raises(duckdb.Error):
        connection.execute(OUT[name].format(folder=tmp_path)).fetchall()
    assert [p.name for p in tmp_path.iterdir()] == ["secret.csv"]


def test_a_rulebook_of_ones_own_is_refused_with_the_place(tmp_path: Path) -> None:
    home = tmp_path / "rules"
    shutil.copytree(ROOT / "examples" / "origin-list", home)
    (check,) = home.rglob("check.sql")
    check.write_text("SELECT content AS subject FROM read_text('/etc/passwd')\n")
    with pytest.raises(UserError) as caught:
        rulebook.load_all([str(home)])
    assert "check.sql" in str(caught.value) and "read_text" in str(caught.value).lower()


def test_all_mistakes_of_a_rulebook_are_said_at_once(tmp_path: Path) -> None:
    home = tmp_path / "rules"
    shutil.copytree(ROOT / "examples" / "origin-list", home)
    book = home / "rulebook.yaml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text + "colour: red\n", encoding="utf-8")
    (check,) = home.rglob("check.sql")
    check.write_text("DROP TABLE flow\n")
    with pytest.raises(Mistakes) as caught:
        rulebook.load_all([str(home)])
    lines = "\n".join(caught.value.lines)
    assert "colour" in lines and "check.sql" in lines
    assert all(line.split(": ")[0].rpartition(":")[2].isdigit() for line in caught.value.lines)
