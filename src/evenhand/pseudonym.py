"""Pseudonyms: client addresses and user names replaced by keyed hashes.

With the same key the same address gets the same pseudonym, so that runs can be compared; a key
made for one run is thrown away with it.

Spec: HMAC (RFC 2104) with SHA-256, the first 16 hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.engines.duckdb import SCHEMA, create, fetch
from evenhand.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MIN_KEY_BYTES = 16
# Columns that can hold an address that a client used, or the name of a user.
ADDRESSES = {
    "flow": ("client_address", "server_address"),
    "host_name": ("address",),
    "place": ("address",),
    "destination": ("address",),
}
USERS = {"file": ("owner",)}


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
    clients = f"SELECT DISTINCT client_address FROM {SCHEMA}.flow"
    _replace(connection, "client", clients, ADDRESSES, key)
    users = f"SELECT DISTINCT owner FROM {SCHEMA}.file WHERE owner IS NOT NULL"
    _replace(connection, "user", users, USERS, key)


def _replace(
    connection: DuckDBPyConnection,
    kind: str,
    query: str,
    columns: Mapping[str, tuple[str, ...]],
    key: bytes,
) -> None:
    import pyarrow as pa

    values = sorted(row[0] for row in fetch(connection, query))
    names = [pseudonym(kind, v, key) for v in values]
    create(connection, "temp.pseudonym", pa.table({"value": values, "name": names}))
    for table, own in columns.items():
        for column in own:
            connection.execute(
                f"UPDATE {SCHEMA}.{table} SET {column} = p.name "
                f"FROM temp.pseudonym p WHERE {table}.{column} = p.value"
            )
    connection.execute("DROP TABLE temp.pseudonym")
