"""What is known of an expression: its constant, what it names, where its data come from.

Spec: none (abstract values of a demand-driven data flow).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

MOST_TAGS = 12
MOST_TEXTS = 24
MOST_STEPS = 8
TEXT_CHARACTERS = 300

Step = tuple[int, str]  # line, what happens there


class Tag(NamedTuple):
    """Where data come from: `kind` (see `api.SOURCES`), `what` exactly, and the way so far."""

    kind: str
    what: str
    steps: tuple[Step, ...]

    def then(self, line: int, words: str) -> Tag:
        """The tag after one more step; a way has a bounded number of them."""
        if not self.steps or self.steps[-1] == (line, words) or len(self.steps) >= MOST_STEPS:
            return self
        return self._replace(steps=(*self.steps, (line, words)))


class Value(NamedTuple):
    """An expression's value as far as the code shows it.

    `const` is text, bytes, a number or a tuple of constants, None where it is not known; `ref` the
    dotted name of a library's function or object; `texts` literal pieces that went into it.
    """

    const: Any = None
    ref: str | None = None
    tags: tuple[Tag, ...] = ()
    texts: tuple[str, ...] = ()

    def having(self, *kinds: str) -> Tag | None:
        """The first tag of one of these kinds."""
        return next((t for t in self.tags if t.kind in kinds), None)


NOTHING = Value()


def constant(value: Any) -> Value:
    """The value of a literal."""
    return Value(value, None, (), texts_of(value))


def texts_of(value: Any) -> tuple[str, ...]:
    """The literal pieces of a constant, shortened."""
    if isinstance(value, str):
        return (value[:TEXT_CHARACTERS],) if value else ()
    if isinstance(value, bytes):
        return (value[:TEXT_CHARACTERS].decode("latin-1"),) if value else ()
    if isinstance(value, tuple):
        return tuple(t for v in value[:MOST_TEXTS] for t in texts_of(v))[:MOST_TEXTS]
    return ()


def union(values: Iterable[Value]) -> Value:
    """What any of them may be: no constant, all tags and pieces, each once."""
    tags: dict[tuple[str, str], Tag] = {}
    texts: dict[str, None] = {}
    for value in values:
        for tag in value.tags:
            tags.setdefault((tag.kind, tag.what), tag)
        texts.update(dict.fromkeys(value.texts))
    return Value(None, None, tuple(tags.values())[:MOST_TAGS], tuple(texts)[:MOST_TEXTS])


def without(value: Value, kind: str) -> Value:
    """The value without the tags of one kind."""
    return value._replace(tags=tuple(t for t in value.tags if t.kind != kind))
