"""Configurations of container images: layers in order, and what is none.

Spec: evenhand.readers.image_config.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import NotThisFormat
from tests.readers.reading import Reading, read_bytes

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def layers(folder: Path, **said: Any) -> Reading:
    """What the reader makes of a configuration."""
    return read_bytes("image_config", json.dumps(said).encode(), folder)


def test_layers_with_their_commands(tmp_path: Path) -> None:
    history = [{"created_by": "one"}, {"created_by": "x", "empty_layer": True}, {"comment": "two"}]
    found = layers(tmp_path, rootfs={"diff_ids": [A, B]}, history=history)
    rows = [(r.position, r.layer, r.made_by, r.locator) for r in found.table("image_layer")]
    assert rows == [(0, A, "one", "/rootfs/diff_ids/0"), (1, B, None, "/rootfs/diff_ids/1")]


def test_a_history_that_does_not_fit_says_nothing(tmp_path: Path) -> None:
    found = layers(tmp_path, rootfs={"diff_ids": [A, B]}, history=[{"created_by": "one"}])
    assert [r.made_by for r in found.table("image_layer")] == [None, None]


def test_what_is_no_digest_is_a_defect(tmp_path: Path) -> None:
    found = layers(tmp_path, rootfs={"diff_ids": ["../../etc", 7, B]})
    assert [r.position for r in found.table("image_layer")] == [2]
    assert [d.locator for d in found.table("defect")] == [
        "/rootfs/diff_ids/0",
        "/rootfs/diff_ids/1",
    ]


@pytest.mark.parametrize("said", [{}, {"rootfs": []}, {"rootfs": {"diff_ids": "x"}}])
def test_other_documents(said: dict[str, Any], tmp_path: Path) -> None:
    assert isinstance(layers(tmp_path, **said).failure, NotThisFormat)
