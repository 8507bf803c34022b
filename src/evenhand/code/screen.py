"""One pass over a file: which of all the words and patterns that are asked for stand in it.

To ask for more, give a module a line of its own and ask what was seen; there is no list to edit:

    TAKES = words(b"recvfrom", b"accept(")   # look.seen.any(TAKES): one of them stands there
    OPENS = pattern(rb"listen\\(\\s*\\d+")   # look.seen.has(OPENS), and each(OPENS): the matches

RE2 looks for all words at once, and for the words that each pattern cannot do without, as fast as
for one, so that a file pays for what stands in it and not for what is asked. A pattern whose words
are there is looked for when it is first asked for. It is written for `re`: what looks around is
left out where RE2 looks for it, and asked of `re` where the rest was found.

Spec: RE2 syntax (google/re2), sets; docs/decisions/0015-what-code-does.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

MEMORY_BYTES = 64 << 20  # of the automaton; what does not fit is built anew as it is needed
LOOKS = (b"(?=", b"(?!", b"(?<=", b"(?<!")


class Pattern:
    """A pattern that every file is screened for; `re` compiles it where it is first needed."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.wide, self._exact = _without_looks(text)

    @functools.cached_property
    def compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.text)

    @functools.cached_property
    def _quick(self) -> Any:
        return _set((self.wide,))

    def found(self, data: bytes) -> bool:
        """True where it is found."""
        if self._quick.Match(data) is None:
            return False
        return self._exact or self.compiled.search(data) is not None

    @functools.cached_property
    def _places(self) -> Any:
        import re2

        options = _options()
        options.never_capture = True  # groups take an automaton that is many times as slow
        return re2.compile(self.wide, options)

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """First byte and end of every match."""
        found = self._places if self._exact else self.compiled
        return (match.span() for match in found.finditer(data))


_words: set[bytes] = set()
_patterns: list[Pattern] = []


def words(*each: bytes) -> frozenset[bytes]:
    """Words to screen every file for."""
    _words.update(each)
    return frozenset(each)


def pattern(text: bytes) -> Pattern:
    """A pattern to screen every file for."""
    made = Pattern(text)
    _patterns.append(made)
    return made


class Seen:
    """What stands in one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        screen, order, likely, patterns = _screen(len(_words), len(_patterns))
        met = screen.Match(data)
        if met is None:  # though the first word is empty: no room for the automaton
            raise MemoryError
        self._words = {order[number] for number in met}
        self._likely = {patterns[number] for number in likely.Match(data, potential=True) or ()}
        self._sure: dict[Pattern, bool] = {}

    def any(self, asked: frozenset[bytes]) -> bool:
        """True where one of the words stands in the file."""
        return not self._words.isdisjoint(asked)

    def has(self, asked: Pattern) -> bool:
        """True where a pattern is found in the file."""
        if asked not in self._likely:
            return False
        if asked not in self._sure:
            self._sure[asked] = asked.found(self._data)
        return self._sure[asked]

    def each(self, asked: Pattern) -> Iterator[re.Match[bytes]]:
        """Every match of a pattern."""
        return asked.compiled.finditer(self._data) if self.has(asked) else iter(())

    def spans(self, asked: Pattern) -> Iterator[tuple[int, int]]:
        """First byte and end of every match of a pattern, without its groups."""
        return asked.spans(self._data) if self.has(asked) else iter(())

    def places(self, asked: frozenset[bytes]) -> Iterator[int]:
        """The first bytes of each of these words, wherever it stands."""
        for word in sorted(self._words & asked):
            at = self._data.find(word)
            while at >= 0:
                yield at
                at = self._data.find(word, at + len(word))


@functools.lru_cache(maxsize=1)
def _screen(words: int, patterns: int) -> tuple[Any, list[bytes], Any, list[Pattern]]:
    """The automata of all words and patterns there are by now, and what their numbers mean."""
    import re2

    order, likely = [b"", *sorted(_words)], re2.Filter()
    for one in _patterns:
        likely.Add(one.wide, _options())
    likely.Compile()
    return _set([re2.escape(word) for word in order]), order, likely, [*_patterns]


def _options() -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = MEMORY_BYTES
    return options


def _set(texts: Sequence[bytes]) -> Any:
    import re2

    made = re2.Set.SearchSet(_options())
    for text in texts:
        made.Add(text)
    made.Compile()
    return made


def _without_looks(text: bytes) -> tuple[bytes, bool]:
    """A pattern for RE2 that is met wherever the given one is; whether nowhere else.

    Space is spelled out, for RE2 counts no vertical tab.
    """
    out, at, exact, within = b"", 0, True, False
    while at < len(text):
        step = text[at : at + 2] if text[at : at + 1] == b"\\" else text[at : at + 1]
        if step == rb"\s":
            out += rb"\t-\r " if within else rb"[\t-\r ]"
        elif step == rb"\S" and not within:
            out += rb"[^\t-\r ]"
        elif step == b"[" and not within:
            within = True
            opens = re.compile(rb"\[\^?\]?").match(text, at)
            step = opens[0] if opens else step
            out += step
        elif not within and text.startswith(LOOKS, at):
            exact, step = False, text[at : _closing(text, at)]
            out += b"(?:)"
        else:
            within = within and step != b"]"
            out += step
        at += len(step)
    return out, exact


def _closing(text: bytes, at: int) -> int:
    """Where the bracket that opens here is closed; the place behind it."""
    depth = 0
    for mark in re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.S).finditer(text, at):
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if not depth and mark[0] == b")":
            return mark.end()
    raise ValueError(f"{text!r}: a bracket is not closed")
