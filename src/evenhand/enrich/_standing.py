"""What stands open in a root file system, whatever is started: accounts and keys.

Spec: passwd(5), shadow(5), sshd(8); docs/decisions/0021-root-file-systems.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.enrich._login import User
from evenhand.enrich._root import Root
from evenhand.facts.hidden_access import HiddenAccess

if TYPE_CHECKING:
    import duckdb

Row = tuple[str, HiddenAccess]
# Files that show how something is done, or that test it, open nothing.
SHOWS = re.compile(
    r"(?i)(?:^|/)(?:tests?|testdata|testing|fixtures?|examples?|samples?|demos?|docs?|man|spec)/"
    r"|(?:site|dist)-packages/|node_modules/|/gems/|[._-](?:test|example|sample)\b"
)
TRUSTED = re.compile(
    r"(?:root|home/[^/]+|var/[^/]+|var/lib/[^/]+)/\.ssh/authorized_keys2?$"
    r"|etc/dropbear/authorized_keys$|etc/ssh/(?:keys-[^/]+/)?[^/]*authorized_keys[^/]*$"
)
HOST_KEY = re.compile(r"etc/(?:ssh/ssh_host_[^/]*_key|dropbear/[^/]*host_key|ssh/[^/]*key)$")
TWIN, EMPTY, ROOT_EMPTY, FIXED = 0.7, 0.55, 0.45, 0.35  # many devices ask root for one first


def accounts(root: Root, users: list[User], twins: list[User], let_in: set[str]) -> Iterator[Row]:
    """Accounts beside root with its number; those that ask for no password, or a fixed one."""
    told = set(let_in)
    for user in twins:
        said = {"empty": "asks for no password", "hash": "has a fixed password"}
        rest = said.get(user.password, "")
        because = f"{user.name} has the number 0: it may do everything that root may"
        because += f"; it {rest}" if rest else ""
        told.add(user.name)
        strength = TWIN if rest else 0.4 if user.password == "locked" else 0.5
        yield _account(root, user, strength, because)
    for user in users:
        if user.name in told:
            continue
        empty = user.password == "empty"
        word = "asks for no password" if empty else "has a password fixed in the image"
        because = f"{user.name} {word}, and {user.shell}; no service that lets it in was found"
        strength = (EMPTY if user.uid else ROOT_EMPTY) if empty else FIXED
        yield _account(root, user, strength, because)


def _account(root: Root, user: User, strength: float, because: str) -> Row:
    row = HiddenAccess(
        "default account",
        user.locator,
        root.name + user.path,
        constant=user.name,
        strength=strength,
        because=because,
    )
    return user.artefact, row


def keys(connection: duckdb.DuckDBPyConnection, root: Root, ssh: bool) -> Iterator[Row]:
    """Keys that are let in, keys that lie beside them, keys that every unit shares.

    `ssh`: a service that takes such keys is started whatever happens.
    """
    query = (
        "SELECT artefact, locator, kind, fingerprint, encrypted, options FROM key_file ORDER BY id"
    )
    held: dict[str, list[Any]] = {}
    for row in connection.execute(query).fetchall():
        held.setdefault(row[0], []).append(row)
    here = [(p, row) for p, a in sorted(root.files.items()) for row in held.get(a, ())]
    private = {r[3]: p for p, r in here if r[2] == "private key" and r[3] and not r[4]}
    trusted = {r[3] for p, r in here if r[2] == "authorised key" and TRUSTED.search(p)}
    for path, (artefact, place, kind, fingerprint, encrypted, options) in here:
        if kind == "authorised key" and TRUSTED.search(path):
            other = private.get(fingerprint)
            because = f"whoever holds the other half of {fingerprint} is let in"
            because += f", and {other} is that half" if other else ""
            because += f"; limited by: {options}" if options else ""
            shown = True if other and ssh and not options else None
            strength = 0.9 if other else 0.4 if options else 0.6
            yield (
                artefact,
                _key(root, path, place, "trusted key", fingerprint, strength, shown, because),
            )
        elif kind == "private key" and not encrypted and not SHOWS.search(path):
            if fingerprint in trusted:
                because = "a private key lies in the product, and the product lets it in"
                yield (
                    artefact,
                    _key(root, path, place, "trusted key", fingerprint, 0.9, None, because),
                )
                continue
            host = HOST_KEY.search(path)
            because = "every unit with this image has the same private key" + (
                ", by which it says who it is" if host else ""
            )
            strength = 0.5 if host else 0.35
            yield (
                artefact,
                _key(root, path, place, "shared key", fingerprint, strength, None, because),
            )


def _key(
    root: Root, path: str, place: str, kind: str, fingerprint: str | None, strength: float,
    shown: bool | None, because: str,
) -> HiddenAccess:  # fmt: skip
    return HiddenAccess(
        kind, place, root.name + path, None, fingerprint, strength, shown, because=because
    )
