"""Fact table `hidden_access`: a way into a product or its data that may not be disclosed.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "constant")
WATCH = ("disclosure",)
MEANING = {
    "path": "where the file was first met",
    "product": "product, where the row was given directly",
    "kind": (
        "`default account`, `fixed secret`, `debug entrance`, `key escrow`, `remote control`, …"
    ),
    "constant": "the constant that it turns on, shortened",
    "strength": "0–1: how strongly the code shows it; a score alone never breaks anything",
    "effect_shown": "true where the path from input to effect is shown, not only likely",
    "disclosure": "`mandated`, `documented` or `undisclosed`; empty: not known",
    "because": "what was seen",
}


class HiddenAccess(NamedTuple):
    """A way into a product or its data that may not be disclosed."""

    kind: str
    locator: str = ""
    path: str | None = None
    product: str | None = None
    constant: str | None = None
    strength: float | None = None
    effect_shown: bool | None = None
    disclosure: str | None = None
    because: str | None = None
    grade: str = "observed"
