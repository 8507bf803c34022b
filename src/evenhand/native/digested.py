"""A digest of what is given, compared with one that the program holds.

A digest that is looked up in a file is a check; one that the program brings itself is a password
that nobody can read in it.

Spec: FIPS 180-4, RFC 1321 (sizes of digests).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from evenhand.native import capability, effect, gate, origin
from evenhand.native.comparison import Match
from evenhand.native.constants import table
from evenhand.native.finding import Finding
from evenhand.native.held import MASK, Call, Value
from evenhand.native.program import Followed, Program

SIZES = (64, 48, 32, 28, 20, 16)
DIFFERENT = 10  # bytes: fewer are no digest
LEAST = 0.1  # of an effect
STRENGTH = 0.6
SMALLEST = 1 << 24  # a smaller number is a code
SUM = 0.55
KEPT = frozenset(capability.words("fopen fopen64 open open64 crypt crypt_r getspnam"))
LENGTHS = frozenset({"strlen", "strnlen"})


def find(program: Program, where: Followed, found: list[Match]) -> Iterator[Finding]:
    """Comparisons of one function with such a digest."""
    yield from _sums(program, where, found)
    made = _made(program, where)
    if not made:
        return
    known = {m.at: m for m in found}
    for call in where.trace.calls:
        first, second = call.arguments[:2]
        for mine, held in ((first, second), (second, first)):
            raw = _held(program, where, call, held) if mine in made else b""
            if raw:
                match = known.get(call.at) or Match(call.at, call.block, -1, -1, "", "", mine)
                yield from _told(program, where, match, raw, made[mine])
                return
    for match in found:
        raw = match.raw if len(match.raw) in SIZES else b""
        place = match.input[1] if match.input is not None and match.input[0] == "load" else None
        source = _within(made, place)
        if source is not None and len(set(raw)) >= DIFFERENT:
            yield from _told(program, where, match, raw, source)
            return
    for one in where.trace.gathered:
        for mine, held in ((one.left, one.right), (one.right, one.left)):
            source = _within(made, _base(mine))
            raw = _vector(program, held) if source is not None else b""
            if source is not None and len(set(raw)) >= DIFFERENT:
                match = Match(one.at, one.block, -1, -1, "", "", mine)
                yield from _told(program, where, match, raw, source)
                return


def _sums(program: Program, where: Followed, found: list[Match]) -> Iterator[Finding]:
    """A checksum of all that is given, compared with a number, before a real comparison."""
    numbers = [m for m in found if m.how == "number" and int(m.constant, 16) >= SMALLEST]
    if len(numbers) != 1 or not where.trace.bytes:
        return
    (match,) = numbers
    value = match.input
    while value is not None and value[0] == "op":
        value = value[2]
    if value is None or value[0] != "phi" or value[1][0] not in where.trace.flow.loops:
        return
    given = [r for r in gate.roots(where, value) if r is not None and r[0] in ("arg", "s", "a")]
    if not any(r[0] == "arg" or origin.of(program, where, r) in capability.OUTSIDE for r in given):
        return
    reached = effect.of(program, where, match)
    if reached.kind not in ("returns", "stands in for a check", "authenticates"):
        return
    if not _real(program, where, match):
        return
    led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind
    yield Finding("fixed secret", match.constant, SUM, False, "a checksum of what is given, byte "
                  "by byte, is compared with a fixed number, before what is given is compared with "
                  f"anything else; where they are equal, and only there: {led}",
                  match.at, where.start)  # fmt: skip


def _real(program: Program, where: Followed, match: Match) -> bool:
    """True where only the other way leads to a comparison with what a file holds."""
    only = where.trace.flow.alone(match.block, match.other, match.equal)
    names = {where.names.get(c.at, "") for c in where.trace.calls if only >> c.block & 1}
    checks = not names.isdisjoint(("strcmp", "memcmp", "CRYPTO_memcmp", "crypt", "crypt_r"))
    return checks and not KEPT.isdisjoint(where.names.values())


def _within(made: dict[Value, str], place: Value) -> str | None:
    """Where the text is from whose digest lies at a place; None for another place."""
    for into, source in made.items():
        if into == place:
            return source
        both = into is not None and place is not None and into[0] == place[0] == "s"
        if both and 0 < place[1] - into[1] < SIZES[0]:  # type: ignore[index]
            return source
    return None


def _vector(program: Program, held: Value) -> bytes:
    """Bytes of the program that are compared in a loop, or sixteen at once."""
    if held is None:
        return b""
    if held[0] == "i" and held[1] > MASK:
        return int(held[1]).to_bytes(16, "little")
    at = table(held) if held[0] == "load" else -1
    return program.image.fixed(at, program.extent(at))[: SIZES[0]] if at >= 0 else b""


def _told(
    program: Program, where: Followed, match: Match, raw: bytes, source: str
) -> Iterator[Finding]:
    decided = match.equal >= 0 or match.returned is not None
    reached = effect.of(program, where, replace(match, either=match.equal < 0))
    if decided and reached.weight <= LEAST:
        return
    name = hashlib.sha256(raw[: SIZES[-1]]).hexdigest()[:8]
    come = f"input from {source}" if source else "a text that is given"
    led = f"; it decides: {reached.kind}" + (f" ({reached.name})" if reached.name else "")
    yield Finding("fixed secret", f"(digest, {name})", STRENGTH, False,
                  f"a digest of {come} is compared with bytes that the program holds"
                  + (led if reached.weight > LEAST else ""), match.at, where.start)  # fmt: skip


def _made(program: Program, where: Followed) -> dict[Value, str]:
    """Buffers that a function fills from a text and its length, and where the text is from."""
    found: dict[Value, str] = {}
    measured = not LENGTHS.isdisjoint(where.names.values())
    for call in where.trace.calls if measured else ():
        name = where.names.get(call.at, "")
        if capability.known(name) or name in capability.PASSES or name in capability.BUILDS:
            continue
        given = [a for a in call.arguments if a is not None]
        for length in given:
            inner = where.call(length[1]) if length[0] == "call" else None
            if inner is None or where.names.get(inner.at, "") not in LENGTHS:
                continue
            text = inner.arguments[0]
            if text not in given or text is None or program.text(text) is not None:
                continue
            source = origin.of(program, where, text, call.block)
            if text[0] != "arg" and source not in capability.OUTSIDE:
                continue
            for into in given:
                if into[0] == "s" and into != text:
                    found[into] = source if source in capability.OUTSIDE else ""
    return found


def _held(program: Program, where: Followed, call: Call, value: Value) -> bytes:
    """The bytes of a digest that is an argument of a comparison; nothing for anything else."""
    name = where.names.get(call.at, "")
    if value is None or value[0] != "a" or (name and name not in capability.COMPARATORS):
        return b""
    if not name and call.target not in program.comparators:
        return b""
    place = capability.COMPARATORS.get(name, -1)
    size = call.arguments[place] if 0 <= place < len(call.arguments) else None
    told = size[1] if size is not None and size[0] == "i" else 0
    most = told if told in SIZES else program.extent(value[1])
    raw = program.image.fixed(value[1], min(most, SIZES[0])) if not told or most == told else b""
    return raw if len(raw) >= SIZES[-1] and len(set(raw[:32])) >= DIFFERENT else b""


def _base(value: Value) -> Value:
    """The buffer that a byte is loaded from."""
    while value is not None and value[0] in ("load", "op", "phi"):
        value = value[1] if value[0] == "load" else value[2]
    return value
