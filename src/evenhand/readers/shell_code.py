"""Shell scripts: what they do, by their parse tree.

Spec: POSIX.1-2024 Shell Command Language; Debian Policy 4.7 ch. 6 (maintainer scripts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {
    "names": (
        "*.sh", "*.bash", "*.ksh", "*.zsh", "preinst", "postinst", "prerm", "postrm", "PKGBUILD",
        ".bashrc", ".profile", ".bash_profile", ".zshrc", "rcS", "rc.local", "crontab",
        "etc/profile", "bash.bashrc", ".INSTALL", "etc/profile.d/*", "dhclient-enter-hooks.d/*",
        "dhclient-exit-hooks.d/*", "dhclient-exit-hooks", "hotplug.d/*/*", "etc/uci-defaults/*",
        "etc/firewall.user", "ssh/sshrc", ".ssh/rc", "completions/*", "bash_completion.d/*",
        "etc/rc.button/*", "Xsession.d/*", "xinitrc.d/*", ".xprofile", ".xinitrc", ".zprofile",
        "etc/zsh/*", "atjobs/*", ".bash_logout", ".bash_login",
    )
}  # fmt: skip
EMITS = ("accepted", "behaviour", "hidden_access", "script_use")
CANNOT_SEE = {
    "behaviour": "what the programs do that a script runs; text that is put together as it runs",
    "hidden_access": "ways in other than connections that are given a shell",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}
# What these readers take whether or not it has a first line (`#!`) of its own.
OWN = re.compile(
    r".*\.(?:sh|bash|ksh|zsh)|(?:pre|post)(?:inst|rm)|PKGBUILD|\.(?:bashrc|profile|bash_profile|zshrc)"
    r"|rcS|rc\.local|crontab"
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the commands of one script do."""
    from evenhand.code.examine import rows
    from evenhand.code.moment import moment_of

    if OWN.fullmatch(artefact.name.rpartition("/")[2]) is None:
        with artefact.open() as stream:
            if stream.read(2) == b"#!":
                raise NotThisFormat("a script that its first line makes known")
    yield from rows(artefact, "shell", moment_of(artefact.name))
