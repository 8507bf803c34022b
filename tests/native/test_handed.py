"""A function that is handed out and runs what it is given, told apart from one that runs its own.

Spec: src/evenhand/native/handed.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = """
typedef struct V V;
int sqlite3_create_function(void *, const char *, int, void (*)(void *, int, V **));
const char *sqlite3_value_text(V *);
int system(const char *);
unsigned long strlen(const char *);
static int width;
static void length(void *c, int n, V **v) { width = strlen(sqlite3_value_text(v[0])); }
static void tone(void *c, int n, V **v) { width = system(WHAT); }
int sqlite3_tones_init(void *db)
{
    return sqlite3_create_function(db, "length_of", 1, length)
        | sqlite3_create_function(db, "tone_", 1, tone);
}
"""


@pytest.mark.parametrize("what", ["sqlite3_value_text(v[0])", '"uname -r"'])
def test_only_what_it_is_given_is_told(what: str, tmp_path: Path) -> None:
    found = library(SOURCE.replace("WHAT", what), tmp_path / "tones.so").table("hidden_access")
    expected = [] if what.startswith('"') else [("remote control", "tone_", 0.6)]
    assert [(f.kind, f.constant, f.strength) for f in found] == expected
