"""Facts given directly: cast by column, every mistake at once with its line, no law smuggled in.

Spec: docs/reference/facts.schema.json; CONVENTIONS (Errors).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.readers import Batch, Complete, facts_file
from evenhand.recognise import readers_for


def artefact(path: Path, parent: str | None = None) -> Artefact:
    """A file as the pipeline hands it on."""
    return Artefact(path.name, path, "sha256:" + "0" * 64, path.stat().st_size, parent)


def given(folder: Path, name: str, text: str | bytes) -> list[Any]:
    """What the reader yields for a file of this name and content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(facts_file.read(artefact(path)))


def mistakes(folder: Path, name: str, text: str | bytes) -> list[str]:
    """The mistakes that the reader finds in such a file."""
    with pytest.raises(Unreadable) as caught:
        given(folder, name, text)
    return caught.value.reason.split("; ")


TRANSFER = {
    "transfer": "t1",
    "exporter_state": "NO",
    "consent": "no",
    "people_low": "1_000",
    "on_day": "2024-02-29",
}


def test_yaml_json_csv_and_tsv_say_the_same(tmp_path: Path) -> None:
    yaml = "transfer:\n  - {" + ", ".join(f"{k}: {v}" for k, v in TRANSFER.items()) + "}\n"
    json = '{"transfer": [{' + ", ".join(f'"{k}": "{v}"' for k, v in TRANSFER.items()) + "}]}"
    rows = [
        given(tmp_path, "f.yaml", yaml)[0],
        given(tmp_path, "f.json", json)[0],
        given(tmp_path, "transfer.csv", ";".join(TRANSFER) + "\n" + ";".join(TRANSFER.values()))[0],
        given(tmp_path, "transfer.tsv", "\t".join(TRANSFER) + "\n" + "\t".join(TRANSFER.values()))[
            0
        ],
    ]
    assert {r._replace(locator="") for r in rows} == {rows[0]._replace(locator="")}
    assert [r.locator for r in rows] == ["/transfer/0", "/transfer/0", "row 1", "row 1"]
    row = rows[0]
    assert (row.exporter_state, row.consent, row.people_low) == ("NO", False, 1000)
    assert (row.on_day, row.grade) == (date(2024, 2, 29), "declared")


def test_scalars_are_text_until_their_column_says_more(tmp_path: Path) -> None:
    (row,) = given(
        tmp_path,
        "f.yaml",
        "flow:\n  - {client_address: 010.1.1.1, server_address: 2.0, protocol: on, layer: 1e3,\n"
        "     client_port: 0, server_port: 443, packets_sent: 1, bytes_sent: 1,\n"
        "     packets_received: 0, bytes_received: 0, first_seen: 2024-01-01T00:00:00Z,\n"
        "     last_seen: 2024-01-01T01:00:00+01:00}\n",
    )
    assert (row.client_address, row.server_address) == ("010.1.1.1", "2.0")
    assert (row.protocol, row.layer) == ("on", "1e3")
    assert row.first_seen == row.last_seen == datetime(2024, 1, 1, tzinfo=UTC)


def test_no_value_and_an_empty_text_are_not_the_same(tmp_path: Path) -> None:
    rows = given(tmp_path, "f.yaml", 'party:\n- {party: P, role: x, use: ~, product: ""}\n')
    assert (rows[0].use, rows[0].product) == (None, "")


def test_every_mistake_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = """transfer:
  - transfer: t1
    exporter_state: Norway
    people_low: many
  - exporter: nobody
    consent: maybe
    colour: red
party: nobody
nonsense: []
artefact:
  - {kind: x}
complete: [transfer, all]
demand:
  - just text
  - {demand: d1, on_day: 2024-02-30, grade: observed}
"""
    found = mistakes(tmp_path, "f.yaml", text)
    wanted = {
        "f.yaml:3": "no ISO 3166-1 alpha-2 code",
        "f.yaml:4": "'many' is no number",
        "f.yaml:5": "transfer is missing",
        "f.yaml:6": "'maybe' is neither true nor false",
        "f.yaml:7": "transfer has no column colour (it has ",
        "f.yaml:8": "party is not a list of rows",
        "f.yaml:9": "nonsense is no table",
        "f.yaml:10": "artefact is no table",
        "f.yaml:12": "all is no table",
        "f.yaml:14": "a row of demand is not a mapping",
        "f.yaml:15": "'2024-02-30' is no day as YYYY-MM-DD",
    }
    for place, message in wanted.items():
        assert [f for f in found if f.startswith(place + ": ") and message in f], (place, found)
    assert [f for f in found if "grade observed is none of" in f]
    assert len(found) == len(wanted) + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("transfer:\n  - {transfer: a, transfer: b}\n", "f.yaml:2: transfer is given twice"),
        ("party: []\nparty: []\n", "f.yaml:2: party is given twice"),
        ("transfer: &x\n  - {transfer: a}\n", "f.yaml:1: anchors and aliases are not read"),
        ("transfer:\n  - *x\n", "f.yaml:2: anchors and aliases are not read"),
        ("transfer:\n  - {transfer: [\n", "f.yaml:3: "),
        ("transfer:\n" + "  - " * 40 + "x", "f.yaml:2: nested more than 32 deep"),
        ("- transfer\n", "f.yaml:1: not a mapping of fact tables"),
        ("transfer:\n  - {transfer: {a: b}}\n", "f.yaml:2: transfer: a single value is wanted"),
        ("transfer:\n  - {transfer: !!python/object:os.system x}\n", "f.yaml:2: tags such as tag"),
    ],
)
def test_documents_that_are_wrong(tmp_path: Path, text: str, message: str) -> None:
    assert mistakes(tmp_path, "f.yaml", text)[0].startswith(message)


def test_mistakes_without_end_are_counted(tmp_path: Path) -> None:
    text = "transfer:\n" + "  - {transfer: t, consent: maybe}\n" * 500
    found = mistakes(tmp_path, "f.yaml", text)
    assert len(found) == 101
    assert found[-1] == "f.yaml: and 400 more"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("transfer.csv", "transfer,colour\nt,red\n", "transfer.csv:1: transfer has no column col"),
        ("transfer.csv", "transfer,consent,consent\nt,,\n", "transfer.csv:1: column consent is g"),
        ("transfer.csv", "exporter\nE\n", "transfer.csv:1: transfer: column transfer is missing"),
        ("transfer.csv", "transfer,consent\nt,no,x\n", "transfer.csv:2: more cells than columns"),
        ("transfer.csv", "transfer,consent\nt,no\n,yes\n", "transfer.csv:3: transfer: transfer is"),
        ("transfer.csv", 'transfer,exporter\nt,\0\n"t"2,\n', "transfer.csv:3: "),
        ("transfer.csv", "transfer,exporter\nt," + "x" * 200_000, "transfer.csv:2: field larger"),
        ("occurrence.csv", "path\nx\n", "occurrence.csv:1: facts cannot be given for occurrence"),
    ],
)
def test_tables_that_are_wrong(tmp_path: Path, name: str, text: str, message: str) -> None:
    assert mistakes(tmp_path, name, text)[0].startswith(message)


def parquet(folder: Path, columns: dict[str, Any], name: str = "transfer.parquet") -> Path:
    """A Parquet file with these columns."""
    pq.write_table(pa.table(columns), folder / name)
    return folder / name


def test_parquet_is_cast_and_graded(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        {
            "id": ["kept/1"],
            "transfer": pa.array(["t1"]).dictionary_encode(),
            "people_low": pa.array([5], pa.int8()),
            "on_day": ["2024-01-02"],
            "exporter_state": ["NO"],
        },
    )
    (batch,) = list(facts_file.read(artefact(path)))
    assert isinstance(batch, Batch)
    (row,) = batch.rows.to_pylist()
    assert row["grade"] == "declared" and row["locator"] == "row 1" and "id" not in row
    assert (row["people_low"], row["on_day"]) == (5, date(2024, 1, 2))


@pytest.mark.parametrize(
    ("columns", "messages"),
    [
        ({"transfer": ["t"], "colour": ["x"]}, ["transfer has no column colour"]),
        ({"exporter": ["t"]}, ["column transfer is missing"]),
        ({"transfer": ["t", None]}, ["row 2: transfer: None may not stand here"]),
        (
            {"transfer": ["t", "u"], "exporter_state": ["NO", "Norway"], "consent": ["x", "y"]},
            ["row 2: exporter_state: Norway may not", "consent: "],
        ),
        ({"transfer": ["t"], "grade": ["observed"]}, ["grade: observed may not stand here"]),
        ({"transfer": ["t"], "grade": pa.array([None], pa.string())}, ["grade: None may not"]),
    ],
)
def test_parquet_that_is_wrong(
    tmp_path: Path, columns: dict[str, Any], messages: list[str]
) -> None:
    with pytest.raises(Unreadable) as caught:
        list(facts_file.read(artefact(parquet(tmp_path, columns))))
    assert all(m in caught.value.reason for m in messages), caught.value.reason


def test_parquet_that_is_damaged(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"transfer": ["t"] * 1000})
    data = bytearray(path.read_bytes())
    data[-200:-8] = b"\xff" * 192
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="not readable as Parquet"):
        list(facts_file.read(artefact(path)))


def test_complete_is_said_of_tables(tmp_path: Path) -> None:
    items = given(tmp_path, "f.yaml", "complete: [transfer, demand]\ntransfer: []\n")
    assert items == [Complete("transfer"), Complete("demand")]


def test_facts_inside_an_archive_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("complete: [hidden_access]\nhidden_access: []\n")
    inside = artefact(path, parent="sha256:" + "1" * 64)
    with pytest.raises(Unreadable, match="inside an archive"):
        list(facts_file.read(inside))
    found = [r.name for r in readers_for(inside)[0]]
    assert found == ["build_step", "facts_file", "other_source", "text"]
    assert [r.name for r in readers_for(artefact(path))[0]] == ["facts_file"]
