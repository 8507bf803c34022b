"""Functions of others that a file replaces, and long constants that say who is paid or believed.

Spec: EIP-55, BIP-173, Base58Check (addresses); CWE-347 (a check that is replaced).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.screen import Seen, pattern
from evenhand.code.syntax import Source
from evenhand.code.use import Use
from evenhand.code.use_guard import STRICT
from evenhand.code.use_text import line_of

HITS = 2_000
BACK = 120  # bytes before `=` in which the name stands
# What a function is set to: sought from the `=` on, for that is rarer than names.
SET = pattern(rb"=\s*(?:async\s+)?(?:function\b|lambda\b|\([^()\n]{0,80}\)\s*=>|[\w$]{1,40}\s*=>)")
TARGET = re.compile(rb"([\w$]+)\.([\w$]+)\s*$")
# What a file makes itself.
OWN = frozenset((b"this", b"self", b"cls", b"exports", b"prototype", b"module"))
ADDRESS = pattern(
    rb"['\"`](0x[0-9a-fA-F]{40}|(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{20,80}"
    rb"|(?=[^'\"`]{0,40}\d)(?=[^'\"`]{0,40}[A-Z])(?=[^'\"`]{0,40}[a-z])[13LDX][1-9A-HJ-NP-Za-km-z]"
    rb"{25,34}|0x[0-9a-fA-F]{64}|(?:npub|age|xpub|zpub)1?[02-9a-zA-HJ-NP-Z]{40,110})['\"`]"
)


def of_replaced(source: Source, seen: Seen) -> Iterator[Use]:
    """Each function of something else's that is set, each address."""
    data = source.data
    for match in itertools.islice(seen.each(SET), HITS):
        found = TARGET.search(data, max(0, match.start() - BACK), match.start())
        if found is None or found[1] in OWN:
            continue
        name = found[2].decode("utf-8", "replace")
        checks = bool(STRICT.fullmatch(name))
        # what was read before it is set stood there before: a function of somebody else's
        if checks or data.find(found[1] + b"." + found[2], 0, found.start()) >= 0:
            line = line_of(source, match.start())
            if line:
                owner = found[1].decode("utf-8", "replace") if len(found[1]) > 2 else "*"
                yield Use("replaces", f"{owner}.{name}", line, 0.9 if checks else 0.72)
    for match in itertools.islice(seen.each(ADDRESS), HITS):
        line = line_of(source, match.start())
        if line:
            text = match[1].decode()
            yield Use("holds an address", f"{text[:16]}…{text[-6:]}", line, 0.78)
