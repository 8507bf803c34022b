"""Pseudonyms: client addresses and user names replaced by keyed hashes.

With the same key the same address gets the same pseudonym, so that runs can be compared; a key
made for one run is thrown away with it.

Spec: HMAC (RFC 2104) with SHA-256, the first 16 hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand import facts, stored
from evenhand.engines.duckdb import SCHEMA, fetch
from evenhand.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MIN_KEY_BYTES = 16
# Columns that say where a row comes from or what it is: never an address by themselves.
KEPT = ("id", "artefact", "locator", "grade")


def key_of(word: str | None) -> bytes | None:
    """The key in a file, a new one where no file is named, None where nothing was asked."""
    if word is None:
        return None
    if not word:
        return secrets.token_bytes(32)
    try:
        key = Path(word).read_bytes().strip()
    except OSError as error:
        raise UserError(f"--pseudonymise {word}: {error.strerror}") from error
    if len(key) < MIN_KEY_BYTES:
        raise UserError(f"--pseudonymise {word}: the key has less than {MIN_KEY_BYTES} bytes")
    return key


def pseudonym(kind: str, value: str, key: bytes) -> str:
    """`client-<16 hex>` for an address, `user-<16 hex>` for a name."""
    return f"{kind}-{hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:16]}"


def apply(connection: DuckDBPyConnection, key: bytes) -> None:
    """Replace, in every table, each address that was a client somewhere, and each user name."""
    query = f"SELECT DISTINCT client_address FROM {SCHEMA}.flow WHERE client_address IS NOT NULL"
    clients = {row[0]: pseudonym("client", row[0], key) for row in fetch(connection, query)}
    # A question for the name of an address holds the address.
    clients |= {r: f"{name}.arpa" for a, name in clients.items() if (r := _reverse(a))}
    texts = {
        t.name: [c for c, kind in t.types.items() if kind is str and c not in KEPT]
        for t in facts.tables().values()
    }
    _replace(connection, clients, texts)
    query = f"SELECT DISTINCT owner FROM {SCHEMA}.file WHERE owner IS NOT NULL"
    users = {row[0]: pseudonym("user", row[0], key) for row in fetch(connection, query)}
    _replace(connection, users, {"file": ["owner"]})


def _reverse(address: str) -> str:
    try:
        return ipaddress.ip_address(address).reverse_pointer
    except ValueError:
        return ""  # a capture can hold addresses of other kinds


def _replace(
    connection: DuckDBPyConnection, names: Mapping[str, str], columns: Mapping[str, list[str]]
) -> None:
    import pyarrow as pa

    if not names:
        return
    rows = {"value": pa.array(names, pa.string()), "name": pa.array(names.values(), pa.string())}
    connection.register("pseudonym", pa.table(rows))
    for table, own in columns.items():
        hits = ", ".join(f"bool_or({c} IN (SELECT value FROM pseudonym))" for c in own)
        found = fetch(connection, f"SELECT {hits} FROM {SCHEMA}.{table}")[0]
        changed = [c for c, hit in zip(own, found, strict=True) if hit]
        if changed:
            stored.own(connection, table)
        for column in changed:
            connection.execute(
                f"UPDATE {SCHEMA}.{table} SET {column} = p.name "
                f"FROM pseudonym p WHERE {table}.{column} = p.value"
            )
    connection.unregister("pseudonym")
