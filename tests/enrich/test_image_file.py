"""Container images: layers merged as a runtime would, what is taken away stays a row."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from evenhand.enrich.image_file import enrich
from tests.conftest import Run
from tests.enrich.conftest import Made

IMAGE, LAYERS = "sha256:" + "c" * 64, [f"sha256:{n}" + "d" * 63 for n in range(3)]


def merged(made: Made, *layers: dict[str, str]) -> dict[tuple[str, int], tuple[str, int | None]]:
    """Path and layer → state and the layer that changed it, of layers given as path → kind."""
    for position, members in enumerate(layers):
        made.add("image_layer", {"image": IMAGE, "position": position, "layer": LAYERS[position]})
        made.add(
            "file",
            *({"artefact": LAYERS[position], "path": p, "kind": k} for p, k in members.items()),
        )
    assert enrich(made.connection) == []
    rows = made.rows("image_file", "path", "position", "state", "by_position")
    return {(path, position): (state, by) for path, position, state, by in rows}


def test_whiteouts_take_away_what_lies_below(made: Made) -> None:
    found = merged(
        made,
        {"./etc/": "directory", "./etc/key": "file", "etc/keys": "file", "opt/a/b": "file"},
        {"etc/.wh.key": "file", "opt/.wh.a": "file"},
        {"etc/key": "file"},
    )
    assert found == {
        ("etc", 0): ("present", None),
        ("etc/key", 0): ("removed", 1),
        ("etc/keys", 0): ("present", None),
        ("opt/a/b", 0): ("removed", 1),
        ("etc/key", 2): ("present", None),
    }


def test_an_opaque_folder_hides_lower_layers_and_not_its_own(made: Made) -> None:
    found = merged(
        made,
        {"data": "directory", "data/old": "file", "database": "file"},
        {"data": "directory", "data/.wh..wh..opq": "file", "data/new": "file"},
    )
    assert found[("data/old", 0)] == ("removed", 1)
    assert found[("data/new", 1)] == ("present", None)
    assert found[("database", 0)] == ("present", None)
    assert found[("data", 0)] == ("replaced", 1)


def test_a_file_over_a_folder_takes_what_lay_in_it(made: Made) -> None:
    found = merged(made, {"lib": "directory", "lib/x": "file"}, {"lib": "link"}, {"lib/y": "file"})
    assert found[("lib/x", 0)] == ("removed", 1)
    assert found[("lib", 0)] == ("replaced", 1)
    assert found[("lib/y", 2)] == ("present", None)


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("packed", ["docker", "oci"])
def test_an_image_from_its_archive(packed: str, tmp_path: Path, evenhand: Run) -> None:
    import gzip

    layers = [_tar({"etc/key": b"secret\n"}), _tar({"etc/.wh.key": b""})]
    digests = [hashlib.sha256(layer).hexdigest() for layer in layers]
    config = json.dumps(
        {
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{d}" for d in digests]},
            "history": [
                {"created_by": "COPY key /etc"},
                {"created_by": "ENV A=1", "empty_layer": True},
                {"created_by": "RUN rm /etc/key"},
            ],
        }
    ).encode()
    if packed == "docker":
        members = {f"{d}/layer.tar": layer for d, layer in zip(digests, layers, strict=True)}
    else:
        squeezed = [gzip.compress(layer) for layer in layers]
        members = {f"blobs/sha256/{hashlib.sha256(s).hexdigest()}": s for s in squeezed}
    (tmp_path / "image.tar").write_bytes(_tar(members | {"config.json": config}))
    done = evenhand("read", tmp_path / "image.tar", "-o", tmp_path / "kept")
    assert done.returncode == 0, done.stderr
    query = (
        "SELECT i.path, i.state, i.by_position, l.made_by FROM image_file AS i "
        "JOIN image_layer AS l ON l.position = i.by_position"
    )
    shown = evenhand("sql", tmp_path / "kept", query).stdout.splitlines()[-1]
    assert shown.split(maxsplit=3) == ["etc/key", "removed", "1", "RUN rm /etc/key"]
