"""Files that hold what was fetched, decoded or collected: found again by path or by name.

A path that is not known stands in a variable: `open(p, "wb").write(…)`, then `run([p])`. A name
counts in the function that writes, in those around it and in those inside it.

Spec: none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.index import Function, Index, callee_name
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import Tag, Value

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 6
OPENERS = frozenset(
    ("open", "createWriteStream", "createReadStream", "Path", "PurePath", "str", "fspath", "fdopen",
     "String", "quote", "fopen", "NamedTemporaryFile", "BufferedWriter", "absolute", "resolve",
     "as_posix", "expanduser", "abspath", "realpath", "normalize", "toString", "openSync",
     "escapeshellarg", "expand_path", "create", "with_suffix", "pathToFileURL", "ZipFile")
)  # fmt: skip
OWN = frozenset(("name", "path", "fd", "href", "filename"))  # of a file, what it goes by
NO_NAMES = frozenset(("self", "this", "cls", "__dirname", "__filename", "sys", "os", "process"))
SHORTEST = 3  # of a file's name that is taken for the same file


class Held(NamedTuple):
    """What a file holds, the line that writes it, and the function that does."""

    tag: Tag
    line: int
    inside: Function | None


class Kept:
    """What files of one source hold."""

    def __init__(self, index: Index, short_names: bool = True) -> None:
        self.index = index
        self._least = 1 if short_names else 4  # much code in one file uses one letter for all
        self._paths: dict[str, Held] = {}
        self._names: dict[str, list[Held]] = {}

    def __bool__(self) -> bool:
        return bool(self._paths or self._names)

    def keep(self, place: Node | Shape | None, value: Value, held: Held) -> None:
        """Note that the file at a place holds something."""
        for text in value.texts[:4]:
            name = text.rpartition("/")[2]
            if "://" in text or "*" in name or not name:
                continue
            if len(name) >= SHORTEST:
                self._paths.setdefault(name, held)
            if text.startswith(("/", "./", "~/")):
                self._paths.setdefault(text, held)
        for name in self.names(place):
            if len(name) >= self._least:
                self._names.setdefault(name, []).append(held)

    def at(self, nodes: Iterable[Node], value: Value, inside: Function | None) -> Held | None:
        """What a file that these expressions lead to holds."""
        for text in value.texts if self._paths else ():
            for word in text.split():
                whole = word.strip("'\";")
                found = self._paths.get(whole) or self._paths.get(whole.rpartition("/")[2])
                if found:
                    return found
        for node in nodes if self._names else ():
            for name in sorted(self.names(node, parts=True)):
                for held in self._names.get(name, ()):
                    if _near(held.inside, inside):
                        return held
        return None

    def names(self, node: Node | Shape | None, parts: bool = False, depth: int = 0) -> set[str]:
        """Names that a file goes by; with `parts` those within a text or list too."""
        if node is None or depth > DEPTH:
            return set()
        source = self.index.source
        shape = shape_of(node, source)
        match shape.kind:
            case "name":
                found = {shape.a} - NO_NAMES
                for given in self.index.given.get(shape.a, ())[:4]:
                    if given.how in ("is", "set") and not _function(given.node):
                        kind = shape_of(given.node, source).kind
                        if kind in ("call", "pass", "name", "member", "any"):
                            found |= self.names(given.node, False, depth + 1)
                return found
            case "member":
                own = source.text(node)[:80] if not isinstance(node, Shape) else str(shape.b)
                more = self.names(shape.a, parts, depth + 1) if shape.b in OWN else set()
                return {own, *more}
            case "call":
                return self._of_call(node, shape, parts, depth)
            case "pass":
                return self.names(shape.a, parts, depth + 1)
            case "any":
                return {n for one in shape.a for n in self.names(one, parts, depth + 1)}
            case "many" | "concat" if parts:
                inner = [n for n in shape.a[:12] if not isinstance(n, str)]
                return {n for one in inner for n in self.names(one, parts, depth + 1)}
            case "op" if parts and shape.a != "/":
                return {n for one in (shape.b, shape.c) for n in self.names(one, parts, depth + 1)}
        return set()

    def _of_call(self, node: Node | Shape, shape: Shape, parts: bool, depth: int) -> set[str]:
        """Names of a file that a call opens, or only writes otherwise."""
        name = "" if isinstance(node, Shape) else callee_name(node, self.index.source)
        if name not in OPENERS:
            return set()
        found = self.names(shape.b[0][1], parts, depth + 1) if shape.b else set()
        callee = shape_of(shape.a, self.index.source) if shape.a is not None else None
        if callee is not None and callee.kind == "member":
            found |= self.names(callee.a, parts, depth + 1)
        return found


def _function(given: object) -> bool:
    return isinstance(given, Function | str)


def _near(one: Function | None, other: Function | None) -> bool:
    """True where one function is the other, or stands around it."""
    for inner, outer in ((one, other), (other, one)):
        here = inner
        while here is not outer and here is not None:
            here = here.inside
        if here is outer:
            return True
    return False
