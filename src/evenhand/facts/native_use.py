"""Fact table `native_use`: what machine code calls and compares with, for the difference.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "name", "leads_to")
# a call has no rarity; what only "equal" leads to stands first
LEAD = (
    "CASE WHEN kind = 'function' THEN 0 "
    "ELSE COALESCE(rarity, 0.6) * CASE WHEN leads_to IS NULL THEN 0.5 ELSE 1 END END"
)
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`calls` (a function of a library that can run commands, change rights, reach the "
        "network, …), `compares` (input or anything else, with a constant), `holds a key's bytes` "
        "(32 bytes that look drawn by chance and that its code uses), `function` (one that was "
        "followed, in outline: in a difference a function that changed)"
    ),
    "name": (
        "the function, or the constant, shortened (of a key: digest); numbers in hexadecimal; of a "
        "function of the program what it calls, and a digest of all that stays when it is compiled "
        "anew"
    ),
    "leads_to": "the function of a library that only `equal` leads to, where there is one",
    "rarity": "0–1: how rare the constant is; 1: nothing like it in a distribution's programs",
}


class NativeUse(NamedTuple):
    """A function that a program calls or has, or a constant that it compares with."""

    path: str
    kind: str
    name: str
    locator: str = ""
    leads_to: str | None = None
    rarity: float | None = None
    grade: str = "observed"
