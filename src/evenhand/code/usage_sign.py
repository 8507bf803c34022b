"""Signs that a file tells its maker how it is used: hosts, calls, keys, switches, questions.

A single sign shows nothing; `enrich/telemetry.py` joins those of a package.

Spec: docs/reference/facts.md (usage_sign).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code import usage_words as words
from evenhand.code.data_sinks import AUTHENTICATES, host_of
from evenhand.code.flow import WORK
from evenhand.code.index import Call, callee_name
from evenhand.code.look import Look
from evenhand.code.screen import Seen
from evenhand.code.sensitive import URL
from evenhand.code.value import Value, union
from evenhand.pattern import Pattern

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 80  # signs of one file
MATCHES = 400  # of one pattern in one file
CALLS = 20_000
ADDRESSES = re.compile(r"[A-Z_]*?(?:URL|ENDPOINT|HOST|SERVER|DOMAIN)")
ADDRESS_NAMES = 20
ASKED = 300  # calls whose arguments are followed
BUNDLE_CALLS = 60
NAME = 120
PIECES = ("concatenated_string", "binary_expression", "binary_operator", "parenthesized_expression")
TEXT, TEXTS = 1_500, 60  # characters of one, and how many are looked at
UP = 8  # nodes above a text that are looked at
CONSTANT = re.compile(rb"\b(_?(?:[A-Z][A-Z0-9]*_)*(?:URL|ENDPOINT|HOST|SERVER|DOMAIN))\b")
LIBRARY = re.compile(
    r"(?i:capture|track|^init$|identify|client|analytics|emitter|exporter|send)|^[A-Z]\w+$"
)
BUILT_IN = frozenset(
    (*sys.stdlib_module_names, "JSON", "Array", "Promise", "Object", "Date", "process", "console",
     "document", "window", "String", "Math", "Number", "super()", "self", "cls", "Reflect")
)  # fmt: skip
FETCHES = frozenset(("fetch", "$fetch", "ofetch", "pyfetch"))
POSTS = re.compile(r"(?i)post|request")
# What is given an address and only makes or shows something of it.
BRINGS = re.compile(
    r"(?i)getenv|get|format|join|replace|print|log\w*|parse\w*|urlparse|debug|info|PostInit"
)


class Sign(NamedTuple):
    """One sign; see `usage_sign`."""

    kind: str
    name: str
    line: int
    target: str = ""
    about: bool = False
    moment: str = ""


def promising(seen: Seen, path: str) -> bool:
    """Whether the words of a file, or its path, speak of how something is used."""
    return seen.has(words.ABOUT) or bool(words.USAGE.search(_near(path)))


def signs(look: Look) -> list[Sign]:
    """The signs of a file, each once, in the order of their kinds."""
    asked = _Asked(look)
    parts = (asked.hosts, asked.constants, asked.keys, asked.switches, asked.texts)
    found = [sign for part in parts for sign in part()]
    said = any(s.about for s in found)
    worth = any(s.kind == "key" or (s.kind == "host" and (s.about or said)) for s in found)
    if not worth and (look.bundle or not asked.titled()):
        return found[:MOST] if said else []
    found += asked.calls()
    # a small file that holds such an address is about nothing else
    asked.by_path |= not look.bundle and any(s.kind == "host" and s.about for s in found)
    found += asked.collected()
    once: dict[tuple[str, str, str], Sign] = {}
    for sign in found:
        key = (sign.kind, sign.name, sign.target)
        if key not in once or (sign.about and not once[key].about):
            once[key] = sign
    kept = list(once.values())[:MOST]
    # words alone, without anything that could be sent or turned off, are of another matter
    return kept if any(s.about and s.kind != "collects" for s in kept) else []


def _near(path: str) -> str:
    """The end of a path, with the names of the archives that it lies in, as far as it goes."""
    return path[-NAME:]


class _Asked:
    """One file, and what its names say of any place in it."""

    def __init__(self, look: Look) -> None:
        self.look, self.data = look, look.index.source.data
        self.root = look.index.source.tree.root_node
        self.by_path = bool(words.USAGE.search(_near(look.path)))
        self._titles: dict[int, bool] = {}

    def about(self, at: int, *names: str) -> bool:
        """Whether the file, the functions around a byte or these names speak of usage."""
        if self.by_path or any(words.USAGE.search(n) for n in names if n):
            return True
        function = self.look.index.inside(at)
        for _ in range(6):
            if function is None:
                return False
            key = function.start
            if key not in self._titles:
                title = f"{self.look.title(function)} {function.owner}"
                self._titles[key] = bool(words.USAGE.search(title))
            if self._titles[key]:
                return True
            function = function.inside
        return False

    def titled(self) -> bool:
        """Whether the path, a function or a class speaks of usage."""
        every = self.look.index.ordered
        return self.by_path or any(words.USAGE.search(f"{f.name} {f.owner}") for f in every)

    def line(self, at: int) -> int:
        """The line of a byte, from 1."""
        return self.look.line_at(at)

    def text_at(self, at: int) -> Node | None:
        """The text that a byte is part of; None for comments, docstrings and code."""
        node = self.root.descendant_for_byte_range(at, at)
        for _ in range(4):
            if node is None or "comment" in node.type:
                return None
            if node.type in ("string", "template_string", "encapsed_string"):
                while node.parent is not None and node.parent.type in PIECES:
                    node = node.parent
                above = node.parent
                return None if above is not None and above.type == "expression_statement" else node
            node = node.parent
        return None

    def in_code(self, at: int) -> bool:
        """True where a byte is neither of a comment nor of a text for readers of the code."""
        node = self.root.descendant_for_byte_range(at, at)
        for _ in range(4):
            if node is None:
                return True
            if "comment" in node.type:
                return False
            if node.type == "string" and node.parent is not None:
                return bool(node.parent.type != "expression_statement")
            node = node.parent
        return True

    def matches(self, pattern: Pattern) -> Iterator[re.Match[bytes]]:
        """The first matches of a pattern, wherever they stand."""
        for number, (start, _) in enumerate(pattern.spans(self.data)):
            match = pattern.compiled.match(self.data, start)
            if number >= MATCHES:
                return
            if match is not None:
                yield match

    def given_name(self, at: int) -> str:
        """The name that what begins at a byte is given to, by what stands before it."""
        before = self.data[max(0, at - 100) : at].rpartition(b"\n")[2]
        match = re.search(rb"([\w$.]+)['\"]?\s*(?::\s*\w+\s*)?[=:(,]\s*[^=:]{0,60}$", before)
        return match[1].decode("ascii", "replace") if match else ""

    def hosts(self) -> Iterator[Sign]:
        """Addresses that are written out, but for pages that people are sent to."""
        for pattern, part in ((words.URL, 2), (words.BARE, 1)):
            for match in self.matches(pattern):
                host = match[part].decode("ascii", "replace").lower()
                rest = (match[3] or b"").decode("utf-8", "replace") if part == 2 else ""
                at = match.start() + 1  # after the quote
                text = self.text_at(at)
                if words.PAGES.search(f"{host}{rest[:80]}") or text is None:
                    continue
                if words.PRINTS.search(" ".join(self._callers(text))):
                    continue
                name = self.given_name(at)
                said = self.about(at, name)
                said = said or bool(words.USAGE_HOST.search(f"{host}{rest}"))
                yield Sign("host", host, self.line(at), name[-NAME:], said)

    def constants(self) -> Iterator[Sign]:
        """Hosts that constants get by way of others: what other files of the package know."""
        look = self.look
        for name in [n for n in look.index.given if ADDRESSES.fullmatch(n)][:ADDRESS_NAMES]:
            look.flow.begin(200)
            nodes = [g.node for g in look.index.given[name][:3] if g.how in ("is", "set")]
            # what a variable may hold instead is named beside it
            named = {m[1].decode() for n in nodes for m in CONSTANT.finditer(look.words(n))}
            more = [g.node for n in sorted(named) for g in look.index.given.get(n, ())[:1]]
            held = [n for n in (*nodes, *more) if hasattr(n, "start_byte")]
            texts = [t for n in held for t in look.flow.value(n).texts]
            hosts = [m[1].lower() for m in map(URL.search, texts) if m and "." in m[1]]
            if hosts:  # of one for tests and one for all, the shorter is the one for all
                at = held[0].start_byte
                yield Sign("host", min(hosts, key=len), self.line(at), name, self.about(at, name))

    def keys(self) -> Iterator[Sign]:
        """Fixed keys of services, shortened."""
        for match in self.matches(words.KEY):
            key = next(g for g in match.groups() if g).decode("ascii", "replace")
            if re.search(r"\d", key) and self.in_code(match.start()):
                yield Sign("key", f"{key[:6]}…", self.line(match.start()))

    def switches(self) -> Iterator[Sign]:
        """Variables, settings and options that speak of turning it on or off."""
        for match in self.matches(words.SWITCH):
            group = match.lastindex or 0
            name, at = match[group].decode("ascii", "replace").strip("."), match.start(group)
            if _is_switch(name) and self.in_code(at):
                yield Sign("switch", name[:NAME], self.line(at), about=True)

    def texts(self) -> Iterator[Sign]:
        """Questions and notices, by the call that they are given to."""
        seen: set[int] = set()
        for match in self.matches(words.ABOUT_TEXT):
            node = self.text_at(match.start())
            if (
                node is None
                or node.id in seen
                or len(seen) > TEXTS
                or not 30 <= node.end_byte - node.start_byte < TEXT
            ):
                continue
            seen.add(node.id)
            text = self.look.index.source.text(node)
            title = " ".join(self._callers(node))
            line, short = self.line(node.start_byte), " ".join(text.split())[:NAME]
            if text.count(" ") < 4:
                continue
            if words.QUESTIONS.search(title) and words.ASKS.search(text):
                yield Sign("asks", short, line, about=True)
            elif words.TELLS.search(text) and not words.SILENT.search(title):
                said = bool(words.ENDS.search(text)) or self.about(node.start_byte)
                yield Sign("tells", short, line, about=said)

    def _callers(self, node: Node) -> Iterator[str]:
        """Names of the calls that a text is given to, the innermost first."""
        above = node.parent
        for _ in range(UP):
            if above is None or "function" in above.type or above.type in ("block", "program"):
                return
            if "call" in above.type:  # what is called, however it is written
                begins = self.data[above.start_byte : node.start_byte][:80]
                yield begins.decode("utf-8", "replace")
            above = above.parent

    def calls(self) -> Iterator[Sign]:
        """Calls that send, functions that are given an address, libraries that are called."""
        look, followed = self.look, 0
        most = BUNDLE_CALLS if look.bundle else ASKED
        used: dict[str, Sign] = {}
        other: list[Sign] = []
        for call in look.index.calls[:CALLS]:
            at = call.node.start_byte
            name = callee_name(call.node, look.index.source)
            if not (name in look.api.names or LIBRARY.search(name) or words.SENDS.search(name)):
                continue
            ref = look.ref(call) or ""
            role = "net" if name in FETCHES else look.api.role(ref)
            root = _library(ref, name) if role is None else ""
            if root and root not in used:
                used[root] = Sign("uses", ref[:NAME], self.line(at), "", self.about(at),
                                  look.when(call))  # fmt: skip
            sends = role == "net" or bool(words.SENDS.search(name) and not BRINGS.fullmatch(name))
            if not sends or followed >= most or look.flow.work > WORK * 0.8:
                continue
            followed += 1
            look.flow.begin()
            whole, owner = self._given(call)
            host = host_of(whole, owner)
            paths = [t for t in whole.texts if t.startswith(("/", "http")) and " " not in t]
            said = self.about(at, name, *paths)
            kind = "sends" if role == "net" else "hands on"
            if not host:
                held = CONSTANT.search(look.words(call.node))
                host = f"@{held[1].decode()}" if held else ""
                said = said or bool(words.USAGE.search(host))
            if said and (host or role == "net" or any(map(words.USAGE.search, paths))):
                yield Sign(kind, (ref or name)[:NAME], self.line(at), host, said, look.when(call))
            elif (role == "net" or POSTS.search(name)) and len(other) < 3:
                when = look.when(call)
                other.append(Sign(kind, (ref or name)[:NAME], self.line(at), host, False, when))
        yield from other
        yield from list(used.values())[:30]

    def _given(self, call: Call) -> tuple[Value, Value]:
        """All that a call is given, and what it is called on."""
        given = (v for k, v in self.look.flow.arguments(call) if k not in AUTHENTICATES)
        return union(given), self.look.owner(call)

    def collected(self) -> Iterator[Sign]:
        """Kinds of data that are named where the names around speak of usage."""
        for kind, pattern in words.COLLECTED:
            for match in self.matches(pattern):
                if self.about(match.start()) and self.in_code(match.start()):
                    yield Sign("collects", kind, self.line(match.start()), about=True)
                    break


def _library(ref: str, name: str) -> str:
    """The library that a call is of, where such a call could send; else nothing."""
    root, dot, _ = ref.partition(".")
    if not dot or not root or root in BUILT_IN or root.endswith(")") or not LIBRARY.search(name):
        return ""
    return root


def _is_switch(name: str) -> bool:
    """True for the name of a variable, setting or option by which it is turned on or off."""
    if name in ("DO_NOT_TRACK", "DNT") or name.startswith("--"):
        return True
    if words.BARE.compiled.match(f"'{name}'".encode()):  # a host
        return False
    if words.OTHERWISE.search(name if name.isupper() else name.upper()):
        return False
    return bool(words.CHOOSES.search(name) or (name.isupper() and words.BARE_SWITCH.search(name)))
