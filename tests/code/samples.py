"""Planted samples and their honest twins: what must be found in which, and where nothing may be.

Every sample is our own, harmless (the hosts are reserved for documentation) and never run. A sample
opens with a line `# shows: KIND[, KIND…]`, or `# shows: nothing` for an honest twin.

Spec: evenhand.code.
"""

from __future__ import annotations

import re
from pathlib import Path

from evenhand.code.examine import LEAST, examine
from evenhand.code.finding import Finding

HERE = Path(__file__).parent / "samples"
LANGUAGE = {
    "py": "python", "js": "javascript", "ts": "typescript", "sh": "shell", "php": "php",
    "lua": "lua",
}  # fmt: skip
HONEST = 0.7  # an honest twin may be worth a look, never more


def samples() -> list[Path]:
    """Every sample, in order."""
    return sorted(p for p in HERE.rglob("*") if p.suffix[1:] in LANGUAGE)


def shown(path: Path) -> set[str]:
    """The kinds that a sample says it shows."""
    match = re.search(r"shows: (.*)", path.read_text(encoding="utf-8"))
    assert match, f"{path.name} does not say what it shows"
    said = match[1].replace("*/", "").replace("?>", "").strip()
    return set() if said == "nothing" else {w.strip() for w in said.split(",")}


def kinds(language: str, text: str) -> set[str]:
    """What is told of a text, strongly enough to be a row."""
    every = examine(text.encode(), language, "when called", path="a/b").found
    return {f.kind for f in every if f.strength >= 0.3}


def found(path: Path) -> list[Finding]:
    """What is found in a sample, as rows would be made of it."""
    data = path.read_bytes()
    moment = "at install" if path.name.startswith("setup") else "at import"
    return [
        f for f in examine(data, LANGUAGE[path.suffix[1:]], moment).found if f.strength >= LEAST
    ]
