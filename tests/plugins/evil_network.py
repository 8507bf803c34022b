"""A reader made for tests: it does what a broken or taken-over one might (network)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c206e6574776f726b")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Try to reach the network, and to start a program; report what was possible."""
    import socket
    import subprocess

    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
        yield Mention(artefact.name, "network.example.org", "line 1")
    except PermissionError:
        yield Mention(artefact.name, "refused-network.example.org", "line 1")
    try:
        subprocess.run(["true"], check=False)
        yield Mention(artefact.name, "program.example.org", "line 2")
    except PermissionError:
        yield Mention(artefact.name, "refused-program.example.org", "line 2")
