"""Comparisons with a constant: what is compared, with what, and where "equal" leads.

Spec: none; the calls are those of C11 s. 7.24.4 and of the libraries named in `capability`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.native import capability
from evenhand.native.constants import MOST_BYTES, SHORTEST, Constants, counted, table
from evenhand.native.held import Branch, Call, Compared, Pair, Trace, Value, moved

SPACE = 0x20  # the first character that can be seen
NOUGHT: Value = ("i", 0)
GAP = 16  # bytes that may be left out between two pieces


@dataclass
class Match:
    """One comparison with a constant, and the edge that is taken where it is equal."""

    at: int
    block: int
    equal: int  # block, -1 where it is not known
    other: int
    constant: str  # text, or a number in hexadecimal
    how: str  # "strcmp" and its kin, "number", "bytes", "own comparison", "decoded"
    input: Value
    is_text: bool = True
    either: bool = False  # which edge is "equal" is not known
    call: Call | None = None
    returned: Value = None  # for a comparison that the function returns
    raw: bytes = b""  # of a constant that is compared a few bytes at a time


def pairs(compared: Compared | None, word: str) -> tuple[list[Pair], bool]:
    """What is equal on the way that a condition takes or does not take, and which of the two."""
    if compared is None or word not in ("eq", "ne"):
        return [], False
    found, same = _equal(compared)
    return found, (word == "eq") == same


def decided(trace: Trace) -> list[tuple[Branch, list[Pair], bool]]:
    """Every branch with what is equal on one way, and whether that is the way it takes."""
    if trace.paired is None:
        trace.paired = [(b, *pairs(b.compared, b.word)) for b in trace.branches]
    return trace.paired


def answered(trace: Trace, site: int) -> list[tuple[Branch, Value, bool]]:
    """Branches that the result of a call decides, and the number that it is compared with."""
    if trace.answered is None:
        trace.answered = {}
        for branch, found, taken in decided(trace):
            for left, right, _ in found:
                if left and left[0] == "call" and right and right[0] == "i":
                    trace.answered.setdefault(left[1], []).append((branch, right, taken))
    return trace.answered.get(site, [])


def _equal(compared: Compared) -> tuple[list[Pair], bool]:
    """Pairs that are equal where the flags say "equal", or (False) where they say "not"."""
    if compared.word == "both":
        found: list[Pair] = []
        for part in (compared.left, compared.right):
            if part is not None and isinstance(part[1], Compared):
                more, same = _equal(part[1])
                found += more if same else []
        return found, True
    if compared.word == "test":
        if compared.left != compared.right and compared.left is not None:
            return [], True
        return _zero(compared.left, compared.bits)
    for left, right in ((compared.left, compared.right), (compared.right, compared.left)):
        if right == ("i", 0):
            return _zero(left, compared.bits)
        if right == ("i", 1) and left is not None and left[0] == "flag":
            found, same = _zero(left, compared.bits)
            return found, not same
        if right == ("i", 0xFFFF) and left is not None and left[:2] == ("op", "="):
            return [(left[2], left[3], 128)], True
    return [(compared.left, compared.right, compared.bits)], True


def _zero(value: Value, bits: int) -> tuple[list[Pair], bool]:
    """What is equal where a value is zero."""
    if value is None or value[0] != "op":
        if value is not None and value[0] == "flag" and isinstance(value[2], Compared):
            found, same = pairs(value[2], value[1])
            return found, not same
        return [(value, ("i", 0), bits)], True
    _, word, left, right = value
    if word in ("^", "-"):
        return [(left, right, bits)], True
    if word == "+" and right is not None and right[0] == "i":
        return [(left, ("i", -right[1] & (1 << bits) - 1), bits)], True
    if word == "|":
        first, same = _zero(left, bits)
        second, too = _zero(right, bits)
        if same and too:
            return first + second, True
    return [(value, ("i", 0), bits)], True


def matches(
    trace: Trace, constants: Constants, names: dict[int, str], comparators: frozenset[int]
) -> Iterator[Match]:
    """Every comparison with a constant in one function."""
    calls = {c.at: c for c in trace.calls}
    pieces: list[tuple[Match, Value, dict[int, int]]] = []
    for branch, found, taken in decided(trace):
        block = trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        rest: list[Pair] = []
        for left, right, bits in found:
            one = None
            if left is not None and left[0] == "call" and right == NOUGHT:
                one = _by_call(left, right, branch, edges, calls, constants, names, comparators,
                               trace.widths)  # fmt: skip
                one = one or _present(left, right, branch, edges, calls, constants, names)
            if one is not None:
                yield one
            else:
                rest.append((left, right, bits))
        turn = _in_turn(rest, branch, edges, constants, trace) if rest else None
        if turn is not None:
            yield turn
        elif rest:
            yield from _by_value(rest, branch, edges, constants, trace, pieces)
    yield from (m for m, _, _ in pieces)
    yield from _returned(trace, calls, constants, names, comparators)


def _in_turn(
    found: list[Pair], branch: Branch, edges: tuple[int, int], constants: Constants, trace: Trace
) -> Match | None:
    """Bytes of an array that the program holds, compared one after the other in a loop."""
    if not trace.flow.looping >> branch.block & 1:
        return None
    for left, right, _ in found:
        for held, constant in ((left, right), (right, left)):
            if constant is None or held is None or constant[0] not in ("load", "op"):
                continue
            chosen = table(held) < 0 or (counted(constant) and not counted(held))
            raw = constants.array(constant) if chosen else b""
            if len(raw) > SHORTEST and len(set(raw)) > SHORTEST:
                text, how = _shown(raw)
                return Match(branch.at, branch.block, *edges, text, how, held, how == "bytes")
    return None


def _present(
    left: Value, right: Value, branch: Branch, edges: tuple[int, int], calls: dict[int, Call],
    constants: Constants, names: dict[int, str],
) -> Match | None:  # fmt: skip
    """A file or a variable of the environment that has only to be there."""
    if right != ("i", 0) or left is None or left[0] != "call":
        return None
    name = names.get(left[1], "")
    call = calls.get(left[1])
    if call is None or name not in capability.PRESENT:
        return None
    text = constants.text(call.arguments[0])
    there = edges if capability.PRESENT[name] else edges[::-1]
    return Match(call.at, branch.block, *there, text, "presence", left) if text else None


def _by_call(
    left: Value, right: Value, branch: Branch, edges: tuple[int, int], calls: dict[int, Call],
    constants: Constants, names: dict[int, str], comparators: frozenset[int],
    widths: dict[int, int],
) -> Match | None:  # fmt: skip
    """A call that compares, and whose result decides a branch."""
    if right != ("i", 0) or left is None or left[0] != "call":
        return None
    call = calls.get(left[1])
    if call is None:
        return None
    name = names.get(call.at, "")
    own = call.target in comparators and not name
    if name not in capability.COMPARATORS and not own:
        return None
    if name in capability.EQUAL_IS_TRUE:
        edges = (edges[1], edges[0])
    text, is_text, other = compared_text(call, name, constants, widths)
    if not text:
        text, is_text, other = constants.tabled(call.arguments, name)
    how = name or "own comparison"
    return Match(call.at, branch.block, *edges, text, how, other, is_text, own, call)


def compared_text(
    call: Call, name: str, constants: Constants, widths: dict[int, int]
) -> tuple[str, bool, Value]:
    """The constant that a comparison is with, whether it is text, and the other argument."""
    length = capability.COMPARATORS.get(name, -1)
    given = call.arguments
    size = given[length] if 0 <= length < len(given) else None
    most = size[1] if size is not None and size[0] == "i" else 0
    for mine, others in ((1, 0), (0, 1)):
        if constants.text(given[others]) is not None:
            continue
        text = constants.text(given[mine])
        if text is None and 0 < most <= MOST_BYTES:
            number = _hexadecimal(constants.octets(("load", given[mine], 0), most))
            if number:
                return number, False, given[others]
        if text is None:
            text = constants.built(given[mine], call.stack, widths)
        if text is not None:
            return text[:most] if 0 < most < len(text) else text, True, given[others]
    return "", False, given[0]


def _hexadecimal(raw: bytes) -> str | None:
    """Bytes that are no text, as a number; None for those that say nothing."""
    if len(raw) < 4 or len(set(raw)) < 3:
        return None
    return f"0x{int.from_bytes(raw[:8], 'little'):x}"


def _by_value(
    found: list[Pair], branch: Branch, edges: tuple[int, int], constants: Constants, trace: Trace,
    pieces: list[tuple[Match, Value, dict[int, int]]],
) -> Iterator[Match]:  # fmt: skip
    """Numbers, and texts that are compared a few bytes at a time."""
    octets: dict[int, int] = {}
    base: Value = None
    for left, right, bits in found:
        for held, constant in ((left, right), (right, left)):
            if held is not None and held[0] == "load" and held[2] in (1, 2, 4):
                bits = min(bits, 8 * held[2])  # a register is wider than what was loaded
            if constant is None or (
                constant[0] == "i" and 0 < constant[1] < (256 if bits > 8 else SPACE)
            ):
                continue
            if constant == ("i", 0) and (bits > 8 or not _ends(held, branch, trace, pieces)):
                continue
            raw = constants.octets(constant, max(1, bits // 8))
            place = _place(held)
            if raw and place is not None:
                base = place[0]
                octets |= {place[1] + n: b for n, b in enumerate(raw)}
                break
            if constant[0] == "i" and bits <= 64 and (held is None or held[0] != "i"):
                number = constant[1] & (1 << bits) - 1
                if 0x10000 <= number < (1 << bits) - 0x10000:
                    text, how = _shown(number.to_bytes(8, "little"))
                    yield Match(branch.at, branch.block, *edges, text, how, held, how == "bytes")
                break
    if not octets:
        return
    for number, (before, where, known) in enumerate(pieces):
        beside = min(octets) <= max(known) + GAP and min(known) <= max(octets) + GAP
        if beside and where == base and _follows(trace, before, branch.block):
            octets = known | octets
            del pieces[number]
            break
    raw = bytes(octets[n] for n in sorted(octets))
    text, how = _shown(raw)
    pieces.append((
        Match(branch.at, branch.block, *edges, text, how,
              ("load", moved(base, min(octets)), 0), how == "bytes", raw=raw),
        base, octets,
    ))  # fmt: skip


def _follows(trace: Trace, before: Match, block: int) -> bool:
    """True where a block is come to only where an earlier comparison was equal."""
    only = trace.flow.alone(before.block, before.equal, before.other)
    return bool(only >> block & 1) or block == before.equal


def _ends(
    held: Value, branch: Branch, trace: Trace, pieces: list[tuple[Match, Value, dict[int, int]]]
) -> bool:
    """True for a zero that ends a text that was compared piece by piece until here."""
    place = _place(held)
    return place is not None and any(
        base == place[0] and max(known) + 1 == place[1] and _follows(trace, before, branch.block)
        for before, base, known in pieces
    )


def _shown(raw: bytes) -> tuple[str, str]:
    """Bytes as text where they are text, else as a number; and which of the two."""
    text = raw.rstrip(b"\0").decode("latin-1")
    letters = sum(c.isalnum() or c in "_-" for c in text)
    likely = letters * 4 >= len(text) * 3 or (len(text) > 5 and letters * 2 >= len(text))
    if len(text) >= SHORTEST and text.isascii() and text.isprintable() and likely:
        return text, "bytes"
    return f"0x{int.from_bytes(raw[:8], 'little'):x}", "number"


def _place(value: Value) -> tuple[Value, int] | None:
    """What a load is from, and how far from it."""
    if value is None or value[0] != "load":
        return None
    place = value[1]
    if place is None:
        return None
    if place[0] == "op" and place[1] == "+" and place[3] is not None and place[3][0] == "i":
        return place[2], place[3][1]
    if place[0] in ("s", "a"):
        return (place[0], 0), place[1]
    return place, 0


def _number(left: Value, right: Value, at: int, block: int) -> Match | None:
    """That something equals a number, where that is what is returned."""
    if right is None or right[0] != "i" or left is None or left[0] == "i":
        return None
    if not 0x10000 <= right[1] < (1 << 64) - 0x10000 or 0xFFFF0000 <= right[1] < 1 << 32:
        return None
    text, how = _shown(int(right[1]).to_bytes(8, "little"))
    return Match(at, block, -1, -1, text, how, left, how == "bytes")


def _returned(
    trace: Trace, calls: dict[int, Call], constants: Constants, names: dict[int, str],
    comparators: frozenset[int],
) -> Iterator[Match]:  # fmt: skip
    """Comparisons whose outcome the function returns, with no branch of its own."""
    seen: set[int] = set()
    for block, value in trace.returned.items():
        truth = Compared("test", value, value, 32)
        found, _ = pairs(truth, "eq")
        for left, right, _ in found:
            one = _by_call(left, right, Branch(0, block, "eq", truth), (-1, -1), calls, constants,
                           names, comparators, trace.widths)  # fmt: skip
            one = one or _number(left, right, trace.flow.blocks[block].last.at, block)
            if one is not None and one.at not in seen:
                seen.add(one.at)
                one.returned = value
                yield one
