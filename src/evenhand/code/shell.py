"""Shell scripts and command lines: what pipes, files and variables carry from where to where.

Spec: POSIX.1-2024 Shell Command Language; bash(1) 5.2 (`/dev/tcp`); tree-sitter-bash 0.25.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.sensitive import of_path
from evenhand.code.shell_check import checks
from evenhand.code.shell_condition import CHOICES, Choice, decided
from evenhand.code.shell_effect import Effects, Inner
from evenhand.code.shell_entrance import entrances
from evenhand.code.shell_lookup import looked_up
from evenhand.code.shell_network import connected_shell, network
from evenhand.code.shell_run import runs, runs_variable
from evenhand.code.shell_scene import Scene, line_of
from evenhand.code.shell_source import named, passes
from evenhand.code.shell_word import (
    COMMANDS,
    DEPTH,
    FETCH,
    FOLLOWED,
    OTHERS,
    RUNS,
    SEND,
    SHELLS,
    THROUGH,
    Ran,
    last_of,
    option,
    past_options,
    together,
)
from evenhand.code.syntax import Source, field, parse_part, unescape
from evenhand.code.value import NOTHING, Tag, Value, constant, union

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 100  # of functions of the script that are followed
SPLITS = 50  # commands that were taken for one
BODY_BYTES = 4_000  # of a function that is followed
CONDITIONS = frozenset(("command", "pipeline", "redirected_statement", "negated_command", "list",
                        "variable_assignment", "variable_assignments"))  # fmt: skip


def examine(source: Source, moment: str, inner: Inner) -> tuple[list[Finding], str]:
    """Findings of one script, and why it was not looked at to its end."""
    script = _Script(source, moment, inner)
    script.block(source.tree.root_node, 0)
    for choice in script.choices[:CHOICES]:
        decided(script.effects, choice, script.scene)
    cut = "the bound of work on code was reached" if script.work > COMMANDS else ""
    best: dict[tuple[str, ...], Finding] = {}
    for one in (*script.effects.found, *checks(script.scene), *entrances(script.scene)):
        about = str(one.line) if one.access == "fixed secret" else one.target
        key = (one.kind, about, one.access)
        if key not in best or best[key].strength < one.strength:
            best[key] = one
    return sorted(best.values(), key=lambda f: (-f.strength, f.line, f.kind))[:24], cut


class _Script:
    """The state of a script that is read from its first line to its last."""

    def __init__(self, source: Source, moment: str, inner: Inner) -> None:
        self.source, self.moment = source, moment
        self.names: dict[str, Value] = {}
        self.functions: dict[str, Node] = {}
        self.active: list[str] = []  # functions that are being followed
        self.calls = 0
        self.effects = Effects(source, moment, inner)
        self.scene = Scene(source, self.functions)
        self.choices: list[Choice] = []
        self.work = self.splits = 0

    def block(self, node: Node, depth: int) -> Value:
        """Run through statements; what the last of them writes out."""
        out = NOTHING
        for child in node.named_children:
            out = self.statement(child, NOTHING, depth)
        return out

    def statement(self, node: Node, given: Value, depth: int) -> Value:
        """One statement with what comes in; what it writes out."""
        self.work += 1
        if depth > DEPTH or self.work > COMMANDS:
            return NOTHING
        match node.type:
            case "command":
                word = self._swallowed(node)
                return (
                    self._command(node, given, depth)
                    if word is None
                    else self._apart(node, word, given, depth)
                )
            case "pipeline":
                return self._pipeline(node, given, depth)
            case "redirected_statement":
                return self._redirected(node, given, depth)
            case "declaration_command" if not any(
                c.type == "variable_assignment" for c in node.named_children
            ):
                return self._command(node, given, depth)
            case "variable_assignment":
                return self._assigned(node, depth)
            case "test_command":
                return self.scene.tested(node, lambda n: self.value(n, depth + 1))
            case "if_statement" | "elif_clause" | "case_statement" | "while_statement" | "list":
                return self._choice(node, given, depth)
            case "for_statement":
                variable, body = field(node, "variable"), field(node, "body")
                values = [self.value(v, depth + 1) for v in node.children_by_field_name("value")]
                if variable is not None:
                    self.names[self._text(variable)] = union(values)
                return self.statement(body, given, depth + 1) if body is not None else NOTHING
            case "function_definition" | "comment":
                body, name = field(node, "body"), field(node, "name")
                if body is None or name is None:
                    return NOTHING
                self.functions[self._text(name)] = body
                self.statement(body, NOTHING, depth + 1)
                return NOTHING
        return union(self.statement(c, given, depth + 1) for c in node.named_children)

    def _swallowed(self, node: Node) -> Node | None:
        """The first word on a later line: tree-sitter-bash 0.25 takes a command that follows
        `a | b | c` and ends in `|| d` for words of `c`.
        """
        before = node.start_byte
        for word in node.named_children:
            gap = self.source.data[before : word.start_byte]
            if b"\n" in gap and b"\\" not in gap and b"#" not in gap and before > node.start_byte:
                return word
            before = word.end_byte
        return None

    def _apart(self, node: Node, word: Node, given: Value, depth: int) -> Value:
        """Two commands that were taken for one, each as what it is."""
        whole, self.splits = self.source, self.splits + 1
        if self.splits > SPLITS:
            return self._command(node, given, depth)
        ends = (word.start_byte, word.start_point), (node.end_byte, node.end_point)
        for start, end in zip((node, word), ends, strict=True):
            self.source = parse_part(whole, start, *end)
            out = union(
                self.statement(c, given, depth + 1)
                for c in self.source.tree.root_node.named_children
            )
            given = NOTHING
        self.source = whole
        return out

    def _text(self, node: Node) -> str:
        return self.source.text(node)

    def value(self, node: Node | None, depth: int) -> Value:
        """What a word holds."""
        if node is None or depth > DEPTH:
            return NOTHING
        match node.type:
            case "word" | "number" | "string_content" | "extglob_pattern" | "regex":
                return constant(re.sub(r"\\(.)", r"\1", self._text(node), flags=re.S))
            case "raw_string":
                return constant(self._text(node)[1:-1])
            case "ansi_c_string":
                return constant(unescape(self._text(node)[2:-1]))
            case "simple_expansion" | "expansion":
                return self._named(node)
            case "command_substitution" if len(node.named_children) == 1:
                out = self.statement(node.named_children[0], NOTHING, depth + 1)
                known = out.const.rstrip("\n") if isinstance(out.const, str) else None
                return out._replace(const=known)
            case "command_substitution" | "process_substitution":
                return union(self.statement(c, NOTHING, depth + 1) for c in node.named_children)
            case "test_command":
                return self.scene.tested(node, lambda n: self.value(n, depth + 1))
            case "string" | "concatenation" | "command_name":
                values = [self.value(c, depth + 1) for c in node.named_children]
                return together(values)
        return union(self.value(c, depth + 1) for c in node.named_children)

    def _named(self, node: Node) -> Value:
        parts = (p for c in node.named_children for p in (c, *c.named_children[:1]))
        inside = next((p for p in parts if "variable_name" in p.type), None)
        name = self._text(inside if inside is not None else node).strip("${}")
        if name in self.names and node.type == "simple_expansion":
            return self.names[name]
        if name in self.names:
            whole = self._text(node) == f"${{{name}}}"
            return self.names[name] if whole else self.names[name]._replace(const=None)
        return named(name, line_of(node), self.source.data)

    def _assigned(self, node: Node, depth: int) -> Value:
        name = field(node, "name")
        if name is not None:
            given, title = field(node, "value"), self._text(name)
            value = self.value(given, depth + 1)
            if any(c.type == "+=" for c in node.children):
                before = self.names.get(title, NOTHING)
                listed = given is not None and given.type == "array"
                value = union((before, value)) if listed else together([before, value])
            self.names[title] = value
            self.scene.assigned(title, self._raw(given) if given is not None else "", value, node)
            self.effects.set(title, value, line_of(node))
        return NOTHING

    def _ran(self, node: Node, depth: int) -> Ran:
        name = field(node, "name")
        nodes = node.children_by_field_name("argument")
        if node.type == "declaration_command":
            nodes, name = node.named_children, node.children[0]
        pairs = [(self.value(a, depth + 1), self._raw(a)) for a in nodes]
        called = self._raw(name) if name is not None else ""
        said = self.value(name, depth + 1) if name is not None else NOTHING
        if node.type == "declaration_command":
            said = constant(called)
        title = said.const if isinstance(said.const, str) else ""
        if said.const is None:
            pairs = [(said, called), *pairs]
        while title.rpartition("/")[2] in THROUGH and pairs:
            if title == "command" and pairs[0][0].const in ("-v", "-V"):
                break  # only says where a program lies
            skip = past_options(pairs)
            if skip == len(pairs):
                break
            first, called = pairs[skip]
            title, pairs = (first.const if isinstance(first.const, str) else ""), pairs[skip + 1 :]
            if not title:
                pairs = [(first, called), *pairs]
        if title == "openssl" and pairs and pairs[0][0].const == "s_client":
            title = "s_client"
        words, raws = [v for v, _ in pairs], tuple(r for _, r in pairs)
        return Ran(title, words, line_of(node), node, raws, called)

    def _raw(self, node: Node) -> str:
        return self._text(node)[:300].replace('"', "").replace("'", "")

    def _command(self, node: Node, given: Value, depth: int) -> Value:
        ran = self._ran(node, depth)
        name = ran.name.rpartition("/")[2]
        for child in node.named_children:
            if child.type in ("variable_assignment", "herestring_redirect"):
                given = union((given, self.value(child.named_children[-1], depth + 1)))
        everything = union((given, *ran.words))
        self.scene.did(ran, name, given)
        looked_up(self.effects, ran, name, everything)
        if name in FETCH or name in SEND:
            return network(self.effects, ran, name, given, everything)
        if name in SHELLS or OTHERS.fullmatch(name) or name in RUNS:
            out = runs(self.effects, ran, name, given)
            return self.scene.filtered(name, given) or out
        if name in self.functions:
            return self._followed(name, ran, given, depth)
        if name == "read":
            return self._read(ran, given)
        if name == "exec":
            return NOTHING
        self.effects.command(ran, name, given)
        if not name:
            runs_variable(self.effects, ran)
        return self.scene.told(ran, name, passes(self.effects, ran, name, given, everything))

    def _followed(self, name: str, ran: Ran, given: Value, depth: int) -> Value:
        """A function of the script, with what it is given."""
        body = self.functions[name]
        self.calls += 1
        text = self.source.data[body.start_byte : min(body.end_byte, body.start_byte + BODY_BYTES)]
        small = body.end_byte - body.start_byte <= BODY_BYTES and FOLLOWED.search(text)
        if name in self.active or len(self.active) > 3 or self.calls > CALLS or not small:
            return union((given, *ran.words))
        before = {n: self.names.get(n) for n in "123456@*"}
        for number, word in enumerate(ran.words[:6], 1):
            self.names[str(number)] = word
        self.names["@"] = self.names["*"] = (
            ran.words[0] if len(ran.words) == 1 else union(ran.words)
        )
        self.active.append(name)
        self.effects.inside = True
        out = self.statement(body, given, depth + 1)
        self.active.pop()
        self.effects.inside = bool(self.active)
        for key, value in before.items():
            if value is None:
                self.names.pop(key, None)
            else:
                self.names[key] = value
        return out

    def _read(self, ran: Ran, given: Value) -> Value:
        """What comes in goes into the names of `read`; at a prompt it is what somebody types."""
        came = given._replace(const=None, texts=())
        if given is NOTHING:
            kind = "asked" if self.effects.answers_requests else "typed"
            what = "a request" if kind == "asked" else "what is typed"
            came = Value(tags=(Tag(kind, what, ((ran.line, f"reads {what}"),)),))
        for raw in [r for w, r in zip(ran.words, ran.raws, strict=True) if not option(w)]:
            if re.fullmatch(r"[A-Za-z_]\w*", raw):
                self.names[raw] = came
        return NOTHING

    def _pipeline(self, node: Node, given: Value, depth: int) -> Value:
        connected_shell(self.effects, self._text(node), line_of(node))
        self.scene.pipelines.append(node)
        for child in node.named_children:
            given = self.statement(child, given, depth + 1)
        return given

    def _redirected(self, node: Node, given: Value, depth: int) -> Value:
        """A statement whose input or output is a file, or a connection by the name of one."""
        body = field(node, "body")
        parts = [c for c in node.named_children if c is not body and c.id != getattr(body, "id", 0)]
        text = NOTHING
        for part in parts:
            for inside in (part, *part.named_children):
                if inside.type == "heredoc_body":
                    held = [self.value(c, depth + 1) for c in inside.named_children]
                    known = self._text(inside)[:100_000]
                    text = union((constant(known), *held))._replace(const=known)
        given = union((given, text, *(self._from_file(p, depth) for p in parts)))
        connected_shell(self.effects, self._text(node), line_of(node))
        out = (
            self.statement(body, given._replace(const=text.const), depth + 1)
            if body is not None
            else NOTHING
        )
        for part in parts:
            for redirect in (part, *part.named_children):
                if redirect.type == "file_redirect":
                    self._to_file(redirect, out if out is not NOTHING else text, body, depth)
        return out

    def _from_file(self, node: Node, depth: int) -> Value:
        sign = self._text(node)
        if node.type != "file_redirect" or "<" not in sign:
            return NOTHING
        place, line = self.value(field(node, "destination"), depth + 1), line_of(node)
        number = re.search(r"<&\s*\$?\{?(\w+)", sign)
        tags = [
            Tag(kind, what, ((line, f"reads {what}"),))
            for kind, what in filter(None, map(of_path, place.texts))
        ]
        if number and number[1] in self.effects.streams:
            tags.append(self.effects.streams[number[1]])
        tags += [
            self.effects.files[n] for n in map(last_of, place.texts) if n in self.effects.files
        ]
        return Value(tags=(*tags, *place.tags))

    def _to_file(self, node: Node, out: Value, body: Node | None, depth: int) -> None:
        destination = field(node, "destination")
        place = self.value(destination, depth + 1)
        said = place.const if isinstance(place.const, str) else (place.texts or ("",))[0]
        line, sign = line_of(node), self._text(node)
        text = self._text(body) if body is not None else ""
        connection = re.match(r"/dev/(?:tcp|udp)/([^/]+)/", said)
        if connection:
            self.effects.connected(connection[1], sign, text, out, Ran("", [], line, node))
        elif ">" in sign and "&" not in sign.rstrip("0123456789- ")[-2:]:
            raw = self._raw(destination) if destination is not None else ""
            tag_or_none = out.having("net", "decoded")
            dumped = out.having("database")
            if dumped is not None and not said.startswith("/dev/"):
                self.effects.files[last_of(said if place.const else raw)] = dumped
            if tag_or_none is not None and tag_or_none.kind == "net":
                self.effects.flashed(said, line, tag_or_none)
            if tag_or_none is not None:
                self.effects.files[last_of(said if place.const else raw)] = tag_or_none
            if text.strip() not in ("", ":", "true") or out.texts:
                self.effects.persists(said, line, tag_or_none, text, out)
            self.effects.emptied(said, sign, text, line)
            self.effects.written(said, out, line)

    def _choice(self, node: Node, given: Value, depth: int) -> Value:
        """A condition and what depends on it: language, zone, date decide nothing in silence."""
        conditions = [
            *node.children_by_field_name("condition"),
            *node.children_by_field_name("value"),
        ]
        if node.type in ("list", "elif_clause") and node.named_children:
            conditions = node.named_children[:1]
        values = [
            self.statement(c, given, depth + 1)
            if c.type in CONDITIONS
            else self.value(c, depth + 1)
            for c in conditions
        ]
        held, done = union(values), {c.id for c in conditions}
        if node.type == "case_statement":
            self.scene.cases(node, held, lambda n: self.value(n, depth + 1))
        if held.tags:
            texts = " ".join(map(self._text, conditions)), self._text(node)
            self.choices.append(Choice(node, *texts, held, line_of(node), conditions))
        rest = (c for c in node.named_children if c.id not in done)
        ran = values if node.type == "list" else []  # `a || b` writes what either writes
        return union((*ran, *(self.statement(c, given, depth + 1) for c in rest)))
