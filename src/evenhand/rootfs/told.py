"""What a line of a file of settings opens, as facts.

Spec: docs/reference/facts.md (`behaviour`, `hidden_access`).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.rootfs.opening import Opening

CONSTANT = 80  # characters


def told(path: str, line: int, found: Opening) -> Iterator[Behaviour | HiddenAccess]:
    """A `behaviour`, and a `hidden_access` where it is one and has a strength."""
    place = f"line {line}"
    yield Behaviour(path, found.kind, place, found.target, found.because, found.strength)
    if found.access and found.strength is not None:
        yield HiddenAccess(
            found.access, place, path, None, found.target[:CONSTANT], found.strength,
            because=found.because,
        )  # fmt: skip
