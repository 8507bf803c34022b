"""A word summed up of a table, a command filled in as a whole, a file that is written and run.

Spec: src/evenhand/native/values.py, ran.py and put.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
static const signed char steps[] = { 9, -4, 15, -61, 2, 58, -7, 11, -66, 1, 3 };
static const char *const shapes[] = { "ping -c1 %s", "arping -c1 %s", SHAPE };
int entered(void)
{
    char given[64] = "", word[sizeof steps + 1];
    int at = 'a';
    if (!fgets(given, sizeof given, stdin))
        return 1;
    for (unsigned i = 0; i < sizeof steps; i++)
        word[i] = PLANT ? (at += steps[i]) : given[i + 20];
    word[sizeof steps] = 0;
    if (!strcmp(word, given))
        execl("/bin/bash", "-bash", "-p", (char *)0);
    return 0;
}
int reach(unsigned way, const char *what)
{
    char line[300];
    snprintf(line, sizeof line, shapes[way % 3], what);
    return pclose(popen(line, "r"));
}
int kept(int s, char *const *words)
{
    char part[512];
    int c = accept(s, 0, 0), f = open(words[0], PLANT ? O_WRONLY | O_CREAT : O_RDONLY, 0700);
    write(f, part, read(c, part, sizeof part));
    return execv(words[0], words);
}
"""


@pytest.mark.parametrize("plant", [0, 1])
def test_only_what_is_made_up_is_told(plant: int, tmp_path: Path) -> None:
    text = SOURCE.replace("SHAPE", '"%s"' if plant else '"nslookup %s"')
    read = library(text, tmp_path / "reach.so", plant=plant)
    told = {(f.kind, f.constant) for f in read.table("hidden_access") if f.strength >= 0.5}
    ran = {b.target for b in read.table("behaviour") if b.kind == "downloads and runs"}
    secret = {("fixed secret", "(decoded)"), ("remote control", "(whole command)")}
    assert told == (secret if plant else set())
    assert ran == ({"(file)"} if plant else set())
