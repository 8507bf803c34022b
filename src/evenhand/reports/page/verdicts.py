"""Verdicts on the page: what is not met, what could not be shown, and every clause.

Spec: CONVENTIONS (Verdicts): every verdict names the facts and the law rows that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evenhand.judge.result import ArtefactRow, ClauseRow, ClauseText, EvidenceRow, Result, Verdict
from evenhand.reports._view import (
    LEADS,
    SCORE_ALONE,
    SETTLES,
    Reason,
    broken,
    check_texts,
    clause_texts,
    counted,
    look_here,
    many,
    missing_tables,
    named,
    natural,
    not_shown,
    place_of,
    places,
    remarks,
    sentence,
    shown_or_not,
    strength,
    unmet,
)
from evenhand.reports.page.element import (
    Limits,
    Safe,
    chip,
    el,
    join,
    left_out,
    name,
    note,
    prose,
    section,
    table,
    text,
    words,
)

Places = dict[str, list[ArtefactRow]]


def anchor(row: ArtefactRow) -> str:
    """Where the first place of a content stands on the page."""
    return f"file-{row.artefact[7:23]}"


def unmet_section(result: Result, limits: Limits) -> Safe:
    """Every broken verdict with its evidence, most telling first."""
    rows = broken(result)
    waived = sum(v.waived for v in rows)
    if not rows:
        said = el("p", "Nothing is shown to be unmet. What could not be shown stands below.")
        return section("unmet", "What is not met", said)
    head = f"{many(len(rows), 'verdict')}, {waived:,} of them waived." if waived else (
        f"{many(len(rows), 'verdict')}."
    )  # fmt: skip
    at, texts = places(result), clause_texts(result)
    remedies = {n: c.remedy for n, c in check_texts(result).items()}
    cards = (
        _card(row, texts.get((row.rulebook, row.clause)), remedies.get(row.check, ""), at, limits)
        for row in rows[: limits.broken]
    )
    tail = left_out(len(rows) - limits.broken, "verdicts")
    return section("unmet", "What is not met", el("p", head), *cards, tail)


def _card(row: Verdict, clause: ClauseText | None, remedy: str, at: Places, limits: Limits) -> Safe:
    where = el("a", f"{row.rulebook} {row.clause}", href=f"#{clause_anchor(row)}")
    head = el("h3", where, ": ", clause.title if clause else row.check)
    facts = [("Addressee", row.addressee), ("Check", row.check)]
    facts += [("Law", law) for law in row.law[:20]]
    pairs = join(el("div", el("dt", k), el("dd", text(v, limits.text))) for k, v in facts)
    return el(
        "article",
        el("div", head, chip("waived" if row.waived else "broken", unmet(row)), class_="top"),
        el("p", clause.says, class_="says") if clause else "",
        el("p", el("strong", name(row.subject)), ": ", prose(sentence(row.because), limits.text)),
        el("p", *(el("span", r, class_="mark") for r in remarks(row)), class_="marks"),
        evidence_table(row, at, limits),
        el("p", el("strong", "Remedy. "), remedy, class_="remedy") if remedy else "",
        el("dl", pairs, class_="facts small"),
        class_="verdict waived" if row.waived else "verdict",
    )


def evidence_table(row: Verdict, at: Places, limits: Limits) -> Safe:
    """The pieces of evidence of a verdict, each with the file and the place in it."""
    heads = ("Evidence in", "Where in it", "Fact")
    lines = (
        (
            _file(e, at),
            words(e.locator or "the whole", limits.text),
            el("code", text(e.fact, 120)),
        )
        for e in row.evidence[: limits.rows]
    )
    more = row.evidence_total - min(len(row.evidence), limits.rows)
    shown = table(f"Evidence for {named(row)}", heads, lines) if row.evidence else ""
    # the JSON report holds the first 20 pieces too, no more: the rest is in the kept evidence
    tail = note(f"{more:,} more in the evidence itself (--keep DIR).") if more > 0 else ""
    return join((shown, tail))


def _file(row: EvidenceRow, at: Places) -> Safe:
    met = at.get(row.artefact, [])
    if not met:
        return el("code", text(row.artefact or "no file", 80))
    others = f" and {many(len(met) - 1, 'other place')}" if len(met) > 1 else ""
    return join((name(met[0].path, href=f"#{anchor(met[0])}"), others))


def clause_anchor(row: Verdict | ClauseRow) -> str:
    """Where a clause stands on the page."""
    return f"clause-{row.rulebook}-{row.clause}".replace(" ", "-")


def look_section(result: Result, limits: Limits) -> Safe:
    """What a person should look at, the weightiest first; nothing where there is none."""
    rows, at = look_here(result), places(result)
    if not result.findings_total:
        return Safe("")
    lines = (
        (
            name(place_of(row, at)),
            join((el("p", text(row.kind, 80)), el("p", words(row.about, 120), class_="sub"))),
            join(
                (
                    chip("broken" if row.shown else "not shown", shown_or_not(row)),
                    el("p", strength(row), class_="sub"),
                )
            ),
            prose(sentence(row.because or "no reason is given"), limits.text),
        )
        for row in rows[: limits.rows]
    )
    shown = table("Findings, the weightiest first", ("Where", "What", "How far", "Why"), lines)
    first = [f for f in result.findings if f.lead]
    leads = table(
        LEADS,
        ("Where", "What"),
        (
            (
                name(place_of(row, at)),
                join((el("p", text(row.kind, 80)), el("p", words(row.about, 120), class_="sub"))),
            )
            for row in first[: limits.rows]
        ),
    )
    weaker = result.findings_total - len(first) - sum(f.look_here for f in result.findings)
    tail = note(
        f"{many(weaker, 'more sign')}, weaker or disclosed: in the evidence itself (--keep DIR)."
    )
    return section(
        "look",
        "Where to look",
        el("p", f"{SCORE_ALONE} {SETTLES}" if rows else SCORE_ALONE),
        shown if rows else "",
        left_out(len(rows) - limits.rows, "findings"),
        tail if weaker > 0 else "",
        leads if first else "",
        left_out(len(first) - limits.rows, "leads"),
    )


def unshown_section(result: Result, limits: Limits) -> Safe:
    """What could not be shown and why: first what evidence could change, then the rest."""
    texts = clause_texts(result)
    groups = not_shown(result)
    if not groups:
        return section("unshown", "What could not be shown", el("p", "Nothing of that kind."))
    never = [g for g in groups if all(k in texts and texts[k].undecidable for k in g.clauses)]
    could = [g for g in groups if g not in never]
    missing = [
        el("li", "On ", el("code", table_name), ": ", _links(clauses))
        for table_name, clauses in missing_tables(result)[: limits.rows]
    ]
    parts = [
        el("p", "“Not shown” is no finding against anyone, and no clean bill either."),
        _reasons("Evidence could decide these", could, limits),
        _reasons("No check can decide these from artefacts", never, limits),
    ]
    if missing:
        parts.append(el("h3", "Evidence that would let more be decided"))
        parts.append(el("ul", *missing))
    return section("unshown", "What could not be shown, and why", *parts)


def _reasons(caption: str, groups: Sequence[Reason], limits: Limits) -> Safe:
    rows = ((prose(g.reason, limits.text), _links(g.clauses)) for g in groups[: limits.rows])
    shown = table(caption, ("Why", "Clauses"), rows) if groups else Safe("")
    return join((shown, left_out(len(groups) - limits.rows, "reasons")))


def _links(clauses: Iterable[tuple[str, str]]) -> Safe:
    books: dict[str, list[Safe]] = {}
    for book, clause in clauses:
        target = f"#clause-{book}-{clause}".replace(" ", "-")
        books.setdefault(book, []).append(el("a", clause, href=target))
    return join((join((book, *links), " ") for book, links in books.items()), "; ")


def clauses_section(result: Result, limits: Limits) -> Safe:
    """Every clause of every rulebook, each with its verdicts."""
    texts, at = clause_texts(result), places(result)
    own: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in result.verdicts:
        own.setdefault((verdict.rulebook, verdict.clause), []).append(verdict)
    share = max(1, limits.verdicts // max(1, len(own)))
    parts = []
    for book in result.summary:
        parts.append(el("h3", book, id=f"book-{book}"))
        rows = [r for r in result.clauses if r.rulebook == book]
        for row in sorted(rows, key=lambda r: natural(r.clause)):
            key = (row.rulebook, row.clause)
            parts.append(_clause(row, texts.get(key), own.get(key, []), at, share, limits))
    return section("clauses", "Every clause", *parts)


def _clause(
    row: ClauseRow,
    clause: ClauseText | None,
    verdicts: list[Verdict],
    at: Places,
    share: int,
    limits: Limits,
) -> Safe:
    counts = ", ".join(f"{n:,} {o}" for o, n in counted(row.counts))
    head = el(
        "summary",
        el("span", row.clause, class_="id"),
        el("span", clause.title if clause else "", class_="title"),
        chip(row.outcome),
        el("span", counts, class_="sub"),
    )
    body: list[Safe] = []
    if clause:
        force = "binding" if clause.binding else "non-binding"
        since = f" since {clause.since.isoformat()}" if clause.since else ""
        body.append(el("p", clause.says))
        body.append(note(f"For: {clause.addressee}. {force}{since}. Source: {clause.cites}."))
    if row.why_not_shown:
        why = (el("li", prose(w, limits.text)) for w in row.why_not_shown[: limits.rows])
        body.append(el("p", "Not shown because:"))
        body.append(el("ul", *why))
    if verdicts:
        order = ("broken", "not shown", "holds", "not applicable")
        verdicts.sort(key=lambda v: (order.index(v.outcome), v.subject, v.check))
        lines = (_line(v, at, limits) for v in verdicts[:share])
        heads = ("Subject", "Outcome", "Because", "Evidence")
        body.append(table(f"Verdicts under {row.rulebook} {row.clause}", heads, lines, wide=True))
        body.append(left_out(len(verdicts) - share, "verdicts"))
    return el("details", head, el("div", *body, class_="inside"), id=clause_anchor(row))


def _line(row: Verdict, at: Places, limits: Limits) -> tuple[Safe, ...]:
    marks = join((el("span", r, class_="mark") for r in remarks(row)), " ")
    word = unmet(row) if row.outcome == "broken" else row.outcome
    pieces = [join((_file(e, at), f", {e.locator}" if e.locator else "")) for e in row.evidence[:3]]
    more = row.evidence_total - len(pieces)
    if more > 0:
        pieces.append(text(f"and {more:,} more"))
    because = el("p", prose(row.because, limits.text))
    return (
        name(row.subject, min(160, limits.text)),
        chip("waived" if row.waived else row.outcome, word),
        join((because, el("p", marks, class_="marks"))),
        join(el("p", p) for p in pieces) if pieces else text("none"),
    )
