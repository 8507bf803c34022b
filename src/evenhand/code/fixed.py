"""Values that are fixed in the source: written there, or put together from nothing but constants.

Spec: none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 8
BODY = 200  # bytes of a function that is handed to what goes through a list
SPOKEN = frozenset(("return", "function", "lambda", "Math", "local", "end", "const", "let"))
GIVEN = 3
# What a function takes from elsewhere, however fixed the rest of it is: chance, settings, files.
DRAWS = re.compile(
    rb"(?i)rand|secrets\.|token_|uuid|environ|getenv|process\.env|\bopen\(|readFile|file_get|input\("
    rb"|\bread\("
)
# Functions that make a text of what they are given, and of nothing else.
PURE = frozenset((
    "chr", "join", "bytes", "str", "reversed", "zip", "map", "fromhex", "unhexlify",
    "b64decode", "decode", "encode", "list", "tuple", "bytearray", "fromCharCode", "from",
    "toString", "reverse", "split", "concat", "atob", "strrev", "implode", "base64_decode",
    "hex2bin", "str_rot13", "pack", "tostring", "char", "gsub", "rep", "sub", "unb64",
    "decode_base64", "hexdigest", "sha256", "md5", "sha1", "digest", "hash", "String", "Number",
    "int", "ord", "range", "enumerate", "array_map", "array_reverse", "dechex", "format",
    "replace", "strip", "trim", "rot13", "sha512", "charCodeAt", "translate", "maketrans",
    "parseInt", "padStart", "padEnd", "slice",
    "len", "upper", "lower", "toUpperCase", "toLowerCase", "capitalize",
    "title", "b32decode", "b85decode", "decompress", "fromCodePoint",
))  # fmt: skip


def assembled(look: Look, node: Node) -> bool:
    """True for a call or sum of constants alone, of which at least one is written out."""
    shape = shape_of(node, look.index.source)
    return shape.kind in ("call", "op", "concat", "slice", "each", "pass") and bool(
        _fixed(look, node, 0)
    )


def _fixed(look: Look, node: Any, depth: int) -> int:
    """How many constants an expression is made of; 0 where anything else is in it."""
    if node is None or depth > DEPTH:
        return 0
    if isinstance(node, str):
        return 1
    source = look.index.source
    shape = shape_of(node, source)
    match shape.kind:
        case "text":
            return 1
        case "pass":
            return _fixed(look, shape.a, depth + 1)
        case "many" | "concat":
            return _all(look, shape.a[:64], depth)
        case "op":
            return _all(look, [shape.b, shape.c], depth)
        case "slice":
            return _fixed(look, shape.a, depth + 1)
        case "each":
            return _all(look, [over for _, over in shape.b], depth)
        case "item":
            return _fixed(look, shape.a, depth + 1) or _brought(look, shape.a)
        case "member" if shape.b == "length":
            return _fixed(look, shape.a, depth + 1)
        case "name":
            return _name(look, shape.a, node, depth)
        case "call":
            return _call(look, shape, depth)
        case "function":
            return _pure(look, node, depth)
    return 0


def _pure(look: Look, node: Node, depth: int) -> int:
    """1 for a function that makes something of its parameters and of constants alone."""
    function = look.index.functions.get(node.id)
    if function is None or node.end_byte - node.start_byte > BODY:
        return 0
    names = set(re.findall(r"[A-Za-z_$][\w$]*", look.index.source.text(node)))
    names -= {*function.parameters, *(f"${p}" for p in function.parameters), *PURE, *SPOKEN}
    return int(all(_name(look, name, node, depth + 1) for name in names))


def _all(look: Look, nodes: list[Any], depth: int) -> int:
    counts = [_fixed(look, n, depth + 1) for n in nodes]
    return sum(counts) if counts and all(counts) else 0


def _name(look: Look, name: str, node: Node, depth: int) -> int:
    here = look.index.inside(node.start_byte)
    while here is not None:
        if name in here.parameters:
            return 0
        here = here.inside
    given = look.index.given.get(name, ())
    if not given and name in PURE:  # a function that is handed to what goes through a list
        return 1
    if not given or len(given) > GIVEN or any(g.how not in ("is", "set") for g in given):
        return 0
    return _all(look, [g.node for g in given], depth)


def _call(look: Look, shape: Any, depth: int) -> int:
    """A call of an own function, or of one that is pure, whose arguments are fixed."""
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    if callee is None:
        return 0
    name = callee.b if callee.kind == "member" else callee.a if callee.kind == "name" else ""
    parts = [n for _, n in shape.b]
    if name in PURE:
        owner = callee.a if callee.kind == "member" else None
        if owner is None or _library(look, owner):
            counted = _brought(look, parts[0]) if name == "len" and len(parts) == 1 else 0
            return counted or _all(look, parts, depth)
        made = _fixed(look, owner, depth + 1)
        return 0 if not made or (parts and not _all(look, parts, depth)) else made
    own = look.flow.local(shape.a)
    data = look.index.source.data
    if not own or any(DRAWS.search(data, f.start, f.end) for f in own):
        return 0
    if not parts:  # it is asked for what it always gives
        return _all(look, [r for f in own[:GIVEN] for r in f.returns[:GIVEN]], depth)
    return _all(look, parts, depth)


def _brought(look: Look, node: Any) -> int:
    """1 for a table that another file writes out, by its name in capitals."""
    name = shape_of(node, look.index.source).a if node is not None else None
    given = look.index.given.get(name, ()) if isinstance(name, str) and name.isupper() else ()
    return int(bool(given) and all(g.how == "ref" for g in given))


def _library(look: Look, owner: Any) -> bool:
    """True for the name of a module or class that this file does not give anything to."""
    if isinstance(owner, str):
        return False
    shape = shape_of(owner, look.index.source)
    if shape.kind != "name":
        return False
    here = look.index.inside(owner.start_byte)
    while here is not None:
        if shape.a in here.parameters:
            return False
        here = here.inside
    return all(g.how == "ref" for g in look.index.given.get(shape.a, ()))
