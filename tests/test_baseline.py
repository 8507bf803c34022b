"""The difference in facts between two releases: what is new stands out, versions do not."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run
from tests.test_pipeline import tar_of, zip_of

SCRIPT = b"#!/bin/sh\nexec agent --server https://updates.example.org/\n"


def release(version: str, extra: dict[str, bytes]) -> bytes:
    """A package whose folder carries its version, with two hundred honest files."""
    files = {f"gate-{version}/lib/{n}.txt": f"part {n} of {version}\n".encode() for n in range(200)}
    return zip_of({f"gate-{version}.tar": tar_of({**files, **extra})})


def differences(new: Path, old: Path, evenhand: Run) -> list[dict[str, object]]:
    """The differences in JSON."""
    done = evenhand("check", new, "--baseline", old, "-f", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)["differences"]
    return found


def test_one_new_host_ranks_before_two_hundred_changed_files(tmp_path: Path, evenhand: Run) -> None:
    old, new = tmp_path / "gate-1.0.zip", tmp_path / "gate-1.1.zip"
    old.write_bytes(release("1.0", {"gate-1.0/bin/agent": SCRIPT}))
    planted = SCRIPT + b"curl https://collect.example.org/x\n"
    new.write_bytes(release("1.1", {"gate-1.1/bin/agent": planted}))
    found = differences(new, old, evenhand)
    assert found[0]["rank"] == 1
    assert (found[0]["change"], found[0]["table"]) == ("new", "mention")
    assert "collect.example.org" in str(found[0]["because"])
    assert found[0]["product"] == "gate-1.1.zip"
    assert {d["change"] for d in found if d["table"] == "file"} == set()
    assert sum(d["table"] == "occurrence" for d in found) >= 200


def test_a_release_against_itself_has_no_difference(tmp_path: Path, evenhand: Run) -> None:
    path = tmp_path / "gate-1.0.zip"
    path.write_bytes(release("1.0", {}))
    assert differences(path, path, evenhand) == []


def test_kept_evidence_serves_as_baseline(tmp_path: Path, evenhand: Run) -> None:
    old, new, kept = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "kept"
    old.write_text("https://one.example.org/\n")
    new.write_text("https://two.example.org/\n")
    assert evenhand("read", old, "-o", kept).returncode == 0
    changes = {
        (d["change"], str(d["because"]).split()[1]) for d in differences(new, kept, evenhand)
    }
    assert {("new", "two.example.org,"), ("gone", "one.example.org,")} <= changes
