"""A signature that is checked with a key that comes with what is signed, or not for one number.

Spec: EVP_DigestVerify(3), RSA_verify(3), ECDSA_verify(3), d2i_PUBKEY(3), BIO_new_mem_buf(3);
libsodium (crypto_sign); over the values of `values`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.native import capability, gate, outcome
from evenhand.native.comparison import decided
from evenhand.native.finding import Finding
from evenhand.native.gate import Check
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

# name → arguments that are the signature and what is signed
SIGNED = {
    "EVP_DigestVerify": (1, 3), "EVP_VerifyFinal": (1,), "EVP_DigestVerifyFinal": (1,),
    "EVP_PKEY_verify": (1, 3), "RSA_verify": (3, 1), "ECDSA_verify": (3, 1), "DSA_verify": (3, 1),
    "crypto_sign_verify_detached": (0, 1), "crypto_sign_open": (2,), "mbedtls_pk_verify": (4, 2),
    "wc_ed25519_verify_msg": (0, 2),
}  # fmt: skip
KEYS = {"crypto_sign_verify_detached": 3, "crypto_sign_open": 4}
# what makes a key of bytes; of d2i it is a pointer to them
LOADED = {"EVP_PKEY_new_raw_public_key": 2, "BIO_new_mem_buf": 0, "mbedtls_pk_parse_public_key": 1,
          "wc_ed25519_import_public": 0, "gnutls_pubkey_import_ecc_raw": 2}  # fmt: skip
POINTED = {"d2i_PUBKEY": 1, "d2i_RSAPublicKey": 1, "d2i_EC_PUBKEY": 1, "d2i_PublicKey": 2}
EITHER, ONLY, SKIPPED = 0.65, 0.4, 0.55  # a key of its own is what some protocols have
BUFFER, DEEPEST = 4096, 5  # bytes of a buffer whose size is not told
LEAST_NUMBER = 1


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Such checks of one function."""
    checks = [(c, n) for c in where.trace.calls if (n := where.names.get(c.at, "")) in SIGNED]
    for call, name in checks:
        parts = {_part(where, call.arguments[n]) for n in SIGNED[name]} - {None}
        if not parts:
            continue
        strength = max((_strength(program, where, one, parts) for one in _keys(where, call, name)),
                       default=0.0)  # fmt: skip
        if strength:
            because = f"{name} may use a key that comes with what it checks"
            because += ", beside keys that do not" if strength == EITHER else ""
            yield Finding("check without effect", f"{name} (its own key)", strength, False, because,
                          call.at, where.start)  # fmt: skip
        yield from _passed(program, where, call, name, parts)


def _keys(where: Followed, call: Call, name: str) -> Iterator[Value]:
    """The bytes that are, or may be, the key of a check."""
    if name in KEYS:
        yield call.arguments[KEYS[name]]
        return
    for other in where.trace.calls:
        loads = where.names.get(other.at, "")
        if loads in LOADED:
            yield other.arguments[LOADED[loads]]
        elif loads in POINTED:
            place = other.arguments[POINTED[loads]]
            if place is not None and place[0] == "s":
                yield other.stack.get(place[1])


def _strength(program: Program, where: Followed, key: Value, parts: set[Value]) -> float:
    """How strong a sign a key is; 0 for one that does not come with what is signed."""
    inside = [_part(where, one) in parts for one in outcome.leaves(key) if one is not None]
    if any(inside):
        return EITHER if not all(inside) else ONLY
    for call in where.trace.calls:
        if call.target >= 0 and key in call.arguments and key is not None and key[0] == "s":
            given = [n for n, a in enumerate(call.arguments) if _part(where, a) in parts]
            inner = program.follow(call.target) if given else None
            if inner is not None:
                return _copied(inner, ("arg", call.arguments.index(key)), given)
    return 0.0


def _copied(inner: Followed, into: Value, given: list[int]) -> float:
    """The same, for a function that is given both and fills one of the other."""
    parts = {("arg", n) for n in given}
    inside = other = False
    for call in inner.trace.calls:
        name = inner.names.get(call.at, "")
        copied = capability.COPIES.get(name)
        if copied and _base(call.arguments[copied[0]]) == into:
            leaves = outcome.leaves(call.arguments[copied[1]])
            inside = inside or any(_base(v) in parts for v in leaves)
            other = other or any(_base(v) not in parts for v in leaves)
        elif any(_base(a) == into for a in call.arguments):
            other = True  # a file, a list of keys
    for stored in inner.trace.stored:
        if _base(stored.place) != into:
            continue
        for value in outcome.leaves(stored.value):
            place = value[1] if value is not None and value[0] == "load" else None
            for one in outcome.leaves(place):
                inside = inside or _base(one) in parts
                other = other or (one is not None and _base(one) not in parts)
    return 0.0 if not inside else EITHER if other else ONLY


def _passed(
    program: Program, where: Followed, call: Call, name: str, parts: set[Value]
) -> Iterator[Finding]:
    """A number in what is signed for which the outcome is that of a right signature."""
    check = Check(call.block, call.at, call.arguments, True, name, either=True)
    found = list(_outcomes(where, check))
    flow = where.trace.flow
    for branch, given, taken in decided(where.trace) if found else ():
        block = flow.blocks[branch.block]
        equal, other = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in given:
            number = right[1] if right is not None and right[0] == "i" else 0
            place = left[1] if left is not None and left[0] == "load" else None
            if number < LEAST_NUMBER or _part(where, place) not in parts or min(equal, other) < 0:
                continue
            if flow.reach[equal] >> call.block & 1 or not flow.reach[other] >> call.block & 1:
                continue
            if any(gate.same_outcome(program, where, branch.block, equal, c) for c in found):
                yield Finding("check without effect", f"{name} ({number:#x})", SKIPPED, False,
                              f"where a number in what is checked is {number:#x}, {name} is not "
                              "asked, and the outcome is that of a right signature",
                              branch.at, where.start)  # fmt: skip
                return


def _outcomes(where: Followed, check: Check) -> Iterator[Check]:
    """The branches, and returns, that the answer of a check decides."""
    for branch, given, taken in decided(where.trace):
        block = where.trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, _, _ in given:
            if left is not None and left[:2] == ("call", check.at):
                yield check._replace(block=branch.block, equal=edges[0], other=edges[1])
    for returns, value in where.trace.returned.items():
        if value is not None and _mentions(value, check.at):
            yield check._replace(block=returns, gives=("i", 1))


def _mentions(value: Any, at: int) -> bool:
    if not isinstance(value, tuple):
        return False
    return value[:2] == ("call", at) or any(_mentions(v, at) for v in value)


def _part(where: Followed, value: Value) -> Value:
    """The buffer that a value points into: what was read there, or what was handed in."""
    if value is None:
        return None
    for call in where.trace.calls if value[0] in ("s", "a") else ():
        place = capability.FILLS.get(where.names.get(call.at, ""), -1)
        start = call.arguments[place] if 0 <= place < len(call.arguments) else None
        if start is None or start[0] != value[0]:
            continue
        if start[1] <= value[1] < start[1] + _size(call, place):
            return start
    base = _base(value)
    return base if base is not None and base[0] in ("arg", "call") else None


def _size(call: Call, place: int) -> int:
    """How many bytes a call fills, as far as it is told."""
    told = [a[1] for a in call.arguments[place + 1 : place + 3] if a is not None and a[0] == "i"]
    size = told[0] * told[1] if len(told) == 2 else told[0] if told else 0
    return int(size) if 1 < size < 1 << 32 else BUFFER


def _base(value: Value, deep: int = 0) -> Value:
    """What a place is counted from."""
    while value is not None and value[0] == "op" and value[1] in ("+", "[]") and deep < DEEPEST:
        value, deep = value[2], deep + 1
    return value[:2] if value is not None and value[0] == "call" else value
