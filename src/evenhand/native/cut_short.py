"""A comparison that is as long as what is given: a part of the secret, or nothing at all, suffices.

Spec: C11 s. 7.24.4 (memcmp, strncmp); over the comparisons that `values` gathers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.native import capability, channel, origin
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Gathered, Value
from evenhand.native.program import Followed, Program

STRENGTH = 0.55
BY_LENGTH = {n: p for n, p in capability.COMPARATORS.items() if p == 2}
LENGTHS = ("strlen", "strnlen")


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Such comparisons of one function of a program that somebody else may talk to."""
    if not channel.serves(program):
        return
    for one in where.trace.gathered:
        if _ends_with_given(program, where, one):
            yield _found(where, one.at, "byte by byte, until what is given ends")
            return
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if name in BY_LENGTH and _as_given(program, where, call, name):
            yield _found(where, call.at, f"by {name}, as far as what is given is long")
            return


def _found(where: Followed, at: int, how: str) -> Finding:
    because = (f"what is kept is compared {how}, and nothing asks how long that is: a part of it, "
               "or nothing, is equal")  # fmt: skip
    return Finding("check without effect", "(as long as given)", STRENGTH, False, because, at,
                   where.start)  # fmt: skip


def _as_given(program: Program, where: Followed, call: Call, name: str) -> bool:
    """True where the length is that of what is given, and what is kept was read from a file."""
    size = call.arguments[BY_LENGTH[name]]
    length = where.call(size[1]) if size is not None and size[0] == "call" else None
    if length is None or where.names.get(length.at) not in LENGTHS:
        return False
    first, second = call.arguments[:2]
    given, kept = (first, second) if length.arguments[0] == first else (second, first)
    if length.arguments[0] != given or kept is None or kept[0] != "a":
        return False
    source = origin.of(program, where, given, call.block)
    if (source and source not in capability.OUTSIDE) or program.text(kept) is not None:
        return False
    if not program.image.writable(kept[1]) or not origin.of(program, where, kept, call.block):
        return False
    if any(where.names.get(c.at) in LENGTHS and c.at != length.at for c in where.trace.calls):
        return False
    return not any(
        _mentions(b.compared.left, size) or _mentions(b.compared.right, size)
        for b in where.trace.branches if b.compared is not None
    ) and not any(s[0] == "op" for s in _loads(where, kept))  # fmt: skip


def _loads(where: Followed, base: Value) -> Iterator[tuple[object, ...]]:
    """Places in a buffer of which single bytes are looked at."""
    for _, place in where.trace.bytes:
        if place is not None and _mentions(place, base):
            yield place


def _ends_with_given(program: Program, where: Followed, one: Gathered) -> bool:
    """True where a loop that puts the outcome together ends at the end of one of its two texts."""
    flow = where.trace.flow
    loop = next((b for b in flow.loops.values() if b >> one.block & 1), 0)
    sides = [v for v in (one.left, one.right) if v is not None and v[0] == "load" and v[2] == 1]
    if not loop or len(sides) != 2 or one.left == one.right or _decides(where, sides):
        return False
    ends = {
        n for b in where.trace.branches if loop >> b.block & 1 and b.compared is not None
        for n, side in enumerate(sides) if _is_end(b.compared.left, b.compared.right, side)
    }  # fmt: skip
    if len(ends) != 1:
        return False
    given, kept = sides[ends.pop()], sides[0]
    kept = sides[1] if kept == given else kept
    base, other = _base(given), _base(kept)
    if base is None or other is None or base[0] not in ("arg", "s", "phi") or base == other:
        return False
    known = {_base(c.arguments[0]) for c in where.trace.calls
             if where.names.get(c.at) in LENGTHS}  # fmt: skip
    if base in known or _constant(program, other):
        return False
    later = [b for b in where.trace.branches if not loop >> b.block & 1 and b.compared is not None]
    return not any(
        _mentions(b.compared.left, other) and b.compared.left[0] == "load"
        for b in later if b.compared is not None and b.compared.left is not None
    )  # fmt: skip


def _decides(where: Followed, sides: Sequence[Value]) -> bool:
    """True where the first byte that differs ends the loop: a prefix or an order is asked for."""
    return any(
        b.compared is not None and b.compared.left in sides and b.compared.right in sides
        and b.compared.left != b.compared.right for b in where.trace.branches
    )  # fmt: skip


def _is_end(left: Value, right: Value, side: Value) -> bool:
    """True for a comparison of this byte with zero."""
    return left is not None and left[0] == "load" and _base(left) == _base(side) and (
        right == left or right == ("i", 0)
    )  # fmt: skip


def _constant(program: Program, base: Value) -> bool:
    """True for bytes that no program changes."""
    return base is not None and base[0] == "a" and not program.image.writable(base[1])


def _base(value: Value) -> Value:
    """What bytes are loaded from, one after the other."""
    while value is not None and value[0] in ("load", "op", "phi"):
        value = value[1] if value[0] == "load" else value[2]
    return value


def _mentions(value: object, part: Value) -> bool:
    if value == part:
        return True
    return isinstance(value, tuple) and any(_mentions(v, part) for v in value)
