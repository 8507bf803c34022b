"""Python source: what it does, by its parse tree.

Spec: Python language reference 3.13; Python documentation of `site` (path configuration files).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {"names": ("*.py", "*.pyw", "*.pyi", "*.pth")}
PTH_BYTES = 1 << 20
# What packaging tools write there to make a namespace, or to find what is edited in place.
NAMESPACE = re.compile(rb"types\.ModuleType|module_from_spec|__editable___|_virtualenv")
EMITS = ("accepted", "behaviour", "code_link", "hidden_access", "script_use", "usage_sign")
CANNOT_SEE = {
    "behaviour": (
        "what native code, other programs and code that is fetched or put together while it runs "
        "do; whether code that is there is ever run"
    ),
    "hidden_access": "ways in that take more than one file or a flow through objects to see",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the code of one file does."""
    from evenhand.code.examine import rows

    when = moment(artefact.name.rpartition("/")[2])
    if artefact.name.endswith(".pth"):
        yield from _starts(artefact)
    yield from rows(artefact, "python", when)


def _starts(artefact: Artefact) -> Iterator[Item]:
    """Lines of a path configuration file that are run whenever the interpreter starts."""
    with artefact.open() as stream:
        lines = stream.read(PTH_BYTES).splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(rb"import[ \t]", line) and not NAMESPACE.search(line):
            text = line.decode("utf-8", "replace")[:120]
            yield Behaviour(
                artefact.name, "adds persistence", f"line {number}", "Python start-up file",
                f"line {number}: every start of the interpreter runs {text!r}", 0.55, None,
                "at start",
            )  # fmt: skip
            return


def moment(name: str) -> str:
    """When the outermost code of a file of this name runs."""
    if name == "setup.py":
        return "at install"
    if fnmatch.fnmatch(name, "*.pth") or name in ("sitecustomize.py", "usercustomize.py"):
        return "at start"
    return "at import"
