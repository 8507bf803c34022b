"""The capture reader against what tshark says of the same files, every difference listed.

Usage: python benchmarks/pcap_truth.py [FOLDER]     (default: ../shared/data/pcap)

Spec: the README of the truth folder (tshark 4.0.17, per destination and layer; names).
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.readers import Batch, Partly
from evenhand.readers.pcap import http, names, read

SHARED = Path(__file__).parents[1] / "../shared/data/pcap"
# Files of which the truth's README says that tshark's reading is one of several.
FUZZED = ("ndpi_fuzz-", "ndpifuzz_", "zeek_trunc_", "ndpi_malformed_dns", "ndpi_dns-tunnel-iodine")
ASKED = ("dns question", "dns alias", "mdns", "llmnr")
HELLOS = ("tls", "tls outer (ech)", "quic", "quic outer (ech)", "dtls", "dtls outer (ech)")
# tshark's own words for what is no name, and its escapes (\DDD, \r, …) as we write them.
WORDS = {"<root>", "<name too long>", "<unknown extended label>"}
ODD = r"(\\x5c(\d{3}|[a-z]))+"
REQUESTS = ("http", "ssdp")
# The truth has HTTP/1 alone; tshark says the same of this one with `-d tcp.port==29518,http2`.
HTTP_2 = {"ndpi_http2.pcapng": {"127.0.0.1"}}

Counts = dict[tuple[str, str], tuple[int, int]]  # (layer, address) → packets, frame bytes


class Found(NamedTuple):
    """What the reader gave for one file."""

    counts: Counts
    names: set[tuple[str, str, str]]  # source, name, address (empty: none)
    problems: list[str]


@dataclass
class Score:
    """Rows of the truth that we have, and rows of ours that the truth lacks."""

    right: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def compare(self, file: str, truth: set[str], ours: set[str], also: set[str]) -> None:
        """`also`: names that are ours and true, though they stand elsewhere in the truth."""
        self.right += len(truth & ours)
        self.missed += [f"{file} {n}" for n in sorted(truth - ours)]
        self.extra += [f"{file} {n}" for n in sorted(ours - truth - also)]

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.extra))


def read_file(path: Path) -> Found:
    """Run the reader alone on one capture, decompressed first where it is a .gz."""
    if path.suffix == ".gz":
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / path.stem
            plain.write_bytes(gzip.decompress(path.read_bytes()))
            return read_file(plain)
    counts: Counter[tuple[str, str]] = Counter()
    volume: Counter[tuple[str, str]] = Counter()
    found, problems = set(), []
    try:
        for item in read(Artefact(path.name, path, "sha256:" + "0" * 64, path.stat().st_size)):
            if isinstance(item, Partly):
                problems.append(item.reason)
            elif isinstance(item, Batch) and item.table == "host_name":
                for row in item.rows.to_pylist():
                    found.add((row["source"], row["name"], row["address"] or ""))
            elif isinstance(item, Batch):
                for row in item.rows.to_pylist():
                    for end, way in (("server", "sent"), ("client", "received")):
                        key = (row["layer"], row[f"{end}_address"])
                        counts[key] += row[f"packets_{way}"]
                        volume[key] += row[f"bytes_{way}"]
    except Unreadable as error:
        problems.append(error.reason)
    return Found({k: (n, volume[k]) for k, n in counts.items() if n}, found, problems)


def table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Rows of one table of the truth."""
    with (folder / "truth" / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def written(name: str) -> str:
    """A name of the truth as we would write it."""
    return names.shown(name.encode())


@dataclass
class Report:
    """Everything that was compared."""

    files: int = 0
    equal: list[str] = field(default_factory=list)
    differ: dict[str, list[str]] = field(default_factory=dict)
    hello: Score = field(default_factory=Score)
    dns: Score = field(default_factory=Score)
    dns_fuzzed: Score = field(default_factory=Score)
    answer: Score = field(default_factory=Score)
    request: Score = field(default_factory=Score)
    beside: int = 0  # addresses that the truth gives to a question and we to their owner
    problems: dict[str, list[str]] = field(default_factory=dict)


def compare(folder: Path) -> Report:
    """Read every file that the truth names, and compare."""
    report = Report()
    files = [row["file"] for row in table(folder, "files.csv")]
    expected: dict[str, Counts] = {f: {} for f in files}
    for row in table(folder, "dst.csv"):
        key = (row["level"], row["dst_ip"])
        expected[row["file"]][key] = (int(row["packets"]), int(row["frame_bytes"]))
    for file in files:
        found = read_file(folder / file)
        report.files += 1
        if found.problems:
            report.problems[file] = found.problems
        lines = list(differences(expected[file], found.counts))
        if lines:
            report.differ[file] = lines
        else:
            report.equal.append(file)
        compare_names(folder, file, found, report)
    return report


def differences(truth: Counts, ours: Counts) -> Iterator[str]:
    """Where packets or bytes per destination are not the same."""
    for key in sorted(truth.keys() | ours.keys()):
        if truth.get(key) != ours.get(key):
            yield f"{' '.join(key)}: truth {truth.get(key)}, ours {ours.get(key)}"


def compare_names(folder: Path, file: str, found: Found, report: Report) -> None:
    """Compare the names of one file."""
    fuzzed = file.startswith(FUZZED)
    dns = {written(r["name"]) for r in table(folder, "dns.csv") if r["file"] == file}
    asked = {n for s, n, a in found.names if s in ASKED and not a}
    score = report.dns_fuzzed if fuzzed else report.dns
    if fuzzed:
        dns, asked = squashed(dns), squashed(asked)
    score.compare(file, dns - WORDS, asked, set())
    hello = {r["sni"].lower() for r in table(folder, "sni.csv") if r["file"] == file}
    report.hello.compare(file, hello, of(found, HELLOS), set())
    hosts = {r["host"] for r in table(folder, "http.csv") if r["file"] == file}
    bare = {names.shown(http.without_port(h.encode())) for h in hosts}
    report.request.compare(file, bare, of(found, REQUESTS), HTTP_2.get(file, set()))
    if not fuzzed:
        pairs = {
            f"{written(r['qname'])} {r['address']}"
            for r in table(folder, "dns_answers.csv")
            if r["file"] == file
        }
        # The truth gives every address of a message to its first question; we give those beside
        # the answer to the owner of the record, which is what the message says.
        beside = {a for s, _, a in found.names if s in ("dns additional", "mdns", "llmnr")}
        named = {f"{n} {a}" for s, n, a in found.names if s == "dns answer"}
        report.beside += len({p for p in pairs - named if p.partition(" ")[2] in beside})
        pairs = {p for p in pairs if p in named or p.partition(" ")[2] not in beside}
        report.answer.compare(file, pairs, named, set())


def squashed(names: set[str]) -> set[str]:
    """Names with every run of odd bytes as `?`: tshark prints these in words of its own."""
    return {re.sub(r"(\\x[0-9a-f]{2}|[^ -~])+", "?", re.sub(ODD, "?", n)) for n in names}


def of(found: Found, sources: Iterable[str]) -> set[str]:
    """Names of these sources."""
    return {n for s, n, _ in found.names if s in sources}


def main() -> None:
    """Print the figures and every difference."""
    report = compare(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED)
    print(f"destinations equal in {len(report.equal)} of {report.files} files")
    for file, lines in report.differ.items():
        print(f"  {file}")
        for line in lines[:8]:
            print(f"    {line}")
    titles = {
        "server names (TLS, QUIC, DTLS)": report.hello,
        "DNS names": report.dns,
        "DNS names of fuzzed files": report.dns_fuzzed,
        "DNS answers (name, address)": report.answer,
        "HTTP and SSDP hosts": report.request,
    }
    for title, score in titles.items():
        total = score.right + len(score.missed)
        print(
            f"{title}: {score.right} of {total}, {score.recall:.4f}; "
            f"precision {score.precision:.4f}"
        )
        for line in score.missed:
            print(f"  missed {line}")
        for line in score.extra:
            print(f"  extra  {line}")
    print(f"addresses beside an answer, kept under their owner's name: {report.beside}")
    for file, problems in report.problems.items():
        print(f"{file}: {'; '.join(problems)}")


if __name__ == "__main__":
    main()
