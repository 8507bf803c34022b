"""Geofeeds: where the holder of addresses says that they are used.

A geofeed has no sign of its own inside, so that it is told by its name: `geofeed` in the name of
the file, or the suffix `.geofeed`.

Spec: RFC 8805 (2.1 format), RFC 9632 (finding geofeeds); ISO 3166-1 alpha-2.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.defect import Defect
from evenhand.facts.published_range import PublishedRange
from evenhand.published import MOST, by_itself, prefix_of
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"names": ("*geofeed*.csv", "*geofeed*.txt", "*.geofeed", "geofeed")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {
    "published_range": "whether the addresses are used where their holder says; who wrote the file"
}

STATE = re.compile(r"[A-Z]{2}")
NOWHERE = ("", "ZZ")  # RFC 8805 2.1.1.1: the holder asks that no place be told
LINE_BYTES = 4096
MISTAKES = 100


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix, and a defect for each line that holds none."""
    by_itself(artefact)
    found = wrong = 0
    with artefact.open() as stream:
        number = 0
        while line := stream.readline(LINE_BYTES):
            number += 1
            text = line.decode("utf-8-sig", "replace").strip()
            if not text or text.startswith("#"):
                continue
            row = _row(text, f"line {number}")
            if row is None:
                wrong += 1
                if not found and wrong >= MISTAKES:
                    raise NotThisFormat(f"no prefix in the first {number} lines")
                if wrong <= MISTAKES:
                    yield Defect("RFC 8805 2.1.1: a line is a prefix and a place", text[:80])
                continue
            found += 1
            yield row
            if found >= MOST:
                yield Partly(f"only the first {MOST} prefixes were read", stream.tell())
                return
    if not found:
        raise Unreadable("no line holds a prefix", 0)
    if wrong > MISTAKES:
        yield Partly(f"{wrong} lines hold no prefix and a place; the first {MISTAKES} are defects")


def _row(text: str, locator: str) -> PublishedRange | None:
    """A line as a row; a code that is none leaves the place empty."""
    try:
        cells = [c.strip() for c in next(csv.reader([text]))]
    except csv.Error:
        return None
    prefix = prefix_of(cells[0])
    code = cells[1].upper() if len(cells) > 1 else ""
    if prefix is None or not (code in NOWHERE or STATE.fullmatch(code)):
        return None
    return PublishedRange(
        prefix,
        "geofeed",
        locator,
        territory=None if code in NOWHERE else code,
        place=", ".join(c for c in cells[2:4] if c) or None,
        grade="declared",
    )
