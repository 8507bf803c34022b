"""Fact table `usage_sign`: what one file shows of telling its maker how it is used.

An enrichment joins the signs of a package into rows of `telemetry`.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "name")
RANK = 70  # what comes of it is told by `telemetry`
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`host` (an address stands there), `sends` (a call of a network), `hands on` (a function "
        "of the package is given an address), `uses` (a library is called), `key` (a fixed key of "
        "a service), `collects` (a kind of data is named), `switch` (a variable, setting or "
        "option), `asks` (a question put to a person), `tells` (a text for people)"
    ),
    "name": "the host, the call, the library, the kind of data, the switch, the text; shortened",
    "target": (
        "of a call: the host, or `@` and the name of another file that holds it; of a host: the "
        "name that it is given to"
    ),
    "about_usage": "true where the names around it say that this is about how it is used",
    "moment": "when it runs, as in `behaviour`",
}


class UsageSign(NamedTuple):
    """One thing that a file shows of telling how it is used; alone it shows nothing."""

    path: str
    kind: str
    name: str
    locator: str = ""
    target: str | None = None
    about_usage: bool | None = None
    moment: str | None = None
    grade: str = "observed"
