"""PHP's grammar: shapes of its nodes, and what its statements give to which names.

Spec: PHP language reference 8.3; tree-sitter-php 0.24.
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
    own_name,
    passing,
    unescape,
    whole_number,
)  # fmt: skip

if TYPE_CHECKING:
    from tree_sitter import Node


def _load() -> Any:
    import tree_sitter_php

    return tree_sitter_php.language_php()


def _plain_string(node: Node, source: Source) -> Shape:
    text = source.text(node)[1:-1]
    return Shape("text", text.replace("\\'", "'").replace("\\\\", "\\"))


def _string(node: Node, source: Source) -> Shape:
    parts: list[Any] = []
    for child in node.named_children:
        if child.type in ("string_content", "escape_sequence"):
            parts.append(unescape(source.text(child)))
        else:
            parts.append(child)
    if all(isinstance(p, str) for p in parts):
        return Shape("text", "".join(parts))
    return Shape("concat", parts)


def _heredoc(node: Node, source: Source) -> Shape:
    body = field(node, "value")
    if body is None:
        return Shape("text", "")
    if body.type == "nowdoc_body":
        return Shape("text", source.text(body))
    return _string(body, source)


def _arguments(node: Node | None) -> list[tuple[str | None, Any]]:
    given = node.named_children if node is not None else []
    return [
        (None, c.named_children[-1]) for c in given if c.type == "argument" and c.named_child_count
    ]


def _call(node: Node, source: Source) -> Shape:
    return Shape("call", field(node, "function"), _arguments(field(node, "arguments")))


def _method(node: Node, source: Source) -> Shape:
    owner, name = field(node, "object", "scope"), field(node, "name")
    title = source.text(name) if name is not None else ""
    return Shape("call", Shape("member", owner, title), _arguments(field(node, "arguments")))


def _new(node: Node, source: Source) -> Shape:
    given = next((c for c in node.named_children if c.type == "arguments"), None)
    title = node.named_children[0] if node.named_child_count else None
    return Shape("call", title, _arguments(given))


def _language_call(name: str) -> Any:
    """`include x`, `echo x`, `eval`: statements that do what functions do."""

    def shaper(node: Node, source: Source) -> Shape:
        return Shape("call", Shape("name", name), [(None, c) for c in node.named_children])

    return shaper


def _item(node: Node, source: Source) -> Shape:
    parts = node.named_children
    return Shape("item", parts[0], parts[1] if len(parts) > 1 else None)


def _array(node: Node, source: Source) -> Shape:
    pairs = [c.named_children for c in node.named_children if c.type == "array_element_initializer"]
    if any(len(p) > 1 for p in pairs):
        return Shape("map", [(p[0] if len(p) > 1 else None, p[-1]) for p in pairs if p])
    return Shape("many", [p[-1] for p in pairs if p])


def _choice(node: Node, source: Source) -> Shape:
    body = field(node, "body") or field(node, "condition")
    return Shape("any", [n for n in (body, field(node, "alternative")) if n is not None])


def _names(node: Node | None, source: Source) -> list[str]:
    if node is None:
        return []
    if node.type in (
        "variable_name",
        "member_access_expression",
        "scoped_property_access_expression",
    ):
        return [source.text(node)]
    return []


def _held(node: Node, source: Source) -> list[Given]:
    """A constant or property of a class, by the names that it is asked for by."""
    name, value = node.named_children[0], node.named_children[-1]
    if node.named_child_count < 2:
        return []
    said = source.text(name)
    names = (said,) if node.type == "const_element" else (f"$this->{said[1:]}",)
    return [(n, "is", value, None) for n in names]


def _given(node: Node, source: Source) -> list[Given]:
    if node.type == "foreach_statement":
        parts = [c for c in node.named_children if c.type not in ("compound_statement", "comment")]
        if len(parts) < 2:
            return []
        targets = parts[1].named_children if parts[1].type == "pair" else [parts[1]]
        return [(n, "part", parts[0], None) for t in targets for n in _names(t, source)]
    if node.type in ("const_element", "property_element"):
        return _held(node, source)
    left, right = field(node, "left"), field(node, "right")
    if left is None or right is None:
        return []
    if node.type == "augmented_assignment_expression":
        return [(n, "more", right, None) for n in _names(left, source)]
    if left.type == "subscript_expression" and left.named_child_count:
        while left.type == "subscript_expression" and left.named_child_count:
            left = left.named_children[0]
        return [(n, "into", right, None) for n in _names(left, source)]
    if left.type == "list_literal":
        parts = left.named_children
        return [(n, "item", right, at) for at, p in enumerate(parts) for n in _names(p, source)]
    return [(n, "is", right, None) for n in _names(left, source)]


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters")
    found = []
    for child in given.named_children if given is not None else ():
        name = field(child, "name")
        if name is not None:
            found.append(source.text(name))
    return found


PHP = Grammar(
    "php",
    _load,
    """
    [(function_call_expression) (member_call_expression) (scoped_call_expression)
     (nullsafe_member_call_expression)
     (object_creation_expression) (include_expression) (require_expression)
     (include_once_expression) (require_once_expression) (shell_command_expression)] @call
    [(assignment_expression) (augmented_assignment_expression) (foreach_statement)
     (const_element) (property_element)] @give
    [(function_definition) (method_declaration) (anonymous_function) (arrow_function)] @function
    (class_declaration) @class
    [(return_statement) (exit_statement)] @return
    [(if_statement) (else_if_clause) (conditional_expression) (while_statement)] @choice
    """,
    {
        "variable_name": lambda n, s: Shape("name", s.text(n)),
        "name": lambda n, s: Shape("name", s.text(n)),
        "qualified_name": lambda n, s: Shape("name", s.text(n).lstrip("\\")),
        "dynamic_variable_name": lambda n, s: Shape("other"),
        "string": _plain_string,
        "encapsed_string": _string,
        "heredoc": _heredoc,
        "nowdoc": _heredoc,
        "integer": literal(whole_number),
        "function_call_expression": _call,
        "member_call_expression": _method,
        "nullsafe_member_call_expression": _method,
        "scoped_call_expression": _method,
        "object_creation_expression": _new,
        "member_access_expression": lambda n, s: Shape(
            "member", field(n, "object"), s.text(field(n, "name") or n)
        ),
        "class_constant_access_expression": lambda n, s: Shape(
            "name", s.text(n.named_children[-1])
        ),
        "shell_command_expression": _language_call("shell_exec"),
        "include_expression": _language_call("include"),
        "include_once_expression": _language_call("include"),
        "require_expression": _language_call("include"),
        "require_once_expression": _language_call("include"),
        "binary_expression": operation("||", "&&", "??", "or", "and"),
        "subscript_expression": _item,
        "array_creation_expression": _array,
        "conditional_expression": _choice,
        "parenthesized_expression": passing(),
        "error_suppression_expression": passing(),
        "cast_expression": passing("value"),
        "argument": passing(),
        "assignment_expression": passing("right"),
        "anonymous_function": function,
        "arrow_function": function,
    },
    _given,
    _parameters,
    own_name,
    hoisted=("function_definition", "class_declaration", "comment"),
)
