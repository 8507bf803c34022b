"""Pieces of JSON documents: the elements at a depth, however the bytes are cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.traffic import json_piece

TEXTS = st.text(alphabet='ab"\\,[]{}: é\n', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=12,
)


def artefact(folder: Path, text: str) -> Artefact:
    """A file with this text."""
    path = folder / "document"
    path.write_text(text, encoding="utf-8", newline="")
    return Artefact("document", path, "", path.stat().st_size)


def elements(value: Any, depth: int) -> list[Any]:
    """What lies `depth` brackets deep, members of objects as pairs."""
    if not isinstance(value, list | dict):
        return []
    if depth == 1:
        return list(value) if isinstance(value, list) else [[k, v] for k, v in value.items()]
    inside = value if isinstance(value, list) else value.values()
    return [e for v in inside for e in elements(v, depth - 1)]


def decoded(data: bytes) -> Any:
    """An element, or a member of an object as a pair."""
    try:
        return json.loads(data)
    except ValueError:
        return list(*json.loads(b"{" + data + b"}").items())


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(VALUES, max_size=3) | st.dictionaries(TEXTS, VALUES, max_size=3),
    st.sampled_from((1, 2, 3)),
    st.sampled_from((1, 2, 3, 7, 1 << 20)),
    st.sampled_from((None, 1)),
)
def test_pieces_are_the_elements(
    tmp_path: Path, value: Any, depth: int, block: int, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_piece, "BLOCK_BYTES", block)
        found = list(json_piece.pieces(artefact(tmp_path, text), depth))
    raw = text.encode()
    assert all(raw[p.offset : p.offset + len(p.data)] == p.data for p in found)
    assert [decoded(p.data) for p in found] == elements(value, depth)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), min_size=1, max_size=4))
def test_lines_and_arrays_give_the_same(tmp_path: Path, rows: list[Any]) -> None:
    texts = ["\n".join(map(json.dumps, rows)), json.dumps(rows), "".join(map(json.dumps, rows))]
    for text in texts:
        found = list(json_piece.values(artefact(tmp_path, text)))
        assert [json.loads(p.data) for p in found] == rows


def test_what_breaks_off_or_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ('[{"a": 1}, {"b', '[{"a": 1}, "b', "[[1]"):
        with pytest.raises(Unreadable, match="breaks off"):
            list(json_piece.pieces(artefact(tmp_path, text), 1))
    monkeypatch.setattr(json_piece, "PIECE_BYTES", 100)
    monkeypatch.setattr(json_piece, "BLOCK_BYTES", 64)
    with pytest.raises(Unreadable, match="longer than"):
        list(json_piece.pieces(artefact(tmp_path, "[" + '"' + "x" * 300), 1))
