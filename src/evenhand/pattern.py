"""A pattern that RE2 looks for first: in one pass, whatever the pattern is made of.

It is written for `re`. What looks around is left out where RE2 looks for it, and asked of `re`
where the rest was found. RE2 takes 1 to 2 ms for a megabyte, `re` up to a hundred.

Spec: RE2 syntax (google/re2); Python documentation of `re`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

MEMORY_BYTES = 8 << 20  # of an automaton; what does not fit is built anew as it is needed
LOOKS = (b"(?=", b"(?!", b"(?<=", b"(?<!")


class Pattern:
    """One pattern; each library compiles it where it is first needed."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.wide, self._exact = _without_looks(text)

    @functools.cached_property
    def compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.text)

    @functools.cached_property
    def _quick(self) -> Any:
        return set_of((self.wide,))

    def found(self, data: bytes) -> bool:
        """True where it is found."""
        if self._quick.Match(data) is None:
            return False
        return self._exact or self.compiled.search(data) is not None

    @functools.cached_property
    def _places(self) -> Any:
        import re2

        chosen = options()
        chosen.never_capture = True  # groups take an automaton that is many times as slow
        return re2.compile(self.wide, chosen)

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """First byte and end of every match."""
        found = self._places if self._exact else self.compiled
        return (match.span() for match in found.finditer(data))


def options() -> Any:
    """Bytes, and memory for them."""
    import re2

    made = re2.Options()
    made.encoding = re2.Options.Encoding.LATIN1
    made.max_mem = MEMORY_BYTES
    return made


def set_of(texts: Sequence[bytes]) -> Any:
    """An automaton that says which of these texts, in RE2's syntax, are found."""
    import re2

    made = re2.Set.SearchSet(options())
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
