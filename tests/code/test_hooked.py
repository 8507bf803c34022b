"""Handlers of many frameworks: what somebody hid in them is found, their honest twins are left.

Every sample is our own, harmless and never run.

Spec: evenhand.code.hooks.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evenhand.code.examine import examine
from tests.code.samples import HERE, LANGUAGE

LOOK_HERE = 0.5


def sections() -> list[tuple[str, str, str]]:
    """Name, what is expected, and text of every sample."""
    found = []
    for path in sorted(Path(HERE, "hooks").glob("*.txt")):
        for part in re.split(r"(?m)^### ", path.read_text(encoding="utf-8"))[1:]:
            head, _, text = part.partition("\n")
            name, _, said = head.partition(" ")
            found.append((name, said.strip(), text))
    return found


@pytest.mark.parametrize(("name", "said", "text"), sections(), ids=lambda s: s[:20])
def test_handlers(name: str, said: str, text: str) -> None:
    language = LANGUAGE[name.rpartition(".")[2]]
    every = examine(text.encode(), language, "when called", path=f"package/{name}").found
    strong = [f for f in every if f.strength >= LOOK_HERE]
    if said == "honest":
        assert strong == []
        return
    assert said == "opens"
    assert any(1 <= f.line <= text.count("\n") for f in strong), every
