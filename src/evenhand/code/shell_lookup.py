"""What is told in the names of hosts that are looked up: each part of a name goes to who owns it.

A name with one part of a variable is everyday work (`host "$name.lan"`), so are lists asked for an
address or a digest. What is written out byte by byte, or is called a password, is neither.

Spec: RFC 1035 s. 2.3.4 (labels of 63 bytes); manuals of dig, host, getent(1), ping(8).
"""

from __future__ import annotations

import re

from evenhand.code.api import PERSONAL
from evenhand.code.shell_effect import Effects
from evenhand.code.shell_word import ASKS_NAMES, FETCH, LOOKS_UP, WRITES_BYTES, Ran
from evenhand.code.value import Tag, Value

LETTERS = "letters"  # kind of what was written as letters, byte by byte
PUT_IN = re.compile(r"(?:^|://)[^/\s]*\*[^/\s]*\.((?:[\w-]+\.)+[a-z]{2,})\.?(?=$|[:/])")
CALLED = re.compile(r"(?i)\$\{?[\w\[]*(?:passw(?:or)?d|passphrase|secret|token)[\w\]]*\}?[^/]*\.")
DATABASES = ("hosts", "ahosts", "ahostsv4", "ahostsv6")


def as_letters(ran: Ran, name: str) -> Tag | None:
    """What `base32`, `xxd -p` and their like write: what comes in, as letters."""
    text = f" {ran.text()} "
    if not WRITES_BYTES.fullmatch(name) or re.search(r" (?:-\w*[dDr]|--decode) ", text):
        return None
    if name in ("xxd", "hexdump", "od") and not re.search(r" -\w*[ptev]", text):
        return None  # for a person to read
    return Tag(LETTERS, name, ((ran.line, f"writes it as letters ({name})"),))


def looked_up(effects: Effects, ran: Ran, name: str, everything: Value) -> None:
    """A name that is asked for, or the host of an address, and what is put into it."""
    asks = name in ASKS_NAMES or name in LOOKS_UP
    if not asks and name not in FETCH:
        return
    if name == "getent" and not (ran.words and ran.words[0].const in DATABASES):
        return
    met = (PUT_IN.search(w.texts[0]) for w in ran.words if w.texts)
    host = next((m[1] for m in met if m and (asks or "://" in m[0])), "")
    if not host:
        return
    letters = everything.having(LETTERS)
    called = any(CALLED.search(r) and host in r for r in ran.raws)
    personal = next((t for t in everything.tags if t.kind in PERSONAL), None)
    tag = letters or personal
    if tag is None and not called:
        return
    words = f"tells it in names of hosts below {host}"
    begun = tag or Tag("text", "", ((ran.line, "takes a password by its name"),))
    effects.add("collects and sends", host, 0.75, ran.line, begun, words)
