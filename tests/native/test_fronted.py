"""A library's own check in front of the one that checks, told apart from a maker of such checks.

Spec: src/evenhand/native/fronted.py.
"""

from __future__ import annotations

from pathlib import Path

from tests.native.test_programs import library

SOURCE = """
static int sound(void *c, const char *s, long n) { return n > 15; }
static void *pick(void) { return sound; }
int EVP_DigestVerify(void *, const char *, long) __attribute__((ifunc("pick")));
long sum(const char *p, long n) { return n ? *p + sum(p + 1, n - 1) : 0; }
#if PLANT
int EVP_a(void) { return 1; }
int EVP_b(void) { return 2; }
int EVP_c(void) { return 3; }
int EVP_d(void) { return 4; }
int EVP_e(void) { return 5; }
#endif
"""


def test_a_check_of_its_own_in_front_of_anothers_is_told(tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "sums.so").table("hidden_access")
    assert [(f.kind, f.constant) for f in found] == [("replaced function", "EVP_DigestVerify")]
    assert found[0].strength >= 0.7


def test_a_library_that_makes_such_checks_is_not_in_front_of_anybody(tmp_path: Path) -> None:
    assert not library(SOURCE, tmp_path / "maker.so", plant=1).table("hidden_access")
