"""x86-64 instructions as steps.

Spec: Intel SDM vol. 2 (opcode maps).
"""

from __future__ import annotations

import functools
from typing import Any, cast

from evenhand.errors import Unreadable
from evenhand.native.code import (
    ADDRESS,
    ARITH,
    BRANCH,
    CALL,
    COMPARE,
    FLAG,
    JUMP,
    LOAD,
    NOT,
    RETURN,
    SET,
    STORE,
    SYSTEM,
    VECTOR,
    Operand,
    Step,
)

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
_new = tuple.__new__  # half the time of Step(…), where there are many
NOWHERE = 99  # no register
PREFIXES = frozenset((0x66, *range(0x40, 0x50)))  # of operand size and of registers
LAST = 0xFFFFFFFFFFFFFFFF  # address
MOST_MET = 100_000  # instructions whose steps are kept, by their bytes
_met: dict[bytes, tuple[Any, ...]] = {}  # kind to bits of the first step, and of the others
_alike: dict[Operand, Operand] = {}  # each operand once: memory that is at hand is soon read
_near: dict[bytes, tuple[int, str, int]] = {}  # branches of two bytes, and how far they go
_WORDS = {
    5: "eq", 6: "ne", 13: "lt", 3: "lt", 14: "ge", 4: "ge", 15: "le", 7: "le", 16: "gt", 8: "gt",
}  # fmt: skip


@functools.cache
def _library() -> tuple[Any, list[int], dict[int, str]]:
    """The decoder, register numbers by its names, and what is done with each mnemonic."""
    try:
        import iced_x86 as iced
    except ImportError:
        raise Unreadable(
            "no decoder for x86-64 is installed (iced-x86); this code was not read"
        ) from None
    registers = [-1] * 300
    for number in range(300):
        try:
            whole = iced.RegisterExt.full_register(cast(Any, number))
        except ValueError:
            break
        if iced.Register.RAX <= whole <= iced.Register.R15:
            registers[number] = whole - iced.Register.RAX
        elif iced.Register.ZMM0 <= whole <= iced.Register.ZMM31:
            registers[number] = VECTOR + whole - iced.Register.ZMM0
    kinds = {
        "move": "MOV MOVZX MOVSX MOVSXD MOVAPS MOVUPS MOVDQA MOVDQU MOVQ MOVD MOVAPD MOVUPD "
        "VMOVDQU VMOVDQA VMOVUPS VMOVAPS VMOVQ VMOVD PMOVMSKB VPMOVMSKB MOVBE",
        "lea": "LEA",
        "+": "ADD ADC INC", "-": "SUB SBB DEC", "^": "XOR PXOR XORPS VPXOR",
        "&": "AND ANDN PAND", "|": "OR POR VPOR", "*": "IMUL",
        "<": "SHL SHR SAR ROL ROR NEG NOT BSWAP", "=": "PCMPEQB PCMPEQD PCMPEQQ PCMPEQW",
        "cmp": "CMP", "test": "TEST PTEST", "lost": "BT BTS BTR BTC COMISD COMISS UCOMISD UCOMISS",
        "push": "PUSH", "pop": "POP", "leave": "LEAVE", "wide": "MUL DIV IDIV",
        "extend": "CDQ CQO CWD", "keep": "CDQE CWDE CBW NOP ENDBR64 PREFETCHT0 PAUSE",
        "scan": "CMPSB CMPSW CMPSD", "stop": "HLT UD2 INT3", "system": "SYSCALL",
    }  # fmt: skip
    table = {}
    for kind, names in kinds.items():
        for mnemonic in names.split():
            table[getattr(iced.Mnemonic, mnemonic)] = kind
    for mnemonic in dir(iced.Mnemonic):
        if mnemonic.startswith("SET"):
            table.setdefault(getattr(iced.Mnemonic, mnemonic), "set")
        if mnemonic.startswith("CMOV"):
            table.setdefault(getattr(iced.Mnemonic, mnemonic), "cmov")
    return iced, registers, table


def _memory(i: Any, registers: list[int], size: int) -> Operand:
    if i.is_ip_rel_memory_operand:
        return ("g", i.ip_rel_memory_address, size)
    displacement = i.memory_displacement
    if displacement >= 1 << 63:
        displacement -= 1 << 64
    base, index = registers[i.memory_base], registers[i.memory_index]
    if base < 0 and index < 0 and i.memory_segment != 0 and displacement > 0xFFFF:
        return ("g", displacement, size)
    return ("m", base, index, displacement, size)


def _operand(i: Any, number: int, registers: list[int], size: int) -> Operand:
    what = i.op_kind(number)
    if what == 0:
        return ("r", registers[i.op_register(number)])
    if what == 24:
        return _memory(i, registers, size)
    if 6 <= what <= 14:
        return ("i", i.immediate(number) & 0xFFFFFFFFFFFFFFFF)
    return ()


def decode(code: bytes, base: int) -> list[Step]:
    """Decode from start to end; bytes that are no instruction end it."""
    iced, registers, table = _library()
    sizes, met, near, new = _sizes(), _met.get, _near.get, _new
    steps: list[Step] = []
    add = steps.append
    at, start = base, 0
    for i in iced.Decoder(64, code, ip=base):
        end = start + i.len
        after, raw = base + end, code[start:end]
        if known := met(raw):  # most instructions are met again and again
            kind, into, left, right, word, bits, more = known
            add(new(Step, (kind, at, after, into, left, right, word, -1, bits)))
            for kind, into, left, right, word, bits in more:
                add(new(Step, (kind, at, after, into, left, right, word, -1, bits)))
        elif ahead := near(raw):
            kind, word, far = ahead
            add(new(Step, (kind, at, after, -1, (), (), word, after + far & LAST, 64)))
        elif not _by_bytes(add, raw, at, after):
            flow = i.flow_control
            if flow:
                step = _flow(i, flow, at, after, registers, table)
                if step is not None:
                    add(step)
                    if step.kind == RETURN and step.word == "bad":
                        break
            else:
                before = len(steps)
                _straight(add, i, at, after, (registers, table, sizes))
                if not i.is_ip_rel_memory_operand:
                    _keep(raw, at, steps[before:])
        at, start = after, end
    return steps


def _keep(raw: bytes, at: int, made: list[Step]) -> None:
    """Keep what an instruction does, by its bytes."""
    if made and len(_met) < MOST_MET and all(s.at == at and s.target < 0 for s in made):
        first, *more = [
            (s.kind, s.into, _alike.setdefault(s.left, s.left), _alike.setdefault(s.right, s.right),
             s.word, s.bits)
            for s in made
        ]  # fmt: skip
        _met[raw] = (*first, tuple(more))


def any_begins(code: bytes, base: int, sites: set[int]) -> bool:
    """True where an instruction begins at one of these addresses, prefixes left out."""
    iced, last = _library()[0], max(sites)
    for i in iced.Decoder(64, code, ip=base):
        at = i.ip
        if at in sites or (at + 1 in sites and code[at - base] in PREFIXES):
            return True
        if at >= last:
            return False
    return False


def _by_bytes(add: Any, raw: bytes, at: int, after: int) -> bool:
    """Instructions told by their bytes: what they name lies at a distance, so few come again."""
    first, size = raw[0], len(raw)
    into, place, word = -1, cast(Operand, ()), ""
    if size == 2 and first & 0xF0 == 0x70:
        kind, far = BRANCH, raw[1] - (raw[1] >> 7 << 8)
        word = _WORDS.get((first & 15) + 1, "other")
    elif size == 5 and first in (0xE8, 0xE9):
        kind = CALL if first == 0xE8 else JUMP
        far = int.from_bytes(raw[1:], "little", signed=True)
    elif size == 6 and first == 0x0F and raw[1] & 0xF0 == 0x80:
        kind, far = BRANCH, int.from_bytes(raw[2:], "little", signed=True)
        word = _WORDS.get((raw[1] & 15) + 1, "other")
    elif size == 2 and first == 0xEB:
        kind, far = JUMP, raw[1] - (raw[1] >> 7 << 8)
    elif size == 7 and first & 0xFB == 0x48 and raw[1] == 0x8D and raw[2] & 0xC7 == 5:  # lea
        far = int.from_bytes(raw[3:], "little", signed=True)
        kind, into = ADDRESS, (raw[2] >> 3 & 7) + (first << 1 & 8)
        place = ("g", after + far & LAST, 0)
    else:
        return False
    if size == 2:
        _near[raw] = kind, word, far
    target = -1 if kind == ADDRESS else after + far & LAST
    add(_new(Step, (kind, at, after, into, (), place, word, target, 64)))
    return True


def _straight(
    add: Any, i: Any, at: int, after: int, tables: tuple[list[int], dict[int, str], list[int]]
) -> None:
    """One instruction that goes on to the next."""
    registers, table, sizes = tables
    what = table.get(i.mnemonic)
    if what == "keep":  # it may be what a branch leads to
        add(Step(SET, at, after, NOWHERE))
    elif what == "stop":
        add(Step(RETURN, at, after, word="stop"))
    else:
        count = i.op_count
        size = sizes[i.memory_size]
        left = _operand(i, 0, registers, size) if count else ()
        last = count - 1 if what == "*" else 1
        right = _operand(i, last, registers, size) if count > 1 else ()
        _plain(add, i, what, at, after, left, right, table)


@functools.cache
def _sizes() -> list[int]:
    """Bytes of each of the decoder's memory sizes."""
    import iced_x86 as iced

    found = []
    for number in range(300):
        try:
            found.append(iced.MemorySizeExt.size(cast(Any, number)))
        except ValueError:
            break
    return found


def _flow(
    i: Any, flow: int, at: int, after: int, registers: list[int], table: dict[int, str]
) -> Step | None:
    """Calls, jumps, branches and the ends of functions."""
    if flow == 5 or flow == 1:  # call, jump
        if table.get(i.mnemonic) == "system":
            return Step(SYSTEM, at, after)
        return Step(CALL if flow == 5 else JUMP, at, after, target=i.near_branch_target)
    if flow == 3:
        word = _WORDS.get(i.condition_code, "other")
        return Step(BRANCH, at, after, word=word, target=i.near_branch_target)
    if flow in (2, 6):
        what: Operand = ()
        if i.op0_kind == 24:
            what = _memory(i, registers, 8)
        elif i.op0_kind == 0:
            what = ("r", registers[i.op0_register])
        return Step(CALL if flow == 6 else JUMP, at, after, left=what)
    if flow == 4:
        return Step(RETURN, at, after)
    if i.is_invalid:
        return Step(RETURN, at, after, word="bad")
    return Step(RETURN, at, after, word="stop") if table.get(i.mnemonic) == "stop" else None


def _plain(
    add: Any, i: Any, kind: str | None, at: int, after: int, left: Operand, right: Operand,
    table: dict[int, str],
) -> None:  # fmt: skip
    """Instructions that go on to the next."""
    into = left[1] if left and left[0] == "r" else -1
    if kind == "move":
        if into < 0:
            add(_new(Step, (STORE, at, after, -1, left, right, "", -1, 64)))
        else:
            load = LOAD if right and right[0] in ("m", "g") else SET
            add(_new(Step, (load, at, after, into, (), right, "", -1, 64)))
    elif kind == "lea":
        add(_new(Step, (ADDRESS, at, after, into, (), right, "", -1, 64)))
    elif kind in ("cmp", "test"):
        add(_new(Step, (COMPARE, at, after, -1, left, right, kind, -1, _bits(i, left))))
    elif kind == "scan":
        add(Step(COMPARE, at, after, left=("m", RSI, -1, 0, 0), right=("m", RDI, -1, 0, 0),
                 word="scan"))  # fmt: skip
    elif kind == "lost":
        add(Step(COMPARE, at, after, word="lost"))
    elif kind == "set":
        add(Step(FLAG, at, after, into, left=left, word=_WORDS.get(i.condition_code, "other")))
    elif kind == "cmov":
        # as the branch that it stands for: an address of its own for the second half
        word = NOT[_WORDS.get(i.condition_code, "other")]
        load = LOAD if right and right[0] in ("m", "g") else SET
        add(Step(BRANCH, at, at + 1, word=word, target=after))
        add(Step(load, at + 1, after, into, right=right))
    elif kind == "push":
        add(Step(ARITH, at, after, RSP, left=("r", RSP), right=("i", 8), word="-"))
        add(Step(STORE, at, after, left=("m", RSP, -1, 0, 8), right=left))
    elif kind == "pop":
        add(Step(LOAD, at, after, into, right=("m", RSP, -1, 0, 8)))
        add(Step(ARITH, at, after, RSP, left=("r", RSP), right=("i", 8), word="+"))
    elif kind == "leave":
        add(Step(SET, at, after, RSP, right=("r", RBP)))
        add(Step(LOAD, at, after, RBP, right=("m", RSP, -1, 0, 8)))
        add(Step(ARITH, at, after, RSP, left=("r", RSP), right=("i", 8), word="+"))
    elif kind == "wide":
        add(Step(SET, at, after, RAX))
        add(Step(SET, at, after, RDX))
    elif kind == "extend":
        add(Step(SET, at, after, RDX))
    elif kind is not None and len(kind) == 1:
        right = right or ("i", 1)
        if kind in "^-" and left == right:
            add(Step(SET, at, after, into, right=("i", 0)))
            return
        first = ("r", right[1]) if i.op_count == 3 and right and right[0] == "r" else left
        if i.op_count == 3 and kind == "*":
            first = ()
        add(Step(ARITH, at, after, into, left=first, right=right, word=kind))
    elif into >= 0:
        add(Step(SET, at, after, into))


def _bits(i: Any, left: Operand) -> int:
    """Width of what is compared, in bits."""
    if left and left[0] in ("m", "g"):
        return int(left[-1]) * 8
    register = i.op0_register
    import iced_x86 as iced

    return int(iced.RegisterExt.size(register)) * 8
