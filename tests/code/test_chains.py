"""Chains within one file: each is found in its sample, and honest twins are not pointed at.

Spec: evenhand.code.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evenhand.code.examine import examine
from evenhand.judge.result import LOOK_HERE
from tests.code.samples import LANGUAGE

TEXT = (Path(__file__).parent / "chains.txt").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^=== (\S+) (.+)\n((?:(?!=== ).*\n)+)", TEXT, re.M)


@pytest.mark.parametrize(("name", "kind", "code"), SAMPLES, ids=[s[0] for s in SAMPLES])
def test_chain(name: str, kind: str, code: str) -> None:
    found = examine(code.encode(), LANGUAGE[name.rpartition(".")[2]], "at import", path=name).found
    strong = {f.kind for f in found if f.strength >= LOOK_HERE}
    assert kind in strong if kind != "nothing" else not strong, found
