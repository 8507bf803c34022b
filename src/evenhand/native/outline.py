"""What a function does in outline, so that a function that changed is seen in the difference.

Of its steps those count that stay when a compiler chooses other registers or another layout: what
is called, with which texts, which numbers are compared and reckoned with, and how often it decides.

Spec: none; as coarse as the question asked of it, whether a function does something else now.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from evenhand.native.code import ARITH, BRANCH, COMPARE, NOT, Operand, Step
from evenhand.native.program import Followed, Program

SAID = 4  # functions of libraries that are named
PAGE = 4096  # no address is smaller
NUMBER = re.compile(r"\d+")  # in a text: versions and years change everywhere


def of(program: Program) -> Iterator[tuple[str, int]]:
    """Every function that was followed, the likeliest to matter first: in words, and its start."""
    stack = program.functions.machine.convention.stack
    for start in program.chosen():
        where = program.follow(start)
        if where is None:
            continue
        parts = Counter(_calls(program, where))
        for block in where.trace.flow.blocks:
            parts.update(_kept(program, block.steps, stack))
        told = repr(sorted(parts.items())).encode(errors="surrogateescape")
        yield f"{_words(where)} ({hashlib.sha256(told).hexdigest()[:8]})", start


def _words(where: Followed) -> str:
    """The first functions of libraries that it calls, each once."""
    names = list(dict.fromkeys(where.names[at] for at in sorted(where.names)))
    more = f" and {len(names) - SAID} more" if len(names) > SAID else ""
    return f"calls {', '.join(names[:SAID])}{more}" if names else "calls no library"


def _calls(program: Program, where: Followed) -> Iterator[str]:
    for call in where.trace.calls:
        texts = [NUMBER.sub("0", t) for a in call.arguments if (t := program.text(a))]
        yield " ".join(["call", where.names.get(call.at, ""), *texts])


def _kept(program: Program, steps: list[Step], stack: int) -> Iterator[str]:
    """Of steps what does not depend on registers, addresses and the size of the stack."""
    for step in steps:
        if step.kind == BRANCH:
            yield f"branch {min(step.word, NOT.get(step.word, step.word))}"
        elif step.kind == ARITH and step.into != stack:
            # what is added is often a place: in a record, on a page of addresses
            much = "" if step.word in ("+", "-") else _number(program, step.right)
            yield f"{step.word} {much}"
        elif step.kind == COMPARE:
            yield f"compare {_number(program, step.left)} {_number(program, step.right)}"


def _number(program: Program, operand: Operand) -> str:
    """A number as it stands, unless it may be an address of the program."""
    if not operand or operand[0] != "i":
        return ""
    number = operand[1]
    return "" if number >= PAGE and program.image.segment(number) else f"{number:x}"
