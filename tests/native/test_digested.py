"""A digest of what is given that equals one that the program brings, beside those of a file.

Spec: src/evenhand/native/digested.py.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#include <stdio.h>
#include <string.h>
unsigned char *MD5(const char *, unsigned long, unsigned char *);
static const unsigned char seed[16] = {SEED};
int lets_in(const char *word, FILE *f)
{
    unsigned char made[16], kept[16];
    MD5(word, strlen(word), made);
    if (!memcmp(made, WITH, 16))
        return 1;
    return fread(kept, 1, 16, f) == 16 && !memcmp(made, kept, 16);
}
"""


@pytest.mark.parametrize("held", ["seed", "kept"])
def test_only_a_digest_of_the_programs_own_is_told(held: str, tmp_path: Path) -> None:
    seed = ", ".join(map(str, hashlib.md5(b"heron", usedforsecurity=False).digest()))
    text = SOURCE.replace("SEED", seed).replace("WITH", held)
    found = library(text, tmp_path / "roll.so").table("hidden_access")
    told = [f.strength for f in found if f.constant.startswith("(digest, ")]
    assert told == ([0.6] if held == "seed" else [])
