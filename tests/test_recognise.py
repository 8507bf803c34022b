"""Recognition is by content, is quick whatever the content, and knows a facts file from others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evenhand.artefact import Artefact
from evenhand.recognise import HEAD_BYTES, looks_like_text, readers_for


def names(folder: Path, name: str, content: bytes | str) -> tuple[list[str], bool]:
    """The readers for a file of this name and content, and whether its format is known."""
    path = folder / "content"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found, known = readers_for(Artefact(name, path, "", path.stat().st_size))
    return [r.name for r in found], known


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.yaml", "party:\n  - {party: P}\n"),
        ("f.yml", "# words\nsource: x\nparty: # words\n\n  # - more\n  - party: P\n"),
        ("f.yaml", "party:\n-\n  party: P\n"),
        ("f.yaml", "party: []\n"),
        ("f.yaml", "party: *other\n"),
        ("f.yaml", "party: &here\n  - x\n"),
        ("f.json", '{"complete": ["party"], "party": [{"party": "P"}]}'),
        ("f.json", '{"note": "{{[", "party" : [ ]}'),
        ("party.csv", "party;role\nP;r\n"),
        ("in/party.tsv", "\ufeffparty\trole\nP\tr\n"),
        ("party.parquet", b"PAR1...."),
    ],
)
def test_facts_files(tmp_path: Path, name: str, content: bytes | str) -> None:
    assert names(tmp_path, name, content) == (["facts_file"], True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.yaml", "party: tonight\n"),
        ("f.yaml", "list:\n  party:\n    - x\n"),
        ("f.yaml", "party:\n  # - only words\nother: x\n"),
        ("f.txt", "party:\n  - {party: P}\n"),
        ("f.json", '{"inside": {"party": [{"party": "P"}]}}'),
        ("f.json", '{"party": ["a", "b"]}'),
        ("f.json", '{"x": "\\"party\\": [{"}'),
        ("party.csv", "name,guests\nA,2\n"),
        ("guests.csv", "party,role\nP,r\n"),
    ],
)
def test_no_facts_files(tmp_path: Path, name: str, content: str) -> None:
    assert "facts_file" not in names(tmp_path, name, content)[0]


@pytest.mark.parametrize(
    "content",
    [
        "file:" + "\n" * HEAD_BYTES + "x",
        "file:" + " " * HEAD_BYTES + "x",
        "file:\n" + "  # - x\n" * (HEAD_BYTES // 8) + "x",
        "file:\n" * (HEAD_BYTES // 6),
        '{"file":[{' * (HEAD_BYTES // 10),
        '{"file":[[' * (HEAD_BYTES // 10),
        "{" + '"\\' * (HEAD_BYTES // 2),
        '{"' + '\\"' * (HEAD_BYTES // 2),
        "{" + ", " * (HEAD_BYTES // 2),
    ],
)
@pytest.mark.parametrize("name", ["x.yaml", "x.json", "file.csv"])
def test_no_content_makes_recognition_slow(tmp_path: Path, name: str, content: str) -> None:
    start = time.process_time()
    names(tmp_path, name, content)
    assert time.process_time() - start < 2  # a pattern that looks back took three minutes


def test_text_and_binary(tmp_path: Path) -> None:
    text = ["sourced_script", "text"]  # what the first does not know it leaves to the second
    assert names(tmp_path, "x", b"plain words\n") == (text, True)
    assert names(tmp_path, "x", b"\xff\xfea\0b\0") == (text, True)
    assert names(tmp_path, "x", b"\x01\x02\x00\x03" * 9) == (["binary", "carved"], False)
    assert names(tmp_path, "x", b"") == ([], False)
    assert looks_like_text(b"caf\xc3", whole=False)  # a character cut in two by the window
    assert not looks_like_text(b"\x00text", whole=True)


def test_a_polyglot_is_given_to_every_reader_that_knows_it(tmp_path: Path) -> None:
    content = '{"bomFormat": "CycloneDX", "spdxVersion": "SPDX-2.3"}'
    found, known = names(tmp_path, "x.json", content)
    assert known and {"cyclonedx", "spdx"} <= set(found)


def test_the_name_of_an_archive_is_not_that_of_its_members(tmp_path: Path) -> None:
    assert "manual" not in names(tmp_path, "a.1x!/bin/run", "#!/bin/sh\n")[0]
    assert "manual" not in names(tmp_path, "a.7z", "7z")[0]
