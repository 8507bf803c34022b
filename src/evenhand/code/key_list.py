"""A key of its own among the keys that sessions and cookies are signed with.

Such keys are a list: the newest signs, older ones are still taken. One that the code adds, written
there or made of what everybody can read of the package, lets in whoever makes it again.

Spec: CWE-321 (hard-coded cryptographic key); documentation of cookie-session, express-session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evenhand.code.credential import opaque
from evenhand.code.finding import Finding
from evenhand.code.index import Function
from evenhand.code.look import Look
from evenhand.code.origin import Leaf, leaves
from evenhand.code.secrets import PLACEHOLDER, TESTS
from evenhand.code.syntax import shape_of

FUNCTIONS = 2_000
CALLS = 20
KEYS = re.compile(
    r"(?i)(?:get|load|read|make|session|cookie|sign(?:ing)?|secret|hmac|jwt|all|our|_)*(?:keys|secrets)"
)
SESSIONS = ("session", "cookieSession", "cookieParser", "Keygrip", "expressSession")
MAKES = re.compile(
    r"(?:crypto\.)?(?:scrypt|pbkdf2|hkdf)(?:Sync|_hmac)?\(|createH(?:ash|mac)\(|hashlib\.|sha\d+\("
)
TEXTS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`$\n]*`")
NAMES = re.compile(r"(?<![\w.$])([A-Za-z_$][\w$]*)(?![\w$]*\s*\()")
EVERYBODY = re.compile(r"package\.json|__name__|__version__|importlib\.metadata|npm_package_")
SHORTEST = 6
NOT_ASKED = frozenset(("crypto", "hashlib", "Buffer", "base64"))


def key_lists(look: Look) -> Iterator[Finding]:
    """Every fixed key that stands among keys which somebody sets up."""
    if look.bundle:
        return
    for function in look.index.ordered[:FUNCTIONS]:
        if KEYS.fullmatch(function.name):
            yield from _returned(look, function)
    for name in SESSIONS:
        for call in look.index.called.get(name, ())[:CALLS]:
            for _, node in shape_of(call.node, look.index.source).b[:2]:
                yield from _among(look, leaves(look, _listed(look, node)))


def _listed(look: Look, node: Any) -> Any:
    """The keys in what a session is set up with, or what it is given itself."""
    shape = shape_of(node, look.index.source)
    if shape.kind != "map":
        return node if shape.kind == "many" else None
    return next((v for k, v in shape.a if str(k).strip("'\"") in ("keys", "secret")), None)


def _returned(look: Look, function: Function) -> Iterator[Finding]:
    """A list that a function of keys gives back, and what it puts into it."""
    for name in sorted({look.index.source.text(r)[:60] for r in function.returns}):
        own = look.index.own(name, function) if name.isidentifier() else []
        found: list[Leaf] = []
        for given in own:
            if hasattr(given.node, "start_byte"):
                made = given.how == "into" and _of_everybody(look, given.node)
                found += [Leaf("", given.node)] if made else leaves(look, given.node)
        yield from _among(look, found)


def _of_everybody(look: Look, node: Any) -> bool:
    """Whether a key is made of texts and of what a package says of itself, and of no more."""
    text = look.index.source.text(node)[:400]
    if not MAKES.match(text):
        return False
    brought = False
    for name in NAMES.findall(TEXTS.sub("", text)):
        every = look.index.given.get(name, ())[:3]
        told = [look.index.source.text(g.node)[:200] if hasattr(g.node, "start_byte") else
                str(g.node) for g in every if g.how in ("is", "set", "item", "ref")]  # fmt: skip
        if name in NOT_ASKED or name in ("utf8", "encode"):
            continue
        if not told or not all(EVERYBODY.search(t) or TEXTS.fullmatch(t) for t in told):
            return False
        brought = True
    return brought or TEXTS.search(text) is not None


def _among(look: Look, found: list[Leaf]) -> Iterator[Finding]:
    fixed = [e for e in found if e.fixed is not None and not e.falls_back and _key(e.fixed)]
    if not fixed or all(e.fixed is not None for e in found):
        return
    one = fixed[-1]
    weak = PLACEHOLDER.search(one.fixed or "") or TESTS.search(look.path)
    line = look.flow.line(one.node)
    steps = ((line, "puts a key that is fixed among the keys that are set up"),)
    yield Finding(
        "takes a fixed key", f"{(one.fixed or 'put together')[:4]}…", 0.4 if weak else 0.62, line,
        steps, "when called", access="" if weak else "fixed secret",
    )  # fmt: skip


def _key(text: str) -> bool:
    return not text or (len(text) >= SHORTEST and opaque(text, True))
