"""What the screen says of files is what `re` and plain search say, for everything that is asked."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.code import examine, screen
from evenhand.pattern import Pattern

SAMPLES = Path(__file__).parent / "samples"
ODD = (b"", b"\0\xff\xe9 k\xe9y", b"import\x0brequests", b"verify \x0b=\x0cFalse", b"x" * 5000)
assert examine  # what is asked is declared by the modules that ask


def test_what_is_seen_stands_there() -> None:
    files = [p.read_bytes() for p in sorted(SAMPLES.rglob("*")) if p.is_file()]
    met = 0
    for data in (*ODD, b"\n".join(files), *files[:40]):
        seen = screen.Seen(data)
        for word in screen._words:
            assert seen.any(frozenset((word,))) == (word in data), word
        for pattern in screen._patterns:
            there = pattern.compiled.search(data) is not None
            met += there
            assert seen.has(pattern) == there, (pattern.text, data[:80])
            assert (next(seen.each(pattern), None) is not None) == there
    assert met > len(screen._patterns)


@settings(max_examples=25)
@given(st.from_regex(rb"[a\s]?(?<!b)[^]\s)]+(?=c|[)])[)c]", fullmatch=True))
def test_a_pattern_without_its_looks_is_met_where_it_was(data: bytes) -> None:
    pattern = Pattern(rb"[a\s]?(?<!b)[^]\s)]+(?=c|[)])[)c]")
    assert not pattern._exact
    assert pattern.wide == b"[a\\t-\\r ]?(?:)[^]\\t-\\r )]+(?:)[)c]"
    assert pattern.found(data)
