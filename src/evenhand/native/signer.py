"""A second key that is asked where the first one did not sign: either of the two suffices.

Spec: crypto_sign(3) (0 where the signature is right); over the branches of `values`.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability
from evenhand.native.comparison import pairs
from evenhand.native.finding import Finding
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

STRENGTH = 0.55  # makers change their keys, too
SEALED = 0.65
SEALS = {"crypto_box_seal": 3, "crypto_box_easy": 4, "RSA_public_encrypt": 3, "EVP_PKEY_encrypt": 0}
ZERO_IS_RIGHT = ("crypto_", "mbedtls_", "gcry_", "wc_")


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Two calls that check the same with two keys of the program, the second where one fails."""
    checks = [(c, n) for c in where.trace.calls if (n := where.names.get(c.at, ""))
              in capability.VERIFIES]  # fmt: skip
    for first, name in checks:
        for second, other in checks:
            if (
                name == other
                and (_two_keys(program, first, second) or _one_more(program, first, second))
                and _failed(where, first, name) >> second.block & 1
            ):
                yield Finding(
                    "second signer", name, STRENGTH, False, f"where {name} finds no signature of "
                    "one key, it is asked for another one, which the program holds",
                    second.at, where.start,
                )  # fmt: skip


def sealed(program: Program, where: Followed) -> Iterator[Finding]:
    """The same sealed twice: to a key that is given, and to one that the program holds."""
    calls = [(c, n) for c in where.trace.calls
             if (n := where.names.get(c.at, "")) in SEALS]  # fmt: skip
    for first, name in calls:
        for second, other in calls:
            place = SEALS[name]
            mine, theirs = first.arguments[place], second.arguments[place]
            if name != other or mine is None or mine == theirs or mine[0] != "a":
                continue
            if _held(program, mine[1]) and (theirs is None or theirs[0] != "a"):
                yield Finding("key escrow", name, SEALED, False, f"what {name} seals to a key that "
                              "is given is sealed to one that the program holds as well",
                              first.at, where.start)  # fmt: skip
                return


def _two_keys(program: Program, first: Call, second: Call) -> bool:
    """True where just one argument differs, and is data of the program in both."""
    unlike = [(a, b) for a, b in zip(first.arguments, second.arguments, strict=True)
              if a != b and a is not None and b is not None]  # fmt: skip
    data = [
        a != b for a, b in unlike
        if a[0] == b[0] == "a" and _held(program, a[1]) and _held(program, b[1])
    ]  # fmt: skip
    return len(data) == len(unlike) == 1


def _one_more(program: Program, first: Call, second: Call) -> bool:
    """True where just one argument differs: a key that was read, then one of the program."""
    unlike = [(a, b) for a, b in zip(first.arguments, second.arguments, strict=True) if a != b]
    if len(unlike) != 1:
        return False
    kept, own = unlike[0]
    if own is None or own[0] != "a" or not _held(program, own[1]):
        return False
    return kept is not None and (kept[0] != "a" or not _held(program, kept[1]))


def _held(program: Program, address: int) -> bool:
    """True for an address at which the file holds bytes that are not all zero."""
    return program.functions.at(address) < 0 and any(program.image.read(address, 16))


def _failed(where: Followed, call: Call, name: str) -> int:
    """Bit set of the blocks that only a wrong signature leads to."""
    zero = name.startswith(ZERO_IS_RIGHT)
    blocks = 0
    for branch in where.trace.branches:
        if branch.compared is None:
            continue
        found, taken = pairs(branch.compared, branch.word)
        block = where.trace.flow.blocks[branch.block]
        same, other = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in found:
            if left is None or left[:2] != ("call", call.at) or right not in (("i", 0), ("i", 1)):
                continue
            right_one = right == ("i", 0 if zero else 1)
            wrong, sound = (other, same) if right_one else (same, other)
            blocks |= where.trace.flow.alone(branch.block, wrong, sound)
    return blocks
