"""How rare a constant is: a word that programs compare with all the time, or one that none does.

Spec: none; what is common was counted in the packages of a distribution (`learned`).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter

from evenhand.native import learned

OPTION = re.compile(r"--?[A-Za-z][\w-]*=?$")
FORMAT = re.compile(r"%[-+ #0-9.*]*[hlzjt]*[diouxXeEfgGcsp]")
TYPE = re.compile(r"\*?(?:_Z|N|NK|NSt|St|P|PK)?(\d{1,3})([A-Za-z_]\w*)$")  # of C++, to linkers
# of an address, a section, a pattern, a setting, a mark in a file
SCHEME = re.compile(r"\w+://|\[[\w ]+\]$|[<#]\W*\w|[$%]\{|-{3}|.*[*?]|[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
# Digests of nothing, and of an empty line: whoever meets them knows what they are.
EMPTIES = frozenset(
    hashlib.new(name, text, usedforsecurity=False).hexdigest()
    for name in ("md5", "sha1", "sha256", "sha512")
    for text in (b"", b"\n", b"\0")
)
IN_ORDER = "abcdefghijklmnopqrstuvwxyz0123456789"
# a name of a host with its domain, an address or the beginning of one: of one peer, not of many
HOST = re.compile(r"(?:[a-z\d-]+\.){2,}[a-z]{2,}$|(?:\d{1,3}\.){3}(?:\d{1,3})?$")
WORD = re.compile(r"[A-Za-z][A-Za-z]+$")
LIKE_PASSWORD = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=\w+[!#$%&*+@^~-])\S{6,24}$")
PATH = re.compile(r"\.{0,2}/[\w./-]*$|\w[\w-]*\.[a-z]{1,4}$|[\w.+-]+(?:/[\w.+-]+)+$")
# a file of settings, keys or certificates: one's own, whatever it is compared with
OWN_FILE = re.compile(r".*/[\w.-]+\.(?:cert|cfg|cnf|conf|crt|db|ini|key|lock|log|pem|pid|sock)$")
JOINED = re.compile(r"[A-Za-z0-9_-]+")  # what `told` takes for one word
MARK = re.compile(r"__\w+__$")  # between underscores: of whoever wrote the program, to himself
# words of a protocol: names of its spaces and of kinds of content, a name with its value
PROTOCOL = re.compile(r"[a-z][\w.-]*(?::[\w.#/-]+)+$|[&?]?[A-Za-z]\w*=\S*$|[&?][a-z]\w*$")
# Numbers that are no secrets: reserved, sizes and masks, magic numbers of formats and hashes.
SEEN = bytes(range(0x20, 0x7F)) + b"\t\n\r"
FIELDS = bytes((0, 1, 2, 3, 4, 8, 16, 0xFF))
ROUND_BITS = 4  # of a number, set or clear at most so many: a size, a mask or a flag
LEAST_BITS = 8.0  # of information: less is a word, more may be a secret
MOST_BITS = 30.0
ONE_PEER = 0.7


@functools.lru_cache(maxsize=50_000)
def of_text(text: str) -> float:
    """0 for a word that programs share, 1 for one that looks like nobody else's secret."""
    plain = text.strip()
    if plain.lower() in EMPTIES:
        return 0.05
    if len(plain) < 3 or FORMAT.fullmatch(plain) or _is_type(plain) or _in_order(plain):
        return 0.05
    bits = learned.surprise(plain)
    score = min(1.0, max(0.1, (bits - LEAST_BITS) / (MOST_BITS - LEAST_BITS)))
    packages = learned.packages(plain)
    if packages:
        score *= 0.35 if packages < 3 else 0.15
    elif HOST.match(plain):
        return max(score, ONE_PEER)
    if (
        SCHEME.match(plain)
        or FORMAT.search(plain)
        or PROTOCOL.match(plain)
        or OPTION.match(plain)
        or PATH.match(plain)
        or " " in plain
        or plain[-1] in "=:/"
    ):
        score *= 0.6
        if OWN_FILE.match(plain):
            score *= 0.7
    elif WORD.match(plain) or MARK.match(plain):
        score *= 0.8
    elif LIKE_PASSWORD.match(plain):
        score = min(1.0, score * 1.4)
    return round(max(0.02, score), 3)


def _in_order(text: str) -> bool:
    """True for the alphabet, and for letters that are told apart one by one."""
    plain = text.lower()
    return plain[:8] in IN_ORDER or (len(plain) > 5 and list(plain) == sorted(set(plain)))


def _is_type(text: str) -> bool:
    """True for a name as linkers write it: with the length of each part before it."""
    found = TYPE.match(text)
    return found is not None and 3 < int(found[1]) <= len(found[2])


def of_number(number: int) -> float:
    """The same for a number that is compared with as a whole."""
    bits = number.bit_length()
    set_bits = bin(number).count("1")
    if set_bits <= ROUND_BITS or bits - set_bits <= ROUND_BITS:
        return 0.05
    raw = number.to_bytes(8, "little").rstrip(b"\0")
    half = 32 if number >> 32 else 16
    fields = raw.translate(None, FIELDS)
    one_digit = len(set(f"{number:x}")) == 1  # as the most that a container may hold
    if one_digit or number >> half == number & (1 << half) - 1 or _in_steps(raw):
        return 0.05
    if 2 * len(fields) <= len(raw) > 4 and (len(fields) < 4 or _in_steps(fields)):
        return 0.1  # a head of a message: kinds and lengths, and hardly anything else
    if number % 1000 == 0 or number & 0xFFF == 0:
        return 0.1
    if learned.number(number):
        return 0.15
    if not raw.translate(None, SEEN):
        return 0.25  # letters and blanks: a piece of a text
    return 0.75 if bits > 24 else 0.35


def _in_steps(raw: bytes) -> bool:
    """True for bytes at one distance from each other, as in a test of their order."""
    return len(raw) > 3 and len({(b - a) & 0xFF for a, b in itertools.pairwise(raw)}) == 1


NAME = re.compile(r"([A-Za-z]{5,})[-_./:]")
HIDDEN = re.compile(r"\.[a-z]{3,12}$")
OFTEN = 12  # in the texts of a program


def told(text: str, texts: str) -> bool:
    """True where a longer text of the program names this one, as help and messages do.

    `texts` are all texts of the program, a line each.
    """
    if len(text) < 2:
        return False
    words, lines = _counted(texts)
    alone = lines[text]
    if any(words[word] <= alone * count for word, count in Counter(JOINED.findall(text)).items()):
        return False  # it stands nowhere but in lines of its own
    at = texts.find(text)
    for _ in range(64):
        if at < 0:
            return False
        end = at + len(text)
        by_itself = texts[at - 1 : at] in ("\n", "") and texts[end : end + 1] in ("\n", "")
        joined = _joins(texts[at - 1 : at]) or _joins(texts[end : end + 1])
        if not by_itself and not joined:
            return True
        at = texts.find(text, end)
    return False


def of_itself(text: str, texts: str) -> bool:
    """True for a name of the program's own, or a name of a file that is not shown."""
    if HIDDEN.match(text):
        return True
    found = NAME.match(text)
    word = found[1] if found is not None else ""
    return bool(word) and _spelled(word, texts) >= OFTEN


@functools.lru_cache(maxsize=64)
def _spelled(word: str, texts: str) -> int:
    """How often a word stands in the texts of a program, however it is written."""
    return sum(texts.count(one) for one in {word, word.lower(), word.capitalize()})


@functools.lru_cache(maxsize=1)
def _counted(texts: str) -> tuple[Counter[str], Counter[str]]:
    """How often each word, and each line, stands in the texts of a program."""
    return Counter(JOINED.findall(texts)), Counter(texts.split("\n"))


def _joins(character: str) -> bool:
    return character.isalnum() or character in ("-", "_")
