"""Python source: what it does, by its parse tree.

Spec: Python language reference 3.13; Python documentation of `site` (path configuration files).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("*.py", "*.pyw", "*.pyi", "*.pth")}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": (
        "what native code, other programs and code that is fetched or put together while it runs "
        "do; whether code that is there is ever run"
    ),
    "hidden_access": "ways in that take more than one file or a flow through objects to see",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the code of one file does."""
    from evenhand.code.examine import rows

    yield from rows(artefact, "python", moment(artefact.name.rpartition("/")[2]))


def moment(name: str) -> str:
    """When the outermost code of a file of this name runs."""
    if name == "setup.py":
        return "at install"
    if fnmatch.fnmatch(name, "*.pth") or name in ("sitecustomize.py", "usercustomize.py"):
        return "at start"
    return "at import"
