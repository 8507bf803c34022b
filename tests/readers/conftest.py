"""The folder of hostile inputs, built once for all reader tests.

Spec: tests/bad_input/make.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input.make import make, unlock


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of hostile inputs."""
    folder = tmp_path_factory.mktemp("bad_input")
    make(folder)
    yield folder
    unlock(folder)
