"""JSON documents of unknown origin: parsed within bounds, or refused with a reason.

Spec: RFC 8259 (s. 4: names within an object should be unique); RFC 6901 (JSON pointer).
"""

from __future__ import annotations

import json
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable

# Parsed, a document takes up to ten times its length in memory (measured on bills of material).
JSON_BYTES = 64 << 20


def load_json(artefact: Artefact) -> tuple[Any, list[str]]:
    """The document, and the names that one object of it holds twice (the last value counts).

    Raises `Unreadable` with the offset where it is too long, nested too deeply or no JSON.
    """
    if artefact.size_bytes > JSON_BYTES:
        raise Unreadable(f"a JSON document of more than {JSON_BYTES >> 20} MiB is not parsed", 0)
    with artefact.open() as stream:
        raw = stream.read(JSON_BYTES + 1)
    twice: list[str] = []

    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs) and len(twice) < 100:
            names = [name for name, _ in pairs]
            twice.extend(sorted(n for n in made if names.count(n) > 1))
        return made

    try:
        text = raw.decode(json.detect_encoding(raw))
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=gather), twice
    except UnicodeDecodeError as error:
        raise Unreadable(f"no text: {error.reason}", error.start) from None
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode("utf-8", "surrogatepass"))
        raise Unreadable(f"no JSON: {error.msg}, line {error.lineno}", offset) from None
    except RecursionError:
        raise Unreadable("JSON nested too deeply to be parsed", 0) from None
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(f"no JSON that can be parsed: {error}", 0) from None


def pointer(*steps: str | int) -> str:
    """A JSON pointer: `/components/0/name`."""
    return "".join("/" + str(s).replace("~", "~0").replace("/", "~1") for s in steps)
