"""The report for compliance tools: OSCAL assessment results.

A clause is a control, a verdict an observation, a clause's roll-up a finding about the control's
statement. OSCAL knows `satisfied` and `not-satisfied` only: whatever is not shown to hold is
`not-satisfied`, and the reason and the words say whether it is broken, not shown or not applicable.

Spec: NIST OSCAL 1.2.1, assessment-results model (valid as 1.1.2 too).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.judge.oscal import (
    VERSION,
    Row,
    control_id,
    identity,
    line,
    moment,
    prop,
    props,
    statement_id,
    string,
    with_identity,
    written,
)
from evenhand.judge.result import ArtefactRow, ClauseRow, ClauseText, EvidenceRow, Result, Verdict
from evenhand.reports import Options
from evenhand.reports._view import (
    answers,
    clause_texts,
    counted,
    many,
    natural,
    not_read,
    opening,
    plain,
    sentence,
    unmet,
)
from evenhand.reports.sarif import uri

SUFFIX: tuple[str, ...] = (".oscal.json",)

LONGEST = 1_000  # characters of one text
SHOWN_PATHS = 20
REASON = {
    "holds": "pass",
    "broken": "fail",
    "not shown": "not-shown",
    "not applicable": "not-applicable",
}
MEANS = {
    "holds": "Holds for every subject that was judged.",
    "broken": "At least one subject does not meet the clause.",
    "not shown": "Not shown: the evidence decides neither way. This does not say that the clause "
    "is unmet.",
    "not applicable": "Not applicable: nothing that was judged is in the clause's scope. This "
    "says neither that the clause is met nor that it is unmet.",
}
NO_PLAN = (
    "There is no assessment plan: what was asked is said by the rulebooks under reviewed-controls "
    "(as OSCAL catalogues: evenhand rulebook export ID -f oscal)."
)
TIMES = (
    "Every time in this document is the first moment, in UTC, of the day as of which was judged, "
    "so that the same evidence gives the same document."
)


def render(result: Result, options: Options) -> str:
    """The whole document as JSON text; nothing in it depends on `options`."""
    when = moment(result.as_of)
    files = _resources(result)
    plan = with_identity("plan", {"title": "No assessment plan", "description": NO_PLAN})
    whole: Row = {
        "metadata": {
            "title": f"Evenhand assessment results as of {result.as_of}",
            "last-modified": when,
            "version": result.as_of.isoformat(),
            "oscal-version": VERSION,
            "remarks": TIMES,
        },
        "import-ap": {"href": f"#{plan['uuid']}"},
        "results": [_result(result, files)],
        "back-matter": {"resources": [plan, *files.values(), *_lists(result)]},
    }
    made_of = {**whole, "results": whole["results"][0]["uuid"]}
    name = with_identity("assessment-results", made_of)["uuid"]
    return written({"assessment-results": {"uuid": name, **whole}})


def _result(result: Result, files: dict[str, Row]) -> Row:
    texts = clause_texts(result)
    tool = _tool(result)
    verdicts = sorted(
        set(result.verdicts),
        key=lambda v: (v.rulebook, natural(v.clause), v.check, v.subject, v.because, v),
    )
    seen = [(v, _observation(v, result, tool, files)) for v in verdicts]
    by_clause: dict[tuple[str, str], list[Row]] = {}
    for verdict, row in seen:
        by_clause.setdefault((verdict.rulebook, verdict.clause), []).append(row)
    clauses = sorted(result.clauses, key=lambda c: (c.rulebook, natural(c.clause)))
    observations = [row for _, row in seen]
    observations += [*_differences(result, tool), *_not_read(result, tool, files)]
    found: Row = {
        "title": f"Evenhand {string(result.evenhand)} as of {result.as_of}",
        "description": f"{opening(result)} {answers(result)}",
        "start": moment(result.as_of),
        "end": moment(result.as_of),
        "props": props(
            {
                "as-of": result.as_of,
                "complete": result.complete,
                "swap": ":".join(result.swap) if result.swap else None,
            }
        ),
        "local-definitions": {
            "inventory-items": _subjects(verdicts),
            "assessment-assets": {
                "components": [tool],
                "assessment-platforms": [
                    with_identity("platform", {"uses-components": [
                        {"component-uuid": tool["uuid"]}]})
                ],
            },
        },
        "reviewed-controls": {"control-selections": _selections(result)},
        "observations": observations,
        "findings": [
            _finding(c, texts.get((c.rulebook, c.clause)), tool,
                     by_clause.get((c.rulebook, c.clause), []))
            for c in clauses
        ],
    }  # fmt: skip
    if not result.complete:
        found["remarks"] = "The run was stopped early: what it had not reached is not shown."
    if not found["local-definitions"]["inventory-items"]:
        del found["local-definitions"]["inventory-items"]
    found = {key: value for key, value in found.items() if value != []}
    # observations and findings stand for themselves: their ids are made from what they say
    made_of = {
        **found,
        "observations": [o["uuid"] for o in observations],
        "findings": [f["uuid"] for f in found.get("findings", [])],
    }
    return {"uuid": with_identity("result", made_of)["uuid"], **found}


def _tool(result: Result) -> Row:
    readers = sorted(f"{r.name} {r.version}" for r in result.readers)
    row = {
        "type": "software",
        "title": "Evenhand",
        "description": "Reads artefacts, judges the facts with rulebooks; executes nothing.",
        "props": [
            {"name": "version", "value": string(result.evenhand)},
            *(prop("reader", plain(r, LONGEST)) for r in readers),
        ],
        "status": {"state": "operational"},
    }
    return with_identity("tool", row)


def _subjects(verdicts: Sequence[Verdict]) -> list[Row]:
    """Every subject once; its id is the same in every run."""
    return [
        {
            "uuid": identity("subject", subject),
            "description": line(plain(subject, LONGEST)),
            "props": [{"name": "asset-id", "value": string(plain(subject, LONGEST))}],
        }
        for subject in sorted({v.subject for v in verdicts})
    ]


def _selections(result: Result) -> list[Row]:
    """The clauses judged, by rulebook."""
    books: dict[str, list[str]] = {b.id: [] for b in result.rulebooks}
    for row in sorted(result.clauses, key=lambda c: natural(c.clause)):
        books.setdefault(row.rulebook, []).append(row.clause)
    used = {b.id: b for b in result.rulebooks}
    rows = []
    for book, clauses in sorted(books.items()):
        said: dict[str, object] = {"rulebook": plain(book, LONGEST)}
        title = book
        if book in used:
            said |= {"rulebook-version": used[book].version, "binding": used[book].binding}
            title = used[book].title
        controls = [{"control-id": control_id(book, c)} for c in dict.fromkeys(clauses)]
        rows.append(
            {
                "description": line(plain(title, LONGEST)),
                "props": props(said),
                "include-controls": controls or [{"control-id": "none"}],
            }
        )
    if rows:
        return rows
    return [{"description": "No rulebook was used.", "include-controls": [{"control-id": "none"}]}]


def _origin(tool: Row) -> list[Row]:
    return [{"actors": [{"type": "tool", "actor-uuid": tool["uuid"]}]}]


def _observation(v: Verdict, result: Result, tool: Row, files: dict[str, Row]) -> Row:
    word = unmet(v) if v.outcome == "broken" else v.outcome
    said: dict[str, object] = {
        "outcome": v.outcome,
        "rulebook": plain(v.rulebook, LONGEST),
        "clause": plain(v.clause, LONGEST),
        "check": plain(v.check, LONGEST),
        "addressee": plain(v.addressee, LONGEST),
        "binding": v.binding,
        "grade": v.grade,
        "attribution": v.attribution,
        "rests-on": v.rests_on,
        "waived": v.waived,
        "replay": v.replay,
        "evidence-total": v.evidence_total,
    }
    row = {
        "title": line(plain(f"{v.rulebook} {v.clause}: {v.subject}", LONGEST)),
        "description": line(plain(f"{v.subject}: {word}. {sentence(v.because)}", LONGEST)),
        "props": [*props(said), *(prop("law", plain(one, LONGEST)) for one in v.law[:20])],
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "origins": _origin(tool),
        "subjects": [
            {
                "subject-uuid": identity("subject", v.subject),
                "type": "inventory-item",
                "title": line(plain(v.subject, LONGEST)),
            }
        ],
        "relevant-evidence": [_evidence(e, files) for e in v.evidence],
        "collected": moment(result.as_of),
    }
    return with_identity("observation", {k: value for k, value in row.items() if value != []})


def _evidence(row: EvidenceRow, files: dict[str, Row]) -> Row:
    resource = files.get(row.artefact)
    said = f"{row.table} fact at {row.locator}" if row.locator else f"{row.table} fact"
    found: Row = {"href": f"#{resource['uuid']}"} if resource else {}
    found["description"] = line(plain(said, LONGEST))
    found["props"] = props(
        {
            "fact": plain(row.fact, LONGEST),
            "artefact": None if resource else plain(row.artefact, LONGEST),
        }
    )
    return found


def _finding(c: ClauseRow, text: ClauseText | None, tool: Row, seen: Sequence[Row]) -> Row:
    counts = "; ".join(f"{o}: {n:,}" for o, n in counted(c.counts)) or "no subject"
    means = MEANS[c.outcome]
    if c.outcome == "broken" and text is not None and not text.binding:
        means = f"Not met (non-binding). {means}"
    why = " ".join(sentence(plain(w, LONGEST)) for w in c.why_not_shown)
    reason = f"{means} {why}".strip() if c.outcome != "holds" else means
    status: Row = {
        "state": "satisfied" if c.outcome == "holds" else "not-satisfied",
        "reason": REASON[c.outcome],
        "remarks": line(reason),
    }
    target: Row = {
        "type": "statement-id",
        "target-id": statement_id(c.rulebook, c.clause),
        "status": status,
    }
    if c.outcome == "not applicable":
        target["implementation-status"] = {"state": "not-applicable", "remarks": line(reason)}
    title = text.title if text else ""
    said = f"{sentence(text.says)} " if text else ""
    row: Row = {
        "title": line(plain(f"{c.rulebook} {c.clause}: {title or c.clause}", LONGEST)),
        "description": line(plain(f"{said}{reason} Subjects: {counts}.", 4 * LONGEST)),
        "props": props(
            {
                "outcome": c.outcome,
                "rulebook": plain(c.rulebook, LONGEST),
                "clause": plain(c.clause, LONGEST),
                "addressee": plain(text.addressee, LONGEST) if text else None,
                "binding": text.binding if text else None,
                "since": text.since if text else None,
                "cites": plain(text.cites, LONGEST) if text else None,
            }
        ),
        "origins": _origin(tool),
        "target": target,
        "related-observations": [{"observation-uuid": o["uuid"]} for o in seen],
    }
    return with_identity("finding", {k: v for k, v in row.items() if v != []})


def _resources(result: Result) -> dict[str, Row]:
    """Digest → resource: the artefacts given, and those that a piece of evidence lies in."""
    met: dict[str, list[ArtefactRow]] = {}
    for row in sorted(set(result.artefacts), key=lambda a: (a.path, a.artefact)):
        met.setdefault(row.artefact, []).append(row)
    cited = {e.artefact for v in result.verdicts for e in v.evidence}
    found = {}
    for digest, rows in sorted(met.items(), key=lambda item: item[1][0].path):
        if not digest or not (digest in cited or any(r.parent is None for r in rows)):
            continue
        links: list[Row] = [{"href": uri(r.path)} for r in rows[:SHOWN_PATHS]]
        if digest.startswith("sha256:"):
            for link in links:
                link["hashes"] = [{"algorithm": "SHA-256", "value": digest[7:]}]
        found[digest] = {
            "uuid": identity("artefact", digest),
            "title": line(plain(rows[0].path, LONGEST)),
            "props": props({"kind": plain(rows[0].kind, 200), "size-bytes": rows[0].size_bytes}),
            "rlinks": links,
        }
    return found


def _lists(result: Result) -> Iterator[Row]:
    """The lists used, with what their licences ask to be said."""
    for used in sorted(set(result.lists)):
        row: Row = {
            "title": line(f"List {used.name}, {used.version}"),
            "props": props({"list": used.name, "version": used.version, "licence": used.licence}),
        }
        if used.attribution:
            row["citation"] = {"text": line(used.attribution)}
        yield with_identity("list", row)


def _differences(result: Result, tool: Row) -> list[Row]:
    """What changed against a baseline: a discovery that no clause is about."""
    rows = []
    for said in result.differences:
        words = {k: plain(str(said.get(k) or ""), LONGEST)
                 for k in ("rank", "change", "table", "product", "because")}  # fmt: skip
        because = words.pop("because")
        row = {
            "title": line(f"{words['change']} {words['table']}: {words['product']}"),
            "description": line(because),
            "props": props(words),
            "methods": ["EXAMINE"],
            "types": ["discovery"],
            "origins": _origin(tool),
            "collected": moment(result.as_of),
        }
        rows.append((said.get("rank") or 0, with_identity("difference", row)))
    return [row for _, row in sorted(rows, key=lambda r: (r[0], r[1]["uuid"]))]


def _not_read(result: Result, tool: Row, files: dict[str, Row]) -> Iterator[Row]:
    """What was not read, or only in part: one observation for each outcome and reason."""
    by_path = {a.path: files[a.artefact] for a in result.artefacts if a.artefact in files}
    for group in not_read(result):
        said = sentence(f"{group.outcome}: {plain(group.reason or 'no reason', 300)}")
        more = f" The first {SHOWN_PATHS} are named." if len(group.paths) > SHOWN_PATHS else ""
        evidence: list[Row] = []
        for path in group.paths[:SHOWN_PATHS]:
            link: Row = {"href": f"#{by_path[path]['uuid']}"} if path in by_path else {}
            evidence.append({**link, "description": line(plain(path, LONGEST))})
        row = {
            "title": line(f"Not read: {plain(group.reason or 'no reason', 300)}"),
            "description": line(f"{said} {many(len(group.paths), 'file')}.{more} Clauses that "
                                "these could have decided are not shown."),
            "props": props({"outcome": group.outcome}),
            "methods": ["EXAMINE"],
            "types": ["not-read"],
            "origins": _origin(tool),
            "relevant-evidence": evidence,
            "collected": moment(result.as_of),
        }  # fmt: skip
        yield with_identity("not-read", row)
