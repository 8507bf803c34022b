"""How an expression is spelt as a way of names, and what calls a function, in PHP and Lua.

Spec: none (the words stand in `frameworks`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.frameworks import FRAMEWORKS, Framework
from evenhand.code.index import Function
from evenhand.code.syntax import Shape, field, shape_of

if TYPE_CHECKING:
    from evenhand.code.look import Look

LONG = 400  # bytes of an expression that is a way


class Spoken(NamedTuple):
    """An expression as a way of names, with the last fixed text that a part is taken by."""

    way: str
    key: str = ""


def words_of(look: Look) -> Framework:
    """The words of the frameworks of a file's language."""
    return FRAMEWORKS[look.api.name]


def way_of(look: Look, node: Any, hops: int = 4) -> Spoken | None:
    """`$this->stack->getCurrentRequest()->headers->get('x')` as names with dots."""
    if isinstance(node, str):
        return Spoken(node)
    if node is None or hops < -6:
        return None
    if not isinstance(node, Shape) and node.end_byte - node.start_byte > LONG:
        return None
    shape = shape_of(node, look.index.source)
    match shape.kind:
        case "pass":
            return way_of(look, shape.a, hops - 1)
        case "name":
            return _root(look, str(shape.a), node, hops)
        case "member":
            owner = way_of(look, shape.a, hops - 1)
            return Spoken(f"{owner.way}.{shape.b}", str(shape.b)) if owner is not None else None
        case "item":
            owner = way_of(look, shape.a, hops - 1)
            key = text_of(look, shape.b)
            return owner._replace(key=key) if owner is not None else None
        case "call":
            found = way_of(look, shape.a, hops - 1)
            if found is None:
                return None
            keys = (text_of(look, n) for _, n in shape.b[:2])
            key = next((k for k in keys if k), "")
            if found.way == "require" and key:
                return Spoken(key)
            return found._replace(key=key or found.key)
    text = look.index.source.text(node) if not isinstance(node, Shape) else ""
    if re.fullmatch(r"[\w\\]+::\$?\w+", text):  # `Yii::$app`
        return Spoken(text.replace("::", "."))
    return None


def _root(look: Look, name: str, node: Any, hops: int) -> Spoken:
    """The first name of a way, or the way that it stands for."""
    if isinstance(node, Shape) or hops <= 0:
        return Spoken(name)
    here = look.index.inside(node.start_byte)
    while here is not None and name not in here.parameters and not look.index.own(name, here):
        here = here.inside
    if here is not None and name in here.parameters:
        return Spoken("$request" if _is_request(look, here, name) else name)
    given = [g for g in look.index.own(name, here) if g.how in ("is", "set", "item")]
    if len(given) == 1 and hasattr(given[0].node, "type"):
        found = way_of(look, given[0].node, hops - 2)
        if found is not None and ("." in found.way or found.way[:2] == "$_"):
            return found
    return Spoken(name)


def _is_request(look: Look, function: Function, name: str) -> bool:
    """True for a parameter whose type is a request."""
    given = field(function.node, "parameters")
    for one in given.named_children if given is not None else ():
        kind, title = field(one, "type"), field(one, "name")
        if kind is not None and title is not None and look.index.source.text(title) == name:
            return look.index.source.text(kind).endswith(("Request", "RequestInterface"))
    return False


def text_of(look: Look, node: Any) -> str:
    """A text that is written where it is used; "" for anything else."""
    if isinstance(node, str):
        return node
    shape = shape_of(node, look.index.source) if hasattr(node, "type") else None
    return (
        shape.a if shape is not None and shape.kind == "text" and isinstance(shape.a, str) else ""
    )


def guards(look: Look, function: Function) -> bool:
    """True for a function that says who may, by its name or by what it is given to."""
    words = words_of(look)
    if function.name and words.guards.fullmatch(function.name):
        return True
    return bool(words.guards.fullmatch(event_of(look, function)))


def event_of(look: Look, function: Function) -> str:
    """The event, hook or field that a function is given to; "" where there is none."""
    call = function.call
    if call is None and function.name:
        for name in ("add_filter", "add_action", "hook", "provides", "register_action", "add_hook"):
            for one in look.index.called.get(name, ())[:40]:
                given = [n for _, n in shape_of(one.node, look.index.source).b[:4]]
                if any(_means(look, n, function.name) for n in given[1:3]):
                    return text_of(look, given[0])
        return ""
    if call is None or not hasattr(call, "type"):
        return ""
    around = function.node.parent
    if around is not None and around.type in ("array_element_initializer", "field"):
        key = around.named_children[0]  # `'permission_callback' => function …`
        if key.id != function.node.id:
            return text_of(look, key) or look.index.source.text(key)[:60]
    shape = shape_of(call, look.index.source)
    texts = [t for _, n in shape.b[:2] if (t := text_of(look, n))]
    callee = way_of(look, shape.a)
    return texts[0] if texts else callee.way.rpartition(".")[2] if callee is not None else ""


def hooked(look: Look, function: Function, hooks: re.Pattern[str]) -> bool:
    """True for a function that is given, itself or by its name, to what hands it messages."""
    if function.call is not None:
        spoken = way_of(look, shape_of(function.call, look.index.source).a)
        return spoken is not None and hooks.fullmatch(spoken.way.rpartition(".")[2]) is not None
    for name in (n for n in look.index.called if function.name and hooks.fullmatch(n)):
        for call in look.index.called[name][:8]:
            given = [n for _, n in shape_of(call.node, look.index.source).b[:4]]
            if any(_means(look, n, function.name) for n in given):
                return True
    return False


def _means(look: Look, node: Any, name: str) -> bool:
    text = look.index.source.text(node)
    listed = "array" in node.type and re.search(rf"['\"]{re.escape(name)}['\"]", text) is not None
    return listed or text.strip("'\"\\&") == name
