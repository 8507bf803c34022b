"""What a script does only in some places, from a day on, where a host says so, or for one word.

Spec: POSIX.1-2024 test(1), if, case and AND-OR lists; date(1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.shell_effect import Effects
from evenhand.code.syntax import field
from evenhand.code.value import Tag, Value

if TYPE_CHECKING:
    from tree_sitter import Node


class Choice(NamedTuple):
    """A condition: its text, the text of the whole, what is asked about, where it stands."""

    node: Node
    asked: str
    whole: str
    value: Value
    line: int


START = r"(?:^|[\s;&|{(])"
DESTROYS = re.compile(
    START + r"(rm\s+-\w*[rf]|shred\b|dd\b[^\n]*of=|mkfs\S*|wipefs\b|blkdiscard\b|truncate\b"
    r"|find\b[^\n]*(?:-delete|-exec\s+(?:rm|shred|truncate))|mtd\s+erase|flash_erase\w*"
    r"|mysql\b[^\n]*(?i:drop|delete)|:\s*>\s*[\"$/]|>\s*\"?\$\w+\"?\s*(?:;|$))", re.M
)  # fmt: skip
STOPS = re.compile(
    START + r"(poweroff|halt|shutdown|reboot|kill(?:all)?\b|pkill|systemctl\s+(?:stop|disable|mask)"
    r"|chmod\s+(?:-R\s+)?0?00\b|/etc/init\.d/\S+\s+stop|service\s+\S+\s+stop|iptables\b[^\n]*DROP)",
    re.M,
)
RUNS = re.compile(START + r"(curl|wget|sh|bash|eval|nc)\b", re.M)
ENDS = re.compile(START + r"(exit)\b", re.M)
DAY = re.compile(
    r"(?<![\d.])(1[5-9]\d{8}|[2-3]\d{9}|20[2-9]\d(?:[-/.]?\d\d(?:[-/.]?\d\d(?:\d\d)*)?)?)(?![\d.])"
)
DAY_OF_YEAR = re.compile(r"%m-?%d|%d-?%m|%j|%b ?%d")
SWITCH = re.compile(
    r"(?i)['\"\s=*)(|](off|kill(?:ed|switch)?|stop(?:ped)?|disabled?|revoked?|block(?:ed)?|banned?"
    r"|shut ?down|wipe|destroy|halt|terminated?|den(?:y|ied)|expired|suspend(?:ed)?|inactive)\b"
)
PLAIN = re.compile(r"(?i)(?:C|POSIX|.*utf-?8\*?|UTC|GMT|\*|--?\w+|en(?:_\w+)?|-?\d{1,2})")
SHELL = re.compile(
    START + r"(?:exec\s+)?((?:/\S*/)?(?:ba|da|a|z)?sh(?:\s+-[il])?\s*(?:;;|;|$|\n|\})"
    r"|(?:ba|a)?sh\s+-c\s+\S*\$|eval\b|su\b(?:\s+-)?|telnetd\b|dropbear\b|login\s+-f)", re.M
)  # fmt: skip
HASHES = re.compile(r"md5sum|sha\d*sum|openssl\s+(?:dgst|md5|sha\d+)|mkpasswd|cksum")
DIGEST = re.compile(r"\b[0-9a-f]{32,128}\b")
WORD = re.compile(r"['\"]?([^\s'\"$\])|]{5,80})['\"]?")
USAGE = re.compile(r"(?i)usage|help|options|commands")


def decided(effects: Effects, choice: Choice, text_of: Callable[[Node], str]) -> None:
    """Findings of one condition and of what it decides."""
    if not choice.value.tags:
        return
    body = choice.whole[len(choice.asked) :] if choice.node.type != "case_statement" else (
        choice.whole
    )  # fmt: skip
    if ENDS.search(body) and not DESTROYS.search(body) and len(choice.whole) < 300:
        after = choice.node.end_byte  # it ends here, or goes on with what follows
        body += effects.source.data[after : after + 2_000].decode("utf-8", "replace")
    place, clock, told = (choice.value.having(k) for k in ("locale", "clock", "net"))
    if place is not None:
        _by_place(effects, choice, place, body)
    if clock is not None:
        _by_day(effects, choice, clock, body)
    if told is not None and place is None:
        _by_switch(effects, choice, told, body)
    _by_word(effects, choice, body, text_of)


def _by_place(effects: Effects, choice: Choice, tag: Tag, body: str) -> None:
    said = [t for t in choice.value.texts if "=" not in t and "/etc/" not in t][:6]
    literal = re.findall(r"['\"=\s]([A-Za-z][\w./*-]+)['\"\s;\])]", choice.whole[:600])
    if not [t for t in (*said, *literal) if not PLAIN.fullmatch(t)]:
        return
    for pattern, strength in ((DESTROYS, 0.75), (STOPS, 0.55), (RUNS, 0.5), (ENDS, 0.5)):
        act = pattern.search(body)
        if act is None:
            continue
        if pattern is ENDS and "LANG" in tag.what:
            return
        target = f"{tag.what}: {', '.join(said)}"[:160]
        end = f"turns on it: {act[1].strip()[:60]}"
        effects.add("acts by locale", target, strength, choice.line, tag, end)
        return


def _by_day(effects: Effects, choice: Choice, tag: Tag, body: str) -> None:
    held = " ".join((choice.asked, *choice.value.texts))
    if choice.node.type == "case_statement":
        held += choice.whole[:400]
    day = DAY.search(held)
    each_year = DAY_OF_YEAR.search(tag.what) and re.search(r"(?<!\d)[0-3]\d-?\d\d(?!\d)", held)
    if day is None and not each_year:
        return
    for pattern, strength in ((DESTROYS, 0.75), (STOPS, 0.55), (RUNS, 0.5), (ENDS, 0.35)):
        act = pattern.search(body)
        if act is not None:
            when = day[1] if day else "a day of the year"
            end = f"from {when} on: {act[1].strip()[:60]}" if day else (
                f"on a day of the year: {act[1].strip()[:60]}"
            )  # fmt: skip
            effects.add("acts by date", when, strength, choice.line, tag, end)
            return


def _by_switch(effects: Effects, choice: Choice, tag: Tag, body: str) -> None:
    """A host says that something is to stop, or to be removed."""
    first = choice.node.named_children[0] if choice.node.named_children else choice.node
    if first.type == "command":  # whether it answered, not what
        return
    said = SWITCH.search(choice.asked) or (
        SWITCH.search(choice.whole[:400]) if choice.node.type == "case_statement" else None
    )
    equal = re.search(r"(?<![!<>])==?\s|=~|\bgrep\b", choice.asked)
    for pattern, strength in ((DESTROYS, 0.7), (STOPS, 0.6)):
        act = pattern.search(body)
        if act is None:
            continue
        wide = re.search(r"\s/(?!tmp|var/tmp|run|var/cache)\w", body[act.start() :][:200])
        if said or (equal and pattern is DESTROYS and wide):
            words = f"turns on its answer{f' ({said[1]})' if said else ''}: {act[1].strip()[:60]}"
            effects.add("obeys a remote switch", tag.what, strength, choice.line, tag, words)
            return


def _by_word(
    effects: Effects, choice: Choice, body: str, text_of: Callable[[Node], str]
) -> None:  # fmt: skip
    """One word that is typed, sent or given as an option, and opens a shell."""
    came = choice.value.having("typed", "asked", "argv", "net", "socket")
    if came is None:
        return
    if choice.node.type == "case_statement":
        _cases(effects, choice, came, text_of)
        return
    if came.kind == "argv" or not SHELL.search(body):
        return
    digest = DIGEST.search(choice.asked) if HASHES.search(effects_text(effects)) else None
    words = [w for w in WORD.findall(re.sub(r"\$\([^)]*\)", " ", choice.asked)) if _odd(w)]
    if digest or words:
        about = digest[0][:20] if digest else words[0][:40]
        end = "equal to a fixed text alone opens a shell"
        strength = 0.75 if digest else 0.6
        access = "fixed secret"
        effects.add("checks a fixed secret", about, strength, choice.line, came, end, access)


def _cases(
    effects: Effects, choice: Choice, came: Tag, text_of: Callable[[Node], str]
) -> None:  # fmt: skip
    """Options and words of a menu: one that no help names, beside others that it names."""
    items = [c for c in choice.node.named_children if c.type == "case_item"]
    source = effects_text(effects)
    said = [
        (item, text_of(v).strip("'\""))
        for item in items
        for v in item.children_by_field_name("value")[:4]
    ]
    counts = {word: source.count(word) for _, word in said}
    named = [w for w in counts if counts[w] > 1]
    for item, word in said:
        value = field(item, "value")
        opens = SHELL.search(text_of(item)[len(word) :])
        if (
            opens is None
            or counts[word] > 1
            or not re.fullmatch(r"-*\w[\w.!@#-]{2,}", word)
            or value is None
        ):
            continue
        secret = _odd(word) and not word.startswith("-")
        odd = _odd(word.lstrip("-"))
        helps = USAGE.search(source) and len(named) >= 2
        if not odd and not helps:
            continue
        line = int(item.start_point[0]) + 1
        end = f"{word[:40]}, which nothing here names, opens {opens[1].strip()[:30]}"
        kind = "checks a fixed secret" if secret else "accepts option"
        access = "fixed secret" if secret else "debug entrance"
        effects.add(kind, word[:80], 0.65 if secret else 0.5, line, came, end, access)


def _odd(word: str) -> bool:
    """True for a text that hardly is a word, a path or an option."""
    return bool(
        len(word) >= 5
        and re.search(r"\d", word)
        and re.search(r"[A-Za-z]", word)
        and not re.match(r"[-/.$]|https?:", word)
    )


def effects_text(effects: Effects) -> str:
    """The whole script as text."""
    return effects.source.data[:200_000].decode("utf-8", "replace")
