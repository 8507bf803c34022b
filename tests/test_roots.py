"""What the user named becomes artefacts, or rows that say why not."""

from __future__ import annotations

import io
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.artefact import Artefact
from evenhand.errors import Mistakes
from evenhand.roots import Unread, roots_of


def seen(*paths: str | Path, folder: Path | None = None) -> dict[str, str]:
    """Name → `read`, or the reason why not."""
    found = roots_of([str(p) for p in paths], folder or Path("nowhere"))
    return {
        (r.name if isinstance(r, Artefact) else r.path): "read"
        if isinstance(r, Artefact)
        else f"{r.outcome}: {r.reason}"
        for r in found
    }


def test_names_are_relative_and_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a/b/c", "a.txt", "A"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert list(seen(tmp_path)) == ["A", "a.txt", "b", "a/z", "a/b/c"]
    assert list(seen(f"{tmp_path}/")) == list(seen(tmp_path))
    assert list(seen(tmp_path / "b")) == ["b"]


def test_places_stay_apart(tmp_path: Path) -> None:
    for name in ("one/x/f", "two/x/f"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
    assert list(seen(tmp_path / "one/x", tmp_path / "two/x")) == ["x/f", "x(2)/f"]
    assert len(seen(tmp_path / "one/x/f", tmp_path / "two/x/f")) == 2
    assert list(seen(tmp_path / "one", tmp_path / "two/x/f")) == ["one/x/f", "f"]


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "folder").symlink_to("/etc")
    (tmp_path / "dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket"))
    found = seen(tmp_path)
    assert {k: v.split(",")[0].split(": ", 1)[1].split(":")[0] for k, v in found.items()} == {
        "pipe": "a named pipe",
        "link": "a symbolic link",
        "folder": "a symbolic link",
        "dangling": "a symbolic link",
        "socket": "a socket",
    }
    assert seen("/dev/null")["null"].startswith("skipped: a device")


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    assert seen(tmp_path / "link") == {"link": "read"}
    (tmp_path / "loop").symlink_to("loop")
    assert seen(tmp_path / "loop")["loop"].startswith("unreadable: ")


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    with pytest.raises(Mistakes) as caught:
        seen(tmp_path / "here", tmp_path / "one", tmp_path / "caf\udce9")
    assert len(caught.value.lines) == 2
    assert caught.value.lines[1].endswith("caf\\xe9: no such file or folder")


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_what_may_not_be_read_is_said_and_the_rest_is_read(public: Path) -> None:
    (public / "open.txt").write_text("x")
    (public / "locked.txt").write_text("x")
    (public / "locked.txt").chmod(0)
    (public / "closed").mkdir()
    (public / "closed" / "inside.txt").write_text("x")
    (public / "closed").chmod(0)
    root = os.geteuid() == 0  # permissions do not hold for root: be nobody for this
    if root:
        os.seteuid(65534)
    try:
        found = seen(public)
    finally:
        if root:
            os.seteuid(0)
        (public / "closed").chmod(0o700)
    assert found == {
        "locked.txt": "unreadable: Permission denied",
        "open.txt": "read",
        "closed": "unreadable: Permission denied",
    }


def test_standard_input_is_kept_in_the_folder_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"some bytes")))
    (root,) = roots_of(["-"], tmp_path)
    assert isinstance(root, Artefact) and not isinstance(root, Unread)
    assert (root.name, root.file.read_bytes()) == ("-", b"some bytes")
