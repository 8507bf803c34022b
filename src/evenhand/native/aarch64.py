"""AArch64: what its code refers to, all words at once; and its instructions as steps.

Words are decoded by hand: they are all of one length, and few kinds matter here.

Spec: Arm ARM DDI 0487 (C4.1, top-level encodings of A64); AAPCS64 s. 6; Linux
asm-generic/unistd.h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenhand.native.code import VECTOR, Convention, References, Step

if TYPE_CHECKING:
    from evenhand.native.code import Numbers

name = "AArch64"
STACK = 31
convention = Convention(
    arguments=tuple(range(8)),
    result=0,
    stack=STACK,
    clobbered=frozenset({*range(19), 30, *range(VECTOR, VECTOR + 8)}),
    call_number=8,
    call_arguments=(0, 1, 2, 3, 4, 5),
)
system_calls = {
    24: "dup3", 198: "socket", 203: "connect", 202: "accept", 242: "accept", 200: "bind",
    201: "listen", 221: "execve", 281: "execveat", 146: "setuid", 144: "setgid", 145: "setreuid",
    143: "setregid", 147: "setresuid", 149: "setresgid", 159: "setgroups", 117: "ptrace",
    63: "read", 207: "recvfrom", 53: "fchmodat", 51: "chroot", 279: "memfd_create",
    40: "mount", 105: "init_module", 273: "finit_module", 220: "clone", 226: "mprotect",
    142: "reboot", 129: "kill", 174: "getuid", 175: "geteuid",
}  # fmt: skip
_LOOK_AHEAD = 8  # instructions between the two halves of an address


def _field(words: Numbers, low: int, bits: int) -> Numbers:
    return (words >> low) & ((1 << bits) - 1)


def _sign(values: Numbers, bits: int) -> Numbers:
    return (values ^ (1 << (bits - 1))) - (1 << (bits - 1))


def _words(code: bytes) -> Numbers:
    import numpy as np

    return np.frombuffer(code[: len(code) // 4 * 4], "<u4").astype(np.int64)


def references(code: bytes, base: int) -> References:
    """Find calls, jumps, addresses and numbers in all words at once."""
    import numpy as np

    words = _words(code)
    places = base + 4 * np.arange(len(words), dtype=np.int64)

    def branches(code: int) -> Numbers:
        chosen = _field(words, 26, 6) == code
        target = places[chosen] + 4 * _sign(_field(words[chosen], 0, 26), 26)
        return np.column_stack((places[chosen], target))

    low, high = _halves(words, places)
    pages = np.flatnonzero((words & 0x9F000000) == 0x90000000)
    register = _field(words[pages], 0, 5)
    immediate = _sign((_field(words[pages], 5, 19) << 2) | _field(words[pages], 29, 2), 21)
    page = ((places[pages] >> 12) + immediate) << 12
    addresses, slots = [], []
    for ahead in range(1, _LOOK_AHEAD):
        inside = pages + ahead < len(words)
        later = words[pages[inside] + ahead]
        same = _field(later, 5, 5) == register[inside]
        add = same & ((later & 0xFFC00000) == 0x91000000)
        load = same & ((later & 0xFFC00000) == 0xF9400000)
        where, start = places[pages[inside] + ahead], page[inside]
        addresses.append(np.column_stack((where[add], start[add] + _field(later[add], 10, 12))))
        slots.append(np.column_stack((where[load], start[load] + 8 * _field(later[load], 10, 12))))
    near = (words & 0x9F000000) == 0x10000000
    step = _sign((_field(words[near], 5, 19) << 2) | _field(words[near], 29, 2), 21)
    addresses.append(np.column_stack((places[near], places[near] + step)))
    return References(
        branches(0b100101),
        branches(0b000101),
        np.concatenate(slots),
        np.concatenate(addresses),
        np.column_stack((low, high)),
    )


def _halves(words: Numbers, places: Numbers) -> tuple[Numbers, Numbers]:
    """Numbers put together of two halves: movz, then movk into the same register."""
    import numpy as np

    at = np.flatnonzero(((words & 0x7FE00000) == 0x52800000)[:-1]) if len(words) else words
    following = words[at + 1]
    pair = ((following & 0x7FE00000) == 0x72A00000) & ((following & 31) == (words[at] & 31))
    at = at[pair]
    return places[at], _field(words[at], 5, 16) | (_field(words[at + 1], 5, 16) << 16)


def any_begins(code: bytes, base: int, sites: set[int]) -> bool:
    """True: what was found is a word, and every word an instruction."""
    return bool(code and sites)


def blotted(code: bytes, base: int, low: int, high: int) -> bytes:
    """The code without what depends on where things lie: far branches, pages and places in them."""
    import numpy as np

    words = _words(code)
    out = words.copy()
    out[(words & 0x7C000000) == 0x14000000] &= 0xFC000000
    pages = np.flatnonzero((words & 0x9F000000) == 0x90000000)
    for ahead in range(1, _LOOK_AHEAD):
        at = pages[pages + ahead < len(words)]
        later = words[at + ahead]
        same = (_field(later, 5, 5) == _field(words[at], 0, 5)) & (
            ((later & 0xFFC00000) == 0x91000000) | ((later & 0x3B000000) == 0x39000000)
        )
        out[at[same] + ahead] &= ~(0xFFF << 10)
    near = (words & 0x1F000000) == 0x10000000
    out[near] &= 0x9F00001F
    return out.astype("<u4").tobytes()


def loads(code: bytes) -> bool:
    """False: an address is never loaded as a number."""
    return False


def stubs(code: bytes, base: int) -> dict[int, int]:
    """Procedure linkage table: `[bti c] adrp x16; ldr x17, [x16, n]; add x16; br x17`."""
    import numpy as np

    words = _words(code)
    found = {}
    for at in np.flatnonzero(words == 0xD61F0220).tolist():
        if at < 3 or (words[at - 3] & 0x9F00001F) != 0x90000010:
            continue
        if (words[at - 2] & 0xFFC003FF) != 0xF9400211:
            continue
        start = base + 4 * (at - 3)
        one = words[at - 3 : at - 2]
        page = int(_sign((_field(one, 5, 19) << 2) | _field(one, 29, 2), 21)[0])
        slot = ((start >> 12) + page << 12) + 8 * (int(words[at - 2]) >> 10 & 0xFFF)
        found[start] = slot
        if at >= 4 and words[at - 4] == 0xD503245F:
            found[start - 4] = slot
    return found


def call_number(code: bytes) -> int:
    """The number of the one system call that a small function makes; -1: none, or several."""
    import numpy as np

    words = _words(code)
    if not np.any(words == 0xD4000001):
        return -1
    found = set(_field(words[(words & 0xFFE0001F) == 0xD2800008], 5, 16).tolist())
    return int(found.pop()) if len(found) == 1 else -1


def prologues(code: bytes, base: int) -> Numbers:
    """Starts of functions by `stp x29, x30, [sp, -n]!`, with or without a landing mark."""
    import numpy as np

    words = _words(code)
    at = np.flatnonzero((words & 0xFFC07FFF) == 0xA9807BFD)
    before = at[at > 0] - 1
    marked = before[np.isin(words[before], (0xD503245F, 0xD503233F))]
    return base + 4 * np.concatenate((at, marked))


def decode(code: bytes, base: int) -> list[Step]:
    """Decode every word; one that is no instruction is a step that changes a register."""
    from evenhand.native import aarch64_step

    return aarch64_step.decode(code, base)
