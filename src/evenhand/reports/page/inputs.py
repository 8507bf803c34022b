"""What was read and what was not, what changed, what was used, and how to read a verdict.

Spec: in-toto Statement v1 (a file is its digest); the licences of the lists ask for their names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evenhand.judge.result import ReadingRow, Result
from evenhand.reports._view import many, not_read, places
from evenhand.reports.page.element import (
    Limits,
    Safe,
    chip,
    el,
    join,
    left_out,
    name,
    prose,
    section,
    table,
    text,
    words,
)
from evenhand.reports.page.traffic import in_bytes
from evenhand.reports.page.verdicts import anchor

WORDS = {
    "holds": "The evidence shows that the clause is kept, for at least one subject and against "
    "none, and everything that had to be read was read.",
    "broken": "The evidence shows that the clause is not kept. Under a text that binds no one it "
    "reads “not met (non-binding)”. An allegation alone, an unverified row of law or an unshown "
    "author never breaks anything.",
    "not shown": "It could not be decided; the reason is given. It counts neither for nor against.",
    "not applicable": "The evidence shows that the clause does not concern this case.",
    "grade": "How good the weakest fact is: observed (read from the file), declared (somebody says "
    "so), alleged, or found (a court or an authority decided).",
    "attribution": "Whether an act is shown to be a state's. A host, an address or a name in a "
    "state is not that state.",
    "rests on": "What changes the verdict when two states are exchanged: conduct (what was done), "
    "legal status (a treaty, an adequacy decision, a law) or origin (who did it). Treating "
    "parties differently may be lawful: it is shown here, not judged.",
    "waived": "Somebody took responsibility for leaving it so. It stays broken and stays listed.",
    "replay": "The event lies before the day from which the text stood.",
}


def files_section(result: Result, limits: Limits) -> Safe:
    """Every file with its digest and how it was read; what was not read comes first."""
    groups = not_read(result)
    parts: list[Safe] = []
    if groups:
        rows = (
            (
                chip("not shown", g.outcome),
                prose(g.reason or "no reason", limits.text),
                _paths(g.paths),
            )
            for g in groups[: limits.rows]
        )
        heads = ("Outcome", "Why", "Files")
        parts.append(table("Not read, or not whole", heads, rows))
        parts.append(left_out(len(groups) - limits.rows, "reasons"))
    else:
        parts.append(el("p", "Everything that was given was read."))
    parts.append(_all_files(result, limits))
    return section("files", "What was read, and what was not", *parts)


def _paths(paths: tuple[str, ...]) -> Safe:
    shown = join(el("p", name(p)) for p in paths[:5])
    return join((shown, text(f"and {len(paths) - 5:,} more") if len(paths) > 5 else ""))


def _all_files(result: Result, limits: Limits) -> Safe:
    readings: dict[str, list[ReadingRow]] = {}
    for row in result.readings:
        readings.setdefault(row.path, []).append(row)
    cited = {e.artefact for v in result.verdicts if v.outcome == "broken" for e in v.evidence}
    order = sorted(result.artefacts, key=lambda a: (a.artefact not in cited, a.path))
    chosen = sorted(order[: limits.files], key=lambda a: (a.path, a.artefact))
    first = {met[0] for met in places(result).values()}
    rows = (
        (
            anchor(a) if a in first else "",
            name(a.path),
            words(a.kind, 40),
            in_bytes(a.size_bytes),
            _read_by(readings.get(a.path, [])),
            el("code", text(a.artefact, 80), class_="digest"),
        )
        for a in chosen
    )
    heads = ("File", "Kind", "#Size", "Read by", "Digest")
    shown = table("All files, by path", heads, rows, wide=True)
    tail = left_out(len(order) - len(chosen), "files")
    return el("details", el("summary", many(len(order), "file")), shown, tail, open=True)


def _read_by(rows: Iterable[ReadingRow]) -> Safe:
    said = []
    for row in sorted(rows, key=lambda r: (r.reader, r.outcome)):
        facts = ", ".join(f"{n:,} {t}" for t, n in sorted(row.facts.items()) if n)
        how = row.outcome if row.outcome == "read" else chip("not shown", row.outcome)
        words = join((row.reader or "no reader", how), ": ")
        said.append(el("p", words, " ", el("span", facts, class_="sub")))
    return join(said) if said else text("nothing")


def changes_section(result: Result, limits: Limits) -> Safe:
    """Differences from the baseline, most telling first; nothing where there is none."""
    rows = sorted(result.differences, key=lambda d: d["rank"])
    if not rows:
        return Safe("")
    lines = (
        (f"{d['rank']}", d["change"], words(d["table"], 60), name(d["product"] or ""),
         join((el("p", prose(d["because"] or "", limits.text)),
               el("p", _fact(d["fact"]), class_="sub"))))
        for d in rows[: limits.rows]
    )  # fmt: skip
    heads = ("Rank", "Change", "Table", "Product", "What")
    shown = table("Facts that are new, gone or changed", heads, lines)
    tail = left_out(len(rows) - limits.rows, "differences")
    return section("changes", "What changed since the baseline", shown, tail)


def _fact(fact: Any) -> Safe:
    pairs = sorted((str(k), v) for k, v in dict(fact or {}).items() if v is not None)
    shown = (f"{k}: {round(v, 6) if isinstance(v, float) else v}" for k, v in pairs
             if k not in ("id", "artefact"))  # fmt: skip
    return text("; ".join(shown), 300)


def sources_section(result: Result) -> Safe:
    """Rulebooks, lists and readers as used, with licences and names."""
    books = (
        (b.id, b.title, b.version, "; ".join(f"{k}: {v}" for k, v in sorted(b.parameters.items())))
        for b in result.rulebooks
    )
    lists = ((r.name, r.version, r.licence, r.attribution) for r in result.lists)
    readers = ((r.name, r.version) for r in result.readers)
    return section(
        "sources",
        "What was used",
        table("Rulebooks", ("Rulebook", "Title", "Version", "Parameters"), books),
        table("Lists", ("List", "Version", "Licence", "By"), lists),
        table("Readers", ("Reader", "Version"), readers),
    )


def help_section() -> Safe:
    """The words of this page."""
    pairs = (el("div", el("dt", word), el("dd", means)) for word, means in WORDS.items())
    return section("help", "How to read a verdict", el("dl", *pairs, class_="words"))
