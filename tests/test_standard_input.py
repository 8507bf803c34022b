"""Standard input that never ends: Ctrl-C keeps what came, and the report says what it is.

Spec: DESIGN, contract of the command line (`-` for standard input).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.readers.pcap import make

FRAME = make.eth(make.ipv4(make.A, make.B, 17, make.udp(40000, 53, make.question("x.example"))))
SECONDS = 60


@pytest.mark.parametrize("busy", [False, True])
def test_interrupted(busy: bool, tmp_path: Path) -> None:
    """`busy`: the pipe is never empty; else its writer waits, and writes a last packet at once."""
    (tmp_path / "temporary").mkdir()
    capture = make.pcap(FRAME, FRAME)
    record = capture[24 : 24 + 16 + len(FRAME)]
    command = [sys.executable, "-m", "evenhand", "check", "-", "-f", "json"]
    pipe = subprocess.PIPE
    env = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as child:
        assert child.stdin is not None
        child.stdin.write(capture)
        child.stdin.flush()
        until = time.monotonic() + SECONDS
        while not any(p.stat().st_size for p in tmp_path.rglob("standard-input")):
            assert time.monotonic() < until
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        rest = record * (80_000_000 // len(record)) if busy else record
        said, errors = child.communicate(rest, SECONDS)
    assert child.returncode in (0, 1), errors
    report = json.loads(said)
    assert report["complete"] is False
    (artefact,) = report["artefacts"]
    assert (artefact["path"], artefact["kind"]) == ("-", "pcap")
    reasons = {r["reader"]: (r["outcome"], r["reason"]) for r in report["readings"]}
    size = artefact["size_bytes"]
    assert reasons[""] == (
        "partly", f"interrupted after {size} bytes: what came later was not read"
    )  # fmt: skip
    (flows,) = (r["facts"]["flow"] for r in report["readings"] if r["reader"] == "pcap")
    assert flows == 2  # one flow, in both layers
    assert busy or size == len(capture) + len(record)


def test_to_its_end(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evenhand", "check", "-", "-f", "json"],
        input=make.pcap(FRAME),
        capture_output=True,
        check=False,
    )
    assert "complete" not in json.loads(done.stdout)
