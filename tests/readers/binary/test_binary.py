"""Hosts in the strings of programs.

Spec: evenhand.readers.binary.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.readers import binary
from tests.readers.reading import read, read_bytes

ELF = b"\x7fELF\2\1\1" + bytes(9)


def hosts(folder: Path, data: bytes) -> list[tuple[str | None, str, str]]:
    """(scheme, host, locator) of every mention."""
    rows = read_bytes("binary", data, folder).table("mention")
    return [(m.scheme, m.host, m.locator) for m in rows]


def test_urls_and_whole_strings(tmp_path: Path) -> None:
    data = ELF + b"\0https://a.example.com/x\0b.example.net\0c.example.org:8883\0"
    assert hosts(tmp_path, data) == [
        ("https", "a.example.com", f"offset {data.index(b'a.example')}"),
        (None, "b.example.net", f"offset {data.index(b'b.example')}"),
        (None, "c.example.org", f"offset {data.index(b'c.example')}"),
    ]


def test_wide_strings(tmp_path: Path) -> None:
    wide = "https://w.example.com/".encode("utf-16-le")
    data = ELF + b"\xff\xff" + wide + b"\0\0"
    assert hosts(tmp_path, data) == [("https", "w.example.com", f"offset {18 + 2 * 8}")]


@pytest.mark.parametrize(
    "string",
    [b"libc.so.6", b"module.py", b"java.net", b"com.example.net", b"printf.name", b"crt0.cc"],
)
def test_symbols_and_files_are_no_hosts(tmp_path: Path, string: bytes) -> None:
    assert hosts(tmp_path, ELF + b"\0" + string + b"\0") == []


def test_a_piece_of_a_name_amid_code_is_none(tmp_path: Path) -> None:
    assert hosts(tmp_path, ELF + b"\0\x48\xb8dows.net\x48\x89") == []


def test_a_string_with_its_length_in_front(tmp_path: Path) -> None:
    data = b"\xca\xfe\xba\xbe\0\0\0\x34\1\0\x0fapi.example.com\1\0\x03abc"
    assert hosts(tmp_path, data) == [(None, "api.example.com", "offset 11")]


def test_of_an_unknown_format_urls_only(tmp_path: Path) -> None:
    found = read_bytes("binary", b"\0\1\2\0b.example.net\0http://c.example.net\0", tmp_path)
    assert [m.host for m in found.rows] == ["c.example.net"]
    assert found.reasons == [
        "no reader knows this format; only host names in its strings were looked for"
    ]


def test_dos_programs_are_not_taken_for_windows_ones(tmp_path: Path) -> None:
    assert "no reader knows" in read_bytes("binary", b"MZ" + bytes(80), tmp_path).reasons[0]
    windows = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(20)
    assert read_bytes("binary", windows, tmp_path).reasons == []


def test_three_gigabytes_of_nothing(bad: Path) -> None:
    found = read("binary", bad / "sparse.bin")
    assert found.partly[-1].offset_bytes == binary.SCAN_BYTES
    assert "only the first 256 MiB" in found.reasons[-1]
