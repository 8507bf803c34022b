"""OSCAL's words: tokens, lines, properties, ids; and a rulebook as an OSCAL catalogue.

Spec: NIST OSCAL 1.2.1, catalog model and data types (every document is also valid as 1.1.2).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from evenhand.judge.rulebook import Clause, Rulebook, Use

# The oldest version that our documents are valid against: the most tools take it.
VERSION = "1.1.2"
NAMESPACE = "urn:evenhand:oscal"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
# What OSCAL's Markdown would act on, and `{{ insert: param }}`.
_ACTIVE = re.compile(r"[\\`*<>\[\]{}]")
# DateTimeWithTimezoneDatatype knows the years 1900 to 2999.
_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)

Row = dict[str, Any]


def identity(*parts: str) -> str:
    """A UUID of version 5 made from these texts: the same wherever they are the same."""
    name = "\0".join(parts).encode("utf-8", "backslashreplace").decode("utf-8")
    return str(uuid.uuid5(_ROOT, name))


def with_identity(kind: str, row: Row) -> Row:
    """The row with a UUID made from its contents in front."""
    return {"uuid": identity(kind, json.dumps(row, sort_keys=True)), **row}


def token(text: str) -> str:
    """TokenDatatype: a letter or `_`, then letters, digits, `.`, `-`, `_`.

    Where anything had to be replaced, a digest of the text keeps different texts apart.
    """
    made = re.sub(r"[^\w.\-]", "-", text)
    # \w also holds marks and joiners, which a token may not.
    made = "".join(c if c.isalpha() or c.isdecimal() or c in "._-" else "-" for c in made)
    if made != text:
        made = f"{made[:60]}-{identity('token', text)[:8]}"
    return made if made[:1].isalpha() or made[:1] == "_" else f"_{made}"


def control_id(book: str, clause: str) -> str:
    """The control that a clause becomes."""
    return token(f"{book}_{clause}")


def statement_id(book: str, clause: str) -> str:
    """The statement of that control: what a finding is about."""
    return f"{control_id(book, clause)}_smt"


def line(text: str, otherwise: str = "none") -> str:
    """MarkupLineDatatype and StringDatatype: one line, nothing in it that Markdown acts on."""
    return _ACTIVE.sub(r"\\\g<0>", string(text, otherwise))


def string(text: str, otherwise: str = "none") -> str:
    """StringDatatype: one line that neither begins nor ends with a blank and is not empty."""
    return " ".join(text.replace("\ufeff", " ").split()) or otherwise


def moment(day: date) -> str:
    """DateTimeWithTimezoneDatatype: the day's first moment in UTC."""
    return f"{min(max(day, _FIRST), _LAST).isoformat()}T00:00:00Z"


def prop(name: str, value: object) -> Row:
    """A property in our own namespace."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    return {"name": name, "ns": NAMESPACE, "value": string(str(value))}


def props(said: Mapping[str, object]) -> list[Row]:
    """Properties in our own namespace, those without a value left out."""
    return [prop(name, value) for name, value in said.items() if value not in (None, "", ())]


def written(document: Any, depth: int = 5) -> str:
    """JSON with one row a line down to `depth`, ASCII, ending in a newline."""
    return _text(document, depth) + "\n"


def _text(value: Any, depth: int) -> str:
    if depth and value and isinstance(value, dict):
        members = (f"{json.dumps(k)}: {_text(v, depth - 1)}" for k, v in value.items())
        return "{\n" + ",\n".join(members) + "\n}"
    if depth and value and isinstance(value, list):
        return "[\n" + ",\n".join(_text(v, depth - 1) for v in value) + "\n]"
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def catalog(book: Rulebook, day: date) -> str:
    """A rulebook as an OSCAL catalogue: its clauses as they stand on `day`, by addressee."""
    groups: dict[str, list[Clause]] = {}
    for clause in book.on(day).clauses:
        groups.setdefault(clause.addressee, []).append(clause)
    metadata = {
        "title": line(book.title, book.id),
        "last-modified": moment(_day_of(book)),
        "version": string(book.version),
        "oscal-version": VERSION,
        "props": props({"rulebook": book.id, "binding": book.binding}),
        "remarks": "Clauses paraphrased by the rulebook's authors. Not legal advice. "
        "`last-modified` is the day of the text.",
    }
    whole: Row = {
        "metadata": metadata,
        "groups": [
            {
                "id": token(f"addressee-{addressee}"),
                "class": "addressee",
                "title": line(f"For: {addressee}"),
                "controls": [_control(book, c) for c in clauses],
            }
            for addressee, clauses in groups.items()
        ],
    }
    whole = {key: value for key, value in whole.items() if value}
    return written({"catalog": with_identity("catalog", whole)})


def _day_of(book: Rulebook) -> date:
    """The day of the text: its version where that is a day, else its newest clause's."""
    try:
        return date.fromisoformat(book.version)
    except ValueError:
        return max((c.since for c in book.clauses if c.since), default=_FIRST)


def _control(book: Rulebook, clause: Clause) -> Row:
    name = control_id(book.id, clause.id)
    parts = [{"id": f"{name}_smt", "name": "statement", "prose": line(clause.says)}]
    for number, use in enumerate(clause.uses, 1):
        parts.append(
            {
                "id": f"{name}_obj.{number}",
                "name": "assessment-objective",
                "title": line(use.check.name),
                "prose": line(use.check.asks),
            }
        )
    if clause.undecidable:
        said = f"No check can decide this clause: {clause.undecidable}"
        parts.append({"id": f"{name}_gdn", "name": "guidance", "prose": line(said)})
    said_of = {
        "clause": clause.id,
        "addressee": clause.addressee,
        "binding": clause.binding,
        "since": clause.since,
        "until": clause.until,
        "cites": clause.cites,
        "undecidable": True if clause.undecidable else None,
    }
    control: Row = {
        "id": name,
        "class": "clause",
        "title": line(clause.title, clause.id),
        "params": list(_parameters(name, clause.uses)),
        "props": [{"name": "label", "value": string(clause.id)}, *props(said_of)],
        "parts": parts,
    }
    return {key: value for key, value in control.items() if value}


def _parameters(name: str, uses: Iterable[Use]) -> Iterable[Row]:
    """The parameters with which a clause asks its checks."""
    for number, use in enumerate(uses, 1):
        for key, parameter in use.check.parameters.items():
            given = use.parameters.get(key)
            values = given if isinstance(given, list) else [] if given is None else [given]
            row = {
                "id": token(f"{name}_prm.{number}.{key}"),
                "label": line(key),
                "usage": line(parameter.means) if parameter.means else "",
                "values": [string(str(v)) for v in values],
            }
            yield {k: v for k, v in row.items() if v}
