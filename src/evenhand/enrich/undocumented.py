"""Enrichment: options, commands and ports that no document of the product names.

What a program takes is held against its own help and against the man pages, completions, settings,
units and other papers of the same product. Only where these name most of what the program takes,
and not what opens something, is that told: papers that are silent on all of it say nothing. What
is told of an option that a paper names is put right: it is documented, and whoever starts the
program chooses it.

Spec: docs/decisions/0026-documented-options.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.enrich._added import add_rows
from evenhand.enrich._announced import Document, documents, program_of, speaking_of
from evenhand.facts.hidden_access import HiddenAccess

if TYPE_CHECKING:
    import duckdb

NEEDS = ("accepted", "document_name", "product_artefact", "service")
MAKES = ("hidden_access",)

FEWEST, MOST_TOLD = 3, 0.6  # names that papers have to tell, and of how many
FEW_LEFT, SPARSE = 3, 0.75  # left out at once: more, and the papers tell a part
PORT, QUIET_PORT = 0.45, 0.3  # a score alone sends nobody to look
NAMED = 0.2  # the most that is told of what a paper names
SHOWN = 4  # papers that are named
PLAIN = frozenset(("-h", "-?", "-V", "-v", "-H", "--help", "--version", "--usage", "help"))
LEFT_OUT = "left out of the help"
# a column of `accepted` → how it is read
QUERY = """
    SELECT p.product, a.artefact, a.path, a.kind, a.name, a.locator, coalesce(a.opens, ''),
        coalesce(a.weight, 0), coalesce(a.in_help, FALSE), coalesce(a.hidden, FALSE),
        coalesce(a.alias, ''), coalesce(a.because, '')
    FROM accepted AS a JOIN product_artefact AS p USING (artefact)
    ORDER BY p.product, a.path, a.id
"""
# What a reader told because a program's own help is silent.
TOLD = """
    SELECT id, artefact, constant FROM hidden_access
    WHERE kind IN ($option, $command) OR regexp_matches(constant, '^--?[A-Za-z][\\w-]*$')
"""


class Taken(NamedTuple):
    """One row of `accepted`."""

    product: str
    artefact: str
    path: str
    kind: str
    name: str
    locator: str
    opens: str
    weight: float
    in_help: bool
    hidden: bool
    alias: str
    because: str


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `hidden_access` for what no paper names; lower what one names. Uses no list."""
    papers = documents(connection)
    taken: dict[tuple[str, str], list[Taken]] = {}
    for row in connection.execute(QUERY).fetchall():
        one = Taken(*row)
        taken.setdefault((one.product, one.artefact), []).append(one)
    told, served = _told(connection), _served(connection)
    documented: dict[str, str] = {}
    rows: dict[tuple[str, str], tuple[str, str, HiddenAccess]] = {}
    for (product, artefact), some in taken.items():
        mine = list(speaking_of(papers.get(product, []), program_of(some[0].path)))
        for one in some:
            paper = _named_in(one, mine)
            if paper is not None:
                documented |= dict.fromkeys(told.get((artefact, one.name), ()), paper.path)
        every, starts = papers.get(product, []), served.get(product, frozenset())
        for row in (*_undocumented(some, mine), *_ports(some, mine, every, starts)):
            known = rows.get((artefact, row.constant or ""))
            if (artefact, row.constant) not in told and known is None:
                identity = f"hidden_access/undocumented/{artefact[7:19]}/{len(rows)}"
                rows[artefact, row.constant or ""] = identity, artefact, row
    _put_right(connection, documented)
    add_rows(connection, "hidden_access", list(rows.values()))
    return []


def _told(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[str]]:
    """(artefact, option or command) → what a reader told of it."""
    found: dict[tuple[str, str], list[str]] = {}
    words = {"option": f"option {LEFT_OUT}", "command": f"command {LEFT_OUT}"}
    for identity, artefact, name in connection.execute(TOLD, words).fetchall():
        found.setdefault((artefact, name), []).append(identity)
    return found


def _named_in(one: Taken, papers: list[Document]) -> Document | None:
    """The first paper that names an option, or a command by a word that is set apart."""
    kind = "option" if one.name.startswith("-") else "word"
    plain = one.name.rstrip("=")
    return next((d for d in papers if plain in d.names_of(kind)), None)


def _undocumented(some: list[Taken], papers: list[Document]) -> Iterator[HiddenAccess]:
    for group in _groups(some):
        named = {t.name: d for t in group if (d := _named_in(t, papers)) is not None}
        told = {t.name for t in group if t.name in named or t.in_help}
        if len(told) < FEWEST or len(told) < MOST_TOLD * len(group):
            continue
        left = [t for t in group if t.name not in told and t.alias not in named]
        share = SPARSE if len(left) > FEW_LEFT else 1.0
        often = Counter(d.path for d in named.values()).most_common(SHOWN)
        papers_said = [", ".join(p.rpartition("/")[2] for p, _ in often)] if often else []
        said = " and ".join([*papers_said, "its help"])
        for one in left:
            if not one.opens or one.name in PLAIN:
                continue
            because = (
                f"{said} name {len(told)} of {len(group)} such {one.kind}s of the "
                f"program, not this one"
            )
            because += ", which it says to leave out" if one.hidden else ""
            yield HiddenAccess(
                f"undocumented {one.kind}", one.locator, one.path, constant=one.name,
                strength=round(share * (0.25 + 0.3 * one.weight + 0.05 * one.hidden), 3),
                because=f"{because}; {one.because}",
            )  # fmt: skip


def _groups(some: list[Taken]) -> Iterator[list[Taken]]:
    """Long options, letters and commands: papers may tell all of one kind and none of another."""
    groups: dict[tuple[str, bool], list[Taken]] = {}
    for one in (t for t in some if t.kind != "port"):
        groups.setdefault((one.kind, one.name.startswith("--")), []).append(one)
    return iter(groups.values())


def _served(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Product → ports that its units and tables of services say."""
    query = """
        SELECT p.product, s.listens FROM service AS s JOIN product_artefact AS p USING (artefact)
        WHERE s.listens IS NOT NULL
    """
    found: dict[str, frozenset[str]] = {}
    for product, said in connection.execute(query).fetchall():
        found[product] = found.get(product, frozenset()) | frozenset(re.findall(r"\d+", said))
    return found


def _ports(
    some: list[Taken], mine: list[Document], every: list[Document], served: frozenset[str]
) -> Iterator[HiddenAccess]:
    """Ports that a program is built to listen on, where it has papers and no paper names them."""
    papers = [d for d in mine if d.source in ("man page", "document")]
    named = frozenset[str](served).union(*(d.names_of("port") for d in every))
    others = any(d.names_of("port") for d in papers)
    for one in some:
        if one.kind != "port" or one.in_help or one.name in named or not papers:
            continue
        said = papers[0].path.rpartition("/")[2]
        because = f"a constant of the program; {said} and the product's other papers"
        yield HiddenAccess(
            "undocumented port", one.locator, one.path, constant=f"port {one.name}",
            strength=PORT if others else QUIET_PORT,
            because=f"{because} {'name other ports' if others else 'name none'}: {one.because}",
        )  # fmt: skip


def _put_right(connection: duckdb.DuckDBPyConnection, documented: dict[str, str]) -> None:
    for identity, paper in sorted(documented.items()):
        connection.execute(
            "UPDATE hidden_access SET disclosure = 'documented', controllable = TRUE, "
            "strength = least(strength, $most), because = because || $said "
            "WHERE id = $id AND disclosure IS NULL AND effect_shown IS DISTINCT FROM TRUE",
            {"id": identity, "most": NAMED, "said": f"; {paper.rpartition('/')[2]} names it"},
        )
