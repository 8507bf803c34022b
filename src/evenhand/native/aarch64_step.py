"""AArch64: its instructions as steps, decoded by hand.

Spec: Arm ARM DDI 0487 (C4.1, top-level encodings of A64).
"""

from __future__ import annotations

import struct

from evenhand.native.code import (
    ADDRESS,
    ARITH,
    BRANCH,
    CALL,
    COMPARE,
    FLAG,
    JUMP,
    LOAD,
    RETURN,
    SET,
    STORE,
    SYSTEM,
    VECTOR,
    Operand,
    Step,
)

ZERO = 99  # register 31, where it reads as zero
_WORDS = ("eq", "ne", "ge", "lt", "other", "other", "other", "other", "gt", "le", "ge", "lt", "gt",
          "le", "other", "other")  # fmt: skip


def decode(code: bytes, base: int) -> list[Step]:
    """Decode every word; one that is no instruction is a step that changes a register."""
    steps: list[Step] = []
    at = base
    for (word,) in struct.iter_unpack("<I", code[: len(code) // 4 * 4]):
        group = word >> 25 & 15
        if group & 14 == 10:  # branches, exceptions and system
            _flow(steps, word, at)
        elif group & 14 == 8:
            _immediate(steps, word, at)
        elif group & 5 == 4:
            _memory(steps, word, at)
        elif group & 7 == 5:
            _register(steps, word, at)
        else:  # vectors
            into = word & 31
            steps.append(Step(SET, at, at + 4, VECTOR + into))
            if word & 0x0FE0FC00 == 0x0E003C00 or word & 0x7F20FC00 == 0x1E260000 & 0x7F20FC00:
                steps.append(Step(SET, at, at + 4, into))
        at += 4
    return steps


def _signed(value: int, bits: int) -> int:
    return (value ^ (1 << (bits - 1))) - (1 << (bits - 1))


def _flow(steps: list[Step], word: int, at: int) -> None:
    after = at + 4
    if word >> 26 & 31 == 5:
        target = at + 4 * _signed(word & 0x3FFFFFF, 26)
        steps.append(Step(CALL if word >> 31 else JUMP, at, after, target=target))
    elif word & 0xFF000010 == 0x54000000:
        target = at + 4 * _signed(word >> 5 & 0x7FFFF, 19)
        steps.append(Step(BRANCH, at, after, word=_WORDS[word & 15], target=target))
    elif word & 0x7E000000 == 0x34000000:
        target = at + 4 * _signed(word >> 5 & 0x7FFFF, 19)
        steps.append(Step(BRANCH, at, after, left=_general(word & 31),
                          word="ne" if word >> 24 & 1 else "eq", target=target,
                          bits=64 if word >> 31 else 32))  # fmt: skip
    elif word & 0x7E000000 == 0x36000000:
        target = at + 4 * _signed(word >> 5 & 0x3FFF, 14)
        bit = word >> 19 & 31 | (word >> 31) << 5
        # bit 0 of a truth value is the value itself
        what = ("ne" if word >> 24 & 1 else "eq") if bit == 0 else "other"
        steps.append(Step(BRANCH, at, after, left=_general(word & 31), word=what, target=target,
                          bits=1))  # fmt: skip
    elif word & 0xFE1F0000 == 0xD61F0000 or word & 0xFE1F0000 == 0xD61F0000 | 1 << 24:
        kind = word >> 21 & 3
        if kind == 2:
            steps.append(Step(RETURN, at, after))
        else:
            pointer = ("r", word >> 5 & 31)
            steps.append(Step(CALL if kind == 1 else JUMP, at, after, left=pointer))
    elif word & 0xFFE0001F == 0xD4000001:
        steps.append(Step(SYSTEM, at, after))
    elif word & 0xFF000000 == 0xD4000000:
        steps.append(Step(RETURN, at, after, word="stop"))
    elif word & 0xFFF00000 == 0xD5300000:  # mrs
        steps.append(Step(SET, at, after, word & 31))


def _general(number: int) -> Operand:
    """A register, where 31 reads as zero."""
    return ("i", 0) if number == 31 else ("r", number)


def _into(number: int) -> int:
    return ZERO if number == 31 else number


def _immediate(steps: list[Step], word: int, at: int) -> None:
    after, into, first = at + 4, word & 31, word >> 5 & 31
    kind = word >> 23 & 7
    if kind < 2:  # adr, adrp
        step = _signed((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3, 21)
        target = ((at >> 12) + step << 12) if word >> 31 else at + step
        steps.append(Step(ADDRESS, at, after, into, right=("g", target, 0)))
    elif kind == 2:  # add, sub
        number = (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)
        sign, flags = "-" if word >> 30 & 1 else "+", word >> 29 & 1
        if flags and into == 31:
            if sign == "-":
                steps.append(Step(COMPARE, at, after, left=("r", first), right=("i", number),
                                  word="cmp", bits=64 if word >> 31 else 32))  # fmt: skip
            else:
                negative = ("i", -number & 0xFFFFFFFF)
                steps.append(Step(COMPARE, at, after, left=("r", first), right=negative,
                                  word="cmp", bits=32))  # fmt: skip
        else:
            steps.append(Step(ARITH, at, after, into, left=("r", first), right=("i", number),
                              word=sign, bits=64 if flags else 0))  # fmt: skip
    elif kind == 4:  # logical
        word_of = "&|^&"[word >> 29 & 3]
        number = _bit_mask(
            word >> 22 & 1, word >> 10 & 63, word >> 16 & 63, 64 if word >> 31 else 32
        )
        if word >> 29 & 3 == 3 and into == 31:
            steps.append(Step(COMPARE, at, after, left=_general(first), right=("i", number),
                              word="test"))  # fmt: skip
        elif first == 31 and word_of == "|":
            steps.append(Step(SET, at, after, into, right=("i", number)))
        else:
            steps.append(Step(ARITH, at, after, into, left=_general(first), right=("i", number),
                              word=word_of, bits=64 if word >> 29 & 3 == 3 else 0))  # fmt: skip
    elif kind == 5:  # mov wide
        number, shift = word >> 5 & 0xFFFF, 16 * (word >> 21 & 3)
        what = word >> 29 & 3
        if what == 3:
            steps.append(Step(ARITH, at, after, _into(into), left=("r", into), word="k",
                              right=("i", number << shift | shift << 64), bits=0))  # fmt: skip
        else:
            full = (1 << 64) - 1 if word >> 31 else 0xFFFFFFFF
            value = number << shift
            steps.append(Step(SET, at, after, _into(into),
                              right=("i", (full ^ value) if what == 0 else value)))  # fmt: skip
    elif kind == 6 and word >> 16 & 63 == 0 and word >> 10 & 63 in (7, 31):
        steps.append(Step(SET, at, after, _into(into), right=_general(first)))  # zero-extended
    else:
        steps.append(Step(ARITH, at, after, _into(into), left=_general(first), right=("i", 1),
                          word="<", bits=0))  # fmt: skip


def _bit_mask(n: int, imms: int, immr: int, width: int) -> int:
    """The number that a logical immediate stands for (DecodeBitMasks)."""
    length = (n << 6 | (~imms & 63)).bit_length() - 1
    if length < 1:
        return 0
    size = 1 << length
    ones, turn = (imms & size - 1) + 1, immr & size - 1
    pattern = (1 << ones) - 1
    pattern = (pattern >> turn | pattern << (size - turn)) & ((1 << size) - 1)
    value = 0
    for shift in range(0, width, size):
        value |= pattern << shift
    return value


def _memory(steps: list[Step], word: int, at: int) -> None:
    after, register, base = at + 4, word & 31, word >> 5 & 31
    vector = word >> 26 & 1
    one = VECTOR + register if vector else _into(register)
    if word & 0x3B000000 == 0x18000000:  # literal
        target = at + 4 * _signed(word >> 5 & 0x7FFFF, 19)
        steps.append(Step(LOAD, at, after, one, right=("g", target, 8)))
        return
    if word & 0x3A000000 == 0x28000000:
        _pair(steps, word, at)
        return
    size, opc = word >> 30, word >> 22 & 3
    width = 16 if vector and opc & 2 else 1 << size
    load = opc & 1 if vector else opc != 0
    change = 0
    index = -1
    if word & 0x3B000000 == 0x39000000:
        displacement = (word >> 10 & 0xFFF) * width
    elif word & 0x3B200000 == 0x38000000:
        displacement = _signed(word >> 12 & 0x1FF, 9)
        mode = word >> 10 & 3
        if mode in (1, 3):
            change = displacement
            displacement = 0
    elif word & 0x3B200C00 == 0x38200800:
        displacement, index = 0, word >> 16 & 31
    else:  # atomics and vectors in groups
        steps.append(Step(SET, at, after, one))
        return
    before = change and word >> 10 & 3 == 3
    if before:
        _move_base(steps, at, base, change)
    place: Operand = ("m", base, index if index != 31 else -1, displacement, width)
    if load:
        steps.append(Step(LOAD, at, after, one, right=place))
    else:
        what = ("r", one) if vector else _general(register)
        steps.append(Step(STORE, at, after, left=place, right=what))
    if change and not before:
        _move_base(steps, at, base, change)


def _move_base(steps: list[Step], at: int, base: int, by: int) -> None:
    steps.append(Step(ARITH, at, at + 4, base, left=("r", base), right=("i", abs(by)),
                      word="+" if by >= 0 else "-", bits=0))  # fmt: skip


def _pair(steps: list[Step], word: int, at: int) -> None:
    after, base, vector = at + 4, word >> 5 & 31, word >> 26 & 1
    width = (4, 8, 16)[min(word >> 30, 2)] if vector else 8 if word >> 31 else 4
    displacement = _signed(word >> 15 & 0x7F, 7) * width
    mode = word >> 23 & 3
    if mode == 3:
        _move_base(steps, at, base, displacement)
    start = 0 if mode in (1, 3) else displacement
    for register, offset in ((word & 31, 0), (word >> 10 & 31, width)):
        place: Operand = ("m", base, -1, start + offset, width)
        one = VECTOR + register if vector else _into(register)
        if word >> 22 & 1:
            steps.append(Step(LOAD, at, after, one, right=place))
        else:
            what = ("r", one) if vector else _general(register)
            steps.append(Step(STORE, at, after, left=place, right=what))
    if mode == 1:
        _move_base(steps, at, base, displacement)


def _register(steps: list[Step], word: int, at: int) -> None:
    after, into, first, second = at + 4, word & 31, word >> 5 & 31, word >> 16 & 31
    bits = 64 if word >> 31 else 32
    group = word >> 21 & 0xFF
    left, right = _general(first), _general(second)
    if word & 0x1F000000 == 0x0A000000:  # logical
        what = "&|^&"[word >> 29 & 3]
        if word >> 29 & 3 == 3 and into == 31:
            steps.append(Step(COMPARE, at, after, left=left, right=right, word="test", bits=bits))
        elif what == "|" and first == 31 and not word >> 21 & 1:
            steps.append(Step(SET, at, after, _into(into), right=right))
        else:
            steps.append(Step(ARITH, at, after, _into(into), left=left, right=right, word=what,
                              bits=bits if word >> 29 & 3 == 3 else 0))  # fmt: skip
    elif word & 0x1F000000 == 0x0B000000:  # add, sub
        sign, flags = "-" if word >> 30 & 1 else "+", word >> 29 & 1
        plain = word & 0x0020FC00 == 0
        if flags and into == 31 and sign == "-":
            steps.append(Step(COMPARE, at, after, left=left, word="cmp", bits=bits,
                              right=right if plain or word >> 21 & 1 else ()))  # fmt: skip
        else:
            steps.append(Step(ARITH, at, after, _into(into), left=left,
                              right=right if plain else (), word=sign,
                              bits=bits if flags else 0))  # fmt: skip
    elif group & 0xF8 == 0xD0 and group & 7 == 2:  # ccmp
        right = ("i", second) if word >> 11 & 1 else right
        steps.append(Step(COMPARE, at, after, left=left, right=right, bits=bits,
                          word="both" if word >> 12 & 15 == 0 else "lost"))  # fmt: skip
    elif group & 7 == 4 and group >> 3 & 3 == 2:  # csel and its kin
        _select(steps, word, at, left, right)
    elif word & 0x1F000000 == 0x1B000000:  # madd
        steps.append(Step(ARITH, at, after, _into(into), left=left, right=right, word="*", bits=0))
    else:
        steps.append(Step(ARITH, at, after, _into(into), left=left, right=right, word="<", bits=0))


def _select(steps: list[Step], word: int, at: int, left: Operand, right: Operand) -> None:
    into, condition = _into(word & 31), word >> 12 & 15
    if word >> 10 & 3 == 1 and not word >> 30 & 1 and left == right == ("i", 0):  # cset
        steps.append(Step(FLAG, at, at + 4, into, word=_WORDS[condition ^ 1]))
    else:  # as the branch that it stands for: addresses of their own for the two halves
        if word >> 10 & 3 or word >> 30 & 1:
            plain = word >> 10 & 3 == 1 and not word >> 30 & 1 and right == ("i", 0)
            right = ("i", 1) if plain else ()
        steps.append(Step(BRANCH, at, at + 1, word=_WORDS[condition], target=at + 2))
        steps.append(Step(SET, at + 1, at + 1, into, right=right))
        steps.append(Step(JUMP, at + 1, at + 2, target=at + 4))
        steps.append(Step(SET, at + 2, at + 4, into, right=left))
