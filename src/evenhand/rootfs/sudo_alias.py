"""Aliases of commands in sudoers, put in where they are used; lines keep their numbers.

Spec: sudoers(5), Aliases.
"""

from __future__ import annotations

import re

DEEP = 4  # aliases of aliases
LONGEST = 2_000  # of what an alias stands for
ALIASES = 200
DEFINED = re.compile(r"(?m)^\s*Cm(?:n)?d_Alias\s+([^\n]+)")
ONE = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*)", re.S)
JOINED = re.compile(r"\\\n")


def resolved(text: str) -> str:
    """The text with each alias of commands in the place of its name, but for what is forbidden."""
    lines = JOINED.sub(" ", text)
    meant: dict[str, str] = {}
    for line in DEFINED.findall(lines):
        for part in re.split(r"\s:\s", line)[:ALIASES]:
            if (one := ONE.fullmatch(part)) and len(meant) < ALIASES:
                meant[one[1]] = one[2].strip()[:LONGEST]
    if not meant:
        return text
    name = re.compile(rf"(?<![\w!/])(?:{'|'.join(sorted(meant))})(?![\w/])")
    return "\n".join(_line(line, name, meant) for line in text.split("\n"))


def _line(line: str, name: re.Pattern[str], meant: dict[str, str]) -> str:
    who, sign, what = line.partition("=")
    if not sign or "_Alias" in who or who.lstrip().startswith("#"):
        return line
    for _ in range(DEEP):
        put = name.sub(lambda m: meant[m[0]], what)[:LONGEST]
        if put == what:
            break
        what = put
    return f"{who}={what}"
