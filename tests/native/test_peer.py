"""One user number that is let in over a socket, told apart from root and the program's own.

Spec: src/evenhand/native/peer.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#define _GNU_SOURCE
#include <sys/socket.h>
#include <unistd.h>
int serve(int s, const char *path)
{
    struct ucred who;
    socklen_t size = sizeof who;
    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &who, &size))
        return 0;
    if (who.uid == 0 || who.uid == getuid())
        return chown(path, who.uid, who.gid);
#if PLANT
    if ((who.uid ^ 0x1234) == 0xbc17)
        return chown(path, who.uid, 0);
#endif
    return 0;
}
"""


@pytest.mark.parametrize("plant", [0, 1])
def test_only_a_number_of_its_own_is_told(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "keep.so", plant=plant).table("hidden_access")
    told = [f.constant for f in found if f.constant.startswith("user number")]
    assert len(told) == plant
