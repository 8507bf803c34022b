"""What is run, asked backwards for a message: of who connects, of a broker, a mail, another page.

A handler's parameter has no origin in its own file: `handlers` knows it.

Spec: MITRE ATT&CK T1059, T1071, T1205; documentation of the libraries that the names are of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.finding import Finding
from evenhand.code.handlers import Handlers, Received
from evenhand.code.index import Call, Function, callee_name
from evenhand.code.look import Look
from evenhand.code.run_sinks import RUNS_TEXT
from evenhand.code.screen import pattern
from evenhand.code.sieve import RECEIVES
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 14
HERE_ONLY = pattern(
    rb"AF_UNIX|start_unix_server|(?:listen|bind|serve)\(\s*(?:\w+,\s*)?\(?['\"](?:127\.0\.0\.1|localhost)"
)
WORK = 120  # expressions looked at for one question
GIVEN = 6
# What takes a message, whatever it is called on; what is a queue of jobs besides.
BRINGS = re.compile(
    r"recv(_\w+|from|msg)?|receive_(text|json|bytes|message|messages)|get_(query_|body_)?arguments?"
    r"|readline|readuntil|readexactly|get_payload|get_updates|getUpdates|getMessage|mget_payload"
)
QUEUES = re.compile(r"[bl]?[lr]pop|xread(group)?|basic_get|get_message|poll|reserve|brpoplpush")
# What is walked through, each of which is a message.
LOOPS = re.compile(r"listen|KafkaConsumer|iter_(text|json|bytes)|consume|subscribe|iter_messages")
# What reshapes a message that it is given.
PARSES = re.compile(
    r"(?i)parse|loads?|decode|str|string|bytes|from|unpack\w*|b64decode|atob|unhexlify|fromhex|decrypt"
    r"|decompress|fromstring|inflate\w*|gunzip\w*|message_from_\w+|compile|dict|shlex|split|strip|trim"
)
OWN = ("self", "cls", "context", "client", "userdata")


class _Walk:
    """One question: which message an expression is, if any."""

    def __init__(self, look: Look) -> None:
        self.look, self.index, self.source = look, look.index, look.index.source
        self.work, self.seen, self.handlers = 0, set[int](), Handlers(look)

    def of(self, node: Any, depth: int = 0) -> Received | None:
        """The message that an expression is, or a part of."""
        self.work += 1
        if node is None or not hasattr(node, "start_byte") or self.work > WORK or depth > DEPTH:
            return None
        if node.id in self.seen:
            return None
        self.seen.add(node.id)
        shape = shape_of(node, self.source)
        match shape.kind:
            case "pass" | "slice" | "item" | "member":
                named = self.name(self.source.text(node), node, depth) if depth < 6 else None
                return named or self.of(shape.a, depth + 1)
            case "any" | "many":  # of a list, the program, which is what stands first
                nodes = shape.a[: 1 if shape.kind == "many" else GIVEN]
                found = (self.of(n, depth + 1) for n in nodes)
                return next((f for f in found if f is not None), None)
            case "name":
                return self.name(shape.a, node, depth)
            case "call":
                return self.call(node, shape, depth)
        return None

    def call(self, node: Node, shape: Any, depth: int) -> Received | None:
        """What takes a message, or reshapes what it is called on or given."""
        name = callee_name(node, self.source)
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        owner = callee.a if callee is not None and callee.kind == "member" else None
        if owner is not None and BRINGS.fullmatch(name) and not self.own_input(owner):
            return Received(node, "takes a message", 0.0)
        if owner is not None and shape.b and QUEUES.fullmatch(name):
            return Received(node, "takes a message of a queue", 0.2)
        found = self.of(owner, depth + 1) if owner is not None else None
        if found is not None:
            return found
        own = self.look.flow.local(shape.a)
        if own or PARSES.fullmatch(name) or not name:
            nodes = [n for _, n in shape.b[:3]]
            return next((f for f in (self.of(n, depth + 1) for n in nodes) if f is not None), None)
        return None

    def own_input(self, owner: Any) -> bool:
        """True for a file, a pipe or a terminal: what is read there is no message."""
        text = self.source.text(owner)[:80] if hasattr(owner, "start_byte") else ""
        last = re.split(r"[.\]]", text)[-1]
        if last in ("stdin", "stdout", "stderr", "f", "fp", "file", "fh", "input", "pipe", "proc"):
            return True
        if shape_of(owner, self.source).kind != "name":
            return False
        value = self.look.flow.value(owner)
        return value.having("process", "stdin") is not None or "open" in (value.ref or "")

    def name(self, text: str, node: Node, depth: int) -> Received | None:
        """What a name was given, or which handler's parameter it is."""
        here = self.index.inside(node.start_byte)
        while True:
            own = self.index.own(text, here) if text in self.index.given else []
            before = [g for g in own if g.how in ("is", "set", "item", "part")]
            if before:
                nodes = [(g.node, g.how) for g in before[-GIVEN:]]
                found = (self.given(n, how, depth) for n, how in nodes)
                met = next((f for f in found if f is not None), None)
                if met is not None or here is None or text not in here.parameters:
                    return met
            if here is None:
                return None
            if text in here.parameters:
                return self.parameter(here, text, depth)
            here = here.inside

    def given(self, node: Any, how: str, depth: int) -> Received | None:
        if not hasattr(node, "start_byte"):
            return None
        if how == "part":
            shape = shape_of(node, self.source)
            name = callee_name(node, self.source) if shape.kind == "call" else ""
            if LOOPS.fullmatch(name):
                return Received(node, "walks through messages", 0.1)
        return self.of(node, depth + 1)

    def parameter(self, function: Function, name: str, depth: int) -> Received | None:
        """The message that a function is handed."""
        if name in OWN and name != "client":
            return None
        found = self.handlers.of(function)
        if found is not None:
            return found
        call = function.call
        if call is not None:  # what is walked through, or promised
            shape = shape_of(call, self.source)
            callee = shape_of(shape.a, self.source) if shape.a is not None else None
            if callee is not None and callee.kind == "member" and callee.b in (
                "then", "forEach", "map", "filter", "some", "every", "flatMap", "reduce",
            ):  # fmt: skip
                return self.of(callee.a, depth + 1)
        place = function.parameters.index(name)
        place -= bool(function.owner and function.parameters[:1] in (["self"], ["cls"]))
        for one in self.index.called.get(function.name, ())[:4] if function.name else ():
            given = shape_of(one.node, self.source).b
            named = next((n for k, n in given if k == name), None)
            if named is None and 0 <= place < len(given):
                named = given[place][1]
            met = self.of(named, depth + 1)
            if met is not None:
                return met
        return None


def run_received(look: Look, call: Call, role: str) -> Iterator[Finding]:
    """A command, or code, that is a message as it came."""
    if not look.seen.has(RECEIVES) or look.minified:
        return
    for node in _commands(look, call, role):
        look.flow.begin(400)
        met = _Walk(look).of(node)
        if met is None:
            continue
        line = look.flow.line(call.node)
        less = met.less + (0.2 if look.seen.has(HERE_ONLY) else 0.0)
        does = "runs it as code" if role == "exec" else "runs it as a command"
        steps = ((look.flow.line(met.node), met.words), (line, does))
        sure = 0.78 - less
        yield look.made(call, "runs commands", "a message", sure, steps,
                        access="remote control" if sure > 0.5 else "")  # fmt: skip
        return


def _commands(look: Look, call: Call, role: str) -> list[Any]:
    """What of a call is the command itself: not the arguments of a program that is fixed."""
    source = look.index.source
    given = [n for _, n in shape_of(call.node, source).b[:6] if n is not None]
    if not given:
        return []
    if role == "exec":
        return _parts(look, given[0])
    first = shape_of(given[0], source)
    if first.kind == "many":
        given = [n for n in first.a[:6] if hasattr(n, "type")]
    program = look.flow.value(given[0]).const if given else None
    if isinstance(program, str) and RUNS_TEXT.fullmatch(program.split(" ")[0]):
        rest = [shape_of(n, source) for n in given[1:]]
        each = [s.a[:6] if s.kind == "many" else [n] for s, n in zip(rest, given[1:], strict=True)]
        return [n for nodes in each for n in nodes]
    return _parts(look, given[0])[:1] if given else []


def _parts(look: Look, node: Any) -> list[Any]:
    """A text that is put together: its parts; anything else as it is."""
    shape = shape_of(node, look.index.source)
    if shape.kind == "concat":
        return [n for n in shape.a[:6] if hasattr(n, "type")] if _opens(shape.a) else []
    if shape.kind == "op" and shape.a in ("+", "%"):
        return [n for n in (shape.b, shape.c) if hasattr(n, "type")]
    return [node]


def _opens(parts: list[Any]) -> bool:
    """True where nothing but brackets stands before the first part that is not fixed."""
    return not isinstance(parts[0], str) or not re.search(r"\w", parts[0])
