"""What differs, and in which order it is told: what opens a product first, then what is rare.

A release differs from the one before it in thousands of facts, and one of them may be a way in.
First stand findings by their strength; then new facts of tables that tell of access (`RANK` of a
table below 50: accounts, keys, services, hosts), what the baseline nowhere has before what it has
elsewhere; then what went of them, for a protection may be among it; then what changed, what else
is new, and what else went. Within each the rare stands before the common, and of facts with one
value the first, for a host that fifty files name is one new host. Papers come after code.

Spec: DESIGN, contract `-f json` (`differences`: `rank`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from evenhand import facts
from evenhand.judge.result import LOOK_HERE

# documents and what packaging writes: a new host there is seldom one that is contacted
PAPER = re.compile(
    r"(?i)(^|/)(readme|changes|changelog|news|history|licen[cs]e|copying|copyright|authors|"
    r"contributing|pkg-info|metadata|record|wheel|docs?|man\d?|tests?|examples?|locale|"
    r"[^/]*\.(dist|egg)-info)([./]|$)|\.(md|rst|html?|po|[1-9])$"
)
SOUGHT = facts.RANK  # tables of a smaller rank tell of access
# Of tables that say how much each of their facts could open:
TOLD = 0.5  # less is no matter of access
MUCH = 0.8  # so much stands before new hosts
MUCH_RANK = 25
FRESH = 0.05  # more, for each step that a kind is new
# Every file calls something: of these the kind is what is called or brought in, or the value.
HEADED, VALUED = ("calls", "brings in"), ("is compared with", "says")


class Row(NamedTuple):
    """One fact as it is compared: what finds it again, what may change, where it stands."""

    key: tuple[str, ...]
    watched: tuple[str, ...]
    weight: float | None  # None: the table has none
    product: str
    artefact: str
    locator: str
    path: str  # as it is called in its own release
    because: str
    order: float = 1.0  # how much a new fact could open, where its table says so


class Difference(NamedTuple):
    """One difference, and what its rank depends on."""

    change: str  # `new`, `changed`, `gone`
    table: facts.Table
    row: Row
    what: str  # what changed, in words
    known: bool  # the baseline has the same elsewhere
    fresh: int = 0  # of its kind the baseline has none in this file (1), none anywhere (2)
    less: bool = False  # changed: something that was watched went

    @property
    def value(self) -> tuple[str, ...]:
        """What it is about, wherever it lies."""
        return value_of(self.table, self.row.key)


def value_of(table: facts.Table, key: tuple[str, ...]) -> tuple[str, ...]:
    """A key without the path: what it is about."""
    return tuple(v for c, v in zip(table.compare, key, strict=True) if c not in ("path", "product"))


def sort_of(table: facts.Table, key: tuple[str, ...]) -> str:
    """What must be new for a fact to be of a new kind: its kind, or what is called."""
    kind = key[table.compare.index("kind")]
    if kind in HEADED:
        return f"{kind} {re.split(r'[( ]', key[table.compare.index('name')])[0]}"
    return f"{kind} {key[table.compare.index('name')]}" if kind in VALUED else kind


def ranked(found: Sequence[Difference]) -> list[Difference]:
    """The differences in the order in which they are told."""
    values = Counter((d.table.name, d.change, d.value) for d in found)
    kinds = Counter((d.table.name, d.change) for d in found)
    domains = Counter((d.table.name, _domain(d)) for d in found if d.change == "new")
    first: set[tuple[str, str, tuple[str, ...]]] = set()
    keyed = []
    for one in sorted(found, key=_place):
        name, group = one.table.name, (one.table.name, one.change, one.value)
        again = group in first
        first.add(group)
        tier = _tier(one)
        weight = -(one.row.weight or 0.0) if tier == 0 else 0.0
        key = (
            tier,
            weight,
            again,
            bool(PAPER.search(one.row.path)),
            _rank(one),
            -_opens(one),
            domains[name, _domain(one)],
            values[group],
            kinds[name, one.change],
            _place(one),
        )
        keyed.append((key, one))
    return [one for _, one in sorted(keyed, key=lambda k: k[0])]


def _tier(one: Difference) -> int:
    weight = one.row.weight
    strong = weight is not None and weight >= LOOK_HERE
    access = one.table.rank < SOUGHT and _opens(one) >= TOLD
    if one.change == "new":
        if strong:
            return 0
        if access:
            return 3 if one.known else 1
        return 5 if not one.known else 6
    if one.change == "changed":
        told = access and (one.less or not one.table.order)
        return 0 if strong else 1 if told else 4
    return 2 if access and not one.known else 7


def _opens(one: Difference) -> float:
    """How much a fact could open, more where its kind is new; 1 where its table does not say."""
    if not one.table.order:
        return 1.0
    return one.row.order + FRESH * (2 if one.less else one.fresh)


def _rank(one: Difference) -> int:
    much = one.table.order and _opens(one) >= MUCH and one.change != "gone"
    return min(MUCH_RANK, one.table.rank) if much else one.table.rank


def _domain(one: Difference) -> str:
    """The last two labels of a host, so that many hosts of one owner are one thing."""
    if "host" not in one.table.compare:
        return ""
    host = one.row.key[one.table.compare.index("host")]
    return ".".join(host.rsplit(".", 2)[-2:])


def _place(one: Difference) -> tuple[str, ...]:
    return (one.table.name, one.change, *one.row.key, one.row.path, one.row.locator)
