"""What documents announce: names in sentences about a matter, and no others.

Spec: evenhand.readers.document.
"""

from __future__ import annotations

from pathlib import Path

from tests.readers.reading import read_bytes

PAGE = r""".TH GATE 8
.SH DESCRIPTION
Serves pages. See https://gate.example.org/ for more.
.PP
With
.BR \-\-debug\-console ,
a debug console listens on port 4444 of localhost. It is off by default.
.PP
Usage data are sent to stats.gate.example every week; \-\-no\-stats turns that off.
.SH FILES
/etc/gate.conf holds settings.
"""


def rows(text: str, tmp_path: Path, name: str = "gate.8") -> set[tuple[str, str, bool | None]]:
    found = read_bytes("document", text.encode(), tmp_path, name).rows
    return {(r.topic, r.name, r.controllable) for r in found}


def test_a_man_page(tmp_path: Path) -> None:
    assert rows(PAGE, tmp_path) >= {
        ("debugging", "--debug-console", True),
        ("remote access", "port 4444", True),
        ("data sent", "stats.gate.example", True),
    }
    # neither a link nor a path in a sentence about something else
    assert not {n for _, n, _ in rows(PAGE, tmp_path)} & {"gate.example.org", "/etc/gate.conf"}


def test_what_cannot_be_turned_off_is_said_not_to_be(tmp_path: Path) -> None:
    found = rows('The account "service" logs in over ssh.\n', tmp_path, "README")
    assert ("account", "service", None) in found
    assert ("remote access", "service", None) in found


def test_a_description_of_a_package_is_read_field_by_field(tmp_path: Path) -> None:
    text = "Package: gate\nMaintainer: A <a@b.example>\nDescription: remote support, --stop ends\n"
    assert {(t, n) for t, n, _ in rows(text, tmp_path, "control")} == {("remote access", "--stop")}


def test_locator_and_sentence(tmp_path: Path) -> None:
    text = "# Gate\n\nOne.\nTelemetry is sent to a.gate.example unless GATE_QUIET is set.\n"
    first, second = read_bytes("document", text.encode(), tmp_path, "README.md").rows
    assert (first.name, second.name) == ("a.gate.example", "GATE_QUIET")
    assert first.locator == "line 3"
    assert first.grade == "declared"
    assert "Telemetry is sent" in first.sentence


def test_a_large_document_is_read_in_part_and_a_binary_not_at_all(tmp_path: Path) -> None:
    large = read_bytes("document", b"word \n" * 200_000, tmp_path, "large.txt")
    assert large.reasons == ["only the first 1 MiB were read"]
    many = "".join(f"It sends data to h{n}.gate.example. \n\n" for n in range(3000))
    assert "more than 2000" in read_bytes("document", many.encode(), tmp_path, "x.md").reasons[0]
