"""A check of who somebody is that one number leaves out: of a port, a moment, a size, a serial.

Such a number is too small to be told as a secret anywhere else; that authentication is left out
for it, and for it alone, is what is told.

Spec: crypt(3); pam_authenticate(3).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import left_out
from evenhand.native.comparison import Match, decided
from evenhand.native.finding import Finding
from evenhand.native.program import Followed, Program

LEAST = 128  # smaller numbers are answers, characters, errors and kinds
MOST = 0x10000  # from here on comparisons are told as such
STRENGTH = 0.55


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Numbers for which a function that authenticates goes on without doing so."""
    near = program.near.get(where.start, {}).get("authenticates", MOST)
    if near > 1:
        return
    for branch, found, taken in decided(where.trace):
        block = where.trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in found:
            for held, constant in ((left, right), (right, left)):
                if constant is None or constant[0] != "i" or held is None or held[0] == "i":
                    continue
                number = constant[1]
                letters = number.to_bytes(8, "little").rstrip(b"\0").decode("latin-1")
                if not LEAST <= number < MOST or number & (number - 1) == 0:
                    continue
                if letters.isascii() and letters.isprintable():
                    continue  # two characters at once
                match = Match(branch.at, branch.block, *edges, f"{number:#x}", "number", held)
                name = left_out.asked(program, where, match, *edges)
                if name:
                    yield Finding(
                        "fixed secret", f"number {number}", STRENGTH, False,
                        f"where a value is {number}, and only there, the check by {name} is left "
                        "out", branch.at, where.start,
                    )  # fmt: skip
