"""Whom Lua lets in, what it runs of others', and what it sends away, by its parse tree.

Each question is asked of calls, conditions and assignments of the tree; what is compared, run or
sent is followed to where it comes from.

Spec: Lua 5.4 reference manual; lua-nginx-module, LuCI, nixio, Prosody (modules), Neovim (`vim.fn`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import (
    Asked,
    Branch,
    Compared,
    Held,
    Ways,
    body,
    calls,
    constant,
    same,
    straight,
)  # fmt: skip
from evenhand.code.carried import arguments, called, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import FIXED, SECRET, made
from evenhand.code.screen import words
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call
    from evenhand.code.look import Look

ENTRANCE, GONE, REMOTE = "debug entrance", "removal of protection", "remote control"
VERIFY, ASKED = words(b"verify"), words(b"ngx.var", b"get_headers", b"headers[", b"headers.")
# What a visitor sends of their own will, by the name of the part.
SENT = re.compile(r"ngx\.var\.(?:http_x_\w+|cookie_\w+|http_cookie|arg_\w+)")
WORD = re.compile(
    r"(?i)true|false|websocket|xmlhttprequest|get|post|yes|none|gzip|application.*|text.*|\s*"
)
GIVES = re.compile(rb"[^=~<>]=[^=]|\breturn\s+(?!nil|false)\w")
HIDES = re.compile(r"/(?:[\w-]+/)*[._~][\w.-]{2,60}")
URI = re.compile(r"ngx\.var\.(?:uri|request_uri)")
PASSWORD = re.compile(r"pw|pass\w*|pwd|secret|pin")
KEPT = re.compile(
    r"(?i)(?:crypt|hash|sha|md5|hmac|to|get|read|trim|decrypt"
    r"|\w*(?:conf|stor|save|user|account|lookup|db|env|opt|load))\w*"
)
OWNED = re.compile(r"user\w*|name|account|entry|row|config|conf|jid|salt\w*|pass\w*|self")
IS_SOMEBODY = re.compile(r"(?:.*[.\]])?\W*(?:is_?)?(?:admin|role|user|auth\w*|allow\w*|level)\W*")
CHECKS = re.compile(
    r"is_admin|test_password|check_password|authenticate\w*|has_permission|user_exists|verify\w*"
)
SHELL = re.compile(r"(?:/bin/)?(?:a|ba|da)?sh\b.*")
RUNS = (
    "os.execute", "io.popen", "vim.fn.jobstart", "vim.fn.system", "vim.fn.systemlist", "vim.system",
    "vim.loop.spawn", "vim.uv.spawn",
)  # fmt: skip
FETCHES = re.compile(r"\b(?:curl|wget)\b")
UPLOADS = re.compile(
    r"\bcurl\b(?=.*\shttps?://|.*['\"]https?://).*\s['\"]?-(?:[a-zA-Z]*[FTd]\b|-data|-form|-upload)"
)
PIPED = re.compile(r"\b(?:curl|wget)\b.*\|\s*(?:ba)?sh\b", re.S)
MACHINE = re.compile(
    r"^\s*(?:curl|wget)\b.*https?://.*\b(?:hostname|uname|machine-id|whoami|board_name|\$USER)\b",
    re.S,
)
HOST = re.compile(r"https?://(?!localhost|127\.)[\w.-]+")
PEER = re.compile(r"(?!127\.|localhost|unix:)[\w-]+(?:\.[\w-]+)+")
PRIVATE = re.compile(
    r"ngx\.var\.(?:http_authorization|http_cookie)"
    r"|(?:[\w.]+\.)?get_headers\(\)(?:\.(?i:authorization|cookie)|\[['\"](?i:authorization|cookie)['\"]\])"
    r"|ngx\.req\.get_(?:post_args|body_data)\(.*\)"
)
COUNTRY = re.compile(r"(?:[\w.]*[._])?(?:geoip\w*_country_code|country(?:_code|_iso)?|cc)")
REFUSES = ("ngx.exit", "os.exit", "os.remove", "os.execute", "ngx.redirect")


def entrances(look: Look, ways: Ways) -> Iterator[Finding]:
    """Every such way in of one file; none of them says that somebody came."""
    for held in ways.held:
        yield from _asked(look, held)
        yield from _by_country(look, held)
    yield from _put_together(look, ways)
    yield from _let_past(look, ways)
    yield from _commands(look)
    yield from _loaded(look)
    yield from _set_up(look)
    yield from _replaced(look)
    yield from _sent(look)


def _text(look: Look, node: Node) -> str:
    return re.sub(r"\s+", "", look.index.source.text(node)[:120])


def _part(look: Look, node: Node) -> str:
    """The part of a request that an expression is: itself, or what its name was given."""
    for one in carried(look, node, 3):
        if one.type == "expression_list":
            continue
        text = _text(look, one)
        if SENT.fullmatch(text) or URI.fullmatch(text):
            return text
        shape = shape_of(one, look.index.source)
        if shape.kind in ("item", "member") and shape.a is not None:
            key = constant(look, shape.b) if shape.kind == "item" else shape.b
            if isinstance(key, str) and _headers(look, shape.a, key):
                return text
        if one.type == "function_call" and not text.endswith("get_headers()"):
            return ""  # what a function makes of it is something else
    return ""


def _headers(look: Look, owner: Node, key: str) -> bool:
    """True for all headers of a request, of which one is taken by its name."""
    every = [_text(look, n) for n in carried(look, owner, 2)]
    if any(t.endswith("get_headers()") for t in every):
        return True
    return every[0].rpartition(".")[2] == "headers" and key[:2].lower() == "x-"


def _asked(look: Look, held: Held) -> Iterator[Finding]:
    """A word that a request carries, or a path that hides."""
    hides = HIDES.fullmatch(held.fixed) is not None
    if not look.seen.any(ASKED) or not (hides or _telling(held.fixed)) or not _acts(look, held.way):
        return
    part = _part(look, held.value)
    if URI.fullmatch(part) and hides:
        said, kind = "a path that hides is answered", "answers at a hidden path"
        yield made(look, held.asked.node, kind, said, 0.55, ENTRANCE)
    elif part and not URI.fullmatch(part) and _telling(held.fixed):
        said = "a request that carries a fixed word is treated otherwise"
        yield made(look, held.asked.node, FIXED, said, 0.55, SECRET)


def _telling(fixed: str) -> bool:
    return 4 <= len(fixed) <= 60 and not WORD.fullmatch(fixed)


def _acts(look: Look, way: Branch) -> bool:
    """True where a branch does anything."""
    if next(calls(look, way.low, way.high), None) is not None:
        return True
    return bool(GIVES.search(look.index.source.data[way.low : way.high]))


def _put_together(look: Look, ways: Ways) -> Iterator[Finding]:
    """A password against what a function makes, without a look at whose it is."""
    for way in ways.every:
        if not _says_yes(look, way):
            continue
        for asked in (a for case in way.cases for a in case):
            for one in same(look, asked):
                if _is_made(look, one) and _alone(look, way, asked):
                    said = "a word that is put together is enough"
                    yield made(look, asked.node, FIXED, said, 0.55, SECRET)


def _is_made(look: Look, one: Compared) -> bool:
    shape = shape_of(one.other, look.index.source)
    if shape.kind != "call" or not PASSWORD.fullmatch(_text(look, one.value)):
        return False
    name = _text(look, shape.a) if hasattr(shape.a, "type") else ""
    if KEPT.fullmatch(name) or not re.fullmatch(r"[a-z_]\w*", name):
        return False
    names = {_text(look, n) for _, g in shape.b for n in carried(look, g, 0)
             if n.type == "identifier"}  # fmt: skip
    return not any(OWNED.fullmatch(n) for n in names)


def _alone(look: Look, way: Branch, asked: Asked) -> bool:
    """True where nothing is asked besides but how long something is."""
    for case in way.cases:
        if asked in case:
            return all(a == asked or _text(look, a.node).startswith("#") for a in case)
    return False


def _says_yes(look: Look, way: Branch) -> bool:
    done = body(way.choice)
    return bool(done) and re.fullmatch(r"returntrue;?", _text(look, done[0])) is not None


def _let_past(look: Look, ways: Ways) -> Iterator[Finding]:
    """Nothing but what somebody sends decides that they are somebody."""
    names = [n for n in look.index.given if IS_SOMEBODY.fullmatch(n)]
    if not look.seen.any(ASKED):
        return
    ends = sorted(g.at for n in names for g in look.index.given[n] if _somebody(look, g.node))
    for way in ways.every if ends else ():
        here = [at for at in ends if way.low <= at < way.high and straight(look, way, at)]
        if here and any(all(_sent_part(look, a) for a in case) for case in way.cases):
            said = "whoever sends this is let past"
            yield made(look, way.choice.condition, "lets past a check", said, 0.6, ENTRANCE)


def _sent_part(look: Look, asked: Asked) -> bool:
    return asked.holds and SENT.fullmatch(_part(look, asked.node)) is not None


def _somebody(look: Look, node: Any) -> bool:
    said = _text(look, node).strip("'\"") if hasattr(node, "type") else ""
    return said in ("true", "root") or said.startswith("admin")


def _by_country(look: Look, held: Held) -> Iterator[Finding]:
    """What is refused or removed in one country."""
    if not re.fullmatch(r"[A-Z]{2}", held.fixed):
        return
    told = any(COUNTRY.fullmatch(_text(look, n)) for n in carried(look, held.value, 2))
    if told and any(look.ref(c) in REFUSES for c in calls(look, held.way.low, held.way.high)):
        said = "for one country something is refused or removed"
        yield made(look, held.asked.node, "acts by locale", said, 0.5)


def _command(look: Look, call: Call) -> str:
    """The command that a call runs, as far as it is written out."""
    pieces = []
    for node in arguments(look, call)[:3]:
        shape = shape_of(node, look.index.source)
        parts = shape.a if shape.kind == "many" else [node]
        for part in parts[:40]:
            look.flow.begin(300)
            value = look.flow.value(part)
            if isinstance(value.const, tuple):
                pieces += [str(v) for v in value.const[:40]]
            elif isinstance(value.const, str):
                pieces.append(value.const)
            else:
                pieces.append(max(value.texts, key=len, default="*"))
    return " ".join(pieces)[:2_000]


def _commands(look: Look) -> Iterator[Finding]:
    """Commands that send a file, run what a host answers, or tell a host about the machine."""
    for call, ref in called(look, *RUNS):
        if ref not in RUNS:
            continue
        text = _command(look, call)
        if not FETCHES.search(text):
            continue
        if PIPED.search(text) and not ref.startswith("vim.loop"):
            said = "runs what a host answers"
            yield made(look, call.node, "downloads and runs", said, 0.7)
        elif ref[:3] in ("os.", "io.") and MACHINE.search(text):
            said = "tells a host about the machine"
            yield made(look, call.node, "reports usage", said, 0.5)
        elif UPLOADS.search(text):
            said = "a file or text is sent to a host"
            yield made(look, call.node, "collects and sends", said, 0.55)


def _loaded(look: Look) -> Iterator[Finding]:
    """What a message brings, or a host answers, run as code."""
    for call, ref in called(look, "load", "loadstring"):
        given = arguments(look, call)
        if ref not in ("load", "loadstring") or not given:
            continue
        for node in carried(look, given[0]):
            if node.type == "identifier" and _text(look, node) == "stanza":
                said = "what a message brings is run as code"
                yield made(look, call.node, "runs commands", said, 0.75, REMOTE)
                break
            if node.type == "function_call" and _fetches(look, node):
                yield made(look, call.node, "downloads and runs", "runs what a host answers", 0.7)
                break


def _fetches(look: Look, node: Node) -> bool:
    ref = look.flow.ref(field(node, "name"))
    if ref not in RUNS or not ref.startswith("vim."):
        return False
    look.flow.begin(200)
    texts = [t for _, n in shape_of(node, look.index.source).b for t in look.flow.value(n).texts]
    return any(FETCHES.search(t) for t in texts)


def _set_up(look: Look) -> Iterator[Finding]:
    """A password that is set, a shell in the place of a program, a host that is not looked at."""
    for call in look.index.called.get("setpasswd", ()):
        fixed = [constant(look, n) for n in arguments(look, call)[:2]]
        if len(fixed) == 2 and all(isinstance(f, str) and f for f in fixed):
            said = "a fixed password is set"
            yield made(look, call.node, "adds account", said, 0.7, "default account")
    for call, ref in called(look, "nixio.exec", "nixio.exece", "nixio.execp"):
        first = [constant(look, n) for n in arguments(look, call)[:1]]
        if ref.startswith("nixio.exec") and first and SHELL.fullmatch(str(first[0])):
            said = "a connection may be given a shell"
            yield made(look, call.node, "runs commands", said, 0.7, REMOTE)
    if not look.seen.any(VERIFY):
        return
    for call in look.index.called.get("request", ()):
        parts = _table(look, arguments(look, call))
        url = constant(look, parts["url"]) if "url" in parts else None
        asks = constant(look, parts["verify"]) if "verify" in parts else None
        sink = (_text(look, n) for n in carried(look, parts.get("sink")))
        if asks != "none" or not str(url).startswith("http"):
            continue
        if any(re.search(r"io\.open|sink\.file", t) for t in sink):
            said = "takes what answers without a look at who it is"
            yield made(look, call.node, "turns a check off", said, 0.5, GONE)


def _table(look: Look, given: list[Any]) -> dict[str, Node]:
    """The fields of a table that a call is given."""
    for node in given:
        for one in carried(look, node, 1):
            if one.type == "table_constructor":
                fields = [(field(c, "name"), field(c, "value")) for c in one.named_children]
                return {_text(look, n).strip("[]'\""): v for n, v in fields if n and v}
    return {}


def _replaced(look: Look) -> Iterator[Finding]:
    """A check of another module that this file puts its own in the place of."""
    index = look.index
    places: list[tuple[str, Node]] = []
    for name, every in index.given.items():
        places += [(name, g.node) for g in every[:2] if "." in name and hasattr(g.node, "type")
                   and _text(look, g.node) != "nil"]  # fmt: skip
    for function in index.ordered:
        named = field(function.node, "name")
        if named is not None and function.node.type == "function_declaration":
            places.append((_text(look, named).replace(":", "."), function.node))
    for name, node in places:
        owner, _, last = name.rpartition(".")
        if (
            not CHECKS.fullmatch(last)
            or owner in ("M", "_M", "self")
            or index.dead(node.start_byte)
        ):
            continue
        brought = [g.node for g in index.given.get(owner, ()) if g.how in ("is", "set")]
        if any(_required(look, n) for n in brought if hasattr(n, "type")):
            said = "a check of another module is replaced"
            access = "replaced function"
            yield made(look, node, "lets past a check", said, 0.6, access)._replace(
                target=name[:60]
            )


def _required(look: Look, node: Node) -> bool:
    return _text(look, node).startswith("require")


def _sent(look: Look) -> Iterator[Finding]:
    """What proves who a visitor is, or all that was posted, sent to a host that is fixed."""
    for name in ("request", "request_uri", "post", "send"):
        for call in look.index.called.get(name, ()):
            given = arguments(look, call)
            host = _host(look, call, given)
            if host and any(_is_private(look, n) for g in given for n in carried(look, g)):
                said = "tokens or what was posted are sent to a fixed host"
                found = made(look, call.node, "collects and sends", said, 0.55)
                yield found._replace(target=host[:60])
                return


def _is_private(look: Look, node: Node) -> bool:
    return node.end_byte - node.start_byte < 120 and bool(PRIVATE.fullmatch(_text(look, node)))


def _host(look: Look, call: Call, given: list[Any]) -> str:
    """The host that a call sends to, where it is written out."""
    look.flow.begin(400)
    texts = [t for node in given for t in look.flow.value(node).texts]
    found = next((m[0] for t in texts if (m := HOST.match(t))), "")
    if found or call.name not in ("send", "request"):
        return found
    owner = re.match(r"[\w.]+(?=:)", look.index.source.text(call.node)[:80])
    for other in look.index.called.get("connect", ()) if owner is not None else ():
        if other.inside is call.inside and _text(look, other.node).startswith(owner[0] + ":"):  # type: ignore[index]
            to = [constant(look, n) for n in arguments(look, other)[:1]]
            if to and isinstance(to[0], str) and PEER.fullmatch(to[0]):
                return to[0]
    return ""
