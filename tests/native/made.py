"""Small ELF files made by hand: `if (strcmp(input, "kw7#Orchid") == 0) system("id");`.

Spec: ELF gABI 4.1; psABI x86-64 1.0; AAPCS64.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

SECRET, COMMAND = b"kw7#Orchid\0", b"id\0"
CODE, DATA = 0x1000, 0x2000
SLOTS = DATA + 0x100  # pointers to strcmp and system
NAMES = b"\0strcmp\0system\0libc.so.6\0"
STRINGS, SYMBOLS, RELOCATIONS, DYNAMIC = (DATA + n for n in (0x200, 0x280, 0x300, 0x400))


class Kind(NamedTuple):
    """A machine: its number, the kind of relocation for calls, and the code."""

    machine: int
    relocation: int
    code: bytes


def _x86_64() -> bytes:
    """Two stubs of 16 bytes, then the function at CODE + 0x20."""
    stubs = b"".join(
        b"\xff\x25" + struct.pack("<i", SLOTS + 8 * n - (CODE + 16 * n + 6)) + b"\x90" * 10
        for n in range(2)
    )
    at = CODE + 0x20
    body = b"\x55"  # push rbp
    body += b"\x48\x8d\x35" + struct.pack("<i", DATA - (at + len(body) + 7))  # lea rsi, secret
    body += b"\xe8" + struct.pack("<i", CODE - (at + len(body) + 5))  # call strcmp
    body += b"\x85\xc0\x75\x0c"  # test eax, eax; jne out
    body += b"\x48\x8d\x3d" + struct.pack("<i", DATA + 0x20 - (at + len(body) + 7))
    body += b"\xe8" + struct.pack("<i", CODE + 16 - (at + len(body) + 5))  # call system
    return stubs + body + b"\x5d\xc3"  # pop rbp; ret


def _aarch64() -> bytes:
    """The same; stubs are `adrp x16; ldr x17; add x16; br x17`."""
    page = 0x90000000 | 1 << 29  # adrp, one page on: from the code to the data
    words = []
    for n in range(2):
        slot = SLOTS + 8 * n & 0xFFF
        words += [page | 16, 0xF9400211 | slot // 8 << 10, 0x91000210 | slot << 10, 0xD61F0220]
    words += [0xA9BF7BFD]  # stp x29, x30, [sp, -16]!
    words += [page | 1, 0x91000021]  # x1 = the secret
    words += [0x94000000 | (-11 & 0x3FFFFFF)]  # bl strcmp
    words += [0x35000000 | 4 << 5]  # cbnz w0, out
    words += [page, 0x91000000 | 0x20 << 10]  # x0 = the command
    words += [0x94000000 | (-11 & 0x3FFFFFF)]  # bl system
    words += [0xA8C17BFD, 0xD65F03C0]  # ldp x29, x30, [sp], 16; ret
    return struct.pack(f"<{len(words)}I", *words)


X86_64 = Kind(62, 7, _x86_64())
AARCH64 = Kind(183, 1026, _aarch64())


def program(kind: Kind) -> bytes:
    """The file: one segment of code and one of data, no sections, no symbols of its own."""
    data = bytearray(0x600)
    data[: len(SECRET)] = SECRET
    data[0x20 : 0x20 + len(COMMAND)] = COMMAND
    data[0x200 : 0x200 + len(NAMES)] = NAMES
    symbols = bytes(24) + b"".join(struct.pack("<IBBHQQ", n, 0x12, 0, 0, 0, 0) for n in (1, 8))
    data[0x280 : 0x280 + len(symbols)] = symbols
    rows = b"".join(
        struct.pack("<QQq", SLOTS + 8 * n, n + 1 << 32 | kind.relocation, 0) for n in range(2)
    )
    data[0x300 : 0x300 + len(rows)] = rows
    hashes = struct.pack("<II", 1, 3)
    data[0x380 : 0x380 + len(hashes)] = hashes
    tags = ((1, 15), (5, STRINGS), (6, SYMBOLS), (10, len(NAMES)), (4, DATA + 0x380),
            (23, RELOCATIONS), (2, len(rows)), (0, 0))  # fmt: skip
    dynamic = b"".join(struct.pack("<QQ", *t) for t in tags)
    data[0x400 : 0x400 + len(dynamic)] = dynamic
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 3, kind.machine, 1, CODE + 0x20, 64, 0, 0, 64, 56, 3, 64, 0, 0
    )  # fmt: skip
    code = kind.code.ljust(0x600, b"\0")
    segments = [
        (1, 5, CODE, CODE, len(kind.code)),
        (1, 6, DATA, DATA, len(data)),
        (2, 6, DATA + 0x400, DYNAMIC, len(dynamic)),
    ]
    for what, flags, offset, address, size in segments:
        head += struct.pack("<IIQQQQQQ", what, flags, offset, address, address, size, size, 8)
    return head.ljust(CODE, b"\0") + code.ljust(DATA - CODE, b"\0") + bytes(data)
