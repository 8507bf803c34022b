"""Lua's grammar: shapes of its nodes, and what its statements give to which names.

Spec: Lua 5.4 reference manual; tree-sitter-lua 0.5.
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
    operation,
    passing,
    unescape,
    whole_number,
)  # fmt: skip

if TYPE_CHECKING:
    from tree_sitter import Node


def _load() -> Any:
    import tree_sitter_lua

    return tree_sitter_lua.language()


def _string(node: Node, source: Source) -> Shape:
    content = field(node, "content")
    text = source.text(content) if content is not None else ""
    return Shape("text", unescape(text, 10) if source.text(node)[:1] != "[" else text)


def _call(node: Node, source: Source) -> Shape:
    given = field(node, "arguments")
    parts = given.named_children if given is not None else []
    return Shape("call", field(node, "name"), [(None, p) for p in parts if p.type != "comment"])


def _member(node: Node, source: Source) -> Shape:
    last = field(node, "field", "method")
    return Shape("member", field(node, "table"), source.text(last or node))


def _table(node: Node, source: Source) -> Shape:
    fields = [c for c in node.named_children if c.type == "field"]
    if all(field(f, "name") is None for f in fields):
        return Shape("many", [field(f, "value") for f in fields])
    return Shape("map", [(field(f, "name"), field(f, "value")) for f in fields])


def _given(node: Node, source: Source) -> list[Given]:
    if node.type == "for_generic_clause":
        names = [
            n for c in node.named_children if c.type == "variable_list" for n in c.named_children
        ]
        over = next((c for c in node.named_children if c.type == "expression_list"), None)
        return [(source.text(n), "part", over, None) for n in names] if over is not None else []
    names = [n for c in node.named_children if c.type == "variable_list" for n in c.named_children]
    values = [
        v for c in node.named_children if c.type == "expression_list" for v in c.named_children
    ]
    local = node.parent is not None and node.parent.type == "variable_declaration"
    found: list[Given] = []
    for at, name in enumerate(names):
        value = values[at] if at < len(values) else (values[-1] if values else None)
        if value is None:
            continue
        if name.type == "bracket_index_expression":
            owner = field(name, "table")
            found.append((source.text(owner or name), "into", value, None))
        else:
            found.append((source.text(name), "is" if local else "set", value, None))
    return found


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters")
    parts = given.named_children if given is not None else []
    return [source.text(p) for p in parts]


def _function_name(node: Node, source: Source) -> str:
    name = field(node, "name")
    return source.text(name).replace(":", ".").rpartition(".")[2] if name is not None else ""


LUA = Grammar(
    "lua",
    _load,
    """
    (function_call) @call
    [(assignment_statement) (for_generic_clause)] @give
    [(function_declaration) (function_definition)] @function
    (return_statement) @return
    [(if_statement) (elseif_statement) (while_statement)] @choice
    """,
    {
        "identifier": lambda n, s: Shape("name", s.text(n)),
        "string": _string,
        "number": literal(whole_number),
        "function_call": _call,
        "dot_index_expression": _member,
        "method_index_expression": _member,
        "bracket_index_expression": lambda n, s: Shape(
            "item", field(n, "table"), field(n, "field")
        ),
        "binary_expression": operation("or", "and"),
        "table_constructor": _table,
        "parenthesized_expression": passing(),
        "expression_list": lambda n, s: (
            Shape("many", n.named_children)
            if n.named_child_count > 1
            else Shape("pass", n.named_children[0] if n.named_child_count else None)
        ),
        "function_definition": function,
    },
    _given,
    _parameters,
    _function_name,
    hoisted=("comment",),
)
