"""Documents that people write (YAML, JSON): values as text, each with the line it stands on.

Scalars stay text and are cast by whoever knows the type, so that Norway stays NO. Anchors and
aliases are refused: they serve nobody here and make bombs.

Spec: YAML 1.2 (failsafe schema), RFC 8259.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from evenhand.errors import Mistakes

MAX_BYTES = 64 << 20
MAX_DEPTH = 32
MANY = 200  # mistakes that are told; more help nobody
BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}

Place = tuple[str | int, ...]


class Document:
    """A document's value (dict, list, str, None) and the line of each of its parts."""

    def __init__(self, name: str, value: Any, lines: dict[Place, int]) -> None:
        self.name, self.value, self._lines = name, value, lines

    def at(self, *place: str | int) -> str:
        """`name:line` of a part, or of the nearest part around it that has a line."""
        while place and place not in self._lines:
            place = place[:-1]
        return f"{self.name}:{self._lines.get(place, 1)}"


def parse(text: str | bytes, name: str) -> Document:
    """Parse YAML or JSON; raises `Mistakes` with `name:line: message`."""
    import yaml

    if len(text) > MAX_BYTES:
        raise Mistakes([f"{name}:1: larger than {MAX_BYTES} bytes: give it as Parquet or CSV"])
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    mistakes: list[str] = []
    try:
        if _tricks(yaml.parse(text, loader), name, mistakes):
            raise Mistakes(dict.fromkeys(mistakes))
        node = yaml.compose(text, loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Mistakes([f"{name}:{mark.line + 1 if mark else 1}: {problem}"]) from error
    lines: dict[Place, int] = {}
    value = _value(node, (), lines, mistakes, name)
    if mistakes:
        raise Mistakes(dict.fromkeys(mistakes))
    return Document(name, value, lines)


def _tricks(events: Iterator[Any], name: str, mistakes: list[str]) -> bool:
    """Note what YAML can say that people would not see; True where it must not even be put
    together: what refers to something else may be a bomb, what is very deep exhausts the stack.
    """
    depth, starts, grave = 0, 0, False
    for event in events:
        kind = type(event).__name__
        at = f"{name}:{event.start_mark.line + 1}"
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            mistakes.append(f"{at}: anchors and aliases are not read: write it out")
            grave = True
        if getattr(event, "tag", None) not in (None, "!"):
            mistakes.append(
                f"{at}: tags such as {event.tag[:60]} are not read: write the value alone"
            )
        if kind == "ScalarEvent" and event.value == "<<" and event.implicit[0]:
            mistakes.append(f"{at}: merge keys (<<) are not read: write it out")
        starts += kind == "DocumentStartEvent"
        if kind == "DocumentStartEvent" and starts == 2:
            mistakes.append(f"{at}: one document is wanted, and here begins another")
            grave = True
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            depth += 1
            if depth > MAX_DEPTH:
                mistakes.append(f"{at}: nested more than {MAX_DEPTH} deep")
                return True
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
        if len(mistakes) >= MANY:
            return True
    return grave


def _value(node: Any, place: Place, lines: dict[Place, int], mistakes: list[str], name: str) -> Any:
    if node is None:
        return None
    lines[place] = node.start_mark.line + 1
    match node.id:
        case "mapping":
            mapping: dict[str, Any] = {}
            for key, value in node.value:
                word = str(key.value)
                if word in mapping:
                    mistakes.append(f"{name}:{key.start_mark.line + 1}: {word} is given twice")
                mapping[word] = _value(value, (*place, word), lines, mistakes, name)
                lines[(*place, word)] = key.start_mark.line + 1
            return mapping
        case "sequence":
            return [
                _value(value, (*place, number), lines, mistakes, name)
                for number, value in enumerate(node.value)
            ]
    # A plain `~` or nothing is no value; a quoted "" is an empty text.
    if not node.style and node.value in ("", "~", "null"):
        return None
    return node.value


def cast(value: Any, kind: type) -> Any:
    """A text as the type of its column; raises ValueError with what is wrong."""
    if kind is list:
        items = value if isinstance(value, list) else str(value).split("|")
        return [str(i).strip() for i in items if str(i).strip()]
    if not isinstance(value, str):
        raise ValueError("a single value is wanted here")
    text = value.strip()
    if kind is bool:
        if text.lower() not in BOOLEANS:
            raise ValueError(f"{text!r} is neither true nor false")
        return BOOLEANS[text.lower()]
    if kind is date:
        return _day(text)
    if kind is datetime:
        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise ValueError(f"{text!r} is no time as YYYY-MM-DDTHH:MM:SSZ") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind in (int, float):
        try:
            return kind(text.replace("_", ""))
        except ValueError:
            raise ValueError(f"{text!r} is no number") from None
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day as YYYY-MM-DD") from None
