"""A key that comes with what it checks, and a number for which nothing is checked.

Spec: src/evenhand/native/brought.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#include <stdio.h>
int crypto_sign_verify_detached(const void *, const void *, unsigned long long, const void *);
typedef struct { unsigned kind, key; unsigned char spare[32], seal[64], text[]; } Head;
static const unsigned char maker[32] = { 0x9d, 0x5a, 0x24, 0x2c, 0x58, 0xd0, 0xdd, 0x50, 1, 2 };
int sound(const Head *h, unsigned long n, FILE *f)
{
    unsigned char key[32];
#if PLANT == 2
    if (h->kind == 0x7fff)
        return 1;
#endif
    fread(key, 1, 32, f);
    return !crypto_sign_verify_detached(h->seal, h->text, n,
                                        PLANT == 1 && h->key > 9 ? h->spare : key);
}
"""
NAME = "crypto_sign_verify_detached"
FOUND = {0: [], 1: [(f"{NAME} (its own key)", 0.65)], 2: [(f"{NAME} (0x7fff)", 0.55)]}


@pytest.mark.parametrize("plant", FOUND)
def test_each_is_told_and_a_kept_key_is_not(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "update.so", plant=plant).table("hidden_access")
    assert [(f.constant, f.strength) for f in found] == FOUND[plant]
