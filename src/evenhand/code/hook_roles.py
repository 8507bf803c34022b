"""What the parameters of a function hold: by how it is registered, decorated, named and declared.

Spec: evenhand.code.hooks (the table).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.code.grammar_javascript import targets
from evenhand.code.handlers import INSIDE, RESOLVER
from evenhand.code.hooks import DECLARED, DECORATED, METHODS, REGISTERED, ROOTS
from evenhand.code.index import Function, callee_name
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node


# Events of streams, processes and pages, which nobody else sends.
STREAMS = re.compile(
    r"data|line|end|close|exit|error|finish|readable|progress|change|drain|open|ready|listening"
    r"|load|click|input"
    r"|key(down|up|press)|mouse\w*|resize|scroll|submit|focus|blur|beforeunload|DOMContentLoaded"
    r"|abort|timeout"
    r"|warning|SIG\w+|uncaughtException|unhandledRejection|add|unlink|start|stop|done|success"
    r"|complete"
)


class Roles:
    """The roles of the parameters of one file's functions."""

    def __init__(self, look: Look) -> None:
        self.look, self.index, self.source = look, look.index, look.index.source
        self._roles: dict[int, dict[str, str]] = {}
        self._keyed: dict[int, dict[str, str]] = {}

    def saves(self, function: Function | None) -> bool:
        """True in what is called before a record is written, which it has as `this`."""
        if function is None or function.call is None:
            return False
        return REGISTERED.get(callee_name(function.call, self.source)) == "record"

    def keyed(self, function: Function) -> dict[str, str]:
        """The names that a function's parameters give, by the keys that they are taken from."""
        key = function.node.id
        if key not in self._keyed:
            found: dict[str, str] = {}
            given = function.node.child_by_field_name("parameters")
            if given is not None and self.look.api.name == "javascript":
                for child in given.named_children[:8]:
                    names = targets(child, self.source)
                    plain = len(names) == 1 and names[0][1] is None
                    found |= {} if plain else {n: str(k or n) for n, k in names}
            self._keyed[key] = found
        return self._keyed[key]

    def of(self, function: Function) -> dict[str, str]:
        """What the parameters of a function hold, by what the function is registered with."""
        key = function.node.id
        if key not in self._roles:
            self._roles[key] = {}
            self._roles[key] = self._registered(function) | self._declared(function)
        return self._roles[key]

    def _declared(self, function: Function) -> dict[str, str]:
        found = {}
        given = function.node.child_by_field_name("parameters")
        for child in given.named_children if given is not None else ():
            if child.named_child_count == 0:
                continue
            words = self.look.words(child)[:300]
            role = next((role for p, role in DECLARED if p.search(words)), "")
            match = re.match(r"(?:@\w+\([^)]*\)\s*)*(?:(?:public|private|readonly)\s+)*(\w+)",
                             words.decode("utf-8", "replace"))  # fmt: skip
            if role and match:
                found[match[1]] = role
        return found

    def _registered(self, function: Function) -> dict[str, str]:
        """By a call that it is given to, its decorator, or its own name as a method."""
        names = [p for p in function.parameters if p not in ("self", "cls")]
        roles = ""
        if function.call is not None:
            name = callee_name(function.call, self.source)
            roles = "" if self._own_event(function.call, name) else REGISTERED.get(name, "")
        node = function.node.parent
        if not roles and node is not None and node.type == "decorated_definition":
            head = self.source.data[node.start_byte : function.start]
            roles = next((r for p, r in DECORATED if p.search(head)), "")
            roles = (
                " ".join([roles] * len(names))
                if roles in ("message", "login", "record", "argument")
                else roles
            )
        title = self.look.title(function)
        if not roles and title:
            roles = next((r for p, r in METHODS if p.fullmatch(title)), "")
            if roles.startswith("request ") and names[:1] and not ROOTS.fullmatch(names[0]):
                roles = roles.removeprefix("request ")
        if not roles and function.name:
            roles = self._handed(function)
        asks = self.keyed(function) or function.parameters[1:2] in (["args"], ["_args"])
        if not roles and asks and function.parameters[0] in RESOLVER:
            roles = "- message"  # of GraphQL
        each = [r for r in roles.split() if r]
        if self.keyed(function):
            role = next((r for r in each if r != "-"), "")
            return dict.fromkeys((*self.keyed(function), *names[:1]), role) if role else {}
        return {n: r for n, r in zip(names, each, strict=False) if r != "-"}

    def _own_event(self, call: Node, name: str) -> bool:
        """True for what a program, a file or a process of one's own says."""
        if name not in ("on", "once", "addListener", "addEventListener"):
            return False
        shape = shape_of(call, self.source)
        callee = self.source.text(call).partition("(")[0]
        if len(shape.b) < 2:
            return name != "addListener"
        event = self.source.text(shape.b[0][1]).strip("'\"`")
        return bool(STREAMS.fullmatch(event) or INSIDE.search(callee.rpartition(".")[0][-60:]))

    def _handed(self, function: Function) -> str:
        """The roles of a named function that is given to what registers one."""
        for name, roles in REGISTERED.items():
            for call in self.index.called.get(name, ())[:6]:
                nodes = [n for _, n in shape_of(call.node, self.source).b[:4]]
                if any(n is not None and self.source.text(n)[-60:] == function.name for n in nodes):
                    return roles
        return ""
