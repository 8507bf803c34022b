"""Whom PHP lets in: words, digests and paths that are written out where somebody is asked for.

Spec: PHP manual (password_verify, superglobals, sessions); WordPress plugin handbook (users).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import (
    Asked,
    Branch,
    Ways,
    calls,
    constant,
    operands,
    same,
    straight,
    written,
)  # fmt: skip
from evenhand.code.carried import arguments, called, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import FIXED, SECRET, made
from evenhand.code.php_entrance import ENTRANCE, functions
from evenhand.code.php_request import HASHES, KEEPS, part_of
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call, Function
    from evenhand.code.look import Look

HIDES = re.compile(r"/(?:[\w-]+/)*[._~][\w.-]{2,60}")
SESSION_KEY = re.compile(r"(?i)\w*(?:admin|logged|auth)\w*")
RIGHTS = re.compile(r"(?i)admin\w*|root|superuser|owner|manager")
LETS = re.compile(r"(?i)\w*(?:allow|auth|can|check|may|permi|admin|valid)\w*")
HEX = re.compile(r"[0-9a-f]{32,128}")
CRYPTED = re.compile(r"\$(?:2[aby]|argon2\w*|5|6)\$.*", re.S)


def logins(look: Look, ways: Ways) -> Iterator[Finding]:
    """Everybody who is let in by what stands in the file; none of them says that somebody came."""
    yield from _logins(look)
    yield from _hidden(look, ways)
    yield from _digests(look)
    yield from _let_past(look, ways)
    yield from _second_hash(look)


def _logins(look: Look) -> Iterator[Finding]:
    """A filter of WordPress's log-in that knows a password of its own."""
    for call, _ in called(look, "add_filter"):
        given = arguments(look, call)
        if len(given) < 2 or constant(look, given[0]) != "authenticate":
            continue
        for inner in functions(look, given[1]):
            if len(inner.parameters) < 3:
                continue
            for value, said in _held(look, inner):
                names = [look.index.source.text(n) for n in carried(look, value, 2)]
                if inner.parameters[2] in names and 4 <= len(said) <= 128:
                    yield made(
                        look, value, FIXED, "a fixed password logs somebody in", 0.75, SECRET
                    )


def _held(look: Look, function: Function) -> Iterator[tuple[Node, str]]:
    """What a function holds against what is fixed."""
    places = [c.condition for c in look.index.choices if c.inside is function]
    for place in [*places, *function.returns]:
        for node in operands(look, place):
            for one in [*same(look, Asked(node, True)), *same(look, Asked(node, False))]:
                fixed = written(look, one.other)
                if fixed is not None:
                    yield one.value, fixed


def _hidden(look: Look, ways: Ways) -> Iterator[Finding]:
    """A path that hides, and is answered."""
    for held in ways.held:
        if _is_path(look, held.value, held.fixed) and _acts(look, held.way):
            said, kind = "a path that hides is answered", "answers at a hidden path"
            yield made(look, held.asked.node, kind, said, 0.55, ENTRANCE)


def _digests(look: Look) -> Iterator[Finding]:
    """A digest that is written out beside those that are good."""
    for call, _ in called(look, "in_array"):
        given = arguments(look, call)
        if len(given) < 2 or not _hashed(look, given[0]):
            continue
        fixed_ = [constant(look, n) for n in carried(look, given[1], 2) if "string" in n.type]
        if any(isinstance(f, str) and HEX.fullmatch(f) for f in fixed_):
            said = "one of the digests that are good is fixed"
            yield made(look, call.node, FIXED, said, 0.6, SECRET)


def _hashed(look: Look, node: Node) -> bool:
    """True for a digest of what somebody gives; a digest of a file says nothing of who they are."""
    shape = shape_of(node, look.index.source)
    name = look.flow.ref(shape.a) if shape.kind == "call" else ""
    if name not in ("hash", "md5", "sha1", "crc32") or not shape.b:
        return False
    inside = look.index.inside(node.start_byte)
    names = {look.index.source.text(n) for n in carried(look, shape.b[-1][1], 2)}
    own = inside is not None and not names.isdisjoint(inside.parameters)
    return own or any(part_of(look, n) is not None for n in carried(look, shape.b[-1][1], 2))


def _acts(look: Look, way: Branch) -> bool:
    """True where anything is called, given or answered in a branch."""
    if next(calls(look, way.low, way.high), None) is not None:
        return True
    text = look.index.source.data[way.low : way.high]
    return bool(re.search(rb"[^=!<>]=[^=>]|\breturn\s+\w|\becho\b|\bprint\b", text))


def _is_path(look: Look, value: Node, fixed: str) -> bool:
    if not HIDES.fullmatch(fixed):
        return False
    texts = (look.index.source.text(n)[:40] for n in carried(look, value))
    return any(re.match(r"\$_SERVER\s*\[\s*['\"](?:REQUEST_URI|PATH_INFO)", t) for t in texts)


def _let_past(look: Look, ways: Ways) -> Iterator[Finding]:
    """Nothing but what somebody sends decides that they are somebody."""
    becomes = sorted(_becomes(look))
    for way in ways.every:
        inside = way.choice.inside
        said, strength = "whoever sends this is an administrator", 0.65
        ends = [at for at in becomes if way.low <= at < way.high]
        if not ends and inside is not None and LETS.fullmatch(inside.name):
            said, strength = "whoever sends this is let past", 0.6
            yes = [r for r in inside.returns if way.low <= r.start_byte < way.high]
            ends = [r.start_byte for r in yes if look.words(r).lower() in (b"true", b"1")]
        alone = any(straight(look, way, at) for at in ends)
        if alone and any(_enough(look, case) for case in way.cases):
            node = way.choice.condition
            yield made(look, node, "lets past a check", said, strength, ENTRANCE)


def _enough(look: Look, case: list[Asked]) -> bool:
    """True for a case that asks for nothing but what is sent, one part of it at least."""
    every = [_sends(look, asked) for asked in case]
    return bool(every) and None not in every and any(every)


def _sends(look: Look, asked: Asked) -> bool | None:
    """None where more is asked; True for what alone is enough, False for what goes with it."""
    shape = shape_of(asked.node, look.index.source)
    name = look.flow.ref(shape.a) if shape.kind == "call" else ""
    if name in ("isset", "empty"):
        parts = [part_of(look, n) for _, n in shape.b]
        if not parts or None in parts or asked.holds == (name == "empty"):
            return None
        return any(p.brought for p in parts if p is not None)
    if name == "array_key_exists" and asked.holds and len(shape.b) == 2:
        return look.index.source.text(shape.b[1][1]) in ("$_GET", "$_REQUEST", "$_COOKIE")
    part = part_of(look, asked.node)
    if part is not None and asked.holds:
        return part.brought
    for one in same(look, asked):
        fixed = written(look, one.other)
        part = part_of(look, one.value, KEEPS | HASHES) if fixed else None
        if part is not None and fixed:
            return (part.brought or part.array == "$_POST") and 4 <= len(fixed) <= 128
    return None


def _becomes(look: Look) -> Iterator[int]:
    """Where somebody is made an administrator, or logged in."""
    names = sorted(n for n in look.index.given if n.startswith("$_SESSION"))
    for given in (g for name in names for g in look.index.given[name]):
        parent = getattr(given.node, "parent", None)
        left = field(parent, "left") if parent is not None else None
        if left is None:
            continue
        keys = _keys(look, left)
        said = look.index.source.text(given.node).lower().strip("'\"")
        logs_in = bool(keys) and SESSION_KEY.fullmatch(keys[-1]) and said in ("true", "1")
        if logs_in or RIGHTS.fullmatch(said):
            yield given.at
    for call in look.index.called.get("setcookie", ()):
        first = [constant(look, n) for n in arguments(look, call)[:1]]
        if first and "admin" in str(first[0]):
            yield call.node.start_byte


def _keys(look: Look, node: Node) -> list[str]:
    shape = shape_of(node, look.index.source)
    if shape.kind != "item":
        return []
    return [*_keys(look, shape.a), str(constant(look, shape.b) if shape.b is not None else "")]


def _second_hash(look: Look) -> Iterator[Finding]:
    """A hash that is fixed, and that a password is held against as well."""
    for call, _ in called(look, "password_verify"):
        given = arguments(look, call)
        parent = call.node.parent
        if len(given) < 2 or parent is None or parent.type == "expression_statement":
            continue
        for one in _hashes(look, given[1], call):
            if isinstance(one, str) and CRYPTED.match(one):
                said = "a password is also held against a fixed hash"
                yield made(look, call.node, FIXED, said, 0.6, SECRET)
                break


def _hashes(look: Look, node: Node, call: Call) -> Iterator[Any]:
    """What a password is held against: itself, or each of what is walked through."""
    yield constant(look, node)
    name, inside = look.index.source.text(node), call.inside
    every: list[Any] = [g.node for g in look.index.own(name, inside) if g.how == "part"]
    first = carried(look, node, 0)
    names = {look.index.source.text(n) for n in first}
    if inside is not None and inside.call is not None and names & set(inside.parameters):
        every += [n for _, n in shape_of(inside.call, look.index.source).b]
    for array in every:
        for one in carried(look, array, 2):
            if one.type == "array_element_initializer":
                yield constant(look, one.named_children[-1])
