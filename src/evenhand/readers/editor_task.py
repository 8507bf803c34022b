"""Tasks of an editor that it starts by itself when the folder is opened.

Spec: documentation of Visual Studio Code (tasks.json 2.0.0).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item
from evenhand.rootfs.text import text_of

VERSION = "1"
RECOGNISES = {"names": (".vscode/tasks.json", "*.code-workspace")}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether an editor trusts the folder; what programs do that a task starts",
    "hidden_access": "what programs do that a task starts",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what those tasks do that nobody has to start."""
    from evenhand.code.editor_task import tasks
    from evenhand.code.examine import examine, facts_of

    text = yield from text_of(artefact)
    for finding in tasks(
        text.encode(), lambda said, name: examine(said.encode(), name, "at start").found, "at start"
    ):
        yield from facts_of(finding, artefact.name)
