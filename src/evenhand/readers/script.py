"""Scripts known by their first line (`#!`) alone: handed to the reader of their language.

Spec: execve(2), Interpreter scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item

VERSION = "4"
RECOGNISES = {"magic": ((0, "2321"),)}
EMITS = ("accepted", "behaviour", "code_link", "hidden_access", "script_use", "usage_sign")
CANNOT_SEE = {
    "behaviour": "what scripts of other languages do than Python, JavaScript, shell, PHP and Lua",
    "hidden_access": "ways in that take more than one file or a flow through objects to see",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}
LANGUAGES = (
    ("python", rb"python[\d.]*|pypy\d?"),
    ("javascript", rb"node|nodejs|bun|deno"),
    ("shell", rb"(ba|da|a|k|z)?sh"),
    ("php", rb"php[\d.]*"),
    ("lua", rb"lua(jit)?[\d.]*|texlua"),
)
FIRST_LINE_BYTES = 256
# Names by which the readers of one language know their files, and read them themselves.
KNOWN = re.compile(
    r".*\.(py\w?|pth|[cm]?[jt]s|[jt]sx|sh|bash|ksh|zsh|php\d?|phtml|lua)|(pre|post)(inst|rm)"
    r"|PKGBUILD|\.(bashrc|profile|bash_profile|zshrc)|rcS|rc\.local|crontab"
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the script does, where its interpreter is one that we know."""
    from evenhand.code.examine import rows
    from evenhand.code.moment import moment_of

    with artefact.open() as stream:
        line = stream.readline(FIRST_LINE_BYTES)
    words = [w.rpartition(b"/")[2] for w in line[2:].split()]
    program = next(
        (w for w in words if w != b"env" and not w.startswith(b"-") and b"=" not in w), b""
    )
    language = next((n for n, p in LANGUAGES if re.fullmatch(p, program)), None)
    if language is None or KNOWN.fullmatch(artefact.name.rpartition("/")[2]):
        raise NotThisFormat("no script of a language that is known by its first line alone")
    moment = moment_of(artefact.name) if language == "shell" else "when run"
    yield from rows(artefact, language, moment)
