"""Whether a condition asks what is sent for something fixed, and how little others would send it.

Signs and functions that compare, collections and tables that hold, patterns, cases of a `switch`
or `match`, digests, sums and codes of characters: what is fixed is asked for, in whatever words.

Spec: RFC 9110 (HTTP fields), CWE-798 (hard-coded credentials), CWE-290.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.fixed import assembled
from evenhand.code.hook_input import Inputs, Part
from evenhand.code.hook_rare import unusual, weight
from evenhand.code.index import callee_name
from evenhand.code.look import Look
from evenhand.code.secrets import compared_sides
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEEP = 7
SAME, OTHER = ("==", "===", "in", "eq", "is"), ("!=", "!==", "not in", "is not")
HOLDS = re.compile(
    r"startsWith|endsWith|startswith|endswith|includes|has|contains|__contains__|indexOf|test"
    r"|match|fullmatch"
    r"|search|equals|compare_digest|timingSafeEqual|constant_time_compare|isEqual|eq|some|any|get"
    r"|exec|find|count"
    r"|localeCompare|compare|includesKey|hasOwn|in_array|matches|hasOwnProperty|safe_str_cmp"
    r"|every|all|findIndex"
)


MAKES = frozenset((
    "join", "bytes", "bytearray", "fromhex", "unhexlify", "b64decode", "fromCharCode",
    "fromCodePoint", "atob", "decode", "chr", "toString", "reverse", "decompress", "hexdigest",
    "translate", "replace", "rot13", "from_bytes", "to_bytes", "b32decode", "b85decode", "concat",
    "String", "str",
))  # fmt: skip
PLAINLY = re.compile(r"""[\w.]*\(?\s*[rbu]?(['"`])[^'"`]*\1\s*(?:\)|\.(?:encode|lower"
                     r"|strip)\(\))*""")
KEYS = re.compile(
    r"(?i)auth|token|secret|key|pass|pwd|session|sid|sig|pin|otp|type|kind|method|action|event"
    r"|mode|status|state|role|level"
    r"|version|lang|locale|format|path|url|origin|host|^id$|name|code|op\b|cmd|command|mime|agent"
    r"|plan|scope|grant"
)
WALKS = ("some", "find", "filter", "every", "findIndex", "includes", "any")
CLOCK = re.compile(
    r"(?:\.(?:hour|minute|weekday\(\)|isoweekday\(\)|tm_(?:hour|wday|min|mday)"
    r"|get(?:UTC)?(?:Hours|Day|Minutes|Date)\(\)))$"
)
OWN_FILE = re.compile(r"[.@~][./]|[a-z_]\w*\.")


class Test(NamedTuple):
    """A condition that asks a part of what is sent for something fixed."""

    node: Node
    part: Part
    said: str  # what it is held against; empty where that is hidden
    weight: float  # 0–1: how little others would send it
    holds: bool  # what follows is done where it is the same


class Tests:
    """The tests of one file."""

    def __init__(self, look: Look, inputs: Inputs) -> None:
        self.look, self.inputs, self.source = look, inputs, look.index.source

    def within(self, node: Any, meant: bool = True, depth: int = 0) -> Iterator[Test]:
        """Every test in a condition; `meant` turns with every *not*."""
        if depth > DEEP or node is None or not hasattr(node, "type"):
            return
        if node.type == "not_operator" or (
            node.type == "unary_expression" and self._sign(node) == "!"
        ):
            for child in node.named_children[-1:]:
                yield from self.within(child, not meant, depth + 1)
            return
        sides, sign = compared_sides(self.look, node)
        if sides is not None and sign in (">", ">="):
            place = self.source.text(sides[1]).strip() in ("-1", "0", "1")
            if place and shape_of(sides[0], self.source).kind == "call":  # `indexOf(x) > -1`
                yield from self.within(sides[0], meant, depth + 1)
                return
        if sides is not None and (sign in SAME or sign in OTHER):
            # `x.indexOf(y) === -1` and the like say no; `!= null` says that it is there
            found = self._compared(node, sides, (sign in SAME) == meant)
            if found is not None:
                yield found
                return
            turned = self._less(sides[1])
            inner = meant if turned is None else (meant == (sign in SAME)) == turned
            for side in sides:
                yield from self.within(side, inner, depth + 1)
            return
        shape = shape_of(node, self.source)
        if shape.kind == "call" and shape.b and callee_name(node, self.source) in WALKS:
            walks = self.look.index.functions.get(shape.b[0][1].id)
            for value in walks.returns[:2] if walks is not None else ():
                yield from self.within(value, meant, depth + 2)
        if shape.kind == "call":
            found = self._call(node, shape, meant)
            if found is not None:
                yield found
                return
            yield from self._own(shape, meant, depth)
            return
        if shape.kind == "item":
            found = self._table(node, shape.a, shape.b, meant)
            if found is not None:
                yield found
            return
        if shape.kind == "name":
            yield from self._named(shape.a, node, meant, depth)
            return
        if re.search(
            r"binary|boolean|paren|await|comparison|sequence|assign|named_expression", node.type
        ):
            for child in node.named_children[:12]:
                yield from self.within(child, meant, depth + 1)

    def _sign(self, node: Node) -> str:
        sign = next((c for c in node.children if not c.is_named), None)
        return self.source.text(sign) if sign is not None else ""

    def _less(self, node: Any) -> bool | None:
        """What a comparison with yes, no or a place in a list turns round; None for others."""
        said = self.source.text(node).strip() if hasattr(node, "type") else ""
        return {
            "-1": False,
            "true": True,
            "True": True,
            "false": False,
            "False": False,
            "0": True,
        }.get(said)

    def _named(self, name: str, node: Node, meant: bool, depth: int) -> Iterator[Test]:
        """A name that a test was given to, or what a table gave."""
        here, every = self.look.index.inside(node.start_byte), self.look.index.given.get(name, ())
        while every:
            own = [g for g in self.look.index.own(name, here) if g.how in ("is", "set")]
            for given in own[:2] if len(own) < 3 else ():
                if hasattr(given.node, "type") and given.node.id != node.id:
                    yield from self.within(given.node, meant, depth + 1)
            if own or here is None or name in here.parameters:
                return
            here = here.inside

    def _own(self, shape: Any, meant: bool, depth: int) -> Iterator[Test]:
        """An own function that answers by a test: what it returns."""
        for function in self.look.flow.local(shape.a)[:1]:
            if function.end - function.start < 1_500:
                for value in function.returns[:3]:
                    yield from self.within(value, meant, depth + 2)

    def _compared(self, node: Node, sides: tuple[Any, Any], holds: bool) -> Test | None:
        for value, other in (sides, sides[::-1]):
            part = self.inputs.of(value)
            if part is not None:
                return self.judged(node, part, other, holds, value)
            if holds and CLOCK.search(self.source.text(value)[:200]):
                fixed = self._const(other)
                if isinstance(fixed, int | tuple) and not isinstance(fixed, bool):
                    return Test(node, Part("time", "the clock"), str(fixed), 0.6, holds)
        return None

    def _call(self, node: Node, shape: Any, meant: bool) -> Test | None:
        """`x.startsWith(y)`, `KNOWN.has(x)`, `re.match(y, x)`, `compare_digest(x, y)`."""
        name = callee_name(node, self.source)
        if not HOLDS.fullmatch(name) or not shape.b:
            return None
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        owner = callee.a if callee is not None and callee.kind == "member" else None
        nodes = [n for _, n in shape.b[:2]]
        if name == "get":
            return self._table(node, owner, nodes[0], meant)
        part = self.inputs.of(owner) if owner is not None else None
        if part is not None:
            return self.judged(node, part, nodes[0], meant, owner)
        for at, one in enumerate(nodes):
            part = self.inputs.of(one)
            if part is not None:
                other = nodes[1 - at] if len(nodes) > 1 else owner
                if name in ("match", "fullmatch", "search") and other is not None:
                    said = self._const(other)
                    plain = _literal(said) if isinstance(said, str) else ""
                    return Test(node, part, plain, weight(part, plain), meant) if plain else None
                if (
                    other is owner
                    and owner is not None
                    and name in ("some", "any", "find", "every")
                ):
                    return None
                return self.judged(node, part, other, meant, one)
        return None

    def _table(self, node: Node, owner: Any, key: Any, meant: bool) -> Test | None:
        """What a table that is written out says of what is sent."""
        part = self.inputs.of(key)
        if part is None or owner is None or self.inputs.of(owner) is not None:
            return None
        keys = self._keys(owner)
        texts = [k for k in keys if isinstance(k, str)]
        best = max((weight(part, k) for k in texts), default=0.0)
        if not texts or best < 0.7:
            return None
        said = max(texts, key=lambda k: weight(part, k))
        return Test(node, part, said, best, meant)

    def _keys(self, owner: Any, hops: int = 3) -> list[Any]:
        """The keys of a dictionary, object or Map that is written out."""
        shape = shape_of(owner, self.source)
        if shape.kind == "name":
            every = self.look.index.given.get(shape.a, ())[:2]
            nodes = [g.node for g in every if g.how in ("is", "set") and hasattr(g.node, "type")]
            return (
                [k for n in nodes for k in self._keys(n, hops - 1)]
                if hops and len(every) < 2
                else []
            )
        if shape.kind == "map":
            return [self._const(k) if hasattr(k, "type") else k for k, _ in shape.a[:40]]
        if shape.kind == "call" and shape.b and callee_name(owner, self.source) in (
            "Map", "Set", "dict", "MappingProxyType", "freeze", "frozenset", "set", "new",
        ):  # fmt: skip
            inner = shape_of(shape.b[0][1], self.source)
            if inner.kind == "map":
                return self._keys(shape.b[0][1], hops - 1) if hops else []
            pairs = [shape_of(n, self.source) for n in inner.a[:40]] if inner.kind == "many" else []
            return [self._const(p.a[0]) for p in pairs if p.kind == "many" and p.a]
        return []

    def _const(self, node: Any) -> Any:
        self.look.flow.begin(80)
        return self.look.flow.value(node).const

    def judged(self, node: Node, part: Part, other: Any, holds: bool, value: Any) -> Test | None:
        """What a part is held against, where that is fixed."""
        if other is None or not hasattr(other, "type"):
            return None
        if other.type == "regex":
            plain = _literal(self.source.text(other))
            return Test(node, part, plain, weight(part, plain), holds) if plain else None
        if self._with_more(other):
            return Test(node, part, "", 0.9, holds)
        const = self._const(other)
        if self._hidden(other, const):
            return Test(node, part, "", 1.0, holds)
        if const is None:
            const = self._walked(other)
        if const is None and self._brought(other):
            # who sets up a key calls it one; what is asked of a field of another matter is fixed
            named = KEYS.search(part.field) or KEYS.search(self.source.text(other))
            return None if named else Test(node, part, "", 0.4, holds)
        if const is None:
            const = tuple(k for k in self._listed(other) if isinstance(k, str | int))
        texts = const if isinstance(const, tuple) else (const,)
        if (
            texts
            and all(isinstance(t, int) and not isinstance(t, bool) for t in texts)
            and len(texts) > 3
        ):
            return Test(node, part, "", 1.0, holds) if part.shaped else None
        best: Test | None = None
        if part.whole:  # that a field is there at all
            held = [t for t in texts[:12] if isinstance(t, str) and unusual(t)]
            return Test(node, part, held[0], 0.2, holds) if held else None
        for text in texts[:12]:
            said = text.decode("latin-1") if isinstance(text, bytes) else text
            rare = weight(part, said, self.source.text(value)[-60:])
            if rare and (best is None or rare > best.weight):
                best = Test(node, part, str(said), rare, holds)
        return best

    def _hidden(self, node: Node, const: Any) -> bool:
        """True for a text that is put together of constants, there or for the name that it has."""
        shape = shape_of(node, self.source)
        if shape.kind == "name":
            every = self.look.index.given.get(shape.a, ())
            nodes = [g.node for g in every if g.how in ("is", "set") and hasattr(g.node, "type")]
            if len(every) != 1 or len(nodes) != 1:
                return const is None and assembled(self.look, node)
            node, shape = nodes[0], shape_of(nodes[0], self.source)
        if const is None:
            return assembled(self.look, node)
        if shape.kind not in ("call", "op") or not isinstance(const, str | bytes):
            return False
        made = callee_name(node, self.source) in MAKES if shape.kind == "call" else True
        return made and not PLAINLY.fullmatch(self.source.text(node))

    def _with_more(self, node: Node) -> bool:
        """True for what is sent with something fixed beside it, such as a name and a word."""
        shape = shape_of(node, self.source)
        parts = list(shape.a) if shape.kind == "concat" else [shape.b, shape.c]
        if shape.kind not in ("concat", "op") or (shape.kind == "op" and shape.a not in ("+", "%")):
            return False
        sent = [p for p in parts if hasattr(p, "type") and self.inputs.of(p) is not None]
        texts = [p if isinstance(p, str) else self._const(p) for p in parts if p not in sent]
        fixed = [t for t in texts if isinstance(t, str) and re.search(r"[^\s/:.,@=?&-]", t)]
        return bool(sent) and len(fixed) == len(texts) > 0

    def _walked(self, node: Node) -> Any:
        """What the parameter of a function is that goes through a list which is written out."""
        shape = shape_of(node, self.source)
        here = self.look.index.inside(node.start_byte) if shape.kind == "name" else None
        if here is None or here.call is None or here.parameters[:1] != [shape.a]:
            return None
        called = shape_of(here.call, self.source)
        callee = shape_of(called.a, self.source) if called.a is not None else None
        if callee is None or callee.kind != "member" or callee.b not in WALKS:
            return None
        return tuple(t for t in self._listed(callee.a) if isinstance(t, str)) or None

    def _brought(self, node: Node) -> bool:
        """True for a constant of another file of the package, by its name in capitals."""
        shape = shape_of(node, self.source)
        name = shape.a if shape.kind == "name" else shape.b if shape.kind == "member" else ""
        root = self.source.text(node).partition(".")[0]
        if not isinstance(name, str) or not name.isupper() or len(name) < 4:
            return False
        every = self.look.index.given.get(root, ())
        return bool(every) and all(g.how == "ref" and OWN_FILE.match(str(g.node)) for g in every)

    def _listed(self, node: Any, hops: int = 3) -> list[Any]:
        """The texts of a collection that is written out."""
        shape = shape_of(node, self.source)
        if shape.kind in ("name", "member"):
            name = shape.a if shape.kind == "name" else shape.b
            every = self.look.index.given.get(name, ())[:3]
            nodes = [g.node for g in every if g.how in ("is", "set") and hasattr(g.node, "type")]
            return (
                self._listed(nodes[0], hops - 1) if hops and len(nodes) == len(every) == 1 else []
            )
        if shape.kind == "many":
            return [self._const(n) for n in shape.a[:12]]
        if shape.kind == "map":
            return [
                k if isinstance(k, str) else self._const(k)
                for k, _ in shape.a[:12]
                if k is not None
            ]
        if shape.kind == "call" and shape.b and callee_name(node, self.source) in (
            "Set", "set", "frozenset", "Array", "tuple", "list", "freeze", "of", "from",
        ):  # fmt: skip
            return self._listed(shape.b[0][1], hops - 1) if hops else []
        return []


def _literal(text: str) -> str:
    """The longest text that a pattern asks for as it stands."""
    body = re.sub(r"/[a-z]*$", "", text.removeprefix("/"))
    body = re.sub(r"\[[^\]]*\]|\{[\d,]+\}|\\[bBdDwWsSAZ]|\(\?[:=!<]+", " ", body)
    runs = re.split(r"[\s^$()+*?|]+", re.sub(r"\\(.)", r"\1", body.replace("\\/", "/")))
    return max(runs, key=len, default="") if len(runs) < 12 else ""
