"""Fact table `image_layer`: a layer of a container image, as the image's configuration lists it.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("image", "position")
WATCH = ("made_by",)
MEANING = {
    "image": "digest of the configuration, which names the image",
    "position": "0 for the lowest layer; a layer covers those below it",
    "layer": "digest of the layer as a tar archive, not compressed: an `artefact` where it is here",
    "made_by": "the command that made it, as the history says; shortened",
}


class ImageLayer(NamedTuple):
    """A layer of a container image, as the image's configuration lists it."""

    image: str
    position: int
    layer: str
    locator: str = ""
    made_by: str | None = None
    grade: str = "declared"
