"""Log-ins of a database, or of what it keeps, that SQL makes with a password that is written out.

A name put in by a variable, a password that is asked for, and what stands in examples and tests
are no such log-ins.

Spec: PostgreSQL 17 (CREATE ROLE, ALTER ROLE, `format`), MySQL 8.4 (CREATE USER, GRANT), T-SQL
(CREATE LOGIN); RFC 5803 (SCRAM); crypt(5) and the PHC string format; CWE-798, CWE-1392.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.code.finding import Finding
from evenhand.code.secrets import PLACEHOLDER, TESTS

STATEMENTS = 200  # of one file
LONGEST = 2_000  # characters of one statement
SHOWN = re.compile(
    r"(?i)(?:^|[/_.-])(?:seeds?|samples?|examples?|demos?|tests?|testing|docs?|doc|mocks?|dev|benchmarks?"
    r"|fixtures?|tutorials?)(?:[/_.-]|$)"
)
STARTS = re.compile(
    r"(?i)\b(?:(?:CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER|LOGIN)\b(?!\s+MAPPING)|GRANT\s(?=[^;]{0,300}IDENTIFIED))"
)
GIVEN = re.compile(
    r"(?i)\b(?:PASSWORD\s*=?|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)(?:\s+PASSWORD)?)\s*"
    r"[NE]?(?:'([^'\n]{1,400})'|\"([^\"\n]{1,400})\")"
)
HASH = re.compile(
    r"SCRAM-SHA-\d+\$\d+:[^'\s]{20,}|['\"](md5[0-9a-f]{32}|\*[0-9A-F]{40}|0x0200[0-9A-Fa-f]{40,}"
    r"|\$A\$\d{3}\$[^'\"]{20,})['\"]"
)
ALL = re.compile(
    r"(?i)\b(?:SUPERUSER|BYPASSRLS|WITH\s+GRANT\s+OPTION|ALL\s+(?:PRIVILEGES\s+)?ON\s+\*\.\*|sysadmin)\b"
)
TURNED = re.compile(r"(?i)\breverse\s*\(\s*N?'([^']{4,80})'")
CLIENT = re.compile(rb"\b(?:psql|mysql|mariadb|sqlcmd|cockroach|clickhouse-client|sqlite3)\b")
VARIABLE = re.compile(r"[$:%@&]\{?\w|\{\{|<[?%\w]|__\w+__|\$\(|`|%[sIL]\b|\?")
NAMED = re.compile(r"[\s(`'\"]*([A-Za-z_][\w.-]{0,60})")
FIRST_ROWS = re.compile(r"initdb|entrypoint|(?:^|/)(?:schema|migrations?|upgrades?)(?:/|\b)", re.I)
ACCOUNTS = re.compile(
    r"(?i)\b(?:INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?|REPLACE\s+)INTO\s+[\w.`\"\[\]#{}$]*?"
    r"(?:users?|accounts?|admins?|administrators?|operators?|staff|logins?|members?)[`\"\]]?\s*\(([^()]*)\)\s*"
    r"(?:VALUES|SELECT)\b([^;]*)"
)
PASSES = re.compile(r"(?i)pass|pwd|hash|secret")
RIGHTS = re.compile(r"(?i)\b\w*(?:admin|super|root|role|staff|level|rights|group|owner)\w*\b")
KEPT = re.compile(
    r"'(?:\$(?:2[abxy]|argon2\w*|[1567y]|P|S|pbkdf2\S*|scrypt)\$[^']{16,}|[0-9a-fA-F]{32,128}"
    r"|(?:pbkdf2|argon2|bcrypt|scrypt)\S{20,}|\{\w+\}[^'\s]{16,})'"
)
HIGH = re.compile(r"(?i)'[^']{0,12}(?:admin|root|super|owner)[^']{0,20}'|\btrue\b|[,(]\s*1\b")


class Login(NamedTuple):
    """A log-in that SQL makes: where in the text, its name, what was seen, how strong."""

    offset: int
    name: str
    because: str
    strength: float


def sql_logins(text: str, path: str) -> Iterator[Login]:
    """Every log-in whose password the text itself holds."""
    if SHOWN.search(path) or TESTS.search(path):
        return
    yield from _roles(text, bool(FIRST_ROWS.search(path)))
    yield from _rows(text)


def _roles(text: str, installs: bool) -> Iterator[Login]:
    """What the database itself lets in."""
    for met, start in enumerate(STARTS.finditer(text)):
        if met >= STATEMENTS:
            return
        said = text[start.start() : start.start() + LONGEST].partition(";")[0]
        hashed, given = HASH.search(said), GIVEN.search(said)
        plain = (given[1] or given[2] or "") if given else ""
        if hashed is None and (
            len(plain) < 5 or VARIABLE.search(plain) or PLACEHOLDER.search(plain)
        ):
            continue
        named = NAMED.match(said, start.end() - start.start())
        name = named[1] if named else ""
        if hashed is None and (plain.lower() == name.lower() or PLACEHOLDER.search(name)):
            continue  # a word to be changed, by its look
        words = " ".join([said, *(t[1][::-1] for t in TURNED.finditer(said))])
        every = ALL.search(words) is not None
        because = (
            f"the database lets in whoever knows a password that is written there"
            f"{' as a hash' if hashed else ''}{', with all rights' if every else ''}"
        )
        strength = (0.65 if every else 0.45) if hashed else (0.6 if every else 0.3)
        if not installs:
            strength = min(strength, 0.45) if hashed or every else 0.25
        yield Login(start.start(), name, because, strength)


def _rows(text: str) -> Iterator[Login]:
    """Accounts with rights in tables of accounts."""
    for met, row in enumerate(ACCOUNTS.finditer(text)):
        if met >= STATEMENTS:
            return
        fields, values = row[1], row[2][:LONGEST]
        if not (PASSES.search(fields) and KEPT.search(values)):
            continue
        if RIGHTS.search(fields) and HIGH.search(values):
            because = "an account with rights is added whose password's hash is written there"
            yield Login(row.start(), "", because, 0.4)


def shell_logins(data: bytes, path: str) -> Iterator[Finding]:
    """Log-ins made by SQL that a shell script hands to the client of a database."""
    if not CLIENT.search(data):
        return
    text = re.sub(r"(?m)^[ \t]*(?:#|--).*$", "", data.decode("utf-8", "replace"))
    for login in sql_logins(text, path):
        line = text.count("\n", 0, login.offset) + 1
        steps = ((line, login.because),)
        yield Finding("adds account", login.name, login.strength, line, steps, "when run",
                      access="default account")  # fmt: skip
