"""What is found in a program, before it becomes a fact.

Spec: docs/reference/facts.md (`hidden_access`).
"""

from __future__ import annotations

from typing import NamedTuple

SHOWN_CHARACTERS = 24


class Finding(NamedTuple):
    """Something to look at, or more."""

    kind: str
    constant: str
    strength: float
    shown: bool
    because: str
    at: int  # address
    function: int  # start of the function, -1 where it lies in none
    behaves: bool = False  # a behaviour, no way in


class Compared(NamedTuple):
    """A comparison with a constant, whatever it leads to."""

    constant: str
    effect: str  # a function of a library, or empty
    source: str  # where what it is compared with comes from
    rarity: float
    at: int


def shortened(text: str) -> str:
    """A constant as it is told: never a whole secret that opens something elsewhere."""
    plain = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[: SHOWN_CHARACTERS - 1]}…"
