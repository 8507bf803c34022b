"""The report for programs: the contract `-f json`, one row a line.

Rows are sorted and keys stand in the order of the contract, so that two runs can be compared
with `cmp` and two results with `diff`.

Spec: DESIGN, contract `-f json`; RFC 8259; `schema/evenhand.schema.json` (JSON Schema 2020-12).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from evenhand.judge.result import OUTCOMES, Finding, Result, Verdict
from evenhand.reports import Options

SUFFIX: tuple[str, ...] = (".json",)

RATIO_PLACES = 6
# Legal in JSON text but not in UTF-8 (lone surrogates), or able to act on what displays the file.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def render(result: Result, options: Options) -> str:
    """The whole result as JSON text; nothing in it depends on `options`."""
    return "".join(pieces(result, options))


def pieces(result: Result, options: Options) -> Iterator[str]:
    """The same text piece by piece: the verdicts of a large run are never all there at once."""
    lead = "{\n"
    for key, value in _members(result):
        yield f'{lead}"{key}": '
        if isinstance(value, list | Iterator):
            empty = True
            for row in value:
                yield f"{'[' if empty else ','}\n {_text(row)}"
                empty = False
            yield "[]" if empty else "\n]"
        else:
            yield _text(value)
        lead = ",\n"
    yield "\n}\n"


def _members(result: Result) -> Iterator[tuple[str, Any]]:
    yield "evenhand", result.evenhand
    yield "as_of", result.as_of.isoformat()
    if not result.complete:  # only a stop before the end is worth a word
        yield "complete", False
    yield "artefacts", _sorted(result.artefacts, "path", "artefact", "kind")
    yield (
        "readings",
        [
            {**row, "facts": _free(row["facts"])}
            for row in _sorted(result.readings, "path", "reader", "artefact", "outcome", "reason")
        ],
    )
    yield "verdicts", (_verdict(v) for v in result.sorted_verdicts())
    yield (
        "clauses",
        [
            {
                **row,
                "counts": _in_order(row["counts"]),
                "why_not_shown": sorted(row["why_not_shown"]),
            }
            for row in _sorted(result.clauses, "rulebook", "clause")
        ],
    )
    yield "differences", [_difference(d) for d in sorted(result.differences, key=_difference_key)]
    yield "findings", (_finding(n, f) for n, f in enumerate(result.findings, 1))
    yield "findings_total", result.findings_total
    yield (
        "summary",
        {
            book: {o: counts.get(o, 0) for o in OUTCOMES}
            for book, counts in sorted(result.summary.items())
        },
    )
    yield (
        "rulebooks",
        [
            {"id": b.id, "version": b.version, "parameters": _free(b.parameters)}
            for b in sorted(result.rulebooks, key=lambda b: (b.id, b.version))
        ],
    )
    yield (
        "lists",
        [
            {"name": row.name, "version": row.version, "licence": row.licence}
            for row in sorted(result.lists, key=lambda row: (row.name, row.version))
        ],
    )
    yield "readers", _sorted(result.readers, "name", "version")


def _sorted(rows: Iterable[Any], *keys: str) -> list[dict[str, Any]]:
    found = [row._asdict() for row in rows]
    return sorted(found, key=lambda row: [row[k] for k in keys])


def _verdict(verdict: Verdict) -> dict[str, Any]:
    row = verdict._asdict()
    row["evidence"] = [e._asdict() for e in verdict.evidence]
    row["law"] = sorted(verdict.law)
    return row


def _finding(rank: int, row: Finding) -> dict[str, Any]:
    said = {**row._asdict(), "strength": _free(row.strength)}
    return {
        "rank": rank,
        "key": row.key,
        "look_here": row.look_here,
        "lead": row.lead,
        **said,
    }


def _difference(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("rank", "change", "table", "product", "because", "fact")
    return {key: _free(row.get(key)) for key in keys}


def _difference_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["rank"], row["table"], row["change"], _text(_difference(row))


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {o: counts[o] for o in OUTCOMES if counts.get(o)}


def _text(value: Any) -> str:
    raw = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda m: f"\\u{ord(m.group()):04x}", raw)


def _free(value: Any) -> Any:
    """A value of any type as JSON knows it: keys sorted, ratios to six places, days as text."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        # JSON has no infinity and no NaN; adding zero turns -0.0 into 0.0
        return round(value, RATIO_PLACES) + 0.0 if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {str(k): _free(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, set | frozenset):
        return sorted((_free(x) for x in value), key=str)
    if isinstance(value, Iterable):
        return [_free(x) for x in value]
    return str(value)
