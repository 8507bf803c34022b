"""Shell functions that other scripts source: no first line, no ending tells what they are.

Spec: POSIX.1-2024 Shell Command Language s. 2.9.5 (Function Definition Command).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {"text": True}
EMITS = ("accepted", "behaviour", "hidden_access", "script_use")
CANNOT_SEE = {
    "behaviour": "which script sources it, and whether any does",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}

HEAD_BYTES = 1 << 16
FUNCTION = re.compile(
    rb"(?m)^[ \t]*(?:function[ \t]+)?[A-Za-z_][\w-]*[ \t]*\(\)[ \t]*(?:\n?[ \t]*[{(]|$)"
)
# A word of the shell at the head of a line, which no other language's functions have so.
PLAIN = re.compile(
    rb"(?m)^[ \t]*(?:local |fi$|done\b|esac$|\[ |then$|export |test |echo |printf '|case .* in$)"
    rb"|; then$|; do\b|\$\{?\w|^[ \t]*\w+ .* \|\| |&&[ \t]"
)
# Other languages with functions that look alike: they say so by their names.
OTHERS = re.compile(
    r"(?i).*\.(?:[chm]|cc|cpp|[ch]xx|hpp|java|kt|go|rs|js|[cm]js|tsx?|jsx|py|php|lua|pl|pm|rb|cs|awk"
    r"|swift|scala|dart|groovy|gradle|css|html?|xml|md|rst|txt|json|ya?ml|toml|sql|tcl|vim|el|m4)"
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the functions do."""
    name = artefact.name.rpartition("/")[2]
    with artefact.open() as stream:
        head = stream.read(HEAD_BYTES)
    alike = head.startswith(b"#!") or OTHERS.fullmatch(name)
    if alike or not FUNCTION.search(head) or not PLAIN.search(head):
        raise NotThisFormat("no functions of a shell")
    from evenhand.code.examine import rows

    yield from rows(artefact, "shell", "when called")
