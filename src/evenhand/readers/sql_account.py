"""Accounts and rights that a script of a database brings along: seeds, migrations, dumps.

Spec: ISO/IEC 9075-2 (INSERT, UPDATE, GRANT); crypt(5), PHC string format (hashes).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.sql_login import sql_logins
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.readers import Item, Partly
from evenhand.rootfs.text import text_of

VERSION = "2"
RECOGNISES = {"names": ("*.sql",)}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether the script is run; what procedures and variables put together",
    "hidden_access": "whether the script is run; what procedures and variables put together",
}

REMARK = re.compile(r"/\*(?!!)(?:[^*]|\*(?!/))*\*/")
ROWS = 2_000  # of one file
ROW_BYTES = 8_000  # of one row that are looked at
TEXT = 60
TABLE = (
    r"[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?"
    r"((?:\w{1,40}_)?(?:users?|accounts?|admins?|administrators?|logins?|members?|operators?"
    r"|credentials?|api_?keys?|staff|user_roles?))[`\"\]]?(?![\w.])"
)
VALUES = r"\((?:[^()']|'[^']*+(?:''[^']*+)*'(?!')|\([^()]{0,200}\))*\)"
INSERT = re.compile(
    rf"(?i)\b(?:INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?|REPLACE\s+)INTO\s+{TABLE}\s*(\([^()]{{0,2000}}\))?"
    r"\s*VALUES(?=\s{0,20}\()"
)
ROW = re.compile(rf"\s*({VALUES})\s*(,?)")
UPDATE = re.compile(
    rf"(?i)\bUPDATE\s+{TABLE}\s+SET\s+([^;]{{0,300}}\b(?:pass\w*|hash|role|is_\w*admin\w*|level)\b"
    r"\s*=[^;]{0,300})"
)
GRANT = re.compile(
    r"(?i)\b((?:GRANT\s+[^;]{1,200}?\s+TO|CREATE\s+(?:USER|ROLE)(?:\s+IF\s+NOT\s+EXISTS)?|"
    r"ALTER\s+(?:USER|ROLE))\s+['\"`]?[\w-]{1,60})"
)
HELD = re.compile(r"(?i)pass|pwd|hash|role|admin|token|secret|key|level|scope|salt")
SAID = re.compile(r"'([^']*+(?:''[^']*+)*)'")
ROLE = re.compile(
    r"(?i)\w{0,10}(?:admin|root|user|owner|staff|operator|member|guest|editor)\w{0,10}"
)
HASH = re.compile(r"\$\w+\$.{8,}|\{\w+\}\S{16,}|[0-9a-fA-F]{32,128}|pbkdf2\S{20,}|scrypt:\S{20,}")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` per account or right; a hash is told by its digest only."""
    text = yield from text_of(artefact)
    plain = re.sub(r"(?m)^[ \t]*(?:--|#).*$", "", text)
    plain = REMARK.sub(lambda m: "\n" * m[0].count("\n"), plain)
    for met, (at, kind, target, because) in enumerate(sorted(_found(plain)), 1):
        if met > ROWS:
            yield Partly(f"more than {ROWS} accounts and rights: the rest was not read")
            break
        place = f"line {plain.count(chr(10), 0, at) + 1}"
        yield Behaviour(artefact.name, kind, place, target, because)
    for login in sql_logins(plain, artefact.name):
        place = f"line {plain.count(chr(10), 0, login.offset) + 1}"
        yield HiddenAccess(
            "default account", place, artefact.name, None, login.name or None, login.strength,
            because=login.because,
        )  # fmt: skip


def _found(text: str) -> Iterator[tuple[int, str, str, str]]:
    for match in INSERT.finditer(text):
        yield from _inserted(text, match)
    for match in UPDATE.finditer(text):
        said = re.sub(r"\s+", " ", SAID.sub(_told, match[2])).strip()[:TEXT]
        yield match.start(), "adds account", f"{match[1]}: {said}", "rows of accounts are changed"
    for match in GRANT.finditer(text):
        said = re.sub(r"\s+", " ", match[1])[:TEXT]
        yield match.start(), "grants rights", said, "the database is told to"


def _inserted(text: str, match: re.Match[str]) -> Iterator[tuple[int, str, str, str]]:
    at, held = match.end(), bool(HELD.search(match[2] or ""))
    for _ in range(ROWS):
        row = ROW.match(text, at, at + ROW_BYTES)
        if row is None:
            return
        values = SAID.findall(row[1])
        if values and (held or any(HASH.fullmatch(v) for v in values)):
            first = _digest(values[0]) if HASH.fullmatch(values[0]) else values[0][:TEXT]
            said = " ".join([first, *map(_shown, values[1:5])])
            yield row.start(1), "adds account", f"{match[1]}: {said}", "a row of accounts is added"
        if not row[2]:
            return
        at = row.end()


def _shown(text: str) -> str:
    """A text as it is told: what may be a secret by its digest."""
    return text if ROLE.fullmatch(text) else _digest(text)


def _told(match: re.Match[str]) -> str:
    return _shown(match[1])


def _digest(text: str) -> str:
    return f"({hashlib.sha256(text.encode()).hexdigest()[:8]})"
