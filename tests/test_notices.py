"""What goes another way than was asked is told once, and nothing is told where nothing does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evenhand import confine, notices, pipeline
from evenhand.evidence import Evidence
from evenhand.judge import judge, rulebook
from evenhand.judge.result import Result
from evenhand.limits import Limits
from tests.conftest import Run
from tests.judge import bench


def read(*paths: Path) -> Evidence:
    """Evidence of these paths."""
    evidence, mistakes = pipeline.read(list(map(str, paths)), Limits(), 1, lambda name: None)
    assert mistakes == []
    return evidence


def judged(evidence: Evidence) -> Result:
    """Judged, so that facts and lists lie side by side."""
    return judge(evidence, rulebook.load_all(["gids-2020"]), bench.AS_OF)


def test_the_examples_give_no_notice(examples: Path) -> None:
    evidence = read(examples)
    evidence.held = list(confine.MEASURES)
    judged(evidence)
    assert list(notices.after_reading(evidence)) == []
    assert list(notices.after_judging(evidence, ("XA", "XB"))) == []


def test_a_pattern_that_matches_nothing_is_told(examples: Path) -> None:
    evidence = read(examples / "alder")
    evidence.held = None
    (said,) = notices.after_reading(evidence)
    assert said.startswith("no file matches the pattern 'alder/*' of the product homegate-alder")


def test_of_two_patterns_of_a_product_only_the_idle_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "facts.yaml").write_text(
        "product_artefact: [{product: p, path: a.*}, {product: p, path: b.*}]\n"
    )
    (said,) = [n for n in notices.after_reading(read(tmp_path)) if "pattern" in n]
    assert "'b.*'" in said


def test_a_notice_of_reading_stays_with_kept_evidence(examples: Path, tmp_path: Path) -> None:
    read(examples / "alder").keep(tmp_path / "kept")
    (said,) = notices.after_reading(Evidence.load(tmp_path / "kept"))
    assert "'alder/*'" in said


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("transfers.csv", "transfer.csv"),
        ("Demands.yaml", "demand.yaml"),
        ("partys.csv", "party.csv"),
    ],
)
def test_a_file_named_nearly_as_a_table_is_told(name: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n")
    (said,) = [n for n in notices.after_reading(read(tmp_path / name)) if "did you mean" in n]
    assert said.startswith(f"{name}: not read as facts; did you mean {meant}?")


def test_other_names_are_left_alone(tmp_path: Path) -> None:
    for name in ("readme.csv", "data.yaml", "transfers.txt"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    parts = '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "a"}]}'
    (tmp_path / "components.json").write_text(parts)  # another reader took it for what it is
    assert not [n for n in notices.after_reading(read(tmp_path)) if "did you mean" in n]


def test_states_that_nobody_knows_are_told_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(
        "agreement:\n"
        "  - {agreement: A, type: direct access, state_a: UK, state_b: XB}\n"
        "  - {agreement: B, type: direct access, state_a: GB, state_b: UK}\n"
    )
    evidence = read(tmp_path / "facts.yaml")
    judged(evidence)
    (said,) = notices.after_judging(evidence, None)
    assert said.startswith("facts.yaml, /agreement/0: agreement.state_")
    assert said.endswith("'UK' is no known state or group")


def test_a_swap_that_can_show_nothing_is_told(examples: Path) -> None:
    evidence = read(examples)
    judged(evidence)
    (said,) = notices.after_judging(evidence, ("XA", "QQ"))
    assert said == ("--swap XA:QQ: no list and no fact knows QQ: exchanging it can show nothing")


def test_confinement_that_is_not_granted_is_told_once(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = read(examples)
    assert evidence.held is not None
    assert set(evidence.held) <= set(confine.MEASURES)
    evidence.held = [confine.MEASURES[2]]
    (said,) = notices.after_reading(evidence)
    assert "not held: no network namespace; writes in one folder" in said
    assert "SECURITY.md" in said


def test_notices_stand_in_every_report_for_people(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    words = ("check", examples / "alder", "-r", "gids-2020", "--as-of", "2026-02-01")
    wanted = "no file matches the pattern"
    shown = evenhand(*words)
    assert "To be noted\n" in shown.stdout and wanted in shown.stdout
    assert wanted not in shown.stderr, "once is enough"
    as_json = evenhand(*words, "-f", "json")
    assert json.loads(as_json.stdout)
    assert as_json.stderr.count(wanted) == 1
    page = tmp_path / "report.html"
    saved = evenhand(*words, "-o", page)
    assert saved.stderr.count(wanted) == 1
    text = page.read_text(encoding="utf-8")
    assert "<h2" in text and "To be noted" in text and wanted in text


def test_a_text_not_in_force_is_seen_on_the_first_screen(examples: Path, evenhand: Run) -> None:
    shown = evenhand("check", examples, "-r", "gids-2020", "--as-of", "2019-01-01").stdout
    assert "No text of these rulebooks is in force on 2019-01-01, so nothing was asked." in (
        " ".join(shown.split())
    )
    assert "gids-2020: no text of it is in force on 2019-01-01." in shown
    assert "nothing to ask of" not in shown
    later = evenhand("check", examples, "-r", "gids-2020", "--as-of", "2026-02-01").stdout
    assert "in force" not in later.split("Not met")[0]


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused(jobs: str, evenhand: Run) -> None:
    done = evenhand("check", ".", "--jobs", jobs)
    assert done.returncode == 2
    assert f"'{jobs}' is no number of processes, from 1 up" in done.stderr


def test_the_terminal_has_words_and_with_verbose_all_of_them(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    folder = tmp_path / "in"
    shutil.copytree(examples, folder)
    brief = evenhand("check", folder, "-r", "gids-2020").stdout
    assert "n/a" not in brief
    assert " not applicable" in brief
    whole = evenhand("check", folder, "-r", "gids-2020", "-v").stdout
    assert "…" not in whole.split("What to do next")[0]
    assert brief.count("…") > 0
