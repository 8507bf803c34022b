"""The shell's grammar: its tree is read as commands, not as expressions.

Spec: tree-sitter-bash 0.25.
"""

from __future__ import annotations

from typing import Any

from evenhand.code.syntax import Grammar


def _load() -> Any:
    import tree_sitter_bash

    return tree_sitter_bash.language()


SHELL = Grammar(
    "shell",
    _load,
    "(command) @call",
    {},
    lambda node, source: [],
    lambda node, source: [],
    lambda node, source: "",
)
