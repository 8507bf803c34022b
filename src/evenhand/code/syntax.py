"""Parse trees, and the shapes that their nodes have in every language.

A grammar maps the types of its nodes to shapes, so that one evaluation serves all languages. A
type without a shape is the sum of its parts.

Spec: tree-sitter 0.26; grammars of Python, JavaScript, TypeScript, PHP, Lua and Bash.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree


class Shape(NamedTuple):
    """What a node is, whatever the language; the comment of `KINDS` says what the parts hold."""

    kind: str
    a: Any = None
    b: Any = None
    c: Any = None


# text: constant · name: name · member: object, name · item: object, index · many: nodes
# call: callee, [(keyword, node)] · map: [(key, node)] · concat: nodes · op: sign, left, right
# any: nodes · pass: node · each: body, [(names, node)] · slice: object, reversed · function: none
OTHER = Shape("other")

Shaper = Callable[["Node", "Source"], Shape]
Given = tuple[str, str, Any, Any]  # name, how, node or dotted name, position among several


@dataclass(frozen=True, eq=False)
class Grammar:
    """One language: how its source is parsed, indexed and shaped."""

    name: str
    load: Callable[[], Any]
    query: str  # captures: call, give, function, return, choice
    shapes: Mapping[str, Shaper]
    given: Callable[[Node, Source], list[Given]]  # what a `give` capture gives to which names
    parameters: Callable[[Node, Source], list[str]]  # of a `function` capture
    function_name: Callable[[Node, Source], str]
    body: str = "body"  # field of a function's body
    # where what follows a `return` is not looked at: what is made there all the same
    hoisted: tuple[str, ...] | None = None
    arrow: str = ""  # type of functions whose body may be an expression
    # fields of a call that hold nothing but what is called; by shape where a type is not named here
    callees: Mapping[str, tuple[str, ...]] = made(default_factory=dict)


class Source(NamedTuple):
    """A file's bytes and its tree."""

    data: bytes
    tree: Tree
    grammar: Grammar

    def text(self, node: Node) -> str:
        """The source of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


@functools.cache
def language(grammar: Grammar) -> tuple[Language, Query]:
    """The loaded grammar and its compiled query."""
    from tree_sitter import Language, Query

    loaded = Language(grammar.load())
    return loaded, Query(loaded, grammar.query)


def parse(data: bytes, grammar: Grammar) -> Source:
    """The tree of a source; wrong syntax gives a tree with faults in it, never an error."""
    from tree_sitter import Parser

    return Source(data, Parser(language(grammar)[0]).parse(data), grammar)


def parse_part(source: Source, start: Node, end: int, point: tuple[int, int]) -> Source:
    """The tree of a part of a source by itself: from a node to a byte, each byte where it was."""
    from tree_sitter import Parser, Range

    part = Range(start.start_point, point, start.start_byte, end)
    parser = Parser(language(source.grammar)[0], included_ranges=[part])
    return source._replace(tree=parser.parse(source.data))


def shape_of(node: Node | Shape, source: Source) -> Shape:
    """The shape of a node, `OTHER` for one that is the sum of its parts.

    A callee that has no node of its own is a shape already.
    """
    if isinstance(node, Shape):
        return node
    shaper = source.grammar.shapes.get(node.type)
    return shaper(node, source) if shaper else OTHER


def callee_of(node: Node, source: Source) -> Node | Shape | None:
    """What a call calls, without a look at what it is given."""
    named = source.grammar.callees.get(node.type)
    if named is not None:
        return field(node, *named)
    found: Node | Shape | None = shape_of(node, source).a
    return found


ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8})"
    r"|([0-7]{1,3})|(\r?\n)|(.))",
    re.S,
)
PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


def unescape(text: str, octal: int = 8) -> str:
    """Text with its escapes undone, as most languages write them."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        for group in (1, 2, 3, 4):
            if match[group]:
                code = int(match[group], 16)
                return chr(code) if code < 0x110000 else match[0]
        if match[5]:
            return chr(int(match[5], octal) if octal == 8 or "8" not in match[5] else 63)
        return "" if match[6] else PLAIN.get(match[7], match[7])

    return ESCAPE.sub(one, text)


def field(node: Node, *names: str) -> Node | None:
    """The first of these fields that a node has."""
    for name in names:
        found: Node | None = node.child_by_field_name(name)
        if found is not None:
            return found
    return None


def passing(*names: str) -> Shaper:
    """A node that is worth what one part of it is worth: a field, else its first named part."""

    def shaper(node: Node, source: Source) -> Shape:
        found = field(node, *names) or (node.named_children[0] if node.named_child_count else None)
        return Shape("pass", found) if found is not None else OTHER

    return shaper


def literal(value: Callable[[str], Any]) -> Shaper:
    """A constant, from its text."""
    return lambda node, source: Shape("text", value(source.text(node)))


def many(node: Node, source: Source) -> Shape:
    """A collection of its parts."""
    return Shape("many", node.named_children)


def function(node: Node, source: Source) -> Shape:
    """A function: its value is what calling it gives, not its text."""
    return Shape("function")


def operation(*either: str) -> Shaper:
    """Two sides and a sign; by the signs given it is worth what one of the two is worth."""

    def shaper(node: Node, source: Source) -> Shape:
        sign, left, right = (field(node, f) for f in ("operator", "left", "right"))
        if sign is None:  # in some grammars a token without a name
            sign = next((c for c in node.children if not c.is_named), None)
        text = source.text(sign) if sign is not None else ""
        return Shape("any", [left, right]) if text in either else Shape("op", text, left, right)

    return shaper


def own_name(node: Node, source: Source) -> str:
    """The name of a function or class, where it has one."""
    name = field(node, "name")
    return source.text(name) if name is not None else ""


def whole_number(text: str) -> int | None:
    """A number as source writes it, None where it is no whole one."""
    clean = text.replace("_", "").rstrip("nlLuU").lower()
    try:
        return int(clean, 0) if not re.fullmatch(r"0\d+", clean) else int(clean, 8)
    except ValueError:
        return None
