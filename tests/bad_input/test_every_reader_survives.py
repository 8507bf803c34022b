"""Hostile inputs, each given to every reader that recognises it, within a gigabyte of memory.

Also: bytes cut off or changed at random never raise anything but `Unreadable`.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input.make import ar, make, member, tarred, unlock, zipped
from tests.readers.reading import read_bytes

# Run in a process of its own: a limit on memory holds for a whole process.
READ_ALL = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from evenhand.recognise import readers_for
from evenhand.artefact import Artefact
from tests.readers.reading import read
OURS = set(sys.argv[2].split(","))
said = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    if path.is_symlink() or not path.is_file() or path.name == "no_permission.txt":
        continue
    artefact = Artefact("x/" + path.name, path, "", path.stat().st_size)
    for reader in readers_for(artefact)[0]:
        if reader.name in OURS:
            found = read(reader.name, path, most=64 << 20)
            said[ascii(path.name) + " " + reader.name] = [
                len(found.rows), sum(map(len, found.children.values())), found.reasons
            ]
json.dump(said, sys.stdout)
"""
OURS = (
    "ar,binary,compressed,cyclonedx,deb_control,npm_package,python_metadata,spdx,spdx3,tar,text,zip"
)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int, list[str]]]:
    """What every reader said of every hostile input it recognises."""
    folder = tmp_path_factory.mktemp("bad_input")
    make(folder)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(folder), OURS],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    unlock(folder)
    assert done.returncode == 0, done.stderr
    return {k: (v[0], v[1], v[2]) for k, v in json.loads(done.stdout).items()}


def test_bombs_are_pulled_as_far_as_asked_and_no_further(
    said: dict[str, tuple[int, int, list[str]]],
) -> None:
    for name in ("'bomb_flat.zip' zip", "'bomb.gz' compressed", "'sparse.tar' tar"):
        assert said[name][1] == 64 << 20, name


def test_what_cannot_be_read_is_said(said: dict[str, tuple[int, int, list[str]]]) -> None:
    silent = {name for name, (_, _, reasons) in said.items() if not reasons}
    assert silent == {
        "'bomb.gz' compressed",  # the pipeline's limits speak of the bombs
        "'bomb_flat.zip' zip",
        "'bomb_nested.zip' zip",
        "'deep.zip' zip",
        "'sparse.tar' tar",
        "'names.zip' zip",
        "'climbing.tar' tar",  # read in full; defects say what it tries
        "'disorder.deb' ar",
        *(f"{n} text" for n in TEXTS),
    }


TEXTS = (
    "'-rf.txt'",
    "'caf\\udce9\\udcff.txt'",
    "'two\\nlines.txt'",
    "'utf16.txt'",
    "'utf16be.txt'",
    "'minified.js'",
    "'deep.json'",
    "'deep.cdx.json'",
    "'nested.cdx.json'",
    "'broken.cdx.json'",
    "'wrong_types.cdx.json'",
    "'digits.spdx.json'",
)


def _mixed_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("é" * 120)
        info.size = 5
        archive.addfile(info, io.BytesIO(b"12345"))
        archive.addfile(member("link", tarfile.SYMTYPE, "target"))
    return out.getvalue() + tarred([member("n" * 150)])


TAR = _mixed_tar()
SAMPLES = {
    "zip": zipped({"a.txt": b"some text " * 40, "b": b""}, zipfile.ZIP_DEFLATED),
    "tar": TAR,
    "ar": ar([("debian-binary", b"2.0\n"), ("//", b"a_long_name/\n"), ("/0", b"123")]),
    "compressed": gzip.compress(TAR, mtime=0) * 2,
    "binary": b"\x7fELF\0https://a.example.com/\0" + "http://b.de".encode("utf-16-le"),
    "text": "https://bücher.de 9.9.9.9 'api.example.com' 2001:db8::1".encode(),
    "python_metadata": b"Metadata-Version: 2.1\nName: x\nVersion: 1\n\nwords",
    "deb_control": b"Package: x\nVersion: 1:2\nArchitecture: all\n\nPackage: y\nVersion: 2\n",
    "npm_package": b'{"name": "@a/b", "version": "1", "author": {"name": "c"}}',
    "cyclonedx": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}',
    "spdx": b'{"spdxVersion": "SPDX-2.3", "packages": [{"name": "x", "SPDXID": "SPDXRef-x"}]}',
    "spdx3": b'{"@context": "spdx", "@graph": [{"type": "software_Package", "name": "x"}]}',
}


@pytest.mark.parametrize("reader", SAMPLES)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_changed_bytes_raise_nothing_but_unreadable(
    reader: str, tmp_path: Path, data: st.DataObject
) -> None:
    sample = bytearray(SAMPLES[reader])
    places = st.tuples(st.integers(0, len(sample) - 1), st.integers(0, 255))
    for at, value in data.draw(st.lists(places, max_size=6)):
        sample[at] = value
    cut = data.draw(st.integers(0, len(sample)) | st.just(len(sample)))
    found = read_bytes(reader, bytes(sample[:cut]), tmp_path, "x/artefact")
    assert all(found.reasons)
    assert all(r.locator is not None for r in found.rows)


@pytest.mark.parametrize("reader", SAMPLES)
def test_the_samples_are_good(reader: str, tmp_path: Path) -> None:
    found = read_bytes(reader, SAMPLES[reader], tmp_path)
    assert found.failure is None and (found.rows or found.children)
