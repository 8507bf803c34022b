"""The program over a folder of everything bad at once: it ends, says all, and leaves nothing.

Spec: DESIGN (Reading what may be hostile; contract of the command line).
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand.artefact import shown
from tests.bad_input import watch
from tests.bad_input.make import make, unlock
from tests.conftest import ROOT, SHARED

MIB = 1 << 20
PROGRAM = [sys.executable, "-m", "evenhand"]
DAY = ["--as-of", "2026-02-01"]
# Cut sooner than by default, where a run is made again only to be compared.
LOWER = ["--limit", f"member_bytes={32 * MIB}", "--limit", f"archive_bytes={64 * MIB}"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every hostile input, and every capture that stands beside the project."""
    home = tmp_path_factory.mktemp("everything")
    make(home / "bad")
    if (SHARED / "data" / "pcap").is_dir():
        shutil.copytree(SHARED / "data" / "pcap", home / "pcap")
    yield home
    unlock(home / "bad")


@pytest.fixture(scope="module")
def without_mistakes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the facts file that nobody may give, and without what takes long."""
    home = tmp_path_factory.mktemp("again") / "everything"
    skip = shutil.ignore_patterns("facts.yaml", "sparse.bin", "fifo", "no_permission.txt")
    shutil.copytree(folder, home, symlinks=True, ignore=skip)
    return home


class Place:
    """Where a run lives: folders of its own to work, to put temporary files, to be at home."""

    def __init__(self, home: Path) -> None:
        self.folders = {n: home / n for n in ("cwd", "tmp", "home")}
        for folder in self.folders.values():
            folder.mkdir()
        self.environment = {
            **os.environ,
            "HOME": str(self.folders["home"]),
            "TMPDIR": str(self.folders["tmp"]),
            "XDG_CACHE_HOME": str(self.folders["home"] / ".cache"),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests" / "plugins")]),
        }

    @property
    def started(self) -> dict[str, Any]:
        """What a subprocess needs to run here."""
        return {"cwd": self.folders["cwd"], "env": self.environment}

    def left(self) -> list[Path]:
        """What lies in these folders."""
        return [p for folder in self.folders.values() for p in folder.rglob("*")]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place to run in."""
    return Place(tmp_path)


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every path below with its kind, size and time of change."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        said = path.lstat()
        found[shown(str(path))] = (said.st_mode, said.st_size, said.st_mtime_ns)
    return found


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run over everything with the limits that users have: what it gave and what it took."""
    home = tmp_path_factory.mktemp("run")
    place = Place(home)
    before = state(folder)
    report = home / "report.json"
    words = [*PROGRAM, "check", str(folder), *DAY, "--jobs", "2", "-o", str(report)]
    done, peak = watch.run(words, **place.started)
    return {
        "code": done.returncode,
        "said": done.stderr,
        "peak": peak,
        "changed": state(folder) != before,
        "left": place.left(),
        "outputs": sorted(p.name for p in home.iterdir()),
        "result": json.loads(report.read_text(encoding="utf-8")),
    }


def test_the_run_ends_with_the_code_of_a_users_mistake(run: dict[str, Any]) -> None:
    assert run["code"] == 2
    *mistakes, written = [s for s in run["said"].splitlines() if "did you mean" not in s]
    assert written.startswith("wrote ")
    # the bomb has a line for each power of ten, and one that sets it off
    assert mistakes == [
        f"evenhand: bad/facts.yaml:{line}: anchors and aliases are not read: write it out"
        for line in range(1, 12)
    ]


def test_every_path_has_a_row_and_every_gap_a_reason(run: dict[str, Any], folder: Path) -> None:
    result = run["result"]
    told = {r["path"] for r in result["readings"]} | {a["path"] for a in result["artefacts"]}
    there = {
        shown(os.path.relpath(p, folder))
        for p in folder.rglob("*")
        if p.is_symlink() or not p.is_dir()
    }
    assert there - told == set()
    read = {r["artefact"] for r in result["readings"]}
    assert {a["artefact"] for a in result["artefacts"]} - read == set()
    assert [r for r in result["readings"] if r["outcome"] != "read" and not r["reason"]] == []
    # What was seen of the bombs is bounded, and said.
    reasons = {r["path"]: r["reason"] for r in result["readings"] if r["reason"]}
    assert "limit member_bytes" in reasons["bad/bomb_flat.zip"]
    for name in ("bad/bomb.gz", "bad/sparse.tar"):
        assert "limit ratio" in reasons[name]
    assert any("limit depth" in r for p, r in reasons.items() if p.startswith("bad/deep.zip"))
    assert "first 256 MiB" in reasons["bad/sparse.bin"]


def test_names_stay_names(run: dict[str, Any]) -> None:
    paths = {a["path"] for a in run["result"]["artefacts"]}
    assert "bad/caf\\xe9\\xff.txt" in paths
    assert "bad/climbing.tar!/../../escape.txt" in paths


def test_memory_of_all_processes_stays_below_a_gigabyte(run: dict[str, Any]) -> None:
    assert 50 * MIB < run["peak"] < 1000 * MIB, f"{run['peak'] / MIB:.0f} MiB"


def test_nothing_is_written_but_the_report(run: dict[str, Any]) -> None:
    assert run["left"] == []
    assert not run["changed"]
    assert run["outputs"] == ["cwd", "home", "report.json", "tmp"]


def test_the_same_bytes_come_out_whatever_the_jobs(without_mistakes: Path, place: Place) -> None:
    outputs = []
    for jobs in ("1", "4"):
        words = [*PROGRAM, "check", str(without_mistakes), *DAY, *LOWER, "--jobs", jobs]
        done = subprocess.run(
            [*words, "-f", "json"], capture_output=True, check=False, timeout=300, **place.started
        )
        assert done.returncode == 0, done.stderr.decode()
        outputs.append(done.stdout)
    assert len(outputs[0]) > 10_000
    assert outputs[0] == outputs[1]


def waiting_run(place: Place, tmp_path: Path) -> subprocess.Popen[str]:
    """A run that hangs in a reader; returned once the reader has it."""
    (tmp_path / "hang.bin").write_bytes(b"EVIL hang")
    child = subprocess.Popen(
        [*PROGRAM, "check", str(tmp_path / "hang.bin")],
        stderr=subprocess.PIPE,
        text=True,
        **place.started,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if child.poll() is not None or len(watch.tree(child.pid)) > 1:
            time.sleep(1.5)
            return child
        time.sleep(0.05)
    raise AssertionError("no process to read in was started")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_interrupted_leaves_nothing(
    sent: signal.Signals, code: int, place: Place, tmp_path: Path
) -> None:
    with waiting_run(place, tmp_path) as child:
        processes = watch.tree(child.pid)
        child.send_signal(sent)
        _, said = child.communicate(timeout=30)
    assert len(processes) > 1
    assert (child.returncode, "Traceback" in said) == (code, False)
    assert [p for p in processes if Path(f"/proc/{p}").exists()] == []
    assert place.left() == []


def test_a_run_that_is_killed_leaves_no_process(place: Place, tmp_path: Path) -> None:
    with waiting_run(place, tmp_path) as child:
        processes = watch.tree(child.pid)
        child.kill()
    until = time.monotonic() + 10
    while living := [p for p in processes[1:] if alive(p)]:
        assert time.monotonic() < until, living
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """True unless the process is gone, or ended and only not yet collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def on_small_disk(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    """Run with 4 MiB for temporary files; skipped where a kernel does not let us mount that."""
    mount = f"mount -t tmpfs -o size=4m none {place.folders['tmp']}"
    alone = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*alone, mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no user may mount a file system of his own here")
    return subprocess.run(
        [*alone, f'{mount} && exec "$@"', "sh", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **place.started,
    )


def test_a_full_disk_is_said(place: Place, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "large.tar", "w") as archive:
        member = tarfile.TarInfo("large.bin")
        member.size = 16 * MIB
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    done = on_small_disk(place, *PROGRAM, "check", str(tmp_path / "large.tar"))
    assert done.returncode == 2
    assert "No space left on device" in done.stderr and "TMPDIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_number_of_members_is_bounded(place: Place, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "many.tar", "w") as archive:
        for number in range(3000):
            member = tarfile.TarInfo(f"{number}.txt")
            member.size = len(content := b"https://h%d.example.org/\n" % number)
            archive.addfile(member, io.BytesIO(content))
    words = [*PROGRAM, "check", str(tmp_path / "many.tar"), "--limit", "members=2000"]
    done = subprocess.run([*words, "-f", "json"], capture_output=True, check=True, **place.started)
    result = json.loads(done.stdout)
    (row,) = [r for r in result["readings"] if r["reader"] == "tar"]
    assert (row["outcome"], "limit members" in row["reason"]) == ("partly", True)
    assert len(result["artefacts"]) == 2001
