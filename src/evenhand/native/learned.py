"""What was learned from the packages of a distribution (placeholder of data: none yet).

Spec: none.
"""

from __future__ import annotations

import math
import re

_CLASSES = (
    (re.compile(r"[a-z]"), 2.6), (re.compile(r"[A-Z]"), 3.2), (re.compile(r"[0-9]"), 3.6),
    (re.compile(r"[-_ ./]"), 3.0),
)  # fmt: skip


def surprise(text: str) -> float:
    """Bits of information in a text."""
    bits, before = 0.0, -1
    for character in text[:64]:
        for kind, (pattern, cost) in enumerate(_CLASSES):
            if pattern.match(character):
                bits += cost + (1.5 if before not in (kind, -1) else 0)
                before = kind
                break
        else:
            bits += 5
            before = -1
    return min(bits, len(set(text)) * math.log2(94))


def packages(text: str) -> int:
    """In how many packages a text was met."""
    return 0


def number(value: int) -> bool:
    """True where a number was met in more than one package."""
    return False
