"""What operators publish of addresses, ready for questions: geofeeds and the clouds' own lists.

Of nested prefixes the longest one that says something speaks, for each thing that is said: a tag
without a region says nothing of where its addresses are. Where a geofeed and a cloud's list tell
two places apart, or one prefix has two, the place is not known. An address that answers in many
places, or that is of a content delivery network, has none.

Spec: RFC 8805; RFC 4632 5.1 (longest match); docs/decisions/0018-owners-and-places.md.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from evenhand import lists
from evenhand.lists.address import halves_of
from evenhand.lists.prefixes import flat, parts
from evenhand.lists.ranges import Ranges

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.int32]
    Column = npt.NDArray[np.uint64]

REGIONS = "cloud_region"
GLOBAL = "global"
NOTHING = ""  # a prefix of which two different things are said
KINDS = ("geofeed", "region", "cloud", "anycast", "delivery")
READ = """
SELECT id, prefix, kind, territory, provider, region, anycast, delivery
FROM published_range ORDER BY id
"""


class Said(NamedTuple):
    """What is published of one address."""

    located_in: str | None = None
    located_by: str | None = None
    anycast: bool | None = None
    delivery: bool | None = None
    cloud: str | None = None
    region: str | None = None
    said_by: str | None = None

    @property
    def nowhere(self) -> bool:
        """True where the address has no one place, whatever registries say."""
        return bool(self.anycast or self.delivery or self.region == GLOBAL)


class Spoken:
    """One kind of thing that is said of prefixes: the longest speaks."""

    def __init__(self, said: Mapping[str, str]) -> None:
        import numpy as np

        found = list(
            flat(s for p, word in said.items() for s in parts(ipaddress.ip_network(p), word))
        )
        self.words = sorted({s.said for s in found})
        codes = {word: number for number, word in enumerate(self.words)}
        bounds = (*halves_of([s.start for s in found]), *halves_of([s.end for s in found]))
        held = np.array([codes[s.said] for s in found], dtype=np.int32)
        self._ranges = Ranges.of(bounds, held)

    def codes(self, high: Column, low: Column) -> Codes:
        """Which of the words is said of each address; -1 where none is."""
        return self._ranges.find(high, low)

    def word(self, code: int) -> str | None:
        """What a code stands for."""
        return self.words[code] if code >= 0 else None


@dataclass(frozen=True)
class Published:
    """Everything that is published, and where the regions of clouds stand."""

    geofeed: Spoken  # `territory\0id`
    region: Spoken  # `provider\0region\0id`
    cloud: Spoken
    anycast: Spoken
    delivery: Spoken
    regions: Mapping[tuple[str, str], str]

    def of(self, high: Column, low: Column) -> tuple[list[Said], Codes]:
        """The different things that are published of addresses, and which of them of each."""
        import numpy as np

        columns = (self.geofeed, self.region, self.cloud, self.anycast, self.delivery)
        codes = [c.codes(high, low) for c in columns]
        which = np.zeros(len(high), np.int64)
        for column in codes:  # two columns at a time, so that no number grows too large
            pairs = which * (int(column.max(initial=-1)) + 2) + column + 1
            _, first, which = np.unique(pairs, return_index=True, return_inverse=True)
        different = zip(*(c[first].tolist() for c in codes), strict=True)
        said = [
            self._said(*(c.word(code) for c, code in zip(columns, row, strict=True)))
            for row in different
        ]
        return said, which.astype(np.int32)

    def _said(
        self,
        geofeed: str | None,
        region: str | None,
        cloud: str | None,
        anycast: str | None,
        delivery: str | None,
    ) -> Said:
        fed, _, fed_by = (geofeed or "").partition("\0")
        provider, _, rest = (region or "").partition("\0")
        name, _, named_by = rest.partition("\0")
        stands = self.regions.get((provider, name))
        said = Said(
            anycast=True if anycast else None,
            delivery=True if delivery else None,
            cloud=cloud or None,
            region=name or None,
        )
        if said.nowhere or (fed and stands and fed != stands):
            return said
        if fed:
            return said._replace(located_in=fed, located_by="geofeed", said_by=fed_by)
        if stands:
            return said._replace(located_in=stands, located_by="cloud range", said_by=named_by)
        return said


def published(connection: duckdb.DuckDBPyConnection) -> Published | None:
    """What the evidence holds of such lists; None where it holds none."""
    rows = connection.execute(READ).fetchall()
    if not rows:
        return None
    said: dict[str, dict[str, dict[str, str]]] = {kind: {} for kind in KINDS}
    for identity, prefix, kind, territory, provider, region, many, content in rows:
        if not _is_prefix(prefix):
            continue  # a facts file may hold anything
        if kind == "geofeed":
            _note(said["geofeed"], prefix, f"{territory or ''}\0{identity}", territory or "")
        else:
            _note(said["cloud"], prefix, provider or NOTHING, provider or "")
        if kind != "geofeed" and region:
            _note(said["region"], prefix, f"{provider or ''}\0{region}\0{identity}", region)
        if many:
            _note(said["anycast"], prefix, "yes", "")
        if content:
            _note(said["delivery"], prefix, "yes", "")
    spoken = {kind: Spoken({p: _one(w) for p, w in words.items()}) for kind, words in said.items()}
    return Published(**spoken, regions=_stands())


def _note(said: dict[str, dict[str, str]], prefix: str, told: str, word: str) -> None:
    """Note what is told of a prefix under its word; the first that tells it is kept."""
    said.setdefault(prefix, {}).setdefault(word, told)


def _one(words: dict[str, str]) -> str:
    """What is told of a prefix; two different things are nothing, but a region beats none."""
    if len(words) > 1:
        words = {w: told for w, told in words.items() if w not in (GLOBAL, "")}
    return next(iter(words.values())) if len(words) == 1 else NOTHING


def _is_prefix(text: str | None) -> bool:
    try:
        ipaddress.ip_network(text or "")
    except ValueError:
        return False
    return True


def _stands() -> dict[tuple[str, str], str]:
    """Where the regions of clouds stand, from memory left out."""
    return {
        (row["provider"], row["region"]): row["territory"]
        for row in lists.rows(REGIONS)
        if row["territory"] and not row["unverified"]
    }
