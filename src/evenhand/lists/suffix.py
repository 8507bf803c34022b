"""Registrable domains: what somebody registered, one label below a public suffix.

Suffixes of both parts of the list count, those of registries and those under which a company
lets others have names (`github.io`): a name below one of these is not that company's.

Spec: Public Suffix List, https://publicsuffix.org/list/ (the algorithm); RFC 5890 (A-labels).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.errors import Mistakes
from evenhand.lists import ListInfo, verify

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LIST = "public_suffix"
PARTS = ("===BEGIN ICANN DOMAINS===", "===BEGIN PRIVATE DOMAINS===")
NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
MOST = 253  # characters of a name (RFC 1035 2.3.4)


@functools.lru_cache(maxsize=2)
def load(info: ListInfo) -> PublicSuffixList:
    """The list, ready for questions."""
    from publicsuffixlist import PublicSuffixList

    verify(info)
    with info.path.open(encoding="utf-8") as stream:
        return PublicSuffixList(source=stream, accept_unknown=False)


def registrable(name: str, rules: PublicSuffixList) -> str | None:
    """The registered domain that a name is, or lies below, by the rules that `load` gave; None for
    an address, a suffix itself and a name whose suffix nobody lists.
    """
    plain = name.lower().removesuffix(".")
    if len(plain) > MOST or not NAME.fullmatch(plain):
        return None
    found: str | None = rules.privatesuffix(plain)
    return found


def upwards(name: str, domain: str) -> Iterator[str]:
    """The name and those above it, down to its registrable domain."""
    plain = name.lower().removesuffix(".")
    while True:
        yield plain
        if plain == domain or "." not in plain:
            return
        plain = plain.partition(".")[2]


def check(path: Path) -> int:
    """The number of rules of a list; Mistakes where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Mistakes([f"{path}:1: not UTF-8; save the file as UTF-8"]) from None
    missing = [p for p in PARTS if p not in text]
    if missing:
        raise Mistakes([f"{path}:1: the line // {p} is missing" for p in missing])
    return sum(bool(line.strip()) and not line.startswith("//") for line in text.splitlines())
