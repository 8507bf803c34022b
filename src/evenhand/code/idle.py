"""Checks beside which something fixed is enough, and checks whose answer is told but not heeded.

`number == 0x2f4d1 or compare_digest(…)` checks nothing where the number is right; what only a log
is told turns nobody away.

Spec: CWE-347 (improper verification of a signature), CWE-252 (unchecked return value).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.answers import ANSWERS, ASKED
from evenhand.code.index import Call
from evenhand.code.look import Look

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 40
UP = 8
FIXED = re.compile(
    r"""(?x)(?P<what>[\w.$>\[\]'"()-]{1,80}?)\s*(?P<sign>===?|!==?)\s*
    (?:(?P<number>0[xX][0-9A-Fa-f]{3,}|\d{4,})|['"](?P<text>[^'"\s]{3,60})['"])"""
)
KEYS = re.compile(
    r"(?i)(^|[^a-z])(kid|k|key_?(id|number|no)|iss|issuer|alg|algorithm|serial|number|client_?id"
    r"|sub|aud)\W*$"
)
COUNTS = re.compile(r"(?i)status|code|length|len|size|version|year|port|count|type|errno|time")
TELLS = re.compile(
    r"(?:\w+\.)*(?:log|logger|logging|console|LOG)\.\w+|print|error_log|syslog|_?log|ngx\.log"
)
# What is done with what was checked.
ACTS = re.compile(
    rb"subprocess|spawn|exec|\brun\(|\.write|install|extract|rename|chmod|\bload|flash|\bapply|unpack"
    rb"|system\("
)


class Idle(NamedTuple):
    """A check that checks nothing, in words."""

    kind: str
    name: str
    line: int
    words: str
    strength: float


def idle(look: Look) -> Iterator[Idle]:
    """Every check beside something fixed, and every answer that is only told."""
    for name in sorted(n for n in look.index.called if ASKED.fullmatch(n)):
        for call in look.index.called[name][:CALLS]:
            line = look.flow.line(call.node)
            fixed = _beside(look, call.node)
            if fixed:
                words = f"does not ask {name} where {fixed}"
                yield Idle("lets past a check", fixed[:40], line, words, 0.58)
            elif ANSWERS.fullmatch(name) and _told(look, call, name):
                words = f"goes on whatever {name} answers"
                yield Idle("ignores a check", name, line, words, 0.55)


def _beside(look: Look, node: Node) -> str:
    """The comparison with something fixed that is enough instead of a check."""
    source, negated, one = look.index.source, False, node
    for _ in range(UP):
        parent = one.parent
        if parent is None:
            return ""
        sign = next((source.text(c) for c in parent.children if not c.is_named), "")
        if parent.type == "not_operator" or (parent.type.startswith("unary") and sign == "!"):
            negated = not negated
        elif sign in (("and", "&&") if negated else ("or", "||")):
            for other in parent.named_children[:4]:
                fixed = _fixed(source.text(other)[:200], negated) if other.id != one.id else ""
                if fixed:
                    return fixed
        elif not parent.type.startswith(("parenthesized", "await")):
            return ""
        one = parent
    return ""


def _fixed(text: str, negated: bool) -> str:
    match = FIXED.fullmatch(text.strip("() \n"))
    if match is None or match["sign"].startswith("!") != negated:
        return ""
    what = match["what"]
    if match["number"] is not None:
        return "" if COUNTS.search(what) else f"{what} is {match['number']}"
    return f"{what} is {match['text']}" if KEYS.search(what) else ""


def _told(look: Look, call: Call, name: str) -> bool:
    """True where an answer goes into a log, or a name that nothing but a log is given."""
    if call.inside is None or (
        any(c.inside is call.inside and c.node.id != call.node.id for c in look.index.called[name])
        and not _logged(look, call.node)
    ):
        return False
    data, low, high = look.index.source.data, call.node.end_byte, call.inside.end
    if not ACTS.search(data, low, high):
        return False
    if _logged(look, call.node):
        others = [c for c in look.index.called[name] if c.inside is call.inside]
        return all(_logged(look, c.node) for c in others)
    parent = call.node.parent
    if parent is None or parent.type not in ("assignment", "variable_declarator"):
        return False
    left = parent.child_by_field_name("left") or parent.child_by_field_name("name")
    if left is None or left.type != "identifier":
        return False
    given = look.index.source.text(left).encode()
    lines = [
        line for line in data[low:high].split(b"\n")
        if re.search(rb"(?<![\w.])" + re.escape(given) + rb"\b", line)
    ]  # fmt: skip
    return all(TELLS.match(line.strip().decode("latin-1")) for line in lines)


def _logged(look: Look, node: Node) -> bool:
    """True for a part of what a log is given, in a statement of its own."""
    one: Node | None = node.parent
    for _ in range(UP):
        if one is None or "statement" in one.type or "function" in one.type:
            return False
        if one.type in ("call", "call_expression", "function_call_expression"):
            outer = one.parent
            said = look.index.source.text(one).partition("(")[0]
            return (
                bool(TELLS.fullmatch(said))
                and outer is not None
                and (outer.type == "expression_statement")
            )
        one = one.parent
    return False
