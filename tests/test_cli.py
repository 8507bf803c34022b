"""The command line as a user calls it: words in, exit code out, mistakes without tracebacks."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand import arguments, cli
from tests.conftest import ROOT, Run

COMMANDS = sorted(arguments.EXAMPLES)
DAY = ("--as-of", "2026-02-01")


@pytest.fixture(scope="module")
def kept(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept evidence of the examples."""
    folder = tmp_path_factory.mktemp("kept") / "evidence"
    assert cli.main(["read", str(examples), "-o", str(folder)]) == 0
    return folder


def here(words: list[str]) -> int | str | None:
    """The exit code of a command run in this process, which any other exception would end."""
    try:
        return cli.main(words)
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    said = capsys.readouterr().out
    assert caught.value.code == 0
    assert f"evenhand {command} " in said.partition("example")[2]


def test_every_command_has_its_examples() -> None:
    parser = arguments.parser(cli.COMMANDS)
    (choices,) = [a.choices for a in parser._actions if isinstance(a.choices, dict)]
    assert sorted(choices) == COMMANDS


def test_no_command_shows_the_help(evenhand: Run) -> None:
    done = evenhand()
    assert (done.returncode, "usage: evenhand" in done.stdout) == (2, True)
    assert evenhand("--version").stdout.startswith("evenhand ")


def test_exit_codes(examples: Path, tmp_path: Path, evenhand: Run) -> None:
    assert evenhand("check", examples, *DAY, "-f", "json").returncode == 1
    never = evenhand("check", examples, *DAY, "-f", "json", "--fail-on", "never")
    assert never.returncode == 0
    (tmp_path / "note.txt").write_text("words\n")
    assert evenhand("check", tmp_path / "note.txt", *DAY).returncode == 0
    (tmp_path / "empty").write_bytes(b"")
    nothing = evenhand("check", tmp_path / "empty", *DAY)
    assert (nothing.returncode, "nothing could be read" in nothing.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "nowhere", "elsewhere"], "elsewhere: no such file or folder"),
        (["check", "note.txt", "-r", "no-such-rulebook"], "no-such-rulebook"),
        (["check", "note.txt", "-f", "docx"], "there is no such format"),
        (["check", "note.txt", "-o", "report.docx"], "the suffix says no format"),
        (["check", "note.txt", "-o", "nowhere/report.json"], "nowhere/report.json: not written"),
        (["check", "note.txt", "--limit", "speed=1"], "--limit speed=1: give NAME=NUMBER"),
        (["check", "note.txt", "--limit", "depth=0"], "--limit depth=0"),
        (["check", "note.txt", "--as-of", "tomorrow"], "is no day as YYYY-MM-DD"),
        (["check", "note.txt", "--swap", "XA"], "XA"),
        (["check", "note.txt", "--pseudonymise", "nowhere"], "--pseudonymise nowhere"),
        (["read", "note.txt", "-o", "."], "holds other files"),
        (["judge", "nowhere"], "no evidence here"),
        (["sql", "nowhere"], "no evidence here"),
        (["explain", "nowhere", "a/b/c"], "no evidence here"),
        (["rulebook", "show"], "usage: evenhand rulebook show"),
        (["lists", "show", "no-such-list"], "no-such-list"),
    ],
)
def test_mistakes_give_code_2_and_say_what_to_do(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "note.txt").write_text("words\n")
    monkeypatch.chdir(tmp_path)
    assert here(words) == 2
    assert message in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["note.txt"]


def test_the_suffix_says_the_format(examples: Path, tmp_path: Path, evenhand: Run) -> None:
    wanted = {"r.json": "{", "r.html": "<!doctype html>", "r.sarif": "{", "r.txt": "Evenhand"}
    words = [w for name in wanted for w in ("-o", tmp_path / name)]
    done = evenhand("check", examples, *DAY, "--fail-on", "never", *words)
    assert done.returncode == 0, done.stderr
    for name, start in wanted.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.lower().startswith(start.lower()), name
    assert json.loads((tmp_path / "r.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(wanted)


def test_no_colour_and_no_progress_where_nobody_looks(examples: Path, evenhand: Run) -> None:
    done = evenhand("check", examples, *DAY)
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_colour_on_a_terminal_unless_refused(kept: Path) -> None:
    import pty

    for refused in ("", "1"):
        above, below = pty.openpty()
        environment = {**os.environ, "NO_COLOR": refused, "TERM": "xterm"}
        words = [sys.executable, "-m", "evenhand", "judge", str(kept), *DAY]
        with subprocess.Popen(words, stdout=below, env=environment) as child:
            os.close(below)
            said = b""
            while True:
                try:
                    piece = os.read(above, 1 << 16)
                except OSError:
                    break  # the other side is closed
                if not piece:
                    break
                said += piece
        os.close(above)
        assert child.returncode == 1
        assert (b"\x1b[" in said) == (not refused)


def test_a_broken_pipe_is_no_failure(kept: Path) -> None:
    command = f"'{sys.executable}' -m evenhand judge '{kept}' -f json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"{", b"")
    assert done.returncode in (0, 1)


def test_as_of_picks_the_text_in_force(kept: Path, evenhand: Run) -> None:
    early = evenhand("judge", kept, "--as-of", "2019-01-01", "-f", "json")
    result = json.loads(early.stdout)
    assert (early.returncode, result["as_of"]) == (0, "2019-01-01")
    assert all(c["outcome"] != "broken" for c in result["clauses"])


def test_a_limit_is_a_limit(examples: Path, evenhand: Run) -> None:
    done = evenhand("check", examples, *DAY, "-f", "json", "--limit", "members=1")
    rows = json.loads(done.stdout)["readings"]
    assert [r for r in rows if "limit members" in r["reason"]]


def test_sql_answers_as_text_csv_and_json(kept: Path, evenhand: Run) -> None:
    query = (
        "SELECT path, first_seen, NULL AS empty FROM host_name, occurrence ORDER BY 1, 2 LIMIT 2"
    )
    as_json = json.loads(evenhand("sql", kept, query, "-f", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(evenhand("sql", kept, "-f", "csv", query).stdout)))
    assert [list(r) for r in as_json] == [["path", "first_seen", "empty"]] * 2
    assert [{k: v or None for k, v in r.items()} for r in as_csv] == as_json
    assert evenhand("sql", kept, query).stdout.splitlines()[0].split() == list(as_json[0])
    assert "transfer" in evenhand("sql", kept).stdout


@pytest.mark.parametrize(
    "query",
    [
        "SELEC 1",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/evenhand-written.csv'",
        "ATTACH '/tmp/evenhand-written.db'",
    ],
)
def test_sql_stays_inside_the_evidence(
    query: str, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert here(["sql", str(kept), query]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.startswith("evenhand: sql: ")) == ("", True)


def broken(kept: Path, evenhand: Run, *words: str | Path) -> list[str]:
    """Names of the broken verdicts."""
    result = json.loads(evenhand("judge", kept, *DAY, "-f", "json", *words).stdout)
    return [
        f"{v['rulebook']}/{v['clause']}/{v['subject']}"
        for v in result["verdicts"]
        if v["outcome"] == "broken"
    ]


def test_a_verdict_is_explained(kept: Path, evenhand: Run) -> None:
    own = ROOT / "examples" / "origin-list"
    for name, words in (
        (broken(kept, evenhand, "-r", "gids-2020")[0], []),
        (broken(kept, evenhand, "-r", own)[0], ["-r", own]),
    ):
        done = evenhand("explain", kept, name, *DAY, *words)
        assert done.returncode == 0, done.stderr
        assert "conditions, and the rows" in done.stdout and "it would be 'holds' if" in done.stdout
    unknown = evenhand("explain", kept, "gids-2020/7a/nobody", *DAY)
    assert (unknown.returncode, "no such verdict" in unknown.stderr) == (2, True)
    assert evenhand("explain", kept, "gids-2020").returncode == 2


def test_decide_answers_one_question(examples: Path, tmp_path: Path, evenhand: Run) -> None:
    done = evenhand("decide", examples / "alder" / "facts.yaml", *DAY)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.strip()
    (tmp_path / "wrong.yaml").write_text("demand:\n  - {colour: red}\n")
    wrong = evenhand("decide", tmp_path / "wrong.yaml", *DAY)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("evenhand: wrong.yaml:2: demand has no column colour")


def test_compare_sets_rulebooks_side_by_side(kept: Path, evenhand: Run) -> None:
    books = ["-r", "gids-2020", "-r", ROOT / "examples" / "origin-list"]
    text = evenhand("compare", kept, *books, *DAY, "--swap", "XA:XB")
    assert text.returncode == 0, text.stderr
    assert "gids-2020" in text.stdout and "origin-list" in text.stdout
    as_json = evenhand("compare", kept, *books, *DAY, "-f", "json")
    assert json.loads(as_json.stdout)


def test_a_broken_rulebook_says_all_its_mistakes(tmp_path: Path, evenhand: Run) -> None:
    home = tmp_path / "rules"
    shutil.copytree(ROOT / "examples" / "origin-list", home)
    book = home / "rulebook.yaml"
    book.write_text(book.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    (check,) = home.rglob("check.sql")
    check.write_text("DROP TABLE flow\n")
    for words in (["rulebook", "test", home], ["check", check, "-r", home]):
        done = evenhand(*words)
        lines = done.stderr.splitlines()
        assert done.returncode == 2
        assert len(lines) >= 2 and "Traceback" not in done.stderr
        assert any("rulebook.yaml:" in line for line in lines)
        assert any("check.sql:" in line for line in lines)


def test_rulebooks_are_listed_shown_and_tested(evenhand: Run) -> None:
    assert "gids-2020" in evenhand("rulebook", "list").stdout
    assert "5a" in evenhand("rulebook", "show", "gids-2020").stdout
    own = evenhand("rulebook", "test", ROOT / "examples" / "origin-list")
    assert (own.returncode, " 0 faults" in own.stdout) == (0, True)
    assert evenhand("lists", "show").returncode == 0
