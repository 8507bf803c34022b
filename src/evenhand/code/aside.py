"""What people log in with, sent aside: to a host that is written out, and forgotten.

A program that logs somebody in sends a password too, and reads what is answered. A copy for
somebody else is sent to a fixed host and forgotten. Names say what is sent, so that this is less
sure than a way from a source; a field of a page, a header of others' requests, all that a page
keeps, and keys of clouds are told by the functions that give them.

Spec: MITRE ATT&CK T1056, T1539, T1552; CWE-359.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.data_sinks import ADDRESS, HERE
from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.sensitive import URL, host_in
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

SENDERS = (
    "post", "fetch", "sendBeacon", "urlopen", "put", "request", "send", "sendto", "sendall",
    "write", "end", "get", "Request", "ajax", "publish", "emit", "axios", "got", "sendMail",
    "send_message", "sendmail",
)  # fmt: skip
CALLS = 60
HOPS = 3
TEXT = 600
# How what is sent is told: by a name, or by the function that gives it.
TYPED = re.compile(
    r"(?i)(?<![\w$'\"#-])(?:[\w$]+\.)*(?:pass_?(?:word|wd|phrase|code)|pwd|passwd|new_?password|password\d|otp"
    r"|totp|card_?(?:number|no)|cvv|cvc|iban|credentials?)\b(?!\s*[:=(]|['\"])"
)
TAKEN = (
    (re.compile(r"(?i)(?:getHeader\(|headers?(?:\.get)?[\[(.]\s*)['\"`]?(?:authorization|cookie)\b"),
     "what others' requests log in with"),
    (re.compile(r"(?i)(?:form|body|data|json|values|POST|query|params)(?:\.get)?[\[(.]\s*['\"`]?(?:passw\w*|pwd"
                r"|pass|pin|otp|card\w*|cvv|cvc)\b"), "what is typed to log in or pay"),
    (re.compile(r"(?:querySelector|getElementById|\$)\(['\"`][^'\"`]*(?i:passw|card|cvv|cvc|iban|otp|\bpin)"
                r"[^'\"`]*['\"`]\)(?:\.value|\.val\()"), "what is typed to log in or pay"),
    (re.compile(r"new FormData\((?!\))|\bFormData\(\w"), "what is typed into a form"),
    (re.compile(r"(?:stringify|entries|assign|values)\([^)]{0,12}\b(?:local|session)Storage\b(?![.\[])"
                r"|\.\.\.(?:local|session)Storage"), "all that pages keep"),
    (re.compile(r"\bgetpass\.getpass\b|\bgetpass\("), "a password that is typed"),
    (re.compile(r"\bget_(?:frozen_)?credentials\(|\bdefaultProvider\(\)|fromNodeProviderChain\("),
     "keys of an account"),
    (re.compile(r"\b(?:settings|app\.config|config)(?:\.|\[['\"])(?:SECRET_KEY|DATABASES|DATABASE_URL)\b"),
     "keys of the service itself"),
)  # fmt: skip
SHOWS = re.compile(r"(?i)^(headers|auth|cookies|credentials|withCredentials)$")  # who asks
WRAPS = frozenset(
    ("await", "await_expression", "binary_expression", "boolean_operator", "unary_expression",
     "parenthesized_expression", "ternary_expression", "sequence_expression")
)  # fmt: skip
KEEPS = re.compile(r"(?i)session|client|agent|browser|page|api|jar|driver|self|this")


def asides(look: Look) -> Iterator[Finding]:
    """Every copy of what people log in with that is sent aside."""
    if look.minified:
        return
    for name in SENDERS:
        for call in look.index.called.get(name, ())[:CALLS]:
            found = _of(look, call)
            if found is not None:
                yield found
    for name, every in look.index.given.items():
        for given in every[:6] if ADDRESS.search(name) else ():
            if given.how in ("is", "set") and hasattr(given.node, "start_byte"):
                yield from _in_address(look, given.node, given.inside)


def _in_address(look: Look, node: Node, inside: Any) -> Iterator[Finding]:
    """What is put into the address of a picture or a frame."""
    texts = [*_texts(look, node, inside)]
    words = next(filter(None, map(_taken, texts)), "")
    host = next((m[1].lower() for m in map(URL.search, texts) if m), "")
    if not words or not host or HERE.fullmatch(host):
        return
    line = look.flow.line(node)
    steps = ((line, f"takes {words}"), (line, f"puts it into an address of {host}"))
    note = f"what is sent: {words}"
    yield Finding("collects and sends", host, 0.6, line, steps, "when called", note, "not shown")


def _of(look: Look, call: Call) -> Finding | None:
    source = look.index.source
    nodes = [(k, n) for k, n in shape_of(call.node, source).b[:6] if hasattr(n, "start_byte")]
    said = [
        (n, t) for k, n in nodes if not SHOWS.match(k or "") for t in _texts(look, n, call.inside)
    ]
    taken = next(((n, words) for n, t in said for words in [_taken(t)] if words), None)
    typed = taken or next(
        ((n, "a password, by its name") for n, t in said if TYPED.search(t)), None
    )
    if typed is None or not forgotten(look, call.node):
        return None
    host = host_of(look, call, [n for _, n in nodes])
    if not host or HERE.fullmatch(host) or not _goes(look, call):
        return None
    node, words = typed
    line = look.flow.line(call.node)
    steps = (
        (look.flow.line(node), f"takes {words}"),
        (line, f"sends it to {host}, and forgets it"),
    )
    sure = 0.66 if taken else 0.6
    return look.made(call, "collects and sends", host, sure, steps, note=f"what is sent: {words}",
                     consent="not shown")  # fmt: skip


def _taken(text: str) -> str:
    return next((words for pattern, words in TAKEN if pattern.search(text)), "")


def _texts(look: Look, node: Node, inside: Any) -> Iterator[str]:
    """The text of an expression, and of what its names were given; what shows who asks left out."""
    source, todo, seen = look.index.source, [node], set[str]()
    for hop in range(HOPS):
        nodes, todo = todo, []
        for one in nodes:
            text = _without(look, one) if not hop else source.text(one)[:TEXT]
            yield text
            for name in re.findall(r"(?<![\w.'\"$])[A-Za-z_$][\w$]*", text)[:12]:
                if name in seen:
                    continue
                seen.add(name)
                here = inside
                while True:
                    own = look.index.own(name, here) if name in look.index.given else []
                    if own or here is None or name in here.parameters:
                        break
                    here = here.inside
                given = [g for g in own[:3] if g.how in ("is", "set", "item", "more")]
                todo += [g.node for g in given if hasattr(g.node, "start_byte")]


def _without(look: Look, node: Node) -> str:
    """The text of what is given, less the parts that show who asks."""
    source = look.index.source
    shape = shape_of(node, source)
    if shape.kind != "map":
        return source.text(node)[:TEXT]
    parts = []
    for key, value in shape.a[:20]:
        name = key if isinstance(key, str) else source.text(key) if key is not None else ""
        if value is not None and not SHOWS.match(name.strip("'\"")):
            parts.append(source.text(value)[:TEXT])
    return " , ".join(parts)


def forgotten(look: Look, node: Node) -> bool:
    """True where nobody looks at what a call gives."""
    here = node
    for _ in range(12):
        parent = here.parent
        if parent is None:
            return False
        if parent.type in ("expression_statement", "arrow_function"):
            return parent.type == "expression_statement" or len(look.words(parent)) < 300
        if parent.type in ("attribute", "member_expression") and parent.parent is not None:
            name = look.index.source.text(parent).rpartition(".")[2]
            if name not in ("catch", "finally", "end", "on", "unref", "prepare", "close", "read"):
                return False
            here = parent.parent if parent.parent.type in ("call", "call_expression") else parent
        elif parent.type in WRAPS:
            here = parent
        elif parent.type == "argument_list" and look.words(node).startswith(b"requests.Request"):
            return True
        elif parent.type == "argument_list" and parent.parent is not None and re.match(
            rb"(?:[\w.]*Thread|asyncio\.create_task|urllib\.request\.urlopen|urlopen)\(",
            look.words(parent.parent),
        ):  # fmt: skip
            here = parent.parent
        else:
            return False
    return False


def host_of(look: Look, call: Call, nodes: list[Node]) -> str:
    """The host that is written out in what a call is given, or in what its names were."""
    for node in nodes[:4]:
        for text in _texts(look, node, call.inside):
            match = URL.search(text)
            if match:
                return match[1].lower()
    for node in nodes[:4]:
        const = look.flow.value(node).const
        if isinstance(const, str) and host_in(const):
            return host_in(const)
    owner = look.owner(call).having("net", "socket")
    return owner.what if owner is not None else ""


def _goes(look: Look, call: Call) -> bool:
    """True for a call of a library, not of an object that logs in by it and is used further."""
    callee = shape_of(call.node, look.index.source).a
    shape = shape_of(callee, look.index.source) if callee is not None else None
    if shape is None or shape.kind != "member" or not hasattr(shape.a, "start_byte"):
        return True
    return not KEEPS.search(look.index.source.text(shape.a)[-40:])
