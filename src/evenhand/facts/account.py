"""Fact table `account`: a user of a system, as its files of accounts list it.

Spec: passwd(5), shadow(5); docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "name")
WATCH = ("uid", "shell", "password", "scheme", "digest")
RANK = 10
# who has all rights beside root, then who is let in with no password, or with one that all copies
# share
LEAD = """CASE WHEN uid = 0 AND name <> 'root' THEN 1.0 WHEN password = 'empty' THEN 0.9
    WHEN password = 'hash' THEN 0.7 ELSE 0 END"""
MEANING = {
    "path": "where the file was first met",
    "name": "name of the account",
    "uid": "number of the user; 0 may do everything; empty in `shadow`",
    "shell": "program that is run at login; empty in `shadow`",
    "password": (
        "`hash` (fixed in the file), `empty` (none is asked for), `locked` (no password fits), "
        "`elsewhere` (in `shadow`)"
    ),
    "scheme": "how the password is hashed: `des`, `md5`, `sha256`, `sha512`, `yescrypt`, …",
    "digest": (
        "first 8 hexadecimal digits of the SHA-256 of the hash, which is not kept: equal digests "
        "in two systems are the same password with the same salt"
    ),
}


class Account(NamedTuple):
    """A user of a system, as its files of accounts list it."""

    path: str
    name: str
    locator: str = ""
    uid: int | None = None
    shell: str | None = None
    password: str | None = None
    scheme: str | None = None
    digest: str | None = None
    grade: str = "observed"
