"""Ways in that a server answers at: functions that a request names, and paths that nobody tells of.

What a request names is looked for where it is called; a path that hides (`/_x`, `/.x`, `/__x`) only
where its handler lets somebody in or gives everything away.

Spec: CWE-470 (externally controlled selection of code), CWE-502, CWE-489.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code import grant
from evenhand.code.asked import REQUEST, asked
from evenhand.code.carried import behind
from evenhand.code.credential import RESHAPES, sent
from evenhand.code.finding import Finding
from evenhand.code.index import LAST, Call, Function
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.syntax import Shape, callee_of, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 20_000
NEAR = 40
# Functions that call what they are given by its name: the place of the name.
CALLERS = {
    "call_user_func": (0,), "call_user_func_array": (0,), "array_map": (0,), "array_filter": (1,),
    "usort": (1,), "uasort": (1,), "uksort": (1,), "array_walk": (1,), "array_reduce": (1,),
    "register_shutdown_function": (0,), "preg_replace_callback": (1,), "ob_start": (0,),
    "forward_static_call": (0,), "iterator_apply": (1,),
}  # fmt: skip
BRINGS = ("getallheaders", "apache_request_headers", "filter_input")
KEEPS = ("current", "reset", "end", "array_shift", "array_pop", "unserialize", "array_values")
UNPACKS = re.compile(
    r"(c?[pP]ickle|dill|cloudpickle|marshal|jsonpickle|shelve)\.(loads?|decode)|yaml\.(unsafe_load|load_all)"
    r"|unserialize|node-serialize\.unserialize|importlib\.import_module|__import__"
)
UNPACKERS = ("loads", "load", "unserialize", "unsafe_load", "import_module", "__import__", "decode")
STANDS = frozenset(("connect", "create_connection"))  # what a client of a server calls
SERVES = frozenset(("accept", "listen", "bind", "serve_forever", "start_server"))
EVERYTHING = re.compile(r"global|globalThis|window|this|_G|_ENV|builtins|__builtins__|process|root")
ROUTES = pattern(
    rb"""\.(?:route|get|post|put|all|any|use|add_url_rule|add_route|add_get|add_post|HandleFunc)\(\s*"""
    rb"""[rbf]?['"`](/(?:[\w.-]+/)*(?:_|\.(?!well-known)|__|~)[\w./<>:-]+|/(?:[\w.-]+/)*(?:debug|internal"""
    rb"""|diag\w*|hidden|support|maint\w*|backdoor|svc|sys|ops)(?:/[\w./<>:-]*)?)['"`]"""
)
GIVES = re.compile(
    rb"(?i)os\.environ|process\.env(?![.\w\[])|phpinfo\(|\$GLOBALS|getenv\(\)|\.query\.all\(|\.find\(\{\}\)"
    rb"|find_all|all_users|select \* from|app\.config\b|readdir|scandir|listdir|dump\w*\("
    rb"|secret|passw|private_?key"
)
HANDLER = 900
# What gives the function of a dotted name; a function that looks at what comes in.
IMPORTS = re.compile(
    r"(?:[\w.]+\.)?(?:import_string|import_from_string|resolve_name|locate|load_object|import_object"
    r"|import_obj|import_by_path|get_callable|symbol_by_name|import_attribute)\("
    r"|TypeAdapter\((?:\w+\.)?ImportString\)\.validate_\w+\("
)
VALIDATOR = re.compile(rb"@[\w.]*validator\b[^\n]*\n(?:[ \t]*@\w+[^\n]*\n)*[ \t]*(?:async )?$")


def entrances(look: Look) -> Iterator[Finding]:
    """Every way in of one file."""
    if look.bundle:
        return
    for call in look.index.calls[:CALLS]:
        callee = callee_of(call.node, look.index.source)
        if callee is not None and not isinstance(callee, Shape):
            found = _imported(look, call, callee) or _called(look, call, callee)
            if found is not None:
                yield found
    for name, places in CALLERS.items() if look.api.name == "php" else ():
        for call in look.index.called.get(name, ())[:NEAR]:
            given = shape_of(call.node, look.index.source).b
            if any(p < len(given) and _whole(look, given[p][1], 6) for p in places):
                yield _made(look, call, "calls the function that a request names", 0.8)
    for name in UNPACKERS:
        for call in look.index.called.get(name, ())[:NEAR]:
            given = shape_of(call.node, look.index.source).b
            if not given or not UNPACKS.fullmatch(look.ref(call)):
                continue
            php = look.api.name == "php"
            if not php and _own_answer(look, given[0][1]):
                yield _made(look, call, "unpacks objects of an answer, which may run code", 0.4)
            elif _whole(look, given[0][1], 6) if php else _requested(look, given[0][1]):
                yield _made(look, call, "unpacks objects of a request, which may run code", 0.55)
    yield from _hidden(look)


def _own_answer(look: Look, node: Any) -> bool:
    """True for what a server gives back, of a client that packs what it stores there."""
    called = look.index.called
    if STANDS.isdisjoint(called) or not SERVES.isdisjoint(called) or "dumps" not in called:
        return False
    tag = asked(look, node)[0] if hasattr(node, "type") else None
    return tag is not None and tag.kind == "socket"


def _whole(look: Look, node: Any, hops: int) -> bool:
    """True for a part of a request itself, not for what is looked up by one."""
    if node is None or isinstance(node, str) or not hasattr(node, "type") or hops < 0:
        return False
    shape, text = shape_of(node, look.index.source), look.index.source.text(node)[:80]
    match shape.kind:
        case "function" | "text":
            return False
        case "call":
            name = look.flow.ref(shape.a) or ""
            brings = REQUEST.match(text) is not None or name in BRINGS
            keeps = RESHAPES.fullmatch(name) or name in look.api.decoders or name in KEEPS
            own = [r for f in look.flow.local(shape.a)[:2] for r in f.returns[:4]]
            nodes = [n for _, n in shape.b[:4]] if keeps else own
            return brings or any(_whole(look, n, hops - 1) for n in nodes)
        case "any" | "many" | "concat":
            return any(_whole(look, n, hops - 1) for n in shape.a[:8])
        case "map":
            return any(_whole(look, n, hops - 1) for _, n in shape.a[:8])
        case "op":
            return shape.a in (".", "+") and any(
                _whole(look, n, hops - 1) for n in (shape.b, shape.c)
            )
        case "pass" | "slice":
            return _whole(look, shape.a, hops - 1)
    if REQUEST.match(text) and not text.startswith("$_SERVER['DOCUMENT_ROOT"):
        return True
    given = behind(look, node)
    if not given and shape.kind in ("item", "member"):
        return _whole(look, shape.a, hops)
    return any(_whole(look, n, hops - 1) for n in given)


def _imported(look: Look, call: Call, callee: Node) -> Finding | None:
    """`import_string(x)(…)` in what is asked of each value that comes in."""
    shape = shape_of(callee, look.index.source)
    if shape.kind != "call" or not shape.b or not hasattr(shape.b[0][1], "type"):
        return None
    text = look.index.source.text(callee)[:200]
    look.flow.begin(200)
    if not IMPORTS.match(text) or look.flow.value(shape.b[0][1]).const is not None:
        return None
    around = call.inside
    head = look.index.source.data[max(0, around.start - 200) : around.start] if around else b""
    if not VALIDATOR.search(head) and not _requested(look, shape.b[0][1]):
        return None
    return _made(look, call, "imports and calls what a value that comes in names", 0.7)


def _called(look: Look, call: Call, callee: Node) -> Finding | None:
    """`global[x](…)`, `getattr(os, x)(…)`, `globals()[x](…)` where a request says what x is."""
    if LAST.get(callee.type) or (call.name not in look.index.given and callee.type in LAST):
        return None  # a member, or a name that is given nothing
    shape = shape_of(callee, look.index.source)
    if shape.kind == "name":
        given = look.index.own(shape.a, call.inside) if shape.a in look.index.given else []
        nodes = [g.node for g in given[:2] if g.how in ("is", "set") and hasattr(g.node, "type")]
        if len(nodes) != 1:
            return None
        shape = shape_of(nodes[0], look.index.source)
    if shape.kind == "item":
        owner, key = shape.a, shape.b
    elif shape.kind == "call" and len(shape.b) > 1:
        if look.flow.ref(shape.a) not in ("getattr", "operator.attrgetter"):
            return None
        owner, key = shape.b[0][1], shape.b[1][1]
    else:
        return None
    if key is None or isinstance(key, str) or not hasattr(key, "type"):
        return None
    if re.match(rb"(?:int|parseInt|Number|intval|ord)\(", look.words(key)):
        return None  # one of a list by its number
    if not _everything(look, owner) or not _requested(look, key):
        return None
    return _made(look, call, "calls the function that a request names", 0.8)


def _everything(look: Look, owner: Any) -> bool:
    """True for what holds all that a program can call, or a whole library."""
    if owner is None or isinstance(owner, str):
        return False
    text = look.index.source.text(owner)[:60] if hasattr(owner, "start_byte") else ""
    if EVERYTHING.fullmatch(text) or text in ("globals()", "locals()", "vars()"):
        return True
    if text in look.index.given:
        return any(g.how == "ref" for g in look.index.given[text]) or "import_module" in " ".join(
            look.index.source.text(g.node)[:80]
            for g in look.index.given[text][:2]
            if hasattr(g.node, "start_byte")
        )
    return bool(re.match(r"(require|__import__|importlib\.import_module)\(", text))


def _requested(look: Look, node: Any) -> bool:
    """True for what is a part of a request."""
    if node is None or isinstance(node, str) or not hasattr(node, "type"):
        return False
    look.flow.begin(400)
    if look.flow.value(node).const is not None:
        return False
    return sent(look, node) is not None or asked(look, node)[0] is not None


def _hidden(look: Look) -> Iterator[Finding]:
    """Paths that hide, whose handler lets in or gives everything away."""
    data = look.index.source.data
    for match in look.seen.each(ROUTES):
        if not look.is_code(*match.span()):
            continue
        low, high = _handler(look, match.end())
        let = grant.of(look, low, high)
        gives = GIVES.search(data, low, high)
        grants = let is not None and let.sure == 1.0
        if not grants and gives is None:
            continue
        line = look.line_at(match.start())
        said = match[1].decode("utf-8", "replace")[:40]
        does = let.words if grants and let is not None else "gives away what it holds"
        yield Finding("answers at a hidden path", said, 0.5 if grants else 0.44, line,
                      ((line, f"answers at {said}"), (line, does)), "when called",
                      access="debug entrance" if grants else "")  # fmt: skip


def _handler(look: Look, at: int) -> tuple[int, int]:
    """The bytes of what answers: the next function, or what stands behind the path."""
    best: Function | None = None
    for function in look.index.ordered:
        if at <= function.start < at + 200:
            best = function
            break
    return (best.start, min(best.end, best.start + HANDLER)) if best is not None else (at, at + 300)


def _made(look: Look, call: Call, words: str, strength: float) -> Finding:
    line = look.flow.line(call.node)
    return Finding("runs commands", "a request", strength, line, ((line, words),), "when called",
                   access="debug entrance" if strength >= 0.5 else "")  # fmt: skip
