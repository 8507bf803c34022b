"""Installing a list: a file is checked from end to end before it takes the place of another.

The data file is written first, under a name that holds its digest; `list.yaml`, which names it,
is replaced last and in one step. So a list is always the old edition or the new one.

Spec: docs/lists.md.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evenhand import lists
from evenhand.artefact import digest_of
from evenhand.errors import Mistakes, UserError
from evenhand.facts import tables
from evenhand.lists import ListInfo, fact_rows, range_file, special, suffix

RANGE_COLUMNS = {
    "address_located": ("territory",),
    "address_registered": ("territory",),
    "address_network": ("network", "operator"),
}
MAP_KEYS = ("width", "height", "territories")


def install(info: ListInfo, file: Path, version: str | None) -> ListInfo:
    """Check `file`, copy it as the user's own edition of `info`, and return that edition."""
    try:
        changed = file.stat().st_mtime
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; give the file of the new edition") from None
    day = version or datetime.fromtimestamp(changed, UTC).date().isoformat()
    try:
        date.fromisoformat(day)
    except ValueError:
        raise UserError(f"version {day!r} is no ISO day such as 2026-11-21") from None
    folder = lists.home() / info.name
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", suffix=file.suffix, dir=folder)
    os.close(handle)
    fresh = Path(name)
    try:
        shutil.copyfile(file, fresh)  # what is checked is what is installed
        rows, unverified = _checked(info, fresh)
        digest = _digest(fresh)
        data = folder / f"{info.name}-{digest[:12]}{info.path.suffix}"
        fresh.replace(data)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; nothing was installed") from None
    except Mistakes as error:
        raise Mistakes(line.replace(str(fresh), str(file)) for line in error.lines) from None
    finally:
        fresh.unlink(missing_ok=True)
    said = {
        "name": info.name,
        "title": info.title,
        "version": day,
        "source": f"installed by the user from {file.name}",
        "licence": info.licence,
        "attribution": info.attribution,
        "table": info.table,
        "file": data.name,
        "sha256": digest,
        "rows": str(rows),
        "unverified": str(unverified),
        "notes": "Licence and attribution are those of the edition that this one replaces.",
    }
    describe(folder, said)
    for other in folder.glob(f"{info.name}-*{info.path.suffix}"):
        if other != data:
            other.unlink()
    return lists.one(info.name)


def describe(folder: Path, said: Mapping[str, str]) -> None:
    """Write `folder/list.yaml` in one step, every value as text."""
    import yaml

    text = yaml.safe_dump(dict(said), sort_keys=False, allow_unicode=True, width=96)
    handle, name = tempfile.mkstemp(prefix=".list-", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(folder / "list.yaml")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream).removeprefix("sha256:")


def known_codes(beside: str = "") -> frozenset[str]:
    """Territories, groups and depositaries that the lists know, but for the list `beside`."""
    known: set[str] = set()
    for info in lists.every().values():
        if info.name == beside or info.table not in tables():
            continue
        table = lists.arrow(info.name)
        for column in ({*tables()[info.table].roles} | {"state_group"}) & {*table.column_names}:
            known |= {c for c in table[column].to_pylist() if c}
    return frozenset(known)


def _checked(info: ListInfo, file: Path) -> tuple[int, int]:
    """Check a file and give it the list's own form; its rows, and how many are unverified."""
    if info.name in RANGE_COLUMNS:
        columns = RANGE_COLUMNS[info.name]
        found = range_file.read(file, columns, known_codes())
        return range_file.store(found, columns, file), 0
    if info.table in tables():
        codes = None if info.table == "territory" else known_codes()
        rows, mistakes = fact_rows.read(file, tables()[info.table], codes)
        if mistakes:
            raise Mistakes(mistakes)
        return len(rows), sum(bool(r.get("unverified")) for r in rows)
    if info.path.suffix == ".csv":
        return _checked_prefixes(file), 0
    if info.name == suffix.LIST:
        return suffix.check(file), 0
    return _checked_map(file), 0


def _checked_prefixes(file: Path) -> int:
    try:
        table = fact_rows.plain(file)
    except UnicodeDecodeError:
        raise Mistakes([f"{file}:1: not UTF-8; save the file as UTF-8"]) from None
    if tuple(table.column_names) != special.COLUMNS:
        raise Mistakes([f"{file}:1: the first line must be {','.join(special.COLUMNS)}"])
    return len(special.spans(table.to_pylist(), file))


def _checked_map(file: Path) -> int:
    """The number of territories of a map; Mistakes where reports could not draw it."""
    try:
        said: Any = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Mistakes([f"{file}:1: no JSON: {error}"]) from None
    if not isinstance(said, dict) or any(k not in said for k in MAP_KEYS):
        raise Mistakes([f"{file}:1: an object with {', '.join(MAP_KEYS)} is needed"])
    mistakes = [
        f"{file}:1: {code}: path (text), x and y (numbers) are needed"
        for code, t in said["territories"].items()
        if not (
            isinstance(t, dict)
            and isinstance(t.get("path"), str)
            and isinstance(t.get("x"), int | float)
            and isinstance(t.get("y"), int | float)
        )
    ]
    if mistakes:
        raise Mistakes(mistakes)
    return len(said["territories"])
