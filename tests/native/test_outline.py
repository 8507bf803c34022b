"""Functions in outline: a change of one is seen, another layout of the same is not.

Spec: native/outline.py.
"""

from __future__ import annotations

from pathlib import Path

from tests.native.test_programs import library
from tests.readers.reading import Reading

SOURCE = """
#include <string.h>
#include <unistd.h>
#if MOVED
static const char table[4096] = "moved";
const char *first(int n) { return table + n; }
#endif
int allowed(const char *want, const char *given, unsigned long size)
{
    unsigned differs = 0;
    for (unsigned long i = 0; i < size SHORT; i++)
        differs |= (unsigned)(want[i] ^ given[i]);
    return differs == 0 && write(1, "opened\\n", 7) == 7;
}
int told(const char *word) { return strcmp(word, "status") == 0 && write(1, "up\\n", 3) == 3; }
"""


def outlines(reading: Reading) -> set[str]:
    """Functions as they are told."""
    return {r.name for r in reading.table("native_use") if r.kind == "function"}


def test_a_function_that_changed_is_new_and_one_that_moved_is_not(tmp_path: Path) -> None:
    old = outlines(library(SOURCE.replace("SHORT", ""), tmp_path / "old.so"))
    moved = SOURCE.replace("SHORT", "").replace("MOVED", "1")
    changed = SOURCE.replace("SHORT", "&& given[i]")

    assert len(old) >= 2
    assert old <= outlines(library(moved, tmp_path / "moved.so"))
    (new,) = outlines(library(changed, tmp_path / "changed.so")) - old
    assert new.startswith("calls write (")
