"""What operators publish of their addresses: the parts that every reader of such a list shares.

Spec: RFC 4632 3.1 and RFC 4291 2.3 (prefixes as text); docs/reference/facts.md (published_range).
"""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.json_document import load_json

MOST = 1_000_000  # ranges of one list


def prefix_of(text: Any) -> str | None:
    """The prefix in canonical text; None where it is none, or has bits set behind its length."""
    try:
        return str(ipaddress.ip_network(text.strip())) if isinstance(text, str) else None
    except ValueError:
        return None


def day_of(text: Any) -> date | None:
    """The day that a time as text begins with, in ISO form."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def word(value: Any) -> str | None:
    """A text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def by_itself(artefact: Artefact) -> None:
    """Raise Unreadable for a list inside an archive: a product that is judged must not say where
    its own hosts stand.
    """
    if artefact.parent is not None:
        raise Unreadable(
            "published ranges inside an archive are not taken: give the list by itself"
        )


def document(artefact: Artefact, *keys: str) -> dict[str, Any]:
    """A JSON list with all of these keys at its top level."""
    by_itself(artefact)
    said, _ = load_json(artefact)
    if not isinstance(said, dict) or any(k not in said for k in keys):
        raise NotThisFormat(f"no object with {', '.join(keys)} at its top level")
    return said


def rows_of(value: Any) -> list[Any]:
    """A list, or none where something else stands."""
    return value if isinstance(value, list) else []
