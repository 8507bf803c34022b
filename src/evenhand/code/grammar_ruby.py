"""Ruby's grammar: shapes of its nodes, and what its statements give to which names.

A block is read as a part of what calls it: its parameters are parts of what the call is made on.

Spec: Ruby 3.4 (syntax); tree-sitter-ruby 0.23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.code.syntax import (
    OTHER,
    Given,
    Grammar,
    Shape,
    Source,
    field,
    literal,
    many,
    operation,
    own_name,
    passing,
    unescape,
    whole_number,
)

if TYPE_CHECKING:
    from tree_sitter import Node

HOLDS = ("identifier", "constant", "instance_variable", "global_variable", "class_variable")


def _load() -> Any:
    import tree_sitter_ruby

    return tree_sitter_ruby.language()


def _string(node: Node, source: Source) -> Shape:
    parts = node.named_children
    if not parts:
        return Shape("text", "")
    return Shape("pass", parts[0]) if len(parts) == 1 else Shape("concat", parts)


def _arguments(node: Node, source: Source) -> list[tuple[str | None, Any]]:
    given = field(node, "arguments")
    made: list[tuple[str | None, Any]] = []
    for part in given.named_children if given is not None else []:
        key, value = field(part, "key"), field(part, "value")
        if part.type == "pair" and key is not None and value is not None:
            made.append((source.text(key).strip(":\"'"), value))
        elif part.type not in ("comment", "block_argument"):
            made.append((None, part))
    return made


def _call(node: Node, source: Source) -> Shape:
    owner, name = field(node, "receiver"), field(node, "method")
    said = source.text(name) if name is not None else "call"
    callee = Shape("member", owner, said) if owner is not None else Shape("name", said)
    return Shape("call", callee, _arguments(node, source))


def _subshell(node: Node, source: Source) -> Shape:
    return Shape("call", Shape("name", "system"), [(None, c) for c in node.named_children])


def _scoped(node: Node, source: Source) -> Shape:
    owner, name = field(node, "scope"), field(node, "name")
    said = source.text(name) if name is not None else ""
    return Shape("member", owner, said) if owner is not None else Shape("name", said)


def _item(node: Node, source: Source) -> Shape:
    parts = node.named_children
    return Shape("item", parts[0], parts[1]) if len(parts) == 2 else OTHER


def _map(node: Node, source: Source) -> Shape:
    pairs = ((field(p, "key"), field(p, "value")) for p in node.named_children)
    return Shape(
        "map",
        [(source.text(k).strip(":\"'"), v) for k, v in pairs if k is not None and v is not None],
    )


def _given(node: Node, source: Source) -> list[Given]:
    if node.type == "block_parameters":
        call = node.parent.parent if node.parent is not None else None
        if call is None or call.type != "call":
            return []
        names = [c for c in node.named_children if c.type == "identifier"]
        how = "is" if len(names) == 1 else "part"
        return [(source.text(n), how, call, None) for n in names]
    left, right = field(node, "left"), field(node, "right")
    if left is None or right is None:
        return []
    name = source.text(left)[:120]
    if node.type == "binary":  # said << x
        sign = field(node, "operator")
        into = sign is not None and source.text(sign) == "<<" and left.type in HOLDS
        return [(name, "into", right, None)] if into else []
    if left.type == "element_reference":
        owner = field(left, "object")
        return [(source.text(owner or left), "into", right, None)]
    if left.type == "left_assignment_list":
        names = [c for c in left.named_children if c.type in HOLDS]
        return [(source.text(n), "item", right, at) for at, n in enumerate(names)]
    plain = node.type == "assignment" or b"||=" in source.data[left.end_byte : right.start_byte]
    return [(name, "set" if plain else "more", right, None)]


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters")
    names = (field(p, "name") or p for p in (given.named_children if given is not None else []))
    return [source.text(n) for n in names]


RUBY = Grammar(
    "ruby",
    _load,
    """
    [(call) (subshell)] @call
    [(assignment) (operator_assignment) (block_parameters) (binary)] @give
    [(method) (singleton_method)] @function
    (class) @class
    (return) @return
    [(if) (unless) (while) (if_modifier) (unless_modifier)] @choice
    """,
    {
        **{kind: lambda n, s: Shape("name", s.text(n)) for kind in HOLDS},
        "self": lambda n, s: Shape("name", "self"),
        "string": _string,
        "string_content": literal(unescape),
        "escape_sequence": literal(unescape),
        "interpolation": passing(),
        "simple_symbol": literal(lambda text: text[1:]),
        "integer": literal(whole_number),
        "call": _call,
        "subshell": _subshell,
        "scope_resolution": _scoped,
        "element_reference": _item,
        "binary": operation("||", "or", "&&", "and", "<<"),
        "assignment": passing("right"),
        "array": many,
        "string_array": many,
        "bare_string": _string,
        "hash": _map,
        "parenthesized_statements": passing(),
        "method": lambda n, s: Shape("function"),
    },
    _given,
    _parameters,
    own_name,
)
