"""The text of a file of settings, as far as it is read.

Spec: none.
"""

from __future__ import annotations

from collections.abc import Generator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Partly

READ_BYTES = 1 << 20
HEAD_BYTES = 4096


def text_of(artefact: Artefact) -> Generator[Partly, None, str]:
    """Return the text, after a `Partly` where there is more; raise where it is none."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    if b"\0" in raw[:HEAD_BYTES]:
        raise NotThisFormat("no text")
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
    return raw.decode("utf-8", "replace")
