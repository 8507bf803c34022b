"""Shell scripts: what they do, by their parse tree.

Spec: POSIX.1-2024 Shell Command Language; Debian Policy 4.7 ch. 6 (maintainer scripts).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {
    "names": (
        "*.sh", "*.bash", "*.ksh", "*.zsh", "preinst", "postinst", "prerm", "postrm", "PKGBUILD",
        ".bashrc", ".profile", ".bash_profile", ".zshrc", "rcS", "rc.local", "crontab",
        "etc/profile", "bash.bashrc", ".INSTALL",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access", "script_use")
CANNOT_SEE = {
    "behaviour": "what the programs do that a script runs; text that is put together as it runs",
    "hidden_access": "ways in other than connections that are given a shell",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}
MOMENTS = {
    "preinst": "at install", "postinst": "at install", "prerm": "when called",
    "postrm": "when called", ".bashrc": "at start", ".profile": "at start",
    ".bash_profile": "at start", ".zshrc": "at start", "rcS": "at start", "rc.local": "at start",
    "profile": "at start", "bash.bashrc": "at start", ".INSTALL": "at install",
    "pre-install.sh": "at install", "post-install.sh": "at install", "trigger.sh": "at install",
    "pre-transaction.sh": "at install", "post-transaction.sh": "at install",
}  # fmt: skip


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the commands of one script do."""
    from evenhand.code.examine import rows

    moment = MOMENTS.get(artefact.name.rpartition("/")[2], "when run")
    yield from rows(artefact, "shell", moment)
