"""Facts files in a run: mistakes give exit code 2 and cost nothing but themselves.

Spec: CONVENTIONS (Errors).
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from tests.conftest import Run


def test_mistakes_give_code_2_and_the_rest_is_still_judged(tmp_path: Path, evenhand: Run) -> None:
    home = tmp_path / "given"
    home.mkdir()
    (home / "bad.yaml").write_text("demand:\n  - {demand: d, on_day: tomorrow, colour: red}\n")
    (home / "huge.yaml").write_text(
        "transfer:\n  - {transfer: t, people_low: 99999999999999999999}\n"
    )
    (home / "good.yaml").write_text("party:\n  - {party: P, role: carrier, home_state: NO}\n")
    (home / "notes.txt").write_text("see https://notes.example.org/\n")
    done = evenhand("check", home, "-f", "json", "--keep", tmp_path / "kept")
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in lines[:2]] == ["bad.yaml:2"] * 2
    assert "out of range" in lines[2] and len(lines) == 3
    rows = {r["path"]: r["outcome"] for r in json.loads(done.stdout)["readings"]}
    assert rows == {
        "bad.yaml": "unreadable",
        "huge.yaml": "unreadable",
        "good.yaml": "read",
        "notes.txt": "read",
    }
    query = "SELECT home_state FROM party UNION ALL SELECT host FROM mention"
    asked = evenhand("sql", tmp_path / "kept", query, "-f", "csv")
    assert asked.stdout.split() == ["home_state", "NO", "notes.example.org"]


def test_a_product_cannot_declare_its_own_innocence(tmp_path: Path, evenhand: Run) -> None:
    facts = "complete: [hidden_access, flow]\nhidden_access: []\nflow: []\n"
    (tmp_path / "facts.yaml").write_text(facts)
    with tarfile.open(tmp_path / "product.tar", "w") as archive:
        archive.add(tmp_path / "facts.yaml", "facts.yaml")
    done = evenhand("check", tmp_path / "product.tar", "-f", "json")
    rows = json.loads(done.stdout)["readings"]
    (row,) = [r for r in rows if r["reader"] == "facts_file"]
    assert (row["outcome"], "inside an archive" in row["reason"]) == ("unreadable", True)
    assert all(r["facts"].get("hidden_access") is None for r in rows if r["reader"] != "binary")
    assert "Traceback" not in done.stderr
