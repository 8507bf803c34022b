"""What is looked up, told apart or put together by the program itself is no secret of anybody.

Spec: src/evenhand/native/gate.py, secret.py and origin.py; RFC 9562 s. 4.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

PLANTED = {  # what is no secret → what is, where a little is changed
    "qlamp-Vx3server": "qlamp-Vx3server",
    "0xda4dff8104896ecb": "0xda7dff8104896ecb",
    "recv": "recv",
    "0x8a45cf75": "0x8a45cf75",
}
SOURCE = r"""
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
static const struct { const char *name, *other; int port; } known[] = {
    { "qlamp-Vx3server", 0, 7101 }, { "lamp-peers", "lampd", 7102 }, { 0, 0, 0 } };
int port_of(const char *asked)
{
    if (!asked || !*asked)
        return -1;
    for (int i = 0; known[i].port; i++) {
        if (known[i].name && !strcmp(known[i].name, asked))
            return known[i].port;
#if PLANT
        if (!strcmp(getenv("LAMP"), asked))
#else
        if (known[i].other && !strcmp(known[i].other, asked))
#endif
            return known[i].port;
    }
    return -1;
}
static const unsigned char kind[16] = {
    0xcb, 0x6e, 0x89, 0x04, 0x81, 0xff, KIND, 0xda,
    0xa8, 0x4a, 0x07, 0xab, 0x9a, 0xb5, 0x71, 0x5e };
int opened(const unsigned char *head)
{
    return memcmp(head, kind, 16) ? -1 : execl("/usr/bin/lamp", "lamp", (char *)0);
}
struct lamp { unsigned magic; const char *lit_by; };
__attribute__((noreturn)) void gives_up(const char *, const char *, int, const char *);
int lit(const struct lamp *one)
{
    if (one->magic != 0x8a45cf75)
        gives_up("lit", "lamp.c", 7, PLANT ? "no such lamp" : "(one)->magic == LAMP_MAGIC");
    return system(one->lit_by);
}
static __attribute__((noinline)) void put(char *into, int size, const char *how, ...)
{
    va_list rest;
    va_start(rest, how);
    vsnprintf(into, size, how, rest);
    va_end(rest);
}
int answer(int s)
{
    char line[96], command[128];
    recv(s, line, sizeof line, 0);
    put(command, sizeof command, "ls -l /tmp/%d", getpid());
    return system(PLANT ? line : command) + line[1];
}
"""


@pytest.fixture(scope="module")
def strengths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """Constant → strength, of the program as it is and with what each is told apart from."""
    folder: Path = tmp_path_factory.mktemp("looked_up")
    found = {}
    for name, number, kind in (("plain", 0, "0x4d"), ("planted", 1, "0x7d")):
        text = SOURCE.replace("KIND", kind)
        rows = library(text, folder / f"{name}.so", plant=number).table("hidden_access")
        found[name] = {row.constant: row.strength for row in rows}
    return found


@pytest.mark.parametrize("constant", PLANTED)
def test_nothing_of_it_is_worth_a_look(
    constant: str, strengths: dict[str, dict[str, float]]
) -> None:
    assert strengths["plain"].get(constant, 0.0) < 0.5 <= strengths["planted"][PLANTED[constant]]
