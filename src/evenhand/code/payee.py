"""Payments that go to an address that the code has, whatever address was given.

Spec: EIP-1193 (requests to a wallet), EIP-55 and BIP 173 (how addresses are written).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.finding import Finding
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

HITS = 4
ADDRESS = re.compile(
    r"0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,60}|T[1-9A-HJ-NP-Za-km-z]{33}"
)  # fmt: skip
PAID = frozenset(
    ("to", "recipient", "receiver", "destination", "payTo", "pay_to", "address", "payee")
)
# What stands between a page and those who are asked to pay: it gets what others meant to send.
BETWEEN = frozenset(
    ("request", "send", "sendAsync", "fetch", "sendTransaction", "signTransaction", "open")
)
OWN = frozenset(("this", "self", "exports", "module.exports"))
PAYS = ("sendTransaction", "sendRawTransaction", "send_transaction", "send_raw_transaction")
GIVEN = pattern(
    rb"(?:to|recipient|receiver|destination|payTo|pay_to|address|payee|request|send|sendAsync|fetch"
    rb"|Transaction|open)['\"\]]{0,2}\s*=[^=]"
)
MEMBERS, CLIMBED = 400, 6  # places that are looked at; parts of one left side
ASKS = pattern(rb"eth_sendTransaction")


def payees(look: Look) -> Iterator[Finding]:
    """Every address that is put in the place of the one that is paid."""
    if look.bundle or TESTS.search(look.path):
        return
    put: list[tuple[Node, str, str]] = []
    between = False
    for owner, key, right in _members(look):
        between = between or (key in BETWEEN and owner not in OWN)
        if key in PAID and len(put) < HITS:
            look.flow.begin()
            held = look.flow.value(right).const
            if isinstance(held, str) and ADDRESS.fullmatch(held):
                put.append((right, key, held))
    strength = 0.7 if between else 0.42 if put and _pays(look) else 0.0
    for node, key, held in put:
        line = look.flow.line(node)
        steps = ((line, f"puts a fixed address in the place of {key}"),)
        yield Finding("changes who is paid", held[:60], strength, line, steps, "when called")


def _members(look: Look) -> Iterator[tuple[str, str, Any]]:
    """Members that are given something: what they are of, their name, what they are given."""
    source = look.index.source
    for low, _ in itertools.islice(look.seen.spans(GIVEN), MEMBERS):
        node = source.tree.root_node.descendant_for_byte_range(low, low)
        for _ in range(CLIMBED):
            if node is None or field(node, "left") is not None:
                break
            node = node.parent
        left = field(node, "left") if node is not None else None
        right = field(node, "right") if node is not None else None
        if left is None or right is None or not left.start_byte <= low < left.end_byte:
            continue
        shape = shape_of(left, source)
        key = shape.b if shape.kind == "member" else None
        if shape.kind == "item":
            look.flow.begin()
            key = look.flow.value(shape.b).const
        if isinstance(key, str) and key in PAID | BETWEEN:
            yield source.text(shape.a)[:40], key, right


def _pays(look: Look) -> bool:
    """Whether anything is paid here, or another is asked to."""
    source = look.index.source
    if any(look.index.called.get(name) for name in PAYS):
        return True
    for low, high in look.seen.spans(ASKS):
        node = source.tree.root_node.descendant_for_byte_range(low, high)
        if node is not None and "string" in node.type:
            return True
    return False
