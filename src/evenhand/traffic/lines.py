"""Logs of lines, block by block: a broken line stops the reading there, what was before is kept.

A block is parsed at once. Where that fails, halves of it are tried until the first line that
cannot be read is found, so that the parser of blocks is the only one there is.

Spec: JSON Lines; RFC 4180 in so far as a record is a line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple, TypeVar

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.traffic.copies import shared_out

BLOCK_BYTES = 4 << 20
APART_BYTES = 6 << 20  # where only who decodes a block holds it
SHARED_BYTES = 16 << 20  # a log of so many is worth another process
END_BYTES = 1 << 14  # of a block, in which its last line is looked for first
LINE_BYTES = 16 << 20  # a longer line is no record of a log
BOM = b"\xef\xbb\xbf"

T = TypeVar("T")


class Block(NamedTuple):
    """Whole lines of a log."""

    data: bytes
    offset: int  # of the first byte in the log
    number: int  # of the first line, from 1
    last: bool  # the log ends with this block
    head: Any = None  # what the log has said of its records before them
    feeds: int | None = None  # line feeds in it, where they are counted


def lines_in(data: bytes, start: int = 0, end: int | None = None) -> int:
    """How many line feeds there are in a part of some bytes."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(data, np.uint8)[start:end] == 0x0A))


class Span(NamedTuple):
    """Where whole lines of a log lie, or its last one."""

    offset: int
    size: int
    last: bool  # the log ends with it

    def read(self, stream: BinaryIO, number: int) -> Block:
        """Its lines, the first of that number; other processes may read the same file."""
        parts, at, end = [], self.offset, self.offset + self.size
        while at < end and (part := os.pread(stream.fileno(), end - at, at)):
            parts.append(part)
            at += len(part)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        return Block(data, self.offset, number, self.last)

    def checked(self, number: int) -> None:
        """Raises `Unreadable` where it is no line of a log."""
        if self.last and self.size > LINE_BYTES:
            raise Unreadable(f"line {number} is longer than {LINE_BYTES >> 20} MiB", self.offset)


def spans(artefact: Artefact, size: int) -> Iterator[Span]:
    """Where blocks of whole lines lie, and then what has no end."""
    with artefact.open() as stream:
        offset = len(BOM) if stream.read(len(BOM)) == BOM else 0
        while length := _whole(stream, offset, size, artefact.size_bytes - offset):
            yield Span(offset, length, False)
            offset += length
    if offset < artefact.size_bytes:
        yield Span(offset, min(LINE_BYTES + 1, artefact.size_bytes - offset), True)


def blocks(artefact: Artefact, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """The log in blocks of whole lines. Raises `Unreadable` at a line without an end."""
    number = 1
    with artefact.open() as stream:
        for span in spans(artefact, size):
            span.checked(number)
            block = span.read(stream, number)
            feeds = lines_in(block.data)
            yield block if block.last else block._replace(feeds=feeds)
            number += feeds


def _whole(stream: BinaryIO, offset: int, size: int, most: int) -> int:
    """How many bytes from a place on are whole lines, about `size`; 0 where no line ends soon.

    There are `most` bytes from there on.
    """
    while True:
        end = min(size, most)
        for at in (max(0, end - END_BYTES), 0):
            stream.seek(offset + at)
            found = stream.read(end - at).rfind(b"\n")
            if found >= 0:
                return at + found + 1
        size *= 2
        if end == most or size > 2 * LINE_BYTES:
            return 0


def parsed(
    found: Iterable[Block],
    parse: Callable[[Block], T],
    stopped: list[Unreadable],
    log: Artefact | None = None,
) -> Iterator[tuple[Block, T]]:
    """Each block with what `parse` gives for it, up to the first line that it cannot read.

    `parse` raises ValueError at such lines; why and where goes to `stopped`. With the `log` that
    the blocks are of, and if it is long, other processes parse some of them.
    """
    outcomes: Iterable[tuple[Block, Callable[[], T]]] = ((b, partial(parse, b)) for b in found)
    if log is not None and log.size_bytes >= SHARED_BYTES:
        outcomes = _shared_out(found, parse, log)
    try:
        for block, outcome in outcomes:
            try:
                yield block, outcome()
            except ValueError as error:
                yield from _before(block, parse, error, stopped)
                return
    except Unreadable as error:
        stopped.append(error)


def parsed_apart(
    log: Artefact,
    parse: Callable[[Block], tuple[int, T]],
    stopped: list[Unreadable],
    size: int = APART_BYTES,
) -> Iterator[tuple[int, T]]:
    """As `parsed`, for logs whose blocks need nothing of what stands before them.

    Who parses a block reads it, so that nobody has to read all. Gives the number of the first
    line of each: `parse` is not told it, but tells how many line feeds there are.
    """
    number = 1
    with log.open() as stream:

        def work(span: Span) -> tuple[int, T]:
            if span.size > LINE_BYTES and span.last:
                raise ValueError
            return parse(span.read(stream, 0))

        found = spans(log, size)
        outcomes: Iterable[tuple[Span, Callable[[], tuple[int, T]]]]
        if log.size_bytes >= SHARED_BYTES:
            outcomes = shared_out(found, work, tuple, lambda s: work(Span(*s)), stream.fileno())
        else:
            outcomes = ((span, partial(work, span)) for span in found)
        try:
            for span, outcome in outcomes:
                try:
                    feeds, made = outcome()
                except ValueError as error:
                    span.checked(number)
                    kept = _before(span.read(stream, number), parse, error, stopped)
                    yield from ((block.number, made) for block, (_, made) in kept)
                    return
                yield number, made
                number += feeds
        except Unreadable as error:
            stopped.append(error)


def _before(
    block: Block, parse: Callable[[Block], T], error: ValueError, stopped: list[Unreadable]
) -> Iterator[tuple[Block, T]]:
    """What stands in a block before the first line that cannot be read."""
    good, reason = _until(block, parse, _short(error))
    if good:
        kept = block._replace(data=block.data[:good], feeds=None)
        yield kept, parse(kept)
    stopped.append(_broken(block, good, reason))


def _shared_out(
    found: Iterable[Block], parse: Callable[[Block], T], log: Artefact
) -> Iterator[tuple[Block, Callable[[], T]]]:
    with log.open() as stream:

        def brief(block: Block) -> tuple[Block, int]:
            return block._replace(data=b""), len(block.data)

        def briefed(block_of: tuple[Block, int]) -> T:
            block, size = block_of
            span = Span(block.offset, size, block.last)
            return parse(block._replace(data=span.read(stream, 0).data))

        yield from shared_out(found, parse, brief, briefed, stream.fileno())


def _until(block: Block, parse: Callable[[Block], object], reason: str) -> tuple[int, str]:
    """Where the first line begins that `parse` cannot read, and why it cannot."""
    ends = [0, *_ends(block.data)]
    good, bad = 0, len(ends) - 1  # lines that can be read, lines that cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            parse(block._replace(data=block.data[: ends[middle]]))
            good = middle
        except ValueError as error:
            bad, reason = middle, _short(error)
    return ends[good], reason


def _broken(block: Block, at: int, reason: str) -> Unreadable:
    line = block.number + lines_in(block.data, 0, at)
    cut = block.last and block.data.find(b"\n", at) < 0
    what = "breaks off" if cut else f"cannot be read: {reason}"
    return Unreadable(f"line {line} {what}; nothing from there on was read", block.offset + at)


def numbers_of(block: Block, rows: int) -> list[int] | range:
    """The line number of each record of a block, where empty lines lie between them.

    Where a line holds several records, or a record several lines, it is about right.
    """
    data, first = block.data, block.number
    feeds = lines_in(data) if block.feeds is None else block.feeds
    if feeds + (not data.endswith(b"\n")) == rows:
        return range(first, first + rows)
    found = [first + n for n, line in enumerate(data.split(b"\n")) if line.strip()][:rows]
    return found + found[-1:] * (rows - len(found))


def _ends(data: bytes) -> list[int]:
    """Where each line ends, its line feed included."""
    ends, at = [], 0
    while at < len(data):
        found = data.find(b"\n", at)
        at = len(data) if found < 0 else found + 1
        ends.append(at)
    return ends


def _short(error: ValueError) -> str:
    return " ".join(str(error).split())[:160]
