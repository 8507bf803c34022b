"""A password that is written out where it is asked, in PHP and Lua; checks whose failure is noted.

What is compared is called as passwords are, or is handed to a function that lets in; what it is
held against is a literal that is no word. And `if not verified then log() end`, which goes on.

Spec: CWE-798 (hard-coded credentials), CWE-347 (improper verification of a signature).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code import grant
from evenhand.code.branch import (
    COMPARES,
    Asked,
    Branch,
    Ways,
    body,
    call_of,
    calls,
    cases,
    follows,
    operands,
    same,
    written,
)  # fmt: skip
from evenhand.code.credential import opaque
from evenhand.code.finding import Finding
from evenhand.code.index import callee_name
from evenhand.code.secrets import GUARDS, TESTS
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Function
    from evenhand.code.look import Look

FIXED, SECRET = "checks a fixed secret", "fixed secret"
GONE = "removal of protection"
CALLED = re.compile(
    r"(?i)\$?(?:self\.|this->)?(?:pw|pass|passwd|password|pwd|passphrase|secret|pin|code)"
)
ODD = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[^\s$%]{6,60}")
KIND = re.compile(r"(?i)type|mech|method|scheme|algo|plugin|auth$|kind|mode|hash|uam")
WRITES = re.compile(
    r"error_log|trigger_error|syslog|(?:\w*_)?(?:log|warn(?:ing)?|notice|info|debug|print)(?:_\w+)?"
    r"|\w*[a-z](?:Log|Warn(?:ing)?|Notice|Debug)"
)
ANSWERS = re.compile(
    r"openssl_verify|(?:sodium_)?crypto_sign_verify_detached|hash_equals|password_verify"
    r"|\w*verify\w*|\w*[vV]erif(?:y|ies)\w*|\w*check\w*(?:[sS]ig|[nN]once|[tT]oken)\w*"
)
CHECKS = re.compile(rb"(?i)verif|check|valid|hash_equals")
VALID = re.compile(r"\w*valid|\w*validate\w*|\w*check_?sig\w*")


def made(
    look: Look, node: Node, kind: str, said: str, strength: float, access: str = ""
) -> Finding:
    """What is told of one place; a secret itself is not repeated."""
    line = look.flow.line(node)
    target = " ".join(look.index.source.text(node)[:80].split())[:60]
    if kind == FIXED:
        inside = look.index.inside(node.start_byte)
        target = f"fixed in {look.title(inside) if inside is not None else 'the file'}"
    strength = round(strength - (0.3 if TESTS.search(look.path) else 0.0), 3)
    return Finding(kind, target, strength, line, ((line, said),), "when run", access=access)


def fixed_words(look: Look, ways: Ways) -> Iterator[Finding]:
    """Every password that is written out where it is asked."""
    for held in ways.held:
        way = held.way
        if _is_word(look, held.value, held.fixed, way.choice.inside) and _grants(look, way):
            yield _told(look, held.asked.node)
    for function in look.index.ordered:
        for answer in function.returns[:8]:
            if not COMPARES.search(look.words(answer)):
                continue
            for node in operands(look, answer):
                for one in same(look, Asked(node, True)):
                    fixed = written(look, one.other)
                    if fixed is not None and _is_word(look, one.value, fixed, function):
                        yield _told(look, node)


def _told(look: Look, node: Node) -> Finding:
    return made(look, node, FIXED, "a fixed password is enough", 0.58, SECRET)


def _is_word(look: Look, value: Node, fixed: str, inside: Function | None) -> bool:
    """True for a password, or what a function that lets in is handed, against what is no word."""
    if not ODD.fullmatch(fixed):
        return False
    name = look.index.source.text(value)[:60]
    if CALLED.fullmatch(name):
        return True
    if inside is None or name not in inside.parameters or KIND.search(name):
        return False
    return bool(GUARDS.search(look.title(inside))) and opaque(fixed, named=True)


def _grants(look: Look, way: Branch) -> bool:
    """True where something is done in the branch, but to say that the word is no good."""
    if grant.of(look, way.low, way.high) is not None:
        return True
    return next(calls(look, way.low, way.high), None) is not None and way.high - way.low < 2_000


def noted_only(look: Look) -> Iterator[Finding]:
    """A check whose failure is written to a log, after which all goes on."""
    for choice in look.index.choices:
        if not CHECKS.search(look.words(choice.condition)):
            continue
        done = body(choice)
        if not done or choice.node.child_by_field_name("alternative") is not None:
            continue
        names = [_called(look, node) for node in done]
        if not all(WRITES.fullmatch(n) for n in names) or not follows(choice):
            continue
        every = cases(look, choice.condition, True)
        asked = call_of(look, every[0][0]) if len(every) == 1 and len(every[0]) == 1 else None
        if asked is None or asked[1]:
            continue
        name = callee_name(asked[0], look.index.source)
        if ANSWERS.fullmatch(name) or (look.api.name == "lua" and VALID.fullmatch(name)):
            said = "goes on where the check fails"
            yield made(look, choice.condition, "ignores a check", said, 0.55, GONE)


def _called(look: Look, node: Node) -> str:
    """The function that a statement calls, with what it is called on; "" for other statements."""
    if node.type == "expression_statement" and node.named_child_count:
        node = node.named_children[0]
    shape = shape_of(node, look.index.source)
    if shape.kind != "call":
        return ""
    name = callee_name(node, look.index.source)
    owner = re.match(r"[\w$]+", look.index.source.text(node)[:60])
    on_log = owner is not None and re.search(r"(?i)log", owner[0])
    return "log" if on_log and name not in ("error", "throw") else name
