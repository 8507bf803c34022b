"""How many bare host names are believed in harmless packages, and which: for reading by eye.

A name in a URL is what it is. A bare name is a guess; this prints every distinct guess with one
place, so that a person can count the false ones. Usage:

    python benchmarks/mention_precision.py FILE-OR-FOLDER… [--urls]

Spec: docs/decisions/0004-sboms-and-mentions.md (how the figures there were measured).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evenhand.artefact import Artefact, Child
from evenhand.errors import Unreadable
from evenhand.facts.mention import Mention
from evenhand.recognise import readers_for

OURS = ("ar", "binary", "compressed", "tar", "text", "zip")
MOST_BYTES = 256 << 20  # of one member
DEPTH = 6


def mentions(artefact: Artefact, depth: int = 0) -> Iterator[tuple[Artefact, Mention]]:
    """Every mention in an artefact and in what lies in it."""
    for reader in readers_for(artefact)[0]:
        if reader.name not in OURS:
            continue
        try:
            for item in reader.load()(artefact):
                if isinstance(item, Mention):
                    yield artefact, item
                elif isinstance(item, Child) and depth < DEPTH:
                    yield from _inside(artefact, item, depth)
        except Unreadable as error:
            print(f"# {artefact.name}: {error}", file=sys.stderr)


def _inside(artefact: Artefact, child: Child, depth: int) -> Iterator[tuple[Artefact, Mention]]:
    with tempfile.NamedTemporaryFile() as copy:
        size = 0
        for piece in child.content:
            size += copy.write(piece)
            if size > MOST_BYTES:
                break
        copy.flush()
        name = f"{artefact.name}!/{child.name}"
        yield from mentions(Artefact(name, Path(copy.name), "", size, None), depth + 1)


def main(arguments: list[str]) -> None:
    """Print the counts and every distinct bare name."""
    roots = [Path(a) for a in arguments if not a.startswith("--")]
    paths = sorted(p for r in roots for p in (r.rglob("*") if r.is_dir() else [r]) if p.is_file())
    counts, first = Counter[str](), dict[str, str]()
    urls, began = Counter[str](), time.process_time()
    for path in paths:
        for artefact, row in mentions(Artefact(path.name, path, "", path.stat().st_size, None)):
            chosen = urls if row.scheme else counts
            chosen[row.host] += 1
            first.setdefault(
                ("url " if row.scheme else "") + row.host, f"{artefact.name} {row.locator}"
            )
    spent = time.process_time() - began
    for host in sorted(counts):
        print(f"{counts[host]:5} {host:40} {first[host]}")
    if "--urls" in arguments:
        for host in sorted(urls):
            print(f"url {urls[host]:5} {host:40} {first['url ' + host]}")
    print(
        f"{len(paths)} artefacts, {spent:.1f} CPU s: {sum(counts.values())} bare mentions of "
        f"{len(counts)} names, {sum(urls.values())} in URLs of {len(urls)} names"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
