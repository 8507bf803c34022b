"""A finding: one thing that code does, how plainly it is seen, and the way there.

Spec: docs/reference/facts.md (behaviour, hidden_access).
"""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that code does, how plainly it is seen, and the way there."""

    kind: str
    target: str
    strength: float
    line: int
    steps: tuple[tuple[int, str], ...]
    moment: str
    note: str = ""
    consent: str | None = None
    access: str = ""  # kind of hidden access that it also is
    shown: bool | None = None  # the path from input to effect is shown
    stated: bool = False  # stated, and nothing unusual: a fact without a weight

    def because(self) -> str:
        """The way as words with lines."""
        way: list[str] = []
        for line, words in self.steps:
            way.append(f"line {line}: {words}")
        text = " → ".join(dict.fromkeys(way))
        return f"{text}; {self.note}" if self.note else text
