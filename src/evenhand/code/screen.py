"""One pass over a file: which of all the words and patterns that are asked for stand in it.

To ask for more, give a module a line of its own and ask what was seen; there is no list to edit:

    TAKES = words(b"recvfrom", b"accept(")   # look.seen.any(TAKES): one of them stands there
    OPENS = pattern(rb"listen\\(\\s*\\d+")   # look.seen.has(OPENS), and each(OPENS): the matches

RE2 looks for all words at once, and for the words that each pattern cannot do without, as fast as
for one, so that a file pays for what stands in it and not for what is asked. A pattern whose words
are there is looked for when it is first asked for.

Spec: RE2 syntax (google/re2), sets; docs/decisions/0015-what-code-does.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from evenhand.pattern import Pattern, options, set_of

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
        likely.Add(one.wide, options())
    likely.Compile()
    return set_of([re2.escape(word) for word in order]), order, likely, [*_patterns]
