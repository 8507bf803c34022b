"""Source of languages that are not parsed, and files of settings: what a release is compared by.

Spec: none (names by which files of these kinds are known; docs/reference/facts.md, script_use).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item

VERSION = "1"
SETTINGS = (
    "*.json", "*.yml", "*.yaml", "*.toml", "*.ini", "*.cfg", "*.conf", "*.rules", "*.service",
    "*.timer", "*.xml", "*.properties", "Dockerfile",
)  # fmt: skip
RECOGNISES = {
    "names": (
        "*.rs", "*.go", "*.rb", "*.gemspec", "*.uc", "*.pl", "*.pm", "*.java", "*.kt", "*.kts",
        "*.swift", "*.cs", "*.scala", "*.groovy", "*.gradle", "*.ex", "*.exs", "*.erl", "*.c",
        "*.cc", "*.cpp", "*.h", "*.hpp", "*.vue", "*.svelte", "*.html", "*.vim", "*.el",
        "*.json", "*.yml", "*.yaml", "*.toml", "*.ini", "*.cfg", "*.conf", "*.rules", "*.service",
        "*.timer", "*.xml", "*.properties", "Dockerfile",
    ),
}  # fmt: skip
EMITS = ("script_use",)
CANNOT_SEE = {"script_use": "what the words mean; more than the first of a file; large data"}

READ_BYTES = (1 << 19) + 1
HEAD_BYTES = 1 << 12


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the words of one file call, compare with, bring in or set."""
    from fnmatch import fnmatchcase

    from evenhand.code.examine import used
    from evenhand.code.phrase import phrases, settings

    with artefact.open() as stream:
        data = stream.read(READ_BYTES)
    if b"\0" in data[:HEAD_BYTES]:
        raise NotThisFormat("holds NUL bytes: no text")
    name = artefact.name.rpartition("/")[2]
    set_up = any(fnmatchcase(name, like) for like in SETTINGS)
    yield from used(artefact.name, settings(data) if set_up else phrases(data))
