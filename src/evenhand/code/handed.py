"""What functions are handed by their callers, and what they hand back.

Spec: none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from evenhand.code.index import Call, Function
from evenhand.code.syntax import Shape, callee_of, shape_of
from evenhand.code.value import NOTHING, Tag, Value, union

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.api import Api
    from evenhand.code.index import Index
    from evenhand.code.syntax import Source

CALLERS = 6  # calls of one function that are followed to learn its parameter
AS_MAP = ("dataclasses.asdict", "asdict", "vars", "attr.asdict", "attrs.asdict")
FIELDS = 8


# What a class that answers requests is called, or has.
ANSWERS = re.compile(rb"(?i)handler|request|resource|view|servlet|controller|endpoint|server")
OF_REQUEST = re.compile(r"self\.(?:headers|rfile|path)")


class Calls(Protocol):
    """What is asked about the calls of a file, and about what they are given."""

    api: Api
    index: Index
    source: Source

    def value(self, node: Node | Shape | str | None) -> Value:
        """What an expression may hold."""

    def result(self, shape: Shape, node: Node, callbacks: bool = True) -> Value:
        """What a call gives."""

    def local(self, callee: Node | Shape | None) -> list[Function]:
        """The functions of this file that a callee may be."""

    def line(self, node: Node) -> int:
        """The line of a node, from 1."""


def source(flow: Calls, ref: str, node: Node) -> tuple[str, str] | None:
    """The source that a name is; of an object's own parts only where it answers requests."""
    found = flow.api.source(ref)
    return None if found and OF_REQUEST.fullmatch(ref) and not answers(flow, node) else found


def within(node: Node) -> Node | None:
    """The class of Python that something stands in."""
    around: Node | None = node
    while around is not None and around.type != "class_definition":
        around = around.parent
    return around


def answers(flow: Calls, node: Node) -> bool:
    """True inside a class whose name, or what it inherits, says that it answers requests."""
    around = within(node)
    if around is None:
        return False
    body = around.child_by_field_name("body")
    data, start = flow.source.data, body.start_byte if body is not None else around.end_byte
    if ANSWERS.search(data, around.start_byte, start):
        return True
    return any(data.find(w, start, around.end_byte) >= 0 for w in (b"def do_", b"self.rfile"))


def parameter(flow: Calls, function: Function, place: int) -> Value:
    """What callers give: those of this file, and the call that a callback is given to."""
    if function.call is not None and not function.name:
        return _callback(flow, function.call, function, place)
    name, shift = function.name, 0
    calls = flow.index.called.get(name, ()) if name else ()
    if not name:
        return NOTHING
    event = _event(flow, function) if place == 0 and not calls else None
    if event is not None:
        return Value(tags=(event,))
    if function.owner and function.parameters[:1] in (["self"], ["cls"]):
        shift = 1
    values = []
    for call in [c for c in calls[: CALLERS * 4] if _reaches(flow, function, c)][:CALLERS]:
        given = shape_of(call.node, flow.source).b
        named = next((n for k, n in given if k == function.parameters[place]), None)
        if named is None and 0 <= place - shift < len(given) and given[place - shift][0] is None:
            named = given[place - shift][1]
        if named is not None:
            values.append(flow.value(named))
    found = union(values)
    return values[0] if len(values) == 1 else found


def _reaches(flow: Calls, function: Function, call: Call) -> bool:
    """Whether a call by the bare name of a function can mean it, and no other of that name."""
    home, callee = function.inside, callee_of(call.node, flow.source)
    if function.owner or isinstance(callee, Shape) or callee is None or callee.type != "identifier":
        return True
    if home is not None and not home.start <= call.node.start_byte < home.end:
        return False
    here = call.inside
    while here is not None and here is not home:
        if function.name in here.parameters or flow.index.own(function.name, here):
            return False
        here = here.inside
    return True


def _event(flow: Calls, function: Function) -> Tag | None:
    """What a function is given that is itself given to what watches keys or the like."""
    for pattern, kind in flow.api.events.items():
        for name in ("Listener", "on_press", "on_release", "hook"):
            for call in flow.index.called.get(name, ())[:6]:
                shape = shape_of(call.node, flow.source)
                if any(flow.local(n) == [function] for _, n in shape.b) and re.fullmatch(
                    pattern, flow.value(shape.a).ref or ""
                ):
                    line = flow.line(call.node)
                    return Tag(kind, kind, ((line, f"watches {kind}"),))
    return None


def _callback(flow: Calls, call: Node, function: Function, place: int) -> Value:
    """A callback's parameter: what the call that it is given to brings in or works on."""
    shape = shape_of(call, flow.source)
    for at, (_, node) in enumerate(shape.b):
        if node.id == function.node.id and flow.api.handles(flow.value(shape.a).ref):
            return flow.api.handled(place, flow.line(function.node), at)
    if flow.api.name == "javascript" and place == 0 and len(shape.b) > 1:
        event = shape_of(shape.b[0][1], flow.source)
        if event.kind == "text" and event.a in ("keydown", "keypress", "keyup"):
            return Value(tags=(flow.api.tag("keys pressed", "keys pressed", flow.line(call), ""),))
    if getattr(shape.a, "end_byte", 0) >= function.end:  # called on the spot
        given = shape.b[place][1] if place < len(shape.b) else None
        return flow.value(given)
    result = flow.result(shape, call, callbacks=False)
    return result._replace(const=None)


def by_functions(flow: Calls, shape: Shape, callee: Value) -> list[Value]:
    """What functions that are arguments give: to what calls them, or to a promise."""
    found = _fields(flow, shape, callee)
    for _, node in shape.b[:2]:
        function = flow.index.functions.get(node.id)
        if function is None:
            continue
        returned = function.returns[:3]
        if callee.ref == "Promise" and function.parameters:
            calls = flow.index.called.get(function.parameters[0], ())[:8]
            inside = [c for c in calls if function.start <= c.node.start_byte < function.end]
            returned = [n for c in inside for _, n in shape_of(c.node, flow.source).b[:1]]
        found += [flow.value(r) for r in returned]
    return [v for v in found if v.tags]


def _fields(flow: Calls, shape: Shape, callee: Value) -> list[Value]:
    """`asdict(x)` and `vars(x)`: what the parts of x were given one by one."""
    if callee.ref not in AS_MAP or not shape.b:
        return []
    owner = flow.source.text(shape.b[0][1])[:60]
    names = [n for n in flow.index.given if n.startswith(f"{owner}.")][:FIELDS]
    nodes = [g.node for n in names for g in flow.index.given[n][:2] if g.how in ("is", "set")]
    return [flow.value(n) for n in nodes]
