"""A profile: one organisation's choice of rulebooks, parameters, products, and its waivers.

    rulebooks: [gids-2020, ./our-rules]
    parameters: {vulnerability/users_are_told_in_time: {clock_days: 2}}
    products: [{product: gateway, path: "firmware/*"}]
    mappings: [registers/transfers.map.yaml]
    queries: [{name: flows, url_in: INVENTORY_URL, query: SELECT * FROM flows}]
    waivers:
      - {rulebook: gids-2020, clause: 7a, subject: "destination:gateway/*", owner: J. Doe,
         reason: documented in the manual of 4.2, until: 2027-01-31}
    replies:
      - {rulebook: gids-2020, clause: 7a, subject: "hidden_access:gateway/*", by: Gateway Ltd,
         on: 2026-11-20, reply: "a test account, taken out in 4.3"}

Spec: DESIGN, contract of the command line (--profile); a waived verdict stays broken,
and so does one that its vendor replied to: the reply stands beside it.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import documents, mapping
from evenhand.errors import Mistakes, UserError
from evenhand.server_query import Query

if TYPE_CHECKING:
    from evenhand.judge.result import Verdict
    from evenhand.judge.rulebook import Clause, Rulebook, Use

KEYS = {"rulebooks", "parameters", "products", "mappings", "queries", "waivers", "replies"}
QUERY_KEYS = {"name", "url_in", "query"}
WAIVER_KEYS = {"rulebook", "clause", "subject", "owner", "reason", "until"}

REPLY_KEYS = {"rulebook", "clause", "subject", "by", "on", "reply"}


@dataclass(frozen=True)
class Reply:
    """What a vendor answered to a verdict: it decides nothing, and stands beside it."""

    rulebook: str
    clause: str
    subject: str  # shell pattern
    by: str
    on: date
    reply: str
    at: str  # `path:line`


@dataclass(frozen=True)
class Waiver:
    """Somebody took responsibility for leaving a verdict as it is, until a day."""

    rulebook: str
    clause: str
    subject: str  # shell pattern
    owner: str
    reason: str
    until: date  # first day on which it no longer holds
    at: str  # `path:line`, for what is said about it


def _about(said: Waiver | Reply, verdict: Verdict) -> bool:
    """True where a waiver or a reply is about that verdict."""
    return (said.rulebook, said.clause) == (verdict.rulebook, verdict.clause) and (
        fnmatch.fnmatchcase(verdict.subject, said.subject)
    )


@dataclass(frozen=True)
class Profile:
    """What a profile file says; empty where none is given."""

    rulebooks: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = ()  # type: ignore[assignment]
    products: tuple[tuple[str, str], ...] = ()  # (product, path pattern)
    waivers: tuple[Waiver, ...] = ()
    replies: tuple[Reply, ...] = ()
    mappings: tuple[Path, ...] = ()
    queries: tuple[Query, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict)  # check → `path:line` of its parameters


NONE = Profile(parameters={})


def load(path: Path | None) -> Profile:
    """Read a profile; all mistakes at once as `path:line: message`."""
    if path is None:
        return NONE
    try:
        document = documents.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    said, mistakes = document.value or {}, list[str]()
    if not isinstance(said, dict):
        raise Mistakes([f"{document.at()}: not a mapping"])
    mistakes += [f"{document.at(k)}: {k} is not known here" for k in sorted(said.keys() - KEYS)]
    books = _rulebooks(document, path.parent, mistakes)
    parameters = said.get("parameters") or {}
    if not isinstance(parameters, dict) or not all(
        isinstance(v, dict) for v in parameters.values()
    ):
        mistakes.append(f"{document.at('parameters')}: wanted is check: {{parameter: value}}")
        parameters = {}
    products = [
        (row["product"], row["path"])
        for row in _rows(document, "products", {"product", "path"}, mistakes)
    ]
    waivers = [
        waiver
        for number, row in enumerate(_rows(document, "waivers", WAIVER_KEYS, mistakes))
        if (waiver := _waiver(row, document.at("waivers", number), mistakes)) is not None
    ]
    replies = [
        reply
        for number, row in enumerate(_rows(document, "replies", REPLY_KEYS, mistakes))
        if (reply := _reply(row, document.at("replies", number), mistakes)) is not None
    ]
    mappings, queries = _mappings(document, path.parent, mistakes), _queries(document, mistakes)
    if mistakes:
        raise Mistakes(mistakes)
    return Profile(
        *(tuple(books), parameters, tuple(products), tuple(waivers), tuple(replies)),
        mappings=tuple(mappings),
        queries=tuple(queries),
        at={name: document.at("parameters", name) for name in parameters},
    )


def _rulebooks(document: documents.Document, folder: Path, mistakes: list[str]) -> list[str]:
    """Rulebooks by id, or by a path relative to the profile."""
    named = document.value.get("rulebooks") or []
    if not isinstance(named, list) or not all(isinstance(n, str) for n in named):
        mistakes.append(f"{document.at('rulebooks')}: rulebooks is not a list of names")
        return []
    return [str(folder / n) if n.startswith((".", "/")) else n for n in named]


def _mappings(document: documents.Document, folder: Path, mistakes: list[str]) -> list[Path]:
    """Mappings of inventories by paths relative to the profile, what is wrong in them told now."""
    named = document.value.get("mappings") or []
    if not isinstance(named, list) or not all(isinstance(n, str) for n in named):
        mistakes.append(f"{document.at('mappings')}: mappings is not a list of files")
        return []
    for number, name in enumerate(named):
        at = document.at("mappings", number)
        if not mapping.is_mapping(name):
            mistakes.append(f"{at}: {name}: the name of a mapping ends in {mapping.SUFFIXES[0]}")
            continue
        try:
            mapping.parse((folder / name).read_bytes(), str(folder / name))
        except OSError as error:
            mistakes.append(f"{at}: {name}: {error.strerror}")
        except Mistakes as error:
            mistakes += error.lines
    return [folder / name for name in named]


def _queries(document: documents.Document, mistakes: list[str]) -> list[Query]:
    """Queries of database servers; their names become names of files."""
    found = []
    for number, row in enumerate(_rows(document, "queries", QUERY_KEYS, mistakes)):
        at = document.at("queries", number)
        if not re.fullmatch(r"[\w-]{1,100}", row["name"]):
            mistakes.append(f"{at}: name: letters, digits, - and _ are wanted")
        found.append(Query(at=at, **row))
    return found


def _rows(
    document: documents.Document, key: str, wanted: set[str], mistakes: list[str]
) -> list[dict[str, str]]:
    rows = document.value.get(key) or []
    if not isinstance(rows, list):
        mistakes.append(f"{document.at(key)}: {key} is not a list")
        return []
    good = []
    for number, row in enumerate(rows):
        at = document.at(key, number)
        if not isinstance(row, dict):
            mistakes.append(f"{at}: not a mapping")
            continue
        missing = sorted(k for k in wanted if not row.get(k))
        unknown = sorted(row.keys() - wanted)
        mistakes += [f"{at}: {k} is missing" for k in missing]
        mistakes += [f"{at}: {k} is not known here" for k in unknown]
        if not missing and not unknown:
            good.append(row)
    return good


def _day(row: dict[str, str], key: str, at: str, mistakes: list[str]) -> date | None:
    try:
        return date.fromisoformat(row[key])
    except ValueError:
        mistakes.append(f"{at}: {key}: {row[key]!r} is no day as YYYY-MM-DD")
        return None


def _waiver(row: dict[str, str], at: str, mistakes: list[str]) -> Waiver | None:
    until = _day(row, "until", at, mistakes)
    rest = {k: row[k] for k in WAIVER_KEYS - {"until"}}
    return Waiver(until=until, at=at, **rest) if until else None


def _reply(row: dict[str, str], at: str, mistakes: list[str]) -> Reply | None:
    day = _day(row, "on", at, mistakes)
    rest = {k: row[k] for k in REPLY_KEYS - {"on"}}
    return Reply(on=day, at=at, **rest) if day else None


def apply_parameters(books: Sequence[Rulebook], profile: Profile) -> list[Rulebook]:
    """The rulebooks with the profile's parameters in place of their own."""
    from evenhand.judge.check import cast_parameters, meant

    cited = {u.check.name for b in books for c in b.clauses for u in c.uses}
    unknown = sorted(set(profile.parameters) - cited)
    if unknown:
        raise Mistakes(
            f"{profile.at.get(name, 'profile')}: no rulebook used here cites the check {name}"
            f"{meant(name, cited)}"
            for name in unknown
        )

    def changed(use: Use) -> Use:
        given = profile.parameters.get(use.check.name)
        if given is None:
            return use
        own = {k: v for k, v in use.parameters.items() if v is not None}
        texts = {k: v if isinstance(v, list) else str(v) for k, v in (own | dict(given)).items()}
        at = profile.at.get(use.check.name, "profile")
        return replace(use, parameters=cast_parameters(use.check, texts, at))

    def clause(one: Clause) -> Clause:
        return replace(one, uses=tuple(changed(u) for u in one.uses))

    return [replace(b, clauses=tuple(clause(c) for c in b.clauses)) for b in books]


class Waiving:
    """Marks verdicts with the waivers of a profile, one by one, and notes what is to be said."""

    def __init__(self, profile: Profile, as_of: date) -> None:
        self._waivers, self._replies, self._as_of = profile.waivers, profile.replies, as_of
        self._used: set[Waiver | Reply] = set()
        self._told: list[str] = []

    def mark(self, verdict: Verdict) -> Verdict:
        """The verdict with its vendor's reply, waived where a waiver that covers it holds."""
        for reply in self._replies:
            if _about(reply, verdict):
                self._used.add(reply)
                words = f"{reply.by} replied on {reply.on}: {reply.reply.rstrip('.')}."
                verdict = verdict._replace(because=f"{verdict.because} {words}")
        waivers = [w for w in self._waivers if _about(w, verdict)]
        self._used.update(waivers)
        if verdict.outcome != "broken" or not waivers:
            return verdict
        held = [w for w in waivers if self._as_of < w.until]
        if held:
            words = f"Waived by {held[0].owner} until {held[0].until}: {held[0].reason}."
            return verdict._replace(waived=True, because=f"{verdict.because} {words}")
        last = max(waivers, key=lambda w: w.until)
        words = f"A waiver by {last.owner} ended on {last.until}."
        self._told.append(f"{last.at}: the waiver for {verdict.subject} ended on {last.until}")
        return verdict._replace(because=f"{verdict.because} {words}")

    def notes(self) -> list[str]:
        """Words on waivers that ended, and on those that covered nothing that was marked."""
        every = [("waiver", w) for w in self._waivers] + [("reply", r) for r in self._replies]
        idle = (f"{s.at}: the {what} covers no verdict" for what, s in every if s not in self._used)
        return [*self._told, *idle]
