"""Whether a compared value comes from a request, and by what name it goes.

A parameter of a framework's handler has no origin in its own file: it is known by the names that
frameworks give to requests and to their parts.

Spec: PEP 3333 (WSGI), RFC 3875 (CGI); documentation of Flask, Django, Starlette, Express, Koa,
LuCI and lua-nginx-module.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.code.handed import OF_REQUEST, answers, within
from evenhand.code.look import Look
from evenhand.code.sensitive import secret_name
from evenhand.code.value import Tag

if TYPE_CHECKING:
    from tree_sitter import Node

HOPS = 3
GIVEN = 4  # places where a name gets something
REQUEST = re.compile(
    r"""(?x)
    \b(?:self\.|flask\.|this\.)?(?:request|req|ctx\.request|ctx|\$request|\$this->request)
      (?:\.|->|::)(?:headers?|query|query_params|params|body|POST|GET|form|args|cookies?|META|values
        |json|get|get_json|getHeader|input|data|url|path|raw_uri|rawBody|param|environ)\b
    | \bscope\[['"](?:headers|query_string)['"]\]
    | \bself\.(?:headers|rfile|path)\b | \$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b
    | \bngx\.(?:var|req)\b | \bformvalue\b | \bgetallheaders\b | php://input
    | \benviron\b[^\n]{0,12}['"](?:HTTP_(?!PROXY)|QUERY_|REQUEST_|PATH_INFO|wsgi\.)
    | ['"](?:HTTP_[A-Z_]+|QUERY_STRING)['"] | \bfilter_input\b | \bwsgi\.input\b
    """
)
PLAIN_NAMES = ("key", "token", "auth", "pin")


def asked(look: Look, node: Node) -> tuple[Tag | None, str]:
    """Where a compared value comes from (None: not shown), and the name of a secret that it has."""
    look.flow.begin()
    value = look.flow.value(node)
    text = look.index.source.text(node)[:200]
    name = _secret(re.findall(r"[A-Za-z_][\w-]*", text))
    tag = value.having("request", "socket") or _requested(look, node)
    if not name and tag is not None:
        name = _secret(re.findall(r"[\w-]+", " ".join(value.texts)))
    return tag, name


def _secret(words: list[str]) -> str:
    words = [w for w in words if w.lower() not in PLAIN_NAMES] or words
    return next((w for w in reversed(words) if secret_name(w.replace("-", "_"))), "")


def _requested(look: Look, node: Node) -> Tag | None:
    """A part of a request, by its name here or by that of what it was given."""
    source, todo, seen = look.index.source, [node], set()
    for _ in range(HOPS):
        nodes, todo = todo, []
        for one in nodes:
            text = source.text(one)[:400]
            match = REQUEST.search(text)
            # an object's own part, as requests have it, is one where requests are answered only
            if match and not (OF_REQUEST.match(match[0]) and _plain_class(look, one)):
                line = look.flow.line(one)
                return Tag("request", "a request", ((line, f"takes {match[0][:40]}"),))
            for root in set(re.findall(r"(?<![\w.'\"])[A-Za-z_$]\w*(?:\.\w+)?", text[:120])):
                for name in (root, root.partition(".")[0]):
                    if name in seen:
                        continue
                    seen.add(name)
                    todo += _given(look, name, one)
    return None


def _plain_class(look: Look, node: Node) -> bool:
    """True inside a class that by its name and what it inherits answers no requests."""
    return within(node) is not None and not answers(look.flow, node)


def _given(look: Look, name: str, near: Node) -> list[Node]:
    """What a name was given in the function around, or outermost."""
    here = look.index.inside(near.start_byte)
    found = [
        g.node
        for g in look.index.given.get(name, ())[:40]
        if g.how in ("is", "set", "item", "more") and g.inside in (here, None)
    ]
    if not found and name.startswith(("self.", "this.")):
        found = [g.node for g in look.index.given.get(name, ())[:GIVEN] if g.how in ("is", "set")]
    return found[:GIVEN]
