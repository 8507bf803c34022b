"""Constants that are one of many: words of one family, codes, and what many of them lead to.

A secret stands alone. Settings, commands, words of a protocol, codes of errors and marks of file
formats come in families, and what most of a program leads to says nothing of any one comparison.

Spec: none; over all constants that one program compares with.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

from evenhand.native.finding import Compared, Finding

NUMBER = re.compile(r"0x[0-9a-f]+$")
ALIKE = 4  # letters that two words begin or end with, and half of the shorter one
FAMILY = 0.7  # of the strength, where there is another word, or number, of its kind
FEW, MANY = 3, 6  # constants of one function that lead to the same
SAME = (0.75, 0.65)
CODE_BITS = 16  # codes of one kind differ in fewer


def families(compared: Iterable[Compared]) -> frozenset[str]:
    """Constants that begin or end as another one does, and numbers that lie near each other."""
    texts, codes = set(), set()
    for one in compared:
        if NUMBER.match(one.constant):
            codes.add(one.constant)
        elif len(one.constant) > ALIKE:
            texts.add(one.constant)
    found: set[str] = set()
    for step in (1, -1):
        for low, high in itertools.pairwise(sorted(texts, key=lambda t: t[::step].lower())):
            shared, least = _shared(low[::step], high[::step]), min(len(low), len(high))
            if step < 0 and shared == least:
                continue  # the end of another one: where it begins is what is not told
            if shared >= max(ALIKE, (least + 1) // 2):
                found |= {low, high}
    for low, high in itertools.pairwise(sorted(codes, key=lambda c: int(c, 16))):
        kind = int(low, 16) >> CODE_BITS
        if kind and kind == int(high, 16) >> CODE_BITS:
            found |= {low, high}
    return frozenset(found)


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.lower(), other.lower(), strict=False):
        if a != b:
            break
        count += 1
    return count


def weighed(found: list[tuple[Finding, str, str]], compared: list[Compared]) -> list[Finding]:
    """Findings, each with its constant and what it leads to; weaker where it is one of many."""
    related = families(compared)
    led = Counter((start, e) for start, _, e in {(f.function, c, e) for f, c, e in found})
    kept = []
    for one, constant, effect in found:
        share = FAMILY if constant in related else 1.0
        many = led[one.function, effect]
        if many >= FEW:
            share *= SAME[many >= MANY]
        kept.append(one._replace(strength=round(one.strength * share, 3)))
    return kept
