"""Functions that messages are handed to: by how they are handed on, named, decorated or placed.

Spec: documentation of the libraries that the names are of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.index import Function, callee_name
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

EVENTS = re.compile(r"(?i)(message|msg|command|cmd|publish|text|packet|datagram)\w*")
CONNECTED = re.compile(r"connect(ion|ed)?|client|session|peer|listening|secureConnection|open")
HANDS = (
    "on", "once", "addListener", "addEventListener", "subscribe", "consume", "basic_consume",
    "serve", "start_server", "create_server", "register_function", "add_handler", "add_listener",
    "receive", "start_unix_server", "createServer", "handle", "add_message_handler", "run_forever",
    "message_callback_add", "MessageHandler", "CommandHandler", "WebSocketApp", "listen",
    "onMessage", "add_event_handler", "each", "eachMessage",
)  # fmt: skip
SERVES = re.compile(
    r"serve|start_(unix_)?server|create_?[sS]erver|subscribe|consume|basic_consume|register_function"
    r"|add_(message_|event_)?handler|message_callback_add|(Message|Command)Handler|WebSocketApp|eachMessage"
    r"|onMessage"
)
NAMED = re.compile(
    r"on_?(message|msg|command|packet|publish|data_?received?|recv|receive|text)(_\w+)?"
    r"|(message|data|line|string|datagram|text|frame)_?[rR]eceived?|handle_(message|packet|datagram)"
    r"|receive_json|eachMessage",
    re.I,
)
DECORATED = re.compile(
    rb"@[\w.]*\.?(?:message_handler|callback_query_handler|on_message|on_event|event|subscriber|listens?_to"
    rb"|(?:sio|socketio|io|bot|client|ws|server|channel|broker|nc|app|mqtt)\.on|subscribe|register_function"
    rb"|(?:bot|client|commands|cog)\.(?:hybrid_)?command|websocket|(?:\w*app|\w*router|api|web|server|routes)"
    rb"\.(?:get|post|put|patch|delete|api_route|method|websocket|message|view))\b"
)
ANSWERS = re.compile(
    rb"(?i)servicer|protocol|requesthandler|websocket|endpoint|consumer|lineReceiver|stringreceiver|\brpc"
)
RESOLVER = ("parent", "_", "root", "obj", "source", "_parent", "_root", "__")
INSIDE = re.compile(
    r"(?i)stdout|stderr|stdin|child|proc|worker|parentPort|fork|watcher|^self$|thread"
)
SOCKET = re.compile(
    r"(?i)^(s|c|sock\w*|\w*socket|conn\w*|\w*client|ws|peer|tcp|udp|remote|server)$"
)


class Received(NamedTuple):
    """A message: where it comes in, and how much less one of a queue, or of oneself, says."""

    node: Node
    words: str
    less: float


class Handlers:
    """Which functions of a file messages are handed to."""

    def __init__(self, look: Look) -> None:
        self.look, self.index, self.source = look, look.index, look.index.source

    def of(self, function: Function) -> Received | None:
        """Whether a function is what messages are handed to."""
        if function.call is not None:
            found = self.handed(function.call)
            if found is not None or not function.name:
                return found
        if not function.name or NAMED.fullmatch(function.name):
            met = self.assigned(function)
            if met is not None:
                return met
        node = function.node
        if function.name and NAMED.fullmatch(function.name) and not function.inside:
            return Received(node, f"takes what {function.name} is handed", 0.05)
        if node.parent is not None and node.parent.type == "decorated_definition":
            head = self.source.data[node.parent.start_byte : node.start_byte]
            if DECORATED.search(head):
                return Received(node, "takes what it is asked", 0.0)
        if function.owner and self.answers(node):
            return Received(node, "takes what its service is asked", 0.0)
        if function.parameters[1:2] == ["args"] and function.parameters[0] in RESOLVER:
            return Received(node, "takes what a query asks", 0.0)
        return self.passed(function)

    def answers(self, node: Node) -> bool:
        """True in a class that answers, by what it inherits; its own name says it as well."""
        around: Node | None = node
        while around is not None and around.type != "class_definition":
            around = around.parent
        if around is None:
            return False
        body = around.child_by_field_name("body")
        end = body.start_byte if body is not None else around.end_byte
        return ANSWERS.search(self.source.data, around.start_byte, end) is not None

    def assigned(self, function: Function) -> Received | None:
        """`x.onmessage = function …`."""
        before = self.source.data[max(0, function.start - 80) : function.start]
        match = re.search(rb"([\w$.\]]+)\.on_?message\s*=\s*(?:async\s*)?$", before)
        if match is None:
            return None
        owner = match[1].decode("latin-1")
        return self.weighed(function.node, owner, "message")

    def handed(self, call: Node) -> Received | None:
        """A call that is given a function: of what it hands it messages."""
        name, shape = callee_name(call, self.source), shape_of(call, self.source)
        if name not in HANDS or shape.a is None:
            return None
        if SERVES.fullmatch(name):
            # a bus that the file itself holds carries what the program tells itself
            own = name == "subscribe" and name in self.index.methods
            return Received(call, f"serves by {name}", 0.25 if own else 0.0)
        callee = shape_of(shape.a, self.source)
        owner = self.source.text(callee.a)[-60:] if hasattr(callee.a, "start_byte") else ""
        event = self.look.flow.value(shape.b[0][1]).const if shape.b else None
        if not isinstance(event, str):
            return None
        if EVENTS.fullmatch(event):
            return self.weighed(call, owner, event)
        if event in ("data", "line"):
            last = re.split(r"\.", owner)[-1]
            if self.of_interface(last) or (event == "data" and SOCKET.match(last)):
                return Received(call, "takes what a connection says", 0.0)
            return None
        if CONNECTED.fullmatch(event):
            return Received(call, "takes a connection", 0.0)
        return (
            Received(call, f"takes the message {event[:30]}", 0.0)
            if self.joined(callee.a)
            else None
        )

    def weighed(self, node: Node, owner: str, event: str) -> Received:
        """A message of a part of the program itself, or of another page, says less."""
        if re.search(r"\b(process|parentPort|worker\w*)$|^(self|globalThis|)$", owner):
            return Received(node, "takes a message of the process that began it", 0.3)
        less = 0.15 if owner in ("window", "document") else 0.3 if INSIDE.search(owner) else 0.0
        return Received(node, f"takes a message ({event[:30]})", less)

    def of_interface(self, name: str) -> bool:
        """True for lines of a connection."""
        for given in self.index.given.get(name, ())[:4]:
            text = self.source.text(given.node)[:300] if hasattr(given.node, "type") else ""
            if "createInterface" in text:
                return not re.search(r"stdin|createReadStream|stdout|stderr", text)
        return False

    def joined(self, owner: Any) -> bool:
        """True for the parameter of a function that is handed connections."""
        shape = shape_of(owner, self.source) if hasattr(owner, "start_byte") else None
        if shape is None or shape.kind != "name":
            return False
        here = self.index.inside(owner.start_byte)
        while here is not None and shape.a not in here.parameters:
            here = here.inside
        return here is not None and self.of(here) is not None

    def passed(self, function: Function) -> Received | None:
        """A named function that is given to what hands it messages."""
        if not function.name:
            return None
        for name in HANDS:
            for call in self.index.called.get(name, ())[:8]:
                for _, node in shape_of(call.node, self.source).b[:4]:
                    if (
                        node is not None
                        and self.source.text(node)[-60:].rpartition(".")[2] == function.name
                    ):
                        found = self.handed(call.node)
                        if found is not None:
                            return found
        for key in (f".{w}" for w in ("on_message", "onmessage", "on_text", "on_data")):
            for name, every in self.index.given.items():
                if name.endswith(key) and any(
                    hasattr(g.node, "type") and self.source.text(g.node) == function.name
                    for g in every[:3]
                ):
                    return self.weighed(every[0].node, name.rpartition(".")[0], key[1:])
        return None
