"""Commands that apt and dpkg run around their work, as settings of apt name them.

Spec: apt.conf(5) (APT::Update::Pre-Invoke, DPkg::Post-Invoke, DPkg::Pre-Install-Pkgs and others).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PLACE = re.compile(r"(?:^|/)apt\.conf(?:\.d/[^/]+)?$")
HOOK = re.compile(
    r"(?i)\b(?:Pre|Post)-(?:Invoke|Install-Pkgs)(?:-Success|-Stats)?(?:::)?\s*(?P<block>\{)?"
)
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMAND = 4_000  # characters of one
MOST = 100  # of one file


def commands(text: str) -> Iterator[tuple[int, str]]:
    """Each command, with the line that it stands on."""
    met = 0
    for hook in HOOK.finditer(text):
        start = text.rfind("\n", 0, hook.start()) + 1
        if re.match(r"\s*(?://|#)", text[start : hook.start()]):
            continue
        stop = len(text) if hook["block"] else text.find(";", hook.end())
        at = hook.end()
        while met < MOST:
            found = QUOTED.search(text, at, at + COMMAND)
            gap = text[at : found.start()] if found else ";"
            outside = "}" in gap if hook["block"] else ";" in gap
            if found is None or outside or found.start() > stop > 0:
                break
            met, at = met + 1, found.end()
            yield 1 + text.count("\n", 0, found.start()), re.sub(r"\\(.)", r"\1", found[1])
