"""Every function of a program by its code, so that none can change unseen in the difference.

Nothing is decoded for it: what depends on where things lie is blotted out of all bytes at once, and
each function's bytes, with the texts that it uses, become a digest.

Spec: none; two builds by one compiler give the same digests but for what changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from evenhand.native.outline import named, plain
from evenhand.native.program import Program

MOST_CODE = 64 << 20


def of(program: Program) -> Iterator[tuple[str, int]]:
    """Every function but those of libraries that are linked in: in words, and its start."""
    image, functions = program.image, program.functions
    low = min((s.start for s in image.segments), default=0)
    high = max((s.start + s.memory_bytes for s in image.segments), default=0)
    stretches = [
        (at, functions.machine.blotted(image.read(at, min(size, MOST_CODE)), at, low, high))
        for at, size in image.code()
    ]
    for start, end in zip(functions.starts, functions.ends, strict=True):
        if start in functions.linked:
            continue
        code = next((c[start - a : end - a] for a, c in stretches if a <= start < a + len(c)), b"")
        texts = {t for at in _addresses(program, start) if (t := program.text(("a", at)))}
        told = "\0".join(sorted(map(plain, texts))).encode(errors="surrogateescape")
        called = functions.calls.get(start, ())
        names = dict.fromkeys(c for _, c in called if isinstance(c, str))
        yield f"{named(list(names))} ({zlib.crc32(told, zlib.crc32(code)):08x})", start


def _addresses(program: Program, start: int) -> list[int]:
    """Addresses that a function takes; not its numbers, where a program may lie anywhere."""
    uses = program.functions.addresses.get(start, [])
    if program.image.kind == 2 or not uses:
        return [address for _, address in uses]
    code = program.functions.code(start)
    return [a for site, a in uses if not program.functions.machine.loads(code[site - start :])]
