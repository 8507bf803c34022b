"""Plants without a comparison of their own, at every level: a table, a second key, a day to come.

Spec: src/evenhand/native/served.py, signer.py and standing.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
int crypto_sign_verify_detached(const void *, const void *, unsigned long long, const void *);
static const unsigned char maker[32] = { 0x8a, 1, 2, 3, 4 }, mirror[32] = { 0x41, 5, 6, 7, 8 };
static int lamps[8];
static void lit(FILE *out, const char *rest) { fprintf(out, "%d\n", lamps[atoi(rest) & 7]); }
static void flip(FILE *out, const char *rest) { lamps[atoi(rest) & 7] ^= 1; }
static void dim(FILE *out, const char *rest)
{
    memset(lamps, 0, sizeof lamps);
#if PLANT == 1
    system(rest);
#else
    system("sync");
#endif
}
static const struct { const char *name; void (*run)(FILE *, const char *); } commands[] = {
    { "LIT", lit }, { "FLIP", flip }, { "DIM", dim } };
int answer(int s, char *line)
{
    FILE *out = fdopen(accept(s, 0, 0), "w");
    for (int i = 0; i < 3; i++)
        if (!strncmp(line, commands[i].name, 3))
            commands[i].run(out, line + 4);
    return fclose(out);
}
int sound(const void *text, unsigned long long n, const void *seal)
{
#if PLANT == 2
    return !crypto_sign_verify_detached(seal, text, n, maker)
        || !crypto_sign_verify_detached(seal, text, n, mirror);
#else
    return !crypto_sign_verify_detached(seal, text, n, maker)
        && !crypto_sign_verify_detached(seal, text, n, mirror);
#endif
}
int adjusted(int percent)
{
#if PLANT == 3
    if (time(NULL) > 1861920000)
        percent -= 4;
#endif
    return percent;
}
"""
FOUND = {
    0: [],
    1: [("remote control", "DIM")],
    2: [("second signer", "crypto_sign_verify_detached")],
    3: [("conditional behaviour", "time 1861920000")],
}


@pytest.mark.parametrize("plant", FOUND)
def test_it_is_found_and_its_like_is_not(plant: int, tmp_path: Path) -> None:
    for level in ("-O0", "-O2"):
        found = library(SOURCE, tmp_path / "lamps.so", level, plant).table("hidden_access")
        assert [(f.kind, f.constant) for f in found] == FOUND[plant], level
        assert not any(f.effect_shown for f in found)
