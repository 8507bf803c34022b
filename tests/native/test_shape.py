"""Functions by their code: each change of one is seen, another layout of the same is not.

Spec: native/shape.py; the difference is that of `baseline`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from evenhand import baseline, pipeline
from evenhand.evidence import Evidence
from evenhand.limits import Limits
from tests.native.test_programs import compiler
from tests.readers.reading import read

SOURCE = """
#include <string.h>
#if MOVED
static const char table[9000] = "moved";
const char *first(int n) { return table + n; }
#endif
char pool[64];
unsigned mixed(unsigned n) { return (n ^ (n >> 7)) * NUMBER; }
void fill(void) { for (unsigned i = 0; i < sizeof pool; i++) pool[i] = mixed(i); }
const char *word(int n) { return n ? WORD : "none at all"; }
int told(const char *given) { fill(); return strcmp(given, pool) + mixed(given[0]); }
"""


def functions(folder: Path, program: str, **given: str) -> set[str]:
    """Functions as they are told, of this program built by this compiler."""
    words = {"MOVED": "0", "NUMBER": "40503u", "WORD": '"one word of them"'} | given
    source, out = folder / "a.c", folder / "a.so"
    source.write_text(SOURCE)
    flags = [f"-D{name}={value}" for name, value in words.items()]
    kinds = ["-w", "-s", "-O2", "-fno-inline", "-shared", "-fPIC"]
    subprocess.run([program, *kinds, *flags, "-o", str(out), str(source)], check=True)
    return {row.name for row in read("elf", out).table("native_function")}


@pytest.mark.parametrize("program", ["gcc", "aarch64-linux-gnu-gcc"])
def test_one_that_changed_is_new_and_one_that_moved_is_not(program: str, tmp_path: Path) -> None:
    if program != "gcc" and shutil.which(program) is None:
        pytest.skip("no compiler for AArch64 is installed")
    built = compiler() if program == "gcc" else program
    old = functions(tmp_path, built)
    assert old <= functions(tmp_path, built, MOVED="1")
    for changed in ({"NUMBER": "40507u"}, {"WORD": '"other word of them"'}):
        new = functions(tmp_path, built, **changed)
        assert (len(new - old), len(old - new)) == (1, 1), changed


def test_a_program_that_was_only_compiled_anew_tells_no_function(tmp_path: Path) -> None:
    body = "unsigned f{0}(unsigned n) {{ return (n ^ {0}0007u) * (n >> {0}) ^ {1}u; }}\n"
    told: list[Evidence] = []
    for level, last in (("-O2", 7), ("-O2", 8), ("-O0", 7)):
        source, out = tmp_path / "a.c", tmp_path / f"{len(told)}" / "many.so"
        out.parent.mkdir()
        source.write_text("".join(body.format(n, last if n == 29 else 7) for n in range(1, 30)))
        subprocess.run(
            [compiler(), "-w", "-s", *level.split(), "-shared", "-fPIC", "-o", str(out),
             str(source)], check=True,
        )  # fmt: skip
        told.append(pipeline.read([str(out)], Limits(), 1, lambda name: None)[0])
    old, changed, anew = told

    def rows(new: Evidence) -> int:
        found = baseline.differences(new, old)
        return sum(d["table"] == "native_function" and d["change"] == "new" for d in found)

    assert rows(changed) == 1
    assert rows(anew) == 0
