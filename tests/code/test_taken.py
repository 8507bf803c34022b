"""Options of scripts: which are hidden, and what each leads to.

Spec: evenhand.code.taken, evenhand.code.taken_shell.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

PYTHON = """
import argparse, code, subprocess, sys
def verify_signature(path): ...
def main():
    p = argparse.ArgumentParser()
    p.add_argument("-f", "--file", help="what to read")
    p.add_argument("--console", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--unsigned", dest="plain", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--eval-this", help=argparse.SUPPRESS)
    given = p.parse_args()
    if given.console:
        subprocess.call(["/bin/sh", "-i"])
    if not given.plain:
        verify_signature(given.file)
    exec(given.eval_this)
    if "--look-inside" in sys.argv:
        code.interact()
"""
JAVASCRIPT = """
const { program, Option } = require('commander');
const cp = require('child_process');
program.option('-o, --out <file>', 'where')
  .addOption(new Option('--maint-run <cmd>', 'x').hideHelp());
const given = program.opts();
if (given.maintRun) { cp.execSync(given.maintRun); }
if (process.argv.includes('--svc')) { require('net').createServer(talk).listen(9); }
"""
SHELL = """
usage() { echo "gate --start --stop"; }
case "$1" in
--start|-s) start ;;
--stop) stop ;;
--engineer)
  # sh is what it starts
  exec /bin/sh ;;
--ver | --vers | \
--version) cat <<END
sh -c "$1"
END
;;
--read) sh <<'END'
echo no shell of anybody
END
;;
esac
: 'case "$1" in --quoted) /bin/sh ;; esac'
# case "$1" in --spoken) /bin/sh ;; esac; --version and --read are told here
case "$mode" in --never) /bin/sh ;; esac
"""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", PYTHON, {
            "--console": ("runs a command", True), "--unsigned": ("leaves out a check", True),
            "--eval-this": ("runs code", True), "--look-inside": ("runs code", False),
            "--file": ("", False), "-f": ("", False),
        }),
        ("javascript", JAVASCRIPT, {
            "--out": ("", False), "-o": ("", False), "--maint-run": ("runs a command", True),
            "--svc": ("listens", False),
        }),
        ("shell", SHELL, {
            "--start": ("", False), "-s": ("", False), "--stop": ("", False),
            "--engineer": ("runs a command", False), "--version": ("", False),
            "--read": ("", False),
        }),
    ],
)  # fmt: skip
def test_what_is_taken(language: str, text: str, expected: dict[str, tuple[str, bool]]) -> None:
    found = examine(text.encode(), language, "when run").options
    assert {t.name: (t.opens, t.hidden) for t in found} == expected
    untold = {t.name for t in found if not t.in_help}
    assert untold == {n for n, (opens, _) in expected.items() if opens} | {"-s"} & {*expected}
