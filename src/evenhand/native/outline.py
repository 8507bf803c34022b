"""What a function does in outline, so that a function that changed is seen in the difference.

Of its steps those count that stay when a compiler chooses other registers or another layout: what
is called, with which texts, which numbers are compared and reckoned with, and how often it decides.

Spec: none; as coarse as the question asked of it, whether a function does something else now.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import operator
import re
from collections import Counter
from collections.abc import Iterator

from evenhand.native.code import ARITH, BRANCH, COMPARE, NOT, Operand
from evenhand.native.program import Followed, Program

SAID = 4  # functions of libraries that are named
TOLD = (ARITH, BRANCH, COMPARE)
WHAT = operator.itemgetter(0, 3, 4, 5, 6)  # of a step: kind, into, left, right, word
PAGE = 4096  # no address is smaller
FIXED = ("a", "i")  # values that a text may be at
PLACES = ("+", "-")  # what is added is often a place: in a record, on a page of addresses
NUMBER = re.compile(r"\d+")  # in a text: versions and years change everywhere


def of(program: Program) -> Iterator[tuple[str, int]]:
    """Every function that was followed, the likeliest to matter first: in words, and its start."""
    stack = program.functions.machine.convention.stack
    for start in program.chosen():
        where = program.follow(start)
        if where is None:
            continue
        parts = Counter(itertools.chain(_calls(program, where), _kept(program, where, stack)))
        told = repr(sorted(parts.items())).encode(errors="surrogateescape")
        yield f"{_words(where)} ({hashlib.sha256(told).hexdigest()[:8]})", start


def _words(where: Followed) -> str:
    """The first functions of libraries that it calls, each once."""
    return named(list(dict.fromkeys(where.names[at] for at in sorted(where.names))))


def named(names: list[str]) -> str:
    """The first of the functions of libraries that are called, in words."""
    more = f" and {len(names) - SAID} more" if len(names) > SAID else ""
    return f"calls {', '.join(names[:SAID])}{more}" if names else "calls no library"


def _calls(program: Program, where: Followed) -> Iterator[tuple[str, ...]]:
    names = where.names
    for call in where.trace.calls:
        given = [program.text(a) for a in call.arguments if a is not None and a[0] in FIXED]
        yield "call", names.get(call.at, ""), *(plain(t) for t in given if t)


@functools.lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    return NUMBER.sub("0", text)


def _kept(program: Program, where: Followed, stack: int) -> Iterator[tuple[str, ...]]:
    """Of steps what does not depend on registers, addresses and the size of the stack."""
    steps = itertools.chain.from_iterable(b.steps for b in where.trace.flow.blocks)
    alike = Counter(map(WHAT, [step for step in steps if step[0] in TOLD]))
    for (kind, into, left, right, word), count in alike.items():
        if kind == BRANCH:
            told = "branch", min(word, NOT.get(word, word)), ""
        elif kind == COMPARE:
            told = "compare", _number(program, left), _number(program, right)
        elif word not in PLACES:
            told = word, "", _number(program, right)
        elif into != stack:
            told = word, "", ""
        else:
            continue
        yield from itertools.repeat(told, count)


def _number(program: Program, operand: Operand) -> str:
    """A number as it stands, unless it may be an address of the program."""
    if not operand or operand[0] != "i":
        return ""
    number = operand[1]
    return "" if number >= PAGE and program.image.segment(number) else f"{number:x}"
