"""Fixed secrets: input that is held against a literal, and what the equal case lets through.

The effect is shown only where all three stand in the tree: that the compared value comes from a
request, that it is compared with a constant, and that the equal branch grants. Less is a place to
look at.

Spec: CWE-798 (hard-coded credentials), CWE-489 (active debug code).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.finding import Finding
from evenhand.code.index import Choice, Function
from evenhand.code.look import Look
from evenhand.code.sensitive import secret_name
from evenhand.code.syntax import shape_of
from evenhand.code.value import Tag, Value

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 6_000
SECRET_WORK = 20_000  # expressions looked at in one file, before this asks no more
DEEP = 6
COMPARES = re.compile(
    r"(.*\.)?(compare_digest|timingSafeEqual|hash_equals|strcmp|equals|check_password_hash|verify"
    r"|password_verify|compareSync|compare|isEqual)"
)
GRANTS = re.compile(
    rb"(?ix) \breturn\s*\(?\s*(true|1\b|next\s*\(|\$?user|admin"
    rb"|\{[^}]{0,80}(ok|auth|admin)\w*\s*:\s*true)"
    rb"| \b(next|login_user|grant\w*|set_?auth\w*|authenticate|allow\w*|start_session)\s*\("
    rb"| (is_?)?(admin|auth\w*|logged_?in|authori[sz]ed|superuser|staff|root|privileged|role)\w*"
    rb"['\"]?\]?\s*(=|:|=>)\s*['\"]?(true|1\b|admin|root|superuser)"
)
RUNS = re.compile(
    rb"(?i)\b(exec|eval|system|popen|shell_exec|passthru|execSync|spawn|os\.execute|subprocess)\b"
)
GUARDS = re.compile(
    r"(?i)auth|login|log_in|check|verify|valid|password|allow|permit|access|session"
)
PLAIN = re.compile(
    r"(?i)(true|false|null|none|undefined|bearer|basic|string|object|function|number|post|get|put"
    r"|yes|no|on|off|password|passwd|token|secret|key|auth\w*|\w*_token|\w*-token|client_credentials"
    r"|public|private|default|unknown|change_?me|x{3,}|\*+|\.+|[a-z_]*password[a-z_]*|code|refresh\w*"
    r"|digest|negotiate|jwt|api_?key|admin|ssh|rsa|pem|ecdsa|ed25519|totp|hotp|email|sms)"
)
TESTS = re.compile(
    r"(?i)(^|[/_.-])(tests?|spec|specs|examples?|demos?|fixtures?|mocks?|samples?)([/_.-]|$)"
)


class Compared(NamedTuple):
    """A comparison of a value with a literal; `equal` is the case in which they are the same."""

    node: Node
    value: Node
    secret: str
    equal: bool


def fixed_secrets(look: Look) -> Iterator[Finding]:
    """Every choice that lets past who knows a literal."""
    tested = bool(TESTS.search(look.path))
    for choice in look.index.choices[:CHOICES]:
        if look.flow.work > (SECRET_WORK // 8 if look.minified else SECRET_WORK):
            break
        text = look.words(choice.condition)
        if not text or len(text) > 1500:
            continue
        for compared in _comparisons(look, choice.condition, 0):
            found = _judged(look, choice, compared, tested)
            if found is not None:
                yield found
    for function in look.index.ordered[:CHOICES]:
        for value in function.returns[:6]:
            if GUARDS.search(function.name) and len(look.words(value)) < 600:
                for compared in _comparisons(look, value, 0):
                    found = _returned(look, function, compared, tested)
                    if found is not None:
                        yield found


def _comparisons(look: Look, node: Node, depth: int) -> Iterator[Compared]:
    """Comparisons with a literal anywhere in a condition."""
    if depth > DEEP:
        return
    sides, sign = _sides(look, node)
    if sides is not None and sign in ("==", "===", "in", "~=", "!=", "!==", "eq"):
        yield from _held(look, node, sides, sign)
        return
    for child in node.named_children[:24]:
        yield from _comparisons(look, child, depth + 1)


def _sides(look: Look, node: Node) -> tuple[tuple[Node, Node] | None, str]:
    """The two sides of a comparison, by a sign or by a function that compares."""
    if node.type == "comparison_operator" and len(node.named_children) == 2:
        signs = node.children_by_field_name("operators")
        sign = look.index.source.text(signs[0]) if signs else "=="
        return (node.named_children[0], node.named_children[1]), sign
    shape = shape_of(node, look.index.source)
    if shape.kind == "op" and shape.b is not None and shape.c is not None:
        return (shape.b, shape.c), str(shape.a)
    if shape.kind == "call" and len(shape.b) >= 1:
        name = look.flow.ref(shape.a) or look.index.source.text(node).partition("(")[0]
        if COMPARES.fullmatch(name):
            if len(shape.b) >= 2:
                return (shape.b[0][1], shape.b[1][1]), "=="
            callee = shape_of(shape.a, look.index.source)
            if callee.kind == "member" and callee.a is not None:
                return (callee.a, shape.b[0][1]), "=="
    return None, ""


def _held(look: Look, node: Node, sides: tuple[Node, Node], sign: str) -> Iterator[Compared]:
    for value, other in (sides, sides[::-1]):
        look.flow.begin()
        const = look.flow.value(other).const
        texts = const if isinstance(const, tuple) else (const,)
        for text in texts[:8]:
            said = text.decode("latin-1") if isinstance(text, bytes) else text
            if isinstance(said, str) and telling(said):
                yield Compared(node, value, said, sign in ("==", "===", "in", "eq"))
                break


def telling(text: str) -> bool:
    """True for a literal that could be a secret: not a word of protocols or types."""
    return 5 <= len(text) <= 200 and not PLAIN.fullmatch(text) and " " not in text.strip()[:40]


def rarity(text: str) -> float:
    """0–1: how little a literal looks like a word (bits a character, over its length)."""
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    mixed = sum(bool(re.search(p, text)) for p in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w]"))
    return min(1.0, bits / 4 * 0.6 + (mixed - 1) * 0.2)


def _input(look: Look, node: Node) -> tuple[Tag | None, str]:
    """Where a compared value comes from, and the name that it has."""
    look.flow.begin()
    value: Value = look.flow.value(node)
    text = look.index.source.text(node)[:200]
    named = re.findall(r"[A-Za-z_][\w-]*", text)
    named = [n for n in named if n.lower() not in ("key", "token", "auth", "pin")] or named
    name = next((n for n in reversed(named) if secret_name(n.replace("-", "_"))), "")
    tag = value.having("request", "socket")
    if not name and tag is not None:
        said = " ".join(value.texts)
        name = next(
            (w for w in re.findall(r"[\w-]+", said) if secret_name(w.replace("-", "_"))), ""
        )
    return tag, name


def _judged(look: Look, choice: Choice, compared: Compared, tested: bool) -> Finding | None:
    """What a choice on a literal lets through, if it grants."""
    tag, name = _input(look, compared.value)
    low, high = choice.start, choice.end
    if not compared.equal:
        low, high = _after(look, choice)
    branch = look.index.source.data[low:high][:3000]
    grants, runs = GRANTS.search(branch), RUNS.search(branch) if tag is not None else None
    if not (grants or runs) or not (name or (tag is not None and rarity(compared.secret) > 0.7)):
        return None
    at = choice.inside
    guard = bool(at and GUARDS.search(at.name)) or tag is not None or bool(runs)
    if not guard:
        return None
    effect = "runs what is asked" if runs and not grants else "lets it through"
    return _finding(look, compared, tag, name, effect, tested, compared.node)


def _after(look: Look, choice: Choice) -> tuple[int, int]:
    """What follows a choice that leaves where the literal differs: the rest of its function."""
    leaves = re.search(
        rb"\b(return|raise|throw|exit|die|abort|res\.)",
        look.index.source.data[choice.start : choice.end],
    )
    end = choice.inside.end if choice.inside is not None else len(look.index.source.data)
    return (choice.end, end) if leaves else (0, 0)


def _returned(look: Look, function: Function, compared: Compared, tested: bool) -> Finding | None:
    """`return given == "literal"` in a function that checks."""
    tag, name = _input(look, compared.value)
    if not compared.equal or not name:
        return None
    return _finding(look, compared, tag, name, "returns that it is right", tested, compared.node)


def _finding(
    look: Look,
    compared: Compared,
    tag: Tag | None,
    name: str,
    effect: str,
    tested: bool,
    node: Node,
) -> Finding | None:
    line = look.flow.line(node)
    if tag is None and name.lower() in ("key", "token", "auth", "pin"):
        return None  # as parsers and maps call what they compare
    strength = 0.45 + 0.3 * rarity(compared.secret) + (0.15 if tag is not None else 0.0)
    if tested or look.bundle:
        strength -= 0.3
    shown = True if tag is not None and not tested and not look.minified else None
    what = name or "what is asked"
    steps = (
        *(tag.steps if tag is not None else ()),
        (line, f"holds {what} against a fixed text of {len(compared.secret)} characters"),
        (line, effect),
    )
    secret = compared.secret if len(compared.secret) <= 8 else compared.secret[:4] + "…"
    return Finding(
        "checks a fixed secret", secret, round(max(0.1, min(0.98, strength)), 3), line, steps,
        "when called", access="fixed secret", shown=shown,
    )  # fmt: skip
