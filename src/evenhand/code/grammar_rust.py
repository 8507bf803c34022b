"""Rust's grammar: shapes of its nodes, and what its statements give to which names.

Spec: The Rust Reference, edition 2024; tree-sitter-rust 0.24.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.code.syntax import (
    Given,
    Grammar,
    Shape,
    Source,
    field,
    function,
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


def _load() -> Any:
    import tree_sitter_rust

    return tree_sitter_rust.language()


def _string(node: Node, source: Source) -> Shape:
    text = source.text(node)
    first, last = text.find('"'), text.rfind('"')
    inside = text[first + 1 : last] if last > first else ""
    raw = "r" in text[: max(first, 0)]
    return Shape("text", inside if raw else unescape(inside))


def _call(node: Node, source: Source) -> Shape:
    given = field(node, "arguments")
    parts = given.named_children if given is not None else []
    made = [(None, p) for p in parts if not p.type.endswith("comment")]
    return Shape("call", field(node, "function"), made)


def _member(owner: str, name: str) -> Any:
    def shaper(node: Node, source: Source) -> Shape:
        first, last = field(node, owner), field(node, name)
        said = source.text(last) if last is not None else ""
        return Shape("member", first, said) if first is not None else Shape("name", said)

    return shaper


def _used(node: Node, source: Source, before: str) -> list[Given]:
    """Names that a `use` brings, each with what it stands for."""
    match node.type:
        case "use_as_clause":
            path, name = field(node, "path"), field(node, "alias")
            said = before + source.text(path or node).replace("::", ".")
            return [(source.text(name or node), "ref", said, None)]
        case "scoped_use_list":
            path, inner = field(node, "path"), field(node, "list")
            said = f"{before}{source.text(path).replace('::', '.')}." if path else before
            return _used(inner, source, said) if inner is not None else []
        case "use_list":
            return [g for c in node.named_children[:200] for g in _used(c, source, before)]
        case "identifier" | "scoped_identifier":
            said = before + source.text(node).replace("::", ".")
            return [(said.rpartition(".")[2], "ref", said, None)]
        case "self":
            return [(before.rstrip(".").rpartition(".")[2], "ref", before.rstrip("."), None)]
    return []


def _names(node: Node, source: Source) -> list[str]:
    """Names that a pattern binds."""
    if node.type == "identifier":
        return [source.text(node)]
    skip = field(node, "type")
    inner = [c for c in node.named_children[:20] if skip is None or c.id != skip.id]
    return [n for c in inner for n in _names(c, source)]


def _given(node: Node, source: Source) -> list[Given]:
    if node.type == "use_declaration":
        argument = field(node, "argument")
        return _used(argument, source, "") if argument is not None else []
    if node.type in ("assignment_expression", "compound_assignment_expr"):
        left, right = field(node, "left"), field(node, "right")
        how = "set" if node.type == "assignment_expression" else "more"
        return [(source.text(left)[:120], how, right, None)] if left and right else []
    if node.type == "match_arm":
        around = node.parent.parent if node.parent is not None else None
        value = field(around, "value") if around is not None else None
    else:
        value = field(node, "value")
    pattern = field(node, "pattern", "name")
    if pattern is None or value is None:
        return []
    names = _names(pattern, source)
    plain = pattern.type == "identifier" and node.type != "for_expression"
    return [(n, "is" if plain or len(names) == 1 else "part", value, None) for n in names]


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters")
    parts = given.named_children if given is not None else []
    names = (field(p, "pattern") or p for p in parts if p.type != "self_parameter")
    return [source.text(n).removeprefix("mut ").lstrip("&|") for n in names]


RUST = Grammar(
    "rust",
    _load,
    """
    (call_expression) @call
    [(let_declaration) (let_condition) (use_declaration) (assignment_expression)
     (compound_assignment_expr) (for_expression) (const_item) (static_item) (match_arm)] @give
    [(function_item) (closure_expression)] @function
    (return_expression) @return
    [(if_expression) (while_expression)] @choice
    """,
    {
        "identifier": lambda n, s: Shape("name", s.text(n)),
        "self": lambda n, s: Shape("name", "self"),
        "string_literal": _string,
        "raw_string_literal": _string,
        "integer_literal": literal(whole_number),
        "call_expression": _call,
        "generic_function": passing("function"),
        "field_expression": _member("value", "field"),
        "scoped_identifier": _member("path", "name"),
        "index_expression": lambda n, s: (
            Shape("item", n.named_children[0], n.named_children[1])
            if n.named_child_count == 2
            else Shape("other")
        ),
        "binary_expression": operation("||", "&&"),
        "try_expression": passing(),
        "reference_expression": passing("value"),
        "parenthesized_expression": passing(),
        "array_expression": many,
        "tuple_expression": lambda n, s: Shape("concat", n.named_children),  # a format, mostly
        "closure_expression": function,
        "function_item": function,
    },
    _given,
    _parameters,
    own_name,
)
