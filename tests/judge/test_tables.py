"""Where SQLite cannot answer a question DuckDB does, with the same verdicts, and says so once."""

from __future__ import annotations

import logging
import sqlite3
from datetime import date
from typing import Any

import pytest

import evenhand
from evenhand import decision
from evenhand.engines.few import Few
from evenhand.engines.kind import NotCarried
from evenhand.judge import tables
from tests.judge.bench import AS_OF
from tests.judge.test_decide import BOOK, DEMAND

NOTES = "evenhand.judge.tables"


def test_a_question_is_answered_by_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = evenhand.decide({"demand": DEMAND}, BOOK, AS_OF)
    monkeypatch.setattr(tables, "outcomes", None)  # DuckDB's way
    monkeypatch.setattr(tables, "ids_of", None)
    assert ours and evenhand.decide({"demand": DEMAND}, BOOK, AS_OF) == ours


@pytest.mark.parametrize("book", ["eu-gdpr-transfers", "us-bulk-data", "cn-pipl-cross-border"])
def test_the_same_over_the_law_that_ships(book: str, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [("US", "DE"), ("DE", "US"), ("FR", "GB"), ("DE", "HK"), ("US", "CN"), ("CN", None)]
    asked = [
        {
            "transfer": {
                "transfer": f"t{number}",
                "exporter_state": home,
                "importer_state": there,
                "separate_importer": True,
                "data_class": "personal",
                "covered_by": ["DPF"],
                "mechanism": "standard clauses",
                "people_in": home,
                "people_low": 200_000,
                "transaction": "data brokerage",
                "exemption": "none",
                "on_day": date(2025, 5 + number, 1),
            }
        }
        for number, (home, there) in enumerate(states)
    ]
    ours = evenhand.decide(asked, [book], AS_OF)
    monkeypatch.setattr(tables, "MOST", 0)
    monkeypatch.setattr(Few, "ask", None)
    assert len({v.outcome for v in ours}) > 1
    assert evenhand.decide(asked, [book], AS_OF) == ours


def test_what_is_not_carried_over_is_answered_by_duckdb(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ours = evenhand.decide({"demand": DEMAND}, BOOK, AS_OF)

    def refuse(*_: Any) -> None:
        raise NotCarried("not today")

    monkeypatch.setattr(Few, "ask", refuse)
    decision._desk.cache_clear()
    with caplog.at_level(logging.DEBUG, NOTES):
        assert evenhand.decide({"demand": DEMAND}, BOOK, AS_OF) == ours
        noted = len(caplog.messages)
        assert evenhand.decide({"demand": DEMAND}, BOOK, AS_OF) == ours
    assert 0 < noted == len(set(caplog.messages)) == len(caplog.messages)
    assert all("answered by DuckDB: not today" in m for m in caplog.messages)
    other = DEMAND | {"demand": "d2"}
    assert {v.subject for v in evenhand.decide({"demand": other}, BOOK, AS_OF)} == {"demand:d2"}
    decision._desk.cache_clear()


def test_a_text_that_sqlite_does_not_hold() -> None:
    asked = DEMAND | {"to_party": "a\0b"}
    (one,) = [v for v in evenhand.decide({"demand": asked}, BOOK, AS_OF) if v.clause == "5a"]
    assert one.outcome == "broken"
    again = evenhand.decide({"demand": DEMAND | {"demand": "d2"}}, BOOK, AS_OF)
    assert {v.subject for v in again} == {"demand:d2"}


def test_more_rows_than_sqlite_is_fast_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [{"demand": DEMAND | {"demand": f"d{n}", "on_day": date(2024, 1, n)}} for n in (1, 2)]
    ours = evenhand.decide(asked, BOOK, AS_OF)
    monkeypatch.setattr(tables, "MOST", 1)
    monkeypatch.setattr(Few, "ask", None)
    assert evenhand.decide(asked, BOOK, AS_OF) == ours


def test_an_old_sqlite_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = evenhand.decide({"demand": DEMAND}, BOOK, AS_OF)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 38, 5))
    monkeypatch.setattr(tables, "Few", None)
    decision._desk.cache_clear()
    assert evenhand.decide({"demand": DEMAND}, BOOK, AS_OF) == ours
    decision._desk.cache_clear()
