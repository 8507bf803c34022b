"""The flow from bytes to kept evidence, on archives in archives and on odd places."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.engines.duckdb import fetch
from evenhand.errors import Mistakes, UserError
from evenhand.evidence import Evidence
from evenhand.limits import Limits
from tests.conftest import Run


def read(*paths: Path, limits: Limits | None = None, jobs: int = 1) -> Evidence:
    """Evidence of these paths."""
    words = [str(p) for p in paths]
    return pipeline.read(words, limits or Limits(), jobs, lambda name: None)[0]


def tar_of(members: dict[str, bytes]) -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_members_of_archives_are_read_where_they_lie(tmp_path: Path) -> None:
    inner = tar_of({"etc/agent.conf": b"server = https://agent.example.org/\n"})
    (tmp_path / "outer.zip").write_bytes(zip_of({"a/inner.tar": inner, "same": b"one\n"}))
    (tmp_path / "same.txt").write_bytes(b"one\n")
    evidence = read(tmp_path)
    mention = "SELECT path, host, locator FROM mention"
    assert fetch(evidence.connection, mention) == [
        ("outer.zip!/a/inner.tar!/etc/agent.conf", "agent.example.org", "line 1")
    ]
    places = "SELECT path FROM occurrence WHERE artefact IN (SELECT artefact FROM occurrence "
    places += "GROUP BY 1 HAVING count(*) > 1) ORDER BY 1"
    assert fetch(evidence.connection, places) == [("outer.zip!/same",), ("same.txt",)]
    once = "SELECT max(n) FROM (SELECT count(*) AS n FROM artefact GROUP BY artefact)"
    assert fetch(evidence.connection, once) == [(1,)]


def test_limits_stop_an_archive_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(zip_of({"zeros": bytes(200 << 20), "note": b"hello\n"}))
    nested = b"the end\n"
    for _ in range(6):
        nested = zip_of({"next.zip": nested})
    (tmp_path / "nested.zip").write_bytes(nested)
    evidence = read(tmp_path, limits=Limits(depth=3))
    rows = dict(fetch(evidence.connection, "SELECT path, reason FROM reading"))
    assert "limit ratio" in rows["bomb.zip"]
    assert "limit depth" in rows["nested.zip" + "!/next.zip" * 4]


def test_paths_that_hold_nothing_to_read_are_rows(tmp_path: Path) -> None:
    home = tmp_path / "odd"
    home.mkdir()
    (home / "empty").write_bytes(b"")
    os.mkfifo(home / "pipe")
    (home / "link").symlink_to("/etc/hostname")
    (home / "loop").symlink_to("loop")
    Path(os.fsdecode(os.fsencode(home) + b"/caf\xe9")).write_text("x\n")
    evidence = read(home)
    rows = {
        p: (o, r)
        for p, o, r in fetch(evidence.connection, "SELECT path, outcome, reason FROM reading")
    }
    assert rows["empty"] == ("skipped", "empty")
    assert rows["pipe"][0] == "skipped"
    assert rows["link"][0] == rows["loop"][0] == "skipped"
    assert rows["caf\\xe9"][0] == "read"
    assert len(fetch(evidence.connection, "SELECT * FROM occurrence WHERE artefact = ''")) == 3


def test_a_path_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistakes) as caught:
        read(tmp_path / "one", tmp_path / "two")
    assert len(caught.value.lines) == 2


def test_two_folders_with_the_same_names_stay_apart(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    evidence = read(tmp_path / "old", tmp_path / "new")
    paths = fetch(evidence.connection, "SELECT path FROM occurrence ORDER BY 1")
    assert paths == [("new/a.txt",), ("old/a.txt",)]


def test_kept_evidence_is_the_same_whatever_the_jobs(
    examples: Path, tmp_path: Path, evenhand: Run
) -> None:
    outputs = []
    for jobs in ("1", "3"):
        done = evenhand("check", examples, "--jobs", jobs, "--as-of", "2026-02-01", "-f", "json")
        assert done.returncode == 1, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    kept = tmp_path / "kept"
    assert evenhand("read", examples, "-o", kept).returncode == 0
    again = evenhand("judge", kept, "--as-of", "2026-02-01", "-f", "json")
    first, second = json.loads(outputs[0]), json.loads(again.stdout)
    assert first["verdicts"] == second["verdicts"]
    assert first["clauses"] == second["clauses"]
    assert outputs[0] == again.stdout


def test_old_evidence_without_a_column_still_judges(examples: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    kept = tmp_path / "kept"
    read(examples).keep(kept)
    table = pq.read_table(kept / "demand.parquet")
    pq.write_table(table.drop_columns(["agreement"]), kept / "demand.parquet")
    (kept / "party.parquet").unlink()
    evidence = Evidence.load(kept)
    assert evidence.absent["demand"] == ["agreement"]
    assert fetch(evidence.connection, "SELECT count(agreement), count(*) FROM demand") == [(0, 2)]
    assert fetch(evidence.connection, "SELECT count(*) FROM party") == [(0,)]


def test_evidence_is_not_written_over_other_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UserError, match="other files"):
        Evidence.empty().keep(tmp_path)


def test_rows_with_one_key_merge_and_differences_are_defects(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "party:\n  - {party: P, role: carrier, home_state: XA, use: x}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "party:\n  - {party: P, role: carrier, home_state: XB, use: x}\n"
    )
    evidence = read(tmp_path)
    rows = fetch(evidence.connection, "SELECT party, home_state, use FROM party")
    assert rows == [("P", None, "x")]
    ((message,),) = fetch(evidence.connection, "SELECT message FROM defect")
    assert "home_state" in message


def test_standard_input_is_an_artefact(examples: Path, evenhand: Run) -> None:
    with (examples / "alder" / "capture.pcap").open("rb") as stream:
        done = evenhand("check", "-", "-f", "json", stdin=stream)
    rows = json.loads(done.stdout)["readings"]
    assert [(r["path"], r["reader"], r["outcome"]) for r in rows] == [("-", "pcap", "read")]
