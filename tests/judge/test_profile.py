"""Profiles and waivers: chosen parameters, products by path, responsibility taken until a day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from evenhand.errors import Mistakes
from evenhand.judge import profile
from tests.conftest import Run

METRICS = "destination:homegate-alder/metrics.alder.example"
PROFILE = """
rulebooks: [gids-2020]
parameters: {{vulnerability/users_are_told_in_time: {{clock_days: 2}}}}
waivers:
  - {{rulebook: gids-2020, clause: 7a, subject: "{subject}", owner: A. Owner,
     reason: documented in the manual, until: {until}}}
"""


def write(folder: Path, subject: str = METRICS, until: str = "2026-06-01") -> Path:
    """A profile with one waiver."""
    path = folder / "profile.yaml"
    path.write_text(PROFILE.format(subject=subject, until=until))
    return path


def judged(
    examples: Path, path: Path, evenhand: Run
) -> tuple[int, dict[str, list[dict[str, object]]], str]:
    """Exit code, result and what was said."""
    done = evenhand("check", examples, "--profile", path, "--as-of", "2026-02-01", "-f", "json")
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_waived_verdict_stays_broken_and_is_marked(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    code, result, said = judged(examples, write(tmp_path, "destination:*/metrics.*"), evenhand)
    broken = [v for v in result["verdicts"] if v["outcome"] == "broken"]
    assert broken
    assert all(v["waived"] and "A. Owner" in str(v["because"]) for v in broken)
    assert code == 0  # nothing unwaived is broken
    assert said == ""
    (clause,) = [c for c in result["clauses"] if c["clause"] == "7a"]
    assert clause["outcome"] == "broken"


def test_one_waiver_leaves_the_other_product_broken(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    code, result, _ = judged(examples, write(tmp_path), evenhand)
    waived = {v["subject"]: v["waived"] for v in result["verdicts"] if v["outcome"] == "broken"}
    assert waived == {METRICS: True, METRICS.replace("alder", "birch"): False}
    assert code == 1


def test_a_waiver_that_ended_speaks_up(examples: Path, tmp_path: Path, evenhand: Run) -> None:
    code, result, said = judged(examples, write(tmp_path, until="2026-02-01"), evenhand)
    (one,) = [v for v in result["verdicts"] if v["subject"] == METRICS and v["outcome"] == "broken"]
    assert one["waived"] is False
    assert "ended on 2026-02-01" in str(one["because"])
    assert "profile.yaml:5" in said
    assert code == 1


def test_a_waiver_that_covers_nothing_is_told(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    _, _, said = judged(examples, write(tmp_path, subject="destination:nobody/*"), evenhand)
    assert "covers no verdict" in said


def test_a_reply_stands_beside_the_verdict_and_decides_nothing(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    path = tmp_path / "profile.yaml"
    rows = "".join(
        f"  - {{rulebook: gids-2020, clause: 7a, subject: '{subject}', by: The Maker, "
        "on: 2026-01-20, reply: taken out in 3.3}\n"
        for subject in (METRICS, "destination:nobody/*")
    )
    path.write_text(f"rulebooks: [gids-2020]\nreplies:\n{rows}")
    done = evenhand("check", examples, "--profile", path, "--as-of", "2026-02-01", "-f", "json")
    told = json.loads(done.stdout)["verdicts"]
    said = "The Maker replied on 2026-01-20: taken out in 3.3."
    assert {v["subject"] for v in told if said in str(v["because"])} == {METRICS}
    assert {v["clause"] for v in told if said in str(v["because"])} == {"7a"}
    assert any(v["outcome"] == "broken" for v in told if said in str(v["because"]))
    assert "profile.yaml:4: the reply covers no verdict" in done.stderr
    assert done.returncode == 1


def test_a_clock_of_the_profile_decides_what_the_text_leaves_open(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    _, result, _ = judged(examples, write(tmp_path), evenhand)
    (clause,) = [c for c in result["clauses"] if c["clause"] == "8b"]
    assert clause["outcome"] == "holds"
    (book,) = result["rulebooks"]
    assert "'clock_days': 2" in str(book["parameters"])


def test_all_mistakes_at_once_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "waivers:\n  - {rulebook: a, clause: b, subject: c, owner: d, reason: e, until: soon}\n"
        "  - {rulebook: a, owner: d}\nwavers: []\n"
    )
    with pytest.raises(Mistakes) as caught:
        profile.load(path)
    lines = caught.value.lines
    assert any(line.startswith(f"{path}:2:") and "until" in line for line in lines)
    assert any(line.startswith(f"{path}:3:") and "clause is missing" in line for line in lines)
    assert any(line.startswith(f"{path}:4:") for line in lines)


def test_products_are_named_by_path(examples: Path, tmp_path: Path) -> None:
    from evenhand import pipeline
    from evenhand.engines.duckdb import fetch
    from evenhand.limits import Limits

    products = (("gate", "*.pcap"),)
    paths = [str(examples / "alder")]
    evidence, _ = pipeline.read(paths, Limits(), 1, lambda name: None, products)
    asked = "SELECT DISTINCT product FROM destination"
    assert ("gate",) in fetch(evidence.connection, asked)


def test_an_expired_day_is_the_first_day_without(tmp_path: Path) -> None:
    one = profile.load(write(tmp_path)).waivers[0]
    assert one.until == date(2026, 6, 1)


def test_wrong_parameters_are_told_at_their_line(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    path = tmp_path / "wrong.yaml"
    for given, said in (
        ("vulnerability/users_are_told_in_time: {clock_days: soon}", "clock_days: a whole number"),
        ("vulnerability/users_are_told_in_tim: {clock_days: 3}", "(did you mean vulnerability/us"),
    ):
        path.write_text(f"rulebooks: [gids-2020]\nparameters:\n  {given}\n", encoding="utf-8")
        done = evenhand("check", examples, "--profile", path)
        assert done.returncode == 2
        assert done.stderr.startswith(f"evenhand: {path}:3: ") and said in done.stderr


def test_home_states_of_the_profile_take_the_place_of_the_rulebook_s(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    path = tmp_path / "profile.yaml"
    own = Path(__file__).parents[2] / "examples" / "origin-list"
    path.write_text(
        f"rulebooks: [{own}]\nparameters: {{supply/supplier_is_not_barred: {{states: [XA]}}}}\n"
    )
    _, result, _ = judged(examples, path, evenhand)
    barred = [v["subject"] for v in result["verdicts"] if v["outcome"] == "broken"]
    assert barred == ["party:Alder Networks/equipment vendor/homegate-alder"]
