"""What a condition holds something that others send against: a text, a digest, the time, a list.

Spec: CWE-798 (hard-coded credentials), CWE-290 (authentication by what can be sent).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.branch import Asked, call_of, same
from evenhand.code.brought import WHO, Brought, brought, leaf, made_of
from evenhand.code.credential import EMPTY, opaque
from evenhand.code.secrets import telling
from evenhand.code.spoken import text_of, way_of, words_of
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

LEAST, MOST = 4, 200  # characters of a word that somebody could send to be known
IN_LIST = ("in_array", "array_search", "array_key_exists", "contains", "isset")
FINDS = {
    "preg_match": 1, "strpos": 0, "stripos": 0, "str_contains": 0, "str_starts_with": 0,
    "str_ends_with": 0, "strstr": 0, "stristr": 0, "strncmp": 0, "strncasecmp": 0,
    "find": 0, "match": 0, "starts_with": 0, "startswith": 0, "ends_with": 0, "mb_strpos": 0,
    "fnmatch": 1, "hasPrefix": 0, "contains": 0, "startsWith": 0, "endsWith": 0, "is": 0,
}  # fmt: skip
EQUALS = re.compile(r"(?i)\w*(?:equals?|compare|same|eq)\w*")
THERE = re.compile(
    r"isset|empty|array_key_exists|.*[.](?:has\w*|exists|filled)|.*has(?:Header|Cookie)"
)
# What programs ask for all the time, by the name of the part.
USUAL = re.compile(
    r"(?i)action|page|id|q|s|search|submit|lang\w*|locale|type|mode|step|op|do|cmd|view|tab|sort|order"
    r"|format|callback|next|redirect\w*|return\w*|logout|login|user(?:name)?|email|name|state|code|nonce"
    r"|_?token|csrf\w*|_wpnonce|accept\w*|content.type|host|http_host|x-requested-with|http_x_requested_with"
    r"|method|_method|upgrade|connection|origin|http_origin|referer|http_referer|range|if-.*|debug|preview"
    r"|REQUEST_URI|PATH_INFO|QUERY_STRING|REMOTE_ADDR|remote_addr|http_accept\w*|event|topic|filter|date"
)
WIDE = re.compile(r"[\[(|]|\.[*+]|%[aws][*+-]")
ADDRESS = re.compile(r"[\w.+-]*@[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+){2,}")
SCHEME = re.compile(r"(?:Bearer|Basic|Token) ")
PATHS = re.compile(r"(?i)REQUEST_URI|PATH_INFO|QUERY_STRING|.*(?:uri|path)")
PATTERN = re.compile(r"\\[dwsbDWSB]|%[adlswxp]|[\^$.*+?()\[\]{}|/~#@%\\]")


class Known(NamedTuple):
    """Something sent, and how surely only who was told could send it (0–1)."""

    sent: Brought
    sure: float
    said: str


def known(look: Look, asked: Asked) -> Known | None:
    """What one part of a condition knows of what is sent; None where it asks anything else."""
    compared = same(look, asked)
    for one in compared:
        found = against(look, one.value, one.other)
        if found is not None:
            return found
    found_call = call_of(look, asked)
    sought = _sought(look, asked) if found_call is None or not found_call[1] else None
    if sought is not None:
        return sought
    if found_call is None:
        return _there(look, asked.node) if asked.holds else None
    node, holds = found_call
    shape = shape_of(node, look.index.source)
    name = _last(look, shape)
    if name == "empty":
        holds = not holds
    if name in ("strcmp", "strcasecmp", "strncmp", "strncasecmp"):
        holds = not holds
    if not holds:
        return None
    return _by_call(look, node, shape, name)


def _last(look: Look, shape: Any) -> str:
    spoken = way_of(look, shape.a) if shape.a is not None else None
    if spoken is not None:
        return spoken.way.rpartition(".")[2]
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    return str(callee.b) if callee is not None and callee.kind == "member" else ""


def _by_call(look: Look, node: Node, shape: Any, name: str) -> Known | None:
    nodes = [n for _, n in shape.b[:4]]
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    owner = callee.a if callee is not None and callee.kind == "member" else None
    if name in ("isset", "array_key_exists") and len(nodes) == 1:
        return _in_table(look, nodes[0]) or _there(look, nodes[0])
    if name in IN_LIST and len(nodes) > 1:
        return _in_list(look, nodes[0], nodes[1])
    at = FINDS.get(name)
    if at is not None:
        if (owner is not None and len(nodes) == 1) or (look.api.name == "lua" and len(nodes) < 2):
            nodes = [owner, *nodes]
        if len(nodes) < 2:
            return None
        value, other = nodes[at], nodes[1 - at]
        return against(look, value, other, pattern=name in ("preg_match", "match", "find"))
    if EQUALS.fullmatch(name) and len(nodes) >= 2:
        return against(look, nodes[0], nodes[1]) or against(look, nodes[1], nodes[0])
    if name == "empty":
        return _there(look, nodes[0]) if nodes else None
    return _there(look, node)


def _sought(look: Look, asked: Asked) -> Known | None:
    """`strpos($x, 'k') === 0`, `strcmp($x, 'k') === 0`, which say no and mean yes."""
    node, holds = asked
    shape = shape_of(node, look.index.source)
    if shape.kind != "op" or shape.a not in ("==", "===") or not holds:
        return None
    for one, two in ((shape.b, shape.c), (shape.c, shape.b)):
        inner = shape_of(one, look.index.source)
        if inner.kind == "call" and look.index.source.text(two) in ("0", "1"):
            name = _last(look, inner)
            if name in FINDS:
                return _by_call(look, one, inner, name)
            if name in ("strcmp", "strcasecmp") and len(inner.b) == 2:
                (_, first), (_, second) = inner.b
                return against(look, first, second) or against(look, second, first)
    return None


def _there(look: Look, node: Any) -> Known | None:
    """Something that is sent at all."""
    found = leaf(look, node)
    if found is None or not found.key or USUAL.fullmatch(found.key) or found.way == "":
        return None
    return Known(found, 0.3, f"whether {found.key} is sent")


def _in_table(look: Look, node: Any) -> Known | None:
    """`isset(TABLE[$x])`: one of those that are written out."""
    shape = shape_of(node, look.index.source)
    if shape.kind != "item" or shape.b is None:
        return None
    return _in_list(look, shape.b, shape.a)


def _in_list(look: Look, value: Any, table: Any) -> Known | None:
    """One of a list that is written out."""
    sent = brought(look, value)
    if sent is None or table is None or not hasattr(table, "type"):
        return None
    look.flow.begin(400)
    value_ = look.flow.value(table)
    fixed = value_.const if isinstance(value_.const, tuple) else value_.texts
    words = [f for f in fixed[:12] if isinstance(f, str) and LEAST <= len(f) <= MOST]
    numbers = [f for f in fixed[:12] if isinstance(f, int) and abs(f) > 999]
    if sent.how == "sum" and (words or numbers):
        return Known(sent, 0.9, "a digest of what is sent against those that are fixed")
    if words and len(fixed) <= 4 and any(opaque(w, True) for w in words):
        return Known(sent, 0.8, f"{sent.key or 'what is sent'} against fixed words")
    return None


def against(look: Look, value: Any, other: Any, pattern: bool = False) -> Known | None:
    """Something sent against what is fixed, or made of the time or of what is sent itself."""
    sent = brought(look, value)
    if sent is None or (sent.key == "" and sent.how == "" and sent.way == "$_SERVER"):
        return None
    kind = made_of(look, other)
    if not kind:
        return None
    what = sent.key or "what is sent"
    look.flow.begin(300)
    fixed = look.flow.value(other).const if kind == "fixed" else None
    if kind == "time":
        return Known(sent, 0.9, f"{what} against what is made of the time")
    if kind == "sent":
        texts = [t for t in look.flow.value(other).texts if len(t) > 2]
        return Known(sent, 0.7, f"{what} against what is sent and a fixed word") if texts else None
    if isinstance(fixed, str) and (EMPTY.fullmatch(fixed) or PATHS.fullmatch(sent.key or sent.way)):
        return None  # a digest of nothing, or one of a site's own paths
    if isinstance(fixed, str):
        word = PATTERN.sub("", fixed) if pattern else fixed
        if sent.way == WHO and sent.how != "sum":
            known_ = ADDRESS.fullmatch(word) is not None
            return Known(sent, 0.75, f"{what} against a fixed address") if known_ else None
        if pattern and WIDE.search(fixed):
            return None  # one of many, or whatever looks so
        if sent.how == "sum":
            long = len(word) >= 8
            return Known(sent, 0.9, f"a digest of {what} against a fixed one") if long else None
        if not LEAST <= len(word) <= MOST:
            return None
        word = SCHEME.sub("", word)
        handed = words_of(look).handed.fullmatch(sent.key) is not None
        if (handed and telling(word) and not pattern) or (handed and len(word) >= 6):
            return Known(sent, 0.75, f"{what} against a fixed text of {len(fixed)} characters")
        if opaque(word, True):
            return Known(sent, 0.85, f"{what} against a fixed text of {len(fixed)} characters")
        if word.isdigit() and len(word) >= 6 and not USUAL.fullmatch(sent.key):
            return Known(sent, 0.7, f"{what} against a fixed number")
        usual = USUAL.fullmatch(sent.key) is not None
        return Known(sent, 0.3 if usual or pattern else 0.45, f"{what} against a fixed word")
    if isinstance(fixed, int) and sent.how == "sum" and abs(fixed) > 99:
        return Known(sent, 0.85, f"a sum of {what} against a fixed number")
    if fixed is None and text_of(look, other) == "":
        return Known(sent, 0.8, f"{what} against what is put together")
    return None


def all_known(look: Look, case: list[Asked]) -> Known | None:
    """The surest of a case in which nothing but what is sent is asked."""
    best: Known | None = None
    for asked in case:
        one = known(look, asked)
        if one is None:
            if not _light(look, asked):
                return None
            continue
        best = one if best is None or one.sure > best.sure else best
    return best


def surest(look: Look, case: list[Asked]) -> Known | None:
    """The surest of a case, whatever else is asked beside it."""
    every = [k for k in (known(look, asked) for asked in case) if k is not None]
    return max(every, key=lambda k: k.sure, default=None)


def _light(look: Look, asked: Asked) -> bool:
    """True for what only asks whether something is there, or how long it is."""
    text = look.index.source.text(asked.node)[:120]
    if re.match(
        r"#|\(?(?:strlen|count|is_string|is_array|function_exists|isset|empty|len)\s*\(", text
    ):
        return True
    spoken = brought(look, asked.node)
    return (
        spoken is not None
        or re.fullmatch(r"\$?\w+(?:\s*[!=~]==?\s*(?:null|nil|''|\"\"))?", text) is not None
    )
