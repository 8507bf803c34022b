"""RPM packages: which component, which scripts, its payload, broken ones.

Spec: evenhand.readers.rpm.
"""

from __future__ import annotations

from pathlib import Path

from tests.readers.reading import read_bytes

LEAD = b"\xed\xab\xee\xdb" + bytes(92)


def header(tags: dict[int, str | int]) -> bytes:
    """A header with these tags."""
    index, store = b"", b""
    for tag, value in tags.items():
        text = isinstance(value, str)
        store += b"" if text else bytes(-len(store) % 4)
        index += b"".join(n.to_bytes(4, "big") for n in (tag, 6 if text else 4, len(store), 1))
        store += value.encode() + b"\0" if isinstance(value, str) else value.to_bytes(4, "big")
    sizes = len(tags).to_bytes(4, "big") + len(store).to_bytes(4, "big")
    return b"\x8e\xad\xe8\x01" + bytes(4) + sizes + index + store


def package(tags: dict[int, str | int], payload: bytes = b"070701") -> bytes:
    """A package with an odd signature, which is padded."""
    signature = header({1004: "odd"})
    return LEAD + signature + bytes(-len(signature) % 8) + header(tags) + payload


TAGS: dict[int, str | int] = {1000: "hello", 1001: "2.10", 1002: "4", 1003: 1, 1011: "A Vendor"}
TAGS |= {1022: "x86_64", 1024: "#!/bin/sh\nldconfig\n", 1124: "cpio"}


def test_a_package(tmp_path: Path) -> None:
    found = read_bytes("rpm", package(TAGS), tmp_path)
    (component,) = found.table("component")
    assert component.purl == "pkg:rpm/hello@2.10-4?arch=x86_64&epoch=1"
    assert (component.version, component.supplier, component.grade) == (
        "2.10-4",
        "A Vendor",
        "declared",
    )
    assert found.children == {
        "post-install.sh": b"#!/bin/sh\nldconfig\n",
        "payload.cpio": b"070701",
    }
    assert found.reasons == []


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    nameless = read_bytes("rpm", package({1124: "cpio"}), tmp_path)
    assert [d.message for d in nameless.table("defect")] == ["no tag 1000"]
    empty = read_bytes("rpm", package(TAGS, b""), tmp_path)
    assert empty.failure is not None and "no payload" in empty.failure.reason
    for cut in (0, 100, 130, 150, 260):
        found = read_bytes("rpm", package(TAGS)[:cut], tmp_path)
        assert found.failure is not None and not found.table("component")
    huge = LEAD + b"\x8e\xad\xe8\x01" + bytes(4) + b"\xff" * 8
    assert read_bytes("rpm", huge, tmp_path).failure is not None
