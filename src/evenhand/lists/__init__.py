"""Lists: dated reference data, each in a folder of its own with its source, licence and date.

A folder `<name>/` with a `list.yaml` is a list; nothing else registers it. A user's own edition
of a list lies in `$EVENHAND_LISTS/<name>/`, else `~/.local/share/evenhand/lists/<name>/`, and
takes the place of ours.

Spec: docs/lists.md; licences by SPDX identifier.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.artefact import digest_of
from evenhand.discovery import folders
from evenhand.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS = ("title", "version", "source", "licence", "attribution", "table", "file", "sha256")


@dataclass(frozen=True)
class ListInfo:
    """What a list says of itself in its `list.yaml`."""

    name: str
    title: str
    version: str  # ISO day of the data
    source: str
    licence: str  # SPDX identifier
    attribution: str
    table: str  # fact table that its rows belong to, or a table of our own (`address_range`, …)
    path: Path  # the data file
    sha256: str  # 64 hex digits of the data file
    rows: int
    unverified: int  # rows whose decisive fields are from memory
    notes: str
    own: bool  # installed by the user

    @property
    def digest(self) -> str:
        """The data file as an artefact: `sha256:<hex>`."""
        return f"sha256:{self.sha256}"

    @property
    def label(self) -> str:
        """Name and day, as facts and reports cite it."""
        return f"{self.name} {self.version}"


def home() -> Path:
    """Where the user's own editions lie."""
    said = os.environ.get("EVENHAND_LISTS")
    return Path(said) if said else Path.home() / ".local" / "share" / "evenhand" / "lists"


def every() -> dict[str, ListInfo]:
    """Every list by name; a user's own edition takes the place of ours."""
    return {name: _edition(name, folder) for name, folder in folders("lists", "list.yaml").items()}


def _edition(name: str, ours: Path) -> ListInfo:
    own = home() / name
    if (own / "list.yaml").is_file():
        return _info(name, own, own=True)
    return _info(name, ours)


def one(name: str) -> ListInfo:
    """The list of this name; a UserError names those that there are."""
    known = folders("lists", "list.yaml")
    if name not in known:
        raise UserError(f"no list {name!r}; there are: {', '.join(known)}")
    return _edition(name, known[name])


def arrow(name: str) -> pa.Table:
    """All rows of a list: with the fact table's columns where it feeds one, else its own.

    Raises UserError where the data file is not the one that `list.yaml` names.
    """
    return _arrow(one(name))


def some(name: str, column: str, wanted: Collection[str]) -> pa.Table:
    """Those rows of a list that feeds a fact table in which a column says one of these."""
    from evenhand.lists import fact_rows

    info = one(name)
    verify(info)
    return fact_rows.arrow(info, (column, wanted))


def column(name: str, column: str) -> list[str]:
    """What a column of a list that feeds a fact table says, row by row."""
    from evenhand.lists import fact_rows

    info = one(name)
    verify(info)
    return fact_rows.column(info, column)


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a list, one dict each, in the order of the file."""
    for batch in arrow(name).to_batches():
        yield from batch.to_pylist()


def age_days(info: ListInfo, as_of: date) -> int:
    """Days between the day of the data and `as_of`; negative where the data are younger."""
    return (as_of - date.fromisoformat(info.version)).days


def update(name: str, file: Path, version: str | None = None) -> ListInfo:
    """Install `file` as the user's own edition of a list, once every row of it is right.

    `version` is the ISO day of the data, by default the file's day of change (UTC). Raises
    Mistakes with every `path:line: message` and leaves what was installed before as it was.
    """
    from evenhand.lists.install import install

    return install(one(name), Path(file), version)


def _info(name: str, folder: Path, *, own: bool = False) -> ListInfo:
    """What `folder/list.yaml` says, read again only where the file is another one."""
    place = folder / "list.yaml"
    try:
        found = place.stat()
    except OSError as error:
        raise UserError(f"{place}: cannot be read: {error}; mend or remove the folder") from None
    return _said(name, place, own, (found.st_mtime_ns, found.st_size, found.st_ino))


@functools.lru_cache(maxsize=256)
def _said(name: str, place: Path, own: bool, _state: tuple[int, int, int]) -> ListInfo:
    """What a `list.yaml` in this state says. Scalars are read as text, so that NO stays NO."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the same, where libyaml is there
    try:
        said = yaml.load(place.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{place}: cannot be read: {error}; mend or remove the folder") from None
    missing = [f for f in FIELDS if not isinstance(said, dict) or not isinstance(said.get(f), str)]
    if missing:
        raise UserError(f"{place}:1: lacks {', '.join(missing)}; add them or remove the folder")
    try:
        date.fromisoformat(said["version"])
        rows, unverified = int(said.get("rows", 0)), int(said.get("unverified", 0))
    except ValueError as error:
        raise UserError(f"{place}:1: {error}; version is an ISO day") from None
    text = {f: said[f].strip() for f in FIELDS if f != "file"}
    notes = str(said.get("notes", "")).strip()
    # only the name of the file counts: a list.yaml never points outside its folder
    path = place.parent / Path(said["file"]).name
    return ListInfo(name, path=path, rows=rows, unverified=unverified, notes=notes, own=own, **text)


@functools.lru_cache(maxsize=32)
def _arrow(info: ListInfo) -> pa.Table:
    from evenhand.facts import tables
    from evenhand.lists import fact_rows, ranges

    verify(info)
    if info.table in tables():
        return fact_rows.arrow(info)
    if info.path.suffix == ranges.SUFFIX:
        return ranges.stored(info.path)
    if info.path.suffix == ".csv":
        return fact_rows.plain(info.path)
    raise UserError(f"list {info.name} has no rows; it is the file {info.path.name}")


def verify(info: ListInfo) -> None:
    """Raise UserError where the data file is not the one that `list.yaml` names."""
    try:
        with info.path.open("rb") as stream:
            digest = digest_of(stream)
    except OSError as error:
        raise UserError(f"list {info.name}: {error}; install it again or remove it") from None
    if digest != info.digest:
        raise UserError(
            f"list {info.name}: {info.path} is {digest}, its list.yaml names {info.digest}; "
            "install it again (`evenhand.lists.install`) or remove its folder"
        )
