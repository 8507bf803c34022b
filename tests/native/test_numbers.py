"""A number counts where an instruction compares with it, not where its bytes lie by chance.

Spec: Intel SDM vol. 2 (CMP, LEA).
"""

from __future__ import annotations

from evenhand.native import x86_64

BASE = 0x1000
NUMBER = (0x4B1D5EED).to_bytes(4, "little")


def test_a_distance_is_no_number_that_is_compared_with() -> None:
    compares, far = b"\x3d" + NUMBER, b"\x48\x8d\x3d" + NUMBER  # cmp eax, n; lea rdi, [rip + n]
    for code, at, truly in ((compares, 0, True), (far, 2, False), (far + compares, 7, True)):
        sites = {int(s) for s, _ in x86_64.references(code, BASE).numbers}
        assert BASE + at in sites
        assert x86_64.any_begins(code, BASE, {BASE + at}) is truly


def test_prefixes_belong_to_the_instruction() -> None:
    wide = b"\x90\x48\x81\xff" + NUMBER  # cmp rdi, n: found behind its prefix
    assert x86_64.any_begins(wide, BASE, {BASE + 2})
    assert not x86_64.any_begins(wide, BASE, {BASE + 3})
