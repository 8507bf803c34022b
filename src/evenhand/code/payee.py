"""Payments that go to an address that the code has, whatever address was given.

Spec: EIP-1193 (requests to a wallet), EIP-55 and BIP 173 (how addresses are written).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS

HITS = 4
ADDRESS = rb"(?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,60}|T[1-9A-HJ-NP-Za-km-z]{33})"
# A member that says who is paid gets a fixed address, where something was there before.
REPLACED = re.compile(
    rb"(?:\.|\[['\"])(to|recipient|receiver|destination|payTo|pay_to|address|payee)(?:['\"]\])?"
    rb"\s*=\s*(['\"`])(" + ADDRESS + rb")\2"
)
# What stands between a page and those who are asked to pay: it gets what others meant to send.
BETWEEN = pattern(
    rb"\.(?:request|send|sendAsync|fetch|sendTransaction|signTransaction|open)\s*=[^=]"
)
PAYS = pattern(rb"eth_sendTransaction|\bsend_?(?:raw_?)?[tT]ransaction\(")  # or its own contract


def payees(look: Look) -> Iterator[Finding]:
    """Every address that is put in the place of the one that is paid."""
    data = look.index.source.data
    if look.bundle or TESTS.search(look.path):
        return
    strength = 0.7 if look.seen.has(BETWEEN) else 0.42 if look.seen.has(PAYS) else 0.0
    for match in itertools.islice(REPLACED.finditer(data), HITS):
        line, who = look.line_at(match.start()), match[3].decode("latin-1")
        steps = ((line, f"puts a fixed address in the place of {match[1].decode()}"),)
        yield Finding("changes who is paid", who[:60], strength, line, steps, "when called")
