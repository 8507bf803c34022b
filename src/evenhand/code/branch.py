"""What a condition leads to: the cases in which it holds, and what is done then and otherwise.

A condition is taken apart into cases, each of which is enough; a *not*, an `else`, and an early
`return` turn it round, so that it does not matter in which of these ways something is written.

Spec: none.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.index import Call, Choice, Function, callee_name
from evenhand.code.secrets import compared_sides
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

CHOICES = 3_000
LONGEST = 1_200  # of a condition
CASES, PARTS, DEEP = 6, 8, 6
DEFINED = 60
BRANCH = 6_000  # bytes of what follows a condition
ENDS = ("return_statement", "exit_statement", "throw_expression", "break_statement",
        "continue_statement", "goto_statement")  # fmt: skip
ENDING = frozenset(("die", "exit", "wp_die", "error", "abort"))
BLOCKS = ("compound_statement", "colon_block", "block", "else_clause", "else_statement")
SAME, OTHER = ("==", "===", "eq"), ("!=", "!==", "~=", "<>")
COMPARES = re.compile(rb"[=!~]=|<>|equal|cmp|compar|verify|checkpw|tarts_?[wW]ith")
# Calls after which something else decides as well.
DECIDES = re.compile(r"(?i)\w*(?:authenticat|valid|verif|check|compare|find|look_?up|log_?in)\w*")


class Asked(NamedTuple):
    """One part of a condition, and whether it is the case that it holds."""

    node: Node
    holds: bool


class Compared(NamedTuple):
    """Two sides of a comparison, where it is the case that they are the same."""

    value: Node
    other: Node


class Branch(NamedTuple):
    """Bytes that are reached where one of the cases is given, each of which is enough."""

    cases: list[list[Asked]]
    low: int
    high: int
    choice: Choice


class Held(NamedTuple):
    """A value that is the same as a text that is written out, in a case of a branch."""

    way: Branch
    asked: Asked
    value: Node
    fixed: str


class Ways(NamedTuple):
    """What the conditions of one file lead to, and which of them know a text by heart."""

    every: list[Branch]
    held: list[Held]


def ways_of(look: Look) -> Ways:
    """All branches of a file, and what is held against a text there."""
    every, held = list(branches(look)), []
    for way in every:
        for asked in {(a.node.id, a.holds): a for case in way.cases for a in case}.values():
            for one in same(look, asked):
                fixed = written(look, one.other)
                if fixed is not None:
                    held.append(Held(way, asked, one.value, fixed))
    return Ways(every, held)


def written(look: Look, node: Node) -> str | None:
    """The text that an expression is, where it is written out: there, or for a name."""
    shape = shape_of(node, look.index.source)
    if shape.kind == "text":
        return shape.a if isinstance(shape.a, str) else None
    if shape.kind == "pass" and hasattr(shape.a, "type"):
        return written(look, shape.a)
    sums = (shape.kind == "op" and shape.a in (".", "..")) or shape.kind == "concat"
    if not sums and shape.kind not in ("name", "member"):
        return None
    name = shape.a if shape.kind == "name" else look.index.source.text(node)
    if not sums and name not in look.index.given and node.type != "name":
        return None
    fixed = constant(look, node)
    return fixed if isinstance(fixed, str) else None


def branches(look: Look) -> Iterator[Branch]:
    """What each condition of a file leads to, where it holds and where it does not."""
    for choice in look.index.choices[:CHOICES]:
        condition = choice.condition
        if condition.end_byte - condition.start_byte > LONGEST:
            continue
        yield Branch(cases(look, condition, True), choice.start, choice.end, choice)
        rest = _otherwise(look, choice)
        if rest is not None:
            low, high = rest
            yield Branch(cases(look, condition, False), low, min(high, low + BRANCH), choice)


def operands(look: Look, node: Node) -> list[Node]:
    """Every part of a condition that asks something, whatever joins them."""
    every = itertools.chain(*cases(look, node, True), *cases(look, node, False))
    return list({a.node.id: a.node for a in every}.values())


def cases(look: Look, node: Node, meant: bool, depth: int = 0) -> list[list[Asked]]:
    """The cases in which a condition holds, or does not where that is meant."""
    node = _bare(node)
    sign, parts = _joined(look, node)
    if depth > DEEP or not sign:
        return [[Asked(node, meant)]]
    if sign == "not":
        return cases(look, parts[0], not meant, depth + 1)
    each = [cases(look, part, meant, depth + 1) for part in parts]
    if (sign == "or") == meant:  # one of them is enough
        return [case for cases in each for case in cases][:CASES]
    made = itertools.product(*each)
    return [list(itertools.chain(*one))[:PARTS] for one in itertools.islice(made, CASES)]


def same(look: Look, asked: Asked) -> Iterator[Compared]:
    """The two sides of a comparison, each as the value once, where they are the same."""
    if not COMPARES.search(look.words(asked.node)):
        return
    sides, sign = compared_sides(look, asked.node)
    if sides is None or sign not in (SAME if asked.holds else OTHER):
        return
    if _answer(look, sides[1]) is not None or _answer(look, sides[0]) is not None:
        return  # `f($x) === true` asks what f says
    yield Compared(*sides)
    yield Compared(*sides[::-1])


def call_of(look: Look, asked: Asked) -> tuple[Node, bool] | None:
    """The call that a part asks, and whether it answers yes: `f()`, `f() === false`, `f() == 0`."""
    node, holds = asked
    sides, sign = compared_sides(look, node)
    shape = shape_of(node, look.index.source)
    if shape.kind == "op" and sides is not None and sign in (*SAME, *OTHER):
        for one, two in (sides, sides[::-1]):
            answer = _answer(look, two)
            if answer is not None:
                node, holds = one, holds == ((sign in SAME) == answer)
                break
        else:
            return None
    while shape_of(node, look.index.source).kind == "pass":
        node = shape_of(node, look.index.source).a
    return (node, holds) if shape_of(node, look.index.source).kind == "call" else None


def straight(look: Look, branch: Branch, at: int) -> bool:
    """True where nothing else decides between the start of a branch and a byte of it."""
    index = look.index
    if index.inside(at) is not branch.choice.inside:
        return False
    place = bisect.bisect_left(index.choices, branch.low, key=lambda c: c.node.start_byte)
    if place < len(index.choices) and index.choices[place].node.start_byte < at:
        return False
    return not any(
        DECIDES.fullmatch(c.name) for c in calls(look, branch.low, at) if c.node.end_byte <= at
    )


def calls(look: Look, low: int, high: int) -> Iterator[Call]:
    """The calls that begin between two bytes."""
    every = look.index.calls
    place = bisect.bisect_left(every, low, key=lambda c: c.node.start_byte)
    for call in every[place : place + 200]:
        if call.node.start_byte >= high:
            return
        yield call


def statements(node: Node | None) -> list[Node]:
    """What a block does, one after the other; of a branch without a block, the one thing."""
    if node is None:
        return []
    if node.type in BLOCKS or node.type in ("chunk", "program"):
        parts = [c for c in node.named_children if c.type != "comment"]
        if node.type.startswith("else") and len(parts) == 1:
            return statements(parts[0])
        return parts
    return [node]


def body(choice: Choice) -> list[Node]:
    """What is done where a condition holds."""
    return statements(field(choice.node, "consequence", "body"))


def follows(choice: Choice) -> bool:
    """True where anything is done after a choice."""
    rest = choice.node.next_named_sibling
    while rest is not None and rest.type == "comment":
        rest = rest.next_named_sibling
    return rest is not None


def constant(look: Look, node: Any) -> Any:
    """What an expression is, where it is fixed."""
    look.flow.begin(300)
    found = look.flow.value(node).const
    if found is None and getattr(node, "type", "") == "name":  # of `define('NAME', …)`
        for call in look.index.called.get("define", ())[:DEFINED]:
            given = [n for _, n in shape_of(call.node, look.index.source).b]
            if len(given) > 1 and look.flow.value(given[0]).const == look.index.source.text(node):
                return look.flow.value(given[1]).const
    return found


def begin_of(function: Function | None) -> int:
    """The first byte of a function, or of the file."""
    return function.start if function is not None else 0


def _answer(look: Look, node: Node) -> bool | None:
    """The yes or no that is written: `true`, `false`, `1`, `0`, `nil`."""
    said = look.index.source.text(node).lower() if node.end_byte - node.start_byte < 6 else ""
    return {"true": True, "1": True, "false": False, "0": False, "nil": False}.get(said)


def _bare(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_child_count:
        node = node.named_children[0]
    return node


def _joined(look: Look, node: Node) -> tuple[str, list[Node]]:
    """How a condition joins its parts, and these: `and`, `or`, `not`."""
    if node.type in ("unary_op_expression", "unary_expression", "binary_expression"):
        sign = field(node, "operator") or next((c for c in node.children if not c.is_named), None)
        said = look.index.source.text(sign) if sign is not None else ""
        said = {"&&": "and", "||": "or", "!": "not"}.get(said, said)
        if said in ("and", "or", "not"):
            return said, [c for c in node.named_children if c.type != "comment"]
    return "", []


def _otherwise(look: Look, choice: Choice) -> tuple[int, int] | None:
    """The bytes of what is done where a condition does not hold."""
    other = field(choice.node, "alternative")
    if other is not None:
        return other.start_byte, other.end_byte
    done, around = body(choice), choice.node.parent
    if not done or around is None or around.type == "if_statement":
        return None
    return (choice.node.end_byte, around.end_byte) if _leaves(look, done[-1]) else None


def _leaves(look: Look, node: Node) -> bool:
    if node.type == "expression_statement" and node.named_child_count:
        node = node.named_children[0]
    if node.type in ENDS:
        return True
    return "call" in node.type and callee_name(node, look.index.source) in ENDING
