"""What PHP sends away of what people type, post or keep, and what it does for one place only.

Spec: PHP manual (cURL, streams, geoip, intl); WordPress plugin handbook (HTTP).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import Asked, Branch, Ways, calls, constant
from evenhand.code.carried import arguments, called, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.screen import pattern
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call
    from evenhand.code.look import Look

SENDERS = (
    "wp_remote_post", "wp_remote_get", "wp_remote_request", "wp_safe_remote_post",
    "wp_safe_remote_get", "wp_safe_remote_request", "file_get_contents", "fopen", "get_headers",
    "mail", "wp_mail", "curl_setopt", "curl_setopt_array", "curl_init", "fwrite", "fputs",
    "error_log",
)  # fmt: skip
OPTIONS = ("curl_setopt", "curl_setopt_array")
METHODS = ("post", "get", "request", "send", "sendAsync", "postAsync")
ADDRESS = re.compile(r"(?:https?|ftp|tcp|ssl|tls)://(?!localhost|127\.)[\w*-]+[\w.*-]*")
MAIL = re.compile(r"[^\s@]+@[^\s@]+")
TYPED = re.compile(r"(?i)[\w-]*(?:passw|pwd|pass\b|card|cvc|cvv|ccnum|pan\b|iban|ssn|pin\b)[\w-]*")
LAID = re.compile(
    r"wp-config\.php|/etc/(?:passwd|shadow)|(?:^|/)\.env$|configuration\.php|\.htpasswd|local\.xml"
    r"|id_rsa|\.aws/|\.git-credentials"
)
WHOLE = ("$_POST", "$_REQUEST", "$_COOKIE", "$_SESSION", "$_ENV")
PLACE = re.compile(
    r"HTTP_ACCEPT_LANGUAGE|geoip_country_code\w*|HTTP_CF_IPCOUNTRY|GEOIP_COUNTRY_CODE"
    r"|country_?(?:code|iso\w*)|isoCode|locale_accept_from_http|locale_get_default"
)
PLACES = pattern(
    rb"ACCEPT_LANGUAGE|geoip|IPCOUNTRY|COUNTRY_CODE|country_?(?:code|iso)|isoCode|Locale\s*::|locale_"
)
SEEKS = re.compile(rb"in_array|strpos|stripos|str_starts_with|preg_match")
LOCALE = re.compile(r"Locale\s*::\s*(?:getDefault|acceptFromHttp)")
CODE = re.compile(r"[A-Za-z]{2}(?:[-_]\w+)?")
IN_PATTERN = re.compile(r"[/~#^(|\\b]+[A-Za-z]{2}(?![A-Za-z])")
HOLDS = ("in_array", "strpos", "stripos", "str_starts_with", "preg_match")
AWAY = re.compile(r"(?:Location:\s*)?https?://.*", re.S)
LEADS = ("wp_redirect", "wp_safe_redirect", "header", "redirect")
SHOWS = re.compile(r"(?i)header|include|require|echo|print|render|view|load|redirect|template")
ENDS = ("exit_statement", "exit", "die")


def sent(look: Look) -> Iterator[Finding]:
    """What somebody typed, all that was posted, or settings with passwords, sent to a host."""
    for call in _senders(look):
        given = arguments(look, call)
        address = _address(look, call, given)
        if not address:
            continue
        said, strength = _private(look, given)
        if said:
            told = made(look, call.node, "collects and sends", said, strength)
            yield told._replace(target=address[:60])


def _senders(look: Look) -> Iterator[Call]:
    for call, ref in called(look, *SENDERS):
        if "." not in ref:
            yield call
    for name in METHODS:
        yield from (c for c in look.index.called.get(name, ()) if c.node.type[:4] != "func")


def _address(look: Look, call: Call, given: list[Any]) -> str:
    """The host that a call sends to, where it is written out."""
    look.flow.begin(600)
    texts = [t for node in given for t in look.flow.value(node).texts]
    if call.name in ("mail", "wp_mail"):
        to = constant(look, given[0]) if given else None
        return to if isinstance(to, str) and MAIL.fullmatch(to) else ""
    found = next((m[0] for t in texts if (m := ADDRESS.match(t))), "")
    if found or call.name not in (*OPTIONS, "fwrite", "fputs"):
        return found
    return _of_handle(look, given[0]) if given else ""


def _of_handle(look: Look, handle: Node) -> str:
    """The host of a connection that is known by a name: where it was opened, or is told to go."""
    name, here = look.index.source.text(handle), look.index.inside(handle.start_byte)
    opened = [one for one in carried(look, handle, 2) if "call" in one.type]
    told = []
    for call in (c for n in OPTIONS for c in look.index.called.get(n, ()) if c.inside is here):
        given = arguments(look, call)
        if given and look.index.source.text(given[0]) == name:
            told.append(call.node)
    for node in (*opened, *told):
        look.flow.begin(300)
        for _, part in shape_of(node, look.index.source).b:
            for text in look.flow.value(part).texts:
                match = ADDRESS.match(text)
                if match is not None:
                    return match[0]
    hosts = (shape_of(n, look.index.source).b[:1] for n in opened if _opens(look, n))
    return next((h for one in hosts for _, n in one if isinstance(h := constant(look, n), str)), "")


def _opens(look: Look, node: Node) -> bool:
    return bool(re.match(r"@?p?fsockopen", look.index.source.text(node)[:12]))


def _private(look: Look, given: list[Any]) -> tuple[str, float]:
    """What is personal in what is sent, and how plainly."""
    whole = typed = False
    for argument in given:
        for node in carried(look, argument):
            text = look.index.source.text(node)[:60]
            if "string" in node.type:
                said = constant(look, node)
                if isinstance(said, str) and LAID.search(said) and _read(look, node):
                    return "a file of passwords is sent", 0.7
            if node.type == "subscript_expression" and text.startswith(("$_POST", "$_REQUEST")):
                key = shape_of(node, look.index.source).b
                name = constant(look, key) if key is not None else None
                typed = typed or (isinstance(name, str) and bool(TYPED.fullmatch(name)))
            elif text in WHOLE and (node.parent is None or node.parent.type[:9] != "subscript"):
                whole = whole or not _only_names(look, node)
    if typed:
        return "a password or card number that was typed is sent", 0.6
    return ("all that was posted or is set is sent", 0.55) if whole else ("", 0.0)


def _only_names(look: Look, node: Node) -> bool:
    """True where only the names, the number or one value of what was posted is asked for."""
    up: Node | None = node
    while up is not None and up.type in ("variable_name", "argument", "arguments"):
        up = up.parent
    name = look.index.source.text(up).partition("(")[0].strip() if up is not None else ""
    return name in ("array_keys", "count", "empty", "isset", "array_key_exists", "sizeof")


def _read(look: Look, node: Node) -> bool:
    """True for the name of a file that something opens or reads."""
    up: Node | None = node.parent
    for _ in range(6):
        if up is None:
            return False
        if "call" in up.type or "object_creation" in up.type:
            name = look.index.source.text(up).partition("(")[0]
            return bool(re.search(r"(?i)file|open|read|cat|exec|system|curl", name))
        up = up.parent
    return False


def by_place(look: Look, ways: Ways) -> Iterator[Finding]:
    """What is done only for one language or country: visitors led away, or refused."""
    if not look.seen.has(PLACES):
        return
    asked = [(h.way, h.value) for h in ways.held if CODE.fullmatch(h.fixed)]
    for way in ways.every:
        parts = (a for case in way.cases for a in case)
        asked += [(way, v) for v in (_sought(look, a) for a in parts) if v is not None]
    for way, value in asked:
        place = _place(look, value)
        effect = _effect(look, way, place) if place else ""
        if effect:
            said = f"for one language or country {effect}"
            strength = 0.55 if "led" in effect else 0.5
            found = made(look, way.choice.condition, "acts by locale", said, strength)
            yield found._replace(target=f"{place}: {found.target}"[:60])
            return


def _sought(look: Look, asked: Asked) -> Node | None:
    """The value that a code of a language or country is sought in, or that is sought among some."""
    node, holds = asked.node, asked.holds
    if not SEEKS.search(look.words(node)):
        return None
    if node.type == "binary_expression" and node.named_child_count == 2:  # `strpos(…) === 0`
        sides = node.named_children
        if look.index.source.text(sides[1]).lower() in ("0", "1", "false"):
            node, holds = sides[0], True
    shape = shape_of(node, look.index.source)
    name = look.flow.ref(shape.a) if shape.kind == "call" else ""
    if name not in HOLDS or not holds or len(shape.b) < 2:
        return None
    first, second = shape.b[0][1], shape.b[1][1]
    value, other = (second, first) if name == "preg_match" else (first, second)
    fixed = constant(look, other)
    each = fixed if isinstance(fixed, tuple) else (fixed,)
    test = IN_PATTERN.search if name == "preg_match" else CODE.fullmatch
    return value if any(isinstance(f, str) and test(f) for f in each) else None


def _place(look: Look, value: Node) -> str:
    for node in carried(look, value):
        if node.named_child_count == 0 or node.type in ("string", "encapsed_string"):
            text = look.index.source.text(node)[:60].strip("'\"$")
            if PLACE.fullmatch(text):
                return text
        elif node.type == "scoped_call_expression":
            match = LOCALE.match(look.index.source.text(node)[:60])
            if match is not None:
                return match[0]
    return ""


def _effect(look: Look, way: Branch, place: str) -> str:
    """Whether a branch leads to another host, or refuses."""
    names, ends = [], False
    for call in calls(look, way.low, way.high):
        given = arguments(look, call)
        look.flow.begin(200)
        first = look.flow.value(given[0]).texts if given else ()
        number = constant(look, given[0]) if given else None
        if call.name in LEADS and any(AWAY.match(t) for t in first):
            return "visitors are led to another host"
        refused = isinstance(number, int) and (number == 204 or 400 <= number < 600)
        if refused and call.name in ("http_response_code", "status_header", "abort"):
            return "visitors are refused"
        if call.name in ("unlink", "wp_die", "die") or (
            call.name == "delete" and "member" in call.node.type
        ):
            return "visitors are refused"
        names.append(call.name)
        ends = ends or call.name in ENDS
    text = look.index.source.data[way.low : way.high]
    ends = ends or any(way.low <= at < way.high for at in look.index.exits)
    if not ends or ("ountry" not in place and "COUNTRY" not in place):
        return ""
    shows = any(SHOWS.search(n) for n in names) or b"echo" in text or b"print" in text
    return "" if shows else "visitors are refused"
