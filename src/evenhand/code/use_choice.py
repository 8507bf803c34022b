"""Comparisons with constants, wherever a file decides something by one.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.index import callee_name
from evenhand.code.look import Look
from evenhand.code.secrets import PLAIN, rarity
from evenhand.code.syntax import shape_of
from evenhand.code.use import Use
from evenhand.code.use_calls import Brief

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 3_000
DEEP = 6
PASSING = ("parenthesized_expression", "unary_expression", "not_operator", "unary_op_expression")
LONGEST = 1_500  # bytes of a condition
TOLD = 24  # characters of a constant
KEPT_WEIGHT = 0.5  # less is not told of a value that is only kept under a name
LARGE = 1_000  # a number from here on is seldom a count
QUICK = re.compile(
    rb"[=!~]==?|~=|<>| in |\b(?:compare|equal|startsWith|startswith|endsWith|endswith|"
    rb"includes|indexOf|match|test|strpos|strcmp|in_array|find|hash_equals|eq)\w*\("
)
SIGNS = frozenset(("==", "===", "!=", "!==", "~=", "<>", "in", "not in", "eq", "is"))
HOLDS = frozenset((
    "compare_digest", "hash_equals", "timingSafeEqual", "strcmp", "strcasecmp", "equals", "strncmp",
    "startsWith", "startswith", "endsWith", "endswith", "includes", "indexOf", "match", "test",
    "strpos", "stripos", "str_starts_with", "str_contains", "in_array", "find", "isEqual",
    "safe_str_cmp", "constant_time_compare", "compareSync", "compare", "password_verify", "checkpw",
    "bytes_eq", "fullmatch", "search", "preg_match", "fnmatch", "checkPassword", "verify",
    "check_password_hash", "safeEqual",
))  # fmt: skip
EXACT = frozenset(("compare_digest", "hash_equals", "timingSafeEqual", "constant_time_compare",
                   "safe_str_cmp", "strcmp", "safeEqual", "checkpw", "password_verify",
                   "check_password_hash", "compareSync"))  # fmt: skip
ASKED = re.compile(
    r"(?i)passw|pwd|\bpw\b|secret|token|key|auth|\bpin\b|user|agent|header|cookie|query|param|body|"
    r"form|argv|\barg|environ|env\b|getenv|request|\breq\b|_GET|_POST|_SERVER|cmd|command|magic|"
    r"code|serial|licen|signature|digest|hash|path|host|lang|locale|zone|country|time|uid|\bword\b"
)
ASKED_BYTES = re.compile(ASKED.pattern.encode())
# A literal, or a name of what is fixed, or a call that may put one together.
FIXED = re.compile(rb"['\"`]|\d{4}|\b[A-Z_][A-Z_\d]{2,}\b|[=~]\s*[\w.]+\(")
DECIDES = ("boolean_operator", "comparison_operator", "binary_expression", "not_operator")
BOUND = re.compile(rb"[<>]")
BOUNDS = frozenset(("<", ">", "<=", ">="))
WHEN = re.compile(r"(?i)time\b|time\(|date|now\(|today|year|month|uid|clock|epoch|user_?id")
WHEN_BYTES = re.compile(WHEN.pattern.encode())
HEX = re.compile(r"[0-9a-fA-F]{16,}")


def of_choices(look: Look, brief: Brief) -> Iterator[Use]:
    """Each comparison of a condition or of a result with a constant."""
    index = look.index
    conditions = [c.condition for c in index.choices[:CHOICES]]
    conditions += [r for f in index.ordered[:CHOICES] for r in f.returns[:4]]
    decided = len(conditions)
    conditions += [
        g.node
        for every in index.given.values()
        for g in every
        if g.how in ("is", "set", "more") and getattr(g.node, "type", "") in DECIDES
    ][:CHOICES]
    for at, node in enumerate(conditions):
        words = look.words(node) if node.end_byte - node.start_byte <= LONGEST else b""
        quick = QUICK.search(words) or (BOUND.search(words) and WHEN_BYTES.search(words))
        if not quick or not FIXED.search(words):
            continue
        if not look.bundle or ASKED_BYTES.search(words):
            found = _within(look, node, brief, 0)
            yield from (u for u in found if at < decided or u.weight >= KEPT_WEIGHT)
    for name in sorted(EXACT & index.called.keys()):
        for call in index.called[name][:40]:
            yield from _call(look, call.node, brief)


def _within(look: Look, node: Node, brief: Brief, depth: int) -> Iterator[Use]:
    if depth > DEEP:
        return
    sides, sign = _sides(look, node)
    if sides is not None and sign in SIGNS:
        yield from _held(look, node, sides, brief)
    elif sides is not None and sign in BOUNDS:
        yield from _bounded(look, node, sides, brief)
    elif callee_name(node, look.index.source) in HOLDS:
        yield from _call(look, node, brief)
    for child in node.named_children[:24]:
        if child.named_child_count > 1 or child.type in PASSING:
            yield from _within(look, child, brief, depth + 1)


def _sides(look: Look, node: Node) -> tuple[tuple[Any, Any] | None, str]:
    if node.type == "comparison_operator" and len(node.named_children) == 2:
        signs = node.children_by_field_name("operators")
        sign = " ".join(look.index.source.text(s) for s in signs) if signs else "=="
        return (node.named_children[0], node.named_children[1]), sign
    shape = shape_of(node, look.index.source)
    if shape.kind == "op" and shape.b is not None and shape.c is not None:
        return (shape.b, shape.c), str(shape.a)
    return None, ""


def _call(look: Look, node: Node, brief: Brief) -> Iterator[Use]:
    """`x.startswith("…")`, `compare_digest(x, y)`."""
    shape = shape_of(node, look.index.source)
    if shape.kind != "call" or not shape.b:
        return
    given = [n for _, n in shape.b[:2]]
    if len(given) > 1:
        exact = callee_name(node, look.index.source) in EXACT
        yield from _held(look, node, (given[0], given[1]), brief, exact)
        return
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    if callee is not None and callee.kind == "member" and callee.a is not None:
        yield from _held(look, node, (callee.a, given[0]), brief)


def _bounded(look: Look, node: Node, sides: tuple[Any, Any], brief: Brief) -> Iterator[Use]:
    """A time, a date or a number of a user, before or after one that is written down."""
    for value, other in (sides, sides[::-1]):
        if isinstance(value, str) or isinstance(other, str):
            continue
        if not WHEN.search(look.index.source.text(value)[:200]):
            continue
        const = brief.of(other)
        years = re.findall(r"(?:19|20)\d\d", const[:40])
        number = const.isdigit() and len(const) < 20 and int(const) >= LARGE
        if number or years:
            name = f"{_what(look, value)} with {_shortened(const)}"
            yield Use("compares", name, look.flow.line(node), 0.68)
            return


def _made(look: Look, value: Node, other: Node) -> str:
    """The function that makes what a credential is held against, where it is given nothing."""
    shape = shape_of(other, look.index.source)
    if shape.kind != "call" or shape.b or not ASKED.search(look.index.source.text(value)[:200]):
        return ""
    name = callee_name(other, look.index.source)
    own = [
        g for g in look.index.given.get(name, ()) if g.how == "function" and not g.node.parameters
    ]
    return name if own else ""


def _held(
    look: Look, node: Node, sides: tuple[Any, Any], brief: Brief, exact: bool = False
) -> Iterator[Use]:
    for value, other in (sides, sides[::-1]):
        if isinstance(value, str) or isinstance(other, str):
            continue
        shape = shape_of(other, look.index.source)
        # a name or a call may hold a constant too; what it is compared with need not be followed
        if (
            shape.kind in ("member", "function")
            or shape_of(value, look.index.source).kind == "text"
        ):
            continue
        const = brief.of(other)
        weight = _weight(const, look.index.source.text(value)[:300])
        if weight:
            name = f"{_what(look, value)} with {_shortened(const)}"
            yield Use("compares", name, look.flow.line(node), weight)
            return
        if made := _made(look, value, other):
            name = f"{_what(look, value)} with {made}()"
            yield Use("compares", name, look.flow.line(node), 0.7)
            return
    if exact:
        one, two = (_what(look, s) for s in sides)
        yield Use("compares", f"{one} with {two}", look.flow.line(node), 0.7)


def _weight(const: str, value: str) -> float:
    """How much a comparison with a constant could open; 0 where it says nothing."""
    said = const.strip("* ")
    if len(said) < 2 or said in ("None", "True", "False"):
        return 0.0
    asked = 0.12 if ASKED.search(value) else 0.0
    if said.lstrip("-").isdigit():
        return 0.52 + asked if abs(int(said[:20])) >= LARGE else 0.0
    if HEX.fullmatch(said):
        return 0.74 + asked
    if PLAIN.fullmatch(said) or "typeof" in value:
        return 0.22
    if said.startswith("/"):
        return 0.5 + asked
    return 0.36 + 0.3 * rarity(said) + asked if len(said) > 3 else 0.3 + asked


def _shortened(const: str) -> str:
    """A constant as it is told: never a whole secret that opens something elsewhere."""
    return const if len(const) <= TOLD else f"{const[: TOLD - 1]}…"


def _what(look: Look, node: Node) -> str:
    """What is compared, as the names in it, the last of them."""
    words = re.findall(r"[A-Za-z_$][\w-]*", look.index.source.text(node)[:200])
    return ".".join(words[-2:])[:60] or "a value"
