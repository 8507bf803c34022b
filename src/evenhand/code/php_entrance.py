"""Whom PHP lets in, and what a request may have it do, by its parse tree.

Each question is asked of calls, conditions and arrays of the tree; what is compared or handed on
is followed to the part of a request that it is.

Spec: PHP manual (include, password_verify, openssl_verify, move_uploaded_file); WordPress plugin
handbook (users, REST routes, AJAX, HTTP).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import (
    calls,
    constant,
    operands,
)  # fmt: skip
from evenhand.code.brought import brought
from evenhand.code.carried import arguments, called, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.php_request import part_of
from evenhand.code.screen import words
from evenhand.code.secrets import compared_sides
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call, Function
    from evenhand.code.look import Look

ROUTE = words(b"permission_callback")
ENTRANCE, GONE, REMOTE = "debug entrance", "removal of protection", "remote control"
OPENS = ("readfile", "fopen", "file_get_contents", "unlink", "highlight_file", "show_source")
ASKS_DATA = ("query", "exec", "prepare", "get_results", "multi_query")
STARTS = ("proc_open", "popen", "shell_exec", "exec", "system")
CONNECTS = re.compile(r"fsockopen|pfsockopen|stream_socket_(?:client|accept)|socket_\w+")
SHELL = re.compile(r"(?:/bin/)?(?:ba|da)?sh\b.{0,20}")
RAN = frozenset((
    "shell_exec", "system", "passthru", "exec", "eval", "popen", "proc_open", "unserialize",
    "update_option", "file_put_contents", "wp_set_auth_cookie", "include",
))  # fmt: skip
SETTINGS = re.compile(r"\.htaccess|\.user\.ini")
SERVED = re.compile(r"(?i)\b(?:AddType|AddHandler|SetHandler)\b|auto_(?:pre|ap)pend_file")
QUERY = re.compile(r"(?i)\W*(?:\{?[\w$>-]*\}?\s*\.)?(?:and|or|where|select|user_login)\b")
HIDDEN_USER = re.compile(rb"user_login\s*(?:!=|<>|NOT\s+(?:IN|LIKE))\s*\(?\s*\\?['\"]\w")
CHECKS_FILE = re.compile(
    r"pathinfo|in_array|preg_match|wp_check_filetype\w*|getimagesize|exif_imagetype|mime_content_type"
    r"|finfo\w*|validate\w*|\w*(?:allowed|extension|sanitiz)\w*"
)
RIGHTS_ASKED = re.compile(
    r"check_(?:admin|ajax)_referer|current_user_can|wp_verify_nonce|is_admin|user_can|\w*csrf\w*"
)


def entrances(look: Look) -> Iterator[Finding]:
    """Every such way in of one file; none of them says that somebody came."""
    yield from _included(look)
    yield from _accounts(look)
    yield from _taken(look)
    yield from _routes(look)
    yield from _shells(look)
    yield from _signatures(look)


def _included(look: Look) -> Iterator[Finding]:
    """A file, or code, that a request names or brings."""
    for call in look.index.called.get("include", ()):
        given = arguments(look, call)
        first = _first(look, given[0]) if given else None
        if isinstance(first, str):
            if re.match(r"(?i)php://input", first) or (
                re.match(r"(?i)data:|php://filter", first) and _asked(look, given[0])
            ):
                said = "includes what a request brings as code"
                yield made(look, call.node, "runs commands", said, 0.8, REMOTE)
        elif _free(look, call, first):
            said = "includes a file that a request names"
            yield made(look, call.node, "runs commands", said, 0.55, REMOTE)


def _first(look: Look, node: Any) -> Any:
    """What a text begins with: its fixed words, or the expression that stands there."""
    for _ in range(12):
        said = constant(look, node)
        if isinstance(said, str):
            return said
        shape = shape_of(node, look.index.source)
        if shape.kind == "pass":
            node = shape.a
        elif shape.kind == "op" and shape.a == ".":
            node = shape.b
        elif shape.kind == "concat" and shape.a:
            if isinstance(shape.a[0], str):
                return shape.a[0]
            node = shape.a[0]
        elif shape.kind == "name" and len(look.index.given.get(shape.a, ())) == 1:
            given = look.index.given[shape.a][0].node
            if not hasattr(given, "type") or part_of(look, given) is not None:
                return node
            node = given
        else:
            return node
    return node


def _asked(look: Look, node: Any) -> bool:
    return any(part_of(look, one) is not None for one in carried(look, node))


def _free(look: Look, call: Call, node: Any) -> bool:
    """True for a part of a request that nothing is asked of before it is used."""
    part = part_of(look, node)
    if part is None or part.array in ("$_SERVER", "$_SESSION", "$_ENV", "$_FILES"):
        return False
    if part.direct:
        return True
    name = look.index.source.text(node)
    start = call.inside.start if call.inside is not None else 0
    for choice in look.index.choices:
        if start <= choice.node.start_byte < call.node.start_byte and choice.inside is call.inside:
            asked = look.index.source.text(choice.condition)
            if re.search(re.escape(name) + r"\b", asked) and not re.fullmatch(
                r"[\s(!]*(?:isset|empty)?[\s(]*" + re.escape(name) + r"[\s)]*", asked
            ):
                return False
    return not _mentions(look, call.inside, CHECKS_FILE)


def _mentions(look: Look, function: Function | None, names: re.Pattern[str]) -> bool:
    """True where a function, or the file outside of all, calls anything of these names."""
    return any(names.fullmatch(n) for n, every in look.index.called.items()
               if any(c.inside is function for c in every))  # fmt: skip


def _accounts(look: Look) -> Iterator[Finding]:
    """Administrators that are made, taken on or hidden."""
    for call, _ in called(look, "wp_create_user", "wp_insert_user"):
        if _administrator(look, call) and _made_up(look, call):
            said = "makes an administrator"
            yield made(look, call.node, "adds account", said, 0.6, "default account")
    for call, _ in called(look, "wp_set_auth_cookie", "wp_set_current_user"):
        given = arguments(look, call)
        if given and constant(look, given[0]) in (1, "1"):
            said = "whoever comes is taken for the first account"
            yield made(look, call.node, "lets past a check", said, 0.65, ENTRANCE)
    data = look.index.source.data
    for match in HIDDEN_USER.finditer(data) if b"user_login" in data else ():
        node = look.index.source.tree.root_node.descendant_for_byte_range(*match.span())
        if node is not None and _query(look, node) and _used(look, node):
            said = "an account is left out of the list of accounts"
            yield made(look, node, "removes traces", said, 0.6)


def _query(look: Look, node: Node) -> bool:
    """True for a text that is a query, or a condition of one."""
    text = look.index.source.text(node)
    return "string" in node.type and QUERY.match(text) is not None


def _used(look: Look, node: Node) -> bool:
    """True for a text that something is done with: given to a name or a call, or returned."""
    up: Node | None = node
    for _ in range(12):
        if up is None or up.type in ("comment", "program"):
            return False
        if re.search(r"assignment|argument|return|call|array|const_element|property", up.type):
            return not look.index.dead(node.start_byte)
        up = up.parent
    return False


def _made_up(look: Look, call: Call) -> bool:
    """True where the name or the password of an account is written out."""
    given = arguments(look, call)
    fields = [
        n for g in given[:1] for n in carried(look, g) if n.type == "array_element_initializer"
    ]
    pairs = [(constant(look, n.named_children[0]), n.named_children[-1]) for n in fields]
    given = given[:2] if not pairs else [v for k, v in pairs if k in ("user_login", "user_pass")]
    return any(isinstance(constant(look, n), str) for n in given)


def _administrator(look: Look, call: Call) -> bool:
    """True where the account that a call makes is given all rights, there or beside it."""
    for node in arguments(look, call):
        for one in carried(look, node):
            if one.type == "array_element_initializer" and one.named_child_count == 2:
                key, value = one.named_children
                if constant(look, key) == "role" and constant(look, value) == "administrator":
                    return True
    beside = (c for n in ("set_role", "add_role", "add_cap") for c in look.index.called.get(n, ()))
    return any(
        c.inside is call.inside and c.node.start_byte > call.node.start_byte
        and [constant(look, n) for n in arguments(look, c)[:1]] == ["administrator"]
        for c in beside
    )  # fmt: skip


def _taken(look: Look) -> Iterator[Finding]:
    """What a request says is opened, asked, set or stored as it is."""
    for call, ref in called(look, *OPENS):
        given = arguments(look, call)
        if "." not in ref and given and _free(look, call, _first(look, given[0])):
            said = "opens whatever file a request names"
            yield made(look, call.node, "answers at a hidden path", said, 0.55, ENTRANCE)
    for name in ASKS_DATA:
        for call in look.index.called.get(name, ()):
            given = arguments(look, call)
            if "member" in call.node.type and given and _free(look, call, _first(look, given[0])):
                said = "a request is asked of the data base as it is"
                yield made(look, call.node, "runs commands", said, 0.65, REMOTE)
    for call, _ in called(look, "update_option"):
        given = arguments(look, call)
        free = given and (_free(look, call, given[0]) or brought(look, given[0]) is not None)
        if free and not _mentions(look, call.inside, RIGHTS_ASKED):
            said = "settings are changed as a request says"
            yield made(look, call.node, "lets past a check", said, 0.6, ENTRANCE)
    for call, _ in called(look, "move_uploaded_file"):
        given = arguments(look, call)[1:2]
        sent = any(_file_name(look, n) for g in given for n in carried(look, g))
        if sent and not _mentions(look, call.inside, CHECKS_FILE):
            said = "takes a file of whatever name it is sent under"
            yield made(look, call.node, "runs commands", said, 0.5, ENTRANCE)
    for call, _ in called(look, "file_put_contents"):
        given = arguments(look, call)
        look.flow.begin()
        where, what = ([t for g in given[at : at + 1] for t in look.flow.value(g).texts]
                       for at in (0, 1))  # fmt: skip
        if any(SETTINGS.search(t) for t in where) and any(SERVED.search(t) for t in what):
            said = "has the web server run other files as code"
            yield made(look, call.node, "adds persistence", said, 0.6)


def _file_name(look: Look, node: Node) -> bool:
    """`$_FILES['f']['name']`, through names too."""
    shape = shape_of(node, look.index.source)
    if shape.kind != "item" or shape.b is None or constant(look, shape.b) != "name":
        return False
    return any(look.index.source.text(n) == "$_FILES" for n in carried(look, shape.a))


def _routes(look: Look) -> Iterator[Finding]:
    """A route that asks nobody who they are, and does what only some may."""
    if not look.seen.any(ROUTE):
        return
    for call, _ in called(look, "register_rest_route"):
        for given in arguments(look, call)[2:3]:
            for array in (n for n in carried(look, given) if n.type == "array_creation_expression"):
                parts = {constant(look, k): v for k, v in shape_of(array, look.index.source).a
                         if k is not None} if _keyed(look, array) else {}  # fmt: skip
                asks, does = parts.get("permission_callback"), parts.get("callback")
                if asks is not None and does is not None and _nobody(look, asks):
                    for inner in functions(look, does):
                        if any(c.name in RAN for c in calls(look, inner.start, inner.end)):
                            said = "a route that asks nobody who they are"
                            yield made(look, asks, "runs commands", said, 0.7, REMOTE)
                            break


def _keyed(look: Look, array: Node) -> bool:
    return shape_of(array, look.index.source).kind == "map"


def _nobody(look: Look, node: Node) -> bool:
    """True for a check that lets everybody pass."""
    if constant(look, node) == "__return_true":
        return True
    own = functions(look, node)
    return bool(own) and all(
        [look.index.source.text(r).lower() for r in f.returns] == ["true"] for f in own
    )


def functions(look: Look, node: Node) -> list[Function]:
    """The functions of this file that a callback is: itself, its name, or a method's."""
    shape = shape_of(node, look.index.source)
    found = look.flow.local(node)
    name = constant(look, shape.a[-1]) if shape.kind == "many" and shape.a else None
    name = name or constant(look, node)
    if not found and isinstance(name, str):
        found = [g.node for g in look.index.given.get(name, ()) if g.how == "function"]
        found = found or look.index.methods.get(name, [])
    return found


def _shells(look: Look) -> Iterator[Finding]:
    """A shell, beside a connection in the same function."""
    for call, ref in called(look, *STARTS):
        given = arguments(look, call)
        first = constant(look, given[0]) if given and "." not in ref else None
        if not isinstance(first, str) or not SHELL.fullmatch(first):
            continue
        if _mentions(look, call.inside, CONNECTS) or _handed_on(look, given):
            said = "a connection is given a shell"
            yield made(look, call.node, "runs commands", said, 0.75, REMOTE)


def _handed_on(look: Look, given: list[Any]) -> bool:
    """True where a call is given a connection that was opened elsewhere."""
    nodes = (one for node in given[1:3] for one in carried(look, node))
    return any(CONNECTS.fullmatch(look.index.source.text(n)[:40]) for n in nodes)


def _signatures(look: Look) -> Iterator[Finding]:
    """`openssl_verify(…) !== 0`: what is neither right nor wrong, an error, counts as right."""
    checked = {c.node.id for c, _ in called(look, "openssl_verify")}
    if not checked:
        return
    places = [c.condition for c in look.index.choices]
    places += [r for f in look.index.ordered for r in f.returns]
    places += [g.node for every in look.index.given.values() for g in every
               if hasattr(g.node, "type") and g.how in ("is", "set")]  # fmt: skip
    told: set[int] = set()
    for place in places:
        for node in operands(look, place):
            sides, sign = compared_sides(look, node)
            if sides is None or node.id in told or not _error_passes(look, sides, sign):
                continue
            if any(n.id in checked for side in sides for n in carried(look, side, 1)):
                told.add(node.id)
                yield made(look, node, "ignores a check", "an error counts as a good signature",
                           0.6, GONE)  # fmt: skip


def _error_passes(look: Look, sides: tuple[Node, Node], sign: str) -> bool:
    said = [look.index.source.text(s).lower() for s in sides]
    if sign in ("!=", "!==", "<>"):
        return "0" in said or "false" in said
    return (sign == ">=" and said[1] == "0") or (sign == "<=" and said[0] == "0")
