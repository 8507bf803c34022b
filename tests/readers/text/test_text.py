"""Hosts in text: what is one, and what only looks like one.

Spec: evenhand.readers.text, evenhand.host.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand import host
from evenhand.pattern import Pattern
from evenhand.readers import text
from tests.readers.reading import read, read_bytes

ALWAYS = Pattern(rb"")


def hosts(folder: Path, said: str | bytes) -> list[tuple[str | None, str, str]]:
    """(scheme, host, locator) of every mention."""
    data = said.encode() if isinstance(said, str) else said
    rows = read_bytes("text", data, folder).table("mention")
    return [(m.scheme, m.host, m.locator) for m in rows]


@pytest.mark.parametrize(
    ("said", "scheme", "host"),
    [
        ("see https://Api.Example.COM:8443/x?y=1.", "https", "api.example.com"),
        ("mqtts://user:secret@broker.example.net", "mqtts", "broker.example.net"),
        ("git+ssh://git@example.org/a.git", "git+ssh", "example.org"),
        (r'{"u":"http:\/\/cdn.example.co.uk\/x"}', "http", "cdn.example.co.uk"),
        ("?next=https%3A%2F%2Fexample.de%2Fpath", "https", "example.de"),
        (r"'line\nhttp://example.fr'", "http", "example.fr"),
        ("http://[2001:DB8:0::1]:80/", "http", "2001:db8::1"),
        ("tcp://192.0.2.7:1883", "tcp", "192.0.2.7"),
        ("https://bücher.de/", "https", "xn--bcher-kva.de"),
        ("https://straße.de/", "https", "xn--strae-oqa.de"),
        ("https://xn--bcher-kva.de/", "https", "xn--bcher-kva.de"),
        ("请访问http://example.com查看", "http", "example.com"),
        ("http://abcdefghij234567abcdefghij234567abcdefghij234567abcdefgh.onion/", "http", None),
        ('host = "telemetry.example.com"', None, "telemetry.example.com"),
        ("server: telemetry.example.org", None, "telemetry.example.org"),
        ("connect('broker.example.io:8883')", None, "broker.example.io"),
        ("src='//cdn.example.net/x.js'", None, "cdn.example.net"),
        ("see www.example.gov.uk, there", None, "www.example.gov.uk"),
        ("nameserver 9.9.9.9", None, "9.9.9.9"),
        ("ip route add 198.51.100.0/24 via 198.51.100.1", None, "198.51.100.1"),
        ("connect 203.0.113.9:4444", None, "203.0.113.9"),
        ("addr 2001:4860:4860::8888", None, "2001:4860:4860::8888"),
    ],
)
def test_hosts(tmp_path: Path, said: str, scheme: str | None, host: str | None) -> None:
    found = hosts(tmp_path, said)
    assert [(s, h) for s, h, _ in found] == [(scheme, host or said[7:-1])]


@pytest.mark.parametrize(
    "said",
    [
        "os.path.join(a)",
        "'foo.py' main.rs \"index.html\" 'a.sh' `b.md`",
        "from collections.abc import x; 'collections.abc'",
        "'user.name' \"self.id\" 'np.ma' 'item.is'",
        "import java.net; 'org.apache.commons.net' \"com.example.net\"",
        "version 1.2.3.4, v1.2.3.4, ==1.2.3.4, Chrome/115.0.0.0, 0.1.2.3",
        'OID 2.5.29.15 and 1.3.6.1.4.1.311 and "2.5.4.3"',
        "http://localhost/ http://127.0.0.1:80/ http://[::1]/ 0.0.0.0:80",
        "https://%s.example.com https://{host}/ https://${region}.example.com https://a.com{path}",
        "mail ann@example.com",
        "std::abc::def 12:34:56 de:ad:be:ef:00:11 aa:bb:cc:dd:ee:ff:00:11",
        "x[2000::10] 255.255.255.0",
        "co.uk 'com' 'gov.uk'",
        "http://printer/ chrome://settings.com",
        "(1.2.3.4) 3.14.15.92 section 203.0.113.9",
        "255.255.255.255 999.1.1.1 10.0.0.0/8",
    ],
)
def test_no_hosts(tmp_path: Path, said: str) -> None:
    assert hosts(tmp_path, said) == []


@pytest.mark.parametrize(
    ("said", "host", "special"),
    [
        ("https://updates.alder.example/v1", "updates.alder.example", "documentation"),
        ("https://www.example.com/", "www.example.com", "documentation"),
        ("http://api.shop.test:8080/", "api.shop.test", "test"),
        ("http://no.invalid/", "no.invalid", "invalid"),
        ("http://app.localhost/", "app.localhost", "loopback"),
        ("http://printer.local/", "printer.local", "local network"),
        ("https://api.debian.org/", "api.debian.org", None),
    ],
)
def test_reserved_names_in_urls_are_named_as_such(
    said: str, host: str, special: str | None, tmp_path: Path
) -> None:
    (row,) = read_bytes("text", said.encode(), tmp_path).rows
    assert (row.host, row.special) == (host, special)


@pytest.mark.parametrize("said", ["self.local", "x = app.test", "'a.example'", "https://local/"])
def test_bare_reserved_names_are_left_alone(said: str, tmp_path: Path) -> None:
    assert hosts(tmp_path, said) == []


def test_one_row_per_host_and_scheme_where_first_met(tmp_path: Path) -> None:
    said = "a\nhttps://x.example.com\nhttp://x.example.com\nhttps://x.example.com 'x.example.com'"
    assert hosts(tmp_path, said) == [
        ("https", "x.example.com", "line 2"),
        ("http", "x.example.com", "line 3"),
        (None, "x.example.com", "line 4"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_marked_encodings(tmp_path: Path, encoding: str) -> None:
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    data = marks.get(encoding, b"") + "\n\nhttps://bücher.de/".encode(encoding)
    assert hosts(tmp_path, data) == [("https", "xn--bcher-kva.de", "line 3")]


def test_latin_1(tmp_path: Path) -> None:
    assert hosts(tmp_path, "http://bücher.de/".encode("latin-1"))[0][1] == "xn--bcher-kva.de"


def test_binary_content_is_no_text(tmp_path: Path) -> None:
    found = read_bytes("text", b"https://example.com\0", tmp_path)
    assert type(found.failure).__name__ == "NotThisFormat"


def test_a_script_with_something_binary_behind_it(tmp_path: Path) -> None:
    script = b"#!/bin/sh\n" + b"exit 0\n" * 20_000
    found = read_bytes("text", script + b"\0\1\2 https://x.example.com/", tmp_path)
    assert [m.host for m in found.rows] == ["x.example.com"]
    assert found.partly[0].offset_bytes == len(script)
    assert "no text from here on" in found.reasons[0]


def test_hosts_at_every_border_of_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "CHUNK_BYTES", 5000)
    lines = [f"{'x' * (i % 97)} https://h{i}.example.com/{'y' * (i % 31)}" for i in range(2000)]
    found = hosts(tmp_path, "\n".join(lines))
    assert found == [("https", f"h{i}.example.com", f"line {i + 1}") for i in range(2000)]


def test_the_quick_look_passes_over_no_bare_name() -> None:
    ends = ("com", "net", "co.uk", "gov.in", "xn--p1ai", "fr", "de", "py", "abc", "info")
    begins = ("a", "www", "ntp", "x-1.y", "de.name", "9")
    tails = ("", ".", ":8080", ".:80", "/p/q", ":4012/")
    found = 0
    for name in (f"{b}.{e}{t}" for b in begins for e in ends for t in tails):
        for said in (f'x="{name}"', f"x='//{name}'", f"x={name}", f"({name},", f"<b>{name}<"):
            data = said.encode()
            known = {*host._bare(ALWAYS, host._QUOTED, data, True)}
            known |= {*host._bare(ALWAYS, host._DELIMITED, data, False)}
            found += len(known)
            found_here = set(host.in_text(data))
            assert found_here == known, said
    assert found > 200


def test_one_endless_line(bad: Path) -> None:
    rows = read("text", bad / "minified.js").table("mention")
    assert [(m.host, m.locator) for m in rows] == [("end.example.org", "line 1")]


def test_limits_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "DISTINCT", 10)
    found = read_bytes("text", "\n".join(f"http://h{i}.de" for i in range(20)).encode(), tmp_path)
    assert len(found.rows) == 10 and "more than 10 different hosts" in found.reasons[0]
    monkeypatch.setattr(text, "SCAN_BYTES", 1000)
    assert "only the first" in read_bytes("text", b"x " * 3000, tmp_path).reasons[0]
