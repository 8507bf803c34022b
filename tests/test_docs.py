"""Every command, file and link that README and docs show, and the checker of commands itself.

Spec: CONVENTIONS (Habits).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUNNER = ROOT / "scripts" / "run_docs.py"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
WITH_COMMANDS = [page for page, text in TEXTS.items() if "\n```console" in text]
# Places in running text: [words](target), and pictures.
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def label(page: Path) -> str:
    """A page's name in the list of tests."""
    return str(page.relative_to(ROOT))


def run(*pages: Path) -> subprocess.CompletedProcess[str]:
    """Run pages without the blocks that need the network."""
    words = [sys.executable, str(RUNNER), *map(str, pages)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)


def without_blocks(text: str) -> str:
    """A page's running text."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get where it is read on the web."""
    titles = HEADING.findall(without_blocks(text))
    return {re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titles}


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=label)
def test_commands_do_what_the_page_shows(page: Path) -> None:
    ran = run(page)
    assert ran.returncode == 0, ran.stderr


def test_there_are_pages_to_run() -> None:
    assert {"README.md", "docs/tutorial.md"} <= {label(page) for page in WITH_COMMANDS}


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_commands_stand_in_console_blocks(page: Path) -> None:
    kinds = re.findall(r"^```(\w+)", TEXTS[page], re.MULTILINE)
    assert not {"sh", "bash", "shell", "zsh"} & set(kinds)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(without_blocks(TEXTS[page])):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{label(page)}: {target}"
        if anchor:
            assert anchor in anchors(TEXTS[place]), f"{label(page)}: {target}"


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ("$ false", "exit code 1, not 0"),
        ("$ true  # exit 1", "exit code 0, not 1"),
        ("$ printf 'one\\ntwo\\n'\none", "the output is another"),
        ("$ printf 'one\\ntwo\\n'\ntwo\none", "the output is another"),
        ("$ printf 'one\\ntwo\\n'\no…\n…\nthree", "the output is another"),
        ("$ evenhand --no-such-option", "exit code 2, not 0"),
    ],
)
def test_the_checker_finds_what_is_not_as_shown(tmp_path: Path, block: str, fault: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{block}\n```\n")
    ran = run(page)
    assert ran.returncode == 1
    assert f"{page}:2: $ " in ran.stderr
    assert fault in ran.stderr


def test_the_checker_accepts_what_is_as_shown(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```yaml made/by.yaml\na: 1\n```\n"
        "```console\n$ cat made/by.yaml\na: 1\n$ ls out/examples\n…\ntransfer.csv\n"
        "$ printf 'one\\ntwo\\nthree\\n' \\\n  | tail -n 2; exit 3  # exit 3\nt…o\n…\n```\n"
        "```console network\n$ false\n```\n"
        "```console by hand\n$ sudo false\n$ make demo\n```\n"
    )
    ran = run(page)
    assert ran.returncode == 0, ran.stderr
    assert "5 commands, 0 not as shown" in ran.stdout


def test_the_checker_knows_what_can_be_made(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console by hand\n$ make nothing-of-the-kind\n```\n```console soon\n```\n")
    ran = run(page)
    assert ran.returncode == 1
    assert "nothing-of-the-kind" in ran.stderr
    assert "'console soon' is none of" in ran.stderr


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("[0-9]*.md")}
    assert pages == set(LINK.findall(index)), "docs/decisions/README.md: a line for each page"


def test_every_how_to_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "how-to"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert pages == set(LINK.findall(index)), "docs/how-to/README.md: a line for each page"
