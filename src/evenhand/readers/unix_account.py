"""Files of accounts on Unix systems: passwd and shadow. No hash is ever kept.

Spec: passwd(5), shadow(5), crypt(5) (hashing methods).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact, shown
from evenhand.errors import NotThisFormat
from evenhand.facts.account import Account
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"names": ("passwd*", "shadow*", "master.passwd", "*.passwd", "*.shadow")}
EMITS = ("account",)
CANNOT_SEE = {
    "account": (
        "the passwords behind the hashes; accounts of a directory service, or made when the "
        "device first starts; whether the file is used at all"
    )
}

READ_BYTES = 16 << 20
PASSWD, SHADOW, BSD = 7, (8, 9), 10  # fields of a line
NAME = re.compile(rb"[A-Za-z0-9_.][A-Za-z0-9_.@$-]{0,63}")
SCHEMES = (
    (b"$1$", "md5"),
    (b"$2", "bcrypt"),
    (b"$3$", "nt"),
    (b"$5$", "sha256"),
    (b"$6$", "sha512"),
    (b"$7$", "scrypt"),
    (b"$y$", "yescrypt"),
    (b"$gy$", "gost-yescrypt"),
    (b"$sha1$", "sha1"),
    (b"$md5", "sun-md5"),
    (b"_", "bsdi-des"),
)
LOCKED = (b"!", b"*")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield an `account` per line."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    met = 0
    for number, line in enumerate(raw.split(b"\n"), 1):
        line = line.rstrip(b"\r")
        if not line.strip() or line.startswith((b"#", b"+", b"-")):
            continue
        fields = line.split(b":")
        known = len(fields) in (PASSWD, *SHADOW, BSD) and NAME.fullmatch(fields[0])
        if not known:
            if not met:
                raise NotThisFormat(f"line {number} is no account")
            yield Partly(f"line {number} is no account")
            continue
        met += 1
        yield _account(artefact, number, fields)
    if not met:
        raise NotThisFormat("no account")
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)


def _account(artefact: Artefact, number: int, fields: list[bytes]) -> Account:
    shadow = len(fields) in SHADOW
    uid = None if shadow or not fields[2].isdigit() else int(fields[2][:15])
    shell = None if shadow else shown(fields[-1]) or "/bin/sh"  # passwd(5): empty means this
    state, scheme, digest = _password(fields[1], shadow)
    place = f"line {number}"
    return Account(artefact.name, shown(fields[0]), place, uid, shell, state, scheme, digest)


def _password(raw: bytes, shadow: bool) -> tuple[str, str | None, str | None]:
    if not raw:
        return "empty", None, None
    if raw == b"x" and not shadow:
        return "elsewhere", None, None
    if raw.startswith(LOCKED):
        return "locked", None, None
    scheme = next((name for sign, name in SCHEMES if raw.startswith(sign)), None)
    if scheme is None and len(raw) == 13 and re.fullmatch(rb"[./0-9A-Za-z]{13}", raw):
        scheme = "des"
    if scheme is None:
        return "locked", None, None  # crypt(5): what no method makes fits no password
    return "hash", scheme, hashlib.sha256(raw).hexdigest()[:8]
