"""A container image's configuration: its layers from the bottom up, and what made them.

The same document stands in images saved by Docker and in OCI layouts. Its digests are those of
the layers before compression, so that each finds its layer however it was packed.

Spec: OCI Image Format 1.1, config.md (rootfs.diff_ids, history).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.defect import Defect
from evenhand.facts.image_layer import ImageLayer
from evenhand.json_document import load_json, pointer
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"keys": ("rootfs", "diff_ids")}
EMITS = ("image_layer", "defect")
CANNOT_SEE = {"image_layer": "layers that are fetched when the image is first run"}

DIGEST = re.compile(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")
COMMAND_CHARACTERS = 200


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one `image_layer` per layer."""
    document, twice = load_json(artefact)
    rootfs = document.get("rootfs") if isinstance(document, dict) else None
    layers = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(layers, list) or not isinstance(document, dict):
        raise NotThisFormat("no list of layers")
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    made = document.get("history")
    steps = [
        step
        for step in (made if isinstance(made, list) else [])
        if isinstance(step, dict) and not step.get("empty_layer")
    ]
    # The history may be left out, but what is there must speak of every layer.
    commands = [step.get("created_by") for step in steps] if len(steps) == len(layers) else []
    for position, layer in enumerate(layers):
        place = pointer("rootfs", "diff_ids", position)
        if not isinstance(layer, str) or not DIGEST.fullmatch(layer):
            yield Defect("OCI config: a layer is named by its digest", str(layer)[:80], place)
            continue
        command = commands[position] if commands else None
        said = command[:COMMAND_CHARACTERS] if isinstance(command, str) else None
        yield ImageLayer(artefact.digest, position, layer, place, said)
