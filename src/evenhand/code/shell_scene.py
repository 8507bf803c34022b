"""What a script did, kept for questions that are asked once all of it was read.

Commands with what their words hold, comparisons with a fixed text, what names are given. A comment,
or a text that is only printed, is none of these, however it reads.

Spec: POSIX.1-2024 Shell Command Language; tree-sitter-bash 0.25.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.shell_word import Ran, option
from evenhand.code.syntax import Source, field
from evenhand.code.value import Tag, Value, union

if TYPE_CHECKING:
    from tree_sitter import Node

COMPARED = (
    "asked",
    "who",
    "digested",
    "typed",
    "net",
    "socket",
    "hook",
    "argv",
)  # what a comparison with a fixed text is kept of
EQUAL = frozenset(("=", "==", "!=", "=~"))
DIGESTS = re.compile(r"(?:sha\d*|md5|b2)sum|openssl")
FILTERS = frozenset(("awk", "gawk"))
CALLED = 20  # functions of one part that are looked into, and commands that may be one
QUESTIONS = 2_000  # nodes that are asked what they hold

Values = Callable[["Node"], Value]


class Done(NamedTuple):
    """A command that was read: its last name, its words, what came in."""

    name: str
    ran: Ran
    given: Value

    @property
    def words(self) -> list[str]:
        """What each word holds, as far as it is known; lists as the words that are in them."""
        said = [t for w in self.ran.words for t in ([w.const] if w.const else w.texts or ["*"])]
        return [part for text in said for part in str(text).split()]


class Compared(NamedTuple):
    """A text that something is held against."""

    value: Value
    text: str
    line: int
    at: int  # first byte


class Scene:
    """What was done so far."""

    def __init__(self, source: Source, functions: dict[str, Node]) -> None:
        self.source, self.functions = source, functions
        self.done: list[Done] = []
        self.compared: list[Compared] = []
        self.pipelines: list[Node] = []
        self.paths: list[tuple[str, int]] = []  # what PATH is set to
        self.written: dict[str, list[tuple[str, int]]] = {}  # what a name is given, and where
        self._asked = 0
        self._order: list[Done] = []  # as they stand; a function that is followed is read again
        self._starts: list[int] = []

    def did(self, ran: Ran, name: str, given: Value) -> None:
        """A command is read."""
        self.done.append(Done(name, ran, given))
        if name in ("test", "[", "expr"):
            self._compare(list(zip(ran.words, ran.raws, strict=True)), ran.node)
        elif name in ("grep", "egrep", "fgrep") and given.having(*COMPARED):
            word = next((w for w in ran.words if not option(w)), None)
            if word is not None and isinstance(word.const, str):
                self.compared.append(Compared(given, word.const, ran.line, ran.node.start_byte))

    def told(self, ran: Ran, name: str, value: Value) -> Value:
        """What a command writes out: a digest of what was handed over is marked as one."""
        if DIGESTS.fullmatch(name) and self._of_text(ran.node):
            steps = ((ran.line, "reckons a digest of what is given"),)
            return value._replace(tags=(*value.tags, Tag("digested", name, steps)))
        return value

    def filtered(self, name: str, given: Value) -> Value | None:
        """What a digest is after a program that picks columns; None for what else there is."""
        digest = given.having("digested") if name in FILTERS else None
        return Value(tags=(digest,)) if digest is not None else None

    def assigned(self, name: str, raw: str, value: Value, node: Node) -> None:
        """A name is given something."""
        self.written.setdefault(name, []).append((raw, line_of(node)))
        if name == "PATH":
            text = value.const if isinstance(value.const, str) else (value.texts or ("",))[0]
            self.paths.append((text, line_of(node)))

    def tested(self, node: Node, value: Values) -> Value:
        """`[ … ]` and `[[ … ]]`: what any part of it holds."""
        tokens: list[tuple[Value | None, str]] = []
        for part in _flat(node):
            operand = part.is_named and part.type != "test_operator"
            tokens.append((value(part) if operand else None, self.source.text(part)))
        self._compare(tokens, node)
        return union(v for v, _ in tokens if v is not None)

    def cases(self, node: Node, asked: Value, value: Values) -> None:
        """`case`: what its word is held against."""
        if not asked.having(*COMPARED):
            return
        for item in node.named_children:
            for pattern in item.children_by_field_name("value") if item.type == "case_item" else ():
                held = value(pattern)
                text = held.const if isinstance(held.const, str) else (held.texts or ("",))[0]
                self.compared.append(Compared(asked, text, line_of(pattern), pattern.start_byte))

    def _compare(self, tokens: list[tuple[Value | None, str]], node: Node) -> None:
        for (left, _), (_, sign), (right, _) in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if sign not in EQUAL or left is None or right is None:
                continue
            for one, other in ((left, right), (right, left)):
                day = other.const is None and other.having("clock") is not None
                text = "(date)" if day else other.const
                if one.having(*COMPARED) and isinstance(text, str):
                    self.compared.append(Compared(one, text, line_of(node), node.start_byte))

    def origin(self, one: Done, sign: str) -> int:
        """The line where a sign comes from that a command has of a name, else its own."""
        if not any(re.search(sign, raw) for raw in one.ran.raws):
            for name in re.findall(r"\$\{?(\w+)", " ".join(one.ran.raws))[:8]:
                for raw, line in self.written.get(name, ())[:40]:
                    if re.search(sign, raw):
                        return line
        return one.ran.line

    def inside(self, node: Node | None) -> list[Done]:
        """The commands in a part of the script, and in the functions that it calls."""
        return [d for part in self.parts(node) for d in self._in(part)]

    def parts(self, node: Node | None) -> list[Node]:
        """A part of the script, and the bodies of the functions that it calls."""
        self._asked += 1
        if node is None or self._asked > QUESTIONS:
            return []
        found, at = [node], 0
        while at < len(found) and len(found) < CALLED:
            for one in self._in(found[at])[:CALLED]:
                body = self.functions.get(one.name)
                if body is not None and body not in found:
                    found.append(body)
            at += 1
        return found

    def _in(self, part: Node) -> list[Done]:
        return self.between(part.start_byte, part.end_byte)

    def between(self, low: int, high: int) -> list[Done]:
        """The commands that begin between two bytes, in the order that they stand."""
        if len(self._order) != len(self.done):
            self._order = sorted(self.done, key=_start)
            self._starts = [_start(d) for d in self._order]
        first = bisect.bisect_left(self._starts, low)
        return self._order[first : bisect.bisect_left(self._starts, high, first)]

    def _of_text(self, node: Node) -> bool:
        """True where a command is given a text that a name holds, and no file."""
        around = node.parent
        if any(c.type == "herestring_redirect" for c in node.named_children):
            return True
        if around is not None and around.type == "redirected_statement":
            return any(c.type == "herestring_redirect" for c in around.named_children)
        first = (
            around.named_children[0] if around is not None and around.type == "pipeline" else None
        )
        if first is None or first.id == node.id or first.type != "command":
            return False
        name = field(first, "name")
        says = name is not None and self.source.text(name) in ("echo", "printf")
        return says and any("expansion" in n.type for n in descendants(first))


def _start(one: Done) -> int:
    return int(one.ran.node.start_byte)


def descendants(node: Node, most: int = 400) -> Iterator[Node]:
    """A part of a script and its named parts, outer first."""
    todo = [node]
    while todo and most > 0:
        one, most = todo.pop(), most - 1
        yield one
        todo += reversed(one.named_children)


def line_of(node: Node) -> int:
    """The line of a node, from 1."""
    return int(node.start_point[0]) + 1


def _flat(node: Node) -> Iterator[Node]:
    """Operands and signs of a test in the order they stand: the grammar nests `-a` wrongly."""
    for child in node.children:
        if child.type in ("binary_expression", "unary_expression", "parenthesized_expression"):
            yield from _flat(child)
        elif child.type not in ("[", "]", "[[", "]]"):
            yield child
