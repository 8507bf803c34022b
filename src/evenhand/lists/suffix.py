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
        self._below: dict[str, list[str]] = {}  # top label → its rules, as they are written
        for line in lines:
            rule = line.strip()
            if rule and not rule.startswith("//"):
                rule = rule.split(maxsplit=1)[0]
                self._below.setdefault(rule.rpartition(".")[2], []).append(rule)
        for top in [t for t in self._below if not t.isascii()]:
            self._below.setdefault(_ascii(top), []).extend(self._below.pop(top))
        self._tops: dict[str, Top | None] = {}
        self._known: dict[str, str] = {}  # name above → registered domain of those below

    def registered(self, name: str) -> str | None:
        """The registered domain of a name in lower case that has two labels or more."""
        top = name.rpartition(".")[2]
        if top not in self._tops:
            if len(self._tops) >= REMEMBERED:
                self._tops.clear()
            written = self._below.get(top)
            self._tops[top] = None if written is None else Top(written)
        rules = self._tops[top]
        if rules is None:
            return None  # no rule is about it
        above = name.partition(".")[2]
        known = self._known.get(above)
        if known is not None:
            return known
        found: str | None = rules.rules.privatesuffix(name)
        if found is not None and found != name and above not in rules.parents:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[above] = found
        return found


class Top:
    """The rules for names that end with one label; most are never asked for."""

    def __init__(self, written: Iterable[str]) -> None:
        from publicsuffixlist import PublicSuffixList

        rules = [_ascii(rule) for rule in written]
        self.rules = PublicSuffixList(rules, accept_unknown=False, accept_encoded_idn=False)
        # names right below which a rule speaks of some, so that neighbours may differ; one with
        # a wildcard speaks of what it stands below, too
        bare = [*rules, *(rule[2:] for rule in rules if rule.startswith("*."))]
        self.parents = {rule.partition(".")[2] for rule in bare}


@functools.lru_cache(maxsize=2)
def load(info: ListInfo) -> Rules:
    """The list, ready for questions."""
    verify(info)
    with info.path.open(encoding="utf-8") as stream:
        return Rules(stream)


def _ascii(rule: str) -> str:
    """A rule in A-labels, as names are asked for in ASCII alone."""
    word = rule.lower()
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
