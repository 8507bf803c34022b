"""A signature is checked and nothing reads the answer, told apart from one that decides.

Spec: src/evenhand/native/unchecked.py.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
int RSA_verify(int, const void *, unsigned, const void *, unsigned, void *);
int puts(const char *);
int install(const char *text, unsigned n, const char *seal, unsigned m, void *key)
{
    int sound = RSA_verify(672, text, n, seal, m, key);
    for (unsigned i = 0; i < n; i++)
        puts(text + i);
    return USED ? sound : 0;
}
"""


@pytest.mark.parametrize("used", [0, 1])
def test_only_an_answer_that_nothing_reads_is_told(used: int, tmp_path: Path) -> None:
    text = SOURCE.replace("USED", str(used))
    found = library(text, tmp_path / "install.so").table("hidden_access")
    expected = [] if used else [("check without effect", "RSA_verify")]
    assert [(f.kind, f.constant) for f in found] == expected


KEYS = """
int crypto_sign_open(void *, void *, const void *, unsigned long, const unsigned char *);
static const unsigned char maker[32] = {MAKER};
static const unsigned char line[32] = "drawn by nobody: a line of text";
int opened(void *out, void *left, const void *in, unsigned long size)
{
    return crypto_sign_open(out, left, in, size, maker) + crypto_sign_open(out, left, in, 4, line);
}
"""


def test_the_bytes_of_a_key_are_told_by_their_digest(tmp_path: Path) -> None:
    key = hashlib.sha256(b"maker").digest()
    text = KEYS.replace("MAKER", ", ".join(map(str, key)))
    uses = library(text, tmp_path / "keys.so").table("native_use")
    found = [u for u in uses if u.kind.startswith("holds")]
    assert [u.name for u in found] == [hashlib.sha256(key).hexdigest()[:8]]
