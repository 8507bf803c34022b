"""What of an expression somebody sends: a part of a request, a message, a record that is written.

An expression is followed to its root: the parameter of a function that a framework calls, with the
names of the parts on the way. What it is reshaped by is remembered, since a digest or a code of a
character hides what it is compared with.

Spec: evenhand.code.hooks (the table).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.hook_roles import Roles
from evenhand.code.hooks import (
    GLOBAL,
    HELPERS,
    NOT_SENT,
    PARTS,
    ROOTS,
    SURE,
    TAKES,
)
from evenhand.code.index import Function, callee_name
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 14
GIVEN = 3
WORK = 160  # expressions looked at for one question
LONGEST = 1_200
DIGESTS = re.compile(
    r"(?i)sha\d*\w*|md5|\w*hash\w*|hex|digest|hexdigest|createHash|createHmac|hmac\w*|crc32"
    r"|adler32|blake\w*|murmur\w*"
    r"|fnv\w*|pbkdf2\w*|scrypt\w*|update|subtle|checksum"
)
CODES = re.compile(
    r"charCodeAt|codePointAt|ord|sum|reduce|map|reverse|reversed|b64decode|atob|b64encode|btoa"
    r"|translate|rot13"
    r"|fromhex|unhexlify|hexlify|swapcase|sorted|sort|from_bytes|bytearray|every|zip|enumerate"
)
RESHAPES = re.compile(
    r"(?i)str|string|bytes|bytearray|int|number|parse(int)?|loads?|json|text|from|to_?string"
    r"|encode|decode|l?r?strip"
    r"|trim(start|end)?|lower|upper|casefold|to(lower|upper)case|split\w*|r?partition|slice"
    r"|substr(ing)?|join"
    r"|replace(all)?|remove(prefix|suffix)|quote|unquote(_plus)?|decodeURIComponent|dict|list"
    r"|tuple|set|array|at|concat"
    r"|clone|copy|format|normalize|strip_tags|filter|next|iter|bool|repeat|pad(start|end)|search"
    r"|match|exec|url"
    r"|urlsearchparams|parse_qsl?|urlparse|as_view|ip_address|coerce|fromentries|object|entries"
    r"|arraybuffer|formdata"
    r"|to_?native|to_?bytes|valueof|flat|decode_header|getrequest|getnext|switchto\w*|getargs"
    r"|gethandshake|getdata"
)


BODIES = re.compile(r"post|text|json|formData|arrayBuffer|blob|body|get_json|get_data|read|form")
OF_GATEWAY = re.compile(r"HTTP_|QUERY_|REQUEST_|REMOTE_|PATH_|wsgi\.|CONTENT_|\*")
STEPS = re.compile(r":[^:\[\]]*:\s*-?[1-9]\d*\s*\]$")
EACH = ("then", "forEach", "map", "filter", "some", "every", "find", "flatMap", "each", "findIndex")
NO_FIELDS = frozenset(
    ("value", "values", "length", "*", "decode", "encode", "toString", "lower", "strip", "split")
)


class Part(NamedTuple):
    """A part of what is sent: in what role, by what name, and how it was reshaped."""

    role: str
    field: str
    shaped: frozenset[str] = frozenset()
    whole: bool = False  # all headers, all cookies: no field of them is taken

    @property
    def words(self) -> str:
        """The part as people read it."""
        role = {"message": "a message", "record": "a record", "login": "what one logs in with",
                "account": "a name", "argument": "an argument"}.get(self.role,
                f"a {self.role}")  # fmt: skip
        return f"{role} ({self.field[:30]})" if self.field else role


class Chain(NamedTuple):
    """A root, and the names of the parts that are taken of it."""

    root: str
    at: Function | None  # the function whose parameter the root is
    keys: tuple[str, ...] = ()
    shaped: frozenset[str] = frozenset()

    def part(self, key: str) -> Chain:
        return self._replace(keys=(*self.keys, key))


class Inputs:
    """Which expressions of a file somebody sends."""

    def __init__(self, look: Look) -> None:
        self.look, self.index, self.source = look, look.index, look.index.source
        self._roles = Roles(look)
        self._known: dict[int, Part | None] = {}
        self.work = 0

    def of(self, node: Any) -> Part | None:
        """The part of what is sent that an expression is; None where nobody sends it."""
        if node is None or not hasattr(node, "start_byte"):
            return None
        if node.id not in self._known:
            self.work = 0
            chain = self._chain(node, 0)
            self._known[node.id] = self._part(chain) if chain is not None else None
        return self._known[node.id]

    def _chain(self, node: Any, depth: int) -> Chain | None:
        self.work += 1
        if node is None or not hasattr(node, "start_byte") or depth > DEPTH or self.work > WORK:
            return None
        if node.end_byte - node.start_byte > LONGEST:
            return None
        shape = shape_of(node, self.source)
        match shape.kind:
            case "pass" | "slice":
                found = self._chain(shape.a, depth + 1)
                steps = shape.kind == "slice" and STEPS.search(self.source.text(node))
                return found._replace(shaped=found.shaped | {"codes"}) if found and steps else found
            case "any" | "many":
                met = (self._chain(n, depth + 1) for n in shape.a[:4])
                return next((c for c in met if c is not None), None)
            case "each":
                found = self._chain(shape.b[0][1], depth + 1) if shape.b else None
                return found._replace(shaped=found.shaped | {"codes"}) if found else None
            case "op" if shape.a in ("%", "^", "*", "&", "+", ">>>", "|"):
                found = self._chain(shape.b, depth + 1)
                return found._replace(shaped=found.shaped | {"codes"}) if found else None
            case "name":
                return self._name(shape.a, node, depth)
            case "member":
                given = self._given(self.source.text(node)[:120], node, depth)
                found = given or self._chain(shape.a, depth + 1)
                return found if given else found.part(str(shape.b)) if found else None
            case "item":
                found = self._chain(shape.a, depth + 1)
                self.look.flow.begin(60)
                key = self.look.flow.value(shape.b).const if found else None
                said = key.decode("latin-1") if isinstance(key, bytes) else key
                return found.part(said if isinstance(said, str) else "*") if found else None
            case "call":
                return self._call(node, shape, depth)
        if node.type in ("spread_element", "await", "await_expression", "satisfies_expression",
                         "type_assertion", "subscript"):  # fmt: skip
            return self._chain(node.named_children[0], depth + 1) if node.named_children else None
        if node.type == "this":
            return Chain("this", None)
        return None

    def _call(self, node: Node, shape: Any, depth: int) -> Chain | None:
        """What takes a part, or reshapes what it is called on or given."""
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        if callee is None:
            return None
        name = callee_name(node, self.source)
        owner = callee.a if callee.kind == "member" else None
        nodes = [n for _, n in shape.b[:4]]
        if owner is None and name in HELPERS and not self.look.flow.local(shape.a):
            return Chain("@request", None, (HELPERS[name], *self._texts(nodes)))
        found = self._chain(owner, depth + 1) if owner is not None else None
        if found is not None and TAKES.fullmatch(name):
            return found._replace(keys=(*found.keys, name, *self._texts(nodes[:1])))
        if found is not None and BODIES.fullmatch(name):
            return found.part(name)
        digests, codes = DIGESTS.fullmatch(name), CODES.fullmatch(name)
        own = self.look.flow.local(shape.a)[:1]
        how = {"digest"} if digests else {"codes"} if codes else set[str]()
        if not (how or own or RESHAPES.fullmatch(name)):
            if found is None and callee.kind == "name" and self._brought(name):
                # by a function of another file; an object holds what it was given
                how = set() if name[:1].isupper() and not name.isupper() else {"made"}
            else:
                plain = found is not None and _partly(name)
                return found.part(name) if found is not None and plain else None
        if found is None:
            met = (self._chain(n, depth + 1) for n in nodes)
            found = next((c for c in met if c is not None), None)
        return found._replace(shaped=found.shaped | how) if found is not None else None

    def _brought(self, name: str) -> bool:
        """True for a name of another file of the same package."""
        every = self.index.given.get(name, ())
        return bool(every) and all(
            g.how == "ref" and re.match(r"[.@~]|\w+\.", str(g.node)) for g in every
        )

    def _texts(self, nodes: list[Any]) -> tuple[str, ...]:
        found: list[str] = []
        for node in nodes:
            if hasattr(node, "start_byte"):
                self.look.flow.begin(60)
                const = self.look.flow.value(node).const
                if isinstance(const, str | bytes):
                    found.append(const if isinstance(const, str) else const.decode("latin-1"))
        return tuple(found)

    def _name(self, name: str, node: Node, depth: int) -> Chain | None:
        """A name: what it was given, or the parameter that it is."""
        if name in ("this", "self", "cls"):
            return Chain(name, self.index.inside(node.start_byte))
        given = self._given(name, node, depth)
        if given is not None:
            return given
        here = self.index.inside(node.start_byte)
        while here is not None:
            keyed = self._roles.keyed(here)
            if name in keyed or name in here.parameters:
                key = keyed.get(name, "")
                promised = self._promised(here, name, depth)
                return promised or Chain(name, here, (key,) if key and key != name else ())
            here = here.inside
        return Chain(name, None) if GLOBAL.fullmatch(name) else None

    def _promised(self, function: Function, name: str, depth: int) -> Chain | None:
        """What a promise brings, or a list holds, whose callback a function is."""
        call = function.call
        if call is None or function.parameters[:1] != [name]:
            return None
        shape = shape_of(call, self.source)
        callee = shape_of(shape.a, self.source) if shape.a is not None else None
        if callee is None or callee.kind != "member" or callee.b not in EACH:
            return None
        return self._chain(callee.a, depth + 1)

    def _given(self, name: str, node: Node, depth: int) -> Chain | None:
        """What was given to a name in the functions around, the last before it first."""
        here, every = self.index.inside(node.start_byte), self.index.given.get(name, ())
        while every:
            own = [g for g in self.index.own(name, here) if g.how in ("is", "set", "item", "part")]
            before = [g for g in own if g.at < node.start_byte] or own
            for given in reversed(before[-GIVEN:]):
                if hasattr(given.node, "start_byte") and not _around(given.node, node):
                    found = self._chain(given.node, depth + 1)
                    if found is not None:
                        return found.part(str(given.key)) if given.how == "item" else found
            if here is None or name in here.parameters or own:
                return None
            here = here.inside
        return None

    def _part(self, chain: Chain) -> Part | None:
        """The part that a chain of names is, if it is one."""
        root, keys = chain.root, list(chain.keys)
        roles = self._roles.of(chain.at) if chain.at is not None else {}
        while root in ("self", "this", "cls") and keys:
            if "record" in roles.values() or self._roles.saves(chain.at):
                return Part("record", keys[-1], chain.shaped)
            if not re.fullmatch(
                r"_?(request|req|ctx|headers|scope|connection|query_params|cleaned_data"
                r"|validated_data|args|kwargs"
                r"|json_data|get_(?:\w+_)?(?:argument|cookie)s?|cookies|params|path_kwargs"
                r"|message|event)",
                keys[0],
            ):
                return None
            root, roles = keys[0], {}
            keys = keys[1:]
        if NOT_SENT.fullmatch(root) and not roles.get(root):
            return None
        if root == "environ" and not any(OF_GATEWAY.match(k) for k in keys):
            return None
        role = roles.get(root, "")
        named = self._named(keys, root)
        if role and role != "request":
            last = [k for k in keys if k not in NO_FIELDS and not TAKES.fullmatch(k)]
            field = named[1] if named else last[-1] if last else root
            better = (
                named[0]
                if named and named[0] in ("account", "address", "header", "cookie")
                else role
            )
            return Part(better, field, chain.shaped)
        if named is None or root in ("self", "this", "cls"):
            return None
        known = role == "request" or root == "@request" or ROOTS.fullmatch(root) or any(
            SURE.fullmatch(k) for k in (*keys, root)
        )  # fmt: skip
        whole = named[1] == (keys[-1] if keys else root) and self._holds(named[1])
        return Part(*named, chain.shaped, whole) if known else None

    def _holds(self, name: str) -> bool:
        """True for what a request keeps many fields under."""
        if "-" in name:
            return False
        return any(r in ("cookie", "header", "query") and p.fullmatch(name) for r, p in PARTS)

    def _named(self, keys: list[str], root: str) -> tuple[str, str] | None:
        """The first part that the names speak of, and its field."""
        for at, key in enumerate((root, *keys)):
            role = next((r for r, p in PARTS if p.fullmatch(key)), None)
            if (
                role is None
                or (at == 0 and not keys)
                or (at == 0 and role in ("path", "address", "account", "login", "method"))
            ):
                continue
            if role == "path" and self._named(keys[at:], "") is not None:
                continue  # `url.searchParams`
            rest = [k for k in keys[at:] if not TAKES.fullmatch(k) and k not in NO_FIELDS]
            field = rest[-1] if rest else key
            if re.fullmatch(r"(?i)(http_)?user[-_]?agent", field):
                return "agent", field
            if re.fullmatch(
                r"(?i)(http_)?(x[-_]forwarded[-_]for|cf[-_]connecting[-_]ip|x[-_]real[-_]ip)", field
            ):
                return "address", field
            if role in ("query", "body") and PARTS[-1][1].fullmatch(field):
                return "account", field
            return role, field
        return None


def _around(outer: Node, node: Node) -> bool:
    """True for `x = x or …`: a name in what it is given itself."""
    return bool(outer.start_byte <= node.start_byte < outer.end_byte)


def _partly(name: str) -> bool:
    """True for a method that gives a part by its own name: `req.ip()`, `request.json()`."""
    return any(p.fullmatch(name) for _, p in PARTS)
