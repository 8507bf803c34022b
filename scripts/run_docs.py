"""Runs the commands that a page shows, and compares what they print with what the page shows.

    python scripts/run_docs.py [--network] PAGE…

Each page gets a fresh folder that looks like the project after `make demo`. In order of the page:

- a ```yaml FILE block (any language, then a file name) is written to that file
- in a ```console block every line that starts with `$ ` is run by bash; a comment `# exit 1`
  at its end says which exit code is right (else 0). What stands below it is the whole output,
  standard error included, where `…` stands for any text in a line and, alone, for any lines.
  Nothing below it: the output is not compared.
- a ```console network block needs the package registries: it is run with --network only
- a ```console by hand block is for people (it sets up, or asks for root): of it only `make`
  commands are looked at, by `make --dry-run`

Exit code 0: every page is as shown · 1: some are not, said as PAGE:LINE.

Spec: CommonMark 0.31, fenced code blocks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
FENCE = re.compile(r"^(`{3,})([^`]*)$")
EXIT = re.compile(r"\s+# exit (\d+)$")
KINDS = {"console", "console network", "console by hand"}


@dataclass
class Block:
    """A fenced block: its info string, the line of its first content line, and its lines."""

    info: str
    line: int
    lines: list[str] = field(default_factory=list)


@dataclass
class Command:
    """A command as shown: where it stands, the exit code expected, and the output below it."""

    line: int
    words: str
    code: int
    shown: list[str] = field(default_factory=list)


def blocks(text: str) -> Iterator[Block]:
    """Every fenced block of a page."""
    block: Block | None = None
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        found = FENCE.match(line)
        if block is None:
            if found:
                fence, block = found[1], Block(found[2].strip(), number + 1)
        elif line.strip() == fence:
            yield block
            block = None
        else:
            block.lines.append(line)


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block; a line that ends with a backslash goes on."""
    command: Command | None = None
    more = False
    for number, line in enumerate(block.lines, block.line):
        if command is not None and more:
            command.words += "\n" + line
        elif line.startswith("$ "):
            if command is not None:
                yield command
            command = Command(number, line[2:], 0)
        elif command is not None:
            command.shown.append(line)
        else:
            raise SystemExit(f"{number}: a console block starts with a command")
        more = bool(command and not command.shown and command.words.endswith("\\"))
    if command is not None:
        yield command


def pattern(shown: list[str]) -> re.Pattern[str]:
    """What the output must match as a whole."""
    parts = []
    for line in shown:
        if line.strip() == "…":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(r"[^\n]*".join(re.escape(p) for p in line.rstrip().split("…")) + "\n")
    return re.compile("".join(parts))


def environment(folder: Path) -> dict[str, str]:
    """The settings of a person who has just set the project up, and no lists of their own."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "EVENHAND_LISTS": str(folder / "installed-lists"),
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def furnish(folder: Path) -> None:
    """Make a folder look like the project after `make demo`."""
    for name in ("examples", "docs", "src", "scripts", "tests"):
        (folder / name).symlink_to(ROOT / name)
    made = folder / "out" / "examples"
    made.parent.mkdir()
    maker = [sys.executable, str(ROOT / "examples" / "make.py"), str(made)]
    subprocess.run(maker, check=True)  # noqa: S603 - our own script


def wrong(command: Command, folder: Path) -> str | None:
    """Run one command; what is not as shown, or None."""
    words = EXIT.sub("", command.words)
    code = EXIT.search(command.words)
    expected = int(code[1]) if code else 0
    try:
        ran = subprocess.run(  # noqa: S603 - what our own pages say
            ["bash", "-c", words],  # noqa: S607 - as a reader would
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"still running after {SECONDS} s"
    said = ran.stdout.decode("utf-8", "replace")
    output = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
    if ran.returncode != expected:
        return f"exit code {ran.returncode}, not {expected}\n{output}"
    shown = command.shown
    while shown and not shown[-1].strip():
        shown = shown[:-1]
    if shown and not pattern(shown).fullmatch(output):
        return f"the output is another; it is:\n{output}"
    return None


def dry(command: Command) -> str | None:
    """Ask make whether it knows what a page tells people to make."""
    if not command.words.startswith("make "):
        return None
    words = ["make", "--dry-run", *command.words.split()[1:]]
    ran = subprocess.run(  # noqa: S603 - targets that our own pages name
        words, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"make says: {ran.stderr}" if ran.returncode else None


def run(page: Path, network: bool) -> tuple[int, list[str]]:
    """Run a page; how many commands were run, and every fault as `PAGE:LINE: …`."""
    count, faults = 0, []
    with tempfile.TemporaryDirectory(prefix="evenhand-docs-") as name:
        folder = Path(name)
        furnish(folder)
        for block in blocks(page.read_text(encoding="utf-8")):
            first, _, rest = block.info.partition(" ")
            if first != "console":
                if rest:
                    target = folder / rest
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text("\n".join([*block.lines, ""]), encoding="utf-8")
                continue
            if block.info not in KINDS:
                faults.append(f"{page}:{block.line - 1}: {block.info!r} is none of {sorted(KINDS)}")
                continue
            if rest == "network" and not network:
                continue
            for command in commands(block):
                fault = dry(command) if rest == "by hand" else wrong(command, folder)
                count += 1
                if fault:
                    faults.append(f"{page}:{command.line}: $ {command.words}\n{fault}")
    return count, faults


def main(words: list[str]) -> int:
    """Run the pages named; the exit code."""
    pages = [Path(w) for w in words if w != "--network"]
    if not pages or any(w.startswith("-") and w != "--network" for w in words):
        print("usage: python scripts/run_docs.py [--network] PAGE…", file=sys.stderr)
        return 2
    failed = False
    for page in pages:
        count, faults = run(page, "--network" in words)
        for fault in faults:
            print(fault, file=sys.stderr)
        failed |= bool(faults)
        print(f"{page}: {count} commands, {len(faults)} not as shown")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
