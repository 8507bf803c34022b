"""The report for code-scanning tools: clauses are rules, broken verdicts are results.

An outcome that is not shown but has evidence is a `note`: look here. So is every finding that is
put before people, under a rule for its kind; clauses that only findings are evidence for add none.
A clause that binds no one is never an `error`. Files
are relative URIs; what lay inside an archive is a logical location, because viewers can open the
archive only.

Spec: OASIS SARIF 2.1.0 (section numbers in the comments); RFC 3986 (percent-encoding).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from evenhand.judge.result import ArtefactRow, EvidenceRow, Finding, Result, Verdict
from evenhand.reports import Options
from evenhand.reports._view import (
    SCORE_ALONE,
    SETTLES,
    check_texts,
    natural,
    not_read,
    plain,
    remarks,
    sentence,
    standing,
    unmet,
)

SUFFIX: tuple[str, ...] = (".sarif",)

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"
LONGEST = 1_000  # characters of one text
LOOK_HERE = "evenhand/look-here"
NOT_READ = "evenhand/not-read"
NOT_READ_RULE = {
    "id": NOT_READ,
    "name": "NotRead",
    "shortDescription": {"text": "A file was not read, or not whole."},
    "fullDescription": {"text": "Clauses that such a file could have decided are not shown."},
    "help": {"text": "Give the file whole and in a format that a reader knows."},
}
# 3.11.5 and 3.11.6: what looks like a placeholder or a link in a message is taken for one
_ACTIVE = re.compile(r"\{\d+\}|\[[^\]]*\]\([^)]*\)")
_LINE, _OFFSET = (
    re.compile(r"(?:line )?(\d{1,9})"),
    re.compile(r"offset (0x[0-9a-f]{1,15}|\d{1,18})"),
)


def render(result: Result, options: Options) -> str:
    """The whole log as JSON text; nothing in it depends on `options`."""
    files = _Files(result.artefacts)
    members = ",\n".join(
        f"{_text(key)}: {_lines(value)}" for key, value in _run(result, files).items()
    )
    return f'{{"$schema": {_text(SCHEMA)}, "version": "2.1.0", "runs": [{{\n{members}\n}}]}}\n'


def _lines(value: Any) -> str:
    """A list with one row a line (many times faster than indenting), anything else on its own."""
    if isinstance(value, list) and value:
        return "[\n " + ",\n ".join(map(_text, value)) + "\n]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


class _Place(NamedTuple):
    """A file met in the run: where it stands in `artifacts`, and the file that it lies in."""

    row: ArtefactRow
    number: int  # its index in `artifacts`
    container: int | None  # index of the archive that it lay in
    inner: str  # its path in that archive
    root: int  # index of the outermost file


class _Files:
    """Every file met, in order of its path; archives before what lies in them."""

    def __init__(self, artefacts: Iterable[ArtefactRow]) -> None:
        self.places: list[_Place] = []
        self.first: dict[str, _Place] = {}
        by_path: dict[str, _Place] = {}
        # the shorter path comes first, so that an archive is known before its members
        for row in sorted(set(artefacts), key=lambda a: (a.path.count("!/"), a.path, a.artefact)):
            if row.path in by_path:
                continue
            outer, inner = _container(row, by_path)
            index = len(self.places)
            place = _Place(
                row, index, outer and outer.number, inner, outer.root if outer else index
            )
            self.places.append(place)
            by_path[row.path] = place
            self.first.setdefault(row.artefact, place)


def _container(row: ArtefactRow, by_path: dict[str, _Place]) -> tuple[_Place | None, str]:
    """The archive that `row` lay in; a folder of its own may end in `!` too, so digests decide."""
    if row.parent is not None:
        for match in reversed(list(re.finditer("!/", row.path))):
            outer = by_path.get(row.path[: match.start()])
            if outer is not None and outer.row.artefact == row.parent:
                return outer, row.path[match.end() :]
    return None, row.path


def _run(result: Result, files: _Files) -> dict[str, Any]:
    found = [f for f in result.findings if f.look_here]
    rules = [*_rules(result), *map(_kind_rule, sorted({f.kind for f in found}))]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    told = {f.fact for f in result.findings}
    rows = [v for v in result.verdicts if v.outcome == "broken" or _look_here(v, told)]
    rows.sort(key=lambda v: (v.rulebook, natural(v.clause), v.check, v.subject, v.because))
    return {
        "tool": {
            "driver": {
                "name": "Evenhand",
                "fullName": f"Evenhand {result.evenhand}",
                "semanticVersion": result.evenhand,
                "version": result.evenhand,
                "shortDescription": {"text": "One body of evidence, every rulebook."},
                "rules": rules,
                "notifications": [NOT_READ_RULE],
            }
        },
        "automationDetails": {"id": "evenhand/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result, files)],
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The folder that the paths given are relative to."}}
        },
        "artifacts": [_artifact(place) for place in files.places],
        "results": [
            *(_result(row, index, files) for row in rows),
            *(_finding(row, index, files) for row in found),
        ],
        "properties": {
            "asOf": result.as_of.isoformat(),
            "rulebooks": [f"{b.id} {b.version}" for b in result.rulebooks],
        },
    }  # fmt: skip


def _look_here(verdict: Verdict, told: Container[str]) -> bool:
    """Not shown, with evidence that is no finding: findings are told themselves, once."""
    if verdict.outcome != "not shown" or not verdict.evidence:
        return False
    hidden = verdict.evidence_total > len(verdict.evidence)
    return hidden or not all(e.fact in told for e in verdict.evidence)


def _rules(result: Result) -> list[dict[str, Any]]:
    """One rule a clause, 3.49; the remedy is its help."""
    checks = check_texts(result)
    rules = []
    for text in sorted(result.texts, key=lambda t: (t.rulebook, natural(t.clause))):
        cited = [checks[c] for c in text.checks if c in checks]
        force = "Binding" if text.binding else "Non-binding"
        asked = " ".join(c.asks for c in cited) or f"Undecidable: {text.undecidable}."
        remedy = " ".join(c.remedy for c in cited) or "None: no check can decide this clause."
        rules.append({
            "id": f"{text.rulebook}/{text.clause}",
            "name": _pascal(text.title or text.clause),
            "shortDescription": {"text": _sentence(text.title or text.clause)},
            "fullDescription": {"text": f"{_sentence(text.says)} {force}; for: {text.addressee}."},
            "help": {"text": f"Asks: {asked}\nRemedy: {remedy}"},
            "defaultConfiguration": {"level": "error" if text.binding else "warning"},
            "properties": {
                "tags": [text.rulebook, force.lower()],
                "cites": text.cites,
                "checks": list(text.checks),
            },
        })  # fmt: skip
    known = {rule["id"] for rule in rules}
    bare = sorted({(v.rulebook, v.clause) for v in result.verdicts})
    for book, clause in bare:  # a result must have its rule, even where no text was given
        if f"{book}/{clause}" not in known:
            rules.append({"id": f"{book}/{clause}"})
    return rules


def _pascal(title: str) -> str:
    words = re.findall(r"[^\W_]+", title)
    return "".join(w[:1].upper() + w[1:] for w in words) or "Clause"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _artifact(place: _Place) -> dict[str, Any]:
    """3.24: the path of a member is relative to the root of the archive that it lay in."""
    row = place.row
    found: dict[str, Any] = {}
    if place.container is None:
        found["location"] = {"uri": uri(row.path), "uriBaseId": ROOT}
    else:
        found["location"] = {"uri": uri(place.inner)}
        found["parentIndex"] = place.container
    found["length"] = row.size_bytes
    found["roles"] = ["analysisTarget"]
    if row.artefact.startswith("sha256:"):
        found["hashes"] = {"sha-256": row.artefact.removeprefix("sha256:")}
    found["properties"] = {"kind": row.kind}
    return found


def uri(path: str) -> str:
    """A path as a relative URI reference, RFC 3986 section 4.2: no scheme, no authority."""
    raw = path.encode("utf-8", "backslashreplace")
    return quote(raw, safe="/").lstrip("/") or "."


def _result(row: Verdict, index: dict[str, int], files: _Files) -> dict[str, Any]:
    rule = f"{row.rulebook}/{row.clause}"
    word = unmet(row) if row.outcome == "broken" else row.outcome
    level = "note" if row.outcome != "broken" else "error" if row.binding else "warning"
    notes = "; ".join(remarks(row)) or "no grade"
    said = f"{row.subject}: {word}: {sentence(row.because)} ({notes})"
    found: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": level,
        "message": {"text": _message(said)},
        "locations": [_location(e, files, n) for n, e in enumerate(row.evidence[:1], 1)],
        "relatedLocations": [_location(e, files, n) for n, e in enumerate(row.evidence[1:], 2)],
        "partialFingerprints": {"evenhandVerdict/v1": fingerprint(row)},
        "properties": {
            "outcome": row.outcome,
            "subject": plain(row.subject, LONGEST),
            "check": row.check,
            "binding": row.binding,
            "grade": row.grade,
            "attribution": row.attribution,
            "restsOn": row.rests_on,
            "replay": row.replay,
            "evidenceTotal": row.evidence_total,
            "law": [plain(law, 300) for law in sorted(row.law)[:20]],
        },
    }
    if row.waived:
        found["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return {key: value for key, value in found.items() if value != []}


def _kind_id(kind: str) -> str:
    return f"{LOOK_HERE}/{plain(kind, 80).replace(' ', '-')}"


def _kind_rule(kind: str) -> dict[str, Any]:
    """The rule of findings of one kind."""
    return {
        "id": _kind_id(kind),
        "name": _pascal(f"look here {kind}"),
        "shortDescription": {"text": f"Look here: {plain(kind, 80)}."},
        "fullDescription": {"text": f"{SCORE_ALONE} It breaks no clause."},
        "help": {"text": SETTLES},
        "defaultConfiguration": {"level": "note"},
    }


def _finding(row: Finding, index: dict[str, int], files: _Files) -> dict[str, Any]:
    """A place to look at: a note, whatever its strength; 3.27.25 takes the strength as `rank`."""
    rule = _kind_id(row.kind)
    about = f" {row.about}" if row.about else ""
    said = f"{row.kind}{about}: {standing(row)}: {sentence(row.because or 'no reason is given')}"
    place = EvidenceRow(row.fact, row.table, row.artefact, row.locator)
    key = hashlib.sha256(row.key.encode("utf-8", "backslashreplace")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": "note",
        "rank": round(100 * row.strength, 1),
        "message": {"text": _message(said)},
        "locations": [_location(place, files, 1)],
        "partialFingerprints": {"evenhandFinding/v1": key},
        "properties": {
            "path": plain(row.path, LONGEST),
            "strength": round(row.strength, 6),
            "shown": row.shown,
            "disclosure": row.disclosure,
        },
    }


def fingerprint(row: Verdict) -> str:
    """What keeps its value from run to run: the clause, the check and the subject."""
    key = "\0".join((row.rulebook, row.clause, row.check, row.subject))
    return hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()


def _message(text: str) -> str:
    """Text that no viewer takes for a placeholder or a link."""
    shown = plain(text, LONGEST)
    if not _ACTIVE.search(shown):
        return shown
    escaped = re.sub(r"[\\\[\]]", r"\\\g<0>", shown)
    return escaped.replace("{", "{{").replace("}", "}}")


def _location(row: EvidenceRow, files: _Files, number: int) -> dict[str, Any]:
    place = files.first.get(row.artefact)
    found: dict[str, Any] = {"id": number}
    if place is not None:
        root = files.places[place.root]
        where = {"uri": uri(root.row.path), "uriBaseId": ROOT, "index": root.number}
        physical: dict[str, Any] = {"artifactLocation": where}
        region = _region(row.locator) if place.container is None else None
        if region:
            physical["region"] = region
        found["physicalLocation"] = physical
    found["logicalLocations"] = [_logical(row, place)]
    if row.locator:
        found["message"] = {"text": _message(row.locator)}
    return found


def _logical(row: EvidenceRow, place: _Place | None) -> dict[str, Any]:
    """3.33: the member of the archive, or else the fact itself."""
    if place is None or place.container is None:
        return {"name": row.fact, "fullyQualifiedName": row.fact, "kind": "fact"}
    path = plain(place.row.path, LONGEST)
    name = plain(place.inner.rpartition("/")[2] or place.inner, LONGEST)
    return {"name": name, "fullyQualifiedName": path, "kind": "member",
            "properties": {"fact": row.fact}}  # fmt: skip


def _region(locator: str) -> dict[str, int] | None:
    """3.30: a line or a byte offset; a packet or a field is no region."""
    if (match := _LINE.fullmatch(locator)) and int(match[1]):
        return {"startLine": int(match[1])}
    if match := _OFFSET.fullmatch(locator):
        return {"byteOffset": int(match[1], 0)}
    return None


def _invocation(result: Result, files: _Files) -> dict[str, Any]:
    notes = list(_notifications(result, files))
    return {"executionSuccessful": result.complete, "toolExecutionNotifications": notes}


def _notifications(result: Result, files: _Files) -> Iterator[dict[str, Any]]:
    """3.58: what was not read, one for each outcome and reason."""
    by_path = {place.row.path: place for place in files.places}
    for group in not_read(result):
        roots = {
            by_path[p].root: files.places[by_path[p].root] for p in group.paths if p in by_path
        }
        names = ", ".join(plain(p, 120) for p in group.paths[:5])
        more = f" and {len(group.paths) - 5:,} more" if len(group.paths) > 5 else ""
        said = f"{group.outcome}: {plain(group.reason or 'no reason', 300)}: {names}{more}"
        found: dict[str, Any] = {
            "descriptor": {"id": NOT_READ, "index": 0},
            "level": "warning" if group.outcome in ("unreadable", "partly") else "note",
            "message": {"text": _message(said)},
        }
        places = [
            {"physicalLocation": {"artifactLocation": {
                "uri": uri(place.row.path), "uriBaseId": ROOT, "index": number}}}
            for number, place in sorted(roots.items())[:20]
        ]  # fmt: skip
        yield {**found, "locations": places} if places else found
