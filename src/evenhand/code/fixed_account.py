"""Accounts that Python or JavaScript makes with rights and a password that are both written out.

Whoever knows the password, or made its hash, has the account wherever the code runs. Data for
tests, seeds and examples look the same, and are told by where they stand.

Spec: CWE-798 (hard-coded credentials); crypt(5) and the PHC string format (hashes of passwords).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.code.credential import opaque
from evenhand.code.finding import Finding
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import PLACEHOLDER, TESTS

CALLS = 30
LONGEST = 1_500  # bytes of a call
MAKES = (
    "create_superuser", "create_user", "createUser", "insert", "values", "insertOne", "insert_one",
    "updateOne", "update_one", "upsert", "create", "findOrCreate", "get_or_create", "User",
    "update_or_create", "insertMany", "save", "add_user", "addUser", "register_user", "Account",
    "Member", "execute", "replaceOne",
)  # fmt: skip
HASH = re.compile(
    rb"['\"](\$(?:argon2\w*|2[abxy]|[1567y]|pbkdf2-\w+|scrypt|bcrypt-sha256)\$[^'\"\s]{16,}"
    rb"|(?:pbkdf2_sha\d+|argon2|bcrypt(?:_sha256)?|scrypt)[$:][^'\"\s]{16,}"
    rb"|\{(?:SSHA|CRYPT|PBKDF2)\}[^'\"\s]{16,})['\"]"
)
WRITTEN = re.compile(
    rb"(?i)['\"]?\b(?:password|passwd|pwd|secret|pass)\w*['\"]?\s*[=:]\s*(?:\w[\w.]*\(\s*)?"
    rb"['\"]([^'\"\s]{6,60})['\"]"
)
THIRD = re.compile(rb"create_superuser\([^()]*,\s*['\"]([^'\"\s]{6,60})['\"]\s*,?\s*\)")
RIGHTS = re.compile(
    rb"(?i)create_superuser|['\"](?:admin\w*|owner|root|super\w*|sysadmin)['\"]"
    rb"|\b(?:is_?)?(?:superuser|staff|admin)['\"]?\s*[=:]\s*(?:true|1)\b"
)
SEEDS = re.compile(
    r"(?i)seed|fixture|factor(y|ies)|mock|sample|example|demo|(^|[/_.-])dev[_/.-]|bootstrap|dummy|stub"
    r"|quickstart|tutorial|test"
)
WORTH = pattern(
    rb"create_superuser|['\"]\$(?:argon2|2[abxy]\$|[156y]\$)|pbkdf2_sha\d+\$"
    rb"|(?i:is_?admin|superuser|role)"
)


def fixed_accounts(look: Look) -> Iterator[Finding]:
    """Every account with rights whose password is written out."""
    if look.bundle or look.api.name not in ("python", "javascript") or not look.seen.has(WORTH):
        return
    if SEEDS.search(look.path) or TESTS.search(look.path):
        return
    for name in MAKES:
        for call in look.index.called.get(name, ())[:CALLS]:
            if call.node.end_byte - call.node.start_byte > LONGEST:
                continue
            said = look.index.source.data[call.node.start_byte : call.node.end_byte]
            if not RIGHTS.search(said):
                continue
            hashed = HASH.search(said)
            plain = hashed or WRITTEN.search(said) or THIRD.search(said)
            text = plain[1].decode("utf-8", "replace") if plain else ""
            if not text or PLACEHOLDER.search(text) or (hashed is None and not opaque(text, True)):
                continue
            line = look.flow.line(call.node)
            words = "a hash" if hashed else "a password"
            steps = ((line, f"makes an account with rights and {words} that are written there"),)
            yield Finding("adds account", f"{text[:4]}…", 0.6 if hashed else 0.54, line, steps,
                          look.when(call), access="default account")  # fmt: skip
