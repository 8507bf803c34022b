"""Build the lists of law (agreement, designation, territory, membership, measure, mandated_access,
claim) from a folder.

    python scripts/lists/law.py FOLDER [-o src/evenhand/lists]

FOLDER holds agreements.csv, designations.csv, territories.csv, measures.csv, laws.yaml,
mandated_access.yaml and claims.yaml, as people keep them, with sources and remarks. The same
folder gives the same bytes. The rules by which a remark becomes a mark, and what is left out, are
in docs/lists.md.

Spec: docs/lists.md (Law lists); ISO 3166-1 alpha-2; ISO 8601.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import orders
import yaml

from evenhand.errors import Mistakes
from evenhand.facts import tables
from evenhand.lists import fact_rows
from evenhand.lists.install import describe

Row = dict[str, str]

TITLES = {
    "agreement": "Agreements, decisions and statements between states",
    "designation": "Names on lists of authorities",
    "territory": "Territories, their sovereigns and data borders",
    "membership": "Members of groups of states",
    "measure": "Measures of states against vendors, products and flows",
    "mandated_access": "Laws and standards that order access by authorities",
    "claim": "Claims, who denies them, and what would settle them",
}
ORDER = {
    "agreement": ("agreement", "type", "state_a", "state_b", "in_force_from", "signed_on"),
    "designation": ("list", "issuer_state", "entity", "listed_on"),
    "territory": ("territory",),
    "membership": ("state_group", "state"),
    "measure": ("measure",),
    "mandated_access": ("mandate",),
    "claim": ("claim",),
}
SOURCE = (
    "Facts gathered by the project from the pages named in each row, in the project's own words; "
    "each row says where it was read and whether it is unverified."
)
ATTRIBUTION = "Evenhand contributors"
# a day of the row itself that a remark calls unverified (not a side remark about something else)
DAY_UNVERIFIED = re.compile(
    r"\b(?:day|year|date|days|lifting|end|ratification)\b[^;,]*\bunverified\b", re.IGNORECASE
)
# kinds of measure that close or cut supply by what they are
CLOSING = {
    "export control", "app ban", "licence denial", "licence revocation", "procurement ban",
    "market access", "equipment ban", "network blocking", "licence condition",
}  # fmt: skip
OPENING = {"policy change", "settlement", "initiative", "statement", "proposal"}
NEVER = re.compile(r"never took effect|not carried out", re.IGNORECASE)
INSIDE = (  # names of files that a reader of the list does not have, and what is said instead
    (re.compile(r"\bagreements\.csv\b"), "list agreement"),
    (re.compile(r"\blaws\.yaml (?:groups\.)?([A-Z0-9*_-]+)"), r"the project's rules, \1"),
    (re.compile(r"\binitiative\.yaml sources\b"), "text of the initiative"),
    (re.compile(r"\bpublic ([\w ]+) pack, public copy\b"), r"public copy, \1"),
    (re.compile(r"\s*\(seed\)|(?<![\w./])/(?:farm|work|tmp|home)/\S*"), ""),
)


def read(path: Path) -> list[Row]:
    """The rows of a CSV, every cell as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{k: (v or "").strip() for k, v in r.items()} for r in csv.DictReader(stream)]


def words(text: str) -> str:
    """Text without names of files and machines that its readers do not have."""
    for ours, said in INSIDE:
        text = ours.sub(said, text)
    return text.strip()


def day(text: str) -> str:
    """An ISO day, or nothing where only the month or year is known."""
    return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""


def dated(source: str, **days: str) -> str:
    """The source, with what is known of a day that is not known in full."""
    known = [f"{n.replace('_', ' ')}: {d}, day not known" for n, d in days.items() if d != day(d)]
    return "; ".join([s for s in (words(source), *known) if s])


def truth(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def agreements(folder: Path) -> Iterator[Row]:
    for r in read(folder / "agreements.csv"):
        dates = "" if r["date_source"] == r["source"] else r["date_source"]
        source = " | dates: ".join(s for s in (r["source"], dates) if s)
        marked = "unverified" in r["source"] or "unverified" in r["date_source"]
        yield {
            "agreement": r["agreement"],
            "type": r["type"],
            "state_a": r["state_a"],
            "state_b": r["state_b"],
            "signed_on": day(r["signed_or_deposited"]),
            "in_force_from": day(r["in_force_from"]),
            "in_force_to": day(r["in_force_to"]),
            "in_force_on": day(r["in_force_on"]),
            "scope": words(r["scope"]),
            "source": dated(source, signed=r["signed_or_deposited"]),
            "unverified": truth(marked or bool(DAY_UNVERIFIED.search(r["note"]))),
            "note": words(r["note"]),
        }


def entities(text: str) -> list[str]:
    """The names that one entry of a list holds: `A, B` and `A, B and 57 other apps`."""
    if re.fullmatch(r"\w+(?:, \w+)+", text):
        return text.split(", ")
    if counted := re.fullmatch(r"(.+) and (\d+ other \w+)", text):
        return [*counted[1].split(", "), f"CATEGORY: {counted[2]} on the list"]
    return [text]


def aliases(text: str) -> str:
    """Other names, without remarks; names that are unverified aliases are left out."""
    names = [a.strip() for a in text.split("|") if a.strip() and "unverified" not in a]
    return "|".join(re.sub(r"\s*\([^)]*\)$", "", n) for n in names)


# (list, day) of which the day was unverified in the folder and has been read since: where, how
SINCE_CONFIRMED = {
    ("NDAA_889", "2018-08-13"): (
        "Public Law 115-232, signed 2018-08-13 (https://scipol.org/track/"
        "hr-5515-john-s-mccain-national-defense-authorization-act-fiscal-year-2019); "
        "Part A 2019-08-13, Part B 2020-08-13"
    )
}


def designations(folder: Path) -> Iterator[Row]:
    for r in read(folder / "designations.csv"):
        r["note"] = SINCE_CONFIRMED.get((r["list"], r["date"]), r["note"])
        for entity in entities(r["entity"]):
            yield {
                "list": r["list"],
                "issuer_state": r["issuer_state"],
                "entity": entity,
                "aliases": aliases(r["aliases"]),
                "listed_on": day(r["date"]),
                "listed_until": "",
                "scope": words(r["scope"]),
                "source": dated(r["source"], listed=r["date"]),
                "unverified": truth(
                    "unverified" in r["source"]
                    or bool(DAY_UNVERIFIED.search(f"{r['scope']}; {r['note']}"))
                ),
                "note": words(r["note"]),
            }


def territories(folder: Path) -> Iterator[Row]:
    for r in read(folder / "territories.csv"):
        yield {
            "territory": r["code"],
            "name": r["name"],
            "sovereign": r["sovereign"],
            "regime": r["data_border"],
            "source": words(r["source"]),
            "unverified": truth("unverified" in r["source"]),
            "note": words(r["note"]),
        }


def memberships(folder: Path) -> Iterator[Row]:
    # BaseLoader: every scalar is text, so that NO is a code
    laws = yaml.load((folder / "laws.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    for group, said in laws["groups"].items():
        source, since = said.get("source", ""), said.get("since", "")
        # "(28 since DAY) less XX, left DAY": today's members were members before `since` as well
        left = re.search(r"since (\d{4}-\d\d-\d\d)\) less ([A-Z]{2}), left", source)
        first = left[1] if left else since
        row = {
            "state_group": group,
            "member_from": first,
            "member_to": "",
            "source": words(source),
            "unverified": truth("unverified" in source),
        }
        for state in said["members"]:
            yield row | {"state": state, "note": ""}
            for inside in said.get("includes", {}).get(state, []):
                yield row | {"state": inside, "note": f"named with {state}"}
        if left:
            yield row | {"state": left[2], "member_to": since, "note": "left"}


def measures(folder: Path) -> Iterator[Row]:
    for r in read(folder / "measures.csv"):
        kind = r["kind"].replace("_", " ")
        cited = re.split(r"[\s:;,(]", r["evidence_cited"])[0]
        remarks = f"{r['instrument']}; {r['fate']}"
        targets = r["target_state"].split("|")
        for state in targets:
            yield {
                "measure": r["id"] if len(targets) == 1 else f"{r['id']}/{state}",
                "by_state": r["by_state"],
                "kind": kind,
                "target": words(r["target"]),
                "target_state": state,
                "evidence_cited": cited if cited in ("yes", "partly", "no") else "",
                "closes_supply": truth(closes(kind, r["fate"])),
                "reason": words(r["stated_reason"]),
                "on_day": day(r["date"]),
                "until_day": day(r["until"]),
                "source": dated(r["source"], taken=r["date"], ended=r["until"]),
                "unverified": truth(
                    "unverified" in r["source"] or bool(DAY_UNVERIFIED.search(remarks))
                ),
                # a measure that its own author denies is a report of others, not a declaration
                "grade": "alleged" if r["fate"].startswith("DENIED") else "declared",
                "note": words(f"{r['instrument']}. Evidence cited: {r['evidence_cited']}. "
                              f"Fate: {r['fate']}"),
            }  # fmt: skip


def closes(kind: str, fate: str) -> bool | None:
    """Whether a measure closed or cut supply; None where its kind and fate do not say."""
    if NEVER.search(fate) or kind in OPENING:
        return False
    return True if kind in CLOSING else None


def write(name: str, found: Iterable[Row], version: str, home: Path) -> str:
    """Write one list's folder; Mistakes where a row does not fit its table."""
    ordered = sorted(found, key=lambda r: tuple(r[c] for c in ORDER[name]))
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / f"{name}.csv"
    columns = [c for c in (*tables()[name].columns, *fact_rows.BESIDE) if c in ordered[0]]
    with data.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(ordered)
    rows, mistakes = fact_rows.read(data, tables()[name], codes=None)
    if mistakes:
        raise Mistakes(mistakes)
    marked = sum(r.get("unverified", False) for r in rows)
    described = {
        "name": name,
        "title": TITLES[name],
        "version": version,
        "source": SOURCE,
        "licence": "CC0-1.0",
        "attribution": ATTRIBUTION,
        "table": name,
        "file": data.name,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "rows": str(len(rows)),
        "unverified": str(marked),
        "notes": NOTES[name],
    }
    describe(folder, described)
    return f"{name}: {len(rows)} rows, {marked} unverified"


NOTES = {
    "agreement": (
        "Not a complete register of treaties: an agreement that is not here may exist. A row is "
        "unverified where its source, the source of its dates or the day itself is. COE and UN are "
        "depositaries, not parties. A day known only as a month or year is left empty and its "
        "source says so. Not legal advice."
    ),
    "designation": (
        "Names of companies as the authorities list them; being listed shows no conduct. Not "
        "complete. A row is unverified where the day of listing is; an alias that is unverified is "
        "left out. An entry that holds several names has a row for each."
    ),
    "territory": (
        "Codes follow ISO 3166-1; listing implies no position on status or sovereignty. `regime` "
        "is a territory, or a group of territories, within which one data-protection law and one "
        "data border hold. Rows whose source reads `unverified` are from memory."
    ),
    "membership": (
        "An empty first day is not known and taken as always. EEA_EXTRA are the members of the EEA "
        "that are not members of the EU."
    ),
    "measure": (
        "Reason and evidence are what the state itself gave; neither is judged here. "
        "`evidence_cited` empty: the question does not arise. `closes_supply` empty: what is known "
        "of the measure does not say. A measure aimed at several states has a row for each. "
        "Measures of which only reports exist and which the state denies are graded alleged."
    ),
    "mandated_access": (
        "Facts about law, not judgements. Not complete: a law that is not here may exist. A "
        "mandate explains that a mechanism is there, not that it is used. `court` false says that "
        "the text names no court; other law may give one. What is partial or not verified is "
        "empty and told in `remark`; a row is unverified where its first day is."
    ),
    "claim": (
        "Recorded, not endorsed, in neutral words; every row is graded alleged and is never the "
        "ground of a verdict. Value and definition claims are never settled, only their factual "
        "parts are."
    ),
}
BUILDERS = {
    "agreement": agreements,
    "designation": designations,
    "territory": territories,
    "membership": memberships,
    "measure": measures,
    "mandated_access": lambda folder: orders.mandates(folder, words),
    "claim": lambda folder: orders.claims(folder, words),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("src/evenhand/lists"))
    given = parser.parse_args()
    laws = (given.folder / "laws.yaml").read_text(encoding="utf-8")
    version = yaml.load(laws, Loader=yaml.BaseLoader)["as_of"]  # noqa: S506
    for name, build in BUILDERS.items():
        print(write(name, build(given.folder), version, given.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
