"""What a script calls, compares, reads and answers: few rows that stay the same between releases.

No row is a finding. Two releases are compared by them, so a row holds no line, no version and
nothing that a build makes; the weightiest are kept where a file has too many.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

MOST = 80  # of one file
LEAST = 0.3
NAME_CHARACTERS = 90

_VERSION = re.compile(r"(?<![\d.])v?\d+\.\d+(\.\d+)?([a-z]+\d+)?(?![\d.])")
_BUILT = re.compile(r"(?<![0-9a-f])(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8}(?=\.\w{2,4}\b)")


class Use(NamedTuple):
    """One thing that a script does or looks at."""

    kind: str
    name: str
    line: int
    weight: float
    behind: frozenset[str] = frozenset()


def settled(text: str) -> str:
    """A text without versions and hashes of builds, on one line, shortened."""
    flat = re.sub(r"\s+", " ", text).strip()
    flat = _BUILT.sub("*", _VERSION.sub("*", flat))
    plain = flat if flat.isprintable() else "".join(c if c.isprintable() else "?" for c in flat)
    return plain if len(plain) <= NAME_CHARACTERS else plain[: NAME_CHARACTERS - 1] + "…"


def kept(found: Iterable[Use]) -> list[Use]:
    """Each kind and name once, the weightiest of them; what always stands before it stays."""
    best: dict[tuple[str, str], Use] = {}
    for one in found:
        one = one._replace(name=settled(one.name))
        if one.weight < LEAST or not one.name:
            continue
        key = (one.kind, one.name)
        if (known := best.get(key)) is not None:
            one = Use(
                *key, min(one.line, known.line), max(one.weight, known.weight),
                one.behind & known.behind,
            )  # fmt: skip
        best[key] = one
    return sorted(best.values(), key=lambda u: (-u.weight, u.kind, u.name))[:MOST]
