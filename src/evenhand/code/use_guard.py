"""Checks that stand before a call in its function, and checks whose failure is passed over.

Spec: CWE-347 (improper verification of a signature), CWE-390 (an error without action).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.index import Call, Function, callee_name
from evenhand.code.look import Look
from evenhand.code.syntax import field, shape_of
from evenhand.code.use import Use
from evenhand.code.use_rules import checks

if TYPE_CHECKING:
    from tree_sitter import Node

OUTWARD = 4  # functions around a call
UPWARD = 14  # nodes from a check up to its `try`
CALLS = 400
LEAVES = re.compile(
    rb"(?i)\b(return|raise|throw|exit|die|abort|continue|break|reject|next|fail\w*|deny|error"
    rb"|unauthorized|forbidden|status|sendStatus|unlink|remove|cleanup)\b|\b(false|none|null)\b"
)
# Checks whose failure must not be passed over: of signatures, digests, rights.
STRICT = re.compile(
    r"(?i)(?!(?:load|set|get)_|authenticators?$)(?!\w*(?:calc|comput|get|read|fetch|find|load|make|create|gen|by)\w*_check_?sum)"
    r"(?:\w*_?)(verif\w*|compare_digest|hash_equals|timing_?safe_?equal|check_?(sign|digest"
    r"|hash|sum|auth|perm|access|integrity)\w*|authenticat\w*|authori[sz]e\w*)"
)
# A failure that is kept under a name that says so.
ERRORS = re.compile(
    rb"(?i)\b(\w*(?:err|fail|problem|invalid)\w*)\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.(?:append|add|push|set)\()"
)
RETURNS = re.compile(rb"(?m)^\s*return\b")
MISSING = re.compile(r"except\s*\(?\s*(?:ImportError|ModuleNotFoundError)\s*\)?\s*:")
SAYS = re.compile(rb"\breturn\s+([\w.]+)")
TRIES = ("try_statement",)
DROPPED = "drops the answer of a check"
QUESTION = re.compile(
    r"compare_digest|checkpw|(?:is|has|can|may|matches)(?:_\w+)?|same_\w+|(?:is|has)[A-Z]\w*"
)
WRITTEN = re.compile(
    r"(?i)debug|info|log|warn(?:ing)?|trace|print\w*|echo|syslog|error_log|notice|verbose|note"
)
GIVEN = ("argument", "argument_list", "arguments", "parenthesized_expression", "interpolation",
         "string", "template_substitution", "template_string", "keyword_argument")  # fmt: skip
LISTS = ("argument_list", "arguments")
CALLS_OF = ("call", "call_expression", "function_call", "function_call_expression",
            "member_call_expression")  # fmt: skip
STATEMENTS = ("expression_statement", "block", "chunk")
SETS = ("assignment", "variable_declarator", "assignment_expression")
HANDLERS = ("except_clause", "except_group_clause", "catch_clause")


class Guards:
    """The checks of one file, by the function that they stand in."""

    def __init__(self, look: Look) -> None:
        self.look, self.source = look, look.index.source
        self.void: list[Use] = []
        self._checks: dict[int, list[tuple[int, str]]] = defaultdict(list)
        names = sorted(n for n in look.index.called if checks(n))
        calls = [c for n in names for c in look.index.called[n]]
        for call in calls[:CALLS]:
            self._take(call)
        self._decorators: dict[int, frozenset[str]] = {}

    def _take(self, call: Call) -> None:
        name = call.name
        around = call.node.parent
        if call.inside is None and around is not None and around.type == "assert_statement":
            return  # a library is tried out: nothing that comes in is asked
        handler = self._passed_over(call.node) if STRICT.fullmatch(name) else None
        if handler is not None:
            line = self.look.flow.line(handler)
            self.void.append(Use("passes over a failed check", name, line, 0.93))
            return
        parent = call.node.parent
        bare = parent is not None and parent.type == "expression_statement"
        # in Python a check raises, unless its name is that of a question
        unread = bare and (self.source.grammar.name != "python" or bool(QUESTION.fullmatch(name)))
        said = f"{name}, whose answer is not used" if unread else name
        if not unread and self._only_told(call):
            said = f"{name}, whose answer is only told"
            self.void.append(Use(DROPPED, said, self.look.flow.line(call.node), 0.85))
        key = id(call.inside) if call.inside is not None else 0
        self._checks[key].append((call.node.start_byte, said))

    def _only_told(self, call: Call) -> bool:
        """Whether all that is done with an answer is to write it down, or give it a dead name."""
        around, parent = call.node, call.node.parent
        while parent is not None and parent.type in GIVEN:
            around, parent = parent, parent.parent
        if parent is None:
            return False
        if around.type in LISTS and parent.type in CALLS_OF:
            told = WRITTEN.fullmatch(callee_name(parent, self.source))
            end = parent.parent
            return bool(told) and end is not None and end.type in STATEMENTS
        left = field(parent, "left") or field(parent, "name")
        if parent.type not in SETS or left is None or call.inside is None:
            return False
        name = self.source.text(left)
        if name == "_" and self._raises(call):
            return False
        body = self.source.data[call.inside.start : call.inside.end].decode("utf-8", "replace")
        return name.isidentifier() and len(re.findall(rf"\b{name}\b", body)) == 1

    def _raises(self, call: Call) -> bool:
        """True for a function of this file that fails by an error: its answer is not the point."""
        every = self.look.flow.local(shape_of(call.node, self.source).a)[:2]
        bodies = [self.source.data[f.start : f.end] for f in every]
        return any(re.search(rb"\b(?:raise|throw)\b", b) for b in bodies)

    def _passed_over(self, node: Node) -> Node | None:
        """The handler that catches what a check raises, and goes on."""
        inner, outer = node, node.parent
        for _ in range(UPWARD):
            if outer is None or "function" in outer.type or "method" in outer.type:
                return None
            if outer.type in TRIES:
                body = field(outer, "body")
                if body is None or body.start_byte != inner.start_byte:
                    return None
                if RETURNS.search(self.source.data, node.end_byte, body.end_byte):
                    return None  # who passes leaves here: what goes on is for who fails
                if self._answered(node, outer):
                    return None
                if self._stays_refused(node, outer):
                    return None
                return self._quiet(outer)
            inner, outer = outer, outer.parent
        return None

    def _answered(self, node: Node, tried: Node) -> bool:
        """`try: return verify(x)`, after which nothing says that all is well."""
        inside = self.look.index.inside(tried.start_byte)
        parent = node.parent
        if inside is None or parent is None or parent.type != "return_statement":
            return False
        rest = self.source.data[tried.end_byte : inside.end]
        return all(r in (b"False", b"false", b"None", b"null") for r in SAYS.findall(rest))

    def _stays_refused(self, node: Node, tried: Node) -> bool:
        """`ok = false; try { ok = verify(x) } catch {}`: who fails does not pass."""
        parent = node.parent
        left = None
        if parent is not None and parent.type in SETS:
            left = field(parent, "left") or field(parent, "name")
        inside = self.look.index.inside(tried.start_byte)
        if left is None or inside is None:
            return False
        name = re.escape(self.source.text(left).encode())
        before = self.source.data[inside.start : tried.start_byte]
        sets = re.findall(rb"\b" + name + rb"\s*=\s*([\w!]+)", before)
        refused = bool(sets) and sets[-1] in (b"false", b"False", b"None", b"null", b"nil", b"!1")
        return refused and name in self.source.data[tried.end_byte : inside.end]

    def _quiet(self, tried: Node) -> Node | None:
        # beside another handler, that of a missing library is not the one of the check's failure
        several = sum(p.type in HANDLERS for p in tried.named_children) > 1
        for part in tried.named_children:
            if part.type not in HANDLERS or (several and MISSING.match(self.source.text(part))):
                continue
            body = self.source.data[part.start_byte : part.end_byte][:1200]
            body = body.partition(b"\n")[2] or body.partition(b":")[2] or body
            code = re.sub(rb"'[^'\n]*'|\"[^\"\n]*\"|#.*|//.*", b"", body)
            again = any(STRICT.fullmatch(m) for m in re.findall(r"(\w+)\(", code.decode("latin-1")))
            if not again and not LEAVES.search(code) and not self._noted(part, body):
                return part
        return None

    def _noted(self, part: Node, body: bytes) -> bool:
        """True for a failure that is kept for whoever asks, not only told: `bad.append(e)`."""
        head = self.source.data[part.start_byte : part.end_byte].partition(b"\n")[0]
        if self._asked_later(part, body):
            return True
        name = re.search(rb"\bas\s+(\w+)|catch\s*\(\s*(?:[\w\\|]+\s+)?\$?(\w+)", head)
        if name is None:
            return False
        said = re.escape(name[1] or name[2])
        kept = rb"(?i:(?:append|push|add)\(|[\w)\]]\s*=(?!=))[^\n]*\b" + said + rb"\b"
        return re.search(kept, body) is not None

    def _asked_later(self, part: Node, body: bytes) -> bool:
        """True where a failure goes into a list or table of errors that is looked at afterwards."""
        filled = ERRORS.search(body)
        inside = self.look.index.inside(part.start_byte)
        if filled is None or inside is None:
            return False
        rest = self.source.data[part.end_byte : inside.end]
        name = re.escape(filled[1])
        asks = rb"\b(?:if|while|return|throw|raise)\b[^\n]{0,200}\b" + name + rb"\b"
        handed = rb"(?m)^(?![^\n(]{0,60}log)[^\n]{0,200}[(,]\s*" + name + rb"\s*[,)]"
        return bool(re.search(asks, rest) or re.search(handed, rest))

    def before(self, call: Call) -> frozenset[str]:
        """Checks that come before a call, in its function or around it; decorators too."""
        found: set[str] = set()
        here, at = call.inside, call.node.start_byte
        for _ in range(OUTWARD):
            key = id(here) if here is not None else 0
            found.update(said for start, said in self._checks.get(key, ()) if start < at)
            if here is None:
                break
            found |= self._decorated(here) | self._handed(here)
            at, here = here.start, here.inside
        return frozenset(found)

    def around(self, call: Call) -> frozenset[str]:
        """Checks of a route: other decorators of its function, and what it is given by name."""
        found = set(self._given(call.node))
        parent = call.node.parent
        if parent is not None and parent.type == "decorator" and parent.parent is not None:
            found |= self._named(parent.parent)
        return frozenset(found)

    def _handed(self, function: Function) -> frozenset[str]:
        """What a callback's call is given beside it: `app.get(path, check, callback)`."""
        return frozenset(self._given(function.call)) if function.call is not None else frozenset()

    def _given(self, call: Node) -> Iterator[str]:
        given = field(call, "arguments")
        for one in given.named_children[:8] if given is not None else ():
            if one.type in ("identifier", "member_expression", "attribute", "call_expression"):
                words = re.findall(r"\w+", self.source.text(one)[:80])
                name = words[-1] if one.type != "call_expression" and words else "".join(words[:1])
                if checks(name):
                    yield name

    def _decorated(self, function: Function) -> frozenset[str]:
        key = id(function)
        if key not in self._decorators:
            parent = function.node.parent
            around = (
                parent if parent is not None and parent.type == "decorated_definition" else None
            )
            self._decorators[key] = self._named(around) if around is not None else frozenset()
        return self._decorators[key]

    def _named(self, around: Node) -> frozenset[str]:
        found = set()
        for child in around.named_children:
            if child.type == "decorator":
                words = re.findall(r"\w+", self.source.text(child).partition("(")[0])
                if words and checks(words[-1]):
                    found.add(words[-1])
        return frozenset(found)
