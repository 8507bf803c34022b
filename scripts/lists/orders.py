"""The lists `mandated_access` and `claim`, from the folder that scripts/lists/law.py reads.

What a remark becomes, and which mechanism a law asks for, is in docs/lists.md.

Spec: docs/lists.md (Orders of access; Claims).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str]
Words = Callable[[str], str]

INTERFACE, REMOVAL = "interception interface", "removal of protection"
# What a row asks for, in words that facts can be compared with: roles of parties that it binds,
# kinds of mechanism, and whether it binds without an order to the single provider. A row that
# orders data or help and names no mechanism has none.
ASKED: dict[str, tuple[list[str], list[str], bool | None]] = {
    "US-CALEA-1002": (["carrier"], [INTERFACE], True),
    "US-FISA-702-ACCESS": (["carrier", "provider", "cloud operator"], [], False),
    "US-CLOUD-2713-ACCESS": (["carrier", "provider", "cloud operator"], [], False),
    "GB-IPA-253": (["carrier", "provider"], [INTERFACE, REMOVAL], False),
    "GB-IPA-252": (["carrier", "provider"], [], False),
    "CN-NIL-7-ACCESS": (["any"], [], False),
    "CN-CSL-28": (["carrier", "provider", "cloud operator", "app provider"], [], False),
    "IN-ITACT-69": (["any"], [INTERFACE, REMOVAL], False),
    "IN-TELECOM-20": (["carrier"], [INTERFACE], None),
    "AU-TOLA-317": (["any"], [INTERFACE], False),
    "EU-EEVIDENCE-ACCESS": (["carrier", "provider", "cloud operator"], [], False),
    "ETSI-LI": (["carrier", "provider"], [INTERFACE], False),
}
# Remarks that stand beside a value in the folder and take it back.
DOUBTED = {"AU-TOLA-317": "whether a warrant is still needed for data is not verified"}
WHERE_READ = "press reports of September 2020"
STATE = re.compile(r"([A-Z]{2})\b(?:\s*\(([^)]*)\))?")


def load(path: Path) -> Any:
    """A document with every scalar as text, so that NO is a code."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506


def joined(values: list[str]) -> str:
    return "|".join(values)


def truth(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def said(text: str | None) -> bool | None:
    """`true` and `false` as they are; `partly`, `unverified` and nothing are not known."""
    return {"true": True, "false": False}.get(text or "")


def court(text: str) -> bool | None:
    """Whether a court stands before or after; None where the row leaves it to other law."""
    if text.startswith(("before", "after")):
        return True
    return False if text.startswith("none_in_text") else None


def sources(value: str | list[str] | None) -> str:
    return " | ".join([value] if isinstance(value, str) else value or [])


def mandates(folder: Path, words: Words) -> Iterator[Row]:
    """Laws and standards that order access."""
    laws = {r["id"]: r for r in load(folder / "laws.yaml")["rules"]}
    for r in load(folder / "mandated_access.yaml")["rows"]:
        law = laws.get(r.get("see", "").rpartition(" ")[2], {})
        merged = {**law, **r}
        roles, mechanisms, standing = ASKED[r["id"]]
        doubt = f"{r.get('source_note', '')} {DOUBTED.get(r['id'], '')}"
        day = merged.get("applies_from", "")
        day_source = merged.get("applies_from_source", "")
        read = [s for s in (sources(r["source"]), sources(law.get("source"))) if s]
        yield {
            "mandate": r["id"],
            "by_state": "" if r["jurisdiction"] == "INT" else r["jurisdiction"],
            "binds": words(r["binds"]),
            "bound_roles": joined(roles),
            "asks": words(r["asks"]),
            "mechanisms": joined(mechanisms),
            "standing": truth(standing),
            "duty": truth(None if r["jurisdiction"] == "INT" else True),
            "reach_abroad": truth(said(r.get("reach_abroad"))),
            # where a row says something and its remark that it was not seen, it is not known
            "secrecy": truth(None if "secrecy is" in doubt else said(r.get("secrecy"))),
            "court": truth(None if "warrant is" in doubt else court(r.get("court", ""))),
            "in_force_from": day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else "",
            "in_force_to": "",
            "remark": words("; ".join(remarks(r))),
            "source": words(" | ".join(dict.fromkeys(read))),
            "unverified": truth(day_source.endswith("unverified") or "unverified" in read),
        }


def remarks(r: dict[str, Any]) -> Iterator[str]:
    """What of a row is partial, disputed or not verified."""
    for column in ("reach_abroad", "secrecy", "capability"):
        if r.get(column) in ("partly", "unverified"):
            yield f"{column.replace('_', ' ')}: {r[column]}"
    if r.get("court", "").startswith("before,"):
        yield f"court: {r['court']}"
    if r["id"] in DOUBTED:
        yield DOUBTED[r["id"]]
    if "decryption" in r:
        yield f"decryption: {r['decryption']}"
    for column in ("status_note", "source_note"):
        if column in r:
            yield re.sub(r"\s*\(see [^)]*\)|\s*\(stored files [^)]*\)", "", r[column])
    if "applies_from" not in r and "see" not in r:
        yield "first day not known"


def claims(folder: Path, words: Words) -> Iterator[Row]:
    """Claims, as they were made."""
    for r in load(folder / "claims.yaml")["claims"]:
        by, of = STATE.match(r["by"]), STATE.match(r["of"])
        several = "," in r["of"].split("(")[0]
        denied = r.get("denied_by", "")
        yield {
            "claim": r["id"],
            "says": inside(words(r["claim"])),
            "kind": r["kind"],
            "said_by": inside(r["by"]),
            "by_state": by[1] if by else "",
            "said_of": r["of"],
            "of_state": of[1] if of and not several else "",
            "said_on": r["date"] if re.fullmatch(r"\d{4}-\d\d-\d\d", r["date"]) else "",
            "denied_by": "" if denied in ("none", "not in the seeds") else inside(denied),
            "decided_by": inside(decided(r, folder)),
            "tables": joined(tables(r["tables"])),
            "rules": joined(rules(r["check"])),
            "remark": words(r.get("note", "")),
            "source": WHERE_READ,
            "grade": "alleged",
        }


# tables as people named them before they stood, and as they are named now
STAND = {
    "measures": "measure", "demands": "demand", "flows": "flow", "findings": "hidden_access",
    "advisories": "vulnerability", "artifacts": "artefact", "agreements": "agreement",
    "entities": "party", "accesses": "transfer", "reachability": "interference",
}  # fmt: skip


def tables(named: list[str]) -> list[str]:
    """The fact tables among those that a claim names."""
    return list(dict.fromkeys(STAND[n] for n in named if n in STAND))


def rules(named: list[str]) -> list[str]:
    """Ids of rules and measures among what a claim names: the last words of remarks are none."""
    found = [word for text in named for word in re.findall(r"\b[A-Z][A-Za-z0-9-]*-[\w-]+", text)]
    return list(dict.fromkeys(found))


def decided(r: dict[str, Any], folder: Path) -> str:
    """What would settle it, with what another claim says put in for `as CL-10`."""
    every = {c["id"]: c["decide_by"] for c in load(folder / "claims.yaml")["claims"]}
    return re.sub(r"\bas (CL-\d\d)(?: and (CL-\d\d))?", lambda m: spelled(m, every), r["decide_by"])


def spelled(match: re.Match[str], every: dict[str, str]) -> str:
    return "; ".join(every[g] for g in match.groups() if g)


def inside(text: str) -> str:
    """Without numbers of articles, which readers do not have."""
    for ours, told in NUMBERED:
        text = re.sub(ours, told, text)
    return text.strip()


NUMBERED = (
    (r"\(000\); or any (.*) \(003\)", r"(one report); or any \1 (another)"),
    (r"under 003 (.*), under 000 ", r"under the second \1, under the first "),
    (r"\s*\((?:\d{3}(?:, )?)+\)|\b\d{3}: |(?<=US) \(CL-\d\d\)", ""),
    (r"\bin the same articles", "in the same reports"),
    (r"\barticle authors", "authors of reports"),
)
