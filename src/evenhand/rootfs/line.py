"""A line of a file of a system, by the file's path: what it opens.

The same line means the same in a file that is shipped and in one that a script writes.

Spec: evenhand.rootfs.opening, evenhand.rootfs.loosened.
"""

from __future__ import annotations

from evenhand.rootfs.loosened import LINES
from evenhand.rootfs.opening import FILES, Opening

LINE = 4000  # longest line that is looked at


def of_line(path: str, line: str) -> Opening | None:
    """What a line of the file with this path opens; None: nothing that is known."""
    plain = line.strip()[:LINE]
    if not plain or plain.startswith(("#", ";")) or len(path) > LINE:
        return None
    for pattern, read in (*FILES, *LINES):
        if pattern.search(path):
            return read(plain)
    return None
