"""Everything that is found in one program, in order of strength.

Spec: none; the order depends on the program's bytes alone.
"""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evenhand.native import (
    accepted,
    audited,
    carried,
    command,
    fronted,
    put,
    secret,
    served,
    standing,
)
from evenhand.native.accepted import Accepted
from evenhand.native.finding import Compared, Finding
from evenhand.native.image import Image
from evenhand.native.program import Program

TEXT = re.compile(rb"[\x09\x0a\x20-\x7e]{4,4096}")
MAX_TEXTS = 200_000


@dataclass
class Look:
    """What a look into a program gave."""

    program: Program
    findings: list[Finding] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is looked through for cycles: a program is a million tuples, none of them in one."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def look(image: Image) -> Look:
    """Look into one program."""
    program = Program(image)
    placed = texts(image)
    lines = "\n".join(t for _, t in placed)
    found, compared = secret.find(program, lines)
    found += standing.find(program, placed)
    taken = accepted.options(program, lines)
    found += command.find(program, lines, taken)
    found += served.find(program)
    found += carried.find(program, lines)
    found += put.fetched(program)
    found += fronted.find(program)
    found += audited.find(program)
    best: dict[tuple[str, str], Finding] = {}
    for one in found:
        known = best.get((one.kind, one.constant))
        if known is None or (one.strength, -one.at) > (known.strength, -known.at):
            best[one.kind, one.constant] = one
    ordered = sorted(best.values(), key=lambda f: (-f.strength, f.kind, f.constant, f.at))
    first: dict[tuple[str, int], Finding] = {}
    for one in ordered:  # of two reasons for one place, the stronger
        first.setdefault((one.kind, one.at), one)
    ordered = list(first.values())
    taken += [*accepted.compared(compared, lines), *accepted.commands(program, lines)]
    taken += accepted.listened(program, lines)
    return Look(program, ordered, compared, taken)


def texts(image: Image) -> list[tuple[int, str]]:
    """Address and text of what looks like text in the program's data."""
    found = []
    for start, size in image.data_parts():
        raw = image.read(start, min(size, 64 << 20))
        for match in TEXT.finditer(raw):
            found.append((start + match.start(), match[0].decode("ascii")))
            if len(found) >= MAX_TEXTS:
                return found
    return found
