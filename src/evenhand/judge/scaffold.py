"""A new rulebook: a folder that passes `rulebook test` as it is, to be changed from there.

Spec: DESIGN (A check, a rulebook); NIST OSCAL 1.2.1, catalog model (`--from-catalog`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.errors import UserError
from evenhand.judge import rulebook
from evenhand.judge.control import Catalog, Control

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
CHECK = "vulnerability/remedied_within_days"
NOBODY = "Nobody has written a check for this clause yet."
WITHDRAWN = "The catalogue marks this control as withdrawn."
CATALOGUE_ADDRESSEE = "organisation that adopts the catalogue"

BOOK = """\
# A rulebook is one instrument: its clauses, and for each the checks that decide it.
# Change this file, then run: evenhand rulebook test {folder}
id: "{id}"
version: "1"
title: "{title}"
binding: false          # true where its addressees must follow it

clauses:
  - id: "1"
    title: Remedied in time
    says: A provider offers a remedy for a serious vulnerability within 90 days of knowing of it.
    addressee: provider # a clause for what states do says `state`: then attribution must be shown
    since: 2026-01-01   # first day in force; `until` is the first day no longer in force
    cites: text.md#1    # where the wording stands
    checks:
      - use: {check}
        with: {{days: 90}}

  - id: "2"
    title: Good faith
    says: A provider acts in good faith.
    addressee: provider
    since: 2026-01-01
    cites: text.md#2
    undecidable: Artefacts hold acts, not intentions. A finding by a court would decide it.
"""

TEXT = """\
# {title}

Source, date and licence of the wording go here. Paraphrase in your own words. Not legal advice.

## 1

A provider offers a remedy for a serious vulnerability within 90 days of knowing of it.

## 2

A provider acts in good faith.
"""

CHECK_FILES = {
    "check.yaml": """\
# What is asked, in words that a lawyer reads. Names no state, company or law: those arrive as
# parameters from a rulebook.
asks: A remedy for a serious vulnerability is offered within so many days of knowing of it.
judges: vulnerability
parameters:
  days: {type: integer, role: none, means: "days within which a remedy is to be offered"}
conditions:
  serious: the vulnerability is rated serious
  in_time: a remedy was offered within the days given
applies: serious
holds: in_time
remedy: Offer a remedy or a mitigation, and record the day on which it was offered.
cannot_show: whether the remedy works
""",
    "check.sql": """\
-- Looks facts up and decides nothing: one row per subject, each condition TRUE, FALSE or NULL
-- (not known). A comparison with a NULL is NULL by itself.
SELECT 'vulnerability:' || product || '/' || vulnerability AS subject,
       known_on AS on_day,
       id AS fact,
       serious,
       CASE WHEN no_remedy THEN FALSE
            ELSE date_diff('day', known_on, remedy_on) <= $days END AS in_time
FROM vulnerability
""",
    "cases.yaml": """\
# Small tables of facts with the outcome expected. Every condition is to be seen true, false and
# not known (null).
- case: a remedy on the last day
  with: {days: 90}
  facts:
    vulnerability:
      - {product: p, vulnerability: V1, serious: true, known_on: 2026-01-01, remedy_on: 2026-04-01}
  expect:
    vulnerability:p/V1: {serious: true, in_time: true, outcome: holds}

- case: a remedy a day late, and none at all
  with: {days: 90}
  facts:
    vulnerability:
      - {product: p, vulnerability: V1, serious: true, known_on: 2026-01-01, remedy_on: 2026-04-02}
      - {product: p, vulnerability: V2, serious: true, known_on: 2026-01-01, no_remedy: true}
  expect:
    vulnerability:p/V1: {in_time: false, outcome: broken}
    vulnerability:p/V2: {in_time: false, outcome: broken}

- case: nobody recorded the day of a remedy
  with: {days: 90}
  facts:
    vulnerability:
      - {product: p, vulnerability: V1, serious: true, known_on: 2026-01-01}
  expect:
    vulnerability:p/V1: {in_time: null, outcome: not shown}

- case: not serious, and nobody says whether it is
  with: {days: 90}
  facts:
    vulnerability:
      - {product: p, vulnerability: V1, serious: false, known_on: 2026-01-01}
      - {product: p, vulnerability: V2, known_on: 2026-01-01, remedy_on: 2026-01-02}
  expect:
    vulnerability:p/V1: {serious: false, outcome: not applicable}
    vulnerability:p/V2: {serious: null, outcome: not shown}
""",
}


def new(name: str, catalogue: Catalog | None = None) -> Path:
    """Write a new rulebook into the folder `name`, which must not be there; returns it."""
    folder = Path(name)
    book = folder.name
    if not NAME.fullmatch(book):
        raise UserError(f"{book!r}: a rulebook's name is of a-z, 0-9, `.` and `-`")
    if book in rulebook.names():
        raise UserError(f"{book}: a rulebook of that name ships with Evenhand; choose another")
    files = _example(folder) if catalogue is None else _from_catalogue(book, catalogue)
    try:
        folder.mkdir(parents=True, exist_ok=False)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise UserError(f"{folder}: is already there; nothing was changed") from None
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from error
    return folder


def _example(folder: Path) -> dict[str, str]:
    title = folder.name.replace("-", " ").capitalize()
    said = {"id": folder.name, "folder": folder.as_posix(), "title": title, "check": CHECK}
    files = {"rulebook.yaml": BOOK.format(**said), "text.md": TEXT.format(**said)}
    return files | {f"checks/{CHECK}/{file}": text for file, text in CHECK_FILES.items()}


def _from_catalogue(book: str, catalogue: Catalog) -> dict[str, str]:
    said: dict[str, Any] = {
        "id": book,
        "version": catalogue.version,
        "title": catalogue.title,
        "binding": catalogue.said.get("binding") == "true",
        "note": f"Made from the OSCAL catalogue {catalogue.file}, {catalogue.uuid or 'no uuid'}. "
        "A catalogue says neither whom a control binds nor how it is checked: see to addressee, "
        "binding and since, and put checks in the place of undecidable.",
        "clauses": [_clause(c, catalogue) for c in catalogue.controls],
    }
    lines = [f"# {catalogue.title}", "", f"From the OSCAL catalogue {catalogue.file}.", ""]
    for control in catalogue.controls:
        lines += [f"## {control.clause}", "", f"{control.title}.", "", control.says, ""]
    return {"rulebook.yaml": _yaml(said), "text.md": "\n".join(lines)}


def _clause(control: Control, catalogue: Catalog) -> Mapping[str, Any]:
    own = control.said
    clause: dict[str, Any] = {
        "id": control.clause,
        "title": control.title,
        "says": control.says,
        "addressee": own.get("addressee", CATALOGUE_ADDRESSEE),
        "cites": own.get("cites", f"{catalogue.file}#{control.id}"),
        "undecidable": WITHDRAWN if control.withdrawn else NOBODY,
    }
    for key in ("binding", "since", "until"):
        if key in own:
            clause[key] = own[key]
    return clause


def _yaml(said: Mapping[str, Any]) -> str:
    import yaml

    head = "# Check it with: evenhand rulebook test\n"
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return head + str(yaml.dump(said, Dumper=dumper, sort_keys=False, allow_unicode=True, width=98))
