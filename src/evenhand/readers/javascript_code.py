"""JavaScript and TypeScript source: what it does, by its parse tree.

Spec: ECMAScript 2025; TypeScript 5; Node.js 22 modules.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {"names": ("*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.mts", "*.cts", "*.tsx")}
EMITS = ("accepted", "behaviour", "code_link", "hidden_access", "script_use", "usage_sign")
CANNOT_SEE = {
    "behaviour": (
        "what native code, other programs and code that is fetched or put together while it runs "
        "do; whether code that is there is ever run"
    ),
    "hidden_access": "ways in that take more than one file or a flow through objects to see",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}
LANGUAGES = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the code of one file does; declarations of types do nothing."""
    from evenhand.code.examine import rows

    name = artefact.name.rpartition("/")[2]
    if name.endswith((".d.ts", ".d.mts", ".d.cts")):
        return
    yield from rows(artefact, LANGUAGES.get(name.rpartition(".")[2], "javascript"), "at import")
