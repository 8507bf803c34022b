"""Parts of a request as PHP knows them: which array holds them, under which name.

Spec: PHP manual (superglobals).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.branch import constant
from evenhand.code.carried import behind
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

ARRAYS = re.compile(r"\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES|SESSION|ENV)")
SENT = ("$_GET", "$_POST", "$_REQUEST", "$_COOKIE")
# What a part of a request is still the same part behind.
KEEPS = frozenset((
    "trim", "strval", "urldecode", "rawurldecode", "stripslashes", "wp_unslash", "strtolower",
    "base64_decode", "html_entity_decode", "htmlspecialchars_decode", "rtrim", "ltrim", "strrev",
))  # fmt: skip
HASHES = frozenset(("md5", "sha1", "hash", "crc32", "substr", "hash_hmac", "bin2hex", "strtoupper"))
HOPS = 5


class Part(NamedTuple):
    """A part of a request: the array that holds it, and its name there."""

    array: str
    name: str
    direct: bool  # it stands there itself, under no name of its own

    @property
    def brought(self) -> bool:
        """True for what somebody sends of their own will, other than by a form."""
        return self.array in ("$_GET", "$_REQUEST", "$_COOKIE") or (
            self.array == "$_SERVER" and self.name.startswith("HTTP_")
        )


def part_of(look: Look, node: Any, keeps: frozenset[str] = KEEPS, hops: int = HOPS) -> Part | None:
    """The part of a request that an expression is; None for anything else, or what may be else."""
    if node is None or isinstance(node, str) or not hasattr(node, "type") or hops < 0:
        return None
    shape = shape_of(node, look.index.source)
    match shape.kind:
        case "pass":
            return part_of(look, shape.a, keeps, hops)
        case "any":
            if not _only_there(look, node) or not all(_fixed(look, n) for n in shape.a[1:]):
                return None
            return part_of(look, shape.a[0], keeps, hops)
        case "item":
            return _item(look, shape, node, hops)
        case "call":
            return _call(look, shape, keeps, hops)
        case "name" | "member":
            given = behind(look, node)
            if len(given) != 1:
                return None
            found = part_of(look, given[0], keeps, hops - 1)
            return found._replace(direct=False) if found is not None else None
    return None


def _only_there(look: Look, node: Node) -> bool:
    """True for `$x ?? ''` and `isset($x) ? $x : ''`, which ask for nothing of what is sent."""
    if node.type == "conditional_expression":
        asked = field(node, "condition")
        text = look.index.source.text(asked).lstrip("( ") if asked is not None else ""
        return text.startswith(("isset", "!empty", "! empty", "array_key_exists"))
    sign = field(node, "operator")
    return sign is not None and look.index.source.text(sign) == "??"


def _fixed(look: Look, node: Any) -> bool:
    text = look.index.source.text(node).lower() if hasattr(node, "type") else "null"
    return text in ("null", "false", "[]") or constant(look, node) is not None


def _item(look: Look, shape: Any, node: Node, hops: int) -> Part | None:
    owner = look.index.source.text(shape.a) if shape.a is not None else ""
    if ARRAYS.fullmatch(owner):
        key = constant(look, shape.b) if shape.b is not None else None
        return Part(owner, key if isinstance(key, str) else "", True)
    return part_of(look, shape.a, KEEPS, hops - 1) if shape.a is not None else None


def _call(look: Look, shape: Any, keeps: frozenset[str], hops: int) -> Part | None:
    name = look.flow.ref(shape.a) or ""
    nodes = [n for _, n in shape.b[:3]]
    if name == "filter_input" and len(nodes) > 1:
        held = look.index.source.text(nodes[0]).replace("INPUT_", "$_")
        key = constant(look, nodes[1])
        return Part(held, key if isinstance(key, str) else "", True)
    if name in keeps or (name in HASHES and keeps is not KEEPS):
        found = (part_of(look, n, keeps, hops - 1) for n in nodes)
        return next((f for f in found if f is not None), None)
    own = look.flow.local(shape.a)
    if len(own) == 1 and len(own[0].returns) == 1:
        return part_of(look, own[0].returns[0], keeps, hops - 1)
    return None
