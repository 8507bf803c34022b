"""Enrichment: what a root file system starts, and the accounts that this lets in from outside.

`effect_shown` only where every step is shown: a password that is fixed or empty, a shell, a
service that is started whatever happens, and settings of it that let this account in.

Spec: docs/decisions/0021-root-file-systems.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.enrich._added import add_rows
from evenhand.enrich._login import NO_LOGIN, Settings, User, bare_shell, kind, way_in
from evenhand.enrich._root import Root, roots
from evenhand.enrich._standing import accounts, keys
from evenhand.enrich._started import Started, Unit, started
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess

if TYPE_CHECKING:
    import duckdb

NEEDS = (
    "occurrence",
    "file",
    "image_file",
    "image_layer",
    "account",
    "service",
    "setting",
    "key_file",
)
MAKES = ("behaviour", "hidden_access")

SHOWN, LIKELY = 1.0, 0.5
REMOTE = 0.45  # a way for others to manage it, which need not be a secret one
USUAL = ("ssh", "snmp", "mini_snmp")
ACCOUNTS = (("etc/passwd", False), ("etc/shadow", True))
Row = tuple[str, Behaviour | HiddenAccess]  # content that it was read from, row


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write `behaviour` and `hidden_access` for each root file system; uses no list."""
    numbers: Counter[tuple[str, str]] = Counter()
    made: dict[str, list[tuple[str, str, Any]]] = {"behaviour": [], "hidden_access": []}
    for artefact, row in _rows(connection):
        table = "behaviour" if isinstance(row, Behaviour) else "hidden_access"
        number = numbers[table, artefact]
        numbers[table, artefact] += 1
        identity = f"{table}/root_file_system/{artefact[7:19]}/{number}"
        made[table].append((identity, artefact, row))
    for table, rows in made.items():
        add_rows(connection, table, rows)
    return []


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    units: dict[str, list[Unit]] = {}
    query = (
        "SELECT artefact, locator, name, coalesce(manager, ''), coalesce(starts, ''), command, "
        "coalesce(direct, FALSE), listens FROM service ORDER BY id"
    )
    for row in connection.execute(query).fetchall():
        units.setdefault(row[0], []).append(Unit(*row))
    for root in roots(connection):
        services = started(root, units)
        settings = _settings(connection, root)
        for service in services:
            yield from _behaviours(root, service, settings)
        every = list(_users(connection, root))
        users = [u for u in every if u.password in ("hash", "empty")]
        let_in: set[str] = set()
        for service in services:
            for artefact, row in _access(root, service, users, settings):
                let_in.add(row.constant or "")
                yield artefact, row
        twins = [u for u in every if u.uid == 0 and u.name != "root" and u.name not in let_in]
        yield from accounts(root, users, twins, let_in)
        certain = any(s.certain and kind(s) == "ssh" for s in services)
        yield from keys(connection, root, certain)


def _behaviours(root: Root, service: Started, settings: Settings) -> Iterator[Row]:
    path, unit = root.name + service.path, service.unit
    artefact, place = unit.artefact, unit.locator
    because = f"turned on by {service.by}"
    target = unit.command or unit.name
    if unit.name.endswith(".timer"):
        behaviour = "runs on schedule"
        yield artefact, Behaviour(path, behaviour, place, target, f"{because}: {unit.starts}")
        return
    if unit.listens:
        yield artefact, Behaviour(path, "listens", place, unit.listens, because)
    else:
        yield artefact, Behaviour(path, "runs at boot", place, target, because)
    remote = kind(service)
    if remote:
        if remote == "ssh":
            ports = [v for n, v, scope in settings.get("sshd", []) if n == "port" and not scope]
            port = ", ".join(ports) or "22, where nothing else is said"
            yield artefact, Behaviour(path, "listens", place, f"port {port}", because)
        said = f"{because}: {target}"
        strength = None if remote in USUAL else REMOTE
        yield artefact, Behaviour(path, "remote management", place, remote, said, strength)


def _settings(connection: duckdb.DuckDBPyConnection, root: Root) -> Settings:
    """Settings in the order in which sshd reads them: the first value counts."""
    included = [p for p, _ in root.matching(r"etc/ssh/sshd_config\.d/[^/]+\.conf")]
    found: Settings = {}
    for path in (*included, "etc/ssh/sshd_config", "etc/config/dropbear", "etc/default/dropbear"):
        content = root.files.get(root.find(path) or "")
        query = "SELECT service, name, value, scope FROM setting WHERE artefact = ? ORDER BY id"
        for service, name, value, scope in connection.execute(query, [content or "-"]).fetchall():
            found.setdefault(service, []).append((name, value, scope))
    return found


def _users(connection: duckdb.DuckDBPyConnection, root: Root) -> Iterator[User]:
    """Accounts with a shell that are not locked, or are root's twins, by passwd and shadow."""
    said: dict[bool, dict[str, tuple[Any, ...]]] = {False: {}, True: {}}
    # where only some files of a system were given, that there is no shell says nothing
    bare = not any(
        re.search(r"(?:^|/)bin/(?:\w*sh|busybox)$", p) for p in (*root.files, *root.links)
    )
    for path, shadow in ACCOUNTS:
        content = root.files.get(root.find(path) or "")
        query = (
            "SELECT name, uid, shell, password, locator, artefact FROM account "
            "WHERE artefact = ? ORDER BY id"
        )
        for row in connection.execute(query, [content or "-"]).fetchall():
            said[shadow].setdefault(row[0], (*row[1:], path))
    for name, (uid, shell, password, *place) in said[False].items():
        if password == "elsewhere" and name in said[True]:
            _, _, password, *place = said[True][name]
        usable = shell is not None and shell.rpartition("/")[2] not in NO_LOGIN
        there = usable and bool(root.find(shell))
        twin = uid == 0 and name != "root"
        if (password != "locked" or twin) and uid is not None and (there or (usable and bare)):
            locator, artefact, path = place
            yield User(name, uid, shell, password, path, artefact, locator, there)


def _access(
    root: Root, service: Started, users: list[User], settings: Settings
) -> Iterator[tuple[str, HiddenAccess]]:
    shell = bare_shell(service)
    if shell:
        because = f"whoever connects gets {shell} without a password; turned on by {service.by}"
        yield (
            service.unit.artefact,
            HiddenAccess(
                "debug entrance",
                service.unit.locator,
                root.name + service.path,
                constant=service.unit.command,
                strength=SHOWN if service.certain else LIKELY,
                effect_shown=True if service.certain else None,
                because=because,
            ),
        )
    for user in users:
        way = way_in(service, user, root, settings)
        if way is None:
            continue
        word = "an empty password" if user.password == "empty" else "a password fixed in the image"
        because = f"{user.name} has {word} and {user.shell}; {way.because}; {service.by} starts it"
        if way.doubts:
            because += "; not shown: " + ", ".join(way.doubts)
        yield (
            user.artefact,
            HiddenAccess(
                "default account",
                user.locator,
                root.name + user.path,
                constant=user.name,
                strength=LIKELY if way.doubts else SHOWN,
                effect_shown=None if way.doubts else True,
                because=because,
            ),
        )
