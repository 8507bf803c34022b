"""Build the lists of address ranges from local copies of their sources.

    python scripts/lists/address.py located    GEOIP GEOIP6 -o FOLDER --version DAY
    python scripts/lists/address.py registered IPV4_CSV IPV6_CSV -o FOLDER --version DAY
    python scripts/lists/address.py network    IPV4_CSV IPV6_CSV -o FOLDER --version DAY

Sources: `geoip` and `geoip6` of the Tor distribution (lines `start,end,code`), and the `-num`
files of ip-location-db (lines `start,end,value…`); numbers are decimal. The same files give the
same bytes. FOLDER is the list's folder; its `list.yaml` keeps what people wrote there (title,
source, licence, attribution, notes) and gets the version, digest and number of rows.

Spec: docs/decisions/0005-address-ranges.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from evenhand import lists
from evenhand.lists.address import MAPPED_LOW
from evenhand.lists.install import RANGE_COLUMNS, describe
from evenhand.lists.range_file import Range, store
from evenhand.lists.ranges import SUFFIX


def rows(path: Path) -> Iterator[tuple[int, int, list[str]]]:
    """Start, end (both included, as numbers of 128 bits) and values of each line."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        for start, end, *said in csv.reader(lines):
            if ":" in start:
                from ipaddress import IPv6Address

                yield int(IPv6Address(start)), int(IPv6Address(end)), said
            elif int(end) < 1 << 32:
                yield int(start) + MAPPED_LOW, int(end) + MAPPED_LOW, said
            else:
                yield int(start), int(end), said


def apart(found: Iterable[Range]) -> list[Range]:
    """Sorted, without overlaps: where two ranges meet, the later start (the finer one) wins."""
    kept: list[Range] = []
    for r in sorted(found, key=lambda r: (r.start, -r.end)):
        rest: Range | None = None
        while kept and kept[-1].end >= r.start:
            last = kept.pop()
            if last.end > r.end:
                rest = last._replace(start=r.end + 1)
            if last.start < r.start:
                kept.append(last._replace(end=r.start - 1))
                break
        kept.append(r)
        if rest:
            kept.append(rest)
    return kept


def said_of(kind: str, values: list[str], codes: frozenset[str]) -> tuple[str | None, ...] | None:
    """The value columns of one line; None where the source does not say, or no known code."""
    if kind == "network":
        return (f"AS{int(values[0])}", values[1] or None)
    return (values[0],) if values[0] in codes else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("located", "registered", "network"))
    parser.add_argument("files", nargs=2, type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--version", required=True, help="ISO day of the data")
    given = parser.parse_args()
    name = f"address_{given.kind}"
    codes = frozenset(lists.arrow("territory")["territory"].to_pylist())
    found, left = [], dict[str, int]()
    for path in given.files:
        for start, end, values in rows(path):
            said = said_of(given.kind, values, codes)
            if said is None:
                left[values[0]] = left.get(values[0], 0) + 1
            else:
                found.append(Range(start, end, said, 0))
    data = given.output / f"{name}{SUFFIX}"
    number = store(apart(found), RANGE_COLUMNS[name], data)
    written = given.output / "list.yaml"
    said_before = yaml.load(written.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    described = said_before | {
        "version": given.version,
        "file": data.name,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "rows": str(number),
        "unverified": "0",
    }
    describe(given.output, described)
    print(f"{name}: {number} ranges, {data.stat().st_size} bytes; left out by code: {left}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
