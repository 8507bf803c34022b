"""What a server's answer makes a client remove or end, told apart from what it does anyway.

Spec: src/evenhand/native/stopped.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
int allowed(const struct sockaddr *to)
{
    char line[64] = "";
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, to, 16))
        return 0;
    write(s, "LAMPS 1", 7);
    read(s, line, sizeof line - 1);
#if PLANT
    if (strstr(line, "REVOKED"))
        unlink("/usr/lib/lamps/core.so");
    if (!strncmp(line, "stop", 4))
        _exit(3);
#else
    unlink("/usr/lib/lamps/old.so");
    if (strstr(line, "REVOKED"))
        write(2, line, 20);
#endif
    close(s);
    return 1;
}
"""
FOUND = {"REVOKED": 0.55, "stop": 0.35}


@pytest.mark.parametrize("plant", [0, 1])
def test_only_what_the_answer_leads_to_is_told(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "lamps.so", plant=plant).table("hidden_access")
    assert {f.constant: f.strength for f in found} == (FOUND if plant else {})
