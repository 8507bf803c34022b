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


@pytest.mark.parametrize("level", ["-O1", "-Os"])
def test_what_each_option_leads_to(level: str, tmp_path: Path) -> None:
    source, out = tmp_path / "gate.c", tmp_path / "gate"
    source.write_text(SOURCE)
    subprocess.run([compiler(), "-w", "-s", level, "-o", out, source, "-lcrypt"], check=True)
    taken: dict[str, Accepted] = {a.name: a for a in read("elf", out).table("accepted")}
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
