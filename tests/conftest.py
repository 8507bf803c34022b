"""What tests share: the folder of real data, and the command line as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real data beside the project; tests of it are skipped where it is not there."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder of real data is not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def evenhand() -> Run:
    """Run the program in a process of its own."""

    def run(*words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [sys.executable, "-m", "evenhand", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            **more,
        )
        return done

    return run


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, made anew."""
    folder = tmp_path_factory.mktemp("made") / "examples"
    subprocess.run([sys.executable, str(ROOT / "examples" / "make.py"), str(folder)], check=True)
    return folder
