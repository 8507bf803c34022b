"""Registrable domains: what somebody registered, one label below a public suffix.

Suffixes of both parts of the list count, those of registries and those under which a company
lets others have names (`github.io`): a name below one of these is not that company's.

Spec: Public Suffix List, https://publicsuffix.org/list/ (the algorithm); RFC 5890 (A-labels).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from evenhand.errors import Mistakes
from evenhand.lists import ListInfo, verify

LIST = "public_suffix"
PARTS = ("===BEGIN ICANN DOMAINS===", "===BEGIN PRIVATE DOMAINS===")
NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
MOST = 253  # characters of a name (RFC 1035 2.3.4)
REMEMBERED = 1 << 16  # names whose registered domain is remembered


class Rules:
    """The rules of a list, and what was asked of them before."""

    def __init__(self, lines: Iterable[str]) -> None:
        from publicsuffixlist import PublicSuffixList

        written = [_ascii(rule) for line in lines if (rule := line.strip()) and rule[:2] != "//"]
        self._rules = PublicSuffixList(written, accept_unknown=False, accept_encoded_idn=False)
        # names right below which a rule speaks of some, so that neighbours may differ; one with
        # a wildcard speaks of what it stands below, too
        bare = [*written, *(rule[2:] for rule in written if rule.startswith("*."))]
        self._parents = {rule.partition(".")[2] for rule in bare}
        self._tops = {rule.rpartition(".")[2] for rule in written}
        self._known: dict[str, str] = {}  # name above → registered domain of those below

    def registered(self, name: str) -> str | None:
        """The registered domain of a name in lower case that has two labels or more."""
        if name.rpartition(".")[2] not in self._tops:
            return None  # no rule is about it
        above = name.partition(".")[2]
        known = self._known.get(above)
        if known is not None:
            return known
        found: str | None = self._rules.privatesuffix(name)
        if found is not None and found != name and above not in self._parents:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[above] = found
        return found


@functools.lru_cache(maxsize=2)
def load(info: ListInfo) -> Rules:
    """The list, ready for questions."""
    verify(info)
    with info.path.open(encoding="utf-8") as stream:
        return Rules(stream)


def _ascii(rule: str) -> str:
    """A rule in A-labels, as names are asked for in ASCII alone."""
    word = rule.split(maxsplit=1)[0].lower()
    if word.isascii():
        return word
    mark = word[: len(word) - len(word.lstrip("!"))]
    try:
        return mark + word[len(mark) :].encode("idna").decode("ascii")
    except UnicodeError:
        return word  # no name in ASCII can be meant


def registrable(name: str, rules: Rules) -> str | None:
    """The registered domain that a name is, or lies below, by the rules that `load` gave; None for
    an address, a suffix itself and a name whose suffix nobody lists.
    """
    plain = name.lower().removesuffix(".")
    if len(plain) > MOST or not NAME.fullmatch(plain):
        return None
    return rules.registered(plain)


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
