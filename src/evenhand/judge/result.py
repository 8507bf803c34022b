"""The result of a run: everything that a report may show, and nothing else.

The names and values of the JSON contract are the fields here; `texts`, `checks`, `destinations`
and `looked_for` are for reports that people read.

Spec: DESIGN, contract `-f json`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, Protocol, runtime_checkable

OUTCOMES = ("holds", "broken", "not shown", "not applicable")
LOOK_HERE = 0.5  # from this strength on a finding is put before people unasked
NO_REASON = "no finding: of all that the product does, this is among what could open most"
_VERSION = re.compile(r"\d+(?:\.\d+)+")
SHOWN = 1_000  # verdicts of each outcome that a large run shows of a check under a clause


class ArtefactRow(NamedTuple):
    """One row per place where a content was met."""

    artefact: str
    path: str
    kind: str
    size_bytes: int
    parent: str | None


class ReadingRow(NamedTuple):
    """What one reader could and could not read of one artefact."""

    artefact: str
    path: str
    reader: str
    outcome: str
    reason: str
    facts: Mapping[str, int]


class EvidenceRow(NamedTuple):
    """One fact that a verdict rests on: where to look."""

    fact: str
    table: str
    artefact: str
    locator: str


class Verdict(NamedTuple):
    """One subject judged by one check under one clause."""

    rulebook: str
    clause: str
    check: str
    subject: str
    outcome: str  # one of OUTCOMES
    because: str
    grade: str | None  # weakest grade of the facts used
    addressee: str
    binding: bool
    attribution: str | None  # `shown`, `not shown`; None where the addressee is no state
    rests_on: str | None  # `conduct`, `legal status`, `origin`; None without a swap
    waived: bool
    replay: bool
    evidence: tuple[EvidenceRow, ...]  # the first 20
    evidence_total: int
    law: tuple[str, ...]


class ClauseRow(NamedTuple):
    """One clause of one rulebook, rolled up over its subjects: exactly one row each."""

    rulebook: str
    clause: str
    outcome: str
    counts: Mapping[str, int]  # outcome → subjects; zero counts left out
    why_not_shown: tuple[str, ...]


class ClauseText(NamedTuple):
    """What a clause says, for people."""

    rulebook: str
    clause: str
    title: str  # short, two to six words
    says: str
    addressee: str
    binding: bool
    since: date | None
    cites: str
    checks: tuple[str, ...]
    undecidable: str | None  # why no check can decide it


class CheckText(NamedTuple):
    """What a check asks, for people."""

    check: str
    asks: str
    judges: str  # table that its subjects come from
    remedy: str
    cannot_show: str


class RulebookUsed(NamedTuple):
    """A rulebook as used in this run."""

    id: str
    version: str
    title: str
    binding: bool
    parameters: Mapping[str, Any]


class ListUsed(NamedTuple):
    """A list as used in this run: its licence and its date are part of the evidence."""

    name: str
    version: str
    licence: str
    attribution: str


class ReaderUsed(NamedTuple):
    """A reader as used in this run."""

    name: str
    version: str


class Destination(NamedTuple):
    """Where a product's traffic went, with what is known of the place."""

    fact: str
    product: str
    address: str
    host: str | None
    bytes_sent: int
    bytes_received: int
    located_in: str | None
    located_by: str | None
    registered_in: str | None
    network: str | None
    operator: str | None
    special: str | None


class Finding(NamedTuple):
    """One place that a person should look at: a fact with a weight, shown or not."""

    fact: str
    table: str
    kind: str
    artefact: str
    path: str
    locator: str
    about: str  # the constant that it turns on, or what it is done to; may be empty
    strength: float  # 0–1; a score alone breaks nothing
    shown: bool  # the path from input to effect is shown
    disclosure: str  # `mandated`, `documented`, `undisclosed`; empty: not known
    because: str

    @property
    def look_here(self) -> bool:
        """True where it is put before people unasked: shown, or strong and not disclosed."""
        disclosed = self.disclosure in ("documented", "mandated")
        return self.shown or (self.strength >= LOOK_HERE and not disclosed)

    @property
    def lead(self) -> bool:
        """True where it is no finding, but where to begin reading: what could open most."""
        return self.because == NO_REASON

    @property
    def key(self) -> str:
        """The same in every run and, as far as can be, in the next release: no line, no version."""
        place = _VERSION.sub("*", self.path.rpartition("!/")[2] or self.path)
        return f"{self.kind}:{place}:{self.about}"


class LookedFor(NamedTuple):
    """One thing that was looked for: the first lines of every report."""

    asks: str
    check: str
    subjects: int  # subjects that it could be asked of
    counts: Mapping[str, int]  # outcome → subjects, under the first clause that uses it


@runtime_checkable
class Many(Protocol):
    """Verdicts that are too many to be in Python at once."""

    def __len__(self) -> int: ...

    def having(self, outcome: str) -> Iterator[Verdict]:
        """Those with one outcome."""

    def sorted(self) -> Iterator[Verdict]:
        """All, in the order of `place`."""

    def first(self, number: int) -> tuple[Verdict, ...]:
        """Of every check under every clause the first of each outcome."""


@dataclass(frozen=True)
class Result:
    """Everything that a run found; the input of every report."""

    evenhand: str
    as_of: date
    complete: bool  # False where a stop by the clock or by hand cut the run short
    artefacts: tuple[ArtefactRow, ...]
    readings: tuple[ReadingRow, ...]
    verdicts: Sequence[Verdict]  # of a large run made when they are gone through
    clauses: tuple[ClauseRow, ...]
    differences: tuple[Mapping[str, Any], ...]
    summary: Mapping[str, Mapping[str, int]]  # rulebook → outcome → clauses
    rulebooks: tuple[RulebookUsed, ...]
    lists: tuple[ListUsed, ...]
    readers: tuple[ReaderUsed, ...]
    texts: tuple[ClauseText, ...] = ()
    checks: tuple[CheckText, ...] = ()
    destinations: tuple[Destination, ...] = ()
    looked_for: tuple[LookedFor, ...] = ()
    findings: tuple[Finding, ...] = ()  # the weightiest first
    findings_total: int = 0  # those that are not listed counted too
    swap: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()  # what is to be told besides the verdicts: waivers that ended, …
    territories: Mapping[str, str] = field(default_factory=dict)  # code → short name
    left_out: int = 0  # verdicts of a large run that are counted and not listed

    def having(self, outcome: str) -> Iterator[Verdict]:
        """The verdicts with one outcome."""
        if isinstance(self.verdicts, Many):
            return self.verdicts.having(outcome)
        return (v for v in self.verdicts if v.outcome == outcome)

    def sorted_verdicts(self) -> Iterator[Verdict]:
        """Every verdict, in the order in which two runs can be compared."""
        if isinstance(self.verdicts, Many):
            return self.verdicts.sorted()
        return iter(sorted(self.verdicts, key=place))

    def outcomes(self) -> Counter[str]:
        """Outcome → verdicts, those left out counted too."""
        if not self.left_out:
            return Counter(v.outcome for v in self.verdicts)
        counts: Counter[str] = Counter()
        for clause in self.clauses:
            counts.update(clause.counts)
        return counts

    def shown(self) -> Result:
        """The result as reports for people show it: of a large run the first of each kind."""
        if not isinstance(self.verdicts, Many):
            return self
        first = self.verdicts.first(SHOWN)
        return replace(self, verdicts=first, left_out=len(self.verdicts) - len(first))


def place(verdict: Verdict) -> tuple[str, ...]:
    """Where a verdict stands in a list of all."""
    return verdict.rulebook, verdict.clause, verdict.check, verdict.subject, verdict.because
