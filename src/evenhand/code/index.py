"""One pass over a tree: which names get what, where; calls, functions, returns, choices.

Spec: none (scopes are functions: blocks and classes have none of their own, which is enough here).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.syntax import Source, language, shape_of
from evenhand.code.syntax import field as part

if TYPE_CHECKING:
    from tree_sitter import Node

NODES = 400_000  # captured in one file
KINDS = ("call", "give", "function", "class", "return", "choice")  # of captures


@dataclass(eq=False, slots=True)
class Function:
    """A function: where it stands, its parameters, what it returns, what it is given to."""

    node: Node
    name: str
    parameters: list[str]
    start: int
    end: int
    inside: Function | None
    call: Node | None  # the call of which it is an argument, or which calls it on the spot
    owner: str = ""  # the class that it is a method of
    returns: list[Node] = field(default_factory=list)


# What a method of these names is given goes into what it is called on.
FILLS = frozenset(
    (
        "append",
        "add",
        "push",
        "extend",
        "update",
        "insert",
        "unshift",
        "set",
        "write",
        "setdefault",
        "attach",
        "add_attachment",
        "set_payload",
        "set_content",
        "read_file",
        "read_string",
        "push_str",
        "write_str",
        "concat",
    )
)


class Given(NamedTuple):
    """Something given to a name.

    `how` is `is`, `set` (without declaring it), `more` (after what it holds), `into` (a part of
    it), `part` (it is a part of what is given), `item`, `ref` or `function`.
    """

    how: str
    node: Any  # what is given: a node, a dotted name, a Function
    at: int  # first byte
    inside: Function | None
    key: Any = None


class Call(NamedTuple):
    """A call, the function that it stands in, and the last part of the name that is called."""

    node: Node
    inside: Function | None
    name: str = ""


class Choice(NamedTuple):
    """A condition, the bytes of what depends on it, and of the statement as a whole."""

    node: Node
    condition: Node
    start: int
    end: int
    inside: Function | None


@dataclass(slots=True)
class Index:
    """What one pass found."""

    source: Source
    given: dict[str, list[Given]]
    calls: list[Call]
    called: dict[str, list[Call]]  # last part of the callee's name → calls
    functions: dict[int, Function]  # by node
    methods: dict[str, list[Function]]
    choices: list[Choice]
    starts: list[int]  # of the functions, ascending
    ordered: list[Function]
    cut: bool = False
    exits: list[int] = field(
        default_factory=list
    )  # where a program ends, by a word of the language
    gaps: list[tuple[int, int]] = field(default_factory=list)  # what is never reached
    _own: dict[str, dict[int, list[Given]]] = field(default_factory=dict)

    def own(self, name: str, scope: Function | None) -> list[Given]:
        """What one function, or the file itself, gives to a name."""
        if name not in self._own:
            grouped: dict[int, list[Given]] = defaultdict(list)
            for given in self.given.get(name, ()):
                grouped[id(given.inside)].append(given)
            self._own[name] = dict(grouped)
        return self._own[name].get(id(scope), [])

    def dead(self, at: int) -> bool:
        """True for a byte that is never reached."""
        return any(low <= at < high for low, high in self.gaps)

    def inside(self, at: int) -> Function | None:
        """The innermost function around a byte."""
        import bisect

        place = bisect.bisect_right(self.starts, at) - 1
        found = self.ordered[place] if place >= 0 else None
        while found is not None and not found.start <= at < found.end:
            found = found.inside
        return found


def build(source: Source) -> Index:
    """Index a tree; captures come in the order of the source, outer before inner."""
    from tree_sitter import QueryCursor

    captures = QueryCursor(language(source.grammar)[1]).captures(source.tree.root_node)
    marks = [
        (n.start_byte, -n.end_byte, name, n) for name, nodes in captures.items() for n in nodes
    ]
    marks.sort(key=itemgetter(0, 1, 2))
    made = _Pass(source)
    made.take(marks[:NODES])
    made.index.cut = len(marks) > NODES
    made.settle()
    return made.index


class _Pass:
    """The state of one pass: the functions, calls and classes that are open."""

    def __init__(self, source: Source) -> None:
        self.source, self.grammar = source, source.grammar
        self.index = Index(
            source, defaultdict(list), [], defaultdict(list), {}, defaultdict(list), [], [], []
        )
        self._functions: list[Function] = []
        self._calls: list[tuple[Node, int, int]] = []  # with first and last byte
        self._classes: list[tuple[Node, int, int]] = []
        self._dead = 0  # the end of the last bytes that are never reached

    def take(self, marks: list[tuple[int, int, str, Node]]) -> None:
        """Take every capture: first byte, end below zero, kind, node."""
        calls, classes, functions = self._calls, self._classes, self._functions
        takes = {kind: getattr(self, f"_{kind}") for kind in KINDS}
        for start, end, kind, node in marks:
            if start < self._dead and self.index.dead(start):
                continue
            while calls and calls[-1][2] <= start:
                calls.pop()
            while classes and classes[-1][2] <= start:
                classes.pop()
            while functions and functions[-1].end <= start:
                functions.pop()
            takes[kind](node, start, -end, functions[-1] if functions else None)

    def _call(self, node: Node, start: int, end: int, here: Function | None) -> None:
        name = callee_name(node, self.source)
        call = Call(node, here, name)
        self.index.calls.append(call)
        if name:
            self.index.called[name].append(call)
        self._calls.append((node, start, end))
        if name in FILLS:
            self._fill(node, start, here)
        elif name == "read":
            self._parse(node, start, here)

    def _fill(self, node: Node, start: int, here: Function | None) -> None:
        shape = shape_of(node, self.source)
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        if callee is None or callee.kind != "member" or callee.a is None:
            return
        if shape_of(callee.a, self.source).kind in ("name", "member"):
            owner = self.source.text(callee.a)
            for _, given in shape.b[:8] if len(owner) < 80 else ():
                self.index.given[owner].append(Given("into", given, start, here))

    def _parse(self, node: Node, start: int, here: Function | None) -> None:
        """`known.read(path)`: a parser of settings holds then what stands in the file."""
        shape = shape_of(node, self.source)
        callee = shape_of(shape.a, self.source) if shape.a is not None and shape.b else None
        if callee is None or callee.kind != "member" or callee.a is None:
            return
        owner = self.source.text(callee.a)
        every = self.index.given.get(owner, ()) if len(owner) < 80 else ()
        plain = [g.node for g in every[-4:] if g.how in ("is", "set")]
        if any("ConfigParser(" in self.source.text(n)[:60] for n in plain):
            self.index.given[owner].append(Given("into", node, start, here))

    def settle(self) -> None:
        """Give what a function sets, without declaring it, to the scope that declares it."""
        for name, every in self.index.given.items():
            if not any(g.how in ("set", "more", "into") and g.inside for g in every):
                continue
            declared = {g.inside for g in every if g.how not in ("set", "more", "into")}
            for at, given in enumerate(every):
                home = given.inside
                while home is not None and home not in declared and name not in home.parameters:
                    home = home.inside
                every[at] = given._replace(inside=home)

    def _give(self, node: Node, start: int, end: int, here: Function | None) -> None:
        for name, how, what, key in self.grammar.given(node, self.source):
            self.index.given[name].append(Given(how, what, start, here, key))

    def _function(self, node: Node, start: int, end: int, here: Function | None) -> None:
        name = self.grammar.function_name(node, self.source)
        # what is open counts where no other function stands between
        least = here.start if here is not None else 0
        call = next((n for n, at, _ in self._calls[-1:] if at >= least), None)
        owner = next((n for n, at, _ in self._classes[-1:] if at >= least), None)
        made = Function(
            node, name, self.grammar.parameters(node, self.source), start, end, here, call
        )
        self.index.functions[node.id] = made
        self.index.ordered.append(made)
        self.index.starts.append(start)
        self._functions.append(made)
        body = part(node, self.grammar.body)
        if body is not None and body.type not in ("block", "statement_block", "compound_statement"):
            made.returns.append(body)  # a function that is one expression
        if owner is not None:
            title = part(owner, "name")
            made.owner = self.source.text(title) if title is not None else "?"
        if made.owner or node.type == "method_definition":
            self.index.methods[name].append(made)
        elif name:
            self.index.given[name].append(Given("function", made, start, here))

    def _class(self, node: Node, start: int, end: int, here: Function | None) -> None:
        self._classes.append((node, start, end))

    def _return(self, node: Node, start: int, end: int, here: Function | None) -> None:
        if node.type == "exit_statement":
            self.index.exits.append(start)
        elif here is not None:
            here.returns.extend(node.named_children[:2])
        if self.grammar.hoisted is not None:
            self._after(node)

    def _after(self, node: Node) -> None:
        """What stands behind what leaves is never reached; functions are made all the same."""
        block = node.parent
        if block is not None and block.parent is not None and block.parent.type == "do_statement":
            node = block.parent  # `do return end`
        following, outer = node.next_named_sibling, node.parent
        kept = outer is not None and outer.type == "program"  # made before anything is run
        while following is not None and "label" not in following.type:
            if not kept or following.type not in (self.grammar.hoisted or ()):
                self._never(following)
            following = following.next_named_sibling

    def _never(self, node: Node) -> None:
        self.index.gaps.append((node.start_byte, node.end_byte))
        self._dead = max(self._dead, node.end_byte)

    def _choice(self, node: Node, start: int, end: int, here: Function | None) -> None:
        condition = part(node, "condition")
        branch = part(node, "consequence", "body")
        if condition is not None and branch is not None:
            if self.grammar.hoisted is not None:
                said = self.source.data[condition.start_byte : condition.end_byte][:8]
                if said.strip(b"( )").lower() in (b"false", b"0", b"nil"):
                    self._never(branch)
            choice = Choice(node, condition, branch.start_byte, branch.end_byte, here)
            self.index.choices.append(choice)


# What the language itself calls, without a name.
SPOKEN = {
    "include_expression": "include", "include_once_expression": "include",
    "require_expression": "include", "require_once_expression": "include",
    "shell_command_expression": "shell_exec", "subshell": "system",
}  # fmt: skip


# The field of the last name, of the callees that are most; "" where there is none.
LAST = {"identifier": "", "attribute": "attribute", "member_expression": "property"}


def callee_name(node: Node, source: Source) -> str:
    """The last part of the name that is called: `c` of `a.b.c(…)`."""
    callee = node.child_by_field_name("function") or part(node, "constructor", "name", "method")
    if callee is None:
        return SPOKEN.get(node.type, "")
    known = LAST.get(callee.type)
    if known == "":
        last = callee
    elif known is not None:
        last = callee.child_by_field_name(known) or callee
    else:
        last = part(callee, "attribute", "property", "name", "field", "method") or callee
    start, end = last.byte_range
    return source.data[start:end].decode("utf-8", "replace") if end - start <= 80 else ""
