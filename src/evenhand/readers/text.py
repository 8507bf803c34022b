"""Any text: the hosts and addresses that it holds.

A text that holds a host does not show that the host is contacted. Bare names are believed only
where they can hardly be anything else (see `evenhand.host`).

Spec: RFC 3986, RFC 1123, RFC 4291; Unicode 15 s. 23.8 (byte order mark).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from evenhand.artefact import CHUNK_BYTES, Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.mention import Mention
from evenhand.host import Found, Window, in_text, in_urls, special_use, windows
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"text": True}
EMITS = ("mention",)
CANNOT_SEE = {
    "mention": (
        "host names that a program puts together while it runs or holds encoded; bare names "
        "that could be a file, an attribute or a package; the domains of e-mail addresses; "
        "whether a host is ever contacted"
    )
}

SCAN_BYTES = 256 << 20  # of UTF-8 text
DISTINCT = 100_000  # mentions of one artefact
HEAD_BYTES = 1 << 16  # a NUL in these, and it is no text
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one `mention` per host and scheme, where it is first met."""
    seen: set[tuple[str, str | None]] = set()
    line, scanned, pure = 1, 0, True
    for window in windows(_utf8(artefact)):
        data, position = window.data, window.low
        if pure and (nul := data.find(b"\0", window.low, window.high)) >= 0:
            pure = False  # a script with an archive behind it, say
            yield Partly(
                "no text from here on; hosts were looked for as in text", window.base + nul
            )
        for found in _own(window):
            line += data.count(b"\n", position, found.offset)
            position = found.offset
            if (found.host, found.scheme) in seen:
                continue
            if len(seen) >= DISTINCT:
                yield Partly(f"more than {DISTINCT} different hosts: none after line {line} read")
                return
            seen.add((found.host, found.scheme))
            special = special_use(found.host)
            yield Mention(artefact.name, found.host, f"line {line}", found.scheme, special)
        line += data.count(b"\n", position, window.high)
        scanned = window.base + window.high
        if scanned >= SCAN_BYTES:
            yield Partly(f"only the first {SCAN_BYTES >> 20} MiB of text were read", scanned)
            return


def _own(window: Window) -> list[Found]:
    found = {*in_urls(window.data), *in_text(window.data)}
    own = [f for f in found if window.low <= f.offset < window.high]
    inside_url = {f.offset for f in own if f.scheme}
    return sorted(
        (f for f in own if f.scheme or f.offset not in inside_url),
        key=lambda f: (f.offset, f.host, f.scheme or ""),
    )


def _utf8(artefact: Artefact) -> Iterator[bytes]:
    """The text in chunks whose ASCII is ASCII; undecodable bytes stay as they are."""
    with artefact.open() as stream:
        head = stream.read(CHUNK_BYTES)
        encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if encoding is None:
            if b"\0" in head[:HEAD_BYTES]:
                raise NotThisFormat("holds NUL bytes and no byte order mark: no text")
            while head:
                yield head
                head = stream.read(CHUNK_BYTES)
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        while head:
            yield decoder.decode(head).encode("utf-8", "replace")
            head = stream.read(CHUNK_BYTES)
