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

from evenhand.code import grant
from evenhand.code.asked import asked
from evenhand.code.credential import STRONG, names_secret, opaque, sent
from evenhand.code.finding import Finding
from evenhand.code.fixed import assembled
from evenhand.code.grant import Grant
from evenhand.code.index import Choice, Function
from evenhand.code.look import Look
from evenhand.code.sensitive import secret_name
from evenhand.code.syntax import shape_of
from evenhand.code.value import Tag

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 6_000
SECRET_WORK = 20_000  # expressions looked at in one file, before this asks no more
DEEP = 6
COMPARES = re.compile(
    r"(.*\.)?(compare_digest|timingSafeEqual|hash_equals|strcmp|strcasecmp|equals"
    r"|check_password_hash|verify|password_verify|compareSync|compare|isEqual|startsWith"
    r"|startswith|str_starts_with|checkpw|constant_time_compare|safe_str_cmp)"
)
SAME = ("==", "===", "in", "eq")
HASHES = re.compile(
    rb"(?:scrypt|pbkdf2|argon2|bcrypt|checkpw|check_password|password_verify|hashpw)\w*\s*[.(]"
)
KIND_OF = re.compile(rb"\s*(?:typeof\b|(?:type|gettype|get_debug_type|get_class)\s*\()")
PARTLY = re.compile(rb"(?i)starts_?with|\bin\b")  # what is held against a part of it
GUARDS = re.compile(
    r"(?i)auth|login|log_?in|check|verif|valid|passw|allow|permit|access|session|opens?_?|unlock"
    r"|sign_?in|pin\b|guard|may(_|\b)|can_"
)
PLAIN = re.compile(
    r"(?i)(true|false|null|none|undefined|bearer|basic|string|object|function|number|post|get|put"
    r"|yes|no|on|off|log_?in|log_?out|password|passwd|token|secret|key|auth\w*|\w*_token|\w*-token|client_credentials"
    r"|public|private|default|unknown|change_?me|x{3,}|\*+|\.+|[a-z_]*password[a-z_]*|code|refresh\w*"
    r"|digest|negotiate|jwt|api_?key|admin|ssh|rsa|pem|ecdsa|ed25519|totp|hotp|email|sms)"
)
CHECKS = re.compile(r"(?i)(?:check|test|verif\w*|valid\w*|auth\w*|compare)$")
PLACEHOLDER = re.compile(
    r"(?i)change.?me|example|placeholder|your[-_ ]|dummy|sample|test|demo|foo|xxx|todo|default|<|\{"
)
TESTS = re.compile(
    r"(?i)(^|[/_.-])(tests?|spec|specs|examples?|demos?|fixtures?|mocks?|samples?)([/_.-]|$)"
)


class Compared(NamedTuple):
    """A comparison of a value with what is fixed; `equal` where the case is that they are same."""

    node: Node
    value: Node
    secret: str  # empty where it is put together and not known
    equal: bool
    alone: bool = True  # nothing else has to hold as well


def fixed_secrets(look: Look) -> Iterator[Finding]:
    """Every choice that lets past who knows what is fixed."""
    tested = bool(TESTS.search(look.path))
    for choice in look.index.choices[:CHOICES]:
        if look.flow.work > (SECRET_WORK // 8 if look.minified else SECRET_WORK):
            break
        text = look.words(choice.condition)
        if not text or len(text) > 1500:
            continue
        for compared in comparisons(look, choice.condition, 0):
            found = _judged(look, choice, compared, tested)
            if found is not None:
                yield found
    for function in look.index.ordered[:CHOICES]:
        for value in _answers(look, function):
            if GUARDS.search(function.name) and len(look.words(value)) < 600:
                for compared in comparisons(look, value, 0):
                    found = _returned(look, function, compared, tested)
                    if found is not None:
                        yield found


def _answers(look: Look, function: Function) -> list[Node]:
    """What a function returns, and what a name that it returns was given."""
    found = list(function.returns[:6])
    for value in function.returns[:6]:
        if value.type == "identifier":
            given = look.index.given.get(look.index.source.text(value), ())
            found += [g.node for g in given if g.inside is function and g.how in ("is", "set")][:6]
    return found


def comparisons(look: Look, node: Node, depth: int) -> Iterator[Compared]:
    """Comparisons with what is fixed anywhere in a condition."""
    yield from _comparisons(look, node, depth, True, True)


def _comparisons(
    look: Look, node: Node, depth: int, meant: bool, alone: bool
) -> Iterator[Compared]:
    """`meant` turns with every *not*; `alone` is lost beside what has to hold as well."""
    if depth > DEEP:
        return
    sides, sign = compared_sides(look, node)
    if sides is not None and sign in (*SAME, "~=", "!=", "!=="):
        for one in _held(look, node, sides, sign):
            yield one._replace(equal=one.equal == meant, alone=alone)
        return
    sign = _sign(look, node)
    parts = node.named_children[:24]
    if sign in ("!", "not"):
        meant = not meant
    elif sign in ("&&", "and", "||", "or"):
        for part in parts:
            # where one of several is enough, and the others say less than who is meant
            yield from _both(look, part, [p for p in parts if p != part], sign, depth, meant, alone)
        return
    elif not node.type.startswith("parenthesized"):
        alone = False
    for child in parts:
        yield from _comparisons(look, child, depth + 1, meant, alone)


def _both(
    look: Look, part: Node, others: list[Node], sign: str, depth: int, meant: bool, alone: bool
) -> Iterator[Compared]:
    """Comparisons in one side of an *and* or *or*."""
    for one in _comparisons(look, part, depth + 1, meant, alone):
        # of `a == x and b`, and of `a != x or b` where it turns away, b has to hold as well
        asks = (sign in ("&&", "and")) == one.equal
        heavy = asks and not all(_light(look, other, one) for other in others)
        yield one._replace(alone=one.alone and not heavy)


def _light(look: Look, other: Node, compared: Compared) -> bool:
    """True for what only says that the value is there, or holds more that is sent against a text.

    What the machine, its settings or its records have to say is not light.
    """
    said = look.index.source.text(other).strip("(!) \n").removeprefix("isset(").removeprefix("not ")
    if re.fullmatch(r"[$\w.\[\]'\"\->]+", said):
        return said in look.index.source.text(compared.value)
    sides, sign = compared_sides(look, other)
    if sides is None or sign not in (*SAME, "!=", "!=="):
        return False
    look.flow.begin()
    return any(
        sent(look, one) is not None and look.flow.value(two).const is not None
        for one, two in (sides, sides[::-1])
    )


def _sign(look: Look, node: Node) -> str:
    """The sign of an operation."""
    if node.type == "not_operator":
        return "not"
    if not re.search(r"unary|binary|boolean", node.type):
        return ""
    sign = next((c for c in node.children if not c.is_named), None)
    return look.index.source.text(sign) if sign is not None else ""


def compared_sides(look: Look, node: Node) -> tuple[tuple[Node, Node] | None, str]:
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
        if KIND_OF.match(look.words(value)):
            continue
        look.flow.begin()
        const = look.flow.value(other).const
        texts = const if isinstance(const, tuple) else (const,)
        for text in texts[:8]:
            said = text.decode("latin-1") if isinstance(text, bytes) else text
            if isinstance(said, str) and telling(said):
                yield Compared(node, value, said, sign in SAME)
                return
        if const is None and assembled(look, other):
            yield Compared(node, value, "", sign in SAME)
            return


def telling(text: str) -> bool:
    """True for a literal that could be a secret: not a word of protocols or types."""
    return (
        5 <= len(text) <= 200 and not PLAIN.fullmatch(text.strip()) and " " not in text.strip()[:40]
    )


def rarity(text: str) -> float:
    """0–1: how little a literal looks like a word (bits a character, over its length)."""
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    mixed = sum(bool(re.search(p, text)) for p in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w]"))
    return min(1.0, bits / 4 * 0.6 + (mixed - 1) * 0.2)


def _judged(look: Look, choice: Choice, compared: Compared, tested: bool) -> Finding | None:
    """What a choice on something fixed lets through, if it grants."""
    low, high = choice.start, choice.end
    if not compared.equal:
        low, high = _after(look, choice)
    let = grant.of(look, low, high)
    if let is None:
        return None
    tag, name = asked(look, compared.value)
    at = choice.inside
    if tag is None:
        name = name or _guarded(look, compared.value, at)
        if let.acts or not name or not ((at and GUARDS.search(at.name)) or let.sure == 1.0):
            return None
    return _finding(look, compared, at, tag, name, let, tested)


def _guarded(look: Look, node: Node, function: Function | None) -> str:
    """The name of a check, for the parameter that it is given to check."""
    if function is None:
        return ""
    if _hashed(look, node, function):
        return f"password {look.index.source.text(node)[:40]}"
    if not secret_name(function.name.rpartition("check_")[2] or function.name):
        return ""
    text = look.index.source.text(node)[:60]
    root = re.match(r"\$?\w+", text)
    return f"what {function.name} is given" if root and root[0] in function.parameters else ""


def _hashed(look: Look, node: Node, function: Function) -> bool:
    """True for a parameter that the same function makes a digest of, as is done with passwords."""
    name = look.index.source.text(node)[:60]
    if name not in function.parameters:
        return False
    body = look.index.source.data[function.start : function.end]
    told = rb"[^;\n]{0,80}(?<![\w.])" + re.escape(name.encode()) + rb"\b"
    return bool(re.search(HASHES.pattern + told, body))


def _after(look: Look, choice: Choice) -> tuple[int, int]:
    """What follows a choice that leaves where the literal differs: the rest of its function."""
    leaves = grant.LEAVES.search(look.index.source.data[choice.start : choice.end])
    end = choice.inside.end if choice.inside is not None else len(look.index.source.data)
    return (choice.end, end) if leaves else (0, 0)


def _returned(look: Look, function: Function, compared: Compared, tested: bool) -> Finding | None:
    """`return given == "literal"` in a function that checks."""
    tag, name = asked(look, compared.value)
    name = name or ("" if compared.secret else _guarded(look, compared.value, function))
    if not compared.equal or not name or _answer(look, compared):
        return None
    let = Grant("returns that it is right", 0.5, clear=True)
    return _finding(look, compared, function, tag, name, let, tested)


def _answer(look: Look, compared: Compared) -> bool:
    """True for the word that another check answers: what it is given is not what is compared."""
    shape = shape_of(compared.value, look.index.source)
    if shape.kind != "call" or not compared.secret or not compared.secret.isalpha():
        return False
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    name = callee.b if callee is not None and callee.kind == "member" else ""
    return CHECKS.search(str(name)) is not None and bool(shape.b)


def _finding(
    look: Look,
    compared: Compared,
    inside: Function | None,
    tag: Tag | None,
    name: str,
    let: Grant,
    tested: bool,
) -> Finding | None:
    line, secret = look.flow.line(compared.node), compared.secret
    if tag is None and secret and name.lower() in ("key", "token", "auth", "pin"):
        return None  # as parsers and maps call what they compare
    part = sent(look, compared.value) if tag is not None else None
    field = part.field or name if part is not None else name
    telling_ = names_secret(field, secret)
    if part is not None and not telling_:
        return None
    rare = rarity(secret) if secret else 1.0
    strength = 0.4 + 0.3 * rare + 0.1 * let.sure + (0.15 if part is not None else 0.0)
    strength -= 0.3 if tested or look.bundle else 0.0
    strength -= 0.0 if telling_ else 0.35
    proven = part is not None and not tested and _proven(look, compared, inside, field, let)
    what = name or field or "what is asked"
    said = f"a fixed text of {len(secret)} characters" if secret else (
        "what is put together from constants"
    )  # fmt: skip
    steps = (
        *(tag.steps if tag is not None else ()),
        (line, f"holds {what} against {said}"),
        (line, let.words),
    )
    about = secret if len(secret) <= 8 else secret[:4] + "…"
    return Finding(
        "checks a fixed secret", about or "assembled", round(max(0.1, min(0.98, strength)), 3),
        line, steps, "when called", access="fixed secret", shown=proven or None,
    )  # fmt: skip


def _proven(
    look: Look, compared: Compared, inside: Function | None, field: str, let: Grant
) -> bool:
    """True where a credential that is sent, equal to what is fixed, is all that it takes."""
    secret = compared.secret
    if not (secret and compared.alone and let.clear) or look.minified:
        return False
    partly = PARTLY.search(look.words(compared.node)) and not opaque(secret)
    if PLACEHOLDER.search(secret) or partly:
        return False
    if let.sure == 1.0:
        return True
    named = STRONG.search(field) or secret_name(field) or field.lower() == "authorization"
    guards = inside is not None and GUARDS.search(inside.name)
    return bool(named and (let.words == grant.ON or guards))
