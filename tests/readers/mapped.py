"""Reads a table with a mapping, as the pipeline would, and keeps what came out.

Spec: docs of `evenhand.readers`; docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.readers import Batch, Complete, Partly, inventory

STATES = {"germany": "DE", "india": "IN", "united states": "US", "congo, the": "CD"}
DIGEST = "sha256:" + "1" * 64


@dataclass
class Made:
    """What came of a table."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    others: list[Any] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    complete: list[str] = field(default_factory=list)
    failure: Unreadable | None = None

    def column(self, name: str, table: str = "transfer") -> list[Any]:
        """One column of the facts."""
        return [row[name] for row in self.rows[table]]

    def said(self, table: str) -> list[Any]:
        """Rows of a table that are told one by one."""
        return [r for r in self.others if type(r).__module__.endswith(f".{table}")]

    @property
    def defects(self) -> list[tuple[str, str]]:
        """Where, and what."""
        return [(d.locator, d.message) for d in self.said("defect")]


def read(path: Path, *mappings: str, name: str | None = None) -> Made:
    """Read a file with these mappings."""
    told = [
        {"name": f"m{n}.map.yaml", "digest": DIGEST, "text": text}
        for n, text in enumerate(mappings)
    ]
    # the reader remembers what it was told by the file's name
    kit = path.parent / f"told-{abs(hash(mappings))}.json"
    kit.write_text(json.dumps({"states": STATES, "mappings": told}))
    size = path.stat().st_size
    artefact = Artefact(name or path.name, path, "sha256:" + "0" * 64, size, None, str(kit))
    made = Made()
    try:
        for item in inventory.read(artefact):
            match item:
                case Batch():
                    made.rows.setdefault(item.table, []).extend(item.rows.to_pylist())
                case Partly():
                    made.partly.append(item.reason)
                case Complete():
                    made.complete.append(item.table)
                case _:
                    made.others.append(item)
    except Unreadable as error:
        made.failure = error
    return made


def read_text(folder: Path, text: str | bytes, mapping: str, name: str = "t.csv") -> Made:
    """Read a text table."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, mapping)


def columns(rules: str, more: str = "") -> str:
    """A mapping onto transfers: its columns as flow YAML."""
    return f"{more}\nfacts:\n  - table: transfer\n    columns: {{transfer: Ref, {rules}}}\n"
