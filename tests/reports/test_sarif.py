"""The SARIF report against the standard's schema and what its readers rely on.

Spec: OASIS SARIF 2.1.0. The Multitool is run by `scripts/validate_sarif.sh`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from evenhand.judge.result import ArtefactRow, EvidenceRow, Result
from evenhand.reports import Options, sarif
from tests.reports.extremes import (
    binding_sample,
    empty_sample,
    hostile_sample,
    large_sample,
    plain_sample,
)
from tests.reports.sample import digest, sample

SCHEMA = Path(__file__).parents[2] / "../shared/data/standards/sarif/schema/sarif-schema-2.1.0.json"


def run(result: Result) -> Any:
    return json.loads(sarif.render(result, Options()))["runs"][0]


def results(result: Result, rule: str) -> list[Any]:
    return [r for r in run(result)["results"] if r["ruleId"] == rule]


def of_verdicts(result: Result) -> list[Any]:
    return [r for r in run(result)["results"] if not r["ruleId"].startswith("evenhand/")]


@pytest.mark.skipif(not SCHEMA.exists(), reason="the folder `shared` is not beside the project")
@pytest.mark.parametrize(
    "build", [sample, plain_sample, binding_sample, empty_sample, hostile_sample]
)
def test_log_is_valid(build: Callable[[], Result]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    valid = jsonschema.validators.validator_for(schema)(schema)
    log = json.loads(sarif.render(build(), Options()))
    assert [e.message for e in valid.iter_errors(log)] == []
    log["runs"][0]["results"] = [{"level": "error"}]  # a result without a message
    assert not valid.is_valid(log)


def test_a_finding_to_look_at_is_a_note_with_a_stable_key() -> None:
    rows = [r for r in run(sample())["results"] if r not in of_verdicts(sample())]
    assert [r["ruleId"].rpartition("/")[2] for r in rows] == [
        "fixed-secret", "debug-entrance", "collects-and-sends",
    ]  # fmt: skip
    assert {r["level"] for r in rows} == {"note"}
    assert [r["rank"] for r in rows] == [93, 62, 50]
    assert "not shown, look here (strength 0.62)" in rows[1]["message"]["text"]
    later = tuple(f._replace(locator="line 999", fact="x/y/0/7") for f in sample().findings)
    again = run(replace(sample(), findings=later))["results"][-3:]
    keys = [[r["partialFingerprints"] for r in made] for made in (rows, again)]
    assert keys[0] == keys[1]
    assert len({str(k) for k in keys[0]}) == 3


def test_what_only_findings_are_evidence_for_is_told_once() -> None:
    whole = sample()
    open_one = next(v for v in whole.verdicts if v.outcome == "not shown" and v.evidence)
    facts = tuple(e.fact for e in open_one.evidence)
    findings = tuple(whole.findings[0]._replace(fact=fact, about=fact) for fact in facts)
    assert len(of_verdicts(replace(whole, verdicts=(open_one,)))) == 1
    told = replace(whole, verdicts=(open_one,), findings=findings)
    assert of_verdicts(told) == []
    more = open_one._replace(evidence_total=len(facts) + 1)
    assert len(of_verdicts(replace(told, verdicts=(more,)))) == 1


def test_only_a_clause_that_binds_can_be_an_error() -> None:
    assert {r["level"] for r in run(sample())["results"]} == {"warning", "note"}
    assert [r["level"] for r in run(binding_sample())["results"]] == ["error"]
    levels = {r["id"]: r["defaultConfiguration"]["level"] for r in _rules(binding_sample())}
    assert levels == {"example-act-2024/12": "error"}


def _rules(result: Result) -> list[Any]:
    rules: list[Any] = run(result)["tool"]["driver"]["rules"]
    return rules


def test_what_is_not_shown_is_a_note_and_only_where_there_is_evidence() -> None:
    notes = [r for r in results(sample(), "gids-2020/7a") if r["level"] == "note"]
    assert [r["properties"]["subject"] for r in notes] == ["product:birch-edge-5"]
    assert all(r["properties"]["outcome"] == "not shown" for r in notes)
    outcomes = {r["properties"]["outcome"] for r in of_verdicts(sample())}
    assert outcomes == {"broken", "not shown"}


def test_a_waived_verdict_is_suppressed_and_no_other() -> None:
    suppressed = [r for r in run(sample())["results"] if "suppressions" in r]
    assert [r["ruleId"] for r in suppressed] == ["gids-2020/8a"]
    assert suppressed[0]["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_every_clause_is_a_rule_with_its_remedy_and_every_result_finds_its_rule() -> None:
    found = run(sample())
    rules = found["tool"]["driver"]["rules"]
    assert len(rules) == len({r["id"] for r in rules}) == 24 + 3  # kinds of findings
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    help_text = next(r["help"]["text"] for r in rules if r["id"] == "gids-2020/7a")
    assert "Remove the access" in help_text


def test_a_result_without_a_text_still_has_a_rule() -> None:
    bare = run(replace(sample(), texts=()))
    rules = bare["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in bare["results"])


def test_fingerprints_hold_on_to_the_subject_and_to_nothing_else() -> None:
    first = next(v for v in sample().verdicts if v.outcome == "broken")
    same = first._replace(because="other words", evidence=(), waived=True, outcome="not shown")
    assert sarif.fingerprint(first) == sarif.fingerprint(same)
    moved = {
        sarif.fingerprint(first._replace(rulebook="x")),
        sarif.fingerprint(first._replace(clause="x")),
        sarif.fingerprint(first._replace(check="x")),
        sarif.fingerprint(first._replace(subject="x")),
    }
    assert len(moved | {sarif.fingerprint(first)}) == 5
    prints = [r["partialFingerprints"]["evenhandVerdict/v1"] for r in of_verdicts(sample())]
    assert len(prints) == len(set(prints))


def test_what_lay_in_an_archive_is_a_logical_location() -> None:
    found = results(sample(), "gids-2020/7a")[0]
    place = found["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "routers/aster-gate-2.bin"
    assert "region" not in place["physicalLocation"]
    member = "routers/aster-gate-2.bin!/usr/sbin/mgmtd"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == member
    assert place["logicalLocations"][0]["kind"] == "member"
    files = run(sample())["artifacts"]
    inner = next(f for f in files if f["location"]["uri"] == "usr/sbin/mgmtd")
    assert files[inner["parentIndex"]]["location"]["uri"] == "routers/aster-gate-2.bin"
    assert inner["hashes"]["sha-256"] == digest(member)[7:]


def test_a_folder_whose_name_ends_like_an_archive_is_a_folder() -> None:
    row = ArtefactRow(digest("x"), "odd!/name.bin", "elf", 1, None)
    files = run(replace(sample(), artefacts=(row,)))["artifacts"]
    assert files[0]["location"] == {"uri": "odd%21/name.bin", "uriBaseId": "SRCROOT"}
    assert "parentIndex" not in files[0]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d?.bin", "a%20b/c%23d%3F.bin"),
        ("更.txt", "%E6%9B%B4.txt"),
        ("c:/x", "c%3A/x"),
        ("//host/x", "host/x"),
        ("50%", "50%25"),
        ("", "."),
        ("\\xff.bin", "%5Cxff.bin"),
    ],
)
def test_paths_become_relative_references(path: str, uri: str) -> None:
    assert sarif.uri(path) == uri
    if path and not path.startswith("/"):
        assert unquote(sarif.uri(path)) == path


@pytest.mark.parametrize(
    ("locator", "region"),
    [
        ("line 4", {"startLine": 4}),
        ("line 0", None),
        ("offset 0x10", {"byteOffset": 16}),
        ("offset 12", {"byteOffset": 12}),
        ("packet 12", None),
        ("row 1", None),
        ("", None),
    ],
)
def test_a_locator_becomes_a_region_only_where_it_is_one(
    locator: str, region: dict[str, int] | None
) -> None:
    whole = sample()
    root = next(a for a in whole.artefacts if a.path == "facts/demands.yaml")
    look = EvidenceRow("demand/tables/0/0", "demand", root.artefact, locator)
    first = next(v for v in whole.verdicts if v.outcome == "broken")
    made = run(replace(whole, verdicts=(first._replace(evidence=(look,)),)))["results"][0]
    assert made["locations"][0]["physicalLocation"].get("region") == region


def test_no_message_holds_a_placeholder_or_a_link_that_an_artefact_chose() -> None:
    found = run(hostile_sample())
    messages = [r["message"]["text"] for r in found["results"]]
    messages += [
        n["message"]["text"] for n in found["invocations"][0]["toolExecutionNotifications"]
    ]
    assert any("alert(1)" in m for m in messages)
    for message in messages:
        assert not re.search(r"(?<!\{)\{\d+\}(?!\})", message)
        assert not re.search(r"(?<!\\)\[[^\]\\]*\]\(", message)
        assert len(message) < 5_000


def test_what_was_not_read_is_a_notification() -> None:
    notes = run(sample())["invocations"][0]["toolExecutionNotifications"]
    assert [n["level"] for n in notes] == ["warning", "warning", "note"]
    assert "updates/old.tar.zst" in notes[0]["message"]["text"]
    many = run(large_sample(300))["invocations"][0]["toolExecutionNotifications"]
    assert all(len(n.get("locations", [])) <= 20 for n in many)
