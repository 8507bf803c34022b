"""The controls of an OSCAL catalogue, read for the skeleton of a rulebook.

Spec: NIST OSCAL 1.2.1, catalog model (1.0 and later read alike), JSON or YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand import documents
from evenhand.errors import Mistakes, UserError
from evenhand.judge.oscal import NAMESPACE, string

MAX_BYTES = 64 << 20
MAX_DEPTH = 32  # groups in groups, controls in controls, parts in parts
MODELS = ("profile", "component-definition", "system-security-plan", "assessment-plan",
          "assessment-results", "plan-of-action-and-milestones", "mapping-collection")  # fmt: skip
_INSERT = re.compile(r"\{\{\s*insert:\s*param\s*,\s*([^\s}]+)\s*\}\}")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Control:
    """One control: its id, the clause that it becomes, and its words."""

    id: str
    clause: str
    title: str
    says: str
    withdrawn: bool
    said: Mapping[str, str]  # properties in our own namespace


@dataclass(frozen=True)
class Catalog:
    """A catalogue with all its controls in order, those in controls after their own."""

    file: str  # name of the file, without its folder
    uuid: str
    title: str
    version: str
    said: Mapping[str, str]
    controls: tuple[Control, ...]


def load(path: Path) -> Catalog:
    """Read a catalogue; raises `Mistakes` with all that is wrong with it."""
    document = _parse(path)
    if not isinstance(document, dict) or not isinstance(document.get("catalog"), dict):
        other = [m for m in MODELS if isinstance(document, dict) and m in document]
        what = f"an OSCAL {other[0]}, not a catalogue" if other else "no OSCAL catalogue"
        if other == ["profile"]:
            what += "; resolve it into one first, as OSCAL's profile resolution says"
        raise UserError(f"{path}: {what}")
    catalog = document["catalog"]
    metadata = _mapping(catalog.get("metadata"))
    labels = dict(_labels(catalog, 0))
    mistakes: list[str] = []
    controls = tuple(_controls(catalog, labels, str(path), mistakes, 0))
    for one in ("id", "clause"):
        names = [getattr(c, one) for c in controls]
        mistakes += [
            f"{path}: two controls have the {one} {n}"
            for n in sorted(n for n in set(names) if names.count(n) > 1)
        ]
    if not controls:
        mistakes.append(f"{path}: the catalogue holds no control")
    if mistakes:
        raise Mistakes(dict.fromkeys(mistakes))
    return Catalog(
        path.name,
        string(_word(catalog.get("uuid")), ""),
        string(_word(metadata.get("title")), path.stem),
        string(_word(metadata.get("version")), "1"),
        _own(metadata),
        controls,
    )


def _parse(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: more than {MAX_BYTES >> 20} MiB")
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    if raw.lstrip()[:1] == b"<":
        raise UserError(f"{path}: OSCAL as XML is not read; give it as JSON or YAML")
    if raw.lstrip().removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return documents.parse(raw, str(path)).value
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise Mistakes([f"{path}:{error.lineno}: no JSON: {error.msg}"]) from None
    except (RecursionError, ValueError) as error:
        raise Mistakes([f"{path}:1: no JSON that can be read: {error}"]) from None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _own(row: Mapping[str, Any]) -> dict[str, str]:
    """The properties that we wrote ourselves, when a rulebook was exported."""
    return {
        _word(p.get("name")): string(_word(p.get("value")), "")
        for p in _rows(row.get("props"))
        if p.get("ns") == NAMESPACE
    }


def _labels(row: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """Parameter → what stands in its place in a text: its values, choices or label."""
    if depth > MAX_DEPTH:
        return
    for param in _rows(row.get("params")):
        select = _mapping(param.get("select")).get("choice")
        for words in (param.get("values"), select):
            if isinstance(words, list) and words:
                yield _word(param.get("id")), " or ".join(_word(w) for w in words)
                break
        else:
            yield _word(param.get("id")), _word(param.get("label"))
    for key in ("groups", "controls"):
        for inner in _rows(row.get(key)):
            yield from _labels(inner, depth + 1)


def _controls(
    row: Mapping[str, Any], labels: Mapping[str, str], path: str, mistakes: list[str], depth: int
) -> Iterator[Control]:
    if depth > MAX_DEPTH:
        mistakes.append(f"{path}: nested more than {MAX_DEPTH} deep")
        return
    for group in _rows(row.get("groups")):
        yield from _controls(group, labels, path, mistakes, depth + 1)
    for said in _rows(row.get("controls")):
        name = string(_word(said.get("id")), "")
        if not name:
            mistakes.append(f"{path}: a control has no id ({_word(said.get('title'))[:80]!r})")
            continue
        own = _own(said)
        title = string(_plain(_word(said.get("title")), labels), name)
        says = string(" ".join(_prose(said, labels, 0)), title)
        withdrawn = any(
            p.get("name") == "status" and _word(p.get("value")).lower() == "withdrawn"
            for p in _rows(said.get("props"))
        )
        yield Control(name, own.get("clause") or name, title, says, withdrawn, own)
        yield from _controls(said, labels, path, mistakes, depth + 1)


def _prose(row: Mapping[str, Any], labels: Mapping[str, str], depth: int) -> Iterator[str]:
    """What a control's statement says, its items in order with their labels."""
    if depth > MAX_DEPTH:
        return
    for part in _rows(row.get("parts")):
        if depth == 0 and part.get("name") != "statement":
            continue
        marks = [p.get("value") for p in _rows(part.get("props")) if p.get("name") == "label"]
        if depth and marks:
            yield _word(marks[0])
        yield _plain(_word(part.get("prose")), labels)
        yield from _prose(part, labels, depth + 1)


def _plain(text: str, labels: Mapping[str, str], depth: int = 0) -> str:
    """Text without Markdown's escapes and links, its parameters as `[what stands for them]`."""

    def insert(match: re.Match[str]) -> str:
        inner = labels.get(match[1]) or match[1]
        return f"[{_plain(inner, labels, depth + 1) if depth < 3 else match[1]}]"

    text = _LINK.sub(r"\1", _INSERT.sub(insert, text)) if depth == 0 else _INSERT.sub(insert, text)
    return re.sub(r"\\([\\`*<>\[\]{}_])", r"\1", text)
