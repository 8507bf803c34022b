"""Calls of a file that could open something, with their constants and the checks before them.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.index import Call, Given
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of
from evenhand.code.use import Use
from evenhand.code.use_guard import Guards
from evenhand.code.use_rules import ANSWERS, DRAWS, OPTION, checks, matching, rules

if TYPE_CHECKING:
    from tree_sitter import Node

SAME = 40  # calls of one name
WORK = 1_500  # expressions looked at for the constants of one file
ONE = 30  # and for one of them
ARGUMENTS = 3
DRAWN_BYTES, PAIR_BITS = 8, 2048  # NIST SP 800-131A; 64 bits are no key
EXPONENT = 65_537  # of RSA: no size
SHORT = 0.86
NAMES = ("attribute", "member_expression", "dot_index_expression", "identifier")
CODEC = re.compile(r"(?i)hex|base64(url)?|latin1|binary")
# Modules that a file has to bring in before it does what should be looked at.
TELLING = re.compile(
    r"(?:node:)?(code|codeop|ctypes|pty|socket|subprocess|pickle|marshal|base64|binascii|zlib|"
    r"ftplib|smtplib|telnetlib|winreg|_winreg|runpy|types|imp|importlib\w*|sqlite3|http|https|"
    r"child_process|net|dgram|dns|vm|tls|inspector|repl|v8|os|nixio|socket\.http|posix|ffi|"
    r"requests|httpx|urllib|aiohttp|paramiko|pynput|pyperclip|keyring|axios|got|ws|node-fetch|"
    r"shelljs|execa|cryptography|Crypto|nacl|platform|locale|getpass|shutil)(\..*)?"
)


class Brief:
    """Short texts of arguments: constants as far as a little work shows them."""

    def __init__(self, look: Look) -> None:
        self.look, self.left = look, WORK

    def of(self, node: Any, depth: int = 0) -> str:
        """The constant that an expression is; `*` where it is not known."""
        source = self.look.index.source
        if node is None or isinstance(node, str):
            return node or "*"
        shape = shape_of(node, source)
        if shape.kind == "text":
            return _plain(shape.a)
        if shape.kind == "many" and depth < 2:
            return " ".join(self.of(n, depth + 1) for n in shape.a[:6])
        if shape.kind == "function" or self.left <= 0:
            return "*"
        return self._followed(node)

    def _followed(self, node: Node) -> str:
        flow = self.look.flow
        was, cut = flow.work, flow.cut
        flow.begin(ONE)
        value = flow.value(node)
        flow.cut = cut
        self.left -= flow.work - was + 1
        if value.const is not None:
            return _plain(value.const)
        return f"*{value.texts[0][:40]}*" if value.texts and len(value.texts[0]) > 2 else "*"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_plain, value[:6]))
    if isinstance(value, bytes):
        text = value[:200].decode("latin-1")
        return text if text.isascii() and text.isprintable() else value[:24].hex()
    return str(value)


def of_calls(look: Look, brief: Brief, guards: Guards) -> Iterator[Use]:
    """Every call that a rule speaks of, every check, every module that is brought in."""
    language, index = look.index.source.grammar.name, look.index
    known = rules(language)
    for name in sorted(index.called):
        if name in known:
            for call in index.called[name][:SAME]:
                yield from _ruled(look, call, brief, guards, language)
        elif checks(name):
            for call in index.called[name][:SAME]:
                yield from _checks(look, call, brief)
    yield from _aliased(look, brief, guards, language)
    yield from _imports(look)


def _ruled(look: Look, call: Call, brief: Brief, guards: Guards, language: str) -> Iterator[Use]:
    shape = shape_of(call.node, look.index.source)
    if look.flow.local(shape.a):
        return
    ref = look.flow.ref(shape.a) or _spelled(look, shape.a)
    rule = matching(language, ref)
    if rule is None:
        return
    _, _, kind, weight = rule
    given = [node for _, node in shape.b[:ARGUMENTS]]
    words = [brief.of(n) for n in given]
    if kind in (ANSWERS, OPTION):
        yield from _asked(look, call, kind, weight, words, guards)
        return
    known = [w for w in words if w.strip("* ")]
    weight += 0.04 if kind == "connects" and any("://" in w for w in known) else 0.0
    weight -= 0.12 if kind in ("opens", "replaces") and not known else 0.0
    if kind == DRAWS and _short_of(ref, known):
        weight = SHORT
    if ref.endswith("Buffer.from") and not CODEC.fullmatch(words[1] if len(words) > 1 else ""):
        weight = 0.2
    name = f"{_short(ref)}({', '.join(w[:48] for w in words)})"
    line = look.flow.line(call.node)
    yield Use(kind, name, line, weight, guards.before(call))


def _short_of(ref: str, words: list[str]) -> bool:
    """Whether what is drawn is too short for a key: bytes, or bits of a pair of keys."""
    least = PAIR_BITS if "enerate" in ref else DRAWN_BYTES
    sizes = [int(w) for w in words if w.isdigit() and len(w) < 6 and int(w) != EXPONENT]
    return bool(sizes) and max(sizes) < least


def _asked(
    look: Look, call: Call, kind: str, weight: float, words: list[str], guards: Guards
) -> Iterator[Use]:
    """A route or an option: its name alone, and what stands before its handler."""
    first = "/" if kind == ANSWERS else "-"
    for word in words[:2]:
        said = word.lstrip("^ ")
        if said.startswith(first) and len(said) > 1 and "\n" not in said:
            line = look.flow.line(call.node)
            yield Use(kind, said, line, weight, guards.around(call))
        elif kind == ANSWERS:
            break


def _checks(look: Look, call: Call, brief: Brief) -> Iterator[Use]:
    shape = shape_of(call.node, look.index.source)
    ref = look.flow.ref(shape.a) or _spelled(look, shape.a)
    words = [brief.of(n) for _, n in shape.b[:2]]
    known = [w for w in words if w.strip("* ")]
    yield Use("checks", f"{_short(ref)}({', '.join(known)})", look.flow.line(call.node), 0.34)


def _aliased(look: Look, brief: Brief, guards: Guards, language: str) -> Iterator[Use]:
    """`from os import system as s` and then `s(…)`."""
    known = rules(language)
    for alias in sorted(look.index.called.keys() & look.index.given.keys()):
        meant = [_meant(look, g) for g in look.index.given[alias][:2]]
        if alias not in known and any(name in known for name in meant):
            for call in look.index.called[alias][:SAME]:
                yield from _ruled(look, call, brief, guards, language)


def _meant(look: Look, given: Given) -> str:
    """The last part of the name that something given is."""
    if given.how == "ref":
        return str(given.node).rpartition(".")[2]
    if given.how == "item":
        return str(given.key)
    if given.how in ("is", "set") and given.node.type in NAMES:
        return look.index.source.text(given.node)[-80:].rpartition(".")[2]
    return ""


def _imports(look: Look) -> Iterator[Use]:
    """Modules that a file brings in: those that can do much, and those of its own product."""
    for every in look.index.given.values():
        for given in every[:2]:
            if given.how == "ref" and isinstance(given.node, str) and TELLING.fullmatch(given.node):
                yield Use("imports", given.node, look.line_at(given.at), 0.52)
    for call in look.index.called.get("require", ())[:SAME]:
        shape = shape_of(call.node, look.index.source)
        first = shape_of(shape.b[0][1], look.index.source) if shape.b else None
        if first is not None and first.kind == "text" and isinstance(first.a, str):
            telling = TELLING.fullmatch(first.a)
            yield Use("imports", first.a, look.flow.line(call.node), 0.52 if telling else 0.3)


def _spelled(look: Look, callee: Any) -> str:
    """A callee as it is written, where it is short and nothing but a name."""
    if callee is None:
        return ""
    if not hasattr(callee, "start_byte"):
        owner = _spelled(look, callee.a) if callee.kind == "member" else ""
        return f"{owner}.{callee.b}" if callee.kind == "member" else str(callee.a)
    text = re.sub(r"\s+", "", look.index.source.text(callee)[-200:])
    last = re.search(r"[\w$]+(?:(?:\.|->|::|:|\?\.)[\w$]+)*$", text)
    found = re.sub(r"->|::|:|\?\.", ".", last[0]) if last else ""
    return found if found == text or not last else f"*.{found.rpartition('.')[2]}"


def _short(ref: str) -> str:
    """The last two parts of a dotted name."""
    return ".".join(p for p in ref.replace("()", "").split(".")[-2:] if p)[:60]
