"""Laws of the judge: order changes nothing, silence is explained, gaps are never fine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.judge.bench import clause, result


def judged(evenhand: Run, *paths: Path) -> dict[str, Any]:
    """The result over these paths."""
    done = evenhand("check", *paths, "--as-of", "2026-02-01", "-f", "json")
    whole: dict[str, Any] = json.loads(done.stdout)
    return whole


def test_the_order_of_artefacts_changes_nothing(examples: Path, evenhand: Run) -> None:
    paths = sorted(p for p in examples.iterdir() if p.is_file())
    folders = sorted(p for p in examples.iterdir() if p.is_dir())
    one = judged(evenhand, *folders, *paths)
    other = judged(evenhand, *reversed(paths), *reversed(folders))
    assert one == other


def test_a_capture_cut_short_is_never_fine(examples: Path, tmp_path: Path, evenhand: Run) -> None:
    home = tmp_path / "cut"
    shutil.copytree(examples / "alder", home / "alder")
    shutil.copy(examples / "territory.csv", home)
    facts = (home / "alder" / "facts.yaml").read_text()
    own = "  - {product: homegate-alder, kind: host, host: metrics.alder.example, complete: true}\n"
    facts = facts.replace("place: ", own + "place: ").replace("kind: state", "kind: nothing")
    facts = facts.replace("complete: [demand", "complete: [hidden_access, demand")
    (home / "alder" / "facts.yaml").write_text(facts)
    whole = clause_of(judged(evenhand, home), "7a")
    path = home / "alder" / "capture.pcap"
    path.write_bytes(path.read_bytes()[:-7])
    cut = clause_of(judged(evenhand, home), "7a")
    assert "broken" not in whole["counts"]
    assert cut["outcome"] == "not shown"
    assert any("stopped early" in why for why in cut["why_not_shown"])


def clause_of(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """The row of one clause of the Initiative."""
    (row,) = [c for c in whole["clauses"] if (c["rulebook"], c["clause"]) == ("gids-2020", name)]
    found: dict[str, Any] = row
    return found


def test_silence_names_what_to_give() -> None:
    got = result("")
    assert "demand" in clause(got, "5a").why_not_shown[0]
    assert "facts file" in clause(got, "5a").why_not_shown[0]
    assert "pcap" in " ".join(clause(got, "7a").why_not_shown)


def test_what_was_looked_for_is_counted_once() -> None:
    got = result("", "gids-2020", "clean-network-2020")
    names = [one.check for one in got.looked_for]
    assert len(names) == len(set(names))
    assert all(one.subjects == 0 for one in got.looked_for)


def test_what_a_reader_cannot_see_is_told(examples: Path, evenhand: Run) -> None:
    whole = judged(evenhand, examples / "alder" / "capture.pcap")
    why = " ".join(clause_of(whole, "7a")["why_not_shown"])
    assert "pcap cannot see (host name)" in why


def test_columns_that_old_evidence_lacks_are_named(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    import pyarrow.parquet as pq

    kept = tmp_path / "kept"
    evenhand("read", examples, "-o", kept)
    table = pq.read_table(kept / "vulnerability.parquet")
    pq.write_table(table.drop_columns(["notified_on"]), kept / "vulnerability.parquet")
    done = evenhand("judge", kept, "--as-of", "2026-02-01", "-f", "json")
    why = " ".join(clause_of(json.loads(done.stdout), "8b")["why_not_shown"])
    assert "column absent in this evidence: vulnerability.notified_on" in why
