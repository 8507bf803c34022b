"""Ends of chains that go on in other files of the same package.

Spec: docs/reference/facts.md (code_link).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.code.api import PERSONAL
from evenhand.code.data_sinks import AUTHENTICATES, host_of
from evenhand.code.index import Call, Function
from evenhand.code.look import Look
from evenhand.code.screen import Seen, pattern
from evenhand.code.sieve import PRIVATE
from evenhand.code.syntax import shape_of
from evenhand.code.value import Tag, Value, union

MOST = 60  # of one file
FUNCTIONS = 200  # of one file that are asked what they give
CALLS = 4000
ROLES = {"net": "sends", "exec": "runs", "run": "runs", "load": "runs"}
EXPORTS = re.compile(r"(module\.)?exports(\.default)?")
# Where the parts of a package are put together, and so worth a look though they do little.
ENTRANCE = re.compile(
    r"(__init__|__main__|main|cli|app|index|setup|conftest|run|(pre|post)?install)\.(py|[cm]?[jt]s)"
)
ENTRANCE_BYTES = 20_000
SENDERS = pattern(
    rb"requests\.(?:post|put|request|get|Session)|urlopen|httpx\.|HTTPS?Connection|aiohttp"
    rb"|\.sendall|smtplib|ftplib|\bfetch\(|axios|https?\.(?:request|get)\(|XMLHttpRequest"
    rb"|sendBeacon|WebSocket\(|dns\.\w+\(|net\.(?:connect|createConnection)|\bgot\("
)
WHOLE = pattern(rb"os\.environ(?!\.|\[| *\[)|process\.env(?!\.|\[)|os\.environ\.(?:copy|items)")
DECODERS = pattern(rb"base64|b64decode|atob\(|fromCharCode|fromhex|unhexlify|decompress\(")
RUNNERS = pattern(rb"\beval\(|new Function\(|\bexec\(|\bexecSync\(|os\.system\(")
IMPORTS = pattern(rb"(?m)^\s*(?:from|import) [\w.]|require\(['\"]\.|from ['\"]\.")
NEAR = re.compile(rb"(?:require|import)\(['\"]\.")
FIRST = re.compile(rb"(?:new |await |\(0, ?)*([A-Za-z_$][\w$]*)(\(['\"]\.)?")
# One function of another file that is given what a second gives: where a chain may be joined.
BETWEEN = pattern(rb"\w\((?:await )?[\w.]+\(\)\)")
SENDER_BYTES = 32_000
SMALL_BYTES = 8_000


class Link(NamedTuple):
    """One end of a chain; see `code_link`."""

    kind: str
    line: int
    name: str = ""
    other: str = ""
    place: int | None = None
    matter: str = ""
    target: str = ""
    steps: tuple[tuple[int, str], ...] = ()
    moment: str = ""

    def because(self) -> str:
        """The way as words with lines."""
        return " → ".join(dict.fromkeys(f"line {n}: {words}" for n, words in self.steps))


def promising(data: bytes, seen: Seen, path: str) -> bool:
    """Whether a file could hold one end of a chain, by its words and its name."""
    if len(data) < ENTRANCE_BYTES and ENTRANCE.fullmatch(path.rpartition("/")[2]):
        return seen.has(IMPORTS)
    if len(data) > SENDER_BYTES:
        return False
    if len(data) < SMALL_BYTES and seen.has(BETWEEN):
        return True
    return seen.any(PRIVATE) or any(map(seen.has, (SENDERS, WHOLE, RUNNERS, DECODERS)))


def links(look: Look, sinks: list[tuple[Call, str]]) -> list[Link]:
    """The ends of chains that a file holds."""
    names = _names(look)
    found = [
        *_of_sinks(look, sinks, names),
        *_brings(look, names),
        *_asks(look, names),
    ]
    return list(dict.fromkeys(found))[:MOST]


def _names(look: Look) -> dict[int, str]:
    """Functions by the name under which other files reach them."""
    names = {f.node.id: f.name for f in look.index.ordered if f.name}
    for name, every in look.index.given.items():
        for given in every[:3]:
            node = given.node
            if given.how in ("is", "set") and getattr(node, "id", None) in look.index.functions:
                plain = "default" if EXPORTS.fullmatch(name) else name.rpartition(".")[2]
                names[node.id] = plain
    return names


def _name(function: Function | None, names: dict[int, str]) -> str:
    while function is not None:
        if function.node.id in names:
            return names[function.node.id]
        function = function.inside
    return ""


def _of_sinks(look: Look, sinks: list[tuple[Call, str]], names: dict[int, str]) -> Iterator[Link]:
    """What is sent or run here: given by another file, or given to a function of this one."""
    ids = {str(f.node.id): f for f in look.index.ordered}
    for call, role in sinks:
        if role not in ROLES:
            continue
        look.flow.begin()
        values = [v for k, v in look.flow.arguments(call) if k not in AUTHENTICATES]
        whole = union(values if role == "net" else values[:1])
        ends = [t for t in whole.tags if t.kind in ("import", "parameter")]
        if not ends:
            continue
        host = host_of(whole, look.owner(call)) if role == "net" else ""
        line, matter = look.flow.line(call.node), ROLES[role]
        words = f"sends it to {host or 'a host that is not shown'}" if role == "net" else "runs it"
        for tag in ends[:4]:
            steps = (*tag.steps, (line, words))
            if tag.kind == "import":
                yield Link("uses", line, _name(call.inside, names), tag.what, None, matter, host,
                           steps, look.when(call))  # fmt: skip
            else:
                key, _, place = tag.what.partition("/")
                name = names.get(ids[key].node.id, "") if key in ids else ""
                shift = 1 if ids[key].owner and ids[key].parameters[:1] == ["self"] else 0
                if name:
                    yield Link("takes", line, name, "", int(place) - shift, matter, host, steps,
                               look.when(call))  # fmt: skip


def _brings(look: Look, names: dict[int, str]) -> Iterator[Link]:
    """What functions of this file give back that somebody would mind to see leave, or run."""
    for function in _worth(look)[:FUNCTIONS]:
        name = names.get(function.node.id)
        if not name or not function.returns:
            continue
        look.flow.begin()
        value = union(look.flow.value(r) for r in function.returns[:8])
        for tag in _told(value)[:3]:
            line = look.flow.line(function.node)
            yield Link("brings", line, name, "", None, tag.kind, tag.what, tag.steps)


def _worth(look: Look) -> list[Function]:
    """Functions around words that bring something in, and those that call them."""
    found: dict[int, Function] = {}
    todo = [look.index.inside(start) for start in _places(look)]
    for _ in range(3):
        callers: list[Function | None] = []
        for one in todo:
            function = one
            while function is not None and function.node.id not in found:
                found[function.node.id] = function
                if function.name:
                    callers += [c.inside for c in look.index.called.get(function.name, ())[:20]]
                function = function.inside
        todo = callers
    return sorted(found.values(), key=lambda f: f.start)


def _places(look: Look) -> Iterator[int]:
    """First bytes of words that bring something in."""
    seen = look.seen
    yield from seen.places(PRIVATE)
    for asked in (SENDERS, WHOLE, DECODERS):
        yield from (start for start, _ in seen.spans(asked))


def _imported(look: Look) -> set[str]:
    """Names under which this file knows other files of its package, or their functions."""
    found, source = set(), look.index.source
    for name, every in look.index.given.items():
        for given in every[:3]:
            if given.how == "ref":
                ref = look.api.plain(given.node)
                if look.flow.elsewhere(ref) or look.flow.elsewhere(f"{ref}._"):
                    found.add(name)
            elif given.how in ("is", "item"):
                begins = source.data[given.node.start_byte : given.node.start_byte + 80]
                if NEAR.search(begins):
                    found.add(name)
    return found


def _told(value: Value) -> list[Tag]:
    return [
        t for t in value.tags
        if PERSONAL.get(t.kind, 0) > 0.5 or (t.kind in ("net", "decoded") and t.what)
    ]  # fmt: skip


def _asks(look: Look, names: dict[int, str]) -> Iterator[Link]:
    """Functions of other files: what they are given, and which are called as this is loaded."""
    imported, data = _imported(look), look.index.source.data
    for call in look.index.calls[:CALLS]:
        begins = FIRST.match(data, call.node.start_byte)
        if begins is None or (begins[1].decode() not in imported and not begins[2]):
            continue
        ref = look.ref(call)
        if not ref or not look.flow.elsewhere(ref):
            continue
        look.flow.begin()
        line, when = look.flow.line(call.node), look.when(call)
        if when != "when called":
            yield Link("starts", line, "", ref, moment=when)
        given = shape_of(call.node, look.index.source).b[:6]
        for place, (_, node) in enumerate(given):
            value = look.flow.value(node)
            for tag in (*_told(value), *(t for t in value.tags if t.kind == "import"))[:2]:
                steps = (*tag.steps, (line, f"gives it to {ref}"))
                yield Link("asks", line, _name(call.inside, names), ref, place, tag.kind,
                           tag.what, steps, when)  # fmt: skip
