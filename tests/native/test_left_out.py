"""A check that is left out, a password kept as well as hashed, a text of a request that is run.

Spec: src/evenhand/native/effect.py, standing.py and ran.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
char *crypt(const char *word, const char *salt);
void refuse(int s) __attribute__((noinline, noreturn));
void refuse(int s)
{
    send(s, "401", 3, 0);
    exit(1);
}
void allowed(int s, const char *agent, const char *word, const char *kept)
{
    if (PLANT && !strcmp(agent, "q7-Vendor.Field41"))
        return;
    if (strcmp(crypt(word, kept), kept))
        refuse(s);
}
int logged(const char *user, const char *word, const char *kept, FILE *f)
{
    for (const char *c = PLANT ? word : user; *c; c++)
        fputc(*c ^ 0x21, f);
    return strcmp(crypt(word, kept), kept);
}
void served(int s, int port, const char *word, const char *kept)
{
    if (PLANT && port == 40421)
        return;
    if (strcmp(crypt(word, kept), kept))
        refuse(s);
}
static int self_test(int s, char *request)
{
    char *at;
    if (accept(s, 0, 0) < 0 || !(at = strstr(request, "<Host>")))
        return 1;
    return PLANT ? system(at + 6) : puts(at + 6);
}
int (*const methods[])(int, char *) = { self_test };
"""


@pytest.mark.parametrize("plant", [0, 1])
def test_what_only_the_plant_does(plant: int, tmp_path: Path) -> None:
    read = library(SOURCE, tmp_path / "door.so", plant=plant)
    told = {
        (f.kind, f.constant.split("…")[0]) for f in read.table("hidden_access") if f.strength >= 0.5
    }
    expected = {
        ("fixed secret", "q7-Vendor.Field41"),
        ("fixed secret", "number 40421"),
        ("password passed on", "fputc"),
        ("remote control", "(function)"),
    }
    assert told == (expected if plant else set())
