"""What an expression may be made of: constants written in the source, and what is not fixed.

A key may be one of several. `leaves` follows names, lists, loops, callbacks, own functions and
what reshapes, and gives every end: fixed, or open to whoever sets it up.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.fixed import assembled
from evenhand.code.index import Function, Given
from evenhand.code.look import Look
from evenhand.code.syntax import Shape, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 14
MOST = 24  # ends of one expression
CALLERS = 6
# What takes a value and gives it back in another dress; a method is called on the value itself.
DRESSES = frozenset((
    "encode", "decode", "bytes", "str", "String", "from", "fromhex", "unhexlify", "b64decode",
    "atob", "toString", "TextEncoder", "strip", "trim", "Buffer", "bytearray", "Uint8Array",
    "list", "tuple", "filter", "values", "concat", "base64_decode", "hex2bin", "array_merge",
    "array_filter", "ipairs", "pairs", "decode_base64", "tostring", "set", "Set", "sorted",
    "reversed", "chain", "iter", "encodeUtf8", "decodeBase64", "map", "array_values", "unb64",
    "urlsafe_b64decode", "slice", "from_public_bytes", "VerifyKey", "createPublicKey",
    "createSecretKey", "load_pem_public_key", "load_der_public_key", "import_key", "importKey",
    "RSAPublicKey", "Key", "importSPKI", "openssl_pkey_get_public", "openssl_get_publickey",
    "from_string", "publicKeyFromPem", "PublicKey", "from_pem", "get_secret_value", "SecretKey",
    "importJWK", "plainText", "base64Encoded", "OctKey", "b32decode", "to_bytes", "force_bytes",
    "want_bytes",
))  # fmt: skip
CODED = ("encode", "decode", "toString")  # a method of a text is given the name of an encoding
FALLS_BACK = frozenset(("get", "getenv", "pop", "getattr", "config", "env", "setdefault", "arg",
                        "getProperty", "value"))  # fmt: skip


class Leaf(NamedTuple):
    """One end: the constant, or empty where what is fixed is put together; None: not fixed."""

    fixed: str | None
    node: Node
    falls_back: bool = False  # taken where nothing else is set


def leaves(look: Look, node: Any) -> list[Leaf]:
    """Every end of an expression, as far as it is seen."""
    found: list[Leaf] = []
    _ends(look, node, 0, set(), found, False)
    return found[:MOST]


def said(const: Any) -> str | None:
    """A constant as text."""
    if isinstance(const, bytes):
        return const.decode("latin-1")
    return const if isinstance(const, str) else None


def _ends(look: Look, node: Any, depth: int, seen: set[int], found: list[Leaf], back: bool) -> None:
    if node is None or isinstance(node, str | Shape) or node.id in seen or len(found) >= MOST:
        return
    seen.add(node.id)
    shape = shape_of(node, look.index.source)
    if depth > DEPTH or shape.kind == "function":
        return
    parts = _parts(look, node, shape)
    if parts is not None:
        falls = shape.kind == "any" and _or(look, node)
        if _handed(look, node, shape, parts):
            found.append(Leaf(None, node))
        for at, part in enumerate(parts):
            _ends(look, part, depth + 1, seen, found, back or (falls and at > 0))
        return
    look.flow.begin(400)
    const = look.flow.value(node).const
    if isinstance(const, tuple) and const and all(isinstance(c, int) for c in const):
        const = ""
    text = said(const)
    if text is None and shape.kind in ("call", "op", "concat", "slice", "each"):
        text = "" if assembled(look, node) else None
        if text is None and shape.kind == "call":
            _of_call(look, node, shape, depth, seen, found, back)
            return
    found.append(Leaf(text, node, back and text is not None))


def _parts(look: Look, node: Node, shape: Shape) -> list[Any] | None:
    """What an expression chooses from or is given; None for one that is an end itself."""
    match shape.kind:
        case "pass":
            return [shape.a]
        case "any":
            return list(shape.a)
        case "slice" if not _is_text(look, node):
            return [shape.a]
        case "many":
            whole = look.flow.value(node).const
            if isinstance(whole, tuple) and whole and all(isinstance(c, int) for c in whole):
                return None  # bytes of one key
            return list(shape.a[:MOST])
        case "map":
            return [v for _, v in shape.a[:MOST]]
        case "each":
            return [over for _, over in shape.b] if _bound(look, shape) else [shape.a]
        case "item":
            return (
                [shape.a] if _collected(look, shape.a) or _mapped(look, shape.a, shape.b) else None
            )
        case "name":
            return _named(look, shape.a, node)
        case "member":
            return _given(look, look.index.source.text(node)[:80])
    return None


def _is_text(look: Look, node: Node) -> bool:
    """True for what is known, or put together, as it stands."""
    look.flow.begin(200)
    return look.flow.value(node).const is not None or assembled(look, node)


def _or(look: Look, node: Node) -> bool:
    """True for `a or b`, where b counts only if a is not there."""
    signs = [look.index.source.text(c) for c in node.children if not c.is_named]
    return any(s in ("or", "||", "??", "?:") for s in signs)


def _bound(look: Look, shape: Shape) -> bool:
    """True where a comprehension gives what it goes through, only dressed otherwise."""
    text = look.index.source.text(shape.a) if shape.a is not None else ""
    return any(name in text for names, _ in shape.b for name in names)


def _collected(look: Look, node: Any) -> bool:
    if isinstance(node, str | Shape) or node is None:
        return False
    look.flow.begin(200)
    return isinstance(look.flow.value(node).const, tuple)


def _mapped(look: Look, node: Any, key: Any) -> bool:
    """True for a name that is given a map here, of which somebody else decides what is taken."""
    if isinstance(node, str | Shape) or node is None or not key:
        return False
    look.flow.begin(200)
    if look.flow.value(key[0] if isinstance(key, list) else key).const is not None:
        return False
    every = look.index.given.get(look.index.source.text(node)[:80], ())[:4]
    nodes = [g.node for g in every if g.how in ("is", "set") and hasattr(g.node, "start_byte")]
    return any(shape_of(n, look.index.source).kind == "map" for n in nodes)


def _given(look: Look, name: str) -> list[Any] | None:
    every = look.index.given.get(name, ())
    nodes = [g.node for g in every[:MOST] if g.how in ("is", "set", "into", "part", "more")]
    return nodes or None


def _named(look: Look, name: str, node: Node) -> list[Any] | None:
    """What a name was given, what callers give it, or what a loop takes it from."""
    here = look.index.inside(node.start_byte)
    every = look.index.given.get(name, ())
    while True:
        own = look.index.own(name, here) if every else []
        more = _given_nodes(own)
        if here is not None and name in here.parameters:
            brought = _parameter(look, here, here.parameters.index(name))
            return [*more, *brought] if more or brought else None
        if more:
            return more
        if here is None:
            return None
        here = here.inside


def _handed(look: Look, node: Node, shape: Shape, parts: list[Any]) -> bool:
    """True for a parameter that nobody in this file gives anything to."""
    here = look.index.inside(node.start_byte)
    while shape.kind == "name" and here is not None:
        if shape.a in here.parameters:
            return not _parameter(look, here, here.parameters.index(shape.a))
        here = here.inside
    return False


def _given_nodes(own: list[Given]) -> list[Any]:
    return [g.node for g in own[:MOST] if g.how in ("is", "set", "into", "part", "more")]


def _parameter(look: Look, function: Function, place: int) -> list[Any]:
    """What a function is given here; of a callback, what its call goes through."""
    if function.call is not None and not function.name:
        shape = shape_of(function.call, look.index.source)
        callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
        if callee is not None and callee.kind == "member" and place == 0:
            return [callee.a]
        return []
    calls = look.index.called.get(function.name, ())[:CALLERS] if function.name else ()
    shift = 1 if function.owner and function.parameters[:1] in (["self"], ["cls"]) else 0
    found = []
    for call in calls:
        shape = shape_of(call.node, look.index.source)
        if function in look.flow.local(shape.a) and 0 <= place - shift < len(shape.b):
            found.append(shape.b[place - shift][1])
    return found


def _of_call(
    look: Look, node: Node, shape: Shape, depth: int, seen: set[int], found: list[Leaf], back: bool
) -> None:
    """What an own function gives back, what a call dresses, or what it falls back on."""
    own = look.flow.local(shape.a)
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    name = ""
    if callee is not None:
        name = callee.b if callee.kind == "member" else callee.a if callee.kind == "name" else ""
    nodes = [n for _, n in shape.b[:4]]
    before = len(found)
    if own:
        for one in [r for f in own[:2] for r in f.returns[:4]]:
            _ends(look, one, depth + 1, seen, found, back)
    elif name == "get" and callee is not None and _mapped(look, callee.a, nodes[:1]):
        for one in [callee.a, *nodes[1:2]]:
            _ends(look, one, depth + 1, seen, found, back)
    elif name in FALLS_BACK and len(nodes) > 1:
        found.append(Leaf(None, node))
        _ends(look, nodes[-1], depth + 1, seen, found, True)
        return
    elif name in DRESSES:
        if callee is not None and callee.kind == "member" and not _module(look, callee.a):
            _ends(look, callee.a, depth + 1, seen, found, back)
            nodes = [] if name in CODED else nodes
        for one in nodes[:3] if name in ("concat", "array_merge", "chain", "Key") else nodes[:1]:
            _ends(look, one, depth + 1, seen, found, back)
    if len(found) == before:
        found.append(Leaf(None, node))


def _module(look: Look, node: Any) -> bool:
    """True for the name of a library or a class, not of a value."""
    if node is None or isinstance(node, str | Shape):
        return True
    text = look.index.source.text(node)[:40]
    given = look.index.given.get(text, ())
    if given:
        return any(g.how == "ref" for g in given)
    return text[:1].isupper() or text in (
        "bytes",
        "str",
        "base64",
        "crypto",
        "jwt",
        "binascii",
        "ngx",
    )
