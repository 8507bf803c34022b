"""x86-64: what its code refers to, by the bytes, and how functions are called.

Spec: Intel SDM vol. 2 (opcode maps); psABI x86-64 1.0 s. 3.2.3 (calls) and A.2.1 (system calls).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.native import x86_64_step
from evenhand.native.code import VECTOR, Convention, References
from evenhand.native.x86_64_step import RAX, RCX, RDI, RDX, RSI, RSP

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from evenhand.native.code import Numbers

name = "x86-64"
convention = Convention(
    arguments=(RDI, RSI, RDX, RCX, 8, 9),
    result=RAX,
    stack=RSP,
    clobbered=frozenset({RAX, RCX, RDX, RSI, RDI, 8, 9, 10, 11, *range(VECTOR, VECTOR + 16)}),
    call_number=RAX,
    call_arguments=(RDI, RSI, RDX, 10, 8, 9),
)
system_calls = {
    33: "dup2", 41: "socket", 42: "connect", 43: "accept", 288: "accept", 49: "bind",
    50: "listen", 59: "execve", 322: "execveat", 105: "setuid", 106: "setgid", 113: "setreuid",
    114: "setregid", 117: "setresuid", 119: "setresgid", 116: "setgroups", 101: "ptrace",
    292: "dup3", 0: "read", 45: "recvfrom", 90: "chmod", 161: "chroot", 319: "memfd_create",
    165: "mount", 175: "init_module", 313: "finit_module", 57: "fork", 56: "clone",
    10: "mprotect", 169: "reboot", 62: "kill", 102: "getuid", 107: "geteuid",
}  # fmt: skip
decode = x86_64_step.decode
any_begins = x86_64_step.any_begins
FIXED = 0x10000  # a program at a fixed place begins no earlier
COMPARED_FROM = 0x10000  # smaller numbers are sizes, characters and codes


def _signed(octets: npt.NDArray[np.uint8], at: Numbers) -> Numbers:
    """The signed 32-bit number at each place."""
    import numpy as np

    parts = [octets[at + n].astype(np.uint32) << (8 * n) for n in range(4)]
    whole = parts[0] | parts[1] | parts[2] | parts[3]
    return whole.view(np.int32).astype(np.int64)


def _pairs(base: int, sites: Numbers, targets: Numbers) -> Numbers:
    import numpy as np

    return np.column_stack((sites + base, targets)) if len(sites) else np.empty((0, 2), np.int64)


def references(code: bytes, base: int) -> References:
    """Find calls, jumps, addresses and numbers by their opcodes; some are chance, none is missed.

    Who asks keeps those whose target is the start of a function, or text.
    """
    import numpy as np

    octets = np.frombuffer(code + bytes(16), np.uint8)
    length = len(code)
    first, second = octets[:length], octets[1 : length + 1]

    def relative(places: Numbers, skip: int) -> Numbers:
        return base + places + skip + 4 + _signed(octets, places + skip)

    calls, jumps = np.flatnonzero(first == 0xE8), np.flatnonzero(first == 0xE9)
    through = np.flatnonzero((first == 0xFF) & ((second == 0x15) | (second == 0x25)))
    third = octets[2 : length + 2]
    wide = (first == 0x48) | (first == 0x4C)
    lea = np.flatnonzero(wide & (second == 0x8D) & ((third & 0xC7) == 5))
    # mov r32, imm32: an address in a program at a fixed place
    fixed = np.flatnonzero((first & 0xF8) == 0xB8)
    numbers = [
        (np.flatnonzero(first == 0x3D), 1),  # cmp eax, imm32
        (np.flatnonzero((first == 0x81) & ((second & 0xF8) == 0xF8)), 2),  # cmp r32, imm32
        (np.flatnonzero((first == 0x81) & ((second & 0xF8) == 0x38)), 2),  # cmp [r], imm32
        (np.flatnonzero((first == 0x81) & ((second & 0xF8) == 0x78)), 3),  # cmp [r+8], imm32
    ]
    long = np.flatnonzero(((first & 0xFE) == 0x48) & ((second & 0xF8) == 0xB8))
    rare = [_pairs(base, at, _signed(octets, at + skip) & 0xFFFFFFFF) for at, skip in numbers]
    # the upper half of a 64-bit number says enough about it
    rare.append(_pairs(base, long, _signed(octets, long + 6) & 0xFFFFFFFF))
    every = np.concatenate(rare)
    return References(
        _pairs(base, calls, relative(calls, 1)),
        _pairs(base, jumps, relative(jumps, 1)),
        _pairs(base, through, relative(through, 2)),
        np.concatenate(
            [
                _pairs(base, lea, relative(lea, 3)),
                _pairs(base, fixed, _signed(octets, fixed + 1) & 0xFFFFFFFF),
            ]
        ),
        every[(every[:, 1] >= COMPARED_FROM) & (every[:, 1] < 0xFFFF0000)],
    )


def blotted(code: bytes, base: int, low: int, high: int) -> bytes:
    """The code without what depends on where things lie: distances to places from `low` to `high`.

    Every four bytes count as a distance that stand where one may: after a call, a jump, or an
    operand beside the instruction pointer.
    """
    import numpy as np

    length = len(code)
    octets = np.frombuffer(code + bytes(16), np.uint8)
    first, second = octets[:length], octets[1 : length + 1]
    one = ((first & 0xC7) == 5) | (first == 0xE8) | (first == 0xE9)
    two = (first == 0x0F) & ((second & 0xF0) == 0x80)
    clear = []
    for places, skip in ((np.flatnonzero(one), 1), (np.flatnonzero(two), 2)):
        target = base + places + skip + 4 + _signed(octets, places + skip)
        clear.append(places[(target >= low) & (target < high)] + skip)
    if low >= FIXED:  # numbers may be addresses as well
        every = np.arange(length)
        value = _signed(octets, every) & 0xFFFFFFFF
        clear.append(every[(value >= low) & (value < high)])
    out = octets.copy()
    for at in clear:
        for n in range(4):
            out[at + n] = 0
    return out[:length].tobytes()


def loads(code: bytes) -> bool:
    """True for an instruction that only loads a number, not the address of a place."""
    return bool(code) and code[0] & 0xF8 == 0xB8


def stubs(code: bytes, base: int) -> dict[int, int]:
    """Procedure linkage table: `[endbr64] [bnd] jmp [rip + n]`."""
    found = {}
    at = code.find(b"\xff\x25")
    while at >= 0 and at + 6 <= len(code):
        slot = base + at + 6 + int.from_bytes(code[at + 2 : at + 6], "little", signed=True)
        start = at
        if code[start - 1 : start] == b"\xf2":
            start -= 1
        found[base + start] = slot
        if code[start - 4 : start] == b"\xf3\x0f\x1e\xfa":
            found[base + start - 4] = slot
        at = code.find(b"\xff\x25", at + 1)
    return found


def call_number(code: bytes) -> int:
    """The number of the one system call that a small function makes; -1: none, or several."""
    found = set(re.findall(rb"\xb8(..\0\0)(?:[^\xb8\xe8]{0,12}?)\x0f\x05", code, re.DOTALL))
    return int.from_bytes(found.pop(), "little") if len(found) == 1 else -1


def prologues(code: bytes, base: int) -> Numbers:
    """Starts of functions by `push rbp; mov rbp, rsp` or `endbr64` after padding."""
    import numpy as np

    found = []
    for mark in (b"\xf3\x0f\x1e\xfa", b"\x55\x48\x89\xe5"):
        at = code.find(mark)
        while at >= 0:
            if at == 0 or code[at - 1] in b"\xc3\x90\x00\xcc\xf4" or at % 16 == 0:
                found.append(base + at)
            at = code.find(mark, at + 1)
    return np.unique(np.array(found, np.int64))
