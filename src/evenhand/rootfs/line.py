"""A line of a file of a system, by the file's path: what it opens.

The same line means the same in a file that is shipped and in one that a script writes.

Spec: evenhand.rootfs.opening, loosened, server and set_up.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from evenhand.rootfs.loosened import LINES
from evenhand.rootfs.opening import FILES, Opening
from evenhand.rootfs.server import SERVERS
from evenhand.rootfs.set_up import account, placed, temporary

LINE = 4000  # longest line that is looked at
TEMPORARY = re.compile(r"(?:^|[/*\"}])tmpfiles\.d/[^/]+$")


def _temporary(line: str) -> Opening | None:
    """A line of tmpfiles.d; what it writes into a file counts as a line of that file."""
    place, text = placed(line)
    inner = [of_line(place, one) for one in text.splitlines()[:50]] if place else []
    strong = [o for o in inner if o is not None and o.strength is not None]
    if strong:
        best = max(strong, key=lambda o: o.strength or 0)
        return best._replace(because=f"written at each start into {place[-60:]}: {best.because}")
    return temporary(line)


READ: tuple[tuple[re.Pattern[str], Callable[[str], Opening | None]], ...] = (
    *FILES,
    *LINES,
    *SERVERS,
    (TEMPORARY, _temporary),
    (re.compile(r"(?:^|[/*\"}])sysusers\.d/[^/]+$"), account),
)


def of_line(path: str, line: str) -> Opening | None:
    """What a line of the file with this path opens; None: nothing that is known."""
    plain = line.strip()[:LINE]
    if not plain or plain.startswith(("#", ";")) or len(path) > LINE:
        return None
    for pattern, read in READ:
        if pattern.search(path):
            return read(plain)
    return None
