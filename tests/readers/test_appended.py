"""What lies behind a program is handed on, and nothing is made up where nothing lies there.

Spec: evenhand.readers.appended.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.limits import Limits
from tests.bad_input.make import member, tarred
from tests.native.made import X86_64, program
from tests.readers.reading import read_bytes

PROGRAM = program(X86_64)
SIGNED = bytes(100) + b"\1" * 100 + b"~Module signature appended~\n"


def test_an_archive_behind_a_program_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "tool.AppImage"
    path.write_bytes(PROGRAM + tarred([member("AppRun")], {"AppRun": b"#!/bin/sh\n"}))
    evidence = pipeline.read([str(path)], Limits(), 1, lambda name: None)[0]
    paths = evidence.connection.execute("SELECT path FROM occurrence").fetchall()
    assert any(p.endswith("!/AppRun") for (p,) in paths)


def test_the_place_is_told(tmp_path: Path) -> None:
    found = read_bytes("appended", PROGRAM + b"hsqs" + b"\1" * 200, tmp_path)
    assert found.children == {f"after program @{len(PROGRAM):#x}": b"hsqs" + b"\1" * 200}


@pytest.mark.parametrize(
    "data", [PROGRAM, PROGRAM + bytes(9000), PROGRAM[:700], PROGRAM + SIGNED, PROGRAM[:40]]
)
def test_nothing_behind_a_program(data: bytes, tmp_path: Path) -> None:
    found = read_bytes("appended", data, tmp_path)
    assert found.children == {}
    assert found.failure is not None
