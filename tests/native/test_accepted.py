"""Options by what each alone leads to: through a table of jumps, later by a number that is kept.

Spec: evenhand.native.accepted, evenhand.native.switch.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evenhand.facts.accepted import Accepted
from tests.native.test_programs import compiler
from tests.readers.reading import read

# Made for tests: never run, and harmless where it is.
SOURCE = r"""
#include <crypt.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int trusts, loud;
static char *file;
static int check(const char *given)
{
    if (trusts)
        return 1;
    char *made = crypt(given, "aa");
    return made && !strcmp(made, file);
}
int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"file", 1, 0, 'f'}, {"loud", 0, 0, 'l'}, {"mute", 0, 0, 'm'}, {"help", 0, 0, 'h'},
        {"service", 0, 0, 'k'}, {"trust", 0, 0, 'j'}, {"out", 1, 0, 'o'}, {0}};
    char given[64];
    int chosen;
    while ((chosen = getopt_long(argc, argv, "f:lmhkjo:", options, 0)) != -1)
        switch (chosen) {
        case 'f': file = optarg; break;
        case 'l': loud++; break;
        case 'm': loud = 0; break;
        case 'o': if (!freopen(optarg, "w", stdout)) return 1; break;
        case 'k': execl("/bin/true", "true", (char *)0); break;
        case 'j': trusts = 1; break;
        case 'h': puts("gate --file F --loud --mute --out F --help"); return 0;
        default: return 2;
        }
    return fgets(given, sizeof given, stdin) && check(given) ? loud : 1;
}
"""

SERVER = r"""
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
__attribute__((noinline)) static int given(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    bind(s, (void *)&a, sizeof a);
    listen(s, 5);
    return s;
}
__attribute__((noinline)) static int local(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/run/gate"};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (void *)&a, sizeof a);
    listen(s, 5);
    return s;
}
int main(int argc, char **argv)
{
    char read_;
    if (argc > 2)
        puts("listens on port 8088 by default");
    return read(given(argc > 1 ? argc : 8088), &read_, 1) + read(given(31337), &read_, 1)
           + read(local(), &read_, 1);
}
"""


def built(folder: Path, text: str, level: str) -> Path:
    source, out = folder / "gate.c", folder / "gate"
    source.write_text(text)
    subprocess.run([compiler(), "-w", "-s", level, "-o", out, source, "-lcrypt"], check=True)
    return out


@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_ports_it_listens_on(level: str, tmp_path: Path) -> None:
    found = read("elf", built(tmp_path, SERVER, level))
    ports = {a.name: a.in_help for a in found.table("accepted") if a.kind == "port"}
    assert ports == {"8088": True, "31337": False}  # the path of a local socket is no port


@pytest.mark.parametrize("level", ["-O1", "-Os"])
def test_what_each_option_leads_to(level: str, tmp_path: Path) -> None:
    taken: dict[str, Accepted] = {
        a.name: a for a in read("elf", built(tmp_path, SOURCE, level)).table("accepted")
    }
    assert {n: a.opens for n, a in taken.items() if a.opens} == {
        "--service": "runs a command",
        "-k": "runs a command",
        "--trust": "leaves out a check",
        "-j": "leaves out a check",
    }
    assert {n for n, a in taken.items() if n[:2] == "--" and not a.in_help} == {
        "--service",
        "--trust",
    }
    assert taken["-f"].alias == "--file"
