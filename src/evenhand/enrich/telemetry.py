"""Enrichment: packages that tell their makers how they are used, from the signs in their files.

A package reports where a call that sends is seen beside an address that is its own, and the names
around speak of usage; or where a library or host of a service that collects such reports (list
`usage_collector`) stands beside a fixed key. An address or library alone is none: somebody else may
set it up. Each becomes a row of `telemetry`, and one of `behaviour` that checks judge.

Spec: docs/reference/facts.md (telemetry, behaviour.consent); docs/decisions/0025-telemetry.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from evenhand import lists
from evenhand.enrich._added import add_rows
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.disclosure import Disclosure
from evenhand.facts.telemetry import Telemetry

if TYPE_CHECKING:
    import duckdb

NEEDS = ("usage_sign", "announced", "product_artefact")
MAKES = ("behaviour", "disclosure", "telemetry")

LIST = "usage_collector"
HOME = re.compile(r"(?:.*/)?(?:node_modules/(?:@[^/]+/)?[^/]+|(?:site|dist)-packages/[^/]+)/")
SAYS = re.compile(
    r"(?i)(?<!open)(?<!open )\b(?:telemetry|analytics|usage (?:data|statistics|metrics|information)"
    r"|anonym\w+ (?:\w+ )?(?:data|usage|statistics))"
)
DOES = re.compile(
    r"(?i)\b(?:collect(?:s|ed|ion)?|gather(?:s|ed)?|sen[dt]s?|shar(?:e|es|ing)|reported|anonym\w+"
    r"|opt(?:ed)?[- ](?:out|in)|disabl\w+|enabl\w+|turn(?:ed)? off|participat\w+|consent)\b"
)
DENIES = re.compile(
    r"(?i)\bno (?:telemetry|analytics|usage)|(?:does|will|do) not (?:collect|send)"
    r"|never (?:collect|send)"
)
CRASHES = re.compile(r"(?i)crash|error|exception")  # of these alone a person is asked
LEAVES = re.compile(r"(?i)opt(?:ed|ing)?[- ]?out")
OWNED = """
WITH owned AS (
    SELECT artefact, min(product) AS product FROM product_artefact WHERE artefact <> '' GROUP BY ALL
)
SELECT coalesce(product, ''), {columns}
FROM {table} LEFT JOIN owned USING (artefact) {rest}
"""
SIGNS = OWNED.format(
    columns="path, kind, name, locator, coalesce(target, ''), coalesce(about_usage, FALSE), "
    "coalesce(moment, ''), artefact, grade",
    table="usage_sign",
    rest="ORDER BY path, id",
)
PAPERS = OWNED.format(
    columns="path, name, locator, coalesce(sentence, ''), coalesce(controllable, FALSE)",
    table="announced",
    rest="WHERE topic = 'data sent' ORDER BY controllable DESC NULLS LAST, path, id",
)
MOST = 12  # names in one column
SENT = {"shown": 0.1, "same file": 0.0, "same folder": -0.1, "library": 0.05, "no host": -0.2}


class Sign(NamedTuple):
    """One row of `usage_sign`."""

    path: str
    kind: str
    name: str
    locator: str
    target: str
    about: bool
    moment: str
    artefact: str
    grade: str

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


class Paper(NamedTuple):
    """A sentence of a document that speaks of data sent."""

    path: str
    name: str
    locator: str
    sentence: str
    controllable: bool


class Found(NamedTuple):
    """One host that a package reports to, and where."""

    host: str
    at: Sign  # what sends
    address: Sign | None
    how: str
    collector: str


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Join the signs of each package; uses one list."""
    packages: dict[str, list[Sign]] = defaultdict(list)
    for product, *row in connection.execute(SIGNS).fetchall():
        sign = Sign(*row)
        packages[home(sign.path, product)].append(sign)
    if not packages:
        return []
    known, papers = Collectors(), _papers(connection)
    rows = [
        (found, *_row(found, signs, papers.get(name, [])))
        for name, signs in packages.items()
        for found in Package(signs, known).found()
    ]
    _write(connection, rows)
    return [LIST]


def home(path: str, product: str) -> str:
    """The package that a file belongs to: by its folder of libraries, else its product.

    A loose file is a product of its own until somebody says more: such files go together.
    """
    met = HOME.match(path)
    if met:
        return re.sub(r"-[\w.]+\.(?:dist|egg)-info/$", "/", met[0])
    return "" if product == path else product


class Collectors:
    """The services of the list, by host and by library."""

    def __init__(self) -> None:
        self.hosts: dict[str, tuple[str, str]] = {}
        self.libraries: dict[str, tuple[str, str]] = {}
        for row in lists.rows(LIST):
            every = self.hosts if row["kind"] == "host" else self.libraries
            every[row["name"]] = (row["collector"], row["needs"])

    def of_host(self, host: str) -> tuple[str, str] | None:
        parts = host.split(".")
        ends = (".".join(parts[i:]) for i in range(len(parts) - 1))
        return next((self.hosts[e] for e in ends if e in self.hosts), None)

    def of_call(self, ref: str) -> tuple[str, str] | None:
        return next(
            (v for n, v in self.libraries.items() if ref.startswith((f"{n}.", f"{n}/"))), None
        )


class Package:
    """The signs of one package."""

    def __init__(self, signs: list[Sign], known: Collectors) -> None:
        self.known = known
        self.of: Mapping[str, list[Sign]] = defaultdict(list)
        for sign in signs:
            self.of[sign.kind].append(sign)
        self.sends = [*self.of["sends"], *self.of["hands on"]]
        self.switched = bool(self.of["switch"] or self.of["asks"])

    def found(self) -> Iterator[Found]:
        """Every host that the package reports to, each once."""
        best: dict[str, Found] = {}
        for one in (*self._to_hosts(), *self._by_libraries()):
            held = best.get(one.host)
            if held is None or SENT[held.how] < SENT[one.how]:
                best[one.host] = one
        named = {one.collector for one in best.values() if one.host}
        if best.get("") is not None and best[""].collector in named:
            del best[""]  # the same service, seen twice
        if not best:
            best = {one.host: one for one in self._without_host()}
        yield from best.values()

    def _to_hosts(self) -> Iterator[Found]:
        for address in self.of["host"]:
            service = self.known.of_host(address.name)
            if service is None and not (self._about(address) and self._speaks(address)):
                continue
            if service is not None and service[1] == "key" and not self._key(address):
                continue
            met = self._sender(address)
            if met is not None:
                yield Found(address.name, met[0], address, met[1], service[0] if service else "")

    def _about(self, address: Sign) -> bool:
        """Whether an address is one for reports: by its names, or by those of what is given it."""
        given = f"@{address.target}"
        return address.about or any(s.about and s.target == given for s in self.sends)

    def _sender(self, address: Sign) -> tuple[Sign, str] | None:
        """What sends to an address: shown to be given it, in its file, or beside it."""
        for one in self.sends:
            if one.target in (address.name, f"@{address.target}"):
                return one, "shown"
        # a page of the maker's own site is for people, where nothing is seen to send to it
        own = not address.name.startswith("www.") and self._switched(address.folder)
        if not own and self.known.of_host(address.name) is None:
            return None
        near = [s for s in self.sends if s.target[:1] in "@" and s.folder == address.folder]
        first = next((s for s in near if s.path == address.path), None)
        if first is not None:
            return first, "same file"
        other = next((s for s in near if s.about), None)
        return (other, "same folder") if other is not None else None

    def _switched(self, folder: str) -> bool:
        """Whether a file of a folder says how it ends, or tells people of it."""
        every = (*self.of["switch"], *self.of["tells"])
        return any(s.folder == folder and s.about for s in every)

    def _speaks(self, address: Sign) -> bool:
        """Whether the package says elsewhere, too, that it tells how it is used."""
        if self.switched or self.of["tells"]:
            return True
        kinds = {s.name for s in self.of["collects"] if s.folder == address.folder}
        return len(kinds) > 2 and "telemetry" in address.name

    def _key(self, sign: Sign) -> Sign | None:
        """A fixed key in the same file, else in the same folder."""
        keys = self.of["key"]
        own = (k for k in keys if k.path == sign.path)
        return next(own, None) or next((k for k in keys if k.folder == sign.folder), None)

    def _by_libraries(self) -> Iterator[Found]:
        for use in self.of["uses"]:
            service = self.known.of_call(use.name)
            if service is None:
                continue
            by_key = service[1] == "key"
            beside = [
                h
                for h in self.of["host"]
                if h.path == use.path and (not by_key or h.about or self.known.of_host(h.name))
            ]
            if not (self._key(use) if by_key else beside):
                continue
            address = beside[0] if beside else None
            yield Found(address.name if address else "", use, address, "library", service[0])

    def _without_host(self) -> Iterator[Found]:
        """What is sent to a host that is not seen, where a switch says what it is."""
        if not self.of["switch"]:
            return
        for one in self.sends:
            kinds = {s.name for s in self.of["collects"] if s.folder == one.folder}
            if one.about and (one.kind == "hands on" or len(kinds) > 2):
                yield Found("", one, None, "no host", "")
                return


def _row(
    found: Found, signs: list[Sign], papers: list[Paper]
) -> tuple[Telemetry, float, Paper | None]:
    """The row of a host, how strong a finding it is, and the document that speaks of it."""
    near = {found.at.folder, *((found.address.folder,) if found.address else ())}
    sends = dict.fromkeys(s.name for s in signs if s.kind == "collects" and s.folder in near)
    off = list(dict.fromkeys(s.name for s in signs if s.kind == "switch"))
    asked = next((s for s in signs if s.kind == "asks" and not CRASHES.search(s.name)), None)
    told = [s for s in signs if s.kind == "tells" and s.about]
    told.sort(key=lambda s: s.folder not in near)
    names = {found.host, *off}
    paper = next((p for p in papers if p.name in names or _says(p.sentence)), None)
    consent = "opt-out present" if off else "not shown"
    if asked is not None and not any(LEAVES.search(t.name) for t in told):  # else it may be on
        consent = "opt-in"
    way = [f"{_short(found.at)} {found.at.locator}: {found.at.name}"]
    if found.address is not None:
        way.insert(0, f"{_short(found.address)} {found.address.locator}: {found.address.name}")
    strength = 0.5 + SENT[found.how] - 0.05 * bool(off) - 0.1 * bool(told)
    strength += -0.2 if paper or consent == "opt-in" else 0.05
    row = Telemetry(
        found.at.path, found.at.locator, found.host or None, found.collector or None,
        ", ".join(sends) or None, ", ".join(off[:MOST]) or None, _place(asked),
        _place(told[0] if told else None), _place(paper), consent,
        f"{' → '.join(way)} ({found.how})", found.at.grade,
    )  # fmt: skip
    return row, max(0.05, round(strength, 3)), paper


def _says(sentence: str) -> bool:
    """True for a sentence that data on usage are collected or sent, or how that ends."""
    return bool(SAYS.search(sentence) and DOES.search(sentence))


def _short(at: Sign | Paper) -> str:
    return re.sub(r".*!/", "", at.path)


def _place(sign: Sign | Paper | None) -> str | None:
    return f"{_short(sign)} {sign.locator}" if sign else None


def _papers(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Paper]]:
    """What the documents of each package say of data sent; what they deny is left out."""
    found: dict[str, list[Paper]] = defaultdict(list)
    for product, *row in connection.execute(PAPERS).fetchall():
        paper = Paper(*row)
        if not DENIES.search(paper.sentence):
            found[home(paper.path, product)].append(paper)
    return found


def _write(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple[Found, Telemetry, float, Paper | None]]
) -> None:
    numbers: dict[str, int] = defaultdict(int)
    told: list[tuple[str, str, Telemetry]] = []
    done: list[tuple[str, str, Behaviour]] = []
    disclosed: list[tuple[str, str, Disclosure]] = []
    for found, row, strength, paper in rows:
        artefact = found.at.artefact
        end = f"telemetry/{artefact[7:19]}/{numbers[artefact]}"
        numbers[artefact] += 1
        told.append((f"telemetry/{end}", artefact, row))
        because = f"{row.because}; {row.sends or 'what is sent is not seen'}"
        done.append((f"behaviour/{end}", artefact, Behaviour(
            row.path, "reports usage", row.locator, row.host or "host not shown", because, strength,
            row.consent, found.at.moment or None, row.grade)))  # fmt: skip
        if paper is not None:
            disclosed.append((f"disclosure/{end}", artefact, Disclosure(
                f"behaviour/{end}", paper.name, paper.path, row.locator,
                paper.controllable or None, paper.sentence)))  # fmt: skip
    for _, artefact, one in done:  # seen by its data alone before: told once
        connection.execute(
            "DELETE FROM behaviour WHERE kind = 'reports usage' AND artefact = ? "
            "AND (locator = ? OR target = ?)",
            [artefact, one.locator, one.target],
        )
    add_rows(connection, "telemetry", told)
    add_rows(connection, "behaviour", done)
    add_rows(connection, "disclosure", disclosed)
