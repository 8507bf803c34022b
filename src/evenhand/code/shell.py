"""Shell scripts and command lines: what pipes, files and variables carry from where to where.

Spec: POSIX.1-2024 Shell Command Language; bash(1) 5.2 (`/dev/tcp`); tree-sitter-bash 0.25.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from evenhand.code import fold
from evenhand.code.finding import Finding
from evenhand.code.sensitive import LOCALE_VARIABLE, host_in, of_path
from evenhand.code.shell_effect import Effects
from evenhand.code.shell_word import (
    ABOUT,
    COMMANDS,
    DECODE,
    DECODERS,
    DEPTH,
    FETCH,
    LANGUAGES,
    OTHERS,
    SEND,
    SHELLS,
    THROUGH,
    WHOLE_ENVIRONMENT,
    Ran,
    option,
    together,
)
from evenhand.code.syntax import Source, field, unescape
from evenhand.code.value import NOTHING, Tag, Value, constant, union

if TYPE_CHECKING:
    from tree_sitter import Node

Inner = Callable[[str, str], list[Finding]]


def examine(source: Source, moment: str, inner: Inner) -> tuple[list[Finding], str]:
    """Findings of one script, and why it was not looked at to its end."""
    script = _Script(source, moment, inner)
    script.block(source.tree.root_node, 0)
    cut = "the bound of work on code was reached" if script.work > COMMANDS else ""
    best: dict[tuple[str, ...], Finding] = {}
    for one in script.effects.found:
        key = (one.kind, one.target, one.access)
        if key not in best or best[key].strength < one.strength:
            best[key] = one
    return sorted(best.values(), key=lambda f: (-f.strength, f.line, f.kind))[:24], cut


class _Script:
    """The state of a script that is read from its first line to its last."""

    def __init__(self, source: Source, moment: str, inner: Inner) -> None:
        self.source, self.moment, self.inner = source, moment, inner
        self.names: dict[str, Value] = {}
        self.effects = Effects(source, moment)
        self.work = 0

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
                return self._command(node, given, depth)
            case "pipeline":
                for child in node.named_children:
                    given = self.statement(child, given, depth + 1)
                return given
            case "redirected_statement":
                return self._redirected(node, given, depth)
            case "variable_assignment":
                name = field(node, "name")
                if name is not None:
                    self.names[self._text(name)] = self.value(field(node, "value"), depth + 1)
                return NOTHING
            case "if_statement" | "elif_clause" | "case_statement" | "while_statement":
                return self._choice(node, given, depth)
            case "function_definition" | "comment":
                body = field(node, "body")
                return self.statement(body, NOTHING, depth + 1) if body is not None else NOTHING
        return union(self.statement(c, given, depth + 1) for c in node.named_children)

    def _text(self, node: Node) -> str:
        return self.source.text(node)

    def _line(self, node: Node) -> int:
        return int(node.start_point[0]) + 1

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
            case "string" | "concatenation" | "command_name":
                values = [self.value(c, depth + 1) for c in node.named_children]
                return together(values)
        return union(self.value(c, depth + 1) for c in node.named_children)

    def _named(self, node: Node) -> Value:
        inside = next((c for c in node.named_children if "variable_name" in c.type), None)
        name = self._text(inside if inside is not None else node).strip("${}")
        line = self._line(node)
        if name in self.names and node.type == "simple_expansion":
            return self.names[name]
        if name in self.names:
            return self.names[name]._replace(const=None)
        if LOCALE_VARIABLE.fullmatch(name):
            return Value(tags=(Tag("locale", f"variable {name}", ((line, f"reads {name}"),)),))
        if name == "HOME":
            return Value("~", None, (), ("~",))
        if name in ("@", "*", "1", "2"):
            return Value(tags=(Tag("argv", "its arguments", ((line, "reads its arguments"),)),))
        return NOTHING

    def _ran(self, node: Node, depth: int) -> Ran:
        name = field(node, "name")
        words = [self.value(a, depth + 1) for a in node.children_by_field_name("argument")]
        said = self.value(name, depth + 1) if name is not None else NOTHING
        title = said.const if isinstance(said.const, str) else ""
        if said.const is None:
            words = [said, *words]
        while title.rpartition("/")[2] in THROUGH and words:
            skip = next((i for i, w in enumerate(words) if not option(w)), len(words))
            if skip == len(words):
                break
            first = words[skip].const
            title, words = (first if isinstance(first, str) else ""), words[skip + 1 :]
        return Ran(title, words, self._line(node), node)

    def _command(self, node: Node, given: Value, depth: int) -> Value:
        ran = self._ran(node, depth)
        name = ran.name.rpartition("/")[2]
        for child in node.named_children:
            if child.type in ("variable_assignment", "herestring_redirect"):
                given = union((given, self.value(child.named_children[-1], depth + 1)))
        everything = union((given, *ran.words))
        if name in FETCH or name in SEND:
            return self._network(ran, name, given, everything)
        if name in SHELLS or OTHERS.fullmatch(name) or name in ("eval", "source", "."):
            return self._runs(ran, name, given)
        self.effects.installs(ran, name)
        self.effects.stays(ran, name, given)
        self.effects.system(name, ran, given)
        kept = self.effects.kept(ran.name)
        if kept is not None:
            self.effects.add(
                "downloads and runs", kept.what or "the network", 0.7, ran.line, kept, "runs it"
            )
        return self._passes(ran, name, given, everything)

    def _passes(self, ran: Ran, name: str, given: Value, everything: Value) -> Value:
        """What a command that neither sends nor runs writes out."""
        text = ran.text()
        if name in DECODERS and (DECODE.search(text) or name in ("gunzip", "zcat", "uudecode")):
            codec = "hex" if name == "xxd" else name if name.startswith("base") else "cipher"
            const = fold.decode(codec, given.const) if given.const is not None else None
            tags = tuple(t.then(ran.line, f"decodes it ({codec})") for t in everything.tags)
            tag = Tag("decoded", codec, ((ran.line, f"decodes it ({codec})"),))
            return Value(fold.as_text(const), None, (*tags, tag), given.texts)
        if name in ("echo", "printf"):
            words = [w for w in ran.words if not option(w)]
            const = " ".join(w.const for w in words if isinstance(w.const, str)) if words else ""
            whole = all(isinstance(w.const, str) for w in words)
            return union(words)._replace(const=unescape(const) if whole else None)
        if name == "rev":
            const = fold.decode("reverse", given.const) if given.const is not None else None
            return given._replace(const=const)
        if name in WHOLE_ENVIRONMENT and not ran.words:
            what = "all environment variables"
            return Value(tags=(Tag("environment", what, ((ran.line, f"reads {what}"),)),))
        if name in ABOUT:
            return Value(tags=(Tag("host", name, ((ran.line, f"asks {name}"),)),))
        opened = [
            Tag(kind, what, ((ran.line, f"reads {what}"),))
            for kind, what in filter(None, map(of_path, everything.texts))
        ]
        for place in everything.texts:
            kept = self.effects.kept(place)
            if kept is not None and name in ("cat", "cp", "mv", "install", "tar", "unzip", "chmod"):
                opened.append(kept)
                if name in ("cp", "mv", "install") and ran.words:
                    self.effects.keep(ran.words[-1], kept)
        if name in ("tar", "zip", "gzip", "cp", "7z") and opened:
            for word in ran.words:
                self.effects.keep_personal(word, opened)
        return everything._replace(const=None, tags=(*everything.tags, *opened))

    def _network(self, ran: Ran, name: str, given: Value, everything: Value) -> Value:
        """A command that fetches or sends: both, as the case may be."""
        self.effects.changes.fetches.append(ran.text())
        host = next((h for h in map(host_in, everything.texts) if h), "")
        if not host and name in SEND:
            host = next((t for t in everything.texts if re.fullmatch(r"[\w.-]+\.\w+", t)), "")
        uploads = [t[1:] for t in everything.texts if t.startswith("@")]
        texts = [*everything.texts, *(u for t in everything.texts for u in re.split(r"[@=]", t))]
        opened = {
            k: Tag(*k, ((ran.line, f"reads {k[1]}"),)) for k in filter(None, map(of_path, texts))
        }
        sends = name in SEND or re.search(
            r"(?:^| )(-d|--data\S*|-F|--form|-T|--upload-file|--post-(data|file)\S*|-X ?P\w+)",
            ran.text(),
        )
        kept = [
            self.effects.files[p]
            for p in (u.rpartition("/")[2] for u in texts + uploads)
            if p in self.effects.files
        ]
        every = (*everything.tags, *(opened.values() if sends else ()), *kept)
        self.effects.sent(every, ran, host, bool(sends))
        if name in ("nc", "ncat", "netcat", "socat") and re.search(
            r"(?i)(?:^| )(-e|-c|--exec|exec:\S*)\b.*?(sh|bash|cmd)?", ran.text()
        ):
            tag = Tag("socket", host, ((ran.line, f"connects to {host}"),))
            self.effects.add(
                "runs commands",
                host,
                0.9,
                ran.line,
                tag,
                "gives the connection a shell",
                "remote control",
            )
        kind = "socket" if name in SEND else "net"
        waits = re.search(r"(?i)(?:^| )-\w*l\w*(?: |$)|-listen:", ran.text()) and kind == "socket"
        does = "waits for a connection" if waits else f"fetches from {host or 'the network'}"
        tag = Tag(kind, host, ((ran.line, does),))
        out = re.search(r"(?:^| )(?:-o|-O|--output|--output-document)[ =]?(\S+)", ran.text())
        if out and not out[1].startswith("http") and out[1] != "-":
            self.effects.files[out[1].rpartition("/")[2]] = tag
        elif name == "wget" or re.search(r"(?:^| )-\w*O\b", ran.text()):
            for text in everything.texts:
                last = text.rpartition("/")[2]
                if "://" in text and last:
                    self.effects.files[last] = tag
        return Value(tags=(tag,), texts=(host,) if host else ())

    def _runs(self, ran: Ran, name: str, given: Value) -> Value:
        """A shell or interpreter: what it is given as text, as a file, or by a pipe."""
        words = [w for w in ran.words if not option(w)]
        inline = any(
            isinstance(w.const, str) and re.fullmatch(r"-\w*[ce]", w.const) for w in ran.words
        )
        told = union(words) if inline or name == "eval" else union((given, *words))
        text = next((w.const for w in words if isinstance(w.const, str)), None) if inline else None
        if name == "eval" and len(words) and all(isinstance(w.const, str) for w in words):
            text = " ".join(str(w.const) for w in words)
        if not inline and name in SHELLS and isinstance(given.const, str):
            text = given.const
        end = "runs it"
        for tag in told.tags:
            if tag.kind == "socket" and name in SHELLS:
                end = "gives the connection a shell"
                self.effects.add(
                    "runs commands", tag.what, 0.85, ran.line, tag, end, "remote control"
                )
            elif tag.kind in ("net", "socket"):
                strength = 0.75 if name in ("eval", *SHELLS) or not words else 0.6
                self.effects.add(
                    "downloads and runs", tag.what or "the network", strength, ran.line, tag, end
                )
            elif tag.kind == "decoded":
                self.effects.add("decodes and runs", tag.what, 0.75, ran.line, tag, end)
        for place in (t for w in words for t in w.texts[:2]):
            kept = self.effects.kept(place)
            if kept is not None and not inline:
                self.effects.add(
                    "downloads and runs",
                    kept.what or "the network",
                    0.65,
                    ran.line,
                    kept,
                    "runs the file",
                )
        if text:
            plain = re.sub(r"[\d.]+$", "", name)
            language = "shell" if name in ("eval", *SHELLS) else LANGUAGES.get(plain, "")
            for one in self.inner(text, language) if language else ():
                steps = ((ran.line, f"runs {text[:60]!r}"), *one.steps)
                self.effects.found.append(
                    one._replace(line=ran.line, moment=self.moment, steps=steps)
                )
        return NOTHING

    def _redirected(self, node: Node, given: Value, depth: int) -> Value:
        """A statement whose input or output is a file, or a connection by the name of one."""
        body = field(node, "body")
        parts = [c for c in node.named_children if c is not body and c.id != getattr(body, "id", 0)]
        text = NOTHING
        for part in parts:
            for inside in (part, *part.named_children):
                if inside.type == "heredoc_body":
                    text = constant(self._text(inside)[:100_000])
        given = union((given, *(self._from_file(p, depth) for p in parts)))
        out = (
            self.statement(body, union((given, text))._replace(const=text.const), depth + 1)
            if body is not None
            else NOTHING
        )
        for part in parts:
            for redirect in (part, *part.named_children):
                if redirect.type == "file_redirect":
                    self._to_file(redirect, out if out is not NOTHING else text, body, depth)
        return out

    def _from_file(self, node: Node, depth: int) -> Value:
        if node.type != "file_redirect" or "<" not in self._text(node):
            return NOTHING
        place, line = self.value(field(node, "destination"), depth + 1), self._line(node)
        tags = [
            Tag(kind, what, ((line, f"reads {what}"),))
            for kind, what in filter(None, map(of_path, place.texts))
        ]
        tags += [
            self.effects.files[n]
            for n in (t.rpartition("/")[2] for t in place.texts)
            if n in self.effects.files
        ]
        return Value(tags=tuple(tags))

    def _to_file(self, node: Node, out: Value, body: Node | None, depth: int) -> None:
        place = self.value(field(node, "destination"), depth + 1)
        said = place.const if isinstance(place.const, str) else (place.texts or ("",))[0]
        line, sign = self._line(node), self._text(node)
        connection = re.match(r"/dev/(?:tcp|udp)/([^/]+)/", said)
        if connection:
            host = connection[1]
            tag = Tag("socket", host, ((line, f"connects to {host}"),))
            self.effects.sent(out.tags, Ran("", [], line, node), host, True)
            shell = body is not None and re.match(
                r"\s*(?:exec\s+)?(?:/\S*/)?(?:ba|z|da|k)?sh\b", self._text(body)
            )
            if shell:
                self.effects.add(
                    "runs commands",
                    host,
                    0.95,
                    line,
                    tag,
                    "gives the connection a shell",
                    "remote control",
                )
            return
        if ">" not in sign:
            return
        tag_or_none = out.having("net", "decoded")
        if tag_or_none is not None:
            self.effects.files[said.rpartition("/")[2]] = tag_or_none
        text = self._text(body) if body is not None else ""
        self.effects.persists(said, line, tag_or_none, text)
        self.effects.written(said, out, line)

    def _choice(self, node: Node, given: Value, depth: int) -> Value:
        """A condition and what depends on it: language and time zone decide nothing in silence."""
        conditions = [
            *node.children_by_field_name("condition"),
            *node.children_by_field_name("value"),
        ]
        values = [self.value(c, depth + 1) for c in conditions]
        tag = union(values).having("locale")
        body = self._text(node)
        out = union(self.statement(c, given, depth + 1) for c in node.named_children)
        acts = re.search(r"(?:^|[\s;])(rm|shred|dd|exit|curl|wget|kill|sh|bash|mkfs\S*)\b", body)
        if tag is not None and acts:
            texts = [t for v in values for t in v.texts if "=" not in t][:6]
            target = f"{tag.what}: {', '.join(texts)}"[:160]
            strength = 0.7 if acts[1] in ("rm", "shred", "dd") else 0.5
            end = f"turns on it: {acts[1]}"
            self.effects.add("acts by locale", target, strength, self._line(node), tag, end)
        return out
