"""What an expression may hold, asked backwards from where it is used, never further than needed.

Constants are put together, names followed to what was given to them, parameters to the calls,
results to what functions return. Every step counts against a bound.

Spec: none (demand-driven, context-insensitive data flow; see docs/decisions).
"""

from __future__ import annotations

import bisect
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evenhand.code import fold, handed
from evenhand.code.api import PLACE, Api
from evenhand.code.index import Call, Function, Given, Index
from evenhand.code.kept import Kept
from evenhand.code.names import Names
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import NOTHING, Tag, Value, constant, union, without

if TYPE_CHECKING:
    from tree_sitter import Node

WORK = 60_000  # expressions looked at in one file
SLICE = 2_500  # expressions looked at for one question
DEPTH = 40
GIVEN = 12  # places where one name gets something
PARTS = 400  # of one collection
WIDE = re.compile(r"%(?![sdxr%]|0\d{1,3}x)")  # a width could ask for gigabytes
# options of a connection by which it shows who it is: what they are given is not sent
AUTHENTICATES = frozenset(("key", "cert", "pfx", "ca", "agent", "privateKey", "httpsAgent"))
LOOPED = 4096  # items of a constant that a comprehension walks through


class Flow:
    """Answers `value(node)`; remembers what it answered."""

    def __init__(self, index: Index, api: Api, path: str = "") -> None:
        # folders around the file: a name that begins with one of them is of the same package
        self._folders = frozenset(path.split("/")[:-1]) if path else None
        self._above = path.count("/") - path.count("!/") == 0 and api.name == "python"
        self.index, self.api, self.source = index, api, index.source
        self.private = Kept(index)  # files that hold what is personal
        self.work = 0
        self.cut = False
        self._known: dict[int, Value] = {}
        self._open: set[int] = set()
        # comprehensions that are being walked: first and last byte, values of their names
        self._bound: list[tuple[int, int, dict[str, Value]]] = []
        self._until = SLICE
        self.names = Names(index, api, self)

    def line(self, node: Node) -> int:
        """The line of a node, from 1."""
        return int(node.start_point[0]) + 1

    def value(self, node: Node | Shape | str | None) -> Value:
        """What an expression may hold."""
        if isinstance(node, Shape):  # a callee without a node of its own
            if node.kind == "member":
                return self.picked(self.value(node.a), node.b)
            return Value(ref=self.api.plain(node.a))
        if node is None or isinstance(node, str):
            return NOTHING if node is None else constant(node)
        key = node.id
        if key in self._known:
            return self._known[key]
        if key in self._open or len(self._open) > DEPTH:
            return NOTHING
        self.work += 1
        if self.work > self._until:
            self.cut = self.cut or self.work > WORK
            return NOTHING
        self._open.add(key)
        shape = shape_of(node, self.source)
        made: Callable[[Shape, Node], Value] = getattr(self, f"_{shape.kind}")
        found = made(shape, node)
        source = handed.source(self, found.ref, node) if found.ref else None
        if source is not None and not found.tags:
            found = found._replace(tags=(self.api.tag(*source, self.line(node), found.ref or ""),))
        self._open.discard(key)
        if self.work <= self._until and not self._walked(node.start_byte):
            self._known[key] = found
        return found

    def begin(self, work: int = SLICE) -> None:
        """A new question, with work of its own, as long as the file's is not used up."""
        self._until = min(WORK, self.work + work)

    def elsewhere(self, ref: str) -> bool:
        """True for a name of another file of the same package, where such names are followed."""
        if self._folders is None:
            return False
        first = ref.partition(".")[0]
        if ref[0] == "." or "." not in ref:
            return ref[0] == "."
        return first in self._folders or (self._above and first not in sys.stdlib_module_names)

    def forget(self) -> None:
        """Forget what was found so far: more is known now."""
        self._known.clear()

    def held(self, shape: Shape, value: Value, at: int) -> tuple[Tag, ...]:
        """What is personal in the file that a call reads."""
        if not self.private:
            return ()
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        nodes = [n for _, n in shape.b[:2]]
        if callee is not None and callee.kind == "member":
            nodes.append(callee.a)
        found = self.private.at(nodes, value, self.index.inside(at))
        return (found.tag,) if found is not None else ()

    @property
    def walking(self) -> bool:
        """True inside a comprehension, where one character at a time is put together."""
        return bool(self._bound)

    def _walked(self, at: int) -> bool:
        return any(low <= at < high for low, high, _ in self._bound)

    def ref(self, node: Node | Shape | None) -> str | None:
        """The dotted name of what an expression is, where that takes no data flow to see."""
        return self.names.ref(node)

    def _other(self, shape: Shape, node: Node) -> Value:
        return union(self.value(c) for c in node.named_children[:PARTS])

    def _function(self, shape: Shape, node: Node) -> Value:
        return NOTHING

    def _text(self, shape: Shape, node: Node) -> Value:
        return constant(shape.a)

    def _pass(self, shape: Shape, node: Node) -> Value:
        return self.value(shape.a)

    def _any(self, shape: Shape, node: Node) -> Value:
        values = [self.value(n) for n in shape.a]
        known = next((v for v in values if v.ref), None)
        return union(values)._replace(ref=known.ref if known else None)

    def _many(self, shape: Shape, node: Node) -> Value:
        values = [self.value(n) for n in shape.a[:LOOPED]]
        whole = all(v.const is not None for v in values) and len(shape.a) <= LOOPED
        return union(values)._replace(const=tuple(v.const for v in values) if whole else None)

    def _map(self, shape: Shape, node: Node) -> Value:
        pairs = [(k, self.value(v)) for k, v in shape.a[:PARTS]]
        return union(without(v, "key words") if k in AUTHENTICATES else v for k, v in pairs)

    def _concat(self, shape: Shape, node: Node) -> Value:
        values = [self.value(n) for n in shape.a[:PARTS]]
        const: Any = values[0].const if values else ""
        for value in values[1:]:
            const = None if const is None else fold.concat(const, value.const)
        return union(values)._replace(const=const, texts=_joined(values))

    def _op(self, shape: Shape, node: Node) -> Value:
        left, right = self.value(shape.b), self.value(shape.c)
        both = union((left, right))
        if shape.a in ("-1", "~1", "+1"):
            sign = -1 if shape.a == "-1" else 1
            return Value(left.const * sign if isinstance(left.const, int) else None)
        if shape.a in ("+", ".", ".."):
            const = fold.number("+", left.const, right.const)
            if const is None:
                const = fold.concat(left.const, right.const) if _set(left, right) else None
            return both._replace(const=const, texts=_joined((left, right)))
        if shape.a == "*" and isinstance(left.const, str | bytes) and isinstance(right.const, int):
            return constant(left.const * max(0, min(right.const, 64)))
        if shape.a == "%" and isinstance(left.const, str):
            return both._replace(const=_formatted(left.const, right.const))
        if shape.a == "/" and not isinstance(left.const, int):
            return both._replace(texts=_joined((left, constant("/"), right)))
        return both._replace(const=fold.number(shape.a, left.const, right.const))

    def _slice(self, shape: Shape, node: Node) -> Value:
        value = self.value(shape.a)
        if shape.b:
            return self.decoded("reverse", value, self.line(node))
        return value._replace(const=None)

    def _each(self, shape: Shape, node: Node) -> Value:
        """A comprehension: over a constant it is walked through, else the sum of its parts."""
        over = self.value(shape.b[0][1]) if shape.b else NOTHING
        names = shape.b[0][0] if shape.b else []
        items = over.const
        if len(shape.b) == 1 and len(names) == 1 and isinstance(items, str | bytes | tuple):
            values = []
            for item in items[:LOOPED]:
                self._bound.append((node.start_byte, node.end_byte, {names[0]: Value(item)}))
                values.append(self.value(shape.a))
                self._bound.pop()
            whole = len(items) <= LOOPED and all(v.const is not None for v in values)
            found = union((over, *values[:PARTS]))
            return found._replace(const=tuple(v.const for v in values) if whole else None)
        self._bound.append((node.start_byte, node.end_byte, dict.fromkeys(names, over)))
        made = self.value(shape.a)
        self._bound.pop()
        return union((made, over))

    def _name(self, shape: Shape, node: Node) -> Value:
        for low, high, bound in reversed(self._bound):
            if low <= node.start_byte < high and shape.a in bound:
                known: Value = bound[shape.a]
                return known
        return self.named(shape.a, node.start_byte)

    def named(self, name: str, at: int) -> Value:
        """What a name may hold at a byte of the source."""
        if name in ("self", "this", "$this"):
            return Value(ref=name)
        here = self.index.inside(at)
        every = self.index.given.get(name, ())
        while True:
            own = self.index.own(name, here) if every else []
            if own and (here is None or name not in here.parameters):
                return self._from(own, at)
            if here is None:
                break
            if name in here.parameters:
                given = handed.parameter(self, here, here.parameters.index(name))
                place = here.parameters.index(name)
                own_words = self.api.key_words(name, 0)
                if own_words.tags:  # seldom, and lines are counted from the first
                    own_words = self.api.key_words(name, self.source.data.count(b"\n", 0, at) + 1)
                if self._folders is not None:
                    tag = Tag("parameter", f"{here.node.id}/{place}", ())
                    given = given._replace(tags=(*given.tags, tag))
                given = union((own_words, given)) if own_words.tags else given
                return union((given, self._from(own, at))) if own else given
            here = here.inside
        return Value(ref=self.api.plain(name)) if not every else self._from(list(every), at)

    def _from(self, given: list[Given], at: int) -> Value:
        """What was given to a name: in order, as far as one thing follows another."""
        place = bisect.bisect_left([g.at for g in given], at)
        before = given[:place] or given
        plain = [g for g in before if g.how not in ("more", "into")]
        last = before.index(plain[-1]) if plain else 0
        chain = before[last : last + GIVEN]
        if len({g.inside for g in chain}) > 1 or place == 0:
            chain = given[:GIVEN]
        values = [self._one(g) for g in chain]
        if len(values) == 1:
            others = [self._one(g) for g in given[:GIVEN] if g not in chain]
            return _with(values[0], others)
        if all(g.how in ("is", "set", "more") for g in chain) and chain[0].how in ("is", "set"):
            const = values[0].const
            for value in values[1:]:
                both = None not in (const, value.const)
                const = fold.concat(const, value.const) if both else None
            return union(values)._replace(const=const, ref=values[0].ref)
        return _with(values[0], values[1:])._replace(const=None)

    def _one(self, given: Given) -> Value:
        if given.how == "ref":
            return Value(ref=self.api.plain(given.node))
        if given.how == "function":
            return NOTHING
        value = self.value(given.node)
        if given.how == "item":
            return self.picked(value, given.key)
        return value._replace(const=None) if given.how in ("part", "into") else value

    def picked(self, value: Value, key: Any) -> Value:
        """One part of a value: an item, or what stands under a name."""
        if isinstance(key, int):
            items = value.const
            if isinstance(items, tuple) and -len(items) <= key < len(items):
                return constant(items[key])
            return value._replace(const=None)
        if value.tags and PLACE.match(str(key)) and value.having("net"):
            met = value.having("net")
            steps = met.steps if met else ()
            tag = Tag("locale", f"{key} that an address is said to be in", steps)
            value = value._replace(tags=(tag, *value.tags))
        ref = f"{value.ref}.{key}" if value.ref else None
        found = value._replace(const=None, ref=self.api.plain(ref) if ref else None)
        if found.ref and self.api.source(found.ref):
            return found._replace(tags=())
        return found

    def _member(self, shape: Shape, node: Node) -> Value:
        full = self.source.text(node) if node.end_byte - node.start_byte < 120 else ""
        found = self.api.key_words(shape.b, self.line(node))
        if full and full in self.index.given:
            given = self._from(self.index.given[full], node.start_byte)
            return union((found, given)) if found.tags else given
        return found if found.tags else self.picked(self.value(shape.a), shape.b)

    def _item(self, shape: Shape, node: Node) -> Value:
        owner, key = self.value(shape.a), self.value(shape.b)
        if isinstance(key.const, int) and not isinstance(owner.const, str):
            return self.picked(owner, key.const)
        if isinstance(key.const, str):
            found = self.picked(owner, key.const)
            return found._replace(texts=(*found.texts[:8], key.const[:80]))
        if owner.ref and owner.ref == self.api.environment:
            return NOTHING  # one variable, whichever: not all of them
        return owner._replace(const=None, ref=None)

    def _call(self, shape: Shape, node: Node) -> Value:
        return self.result(shape, node)

    def result(self, shape: Shape, node: Node, callbacks: bool = True) -> Value:
        """What a call gives: by what the library's function does, or by our own function's body."""
        callee = self.value(shape.a)
        if self.api.calls_text and isinstance(callee.const, str):
            callee = Value(ref=callee.const[:80])
        given = [(k, self.value(n)) for k, n in shape.b[:PARTS]]
        own = self.local(shape.a)
        if own:
            returned = [self.value(r) for f in own[:3] for r in f.returns[:GIVEN]]
            found = union(returned)
            # what it does with what it is given may not be seen
            if all(t.kind == "parameter" for t in found.tags):
                found = union((found, *(v for _, v in given)))
            return returned[0] if len(returned) == 1 and returned[0].const is not None else found
        found = self.api.result(self, callee, shape, given, self.line(node), node.start_byte)
        inner = handed.by_functions(self, shape, callee) if callbacks else []
        return found._replace(tags=union((found, *inner)).tags) if inner else found

    def local(self, callee: Node | Shape | None) -> list[Function]:
        """The functions of this file that a callee may be."""
        if callee is None:
            return []
        if not isinstance(callee, Shape) and callee.id in self.index.functions:
            return [self.index.functions[callee.id]]
        shape = shape_of(callee, self.source)
        if shape.kind == "pass":
            return self.local(shape.a)
        if shape.kind == "member" and shape.a is not None:
            if self.source.text(shape.a)[:5] in ("self", "this", "cls", "$this"):
                return self.index.methods.get(shape.b, [])
            return []
        if shape.kind != "name":
            return []
        found = []
        for given in self.index.given.get(shape.a, ())[:GIVEN]:
            if given.how == "function":
                found.append(given.node)
            elif given.how in ("is", "set") and given.node.id in self.index.functions:
                found.append(self.index.functions[given.node.id])
        return found

    def decoded(self, name: str, value: Value, line: int) -> Value:
        """A value through a decoder; what comes out is marked, whether it could be known or not."""
        const = fold.decode(name, value.const) if value.const is not None else None
        words = f"decodes it ({name})"
        tags = tuple(t.then(line, words) for t in value.tags)
        decoded = value.having("decoded")
        plain = name == "reverse" and not isinstance(const, str | bytes) and not _letters(const)
        if not plain and decoded is None:
            tags = (*tags, self.api.tag("decoded", name, line, words))
        return Value(const, None, tags, value.texts)

    def arguments(self, call: Call) -> list[tuple[str | None, Value]]:
        """The values that a call is given."""
        return [(k, self.value(n)) for k, n in shape_of(call.node, self.source).b[:PARTS]]


def _letters(const: Any) -> bool:
    """True for the characters of a text, one by one."""
    return isinstance(const, tuple) and all(isinstance(c, str) and len(c) < 2 for c in const)


def _set(left: Value, right: Value) -> bool:
    return left.const is not None and right.const is not None


def _with(value: Value, others: list[Value]) -> Value:
    """A value, and what may have been added to it or stand there as well."""
    if not others:
        return value
    more = union((value, *others))
    return value._replace(tags=more.tags, texts=more.texts)


def _joined(values: Any) -> tuple[str, ...]:
    """Pieces of text put together where they follow each other: for paths and addresses."""
    texts = [t for v in values for t in v.texts]
    whole = "".join(
        v.const if isinstance(v.const, str) else (v.texts[0] if v.texts else "*") for v in values
    )
    return (whole[:300], *texts)[:24] if len(texts) > 1 else tuple(texts)


def _formatted(pattern: str, given: Any) -> str | None:
    if given is None or WIDE.search(pattern):
        return None
    try:
        return pattern % given if isinstance(given, tuple | str | int) else None
    except (TypeError, ValueError):
        return None
