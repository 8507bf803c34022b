"""Options, words that are set apart, and ports in a text that people or shells read.

Taken too widely rather than too narrowly: what is named anywhere counts as named.

Spec: POSIX.1-2024 12.1 (Utility Argument Syntax); RFC 6335 § 6 (ports).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evenhand.manual.roff import BOLD, PLAIN

OPTION = re.compile(r"(?<![\w-])(--?[A-Za-z0-9?@#][\w.-]*(?:\+\+)?)")
# `--[no-]x`, `--{a,b}`, `--(no)x`: each way to read it
EITHER = re.compile(r"(?<![\w-])(--?)[\[({](no-?)[\])}]([\w-]+)")
CHOICE = re.compile(r"(?<![\w-])(--?[\w-]*)[{]([\w,|-]+)[}]([\w-]*)")
OPTIONAL = re.compile(r"(?<![\w-])(--?\w[\w-]*)\[([\w-]+)\]")
LETTERS = re.compile(
    r"\[\s*-([A-Za-z0-9?@#]{2,60})\s*[\]\s]"
    r"|(?<!\S)-(?=\w*[A-Z\d])([A-Za-z0-9]{2,60})(?!\S)"
)
FISH = re.compile(
    r"(?<!\S)-(?:l|-long-option|-long)[ =]'?\"?([\w-]+)"
    r"|(?<!\S)-(?:s|-short-option)[ =]'?\"?(\w)|(?<!\S)-o[ =]?'?([\w-]{2,})"
)
SPECIAL = re.compile(r"[`'\"“‘*]{1,2}([A-Za-z][\w.:-]{1,40})|^[ \t]+(.*)|^\$ (.*)", re.M)
APART = re.compile(f"{BOLD}([^{PLAIN}]*)")
WORD = re.compile(r"[A-Za-z_][\w.-]{1,40}")
NEAR = re.compile(r"(?i)\bports?\b|\btcp\b|\budp\b|listen|\bbind\b|socket|address|:\d{2,5}\b")
NUMBER = re.compile(r"(?<![\w.])\d{2,5}(?![\w.]*\w)")
MOST, WORDS = 3_000, 6_000


class Names(NamedTuple):
    """What one text names."""

    options: list[str]
    words: list[str]
    ports: list[str]


def of(text: str, shell: bool = False) -> Names:
    """The names in a text; `shell`: it is a completion, where every word may be one."""
    flat = text.replace(BOLD, "").replace(PLAIN, "")
    words = set(WORD.findall(flat)) if shell else _words(text)
    return Names(
        sorted(_options(flat, shell))[:MOST],
        sorted(w.rstrip(".-") for w in words)[:WORDS],
        sorted(_ports(flat), key=int)[:MOST],
    )


def _options(text: str, shell: bool) -> set[str]:
    found = {o.rstrip(".-") for o in OPTION.findall(text)}
    for dashes, no, name in EITHER.findall(text):
        found |= {f"{dashes}{name}", f"{dashes}{no}{name}"}
    for before, choice, after in CHOICE.findall(text):
        found |= {f"{before}{one}{after}" for one in re.split(r"[,|]", choice) if one}
    for name, more in OPTIONAL.findall(text):
        found |= {name, name + more}
    for bracketed, bare in LETTERS.findall(text):
        found |= {f"-{letter}" for letter in bracketed or bare}
    if shell:
        for long, short, old in FISH.findall(text):
            found |= {f"--{long}"} if long else {f"-{short or old}"}
    return {o for o in found if len(o) > 1 and o != "--"}


def _words(text: str) -> set[str]:
    """Words that are bold, quoted, or stand on lines that are set in."""
    found: set[str] = set()
    for piece in APART.findall(text):
        found.update(WORD.findall(piece))
    for quoted, inset, typed in SPECIAL.findall(text):
        found.update(WORD.findall(quoted or inset or typed))
    return found


def _ports(text: str) -> set[str]:
    return {
        number
        for line in text.split("\n")
        if NEAR.search(line)
        for number in NUMBER.findall(line)
        if 0 < int(number) < 65536
    }
