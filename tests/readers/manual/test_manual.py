"""What papers name: options in every spelling, words that are set apart, ports.

Spec: evenhand.readers.manual, evenhand.manual.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.reading import read_bytes

MAN = r""".TH GATE 8
.SH SYNOPSIS
.B gate
[\-dvx] [\fB\-\-config\fP[=\fIfile\fR]] [\-\-[no\-]color]
.TP
.BR reload ", " stop
Send it a word on TCP port 4444.
.TP
\fB\-l\fR, \fB\-\-listen\fR
Some text, for 1999 years.
"""
MDOC = """.Dd May 1, 2020
.Dt GATE 8
.Sh SYNOPSIS
.Nm gate
.Op Fl 46dV
.Op Fl c Ar file
.Op Fl Fl long
.Bl -tag -width Ds
.It Fl o Ar option
Set it.
.It Cm reload
Again.
"""
ZSH = """#compdef gate
_arguments '(-a --all)'{-a,--all}'[everything]' '--depth=[how far]:number' 'reload:again'
"""
FISH = "complete -c gate -s q -l quiet -d 'say less'\n"


@pytest.mark.parametrize(
    ("name", "text", "source", "about", "options"),
    [
        ("man8/gate.8", MAN, "man page", "gate",
         {"-d", "-v", "-x", "-dvx", "--config", "--color", "--no-color", "-l", "--listen"}),
        ("gate.8", MDOC, "man page", "gate",
         {"-4", "-6", "-d", "-V", "-c", "--long", "-o", "-46dV"}),
        ("zsh/site-functions/_gate", ZSH, "completion", "gate", {"-a", "--all", "--depth"}),
        ("vendor/gate.fish", FISH, "completion", "gate", {"-c", "-s", "-q", "-l", "-d", "--quiet"}),
        ("gate.service", "[Service]\nExecStart=/bin/gate --foreground\n", "unit", None,
         {"--foreground"}),
        ("README.html", "<p>Say <code>--x</code>&nbsp;now", "document", None, {"--x"}),
    ],
)  # fmt: skip
def test_options(
    name: str, text: str, source: str, about: str | None, options: set[str], tmp_path: Path
) -> None:
    rows = read_bytes("manual", text.encode(), tmp_path, name).table("document_name")
    assert {(r.source, r.about) for r in rows} == {(source, about)}
    assert {n for r in rows if r.kind == "option" for n in r.names} == options


def test_words_and_ports(tmp_path: Path) -> None:
    rows = read_bytes("manual", MAN.encode(), tmp_path, "gate.8").table("document_name")
    named = {r.kind: set(r.names) for r in rows}
    assert named["port"] == {"4444"}  # the years are none
    assert {"reload", "stop", "gate"} <= named["word"]
    assert "years" not in named["word"]


def test_what_is_no_document(tmp_path: Path) -> None:
    assert read_bytes("manual", b"\x7fELF\0", tmp_path, "lib.so.1").failure is not None
    long = read_bytes("manual", b"--x \n" * 500_000, tmp_path, "README")
    assert long.partly and long.table("document_name")[0].names == ["--x"]
