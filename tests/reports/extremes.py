"""Results at the edges: one that binds, none, hostile texts, thousands of rows.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evenhand.judge.result import (
    ArtefactRow,
    ClauseText,
    EvidenceRow,
    ReadingRow,
    Result,
    RulebookUsed,
)
from tests.reports.sample import clauses, digest, looked_for, sample, summary, verdicts
from tests.reports.sample_texts import ACCESS, TEXTS

ACT = "example-act-2024"


def plain_sample() -> Result:
    """The same without a swap: no verdict says what it rests on."""
    whole = sample()
    return replace(
        whole, verdicts=tuple(v._replace(rests_on=None) for v in whole.verdicts), swap=None
    )


def binding_sample() -> Result:
    """One rulebook that binds, with one clause of it broken and nothing else."""
    text = ClauseText(ACT, "12", "No fixed passwords", "A product has no password that its owner "
                      "cannot change.", "provider", True, date(2024, 4, 29), "law/example.yaml#12",
                      (ACCESS,), None)  # fmt: skip
    first = next(v for v in verdicts() if v.clause == "7a" and v.outcome == "broken")
    rows = (first._replace(rulebook=ACT, clause="12", binding=True, rests_on=None),)
    rolled = clauses((text,), rows)
    return replace(
        sample(),
        verdicts=rows,
        clauses=rolled,
        summary=summary(rolled),
        rulebooks=(RulebookUsed(ACT, "2024-04-29", "Example Act", True, {}),),
        texts=(text,),
        looked_for=looked_for(rows)[3:4],
        differences=(),
        findings=(),
        findings_total=0,
        swap=None,
    )


def empty_sample() -> Result:
    """Nothing was given that could be read: nothing holds and nothing is broken."""
    rolled = clauses(TEXTS, ())
    return replace(
        sample(),
        artefacts=(),
        readings=(),
        verdicts=(),
        clauses=rolled,
        summary=summary(rolled),
        differences=(),
        destinations=(),
        looked_for=(),
        findings=(),
        findings_total=0,
        swap=None,
        readers=(),
    )


HOSTILE = (
    "<script>alert(1)</script>\"'&\u202egnp.exe\u2066 \x1b[31m\x00\u2028{0}[a](//evil)\ud800"
    + "A" * 9000
)


def hostile_sample() -> Result:
    """Every text that an artefact can choose is chosen by an enemy."""
    whole = sample()
    path = f"in/{HOSTILE}"
    place = digest(path)
    look = EvidenceRow(f"hidden_access/elf/{place[7:19]}/0", "hidden_access", place, HOSTILE)
    first = next(v for v in whole.verdicts if v.clause == "7a" and v.outcome == "broken")
    bad = first._replace(subject=f"product:{HOSTILE}", because=HOSTILE, evidence=(look,))
    unsure = bad._replace(subject=f"host:{HOSTILE}", outcome="not shown")
    far = whole.destinations[0]._replace(
        host=HOSTILE, operator=HOSTILE, network=HOSTILE, product=HOSTILE, located_in=HOSTILE
    )
    return replace(
        whole,
        artefacts=(*whole.artefacts, ArtefactRow(place, path, HOSTILE, 1, None)),
        readings=(
            *whole.readings,
            ReadingRow(place, path, "elf", "unreadable", HOSTILE, {"mention": 1}),
        ),
        verdicts=(*whole.verdicts, bad, unsure),
        clauses=tuple(
            c._replace(why_not_shown=(*c.why_not_shown, HOSTILE)) if c.clause == "7a" else c
            for c in whole.clauses
        ),
        differences=(
            {
                "rank": 1,
                "change": "new",
                "table": HOSTILE,
                "product": HOSTILE,
                "because": HOSTILE,
                "fact": {HOSTILE: HOSTILE},
            },
        ),
        destinations=(*whole.destinations, far),
        findings=(
            whole.findings[0]._replace(
                kind=HOSTILE, path=path, locator=HOSTILE, about=HOSTILE, because=HOSTILE
            ),
        ),
    )


def large_sample(number: int = 20_000) -> Result:
    """Thousands of verdicts, artefacts and destinations."""
    whole = sample()
    broken = [v for v in whole.verdicts if v.outcome == "broken"]
    unsure = [v for v in whole.verdicts if v.outcome == "not shown"]
    rows = []
    for n in range(number):
        base = broken[n % len(broken)] if n % 2 else unsure[n % len(unsure)]
        look = tuple(base.evidence[:1]) * 20
        rows.append(base._replace(subject=f"{base.subject}-{n}", evidence=look))
    return replace(
        whole,
        verdicts=(*whole.verdicts, *rows),
        artefacts=(
            *whole.artefacts,
            *(ArtefactRow(digest(str(n)), f"many/{n}.bin", "elf", n, None) for n in range(number)),
        ),
        readings=(
            *whole.readings,
            *(
                ReadingRow(digest(str(n)), f"many/{n}.bin", "elf", "unreadable", f"odd {n}", {})
                for n in range(number)
            ),
        ),
        destinations=tuple(
            whole.destinations[n % len(whole.destinations)]._replace(fact=f"destination/{n}")
            for n in range(number)
        ),
    )
