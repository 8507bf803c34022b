"""Signs that stand in the text of a script: what of it is looked at, and what is told of one.

Spec: none.
"""

from __future__ import annotations

from evenhand.code.finding import Finding

FIXED, SECRET = "checks a fixed secret", "fixed secret"
TARGET = 60  # characters of a sign that are kept


def bounded(data: bytes, most: int, of_line: int) -> bytes:
    """The start of a file, and of each of its lines: the work on a line grows with its square."""
    data = data[:most]
    if max(map(len, data.split(b"\n"))) > of_line:
        data = b"\n".join(line[:of_line] for line in data.split(b"\n"))
    return data


def sign(
    data: bytes, at: int, about: bytes, kind: str, said: str, strength: float, access: str = ""
) -> Finding:
    """One sign of a text, at its line; a secret itself is not repeated."""
    line = data.count(b"\n", 0, at) + 1
    target = " ".join(about.decode("utf-8", "replace").split())[:TARGET]
    if kind == FIXED:
        target = "fixed in the file"
    return Finding(kind, target, strength, line, ((line, said),), "when run", access=access)
