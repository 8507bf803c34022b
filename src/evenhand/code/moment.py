"""When a shell script is run, by its name and folder.

Spec: Debian Policy 4.7 ch. 6; cron(8), udev(7), interfaces(5), bash(1) (INVOCATION).
"""

from __future__ import annotations

import re

MOMENTS = {
    "preinst": "at install", "postinst": "at install", "prerm": "when called",
    "postrm": "when called", ".bashrc": "at start", ".profile": "at start",
    ".bash_profile": "at start", ".zshrc": "at start", "rcS": "at start", "rc.local": "at start",
    "profile": "at start", ".xprofile": "at start", "sshrc": "at start",
    "bash.bashrc": "at start", ".INSTALL": "at install",
    "pre-install.sh": "at install", "post-install.sh": "at install", "trigger.sh": "at install",
    "pre-transaction.sh": "at install", "post-transaction.sh": "at install",
}  # fmt: skip
# Folders whose files are sourced, or run, when something begins.
STARTS = re.compile(
    r"(?:profile|(?:enter|exit)-hooks|hotplug|uci-defaults|completion|Xsession|xinitrc|rc\.button"
    r"|etc/zsh|atjobs|cron|if-up|if-down|if-pre-up|ip-up|dispatcher|update-motd|system-sleep"
    r"|init|rc\d|hooks)(?:\.d)?/"
)


def moment_of(path: str) -> str:
    """`at install`, `at start`, `when called` or `when run`."""
    folder, _, name = path.rpartition("/")
    return MOMENTS.get(name, "at start" if STARTS.search(folder + "/") else "when run")
