"""What the functions of a language's libraries do, by the dotted name that code reaches them by.

Spec: the documentation of each library named in `api_<language>.py`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from evenhand.code import fold
from evenhand.code.sensitive import (
    KEY_WORDS,
    LOCALE_VARIABLE,
    TELLS_KEYS,
    TELLS_WHO,
    host_in,
    of_path,
    secret_name,
)
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import NOTHING, Tag, Value, constant, union, without

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.syntax import Source

# Kinds of source that a person would mind to see leave, and how strongly.
PERSONAL = {
    "credentials": 0.9, "wallet": 0.9, "browser": 0.9, "messenger": 0.85, "accounts": 0.8,
    "environment": 0.8, "keys pressed": 0.9, "screen": 0.7, "clipboard": 0.7, "history": 0.7,
    "key words": 0.65, "variable": 0.3,
}  # fmt: skip
HOST = ("host",)  # the machine's name, user, addresses: what telemetry sends
PLACE = re.compile(r"(?i)^(country(_?(code|name|iso))?|cc|time_?zone|geo|continent|language)$")
READS = re.compile(r"(?i)(read|get|load|decode|text|json|content|body|data|items|values)")
FETCHES = re.compile(r"(?:.*/)?(?:curl|wget|aria2c)(?:\.exe)?(?!\S)")  # programs that bring a file
REFS = 1 << 14  # dotted names whose meaning is remembered
METADATA, INSTANCE = "169.254.169.254", "keys of a cloud instance"
GIVES_KEYS = re.compile(r"169\.254\.169\.254.*(credentials|user-?data|token|identity)")
ADDRESS = re.compile(r"(?i)ur[li]$|host$|endpoint$")  # methods that say they give an address
READ_METHODS = frozenset(("read_text", "read_bytes", "open", "getvalue"))


class Values(Protocol):
    """What a function of a library may ask about what it is given."""

    source: Source

    def value(self, node: Node | Shape | str | None) -> Value:
        """What an expression may hold."""

    def picked(self, value: Value, key: Any) -> Value:
        """One part of a value."""

    def decoded(self, name: str, value: Value, line: int) -> Value:
        """A value through a decoder."""

    def held(self, shape: Shape, value: Value, at: int) -> tuple[Tag, ...]:
        """What is personal in the file that a call reads."""

    def elsewhere(self, ref: str) -> bool:
        """True for a name of another file of the same package."""

    @property
    def walking(self) -> bool:
        """True inside a comprehension."""


@dataclass(frozen=True, eq=False)
class Api:
    """One language's libraries: roles by patterns of dotted names."""

    name: str
    roles: Mapping[str, str]  # role → pattern of the whole dotted name
    sources: tuple[tuple[str, str, str], ...]  # pattern, kind of source, what it is in words
    decoders: Mapping[str, str]  # dotted name → decoder of `fold`
    methods: Mapping[str, str]  # last name, whatever it is called on → operation
    also: tuple[str, ...] = ()  # last names that the patterns of roles spell with a wildcard
    roots: tuple[str, ...] = ()  # objects whose members are global names
    environment: str = ""  # the mapping of all environment variables
    variable: str = ""  # pattern of functions that give one environment variable
    imports: str = ""  # pattern of functions that give a module by its name
    handlers: str = ""  # pattern of functions that take a handler of requests
    folders: Mapping[str, str] = field(default_factory=dict)  # function → the folder it gives
    events: Mapping[str, str] = field(default_factory=dict)  # pattern of what calls → kind of data
    dresses: str = ""  # pattern of functions that give what they are given, called in another way
    entry: str = "?"  # the function that a program begins with
    environments: tuple[str, ...] = ()  # other names of the environment
    calls_text: bool = False  # a text can be called: it is the name of a function

    @functools.cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {role: re.compile(p, re.X) for role, p in self.roles.items()}

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Last names of everything with a role: what a call may be called to be worth a look."""
        words = re.findall(r"\$|[A-Za-z_]\w+", " ".join(self.roles.values()))
        return frozenset({*words, *self.also})

    @functools.cached_property
    def _sources(self) -> list[tuple[re.Pattern[str], str, str]]:
        return [(re.compile(p, re.X), kind, what) for p, kind, what in self.sources]

    def plain(self, ref: str) -> str:
        """A dotted name without what says nothing: `globalThis.`, `node:`."""
        ref = ref.removeprefix("node:").replace("?.", ".")
        for name in self.environments:
            if f"{ref}.".startswith(f"{name}."):
                return (self.environment + ref[len(name) :])[:200]
        for root in self.roots:
            if ref.startswith(root + "."):
                return self.plain(ref[len(root) + 1 :])
        return ref[:200]

    def role(self, ref: str | None) -> str | None:
        """What calling this does: `exec`, `run`, `net`, `write`, `read`, `delete`, `stop`, …"""
        if not ref:
            return None
        return _role(self, ref)

    def source(self, ref: str) -> tuple[str, str] | None:
        """Kind and words of the source that a name is, where it is one."""
        if self.environment and ref.startswith(self.environment):
            rest = ref[len(self.environment) :]
            if not rest:
                return "environment", "all environment variables"
            if rest[0] in ".":
                return self.variable_source(rest[1:].partition(".")[0])
        return _source(self, ref)

    def variable_source(self, name: str) -> tuple[str, str]:
        """The source that one environment variable is."""
        if LOCALE_VARIABLE.fullmatch(name):
            return "locale", f"language or time zone ({name})"
        if name in ("USER", "USERNAME", "LOGNAME", "HOSTNAME", "COMPUTERNAME"):
            return "host", f"variable {name}"
        return ("variable" if secret_name(name) else "setting"), f"variable {name}"

    def tag(self, kind: str, what: str, line: int, words: str) -> Tag:
        """A tag that begins here."""
        said = words if kind == "decoded" else f"reads {what[:60]}"
        return Tag(kind, what, ((line, said),))

    def key_words(self, name: object, line: int) -> Value:
        """What a name says that it holds: a private key, or the words that make it."""
        if not isinstance(name, str) or not KEY_WORDS.fullmatch(name):
            return NOTHING
        return Value(tags=(Tag("key words", name, ((line, f"takes {name}"),)),))

    def importing(self, ref: str) -> bool:
        """True for a function that gives a module by its name."""
        return bool(self.imports and re.fullmatch(self.imports, ref, re.X))

    def dressing(self, ref: str) -> bool:
        """True for a function that gives the function that it is given, called in another way."""
        return bool(self.dresses and re.fullmatch(self.dresses, ref, re.X))

    def handles(self, ref: str | None) -> bool:
        """True where what is called takes a handler of requests from a network."""
        return bool(ref and self.handlers and re.fullmatch(self.handlers, ref, re.X))

    def handled(self, place: int, line: int, at: int) -> Value:
        """The parameter of a handler: the first holds the request."""
        if place != 0:
            return NOTHING
        return Value(
            ref="@request", tags=(Tag("request", "a request", ((line, "takes a request"),)),)
        )

    def result(
        self,
        flow: Values,
        callee: Value,
        shape: Shape,
        given: list[tuple[str | None, Value]],
        line: int,
        at: int = 0,
    ) -> Value:
        """What a call of a library's function gives."""
        ref, values = callee.ref or "", [v for _, v in given]
        first = values[0] if values else NOTHING
        owner, method = self._owner(flow, shape)
        if self.importing(ref) and isinstance(first.const, str):
            return Value(ref=self.plain(first.const))
        if ref == "getattr" and len(values) > 1 and isinstance(values[1].const, str):
            return flow.picked(first, values[1].const)
        if ref in ("globals", "locals", "vars") and not values:
            return Value(ref="builtins")
        if isinstance(first.const, str) and self._gives_variable(ref):
            kind, what = self.variable_source(first.const)
            return Value(tags=(Tag(kind, what, ((line, f"reads {what}"),)),))
        if values and self._gives_variable(ref):
            return Value(texts=union(values[1:]).texts)  # one variable, whichever it is
        if self.dressing(ref):
            return Value(ref=first.ref)
        if ref.startswith("WebAssembly."):  # what a module gives is not what it was made of
            return Value(ref=f"{ref}()")
        found = self._known(flow, ref, owner, method, given, line)
        if found is not None:
            return found
        tags = union((owner, *values)) if owner is not None else union(values)
        if len(values) > 2:  # what is handed on as a setting is not what comes out
            tags = tags._replace(tags=tuple(t for t in tags.tags if t.kind != "environment"))
        if ref in self.folders:
            return Value(texts=(self.folders[ref],))
        role = self.role(ref)
        if role is None:  # a key that goes into a function seldom comes out of it as it was
            tags = without(tags, "key words")
            callee = without(callee, "key words") if ADDRESS.search(method) else callee
        if role == "run":  # what a program says is not what it was started with
            return Value(ref=f"{ref}()", tags=self._opened(role, ref, values, line))
        opened = self._opened(role, ref, values, line)
        if method in READ_METHODS and owner is not None:
            opened += self._opened("read", ref, [owner], line)
        if role == "read" or method in READ_METHODS:
            opened += flow.held(shape, union(values), at)
        if ref and flow.elsewhere(ref):
            opened += (Tag("import", ref, ((line, f"calls {ref}"),)),)
        named = Value(ref=f"{ref}()" if ref else None, tags=opened)
        whole = union((named, tags, callee))
        return whole._replace(ref=named.ref)

    def _gives_variable(self, ref: str) -> bool:
        return bool(self.variable and re.fullmatch(self.variable, ref, re.X))

    def _owner(self, flow: Values, shape: Shape) -> tuple[Value | None, str]:
        """The object that a method is called on, and the method's name."""
        if shape.a is None:
            return None, ""
        inner = shape_of(shape.a, flow.source)
        if inner.kind == "member":
            return flow.value(inner.a), inner.b
        if inner.kind == "item":
            key = flow.value(inner.b).const
            return flow.value(inner.a), key if isinstance(key, str) else ""
        return None, ""

    def _opened(
        self, role: str | None, ref: str, values: list[Value], line: int
    ) -> tuple[Tag, ...]:
        """Tags of what a network or file function gives back."""
        texts = [t for v in values for t in v.texts]
        if role == "read" and any("://" in t[:9] for t in texts):
            role = "net"
        if role == "net":
            host = next((h for h in map(host_in, texts) if h), "")
            kind = "socket" if "socket" in ref or ref.startswith("net.") else "net"
            if any(GIVES_KEYS.search(t) for t in texts):
                return (self.tag("credentials", INSTANCE, line, ""),)
            return (Tag(kind, host, ((line, f"fetches from {host or 'the network'}"),)),)
        if role in ("read", "write", "copy"):
            return tuple(
                Tag(kind, what, ((line, f"opens {what}"),))
                for kind, what in dict.fromkeys(filter(None, map(of_path, texts)))
            )
        if role == "run":
            return self._started(values, texts, line)
        if role == "listen":
            return (Tag("socket", "", ((line, "takes connections"),)),)
        return ()

    def _started(self, values: list[Value], texts: list[str], line: int) -> tuple[Tag, ...]:
        """Tags of what a program gives back: what one that fetches was told to fetch, too."""
        command = values[0].const if values else None
        said = command[0] if isinstance(command, tuple) and command else command
        begun = Tag("process", str(said or ""), ((line, "starts a program"),))
        name = said if isinstance(said, str) else texts[0] if texts else ""
        line_said = (
            " ".join(c for c in command if isinstance(c, str))
            if isinstance(command, tuple)
            else name
        )
        if TELLS_KEYS.match(line_said):
            return (begun, self.tag("credentials", line_said[:60], line, ""))
        if TELLS_WHO.match(line_said):
            return (begun, self.tag("host", line_said[:60], line, ""))
        host = next((h for h in map(host_in, texts) if h), "") if FETCHES.match(name) else ""
        return (begun, Tag("net", host, ((line, f"fetches from {host}"),))) if host else (begun,)

    def _known(
        self, flow: Values, ref: str, owner: Value | None, method: str,
        given: list[tuple[str | None, Value]], line: int,
    ) -> Value | None:  # fmt: skip
        """The result of a decoder or of a function of text; None where it is neither."""
        values = [v for _, v in given]
        first = values[0] if values else NOTHING
        name = self.decoders.get(ref)
        if name == "chars":
            text = fold.chars(tuple(v.const for v in values))
            whole = union(values)
            if len(values) == 1 and isinstance(first.const, int) and not flow.walking:
                return whole._replace(const=text)
            if len(values) < 4 and text is None and not flow.walking and ref in ("chr", "unichr"):
                return whole._replace(const=None)
            return flow.decoded("chars", whole, line)._replace(const=text)
        if name in ("codec", "buffer"):
            return self._codec(flow, name, values, line)
        if name == "path":
            return self._path(values)
        if name == "bytes":
            made = fold.as_bytes(first.const) if isinstance(first.const, tuple) else None
            if made is None:
                return first._replace(ref=None)
            return flow.decoded("chars", first, line)._replace(const=made)
        if name == "swap" and len(values) > 2:  # search, replacement, subject
            const = fold.replace(values[2].const, first.const, values[1].const)
            return union(values)._replace(const=const)
        if name == "join-parts":
            glue = values[1].const if len(values) > 1 else ""
            return union(values)._replace(const=fold.join(glue, first.const))
        if name == "join":
            glue, parts = ([*values, NOTHING, NOTHING])[:2]
            return union(values)._replace(const=fold.join(glue.const, parts.const))
        copied = name == "unmarshal" and (first.ref or "").endswith(".dumps()")
        if name == "text" or (name == "url" and first.const is None) or copied:
            return first._replace(ref=None)  # what was there
        if name is not None:
            return flow.decoded(name, first, line)
        if owner is None or method not in self.methods:
            return None
        return self._method(flow, self.methods[method], owner, values, line)

    def _path(self, values: list[Value]) -> Value:
        """Parts of a path put together; what is not known stands as `*`."""
        parts = [v.const if isinstance(v.const, str) else (v.texts or ("*",))[0] for v in values]
        whole = "/".join(p.rstrip("/") if p != "/" else "" for p in parts)[:300]
        known = all(isinstance(v.const, str) for v in values)
        made = union(values)
        return made._replace(const=whole if known else None, texts=(whole, *made.texts[:8]))

    def _codec(self, flow: Values, name: str, values: list[Value], line: int) -> Value:
        first, second = ([*values, NOTHING, NOTHING])[:2]
        codec = second.const if isinstance(second.const, str) else ""
        known = fold.CODECS.get(codec.lower().replace("-", "_"))
        if known:
            return flow.decoded(known, first, line)
        if name == "buffer":
            made = fold.as_bytes(first.const) if first.const is not None else None
            return union(values)._replace(const=made)
        return union(values)

    def _method(
        self, flow: Values, op: str, owner: Value, values: list[Value], line: int
    ) -> Value | None:
        first, second = ([*values, NOTHING, NOTHING])[:2]
        both = union((owner, *values))
        match op:
            case "text" | "decode":  # bytes to text and back; a codec may be named
                codec = first.const if isinstance(first.const, str) else ""
                known = fold.CODECS.get(codec.lower().replace("-", "_"))
                if known and op == "decode":
                    return flow.decoded(known, owner, line)
                if owner.const is None and owner.ref:
                    return None
                const = owner.const
                return owner._replace(
                    const=fold.as_text(const) if isinstance(const, bytes) else const
                )
            case "item":
                key = first.const
                return flow.picked(owner, key) if owner.tags and isinstance(key, str) else None
            case "same":
                return owner if owner.const is not None or not owner.ref else None
            case "join":
                glue, parts = (owner, first) if self.name == "python" else (first, owner)
                sep = glue.const if values or self.name == "python" else ","
                const = fold.join(sep, parts.const)
                return both._replace(const=const, texts=both.texts) if not owner.ref else None
            case "reverse":
                return flow.decoded("reverse", owner, line) if owner.const is not None else None
            case "replace":
                const = fold.replace(owner.const, first.const, second.const)
                return None if owner.ref else both._replace(const=const)
            case "split":
                if isinstance(owner.const, str) and len(owner.const) < 1 << 16:
                    sep = first.const
                    cut = owner.const.split(sep) if sep else list(owner.const)
                    return constant(tuple(cut))
                return None
            case "concat":
                const = fold.concat(owner.const, first.const) if len(values) == 1 else None
                return None if owner.ref else both._replace(const=const)
        return None


@functools.lru_cache(REFS)
def _role(api: Api, ref: str) -> str | None:
    return next((r for r, p in api._patterns.items() if p.fullmatch(ref)), None)


@functools.lru_cache(REFS)
def _source(api: Api, ref: str) -> tuple[str, str] | None:
    return next(((k, w or ref) for p, k, w in api._sources if p.fullmatch(ref)), None)
