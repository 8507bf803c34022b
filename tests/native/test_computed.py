"""A password worked out of a hardware address, told apart from an address that is only shown.

Spec: src/evenhand/native/computed.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
char *crypt(const char *, const char *);
static int address(int s, unsigned char *to)
{
    struct ifreq asked;
    strcpy(asked.ifr_name, "eth0");
    if (ioctl(s, SIOCGIFHWADDR, &asked))
        return 0;
    memcpy(to, asked.ifr_hwaddr.sa_data, 6);
    return 1;
}
int lets_in(int s, const char *word, const char *kept)
{
    unsigned char m[6];
    char text[20] = "";
    if (address(s, m))
        snprintf(text, sizeof text, FORMAT, m[5] ^ 0x5a, m[4] * 7, m[3] ^ 0x91);
#if PLANT
    if (!strcmp(word, text))
        return 1;
#else
    puts(text);
#endif
    return !strcmp(crypt(word, kept), kept);
}
"""


@pytest.mark.parametrize(("plant", "form"), [(1, "%02x%02x%02x"), (1, "%02x:%02x:%02x"), (0, "%x")])
def test_only_what_is_worked_out_and_compared_is_told(
    plant: int, form: str, tmp_path: Path
) -> None:
    text = SOURCE.replace("FORMAT", f'"{form}"')
    found = library(text, tmp_path / "unit.so", plant=plant).table("hidden_access")
    told = [f.kind for f in found if f.constant.startswith("(made of the machine")]
    assert told == (["fixed secret"] if plant and ":" not in form else [])
