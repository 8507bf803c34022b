"""Recognition: which readers know this content. It reads the first bytes and imports no reader.

Spec: DESIGN (the format is recognised from content, not from the name).
"""

from __future__ import annotations

import fnmatch
import functools
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from evenhand.artefact import Artefact
from evenhand.discovery import Reader, Signs, readers
from evenhand.facts import SHARED, tables

HEAD_BYTES = 1 << 16
KEY_SEARCH_BYTES = 64 << 20  # a JSON document's keys are looked for this far
TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b\x08")


@dataclass(frozen=True)
class Look:
    """What can be seen of an artefact before any reader is chosen."""

    name: str  # last component of its path
    head: bytes
    text: bool
    artefact: Artefact

    @functools.cached_property
    def json(self) -> bool:
        """True where the content opens like a JSON object or array."""
        return self.text and self.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")

    @functools.cached_property
    def line(self) -> str:
        """The first line, as far as it was read."""
        return self.head.split(b"\n", 1)[0].decode("utf-8-sig", "replace")


def looks_like_text(head: bytes, whole: bool) -> bool:
    """True for UTF-16 with a mark, UTF-8, or a single-byte text with hardly a control byte."""
    if not head or head.startswith(TEXT_BOMS):
        return bool(head)
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = not whole and error.start >= len(head) - 3
        if not cut_off:
            printable = len(head.translate(None, CONTROL + bytes(range(0x80, 0xA0))))
            return printable / len(head) > 0.98
    return len(head.translate(None, CONTROL)) / len(head) > 0.98


def _table_document(look: Look) -> bool:
    """True for a document whose top level names a fact table: a facts file."""
    stem, suffix = PurePosixPath(look.name).stem, PurePosixPath(look.name).suffix.lower()
    names = tables()
    if suffix in (".csv", ".tsv", ".parquet") and stem in names:
        table = names[stem]
        if suffix == ".parquet":
            return look.head.startswith(b"PAR1")
        first = look.head.decode("utf-8-sig", "replace").splitlines()[:1]
        cells = {c.strip().strip('"') for c in re.split(r"[,\t;]", "".join(first))}
        return bool(cells & (set(table.columns) - SHARED.keys()))
    if not look.text or suffix not in (".yaml", ".yml", ".json"):
        return False
    any_name = "|".join(sorted(names))
    text = look.head.decode("utf-8-sig", "replace")
    if look.json:
        return _at_top_level(rf'"(?:{any_name})"\s*+:\s*+\[\s*+[{{\]]', text)
    # A list, or an alias or anchor where a list belongs: the reader says why it takes neither.
    # Possessive: blank lines and comments without end must not cost more than one look each.
    rest = r"[ \t]*+(?:#.*+)?(?:\r?\n[ \t]*+(?:#.*+)?)*(?:-\s|\[|[&*]\w)"
    return re.search(rf"(?m)^(?:{any_name}):{rest}", text) is not None


def _at_top_level(pattern: str, text: str) -> bool:
    """True where a member of the outermost JSON object matches; one pass over the text."""
    wanted, depth = re.compile(pattern), 0
    for mark in re.finditer(r'"[^"\\]*+(?:\\.[^"\\]*+)*"?|[\[{]|[\]}]', text):
        if mark[0] in ("[", "{"):
            depth += 1
        elif mark[0] in ("]", "}"):
            depth -= 1
        elif depth == 1 and wanted.match(text, mark.start()):
            return True
    return False


def _holds_keys(look: Look, keys: tuple[str, ...]) -> bool:
    content = look.artefact.map()
    try:
        return all(content.find(f'"{k}"'.encode(), 0, KEY_SEARCH_BYTES) >= 0 for k in keys)
    finally:
        if not isinstance(content, bytes):
            content.close()


@functools.cache
def _magic() -> tuple[tuple[int, int, dict[bytes, list[str]]], ...]:
    """Offset and length → bytes → the readers that they are a sign of."""
    found: dict[tuple[int, int], dict[bytes, list[str]]] = {}
    for reader in readers().values():
        for at, digits in reader.signs.magic:
            sign = bytes.fromhex(digits)
            found.setdefault((at, len(sign)), {}).setdefault(sign, []).append(reader.name)
    return tuple((at, length, signs) for (at, length), signs in found.items())


@functools.cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_translated(name) for name in names))


def _translated(pattern: str) -> str:
    """A shell pattern of the end of a path, a component for a component."""
    parts = (fnmatch.translate(part)[4:-3].replace(".*", "[^/]*") for part in pattern.split("/"))
    return rf"(?s:(?:.*/)?{'/'.join(parts)})\Z"


def _recognised(look: Look) -> list[Reader]:
    """The readers of which every kind of sign that they declare is there."""
    here = {
        name
        for at, length, signs in _magic()
        for name in signs.get(look.head[at : at + length], ())
    }
    return [
        r
        for r in readers().values()
        if (not r.signs.magic or r.name in here) and _shows(r.signs, look)
    ]


def _shows(signs: Signs, look: Look) -> bool:
    """True where every kind of sign but magic numbers is there, and one kind at all is declared."""
    if signs.names and not _named_so(signs.names, look):
        return False
    if signs.fields and not all(_named(field, look.line) for field in signs.fields):
        return False
    if signs.keys and not (look.json and _holds_keys(look, signs.keys)):
        return False
    if signs.tables:
        return _table_document(look)
    return bool(signs.magic or signs.names or signs.fields or signs.keys)


def _named_so(names: tuple[str, ...], look: Look) -> bool:
    found = _pattern(names)
    return bool(found.match(look.name) or found.match(look.artefact.name))


def _named(field: str, line: str) -> bool:
    return field in line and bool(re.search(rf"(?<!\w){re.escape(field)}(?!\w)", line))


def look_at(artefact: Artefact) -> Look:
    """The first bytes of an artefact and whether they are text."""
    with artefact.open() as stream:
        head = stream.read(HEAD_BYTES)
    name = artefact.name.rpartition("/")[2]
    return Look(name, head, looks_like_text(head, len(head) == artefact.size_bytes), artefact)


def readers_for(artefact: Artefact) -> tuple[list[Reader], bool]:
    """The readers that recognise this content, and whether any of them knows its format.

    A polyglot is given to every reader that recognises it. A reader for any text joins wherever
    the content is text, unless a facts file of the user's is what it is, or another reader gives
    the same tables; a reader for any binary is the last resort: then the format is not known. One
    that says that it reads the whole is asked alone. Where the user gave mappings to try, the
    reader of mapped tables stands first.
    """
    look = look_at(artefact)
    every = list(readers().values())
    found = _recognised(look)
    if artefact.parent is None and any(r.signs.tables for r in found):
        return [r for r in found if r.signs.tables], True
    alone = [r for r in found if r.signs.whole]
    if alone:
        return alone, True
    mapped = [r for r in every if r.signs.mapped] if artefact.mappings else []
    fed = {table for r in found for table in r.emits}
    if look.text:
        found += [r for r in every if r.signs.text and r not in found and not fed & {*r.emits}]
        return mapped + found, bool(found)
    known = bool(found)
    if not known and artefact.size_bytes:
        found = [r for r in every if r.signs.binary]
    return mapped + found, known


def last_resort() -> list[Reader]:
    """The readers that take any content at all."""
    return [r for r in readers().values() if r.signs.binary]
