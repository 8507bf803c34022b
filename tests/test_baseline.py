"""The difference in facts between two releases: what is new stands out, versions do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenhand import same_path
from tests.conftest import Run
from tests.test_pipeline import tar_of, zip_of

SCRIPT = b"#!/bin/sh\nexec agent --server https://updates.example.org/\n"


def release(version: str, extra: dict[str, bytes]) -> bytes:
    """A package whose folder carries its version, with two hundred honest files."""
    files = {f"gate-{version}/lib/{n}.txt": f"part {n} of {version}\n".encode() for n in range(200)}
    return zip_of({f"gate-{version}.tar": tar_of({**files, **extra})})


def differences(new: Path, old: Path, evenhand: Run) -> list[dict[str, object]]:
    """The differences in JSON."""
    done = evenhand("check", new, "--baseline", old, "-f", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)["differences"]
    return found


def test_one_new_host_ranks_before_two_hundred_changed_files(tmp_path: Path, evenhand: Run) -> None:
    old, new = tmp_path / "gate-1.0.zip", tmp_path / "gate-1.1.zip"
    old.write_bytes(release("1.0", {"gate-1.0/bin/agent": SCRIPT}))
    planted = SCRIPT + b"curl https://collect.example.org/x\n"
    new.write_bytes(release("1.1", {"gate-1.1/bin/agent": planted}))
    found = differences(new, old, evenhand)
    assert found[0]["rank"] == 1
    assert {(d["change"], d["table"]) for d in found[:2]} == {
        ("new", "mention"),
        ("new", "script_use"),
    }
    assert all("collect.example.org" in str(d["because"]) for d in found[:2])
    assert found[0]["product"] == "gate-1.1.zip"
    assert {d["change"] for d in found if d["table"] == "file"} == set()
    assert sum(d["table"] == "occurrence" for d in found) >= 200


def test_a_release_against_itself_has_no_difference(tmp_path: Path, evenhand: Run) -> None:
    path = tmp_path / "gate-1.0.zip"
    path.write_bytes(release("1.0", {}))
    assert differences(path, path, evenhand) == []


def test_kept_evidence_serves_as_baseline(tmp_path: Path, evenhand: Run) -> None:
    old, new, kept = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "kept"
    old.write_text("https://one.example.org/\n")
    new.write_text("https://two.example.org/\n")
    assert evenhand("read", old, "-o", kept).returncode == 0
    changes = {
        (d["change"], str(d["because"]).split()[1]) for d in differences(new, kept, evenhand)
    }
    assert {("new", "two.example.org,"), ("gone", "one.example.org,")} <= changes


def packed(path: Path, files: dict[str, str]) -> Path:
    """An archive of texts."""
    path.write_bytes(zip_of({n: t.encode() for n, t in files.items()}))
    return path


def told(found: list[dict[str, object]], table: str) -> list[tuple[str, str]]:
    """Change and words of the differences of one table, in order."""
    return [(str(d["change"]), str(d["because"])) for d in found if d["table"] == table]


URL = "see https://a.example.org/ and https://b.example.org/\n"


def test_versions_hashes_and_moves_are_no_difference(tmp_path: Path, evenhand: Run) -> None:
    old = {
        "gate-1.0/dist/main.3f9c2ab1.js": URL + "// one",
        "gate-1.0/lib/libgate.so.1.0.2": URL + "# two",
        "gate-1.0/src/net.py": URL + "# three",
        "gate-1.0/tools/same.py": URL + "# four",
    }
    new = {
        "gate-1.1/dist/main.77e0d1c4.js": URL + "// one, again",
        "gate-1.1/lib/libgate.so.1.1.0": URL + "# two, again",
        "gate-1.1/src/core/net.py": URL + "# three, again",
        "gate-1.1/elsewhere/other.py": URL + "# four",
    }
    found = differences(
        packed(tmp_path / "new.zip", new), packed(tmp_path / "old.zip", old), evenhand
    )
    assert told(found, "mention") == []
    assert {d["change"] for d in found if d["table"] == "occurrence"} == {"changed"}
    assert len(told(found, "occurrence")) == 3


def test_an_archive_is_compared_with_its_sources(tmp_path: Path, evenhand: Run) -> None:
    tree = tmp_path / "tree"
    (tree / "src" / "gate").mkdir(parents=True)
    (tree / "src" / "gate" / "net.py").write_text(URL)
    (tree / "tests.txt").write_text("not shipped\n")
    wheel = packed(
        tmp_path / "gate-2.0.zip",
        {
            "gate/net.py": URL + "import os\nx = 'https://c.example.net/'\n",
            "gate-2.0.info/METADATA": "https://gate.example.com/",
        },
    )
    found = differences(wheel, tree, evenhand)
    assert told(found, "mention")[0][1].startswith("mention c.example.net, https, gate/net.py")
    assert [c for c, words in told(found, "mention") if "METADATA" in words] == ["new"]
    assert ("gone", "content of tests.txt: only in the baseline") in told(found, "occurrence")
    assert told(found, "file") == []  # a folder has no entries to hold them against
    (tree / "twice.py").write_text(URL)
    texts = {"src/gate/net.py": URL, "twice.py": URL, "tests.txt": "not shipped\n"}
    assert differences(packed(tmp_path / "src.zip", texts), tree, evenhand) == []
    alone = tmp_path / "net.py"  # the rest of the package that a file came in is not gone
    alone.write_text(URL)
    found = differences(alone, wheel.rename(tmp_path / "whole.zip"), evenhand)
    assert found and all("gate.example.com" not in str(d["because"]) for d in found)


def test_contents_are_compared_with_a_bill_in_what_it_tells(tmp_path: Path, evenhand: Run) -> None:
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [
            {"type": "library", "name": "gate-core", "version": "2.0"},
            {"type": "library", "name": "gone", "version": "1"},
        ],
    }
    path = tmp_path / "bill.cdx.json"
    path.write_text(json.dumps(bill))
    contents = packed(
        tmp_path / "gate.zip",
        {
            "Gate_Core-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Gate_Core\n"
            "Version: 2.0\n\nhttps://new.example.org/\n",
            "extra-3.dist-info/METADATA": "Metadata-Version: 2.1\nName: extra\nVersion: 3\n\n",
        },
    )
    found = differences(contents, path, evenhand)
    assert {d["table"] for d in found} == {"component"}
    assert {(c, words.split(":")[0]) for c, words in told(found, "component")} == {
        ("new", "component extra"),
        ("gone", "component gone"),
    }


def facts_of(path: Path, rows: str) -> Path:
    path.write_text(f"product: [{{product: gate, name: gate}}]\nhidden_access:\n{rows}")
    return path


def test_a_way_in_stands_before_everything_else(tmp_path: Path, evenhand: Run) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    row = "  - {{product: gate, kind: fixed secret, constant: {}, path: sbin/{}, strength: {}}}\n"
    facts_of(old / "f.yaml", row.format("a", "x", 0.9) + row.format("w", "x", 0.3))
    facts_of(
        new / "f.yaml",
        row.format("a", "x", 0.9) + row.format("w", "x", 0.7) + row.format("b", "y", 0.95),
    )
    for number in range(30):
        (new / f"{number}.py").write_text(f"x = 'https://host{number}.example{number}.org/'\n")
    (new / "READ.py").write_text("y = 'https://host1.example1.org/'\n")
    found = differences(new, old, evenhand)
    first, second, third = found[:3]
    assert (first["change"], first["table"]) == ("new", "hidden_access")
    assert str(first["because"]).endswith("not in the baseline (strength 0.95)")
    assert second["change"] == "changed"
    assert "strength was 0.30, is 0.70" in str(second["because"])
    assert third["table"] == "mention"
    # a host that two files name is one new host: the second place stands after all the others
    places = [str(d["because"]) for d in found if d["table"] == "mention"]
    assert "host1.example1.org" in places[-1]


def test_what_is_too_much_is_told_by_number(tmp_path: Path, evenhand: Run) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("nothing\n")
    new.write_text("".join(f"https://h{n}.example.org/\n" for n in range(1203)))
    found = differences(new, old, evenhand)
    assert sum(d["table"] == "mention" for d in found) == 1001
    assert str(found[-1]["because"]).startswith("203 more of this kind are new")


def test_moves_by_name_content_and_end() -> None:
    old = {"a.tgz!/p-1/src/x.py": "1", "a.tgz!/p-1/y.py": "2", "a.tgz!/p-1/b/README": "3"}
    new = {"p-2.zip!/x/src/x.py": "9", "lib/z.py": "2", "c/README": "5", "d/README": "6"}
    assert same_path.match(new, old) == {
        "p-2.zip!/x/src/x.py": "a.tgz!/p-1/src/x.py",
        "lib/z.py": "a.tgz!/p-1/y.py",
    }


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("a-1.0.tgz!/a-1.0/x.py", "a-*/x.py"),
        ("lib/libz.so.1.2.13", "lib/libz.so*"),
        ("lib/libz.so.1", "lib/libz.so*"),
        ("dist/main.3f9c2ab1.js", "dist/main.*.js"),
        ("assets/index-BxK3f9_Q.js", "assets/index-*.js"),
        ("m.cpython-311-x86_64-linux-gnu.so", "m.cpython-*-x86_64-linux-gnu.so"),
        ("./etc//passwd", "etc/passwd"),
        ("main-settings.js", "main-settings.js"),
        ("x/deadbeef.txt", "x/deadbeef.txt"),
    ],
)
def test_what_is_left_open_in_a_path(path: str, shape: str) -> None:
    assert same_path.opened(path) == shape
