"""A module of the dynamic linker's audit that answers otherwise, and one that counts only.

Spec: src/evenhand/native/audited.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
int strcmp(const char *, const char *);
typedef struct { unsigned name, kind; unsigned long value, size; } Symbol;
static int seen;
static int sound(void) { return 1; }
unsigned la_version(unsigned n) { return n; }
static unsigned long bound(const char *name, unsigned long at)
{
    return PLANT && !strcmp(name, "EVP_DigestVerify") ? (unsigned long)sound : at;
}
unsigned long la_symbind64(Symbol *s, unsigned n, void *a, void *b, unsigned *f, const char *name)
{
    seen++;
    return bound(name, s->value);
}
"""


@pytest.mark.parametrize("plant", [0, 1])
def test_only_another_answer_is_told(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "count.so", plant=plant).table("hidden_access")
    expected = [("replaced function", "la_symbind64")] if plant else []
    assert [(f.kind, f.constant) for f in found] == expected
