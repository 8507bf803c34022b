"""Python's grammar: shapes of its nodes, and what its statements give to which names.

Spec: Python language reference 3.13; tree-sitter-python 0.25.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evenhand.code.syntax import (
    OTHER,
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
)  # fmt: skip

if TYPE_CHECKING:
    from tree_sitter import Node


def _load() -> Any:
    import tree_sitter_python

    return tree_sitter_python.language()


def _string(node: Node, source: Source) -> Shape:
    parts: list[Any] = []
    prefix = source.text(node.children[0]).lower() if node.child_count else ""
    for child in node.named_children:
        if child.type == "string_content":
            text = source.text(child)
            parts.append(text if "r" in prefix else unescape(text))
        elif child.type == "interpolation":
            parts.append(field(child, "expression") or child)
    if all(isinstance(p, str) for p in parts):
        text = "".join(parts)
        return Shape("text", text.encode("latin-1", "replace") if "b" in prefix else text)
    return Shape("concat", parts)


def _call(node: Node, source: Source) -> Shape:
    arguments: list[tuple[str | None, Any]] = []
    given = node.child_by_field_name("arguments")
    if given is not None and given.type == "generator_expression":
        arguments.append((None, given))
    elif given is not None:
        for child in given.named_children:
            kind = child.type
            if kind == "keyword_argument":
                name, value = field(child, "name"), field(child, "value")
                arguments.append((source.text(name), value) if name else (None, child))
            elif kind != "comment":
                arguments.append((None, child))
    return Shape("call", node.child_by_field_name("function"), arguments)


def _subscript(node: Node, source: Source) -> Shape:
    value, index = field(node, "value"), field(node, "subscript")
    if index is not None and index.type == "slice":
        return Shape("slice", value, re.sub(r"\s", "", source.text(index)) == "::-1")
    return Shape("item", value, index)


def _dictionary(node: Node, source: Source) -> Shape:
    pairs = []
    for child in node.named_children:
        if child.type == "pair":
            pairs.append((field(child, "key"), field(child, "value")))
        else:
            pairs.append((None, child))
    return Shape("map", pairs)


def _comprehension(node: Node, source: Source) -> Shape:
    loops = [
        (names(field(c, "left"), source), field(c, "right"))
        for c in node.named_children
        if c.type == "for_in_clause"
    ]
    return Shape("each", field(node, "body"), loops)


def _choice(node: Node, source: Source) -> Shape:
    parts = node.named_children
    return Shape("any", [parts[0], parts[-1]] if len(parts) == 3 else parts)


def names(node: Node | None, source: Source) -> list[str]:
    """The names in a target: `x`, `a, b`, `self.x`."""
    if node is None:
        return []
    if node.type in ("identifier", "attribute"):
        return [source.text(node)]
    if node.type in ("pattern_list", "tuple_pattern", "list_pattern", "tuple", "list_splat_pattern",
                     "as_pattern_target", "list", "parenthesized_expression"):  # fmt: skip
        return [n for c in node.named_children for n in names(c, source)]
    return []


def _given(node: Node, source: Source) -> list[Given]:
    kind = node.type
    if kind in ("import_statement", "import_from_statement"):
        return list(_imports(node, source))
    if kind == "with_item":
        bound = field(node, "value")
        if bound is None or bound.type != "as_pattern" or bound.named_child_count < 2:
            return []
        opened = bound.named_children[0]
        return [(n, "is", opened, None) for n in names(bound.named_children[1], source)]
    left, right = field(node, "left", "name"), field(node, "right", "value")
    if left is None or right is None:
        return []
    if kind == "assignment" and left.type == "identifier" and right.type != kind:
        return [(source.text(left), "is", right, None)]
    if left.type == "subscript":
        owner = field(left, "value")
        return [(n, "into", right, None) for n in names(owner, source)]
    if kind == "augmented_assignment":
        return [(n, "more", right, None) for n in names(left, source)]
    if kind in ("for_statement", "for_in_clause"):
        return [(n, "part", right, None) for n in names(left, source)]
    if left.type in ("pattern_list", "tuple_pattern"):
        return list(_unpacked(left, right, source))
    found: list[Given] = [(n, "is", right, None) for n in names(left, source)]
    if right.type == "assignment":  # a = b = c
        last = right
        while last is not None and last.type == "assignment":
            value = field(last, "right")
            if value is None:
                break
            last = value
        found = [(n, "is", last, None) for n, *_ in found]
    return found


def _unpacked(left: Node, right: Node, source: Source) -> list[Given]:
    targets = left.named_children
    if right.type in ("expression_list", "tuple", "list") and right.named_child_count == len(
        targets
    ):
        pairs = zip(targets, right.named_children, strict=True)
        return [(n, "is", value, None) for t, value in pairs for n in names(t, source)]
    return [(n, "item", right, at) for at, t in enumerate(targets) for n in names(t, source)]


def _imports(node: Node, source: Source) -> list[Given]:
    module = field(node, "module_name")
    prefix = source.text(module) + "." if module is not None else ""
    prefix = prefix if prefix.strip(".") != "" else prefix[:-1]
    found: list[Given] = []
    for child in node.children_by_field_name("name"):
        alias, name = field(child, "alias"), field(child, "name")
        dotted = source.text(name if name is not None else child)
        if alias is not None:
            found.append((source.text(alias), "ref", prefix + dotted, None))
        elif prefix:
            found.append((dotted, "ref", prefix + dotted, None))
        else:
            found.append((dotted.partition(".")[0], "ref", dotted.partition(".")[0], None))
    return found


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters")
    found = []
    for child in given.named_children if given is not None else ():
        name = field(child, "name") or child
        if name.type not in ("identifier", "keyword_separator", "positional_separator"):
            name = next((c for c in name.named_children if c.type == "identifier"), name)
        found.append(source.text(name))
    return found


PYTHON = Grammar(
    "python",
    _load,
    """
    (call) @call
    [(assignment) (augmented_assignment) (for_statement) (for_in_clause) (with_item)
     (named_expression) (import_statement) (import_from_statement)] @give
    [(function_definition) (lambda)] @function
    (class_definition) @class
    (return_statement) @return
    (yield) @return
    [(if_statement) (elif_clause) (conditional_expression) (while_statement)] @choice
    """,
    {
        "identifier": lambda n, s: Shape("name", s.text(n)),
        "string": _string,
        "concatenated_string": lambda n, s: Shape("concat", n.named_children),
        "integer": literal(whole_number),
        "attribute": lambda n, s: Shape(
            "member",
            n.child_by_field_name("object"),
            s.text(n.child_by_field_name("attribute") or n),
        ),
        "subscript": _subscript,
        "call": _call,
        "binary_operator": operation(),
        "dictionary": _dictionary,
        "list": many,
        "tuple": many,
        "set": many,
        "expression_list": many,
        "list_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "set_comprehension": _comprehension,
        "dictionary_comprehension": _comprehension,
        "parenthesized_expression": passing(),
        "await": passing(),
        "named_expression": passing("value"),
        "conditional_expression": _choice,
        "boolean_operator": lambda n, s: Shape("any", n.named_children),
        "lambda": function,
        "comparison_operator": lambda n, s: OTHER,
    },
    _given,
    _parameters,
    own_name,
    callees={"call": ("function",)},
)
