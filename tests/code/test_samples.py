"""Each planted behaviour is found, with the lines of its way; each honest twin stays unaccused.

Spec: evenhand.code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code.samples import HONEST, found, samples, shown


@pytest.mark.parametrize("path", samples(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_sample(path: Path) -> None:
    wanted, got = shown(path), found(path)
    if not wanted:
        assert [f for f in got if f.strength >= HONEST or f.shown] == []
        return
    kinds = {f.access or f.kind for f in got} | {f.kind for f in got}
    assert wanted <= kinds, got
    lines = len(path.read_text(encoding="utf-8").splitlines())
    for finding in got:
        assert 1 <= finding.line <= lines
        assert finding.because().startswith("line ")
