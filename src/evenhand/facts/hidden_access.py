"""Fact table `hidden_access`: a way into a product or its data that may not be disclosed.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "constant")
WATCH = ("disclosure",)
RANK = 0
WEIGHT = "strength"
MEANING = {
    "path": "where the file was first met",
    "product": "product, where the row was given directly",
    "kind": (
        "`default account`, `fixed secret`, `debug entrance`, `key escrow`, `remote control`, "
        "`interception interface` (a standard handover to authorities), `removal of protection`, "
        "`replaced function` (one that stands in front of a library's), `early code` (run before "
        "the program starts), `conditional behaviour` (only for a user, time or place), "
        "`command built at run time`, `unusual capability` (what hardly any package of its kind "
        "can do), …"
    ),
    "constant": "the constant that it turns on, shortened",
    "strength": "0–1: how strongly the code shows it; a score alone never breaks anything",
    "effect_shown": "true where the path from input to effect is shown, not only likely",
    "disclosure": (
        "`mandated` (by the law row named in `mandate`), `documented` (the maker's public "
        "documents name it, say who can use it, and how to turn it off or audit it) or "
        "`undisclosed` (neither); empty: not known"
    ),
    "mandate": "key of the row of `mandated_access` under which it is said to be ordered",
    "controllable": "true where its user or operator can turn it off or audit it; false: cannot",
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
    mandate: str | None = None
    controllable: bool | None = None
    because: str | None = None
    grade: str = "observed"
