"""What others send, as frameworks hand it on; what is fixed, or only the time.

A value is followed through its names, through what only reshapes or reckons it, and through short
functions of the same file that do nothing else. A look-up ends the way: what is found by what
somebody sends is not what they send.

Spec: none (the words stand in `frameworks`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.branch import calls
from evenhand.code.carried import behind
from evenhand.code.index import Function
from evenhand.code.spoken import guards, hooked, text_of, way_of, words_of
from evenhand.code.syntax import Shape, shape_of

if TYPE_CHECKING:
    from evenhand.code.look import Look

HOPS = 8
WHO = "who somebody is"  # the way of a name or address of theirs
BODY = 900  # bytes of a function that only reckons
SERVER = re.compile(
    r"HTTP_\w*|QUERY_STRING|REQUEST_URI|PATH_INFO|PHP_AUTH\w*|REMOTE_\w+|SSL_CLIENT\w*"
)
KEY = re.compile(r"(?!(?i:sha|md|ripemd|hmac|blake|whirlpool)[-_]?\d)\S{6,200}")
OWN_RUN = re.compile(
    r"(?i)strlen|count|len|min|max|floor|abs|range|ipairs|pairs|type|is_\w+|isset|empty|select|next"
    r"|str_split|math\.\w+|insert|push|array_push|bxor|tobit|lshift|bnot|band|bor|rshift|lshift|char|chr|pack"
)  # fmt: skip


class Brought(NamedTuple):
    """A part of what somebody sends: its way, its name there, and what was made of it."""

    way: str
    key: str
    how: str = ""  # "" as it is · "part" reshaped · "sum" a digest or a number made of it


def brought(look: Look, node: Any, hops: int = HOPS) -> Brought | None:
    """What others send that an expression is, or is made of; None for anything else."""
    if node is None or not hasattr(node, "type") or hops < 0:
        return None
    own = leaf(look, node)
    if own is not None:
        return own
    shape = shape_of(node, look.index.source)
    match shape.kind:
        case "pass" | "slice":
            return brought(look, shape.a, hops - 1)
        case "any":
            found = [brought(look, n, hops - 1) for n in shape.a]
            rest = [n for n, f in zip(shape.a, found, strict=True) if f is None]
            some = next((f for f in found if f is not None), None)
            return some if some is not None and all(_nothing(look, n) for n in rest) else None
        case "many" | "concat":
            return _first(look, shape.a[:12], hops, "part")
        case "map":
            return _first(look, [n for _, n in shape.a[:12]], hops, "part")
        case "op":
            how = "part" if shape.a in (".", "..", "+") else "sum"
            joins = shape.a in (".", "..", "+", "-", "*", "%", "^", "&", "|")
            return _first(look, [shape.b, shape.c], hops, how) if joins else None
        case "call":
            return _call(look, shape, hops)
        case "item":
            found_ = _named(look, node, hops) or brought(look, shape.a, hops - 1)
            key = text_of(look, shape.b)
            return found_._replace(key=key) if found_ is not None and key else found_
        case "member":
            owner = _named(look, node, hops) or brought(look, shape.a, hops - 1)
            return owner._replace(key=str(shape.b)) if owner is not None else None
        case "name":
            return _named(look, node, hops) or _parsed(look, node, hops)
    if node.named_child_count == 1 and "unary" in node.type:
        return brought(look, node.named_children[0], hops - 1)
    return None


def leaf(look: Look, node: Any) -> Brought | None:
    """A part of a request by its way, or what a function that checks is handed."""
    spoken = way_of(look, node)
    if spoken is None:
        return None
    words = words_of(look)
    if spoken.way in ("$_SERVER", "os.getenv"):  # what a server hands on; the rest is its own
        return Brought(spoken.way, spoken.key) if SERVER.fullmatch(spoken.key) else None
    if words.brings.fullmatch(spoken.way) and not words.not_brings.search(spoken.way):
        if spoken.way in ("request", "input", "get_query_var") and (
            not spoken.key or shape_of(node, look.index.source).kind != "call"
        ):
            return None
        return Brought(spoken.way, spoken.key)
    if words.people.fullmatch(spoken.way):
        return Brought(WHO, spoken.key or spoken.way.rpartition(".")[2])
    name, _, rest = spoken.way.partition(".")
    here = look.index.inside(node.start_byte)
    while here is not None and name not in here.parameters:
        here = here.inside
    if here is None or rest:
        return None
    said = spoken.key if spoken.key and spoken.key != name else name
    if words.handed.fullmatch(said) and guards(look, here):
        return Brought(name, said)
    if hooked(look, here, words.hears) or (
        words.heard.fullmatch(name) and hooked(look, here, words.hooks)
    ):
        return Brought(name, "")
    return None


def _nothing(look: Look, node: Any) -> bool:
    said = look.index.source.text(node).lower() if hasattr(node, "type") else ""
    return said in ("null", "nil", "false", "[]", "{}", "''", '""') or bool(made_of(look, node))


def _first(look: Look, nodes: list[Any], hops: int, how: str) -> Brought | None:
    for node in nodes:
        found = brought(look, node, hops - 1)
        if found is not None:
            return found._replace(how=found.how if found.how == "sum" else how)
    return None


def _named(look: Look, node: Any, hops: int) -> Brought | None:
    """What a name was given, in any of the places where it was given anything."""
    given = behind(look, node)
    for one in given[:6] if len(given) <= 6 else ():
        found = brought(look, one, hops - 1)
        if found is not None:
            return found
    return None


def _parsed(look: Look, node: Any, hops: int) -> Brought | None:
    """`parse_str($query, $parts)`: what a function fills a name with."""
    name = look.index.source.text(node)
    for call in look.index.called.get("parse_str", ())[:8]:
        given = [n for _, n in shape_of(call.node, look.index.source).b]
        if len(given) > 1 and look.index.source.text(given[1]) == name:
            return _first(look, given[:1], hops, "part")
    return None


def _call(look: Look, shape: Shape, hops: int) -> Brought | None:
    spoken = way_of(look, shape.a) if shape.a is not None else None
    own = look.flow.local(shape.a)
    nodes = [n for _, n in shape.b[:4]]
    if own:
        if len(own) == 1 and reckons_only(look, own[0]):
            return _first(look, nodes, hops, "sum")
        if len(own) == 1 and len(own[0].returns) == 1 and not nodes:
            return brought(look, own[0].returns[0], hops - 1)
        return None
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    last = spoken.way.rpartition(".")[2] if spoken is not None else ""
    if not last and callee is not None and callee.kind == "member":
        last = str(callee.b)
    words = words_of(look)
    how = "sum" if words.reckons.fullmatch(last) else "part"
    if how == "part" and not words.reshapes.fullmatch(last):
        return None
    owner = [callee.a] if callee is not None and callee.kind == "member" else []
    return _first(look, [*owner, *nodes], hops, how)


def reckons_only(look: Look, function: Function) -> bool:
    """True for a short function that makes a number or text of what it is given, nothing else."""
    if function.end - function.start > BODY:
        return False
    words = words_of(look)
    for call in calls(look, function.start, function.end):
        name = call.name
        known = words.reckons.fullmatch(name) or words.reshapes.fullmatch(name)
        if not (known or OWN_RUN.fullmatch(name)):
            return False
    return True


def made_of(look: Look, node: Any, hops: int = HOPS) -> str:
    """What an expression is made of: `fixed`, `time`, `sent` (and fixed); "" where not known."""
    if isinstance(node, str):
        return "fixed"
    if node is None or not hasattr(node, "type") or hops < 0:
        return ""
    shape = shape_of(node, look.index.source)
    match shape.kind:
        case "text":
            return "fixed"
        case "pass" | "slice":
            return made_of(look, shape.a, hops - 1)
        case "op":
            return _all(look, [shape.b, shape.c], hops, shape.a in (".", "..", "+"))
        case "concat":
            return _all(look, shape.a[:12], hops, True)
        case "call":
            return _call_made(look, shape, hops)
        case "name" | "member":
            return _name_made(look, node, hops)
    if "number" in node.type or node.type in ("integer", "float"):
        return "fixed"
    return ""


def _all(look: Look, nodes: list[Any], hops: int, joins: bool) -> str:
    """The least fixed of several; what is sent is joined with what is fixed, or keyed with it."""
    kinds = []
    for node in nodes:
        kind = made_of(look, node, hops - 1)
        if not kind and joins and (brought(look, node, 3) is not None or _handed(look, node)):
            kind = "sent"
        kinds.append(kind)
    if not kinds or "" in kinds or set(kinds) == {"sent"}:
        return ""
    if "sent" in kinds and joins and not any(len(text_of(look, n)) > 2 for n in nodes):
        return ""
    return "sent" if "sent" in kinds else "time" if "time" in kinds else "fixed"


def _handed(look: Look, node: Any) -> bool:
    """True for what the function around is handed, or a part of it."""
    spoken = way_of(look, node)
    here = look.index.inside(node.start_byte) if spoken is not None else None
    return (
        here is not None and spoken is not None and spoken.way.partition(".")[0] in here.parameters
    )


def _call_made(look: Look, shape: Shape, hops: int) -> str:
    spoken = way_of(look, shape.a) if shape.a is not None else None
    words, nodes = words_of(look), [n for _, n in shape.b[:6]]
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    if spoken is not None and words.clock.fullmatch(spoken.way):
        return "time"
    last = spoken.way.rpartition(".")[2] if spoken is not None else str(getattr(callee, "b", ""))
    if callee is not None and callee.kind == "member" and callee.a is not None and not nodes:
        return made_of(look, callee.a, hops - 1) if words.reshapes.fullmatch(last) else ""
    if last in ("format", "getTimestamp") and callee is not None and callee.kind == "member":
        return made_of(look, callee.a, hops - 1)
    if not nodes:
        return ""
    pure = (
        words.reckons.fullmatch(last) or words.reshapes.fullmatch(last) or OWN_RUN.fullmatch(last)
    )
    if pure and callee is not None and callee.kind == "member" and spoken is None:
        nodes = [callee.a, *nodes]
    keyed = "hmac" in last and any(KEY.fullmatch(text_of(look, n)) for n in nodes)
    kind = _all(look, nodes, hops, keyed)
    own = look.flow.local(shape.a)
    if own and not all(reckons_only(look, f) for f in own):
        return ""
    # what another file makes of the time alone is known to whoever has that file
    return kind if pure or own or kind == "time" else ""


def _name_made(look: Look, node: Any, hops: int) -> str:
    given = behind(look, node)
    name = look.index.source.text(node)
    if (not given and node.type == "name") or re.fullmatch(r"(?:self|static|\w+)::[A-Z_\d]+", name):
        look.flow.begin(200)
        return "fixed" if look.flow.value(node).const is not None else ""
    kinds = {made_of(look, g, hops - 2) for g in given[:4]} if 0 < len(given) <= 4 else {""}
    return kinds.pop() if len(kinds) == 1 else ""
