"""The dotted name that an expression is: through imports, aliases and attributes, no further.

It is cheap, so that every call of a file can be asked what it calls.

Spec: none.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Protocol

from evenhand.code.api import Api
from evenhand.code.index import Given, Index
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 12


class Values(Protocol):
    """Who knows what an expression may hold."""

    def value(self, node: Node | Shape | str | None) -> Value:
        """What an expression may hold."""


class Names:
    """Answers `ref(node)`; remembers what it answered."""

    def __init__(self, index: Index, api: Api, values: Values) -> None:
        self.index, self.api, self.source = index, api, index.source
        self._values = weakref.proxy(values)  # no cycle: it goes as soon as it is not needed
        self._refs: dict[int, str | None] = {}

    def ref(self, node: Node | Shape | None, depth: int = 0) -> str | None:
        """The dotted name of what an expression is, where that takes no data flow to see."""
        if node is None or depth > DEPTH:
            return None
        if isinstance(node, Shape):
            owner = self.ref(node.a, depth + 1) if node.kind == "member" else None
            name = f"{owner}.{node.b}" if owner else node.b or node.a
            return self.api.plain(name) if isinstance(name, str) else None
        if node.id not in self._refs:
            self._refs[node.id] = None
            self._refs[node.id] = self._named_ref(shape_of(node, self.source), node, depth + 1)
        return self._refs[node.id]

    def _const(self, node: Node | None) -> Any:
        return self._values.value(node).const

    def _named_ref(self, shape: Shape, node: Node, depth: int) -> str | None:
        match shape.kind:
            case "pass":
                return self.ref(shape.a, depth)
            case "any":
                return next((r for r in (self.ref(n, depth) for n in shape.a) if r), None)
            case "member" | "item":
                if shape.kind == "member":
                    key = shape.b
                    every = self.index.given.get(self.source.text(node)[:120], ())
                    own = [g for g in every[:12] if g.how not in ("into", "more")]
                    if own:
                        return self._given_ref(own[0], depth)
                else:
                    key = self._const(shape.b)
                owner = self.ref(shape.a, depth)
                return self.api.plain(f"{owner}.{key}") if owner and isinstance(key, str) else None
            case "call":
                said = self._const(node) if self.api.calls_text else None
                if isinstance(said, str):
                    return said
                return self._call_ref(shape, depth)
            case "name":
                return self._name_ref(shape.a, node.start_byte, depth)
            case "concat" | "op" | "text":
                const = self._const(node) if self.api.calls_text else None
                return const if isinstance(const, str) else None
        return None

    def _call_ref(self, shape: Shape, depth: int) -> str | None:
        ref = self.ref(shape.a, depth)
        if ref is None:
            return None
        name = self._const(shape.b[0][1]) if self.api.importing(ref) and shape.b else None
        if isinstance(name, str):
            return self.api.plain(name)
        if ref == "getattr" and len(shape.b) > 1:
            owner, part = self.ref(shape.b[0][1], depth), self._const(shape.b[1][1])
            return self.api.plain(f"{owner}.{part}") if owner and isinstance(part, str) else None
        if ref in ("globals", "locals", "vars") and not shape.b:
            return "builtins"
        if shape.b and self.api.dressing(ref):
            return self.ref(shape.b[0][1], depth)
        return f"{ref}()"[:200]

    def _name_ref(self, name: str, at: int, depth: int) -> str | None:
        every = self.index.given.get(name)
        here = self.index.inside(at)
        while here is not None:
            if name in here.parameters:
                return None
            here = here.inside
        if not every:
            return self.api.plain(name)
        here = self.index.inside(at)
        own = [g for g in every if g.inside is here] or every
        before = [g for g in own if g.at <= at] or own
        return self._given_ref(before[-1], depth) or self._given_ref(before[0], depth)

    def _given_ref(self, given: Given, depth: int) -> str | None:
        if given.how == "ref":
            return self.api.plain(given.node)
        if given.how == "function":
            return None
        ref = self.ref(given.node, depth)
        if given.how == "item" and ref:
            return self.api.plain(f"{ref}.{given.key}")
        return ref if given.how in ("is", "set") else None
