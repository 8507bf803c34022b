"""What an expression is made of: its parts, what its names were given, what functions give back.

Names are followed to what they are given in the function around, parameters to those who call, by
name or as a callback; all that is met on the way is told, so that it can be asked for one kind.

Spec: none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.index import Call, Function
from evenhand.code.syntax import Shape, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

WORK = 240  # parts looked at for one question
HOPS = 4
GIVEN = 6
CALLERS = 3
CALLS = 20_000


def carried(look: Look, node: Node | None, hops: int = HOPS) -> Iterator[Node]:
    """Every part of an expression, and of what it is made of."""
    todo: list[tuple[Any, int]] = [(node, hops)]
    seen: set[int] = set()
    while todo and len(seen) < WORK:
        one, left = todo.pop()
        if one is None or not hasattr(one, "type") or one.id in seen:
            continue
        seen.add(one.id)
        if one.type == "comment":
            continue
        yield one
        if left > 0:
            todo += [(n, left - 1) for n in behind(look, one)]
        todo += [(n, left) for n in reversed(one.named_children[:40])]


def behind(look: Look, node: Node) -> list[Any]:
    """What a name was given, or a call of an own function gives back."""
    shape = shape_of(node, look.index.source)
    if shape.kind == "call":
        own = [] if isinstance(shape.a, Shape) else look.flow.local(shape.a)
        return [r for f in own[:2] for r in f.returns[:4]]
    if shape.kind not in ("name", "member", "item") or node.end_byte - node.start_byte > 80:
        return []
    name = look.index.source.text(node)
    here = look.index.inside(node.start_byte)
    while True:
        own_ = [g for g in look.index.own(name, here) if g.how not in ("ref", "function")]
        if own_:
            return [g.node for g in own_[:GIVEN]]
        if here is None:
            return []
        if name in here.parameters:
            return handed(look, here, here.parameters.index(name))
        here = here.inside


def handed(look: Look, function: Function, place: int) -> list[Any]:
    """What is given for a parameter by who calls a function of this file, or hands it on."""
    if not function.name:
        return []
    source, found = look.index.source, []
    for call in look.index.called.get(function.name, ())[:CALLERS]:
        given = shape_of(call.node, source).b
        found += [n for _, n in given[place : place + 1]]
    if found:
        return found
    # `timer.at(0, f, x)`: what follows f is handed to it
    return look.handed.get(function.name, [])


def called(look: Look, *names: str) -> Iterator[tuple[Call, str]]:
    """The calls of functions of these names, under names of one's own too, and what each is of."""
    wanted = frozenset(n.rpartition(".")[2] for n in names)
    for call in look.index.calls[:CALLS]:
        if call.name in wanted:
            yield call, look.ref(call) or call.name
        elif call.name in look.index.given or call.name[:1] == "$":
            look.flow.begin(200)
            ref = look.ref(call)
            if ref in names:
                yield call, ref


def arguments(look: Look, call: Call) -> list[Any]:
    """The expressions that a call is given."""
    return [n for _, n in shape_of(call.node, look.index.source).b]
