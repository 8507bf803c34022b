"""Fact table `image_file`: a file of a container image and whether a running container shows it.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "state")
WATCH = ("kind", "mode", "owner", "link_target")
MEANING = {
    "image": "digest of the configuration, which names the image",
    "path": "path from the image's root",
    "position": "of the layer that holds it",
    "state": (
        "`present`; `replaced` (a higher layer has another file there) or `removed`: both are "
        "still in the image for whoever opens its layers"
    ),
    "by_position": "of the lowest layer that replaces or removes it",
    "kind": "as in `file`",
    "size_bytes": "as in `file`",
    "mode": "as in `file`",
    "owner": "as in `file`",
    "link_target": "as in `file`",
}


class ImageFile(NamedTuple):
    """A file of a container image and whether a running container shows it."""

    image: str
    path: str
    position: int
    state: str
    locator: str = ""
    by_position: int | None = None
    kind: str | None = None
    size_bytes: int | None = None
    mode: int | None = None
    owner: str | None = None
    link_target: str | None = None
    grade: str = "observed"
