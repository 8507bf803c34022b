"""A fixed word that is taken beside the true secret: `t != TOKEN and t != "literal"` turns away.

The same value is held in one function against something that is set up or kept elsewhere, and
against a text that stands in the code: whoever knows the text needs no secret.

Spec: CWE-798 (hard-coded credentials).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.asked import PLAIN_NAMES, asked
from evenhand.code.credential import names_secret, opaque, sent
from evenhand.code.finding import Finding
from evenhand.code.index import Choice, Function
from evenhand.code.look import Look
from evenhand.code.secrets import GUARDS, PLACEHOLDER, TESTS, compared_sides, rarity, telling
from evenhand.code.sensitive import secret_name
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

PLACES = 3_000  # choices and functions looked at in one file
WORK = 20_000  # expressions looked at in one file, before this asks no more
DEEP = 6
LONGEST = 1_000  # of a condition, and of what a value is called
DENIES = re.compile(
    rb"(?i)\b40[13]\b|permission_?(error|denied)|unauthori[sz]ed|forbidden|access_?denied|\bden(y|ied)\b"
    rb"|not_?(allowed|authori)|\b(?:invalid|bad|wrong)[_ ]?(?:token|key|pass|cred|secret)"
)
REFUSES = re.compile(rb"\breturn\s*\(?\s*(?:false|False|!1|None|null)\b|\.close\(|\bdestroy\(")
SIGNS = ("==", "===", "!=", "!==", "~=")
HOLDS = re.compile(r"set|frozenset|tuple|list|Set|Array|in_array")
ASKS_IN = ("includes", "has", "indexOf", "contains", "__contains__", "index", "count")
NOT_IN = re.compile(r"\bnot\s+in\b")
SCHEME = re.compile(r"(?i)^(bearer|basic|token|apikey|key) +")
EACH = re.compile(r"any|some|find|in_array")


class Held(NamedTuple):
    """A comparison of a value with one thing, and whether it stands alone in a condition."""

    node: Node
    value: Node
    other: Node
    refuses: bool  # where none is the same, and nothing else is asked, somebody is turned away


def second_words(look: Look) -> Iterator[Finding]:
    """Every value that is held against a secret and against a fixed text."""
    if look.minified:
        return
    groups: dict[tuple[int, str], list[Held]] = defaultdict(list)
    inside: dict[int, Function | None] = {}
    start = look.flow.work
    for at, node, choice in _asks(look):
        if look.flow.work - start > WORK:
            break
        if node.end_byte - node.start_byte > LONGEST:
            continue
        inside[id(at)] = at
        every = list(_within(look, node, 0))
        clear = choice is not None and _turns_away(look, choice, every)
        for one in every:
            name = look.index.source.text(one.value)[:LONGEST]
            groups[id(at), name].append(one._replace(refuses=clear))
    for (at_, _), every in groups.items():
        found = _judged(look, inside[at_], every) if len(every) > 1 else None
        if found is not None:
            yield found


def _asks(look: Look) -> Iterator[tuple[Function | None, Node, Choice | None]]:
    """Conditions, what functions that check return, and what a name that either holds was given."""
    names: list[tuple[Function | None, Node]] = []
    for choice in look.index.choices[:PLACES]:
        yield choice.inside, choice.condition, choice
        names.append((choice.inside, choice.condition))
    for function in look.index.ordered[:PLACES]:
        for value in function.returns[:4]:
            yield function, value, None
            names.append((function, value))
    for at, node in names:
        name = look.index.source.text(node)[:60].strip("!() ").removeprefix("not ")
        for given in look.index.given.get(name, ())[:4]:
            if given.inside is at and given.how in ("is", "set"):
                yield at, given.node, None


def _within(look: Look, node: Node, depth: int) -> Iterator[Held]:
    """Comparisons anywhere in a condition, one for each thing that a value is held against."""
    if depth > DEEP:
        return
    sides, sign = compared_sides(look, node)
    if sides is not None and sign in SIGNS:
        for value, other in (sides, sides[::-1]):
            yield Held(node, value, other, False)
            yield from _sought(look, node, value)
        return
    sought = list(_sought(look, node, node))
    yield from sought
    for child in node.named_children[:12] if not sought else ():
        yield from _within(look, child, depth + 1)


def _sought(look: Look, node: Node, within: Node) -> Iterator[Held]:
    """What is sought in a collection, against each thing that it holds."""
    value, where = _membership(look, within)
    if value is not None and where is not None:
        for other in _elements(look, where, 0):
            yield Held(node, value, other, False)


def _membership(look: Look, node: Node) -> tuple[Node | None, Node | None]:
    """What is sought, and in what: `x in y`, `y.includes(x)`, `any(same(x, k) for k in y)`."""
    source = look.index.source
    if node.type == "comparison_operator" and node.named_child_count == 2:
        left, right = node.named_children
        between = source.data[left.end_byte : right.start_byte].split()
        return (left, right) if between[-1:] == [b"in"] else (None, None)
    shape = shape_of(node, source)
    if shape.kind != "call" or not shape.b or shape.a is None:
        return None, None
    callee = shape_of(shape.a, source)
    given: Node = shape.b[0][1]
    if callee.kind == "member" and callee.b in ASKS_IN:
        return given, callee.a
    name = callee.b if callee.kind == "member" else callee.a
    if not isinstance(name, str) or not EACH.fullmatch(name):
        return None, None
    if name == "in_array" and len(shape.b) > 1:
        return given, shape.b[1][1]
    return _each(look, given, callee.a if callee.kind == "member" else None)


def _each(look: Look, given: Node, owner: Any) -> tuple[Node | None, Node | None]:
    """`any(same(x, k) for k in y)` and `y.some((k) => same(x, k))`."""
    source, todo = look.index.source, [given]
    where = owner
    names: set[str] = set()
    compared: tuple[Node, Node] | None = None
    for _ in range(24):
        if not todo:
            break
        one = todo.pop(0)
        if one.type == "for_in_clause":
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            if left is not None and right is not None:
                where, names = right, {source.text(left)}
            continue
        if one.type in ("arrow_function", "function_expression"):
            names = set(source.grammar.parameters(one, source))
        sides, sign = compared_sides(look, one)
        if sides is not None and sign in ("==", "==="):
            compared = compared or sides
            continue
        todo += one.named_children[:6]
    if compared is None or where is None:
        return None, None
    values = [s for s in compared if not names & set(re.findall(r"\w+", source.text(s)[:200]))]
    return (values[0], where) if len(values) == 1 else (None, None)


def _elements(look: Look, node: Any, depth: int) -> Iterator[Node]:
    """What a collection holds, also where a name stands for it, or it is added to."""
    if node is None or isinstance(node, str) or depth > 3:
        return
    source = look.index.source
    shape = shape_of(node, source)
    if shape.kind == "many":
        yield from shape.a[:24]
    elif shape.kind == "pass":
        yield from _elements(look, shape.a, depth + 1)
    elif shape.kind == "call" and shape.b:
        called = source.text(node).partition("(")[0].removeprefix("new ").strip()
        if HOLDS.fullmatch(called):
            yield from _elements(look, shape.b[0][1], depth + 1)
    elif shape.kind in ("name", "member"):
        name = source.text(node)[:80]
        given = [g for g in look.index.given.get(name, ())[:4] if g.how in ("is", "set", "more")]
        for one in given:
            yield from _elements(look, one.node, depth + 1)
        for how in ("append", "add", "push") if given else ():
            for call in look.index.called.get(how, ())[:40]:
                added = shape_of(call.node, source)
                if added.b and source.text(call.node).startswith(f"{name}."):
                    yield added.b[0][1]


def _judged(look: Look, inside: Function | None, every: list[Held]) -> Finding | None:
    """What one value is held against, where that is a secret and a text that is fixed."""
    fixed: list[tuple[Held, str]] = []
    kept: list[Held] = []
    for one in every[:24]:
        look.flow.begin()
        const = look.flow.value(one.other).const
        text = const.decode("latin-1") if isinstance(const, bytes) else const
        if isinstance(text, str):
            text = SCHEME.sub("", text)
            if telling(text) and not PLACEHOLDER.search(text):
                fixed.append((one, text))
        elif const is None and _kept(look, one.other):
            kept.append(one)
    if not fixed or not kept:
        return None
    (one, text), secret = fixed[0], any(_secret(look, k.other) for k in kept)
    part = sent(look, one.value)
    tag, name = asked(look, one.value)
    field = part.field if part is not None and part.field else name
    weak_name = not name or name.lower() in PLAIN_NAMES
    if part is not None and field and not names_secret(field, text) and not secret:
        return None
    if part is None and tag is None and weak_name and not secret:
        return None
    if part is not None and field and not names_secret(field, ""):
        return None  # it says what is asked, not who asks
    return _made(look, inside, one, text, field or name, part is not None)


def _kept(look: Look, node: Node) -> bool:
    """True for what is set up, read or kept: a name, a part, a call, or a text made with one."""
    text = look.index.source.text(node)[:200]
    return bool(re.search(r"[A-Za-z_$]\w", text)) and text.lower() not in (
        "none", "null", "undefined", "nil", "true", "false",
    )  # fmt: skip


def _secret(look: Look, node: Node) -> bool:
    """True where a name here, or in what it was given, is that of a secret."""
    source = look.index.source
    text = source.text(node)[:200]
    given = look.index.given.get(text, ())[:3]
    texts = [text, *(source.text(g.node)[:200] for g in given if g.how in ("is", "set", "item"))]
    words = {w for t in texts for w in re.findall(r"[A-Za-z_]\w*", t)}
    return any(secret_name(w) for w in words)


def _made(
    look: Look, inside: Function | None, one: Held, text: str, field: str, is_sent: bool
) -> Finding | None:
    data = look.index.source.data
    body = data[inside.start : inside.end] if inside is not None else data[:LONGEST]
    denies = bool(DENIES.search(body))
    if not denies and not REFUSES.search(body):
        guards = inside is not None and bool(GUARDS.search(look.title(inside)))
        if not guards and not is_sent:
            return None
    tested = bool(TESTS.search(look.path))
    rare = opaque(text, True)
    strength = 0.5 + 0.2 * rarity(text) + (0.1 if denies else 0.0) + (0.1 if is_sent else 0.0)
    strength -= (0.0 if rare else 0.15 if is_sent else 0.22) + (0.3 if tested else 0.0)
    shown = is_sent and rare and one.refuses and not tested and names_secret(field, text)
    line = look.flow.line(one.node)
    what = field or "what is asked"
    steps = (
        (line, f"holds {what} against a fixed text of {len(text)} characters"),
        (line, "as against what is set up: either is enough"),
    )
    about = text if len(text) <= 8 else text[:4] + "…"
    return Finding(
        "checks a fixed secret", about, round(max(0.1, min(0.97, strength)), 3), line, steps,
        "when called", access="fixed secret" if strength >= 0.5 else "", shown=shown or None,
    )  # fmt: skip


def _turns_away(look: Look, choice: Choice, every: list[Held]) -> bool:
    """True where a condition asks for one value alone, and turns away where nothing is the same."""
    if not every or not DENIES.search(look.index.source.data[choice.start : choice.end]):
        return False
    shared: dict[int, set[str]] = defaultdict(set)
    for one in every:
        shared[one.node.id].add(look.index.source.text(one.value))
    alone = bool(set.intersection(*shared.values()))
    return alone and _differs(look, choice.condition, True, 0)


def _differs(look: Look, node: Node, meant: bool, depth: int) -> bool:
    """True where an expression is true only if every comparison in it finds no two the same."""
    if depth > DEEP:
        return False
    sides, sign = compared_sides(look, node)
    if sides is not None and sign in SIGNS:
        return (sign in ("!=", "!==", "~=")) == meant
    source = look.index.source
    value, _ = _membership(look, node)
    if value is not None:
        negative = bool(NOT_IN.search(source.text(node)))
        return negative == meant
    own = {source.text(c) for c in node.children if not c.is_named}
    parts = node.named_children
    if node.type.startswith("parenthesized") and len(parts) == 1:
        return _differs(look, parts[0], meant, depth + 1)
    if own & {"not", "!"} and len(parts) == 1:
        return _differs(look, parts[0], not meant, depth + 1)
    joined = {"and", "&&"} if meant else {"or", "||"}
    if own & joined and len(parts) == 2:
        return all(_differs(look, p, meant, depth + 1) for p in parts)
    return False
