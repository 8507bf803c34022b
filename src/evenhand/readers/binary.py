"""Programs and other binaries: the hosts and addresses in their strings.

Known program formats: ELF, PE, Mach-O, Java class, Dalvik executable, WebAssembly, Python
bytecode; and gettext catalogues, which hold nothing but strings. Of any other content only URLs
are believed, and the reading says so.

Spec: ELF gABI 4.1 ch. 4, PE/COFF (Microsoft), Mach-O (loader.h), JVMS 4.1, Dalvik executable
format, WebAssembly 1.0 s. 5.5.16, GNU gettext manual s. 10.3, CPython
`importlib._bootstrap_external` (magic numbers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import CHUNK_BYTES, Artefact
from evenhand.facts.mention import Mention
from evenhand.host import Found, Window, in_urls, special_use, whole_strings, windows
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "magic": (
        (0, "7f454c46"),  # ELF
        (0, "4d5a"),  # PE, by its DOS header
        (0, "feedface"),
        (0, "feedfacf"),
        (0, "cefaedfe"),
        (0, "cffaedfe"),
        (0, "cafebabe"),  # Java class, or Mach-O for several machines
        (0, "6465780a"),  # dex
        (0, "0061736d"),  # wasm
        (0, "de120495"),  # gettext catalogue, either byte order
        (0, "950412de"),
        (0, "03f30d0a"),  # Python 2.7, then 3.5 to 3.14
        (0, "160d0d0a"),
        (0, "170d0d0a"),
        (0, "330d0d0a"),
        (0, "420d0d0a"),
        (0, "550d0d0a"),
        (0, "610d0d0a"),
        (0, "6f0d0d0a"),
        (0, "a70d0d0a"),
        (0, "cb0d0d0a"),
        (0, "f30d0d0a"),
        (0, "2b0e0d0a"),
    ),
    "binary": True,
}
EMITS = ("mention",)
CANNOT_SEE = {
    "mention": (
        "strings that are packed, encrypted or put together while the program runs; bare names "
        "that could be a file, a symbol or a package; addresses held as numbers; whether a host "
        "is ever contacted"
    )
}

SCAN_BYTES = 256 << 20
DISTINCT = 100_000  # mentions of one artefact
_WIDE = re.compile(rb"[\x20-\x7e]\0(?:[\x20-\x7e]\0){5,4095}")  # UTF-16LE


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one `mention` per host and scheme, where it is first met."""
    known = _is_program(artefact)
    if not known:
        yield Partly("no reader knows this format; only host names in its strings were looked for")
    seen: set[tuple[str, str | None]] = set()
    for window in windows(_chunks(artefact)):
        for found in _own(window, known):
            if (found.host, found.scheme) in seen:
                continue
            place = window.base + found.offset
            if len(seen) >= DISTINCT:
                yield Partly(f"more than {DISTINCT} different hosts: no further ones read", place)
                return
            seen.add((found.host, found.scheme))
            special = special_use(found.host)
            yield Mention(artefact.name, found.host, f"offset {place}", found.scheme, special)
    if artefact.size_bytes > SCAN_BYTES:
        yield Partly(f"only the first {SCAN_BYTES >> 20} MiB were searched", SCAN_BYTES)


def _is_program(artefact: Artefact) -> bool:
    with artefact.open() as stream:
        head = stream.read(64)
        if not any(head.startswith(bytes.fromhex(digits)) for _, digits in RECOGNISES["magic"]):  # type: ignore[attr-defined]
            return False
        if head.startswith(bytes.fromhex("4d5a")):
            stream.seek(int.from_bytes(head[60:64], "little"))  # e_lfanew
            return stream.read(4) == b"PE\0\0"
    return True


def _chunks(artefact: Artefact) -> Iterator[bytes]:
    left = SCAN_BYTES
    with artefact.open() as stream:
        while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk


def _own(window: Window, known: bool) -> list[Found]:
    data = window.data
    if data.count(b"\0") == len(data):
        return []  # a hole
    found = set(in_urls(data))
    if known:
        found |= set(whole_strings(data))
    for match in _WIDE.finditer(data):
        narrow = match[0][::2]
        inside = set(in_urls(narrow)) | (set(whole_strings(narrow)) if known else set())
        found |= {f._replace(offset=match.start() + 2 * f.offset) for f in inside}
    return sorted(
        (f for f in found if window.low <= f.offset < window.high),
        key=lambda f: (f.offset, f.host, f.scheme or ""),
    )
