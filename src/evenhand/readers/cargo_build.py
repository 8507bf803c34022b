"""build.rs of Rust: a program that cargo compiles and runs before the crate that asks for it.

Spec: The Cargo Book, Build Scripts.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("build.rs", "build/main.rs")}
EMITS = ("behaviour", "hidden_access", "script_use")
CANNOT_SEE = {
    "behaviour": "what other crates and procedural macros do that it uses",
    "hidden_access": "what other crates and procedural macros do that it uses",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the program does while a crate is built."""
    from evenhand.code.examine import rows

    yield from rows(artefact, "rust", "at install")
