"""Fact table `native_function`: functions of a program by their code, for the difference.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "name")
RANK = 95  # that code changed says less than anything that is known of it
ANEW = "path"  # where most of a program's code is other, it was only compiled anew
MEANING = {
    "path": "where the file was first met",
    "name": (
        "the first functions of libraries that it calls, and a digest of its code and its texts; "
        "places that move from one build to the next are left out of it"
    ),
}


class NativeFunction(NamedTuple):
    """A function of a program."""

    path: str
    name: str
    locator: str = ""
    grade: str = "observed"
