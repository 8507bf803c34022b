"""Fact table `defect`: documents that break their own standard.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "rule": "the rule of the standard that is broken",
    "message": "what is wrong, in words",
}


class Defect(NamedTuple):
    """A document that was read but breaks its own standard, or facts that contradict each other."""

    rule: str
    message: str
    locator: str = ""
    grade: str = "observed"
