"""The documents of products, and which of them speak of a program.

Spec: docs/reference/facts.md (document_name).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

OF_NOBODY = 2  # characters of a name: shorter, and it may be any word


@dataclass
class Document:
    """What one document names."""

    path: str
    source: str
    about: str
    names: dict[str, frozenset[str]] = field(default_factory=dict)  # kind → names

    def names_of(self, kind: str) -> frozenset[str]:
        """The names of one kind."""
        return self.names.get(kind, frozenset())

    def of(self, program: str) -> bool:
        """True where it is about a program: by its own name, or because it names it."""
        if self.about and same_program(self.about, program):
            return True
        if len(program) <= OF_NOBODY:
            return not self.about
        return not self.about or program in self.names_of("word")


def same_program(about: str, program: str) -> bool:
    """True for `ssh` and `ssh`, `python3` and `python3.11`, `qemu-system` and what it begins."""
    low, high = sorted((about.lower(), program.lower()), key=len)
    return low == high or re.match(re.escape(low) + r"[-_.\d]", high) is not None


def program_of(path: str) -> str:
    """The name of the program that lies at a path."""
    name = re.split(r"!/|/", path)[-1]
    return re.sub(r"\.(?:py|sh|js|pl|php|lua|exe)$", "", name)


def documents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Document]]:
    """Product → its documents, in order of their paths."""
    query = """
        SELECT p.product, d.path, d.source, coalesce(d.about, ''), d.kind, d.names
        FROM document_name AS d JOIN product_artefact AS p USING (artefact)
        ORDER BY p.product, d.path, d.id
    """
    found: dict[str, dict[str, Document]] = {}
    for product, path, source, about, kind, names in connection.execute(query).fetchall():
        every = found.setdefault(product, {})
        one = every.setdefault(path, Document(path, source, about))
        one.names[kind] = one.names_of(kind) | frozenset(names or ())
    return {product: [*every.values()] for product, every in found.items()}


def speaking_of(every: list[Document], program: str) -> Iterator[Document]:
    """The documents of a product that speak of a program."""
    return (d for d in every if d.of(program))
