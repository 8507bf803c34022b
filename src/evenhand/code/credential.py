"""Whether a compared value is a credential that somebody sends, and what it is held against one.

An accusation needs the value itself, not what it was looked up by: a part of a request, through
nothing but what reshapes it. Protocols compare parts of requests with fixed words all the time;
those parts and words are named here.

Spec: RFC 9110 (HTTP fields), RFC 6749 (names of OAuth parameters), CWE-798.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.asked import REQUEST
from evenhand.code.index import Given
from evenhand.code.look import Look
from evenhand.code.sensitive import secret_name
from evenhand.code.syntax import OTHER, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 10
GIVEN = 6  # places where a name gets something
LONG = 2_000  # characters of an expression
# What reshapes a value, and what takes one part of a request by its name.
RESHAPES = re.compile(
    r"(?i)sha\d*|md5|hash|hex|digest|hexdigest|update|createHash|encode|decode|(base64_|b64)decode"
    r"|atob|from|toString|to_?hex|str|string|r?trim|r?strip|lower|upper|toLowerCase|strtolower|split"
    r"|slice|substr(ing)?|bytes|crypt|removeprefix|replace"
    r"|r?partition|rsplit|splitlines|unquote(_plus)?|dict|list"
    r"|explode|str_rot13|hex2bin|(mb_)?substr|strrev|json_decode"
)
TAKES = re.compile(
    r"(?i)get(_?header|_?one|_argument|_body_argument|value)?|header|param|query|cookies?|input"
    r"|formvalue|filter_input|post"
)
WHOLE = ("json", "get_json", "formData", "text", "form", "getlist", "get_data")
# Parts of a request by their names, where a handler calls the request itself as it likes.
PARTS = ("headers", "query", "params", "body", "cookies", "form", "args", "get", "header", "param")
# Parts of a request that say what is asked and how, not who asks.
NOT_CREDENTIAL = re.compile(
    r"(?i)type|accept|method|path|url|uri|version|host|origin|refer|proto|encod|requested.?with"
    r"|forward|event|action|format|lang|locale|scheme|upgrade|connection|cache|e_?tag|range|mode"
    r"|kind|status|state|step|^op$|cmd|command|feature|stage|^env|challenge|captcha|csrf|xsrf|nonce"
    r"|(^|[_-])u?id$|Id$|ID$|user$|user_?name|login$|^name$|e?mail|account|model|algorithm|^alg$"
    r"|mime|extension|file|charset|checksum|sum$|topic|channel|provider|grant|scope|response|prompt"
    r"|product|plan|country|currency|zone|sec-|dnt|preflight|remote_addr|server_|port$|length|date"
)
STRONG = re.compile(r"(?i)pass(w(or)?d|phrase|code|wd)?$|^pw$|pwd$|secret$|^pass|^pin$|_pin$")
# Names of algorithms and formats that have a digit in them, and days.
TECHNICAL = re.compile(
    r"(?i)(?<![a-z])(sha|md|hs|rs|es|ps|aes|utf|iso|base|http|https|oauth|aws|ed|x|web|rfc|ipv?|p|h|s|v"
    r"|blake|crc|mp|tls|ssl|hmac|cve|win|arm|level|step|phase|stage|part|page|user|test)[-_ ]?"
    r"\d+[\d._-]*((alpha|beta|rc|a|b)\d*)?|(19|20)\d\d[-/.]?\d\d[-/.]?\d\d|\d+(\.\d+)+|[1-4](fa|d)\b"
)
WRITTEN = re.compile(
    r"(?i)\w+/[\w.+*-]+(;.*)?|[a-z][\w+.-]*://.*|urn:.*|[\w.-]+@[\w.-]+|([\w-]+\.)+[a-z]{2,}(:\d+)?"
    r"|\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?|/.*|\.\w+|[\w-]+:[\w-]+"
)
DIGEST = re.compile(r"[0-9a-fA-F]{32,128}|\$\w{1,8}\$[\w./$=,+-]{16,}|\{\w+\}[\w+/=]{20,}")
# Digests of the empty text: what they are compared with is empty, not known to somebody.
EMPTY = re.compile(
    r"(?i)d41d8cd98f00b204e9800998ecf8427e|da39a3ee5e6b4b0d3255bfef95601890afd80709"
    r"|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)


class Sent(NamedTuple):
    """A part of a request, by the name of its field (empty where no name stands there)."""

    field: str


def sent(look: Look, node: Node) -> Sent | None:
    """The part of a request that a value itself is, None where that is not shown."""
    return _sent(look, node, 0, set())


def names_secret(field: str, secret: str) -> bool:
    """True where a field that equals this text is a credential: by its name, or by the text.

    `secret` is empty for one that is put together so that it does not stand in the source.
    """
    if NOT_CREDENTIAL.search(field):
        return False
    return bool(STRONG.search(field)) or not secret or opaque(secret, secret_name(field))


def opaque(text: str, named: bool = False) -> bool:
    """True for a text that is no word, no version and no identifier of a protocol.

    Less is asked of the text where the field is `named` as secrets are.
    """
    if EMPTY.fullmatch(text):
        return False
    if DIGEST.fullmatch(text):
        return True
    if WRITTEN.fullmatch(text):
        return False
    rest = TECHNICAL.sub("", text)
    kinds = re.findall(r"[A-Za-z]+|\d+", re.sub(r"[^A-Za-z0-9!#$%^&*~]", "", rest))
    digits = [k for k in kinds if k.isdigit()]
    if not digits or len(kinds) == len(digits) or len(rest) < 5:
        return False
    if re.search(r"[!#$%^&*~]", rest):
        return True
    changes = len(kinds) - 1
    return changes >= 3 or (changes == 2 and (named or any(len(d) >= 4 for d in digits)))


def _sent(look: Look, node: Any, depth: int, seen: set[int]) -> Sent | None:
    if node is None or isinstance(node, str) or depth > DEPTH or node.id in seen:
        return None
    seen.add(node.id)
    if node.end_byte - node.start_byte > LONG:
        return None
    shape = shape_of(node, look.index.source)
    match shape.kind:
        case "pass" | "slice":
            return _sent(look, shape.a, depth + 1, seen)
        case "any":
            return _every(look, shape.a, depth, seen)
        case "name" | "member" | "item":
            return _part(look, node, shape, depth, seen)
        case "call":
            return _call(look, node, shape, depth, seen)
    wraps = node.type.startswith(("await", "parenthesized")) and node.named_child_count == 1
    return _sent(look, node.named_children[0], depth + 1, seen) if wraps else None


def _every(look: Look, nodes: list[Any], depth: int, seen: set[int]) -> Sent | None:
    """What each of several is, but for those that are fixed: one that is not sent spoils it."""
    found = None
    for node in nodes:
        if node is None or isinstance(node, str):
            continue
        sent_ = _sent(look, node, depth + 1, seen)
        look.flow.begin()
        if sent_ is None and not _bare(look, node):
            return None
        found = found or sent_
    return found


def _bare(look: Look, node: Node) -> bool:
    """True for a constant, or the nothing that a name begins with."""
    none = look.index.source.text(node) in ("None", "null", "nil", "undefined", "NULL")
    return none or look.flow.value(node).const is not None


def _part(look: Look, node: Node, shape: Any, depth: int, seen: set[int]) -> Sent | None:
    """A name, or a part of what is sent, named by its key."""
    text = look.index.source.text(node)
    key = _key(look, shape)
    if _of_request(look, text):
        return Sent(key)
    given = _given(look, text, node)
    if given:
        found = _every(look, [g.node for g in given], depth, seen)
        named = [g.key for g in given if g.how == "item" and isinstance(g.key, str)]
        return Sent(named[0] if named else found.field) if found is not None else None
    if shape.kind == "name" or shape.a is None:
        return None
    if _handed(look, shape.a):
        return Sent(key) if key in PARTS else None
    owner = _sent(look, shape.a, depth + 1, seen)
    return Sent(key or owner.field) if owner is not None else None


def _of_request(look: Look, text: str) -> bool:
    """True for what frameworks call a part of a request; the machine's own variables are none."""
    own = text.startswith("environ") and any(
        g.how == "ref" for g in look.index.given.get("environ", ())
    )
    return bool(REQUEST.match(text)) and not own


def _given(look: Look, name: str, near: Node) -> list[Given]:
    """What a name was given in the innermost function around that gives it anything."""
    here = look.index.inside(near.start_byte)
    every = look.index.given.get(name, ())
    while True:
        found = [g for g in every if g.inside is here]
        if found or here is None or name in here.parameters:
            break
        here = here.inside
    plain = all(g.how in ("is", "set", "item") for g in found) and len(found) <= GIVEN
    return found if plain else []


def _handed(look: Look, node: Any) -> bool:
    """True for the parameter in which a framework hands the request to a handler."""
    shape = shape_of(node, look.index.source)
    if shape.kind != "name" or isinstance(node, str):
        return False
    look.flow.begin()
    return look.flow.value(node).ref == "@request"


def _key(look: Look, shape: Any) -> str:
    """The name by which a part is taken."""
    if shape.kind == "member":
        return str(shape.b)
    if shape.kind != "item" or shape.b is None:
        return ""
    look.flow.begin()
    const = look.flow.value(shape.b).const
    return const if isinstance(const, str) else ""


def _call(look: Look, node: Node, shape: Any, depth: int, seen: set[int]) -> Sent | None:
    """What takes a part of a request, or reshapes one."""
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else OTHER
    name = callee.b if callee.kind == "member" else callee.a if callee.kind == "name" else None
    if not isinstance(name, str) or look.flow.local(shape.a):
        return None
    owner = callee.a if callee.kind == "member" else None
    nodes = [n for _, n in shape.b[:3]]
    if name in WHOLE and _of_request(look, look.index.source.text(node)):
        return Sent("")
    if TAKES.fullmatch(name):
        asks = name == "formvalue" or _of_request(look, look.index.source.text(node))
        if not asks and owner is not None and not isinstance(owner, str):
            asks = _handed(look, owner) or _sent(look, owner, depth + 1, seen) is not None
        look.flow.begin()
        keys = [look.flow.value(n).const for n in nodes[:2]] if asks else []
        named = [k for k in keys if isinstance(k, str | bytes) and k]
        first = named[0] if named else ""
        return Sent(first if isinstance(first, str) else first.decode("latin-1")) if named else None
    if not RESHAPES.fullmatch(name):
        return None
    inner = (_sent(look, n, depth + 1, seen) for n in [*nodes, owner])
    return next((s for s in inner if s is not None), None)
