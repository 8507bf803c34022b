"""OSCAL: valid against the official schemas, honest about what is not shown, the same every time.

Spec: NIST OSCAL 1.1.2 to 1.2.2, JSON schemas (draft 07; patterns are ECMA-262 with `u`).
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evenhand import reports
from evenhand.judge import oscal as catalogue
from evenhand.judge import rulebook
from evenhand.judge.result import Result
from evenhand.reports import Options, oscal
from tests.conftest import Run
from tests.reports.extremes import binding_sample, empty_sample, hostile_sample, large_sample
from tests.reports.sample import sample

# Python's `re` knows no \p{…}: the same sets in its own words.
CLASSES = {r"\\p{L}": r"[^\\W\\d_]", r"\\p{N}": r"\\d"}
RESULTS = {"sample": sample, "empty": empty_sample, "hostile": hostile_sample,
           "binding": binding_sample}  # fmt: skip


def schemas(shared: Path, part: str) -> Iterator[jsonschema.Draft7Validator]:
    """The official schema of one model, and of every version of the whole."""
    folder = shared / "data" / "standards" / "oscal" / "schema"
    paths = [folder / f"oscal_{part}_schema.json", *sorted(folder.glob("oscal_complete_*.json"))]
    assert len(paths) == 4
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for theirs, ours in CLASSES.items():
            text = text.replace(theirs, ours)
        assert r"\\p{" not in text
        yield jsonschema.Draft7Validator(json.loads(text))


def document(result: Result) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(oscal.render(result, Options()))
    return whole


def walk(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from walk(inner)


def findings(result: Result) -> dict[str, dict[str, Any]]:
    one = document(result)["assessment-results"]["results"][0]
    return {f["target"]["target-id"]: f for f in one["findings"]}


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_results_are_valid(name: str, shared: Path) -> None:
    made = document(RESULTS[name]())
    for schema in schemas(shared, "assessment-results"):
        schema.validate(made)


def test_every_shipped_rulebook_is_a_valid_catalogue(shared: Path) -> None:
    for schema in schemas(shared, "catalog"):
        for name in rulebook.names():
            schema.validate(json.loads(catalogue.catalog(rulebook.load(name), date(2026, 1, 1))))


def test_the_schemas_as_we_read_them_can_fail(shared: Path) -> None:
    for place, wrong in (("uuid", "1"), ("results", []), ("metadata", {})):
        made = document(sample())
        made["assessment-results"][place] = wrong
        assert not any(s.is_valid(made) for s in schemas(shared, "assessment-results"))
    made = document(sample())
    target = made["assessment-results"]["results"][0]["findings"][0]["target"]
    target["target-id"] = "2 is no token"
    assert not any(s.is_valid(made) for s in schemas(shared, "assessment-results"))


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_ids_are_of_version_5_and_every_reference_leads_somewhere(name: str) -> None:
    made = document(RESULTS[name]())
    ids = [row["uuid"] for row in walk(made) if isinstance(row, dict) and "uuid" in row]
    assert {uuid.UUID(i).version for i in ids} == {5}
    assert [i for i, times in Counter(ids).items() if times > 1] == []
    text = json.dumps(made)
    for key in ("subject-uuid", "actor-uuid", "component-uuid", "observation-uuid"):
        assert set(re.findall(rf'"{key}": "([^"]+)"', text)) <= set(ids)
    assert set(re.findall(r'"href": "#([^"]+)"', text)) <= set(ids)


def test_the_same_result_gives_the_same_document_and_another_gives_another_id() -> None:
    one, other = document(sample()), document(replace(sample(), as_of=date(2026, 11, 22)))
    assert one == document(sample())
    assert one["assessment-results"]["uuid"] != other["assessment-results"]["uuid"]
    subjects = [
        [i["uuid"] for i in d["assessment-results"]["results"][0]["local-definitions"]
         ["inventory-items"]]
        for d in (one, other)
    ]  # fmt: skip
    assert subjects[0] == subjects[1]  # the same thing on another day


def test_times_are_the_day_as_of_which_was_judged() -> None:
    text = oscal.render(sample(), Options())
    times = set(re.findall(r"\d{4}-\d\d-\d\dT[^\"]*", text))
    assert times == {"2026-11-21T00:00:00Z"}


def test_only_what_holds_is_satisfied_and_the_rest_says_what_it_is() -> None:
    whole = sample()
    made = findings(whole)
    assert len(made) == len(whole.clauses)
    assert {c.outcome for c in whole.clauses} >= {"holds", "broken", "not shown"}
    for row in whole.clauses:
        one = made[catalogue.statement_id(row.rulebook, row.clause)]
        status = one["target"]["status"]
        assert (status["state"] == "satisfied") == (row.outcome == "holds")
        assert status["reason"] == oscal.REASON[row.outcome]
        assert status["remarks"] in one["description"]
        if row.outcome == "not shown":
            assert status["remarks"].startswith("Not shown:")
            assert row.why_not_shown
            for why in row.why_not_shown:
                assert catalogue.line(why) in status["remarks"]
        number = sum(row.counts.values())
        assert len(one.get("related-observations", [])) == number


def test_not_applicable_is_said_in_words() -> None:
    whole = sample()
    rows = tuple(c._replace(outcome="not applicable", counts={}) for c in whole.clauses)
    for one in findings(replace(whole, clauses=rows)).values():
        assert one["target"]["status"]["state"] == "not-satisfied"
        assert one["target"]["status"]["reason"] == "not-applicable"
        assert one["target"]["status"]["remarks"].startswith("Not applicable:")
        assert one["target"]["implementation-status"]["state"] == "not-applicable"


def test_a_text_that_binds_nobody_is_not_met_rather_than_broken() -> None:
    binding = findings(binding_sample())
    assert all("non-binding" not in f["target"]["status"]["remarks"] for f in binding.values())
    whole = sample()
    broken = [c for c in whole.clauses if c.outcome == "broken"]
    assert broken
    for row in broken:
        one = findings(whole)[catalogue.statement_id(row.rulebook, row.clause)]
        assert one["target"]["status"]["remarks"].startswith("Not met (non-binding)")


def test_every_verdict_is_an_observation_with_its_evidence() -> None:
    whole = sample()
    one = document(whole)["assessment-results"]
    files = {r["uuid"]: r for r in one["back-matter"]["resources"]}
    seen = [o for o in one["results"][0]["observations"] if "subjects" in o]
    assert len(seen) == len(whole.verdicts)
    verdict = next(v for v in whole.verdicts if v.clause == "7a" and v.outcome == "broken")
    (found,) = [o for o in seen if o["subjects"][0]["title"] == verdict.subject
                and "7a" in o["title"]]  # fmt: skip
    assert len(found["relevant-evidence"]) == len(verdict.evidence)
    for shown, row in zip(found["relevant-evidence"], verdict.evidence, strict=True):
        hashes = files[shown["href"][1:]]["rlinks"][0]["hashes"]
        assert hashes == [{"algorithm": "SHA-256", "value": row.artefact[7:]}]
        assert {"name": "fact", "ns": catalogue.NAMESPACE, "value": row.fact} in shown["props"]


def test_what_was_not_read_is_there() -> None:
    one = document(sample())["assessment-results"]["results"][0]
    said = [o["description"] for o in one["observations"] if o["types"] == ["not-read"]]
    assert any("the file is empty" in s for s in said)
    assert any("the last packet is cut off" in s for s in said)


def test_a_hostile_text_is_no_markup() -> None:
    one = document(hostile_sample())["assessment-results"]["results"][0]
    said = " ".join(o["description"] for o in one["observations"])
    assert r"\<script\>alert(1)" in said
    assert not re.search(r"(?<!\\)<", said)


def test_many_rows_stay_one_a_line() -> None:
    text = oscal.render(large_sample(400), Options())
    assert (
        len([line for line in text.splitlines() if '"types": ["control-objective"]' in line]) > 200
    )


@pytest.mark.parametrize(
    "text", ["1a", "a b", "a/b", "", "é", "²", "a\u0301", "x" * 300, "-", "中国"]
)
def test_a_token_is_a_token(text: str) -> None:
    assert re.fullmatch(r"([^\W\d_]|_)([^\W\d_]|\d|[.\-_])*", catalogue.token(text))


def test_tokens_of_different_texts_differ() -> None:
    made = {catalogue.token(t) for t in ("a b", "a/b", "a-b", "a\tb", "", "-", "1", "_1 ")}
    assert len(made) == 8


def test_a_suffix_that_says_more_wins() -> None:
    assert reports.named(None, Path("a.oscal.json")).name == "oscal"
    assert reports.named(None, Path("a.json")).name == "json"
    assert reports.named("json", Path("a.oscal.json")).name == "json"


def test_the_catalogue_says_whom_a_clause_addresses_and_whether_it_binds() -> None:
    made = json.loads(catalogue.catalog(rulebook.load("gids-2020"), date(2026, 1, 1)))["catalog"]
    controls = {c["id"]: c for g in made["groups"] for c in g["controls"]}
    assert len(controls) == 18
    said = {p["name"]: p["value"] for p in controls["gids-2020_5a"]["props"]}
    assert said["binding"] == "false"
    assert said["since"] == "2020-09-08"
    assert said["cites"] == "law/initiative.yaml#GIDS-5a"
    assert said["addressee"] == "state"
    assert said["label"] == "5a"
    values = {p["label"]: p.get("values") for p in controls["gids-2020_5a"]["params"]}
    assert values["permission"] == ["direct access"]
    parts = {p["name"] for p in controls["gids-2020_2a"]["parts"]}
    assert parts == {"statement", "guidance"}  # undecidable: no objective


def test_the_command_writes_both(evenhand: Run, tmp_path: Path) -> None:
    facts, report = tmp_path / "facts.yaml", tmp_path / "report.oscal.json"
    row = "{product: p, vulnerability: V1, serious: true, known_on: 2026-01-01}"
    facts.write_text(f"vulnerability:\n  - {row}\n", encoding="utf-8")
    done = evenhand("check", facts, "--as-of", "2026-01-01", "-o", report)
    assert done.returncode == 0, done.stderr
    made = json.loads(report.read_text(encoding="utf-8"))["assessment-results"]["results"][0]
    assert len(made["findings"]) == 24
    done = evenhand("check", facts, "--as-of", "2026-01-01", "-f", "oscal")
    assert done.stdout == report.read_text(encoding="utf-8")
    done = evenhand("rulebook", "export", "gids-2020", "-f", "oscal", "--as-of", "2026-01-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout == catalogue.catalog(rulebook.load("gids-2020"), date(2026, 1, 1))
