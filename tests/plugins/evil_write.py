"""A reader made for tests: it does what a broken or taken-over one might (write)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c207772697465")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Try to write beside the artefact, whose name says where."""
    import os
    import socket
    from pathlib import Path

    target = Path(artefact.file).parent / "written-by-reader"
    actions: tuple[tuple[str, Callable[[], object]], ...] = (
        ("write", lambda: target.write_text("taken over")),
        ("truncate", lambda: os.truncate(artefact.file, 0)),
        ("mode", lambda: Path(artefact.file).chmod(0)),
        ("times", lambda: os.utime(artefact.file)),
        ("signal", lambda: os.kill(os.getppid(), 0)),
        ("socket", lambda: socket.socket(socket.AF_UNIX)),
    )
    for number, (name, action) in enumerate(actions):
        try:
            action()
            yield Mention(artefact.name, f"{name}.example.org", f"line {number}")
        except PermissionError:
            yield Mention(artefact.name, f"refused-{name}.example.org", f"line {number}")
