"""What the reports that people read have in common: order, groups and plain words.

Spec: CONVENTIONS (Verdicts); Unicode UAX #9 (bidirectional controls) and UTR #36 (visual spoofing).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from evenhand.judge.result import (
    OUTCOMES,
    ArtefactRow,
    CheckText,
    ClauseRow,
    ClauseText,
    EvidenceRow,
    Finding,
    Result,
    Verdict,
)

# What could move the cursor, turn the reading direction, hide, or not be encoded at all.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_GRADES = ("found", "observed", "declared", "alleged")
READ_OUTCOMES = ("unreadable", "partly", "unknown format", "skipped")


def plain(text: str, limit: int | None = None) -> str:
    """`text` with every control and hiding character written out, cut after `limit` characters.

    Names of files and hosts are chosen by whoever made the artefact: they must not be able to
    act on a terminal, nor to look like something else.
    """
    cut = text if limit is None or len(text) <= limit else text[: max(1, limit - 1)]
    shown = _UNSAFE.sub(_written_out, cut)
    return shown if cut is text else shown + "…"


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else "\\U…"


def sentence(text: str) -> str:
    """`text` with a full stop where it has none."""
    return text if text.endswith((".", "…")) else f"{text}."


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key under which clause `9` comes before `10a`."""
    parts = re.findall(r"\d{1,18}|\D+|\d+", text)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def clause_texts(result: Result) -> dict[tuple[str, str], ClauseText]:
    """(rulebook, clause) → what the clause says."""
    return {(t.rulebook, t.clause): t for t in result.texts}


def check_texts(result: Result) -> dict[str, CheckText]:
    """Name of a check → what it asks."""
    return {c.check: c for c in result.checks}


def places(result: Result) -> dict[str, list[ArtefactRow]]:
    """Digest → every place where the content was met, in order of the path."""
    found: dict[str, list[ArtefactRow]] = {}
    for row in sorted(result.artefacts, key=lambda a: a.path):
        found.setdefault(row.artefact, []).append(row)
    return found


def where(row: EvidenceRow, at: Mapping[str, Sequence[ArtefactRow]]) -> str:
    """The file that a piece of evidence lies in and the place in it, as one short text."""
    met = at.get(row.artefact, ())
    path = met[0].path if met else (row.artefact[:19] or "no file")
    return f"{path}, {row.locator}" if row.locator else path


def named(verdict: Verdict) -> str:
    """The key of a verdict, by which people ask for it: rulebook, clause, subject."""
    return f"{verdict.rulebook}/{verdict.clause}/{verdict.subject}"


def unmet(verdict: Verdict) -> str:
    """The words for an outcome `broken`."""
    word = "not met" if verdict.binding else "not met (non-binding)"
    return f"{word}, waived" if verdict.waived else word


def remarks(verdict: Verdict) -> list[str]:
    """What limits or qualifies a verdict, each in a few words."""
    said = [f"grade: {verdict.grade}"] if verdict.grade else []
    if verdict.rests_on:
        said.append(f"rests on {verdict.rests_on}")
    if verdict.attribution:
        said.append(f"attribution to a state: {verdict.attribution}")
    if verdict.replay:
        said.append("event before the text, judged under it (replay)")
    return said


def broken(result: Result) -> list[Verdict]:
    """Broken verdicts: not waived first, binding first, strong grades first, rulebooks in turn.

    Rulebooks take turns, so that a reader who stops early has not seen one side's text alone.
    """
    rows = [v for v in result.verdicts if v.outcome == "broken"]
    rows.sort(key=lambda v: (_weight(v), v.rulebook, natural(v.clause), v.subject, v.check))
    turn: dict[tuple[tuple[bool, bool, int], str], int] = {}
    turns = []
    for row in rows:
        key = (_weight(row), row.rulebook)
        turn[key] = turn.get(key, 0) + 1
        turns.append((key[0], turn[key], row))
    return [row for *_, row in sorted(turns, key=lambda t: t[:2])]


def _weight(verdict: Verdict) -> tuple[bool, bool, int]:
    grade = _GRADES.index(verdict.grade) if verdict.grade in _GRADES else len(_GRADES)
    return verdict.waived, not verdict.binding, grade


SCORE_ALONE = "A score alone shows nothing: it says where a person should look."
LEADS = "Leads, no findings: of all that the product does, what could open most"
SETTLES = "To settle one, follow the lines named, or find it disclosed with how to turn it off."


def look_here(result: Result) -> list[Finding]:
    """Findings for a person to look at, in their order; weaker signs are counted only.

    What two tables say of one place is told once, with both kinds.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for row in result.findings:
        if not row.look_here:
            continue
        place = (row.artefact, row.path, row.locator, row.about, row.because)
        first = found.setdefault(place, row)
        if row.kind not in first.kind.split(", "):
            found[place] = first._replace(kind=f"{first.kind}, {row.kind}")
    return list(found.values())


def standing(row: Finding) -> str:
    """How far a finding is shown, in a few words."""
    return f"{shown_or_not(row)} ({strength(row)})"


def shown_or_not(row: Finding) -> str:
    """Whether the effect of a finding is shown."""
    return "shown" if row.shown else "not shown, look here"


def strength(row: Finding) -> str:
    """How strong a finding is, and whether it is disclosed where that is known."""
    return f"strength {row.strength:.2f}" + (f", {row.disclosure}" if row.disclosure else "")


def place_of(row: Finding, at: Mapping[str, Sequence[ArtefactRow]], whole: bool = False) -> str:
    """`path:12` where the place is a line, else `path, place`; `whole`: with every archive."""
    met = at.get(row.artefact, ())
    path = row.path or (met[0].path if met else row.artefact[:19])
    path = path if whole else _short(path)
    line = re.fullmatch(r"(?:line )?(\d+)", row.locator)
    if line:
        return f"{path}:{line[1]}"
    return f"{path}, {row.locator}" if row.locator else path


def _short(path: str) -> str:
    """A path without the archives between the first and the file: `a.deb!/…!/usr/bin/b`."""
    first, *between, last = path.split("!/") if path.count("!/") > 1 else ("", path)
    return "!/".join((first, "…", last.removeprefix("./"))) if between else path


class Reason(NamedTuple):
    """One reason for which clauses could not be decided."""

    reason: str
    clauses: tuple[tuple[str, str], ...]


UNDECIDABLE = "no check can decide it from artefacts"


def not_shown(result: Result, apart: bool = True) -> list[Reason]:
    """Clauses that are not shown, grouped by reason: the reason that holds up most comes first.

    Clauses that no check can decide come last. Unless `apart`, they are one group, and so are
    the several reasons of the same clauses.
    """
    texts = clause_texts(result)
    found: dict[tuple[bool, str], list[tuple[str, str]]] = {}
    for row in _ordered(result.clauses):
        if row.outcome != "not shown":
            continue
        key = (row.rulebook, row.clause)
        never = key in texts and texts[key].undecidable is not None
        for reason in row.why_not_shown or ("no reason was recorded",):
            group = found.setdefault((never, UNDECIDABLE if never and not apart else reason), [])
            group.extend([key] if key not in group else [])
    groups = sorted(found.items(), key=lambda item: (apart and item[0][0], -len(item[1]), item[0]))
    if apart:
        return [Reason(reason, tuple(clauses)) for (_, reason), clauses in groups]
    together: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for (_, reason), clauses in groups:
        together.setdefault(tuple(clauses), []).append(reason)
    return [Reason("; or ".join(reasons), clauses) for clauses, reasons in together.items()]


NOT_IN_FORCE = "no text in force"  # how the reason of a clause without a text begins


def not_in_force(result: Result) -> dict[str, tuple[int, int]]:
    """Rulebook → clauses that have no text in force on the day, of how many."""
    counts: dict[str, tuple[int, int]] = {}
    for row in result.clauses:
        silent = any(why.startswith(NOT_IN_FORCE) for why in row.why_not_shown)
        before, of = counts.get(row.rulebook, (0, 0))
        counts[row.rulebook] = before + silent, of + 1
    return {book: numbers for book, numbers in counts.items() if numbers[0]}


def unasked(result: Result) -> bool:
    """True where no rulebook has a text in force on the day."""
    silent = not_in_force(result)
    return bool(silent) and all(
        book in silent and silent[book][0] == silent[book][1] for book in result.summary
    )


def in_force_words(result: Result, numbers: tuple[int, int]) -> str:
    """Why a rulebook, or a part of it, asks nothing on the day."""
    silent, of = numbers
    whose = "no text of it is" if silent == of else f"{silent} of its {of} clauses have no text"
    return f"{whose} in force on {result.as_of.isoformat()}"


def listed(clauses: Iterable[tuple[str, str]]) -> str:
    """Clauses in few words: `gids-2020 2a 2b; clean-network-2020 cable`."""
    books: dict[str, list[str]] = {}
    for book, clause in clauses:
        books.setdefault(book, []).append(clause)
    return "; ".join(f"{book} {' '.join(own)}" for book, own in books.items())


class Unread(NamedTuple):
    """Artefacts that were not read, or not whole, for one reason."""

    outcome: str
    reason: str
    paths: tuple[str, ...]


def not_read(result: Result) -> list[Unread]:
    """What was not read, or only in part, grouped by outcome and reason."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in result.readings:
        if row.outcome != "read":
            found.setdefault((row.outcome, row.reason), set()).add(row.path)
    groups = [Unread(o, r, tuple(sorted(paths))) for (o, r), paths in found.items()]
    return sorted(groups, key=lambda g: (READ_OUTCOMES.index(g.outcome), -len(g.paths), g.reason))


def opening(result: Result) -> str:
    """How much was looked at, in one sentence."""
    worst: dict[str, str] = {}  # a content met in several places is read once, for all of them
    for row in result.readings:
        content = row.artefact or row.path
        worst[content] = max(worst.get(content, "read"), row.outcome, key=_badness)
    files = {a.path: worst.get(a.artefact or a.path, "skipped") for a in result.artefacts}
    files |= {r.path: worst[r.artefact or r.path] for r in result.readings if r.path not in files}
    read = sum(o == "read" for o in files.values())
    part = sum(o == "partly" for o in files.values())
    said = f"Looked for {many(len(result.looked_for), 'thing')} in {many(len(files), 'file')}"
    return f"{said} ({read:,} read, {part:,} in part, {len(files) - read - part:,} not read)."


def answers(result: Result) -> str:
    """What was found, in one sentence."""
    counts = result.outcomes()
    if not counts and unasked(result):
        return f"No text of these rulebooks is in force on {result.as_of}, so nothing was asked."
    look = many(len(look_here(result)), "finding")
    look = "" if look.startswith("0 ") else f" {look} to look at, below."
    if not counts:
        said = "Nothing was found that a question could be asked of, so nothing is decided."
        return f"{said}{look}"
    waived = sum(v.waived for v in result.verdicts if v.outcome == "broken")
    words = {"holds": "hold", "broken": f"broken ({waived:,} waived)" if waived else "broken"}
    said = ", ".join(f"{counts[o]:,} {words.get(o, o)}" for o in OUTCOMES)
    return f"{many(counts.total(), 'answer')}: {said}.{look}{_left_out(result)}"


def _left_out(result: Result) -> str:
    number = f"{result.left_out:,}"
    return (
        f" Too many to show: {number} are left out here, -f json lists all."
        if number != "0"
        else ""
    )


def _badness(outcome: str) -> int:
    return ("read", "skipped", "unknown format", "partly", "unreadable").index(outcome)


def many(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Outcomes that occur, the one that asks for action first."""
    return [(o, counts[o]) for o in ("broken", *OUTCOMES[:1], *OUTCOMES[2:]) if counts.get(o)]


class Step(NamedTuple):
    """Something to do next, and the words to type for it where there are any."""

    why: str
    command: str = ""


def next_steps(result: Result) -> list[Step]:
    """What a person could do now, most useful first."""
    steps = []
    keys = (named(v) for v in broken(result) if not v.waived)
    key = next((k for k in keys if k == plain(k, 120)), "")  # one that survives being copied
    if key:
        steps.append(
            Step(
                "See what a verdict was computed from and what would change it:",
                "evenhand check PATH… --keep evidence && evenhand explain evidence "
                + shlex.quote(key),
            )
        )
    if any("behaviour" in row.facts for row in result.readings) and not result.differences:
        steps.append(
            Step(
                "See what is new since the release before; more shows beside it than alone:",
                "evenhand check PATH… --baseline OLDER",
            )
        )
    if not (counts := result.outcomes())["holds"] and not counts["broken"]:
        why = "Ask more of what was given: choose rulebooks with -r. On board are:"
        steps.append(Step(why, "evenhand rulebook list"))
    missing = missing_tables(result)
    if missing:
        number = many(len({c for _, clauses in missing for c in clauses}), "more clause")
        on = "; on ".join(f"`{table}` for {listed(clauses)}" for table, clauses in missing[:5])
        steps.append(Step(f"Add evidence that could decide {number}: on {on}."))
    steps.append(Step("Follow every piece of evidence in a browser, or give it to others:",
                      "evenhand check PATH… -f html -o report.html"))  # fmt: skip
    return steps


def missing_tables(result: Result) -> list[tuple[str, list[tuple[str, str]]]]:
    """Tables that had no row to judge, with the clauses that wait for them; most clauses first."""
    texts, checks = clause_texts(result), check_texts(result)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _ordered(result.clauses):
        text = texts.get((row.rulebook, row.clause))
        if text is None or text.undecidable or row.outcome != "not shown" or row.counts:
            continue
        for table in dict.fromkeys(checks[c].judges for c in text.checks if c in checks):
            found.setdefault(table, []).append((row.rulebook, row.clause))
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def _ordered(rows: Iterable[ClauseRow]) -> list[ClauseRow]:
    return sorted(rows, key=lambda r: (r.rulebook, natural(r.clause)))
