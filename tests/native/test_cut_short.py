"""A token compared only as far as what is given is long, and one that is compared whole.

Spec: src/evenhand/native/cut_short.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#include <stdio.h>
#include <string.h>
static char want[40];
int loaded(FILE *f) { return fgets(want, sizeof want, f) != 0; }
int sound(const char *given)
{
    unsigned char d = 0;
    unsigned long n = strlen(want);
#if PLANT == 0
    if (strlen(given) != n)
        return 0;
    for (unsigned long i = 0; i < n; i++)
        d |= want[i] ^ given[i];
#elif PLANT == 1
    for (unsigned long i = 0; i < n && given[i]; i++)
        d |= want[i] ^ given[i];
#else
    d = memcmp(want, given, strlen(given)) != 0;
#endif
    return !d;
}
"""


@pytest.mark.parametrize("plant", [0, 1, 2])
def test_only_what_ends_early_is_told(plant: int, tmp_path: Path) -> None:
    text = SOURCE if plant < 2 else SOURCE.replace("n = strlen(want)", "n = 0")
    found = library(text, tmp_path / "token.so", plant=plant).table("hidden_access")
    assert [f.constant for f in found] == (["(as long as given)"] if plant else [])
