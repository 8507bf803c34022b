"""JavaScript's and TypeScript's grammars: shapes of nodes, and what gives what to which names.

Spec: ECMAScript 2025; tree-sitter-javascript 0.25, tree-sitter-typescript 0.23.
"""

from __future__ import annotations

import dataclasses
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
)  # fmt: skip

if TYPE_CHECKING:
    from tree_sitter import Node


def _load() -> Any:
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _load_typescript() -> Any:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_typescript()


def _load_tsx() -> Any:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx()


def _string(node: Node, source: Source) -> Shape:
    return Shape("text", unescape(source.text(node)[1:-1]))


def _template(node: Node, source: Source) -> Shape:
    parts: list[Any] = []
    for child in node.named_children:
        if child.type == "template_substitution":
            parts.extend(child.named_children[:1])
        else:
            parts.append(unescape(source.text(child)))
    if all(isinstance(p, str) for p in parts):
        return Shape("text", "".join(parts))
    return Shape("concat", parts)


def _call(node: Node, source: Source) -> Shape:
    given = field(node, "arguments")
    parts = given.named_children if given is not None else []
    return Shape(
        "call",
        field(node, "function", "constructor"),
        [(None, p) for p in parts if p.type != "comment"],
    )


def _object(node: Node, source: Source) -> Shape:
    pairs: list[tuple[Any, Any]] = []
    for child in node.named_children:
        if child.type == "pair":
            key = field(child, "key")
            plain = key is not None and key.type == "property_identifier"
            pairs.append((source.text(key) if plain and key else key, field(child, "value")))
        elif child.type == "method_definition":
            pairs.append((source.text(field(child, "name") or child), child))
        elif child.type == "shorthand_property_identifier":
            pairs.append((source.text(child), child))
        else:
            pairs.append((None, child))
    return Shape("map", pairs)


def _sequence(node: Node, source: Source) -> Shape:
    parts = node.named_children
    return Shape("pass", parts[-1])


def _choice(node: Node, source: Source) -> Shape:
    return Shape("any", [field(node, "consequence"), field(node, "alternative")])


def _unary(node: Node, source: Source) -> Shape:
    sign, part = field(node, "operator"), field(node, "argument")
    if sign is not None and source.text(sign) in ("+", "-", "~") and part is not None:
        return Shape("op", source.text(sign) + "1", part, part)
    return Shape("other")


def targets(node: Node | None, source: Source) -> list[tuple[str, str | int | None]]:
    """(name, key or position that it takes) of a pattern."""
    if node is None:
        return []
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        text = source.text(node)
        return [(text, text if node.type != "identifier" else None)]
    if node.type == "member_expression":
        return [(source.text(node), None)]
    if node.type in ("assignment_pattern", "object_assignment_pattern"):
        return targets(field(node, "left"), source)
    found: list[tuple[str, str | int | None]] = []
    if node.type == "object_pattern":
        for child in node.named_children:
            if child.type == "pair_pattern":
                key = source.text(field(child, "key") or child)
                found += [(n, key) for n, _ in targets(field(child, "value"), source)]
            else:
                found += targets(child, source)
    elif node.type == "array_pattern":
        for at, child in enumerate(node.named_children):
            found += [(n, at) for n, _ in targets(child, source)]
    elif node.type in ("rest_pattern", "required_parameter", "optional_parameter"):
        inside = field(node, "pattern")
        if inside is None and node.named_child_count:
            inside = node.named_children[0]
        found += targets(inside, source)
    return found


SHARED = ("module", "exports", "process", "window", "global", "globalThis", "document", "console")


def _given(node: Node, source: Source) -> list[Given]:
    if node.type == "import_statement":
        return _imports(node, source)
    if node.type == "update_expression":  # i++: no longer what it was
        counted = field(node, "argument")
        return [(n, "part", counted, None) for n, _ in targets(counted, source)]
    left, right = field(node, "left", "name"), field(node, "right", "value")
    if left is None or right is None:
        return []
    if node.type == "augmented_assignment_expression":
        return [(n, "more", right, None) for n, _ in targets(left, source)]
    if node.type == "for_in_statement":
        return [(n, "part", right, None) for n, _ in targets(left, source)]
    if left.type == "subscript_expression":
        return [(n, "into", right, None) for n, _ in targets(field(left, "object"), source)]
    if left.type in ("object_pattern", "array_pattern"):
        named = targets(left, source)
        rest = [c for c in left.named_children if c.type == "rest_pattern"]
        whole = {n for c in rest for n, _ in targets(c, source)}  # all but what was taken
        kept = [(n, "is", right, None) for n in sorted(whole)]
        return [*((n, "item", right, k) for n, k in named if k is not None), *kept]
    how = "is" if node.type == "variable_declarator" else "set"
    found: list[Given] = [(n, how, right, None) for n, _ in targets(left, source)]
    owner = field(left, "object") if left.type == "member_expression" else None
    if owner is not None and owner.type == "identifier" and source.text(owner) not in SHARED:
        found.append((source.text(owner), "into", right, None))
    return found


def _imports(node: Node, source: Source) -> list[Given]:
    origin = field(node, "source")
    clause = next((c for c in node.named_children if c.type == "import_clause"), None)
    if origin is None or clause is None:
        return []
    module = source.text(origin)[1:-1].removeprefix("node:")
    found: list[Given] = []
    for child in clause.named_children:
        if child.type == "identifier":
            found.append((source.text(child), "ref", module, None))
        elif child.type == "namespace_import" and child.named_children:
            found.append((source.text(child.named_children[-1]), "ref", module, None))
        elif child.type == "named_imports":
            for one in child.named_children:
                name, alias = field(one, "name"), field(one, "alias")
                if name is not None:
                    dotted = f"{module}.{source.text(name)}"
                    found.append((source.text(alias or name), "ref", dotted, None))
    return found


def _parameters(node: Node, source: Source) -> list[str]:
    given = field(node, "parameters", "parameter")
    if given is None:
        return []
    if given.type == "identifier":
        return [source.text(given)]
    return [
        (targets(c, source) or [("", None)])[0][0]
        for c in given.named_children
        if c.type != "comment"
    ]


JAVASCRIPT = Grammar(
    "javascript",
    _load,
    """
    [(call_expression) (new_expression)] @call
    [(variable_declarator) (assignment_expression) (augmented_assignment_expression)
     (for_in_statement) (import_statement) (update_expression)] @give
    [(function_declaration) (function_expression) (arrow_function) (method_definition)
     (generator_function_declaration) (generator_function)] @function
    (class_declaration) @class
    (return_statement) @return
    [(if_statement) (ternary_expression) (while_statement)] @choice
    """,
    {
        "identifier": lambda n, s: Shape("name", s.text(n)),
        "shorthand_property_identifier": lambda n, s: Shape("name", s.text(n)),
        "this": lambda n, s: Shape("name", "this"),
        "import": lambda n, s: Shape("name", "import"),
        "string": _string,
        "template_string": _template,
        "number": literal(whole_number),
        "member_expression": lambda n, s: Shape(
            "member", field(n, "object"), s.text(field(n, "property") or n)
        ),
        "subscript_expression": lambda n, s: Shape("item", field(n, "object"), field(n, "index")),
        "call_expression": _call,
        "new_expression": _call,
        "binary_expression": operation("||", "&&", "??"),
        "unary_expression": _unary,
        "object": _object,
        "array": many,
        "sequence_expression": _sequence,
        "parenthesized_expression": passing(),
        "await_expression": passing(),
        "non_null_expression": passing(),
        "as_expression": passing(),
        "assignment_expression": passing("right"),
        "ternary_expression": _choice,
        "arrow_function": function,
        "function_expression": function,
        "generator_function": function,
        "method_definition": function,
    },
    _given,
    _parameters,
    own_name,
)
TYPESCRIPT = dataclasses.replace(JAVASCRIPT, name="typescript", load=_load_typescript)
TSX = dataclasses.replace(JAVASCRIPT, name="tsx", load=_load_tsx)
