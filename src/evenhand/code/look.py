"""What is asked about one file: its index and data flow, when its parts run, what was written.

Spec: none.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evenhand.code.api import Api
from evenhand.code.finding import Finding
from evenhand.code.flow import Flow
from evenhand.code.index import SPOKEN, Call, Function, Index
from evenhand.code.kept import Held, Kept
from evenhand.code.screen import Seen, pattern
from evenhand.code.sieve import Hope
from evenhand.code.syntax import callee_of, shape_of
from evenhand.code.value import NOTHING, Value

if TYPE_CHECKING:
    from tree_sitter import Node

DIGEST = pattern(
    rb"(?i)sha(256|512|1|384)|hashlib|createHash|integrity|checksum|gpg|minisign|cosign"
)
REFUSED = pattern(
    rb"(?is)(?:createHash|hashlib|sha256|sha512)\b.{0,600}?"
    rb"(?:(?:digest|hash|sum|sha|actual)\w{0,20}(?:\(\))? ?!==? ?\w"
    rb"|!==? ?(?:expected|digest|hash|sum))"
    rb".{0,80}?(?:throw|raise|reject|exit)"
)

Steps = tuple[tuple[int, str], ...]


HANDING = 4_000  # calls looked at for functions that are handed on
MINIFIED_BYTES = 20_000
BUNDLE_BYTES = 400_000
NEAR_LINES, FAR_LINES = 300, 3_000  # of one module in a bundle; surely of several
TITLE = re.compile(rb"([\w$]+)\s*[=:]\s*(?:async\s*|\w+\()?$")
USAGE = pattern(rb"(?i)telemetry|analytics|usage[_ ]?stat")


def _apart(steps: Steps) -> int:
    lines = [line for line, _ in steps]
    return max(lines) - min(lines)


class Look:
    """One file that is looked at."""

    def __init__(
        self,
        index: Index,
        seen: Seen,
        api: Api,
        moment: str,
        hope: Hope,
        inner: Callable[[str, str], list[Finding]],
        path: str = "",
    ) -> None:
        self.path, self.seen = path, seen
        self.index, self.api, self.moment, self.hope = index, api, moment, hope
        self.flow = Flow(index, api, path if hope.links else "")
        self.inner = inner  # what a text in another language or layer does
        self._ends: list[int] = []
        self._moments: dict[int, str] = {}
        data = index.source.data
        self.minified = len(data) > MINIFIED_BYTES and data.count(b"\n") < len(data) // 300
        self.bundle = self.minified or len(data) > BUNDLE_BYTES
        self.kept = Kept(index, not self.bundle)  # files that hold what was brought here

    @functools.cached_property
    def says_usage(self) -> bool:
        """True where the file speaks of telling how it is used."""
        return self.seen.has(USAGE)

    @functools.cached_property
    def handed(self) -> dict[str, list[Any]]:
        """What calls are given behind the name of a function of this file: it may be handed it."""
        names = {f.name for f in self.index.ordered if f.name}
        found: dict[str, list[Any]] = {}
        for call in self.index.calls[:HANDING] if names else ():
            nodes = [n for _, n in shape_of(call.node, self.index.source).b]
            for at, node in enumerate(nodes[:-1]):
                if node is not None and node.end_byte - node.start_byte < 60:
                    name = self.index.source.text(node)
                    if name in names:
                        found.setdefault(name, nodes[at + 1 : at + 7])
        return found

    def made(
        self, call: Call, kind: str, target: str, strength: float, steps: Steps, **more: Any
    ) -> Finding:
        """A finding at a call, as strong as when it runs makes it."""
        when = self.when(call)
        by = more.pop("by", 0.15)
        strength -= self._mixed(steps, more.pop("known", False))
        sure = self.by_moment(strength, when, by)
        return Finding(kind, target, sure, self.flow.line(call.node), steps, when, **more)

    def _mixed(self, steps: Steps, known: bool) -> float:
        """How much weaker, where names of much code in one file may be taken for each other."""
        if known or not self.bundle:
            return 0.0
        if self.far(steps):
            return 0.45
        return 0.3 if self.minified or _apart(steps) > NEAR_LINES else 0.0

    def far(self, steps: Steps) -> bool:
        """True for steps through several modules of a bundle, whose names are not the same."""
        return self.bundle and _apart(steps) > FAR_LINES

    def layers(self, const: str | bytes | None, line: int, moment: str) -> list[Finding]:
        text = const.decode("utf-8", "replace") if isinstance(const, bytes) else const
        if not text or len(text) < 8:
            return []
        return [
            f._replace(line=line, moment=moment, steps=((line, "in what it decodes"), *f.steps))
            for f in self.inner(text, self.index.source.grammar.name)
        ]

    def checked(self) -> str:
        return "a digest is reckoned in this file" if self.seen.has(DIGEST) else ""

    def refused(self) -> bool:
        """True where the file ends with an error if a digest is not the expected one."""
        return self.seen.has(REFUSED)

    def ref(self, call: Call) -> str:
        return self.flow.ref(callee_of(call.node, self.index.source)) or ""

    def hidden(self, call: Call) -> bool:
        """True where the name of what is called stands nowhere in the source as such."""
        if call.node.type in SPOKEN:  # a word of the language, whatever it is called here
            return False
        ref = self.ref(call).rstrip("()").rpartition(".")[2].encode()
        spoken = call.node.type in SPOKEN
        return bool(ref) and not spoken and ref not in self.index.source.data

    def by_moment(self, strength: float, moment: str, by: float = 0.15) -> float:
        change = by if moment in ("at install", "at import", "at start") else -by / 2
        return round(max(0.05, min(0.99, strength + change)), 3)

    def when(self, call: Call) -> str:
        return self._moment(call.inside, call.node.start_byte, 0)

    def _moment(self, function: Function | None, at: int, depth: int) -> str:
        """When code runs: as the file is loaded, or only when something calls it."""
        entered = function is not None and self.api.entry == function.name
        if function is None or entered:
            guarded = any(
                c.start <= at < c.end and b"__main__" in self.words(c.condition)
                for c in self.index.choices
                if c.inside is None
            )
            return "when called" if guarded else self.moment
        key = function.node.id
        if key in self._moments or depth > 6:
            return self._moments.get(key, "when called")
        self._moments[key] = "when called"
        found = "when called"
        if (
            function.owner
            and self.moment == "at install"
            and function.name in ("run", "__init__", "finalize_options")
        ):
            found = "at install"
        elif function.call is not None and not self.api.handles(self.callee_ref(function.call)):
            found = self._moment(function.inside, function.start, depth + 1)
        elif function.name:
            for call in self.index.called.get(function.name, ())[:6]:
                when = self._moment(call.inside, call.node.start_byte, depth + 1)
                if when != "when called":
                    found = when
                    break
        self._moments[key] = found
        return found

    def callee_ref(self, call: Node) -> str | None:
        return self.flow.ref(callee_of(call, self.index.source))

    def owner(self, call: Call) -> Value:
        """What a method is called on; nothing where a plain function is called."""
        callee = callee_of(call.node, self.index.source)
        inner = shape_of(callee, self.index.source) if callee is not None else None
        return self.flow.value(inner.a) if inner is not None and inner.kind == "member" else NOTHING

    def title(self, function: Function) -> str:
        """The name of a function, or the one that it is given to: what stands before it."""
        before = self.index.source.data[max(0, function.start - 60) : function.start]
        match = None if function.name else TITLE.search(before)
        return match[1].decode() if match else function.name

    def words(self, node: Node) -> bytes:
        return self.index.source.data[node.start_byte : node.end_byte][:2000]

    def from_kept(self, call: Call, value: Value) -> Held | None:
        """What a file that a call is given holds, where it was brought here."""
        if not self.kept:
            return None
        nodes = [n for _, n in shape_of(call.node, self.index.source).b]
        return self.kept.at(nodes, value, call.inside)

    def is_code(self, low: int, high: int) -> bool:
        """False for what stands whole in a comment, or in a text that is no code here."""
        node = self.index.source.tree.root_node.descendant_for_byte_range(low, high - 1)
        return node is None or not ("comment" in node.type or "string" in node.type)

    def line_at(self, at: int) -> int:
        """The line of a byte, from 1."""
        if not self._ends:
            self._ends = [m.start() for m in re.finditer(b"\n", self.index.source.data)] or [0]
        return bisect.bisect_left(self._ends, at) + 1

    def fetched_file(self, held: Held, call: Call, words: str, strength: float) -> Finding:
        """A file that was fetched or decoded, and is run."""
        tag, line, moment = held.tag, self.flow.line(call.node), self.when(call)
        note = self.checked()
        strength -= self._mixed((*tag.steps, (line, words)), False)
        return Finding(
            "decodes and runs" if tag.kind == "decoded" else "downloads and runs",
            tag.what or "the network",
            self.by_moment(
                strength - (0.2 if note else 0) - (0.2 if self.refused() else 0), moment
            ),
            line,
            (*tag.steps, (held.line, "writes it to a file"), (line, words)),
            moment,
            note,
        )
