"""What a script does only in some places, from a day on, where a host says so, or for one word.

Spec: POSIX.1-2024 test(1), if, case and AND-OR lists; date(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.shell_effect import Effects
from evenhand.code.shell_scene import Done, Scene, descendants, line_of
from evenhand.code.shell_word import SHELLS
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
    conditions: list[Node]


CHOICES, ACTS = 400, 1_000  # of one script; of one choice
FOLLOWS = 2_000  # bytes behind a choice that ends the script otherwise
DESTROYS = re.compile(
    r"rm (?:\S+ )*-\w*[rf]|shred\b|dd .*of=|mkfs\S*|wipefs\b|blkdiscard\b|truncate\b"
    r"|find .*(?:-delete|-exec (?:rm|shred|truncate))|mtd erase|flash_erase\w*"
    r"|mysql .*(?i:drop|delete)|> \S+", re.S
)  # fmt: skip
STOPS = re.compile(
    r"(?:poweroff|halt|shutdown|reboot|kill(?:all)?|pkill)(?= |$)"
    r"|systemctl (?:\S+ )*(?:stop|disable|mask)\b"
    r"|chmod (?:-R )?0?00\b|/etc/init\.d/\S+ stop|service \S+ stop|iptables .*DROP",
    re.S,
)
RUNS = re.compile(r"(?:curl|wget|sh|bash|eval|nc)(?= |$)")
ENDS = re.compile(r"exit\b")
# Commands that run what they are told as text.
GIVES_ON = frozenset(("eval", "su", "runuser", "xargs", "ssh", "chroot", "at", *SHELLS))
START = r"(?:^|[\s;&|{('\"])"
COMPARES = frozenset(("test", "[", "[[", "grep", "egrep", "fgrep", "expr", "awk", "cmp", "diff"))
DAY = re.compile(
    r"(?<![\d.])(1[5-9]\d{8}|[2-3]\d{9}|20[2-9]\d(?:[-/.]?\d\d(?:[-/.]?\d\d(?:\d\d)*)?)?)(?![\d.])"
)
DAY_OF_YEAR = re.compile(r"%m-?%d|%d-?%m|%j|%b ?%d")
SWITCH = re.compile(
    r"(?i)['\"\s=*)(|](off|kill(?:ed|switch)?|stop(?:ped)?|disabled?|revoked?|block(?:ed)?|banned?"
    r"|shut ?down|wipe|destroy|halt|terminated?|den(?:y|ied)|expired|suspend(?:ed)?|inactive)\b"
)
PLAIN = re.compile(r"(?i)(?:C|POSIX|.*utf-?8\*?|UTC|GMT|\*|--?\w+|en(?:_\w+)?|-?\d{1,2})")
HASHES = re.compile(r"md5sum|sha\d*sum|mkpasswd|cksum")
DIGEST = re.compile(r"\b[0-9a-f]{32,128}\b")
USAGE = re.compile(r"(?i)usage|help|options|commands")


def decided(effects: Effects, choice: Choice, scene: Scene) -> None:
    """Findings of one condition and of what it decides."""
    place, clock, told = (choice.value.having(k) for k in ("locale", "clock", "net"))
    if (place or clock) and not _compares(choice, scene):
        place = clock = None  # whether a command ends well, that was only given it
    acts = _all_acts(choice, scene) if place or clock or told else []
    if place is not None:
        _by_place(effects, choice, place, acts)
    if clock is not None:
        _by_day(effects, choice, clock, acts)
    if told is not None and place is None:
        _by_switch(effects, choice, told, acts)
    _by_word(effects, choice, scene)


def _all_acts(choice: Choice, scene: Scene) -> list[str]:
    """What a choice decides about, and what follows where it ends the script otherwise."""
    acts = list(_acts(choice, scene))
    ends = any(ENDS.match(a) for a in acts)
    if ends and not any(DESTROYS.match(a) for a in acts) and len(choice.whole) < 300:
        after = choice.node.end_byte
        acts += [t for d in scene.between(after, after + FOLLOWS) for t in _told(d)]
    return acts


def _inner(choice: Choice, scene: Scene) -> list[Done]:
    """The commands that a choice decides about."""
    asked = [(c.start_byte, c.end_byte) for c in choice.conditions]
    return [
        d
        for d in scene.inside(choice.node)
        if not any(low <= d.ran.node.start_byte < high for low, high in asked)
    ]


def _acts(choice: Choice, scene: Scene) -> Iterator[str]:
    """What a choice decides about, each as one command; files that are made empty."""
    for one in _inner(choice, scene)[:ACTS]:
        yield from _told(one)
    for node in descendants(choice.node):
        if node.type == "redirected_statement":
            body = field(node, "body")
            text = scene.source.text(body) if body is not None else ":"
            place = scene.source.text(node.named_children[-1]).lstrip("0123456789>| \"'")
            if text.strip() in (":", "true") and place[:1] in "/$" and "/dev/null" not in place:
                yield f"> {place}"


def _told(one: Done) -> Iterator[str]:
    """A command as text, and the commands that it is told to run."""
    words = " ".join(one.words)
    yield f"{one.name} {words}".strip()
    if "/" in one.ran.name:
        yield f"{one.ran.name} {words}".strip()
    if one.name in GIVES_ON:
        text = " ".join(one.ran.raws)
        for pattern in (DESTROYS, STOPS, RUNS):
            found = re.search(START + rf"({pattern.pattern})", text, pattern.flags)
            if found is not None and not found[1].startswith(">"):
                yield found[1]


def _compares(choice: Choice, scene: Scene) -> bool:
    """False where only the end of one command decides, that compares nothing itself."""
    for node in choice.conditions:
        while node.type in ("negated_command", "redirected_statement") and node.named_children:
            node = node.named_children[0]
        name = field(node, "name") if node.type == "command" else None
        said = scene.source.text(name) if name is not None else ""
        if not said or said in COMPARES or said in scene.functions or said[:1] in '$"':
            return True
    return not choice.conditions


def _by_place(effects: Effects, choice: Choice, tag: Tag, acts: list[str]) -> None:
    said = [t for t in choice.value.texts if "=" not in t and "/etc/" not in t][:6]
    literal = re.findall(r"['\"=\s]([A-Za-z][\w./*-]+)['\"\s;\])]", choice.whole[:600])
    if not [t for t in (*said, *literal) if not PLAIN.fullmatch(t)]:
        return
    for pattern, strength in ((DESTROYS, 0.75), (STOPS, 0.55), (RUNS, 0.5), (ENDS, 0.5)):
        act = _first(pattern, acts)
        if act is None:
            continue
        if pattern is ENDS and "LANG" in tag.what:
            return
        target = f"{tag.what}: {', '.join(said)}"[:160]
        end = f"turns on it: {act[:60]}"
        effects.add("acts by locale", target, strength, choice.line, tag, end)
        return


def _by_day(effects: Effects, choice: Choice, tag: Tag, acts: list[str]) -> None:
    held = " ".join((choice.asked, *choice.value.texts))
    if choice.node.type == "case_statement":
        held += choice.whole[:400]
    day = DAY.search(held)
    each_year = DAY_OF_YEAR.search(tag.what) and re.search(r"(?<!\d)[0-3]\d-?\d\d(?!\d)", held)
    if day is None and not each_year:
        return
    for pattern, strength in ((DESTROYS, 0.75), (STOPS, 0.55), (RUNS, 0.5), (ENDS, 0.35)):
        act = _first(pattern, acts)
        if act is not None:
            when = day[1] if day else "a day of the year"
            end = f"from {when} on: {act[:60]}" if day else (
                f"on a day of the year: {act[:60]}"
            )  # fmt: skip
            effects.add("acts by date", when, strength, choice.line, tag, end)
            return


def _by_switch(effects: Effects, choice: Choice, tag: Tag, acts: list[str]) -> None:
    """A host says that something is to stop, or to be removed."""
    first = choice.node.named_children[0] if choice.node.named_children else choice.node
    if first.type == "command":  # whether it answered, not what
        return
    said = SWITCH.search(choice.asked) or (
        SWITCH.search(choice.whole[:400]) if choice.node.type == "case_statement" else None
    )
    equal = re.search(r"(?<![!<>])==?\s|=~|\bgrep\b", choice.asked)
    for pattern, strength in ((DESTROYS, 0.7), (STOPS, 0.6)):
        act = _first(pattern, acts)
        if act is None:
            continue
        wide = re.search(r"\s/(?!tmp|var/tmp|run|var/cache)\w", act)
        if said or (equal and pattern is DESTROYS and wide):
            words = f"turns on its answer{f' ({said[1]})' if said else ''}: {act[:60]}"
            effects.add("obeys a remote switch", tag.what, strength, choice.line, tag, words)
            return


def _first(pattern: re.Pattern[str], acts: list[str]) -> str | None:
    return next((act for act in acts if pattern.match(act)), None)


def _by_word(effects: Effects, choice: Choice, scene: Scene) -> None:
    """One word that is typed, sent or given as an option, and opens a shell."""
    came = choice.value.having("typed", "asked", "argv", "net", "socket")
    if came is None:
        return
    if choice.node.type == "case_statement":
        _cases(effects, choice, came, scene)
        return
    if came.kind == "argv" or not any(map(_opens, _inner(choice, scene))):
        return
    texts = [
        c.text
        for node in choice.conditions
        for part in scene.parts(node)
        for c in scene.compared
        if part.start_byte <= c.at < part.end_byte and c.value.having(came.kind)
    ]
    hashes = any(HASHES.fullmatch(d.name) or _hashes(d) for d in scene.done)
    digest = next(filter(None, map(DIGEST.search, texts)), None) if hashes else None
    words = [t for t in texts if _odd(t)]
    if digest or words:
        about = digest[0][:20] if digest else words[0][:40]
        end = "equal to a fixed text alone opens a shell"
        strength = 0.75 if digest else 0.6
        access = "fixed secret"
        effects.add("checks a fixed secret", about, strength, choice.line, came, end, access)


def _hashes(one: Done) -> bool:
    return one.name == "openssl" and bool(re.match(r"dgst|md5|sha\d", " ".join(one.words)))


def _opens(one: Done) -> str:
    """What gives a shell, as it is called; else nothing."""
    words = one.words
    said = f"{one.name} {' '.join(words)}".strip()
    match one.name:
        case "eval":
            first = (words or [""])[0]  # of a fixed command only what it is given is put together
            fixed = re.fullmatch(r"[a-z_]\w*", first) and first not in SHELLS
            return "" if fixed and not re.match(r"exec [^\d*<>]", " ".join(words)) else said
        case "su" | "telnetd" | "utelnetd" | "dropbear":
            return said
        case "login":
            return said if "-f" in words else ""
    if one.name not in SHELLS:
        return ""
    told = words[:1] == ["-c"] and "$" in " ".join(one.ran.raws[1:])
    return said if told or not [w for w in words if w not in ("-i", "-l")] else ""


def _cases(effects: Effects, choice: Choice, came: Tag, scene: Scene) -> None:
    """Options and words of a menu: one that no help names, beside others that it names."""
    items = [c for c in choice.node.named_children if c.type == "case_item"]
    source = effects_text(effects)
    said = [
        (item, scene.source.text(v).strip("'\""))
        for item in items
        for v in item.children_by_field_name("value")[:4]
    ]
    counts = {word: source.count(word) for _, word in said}
    named = [w for w in counts if counts[w] > 1]
    for item, word in said:
        if counts[word] > 1 or not re.fullmatch(r"-*\w[\w.!@#-]{2,}", word):
            continue
        own = scene.between(item.start_byte, item.end_byte)
        opens = next(
            (o for d in scene.inside(item) if (d.name != "eval" or d in own) and (o := _opens(d))),
            "",
        )
        secret = _odd(word) and not word.startswith("-")
        odd = _odd(word.lstrip("-"))
        helps = USAGE.search(source) and len(named) >= 2
        if not opens or not (odd or helps):
            continue
        end = f"{word[:40]}, which nothing here names, opens {opens[:30]}"
        kind = "checks a fixed secret" if secret else "accepts option"
        access = "fixed secret" if secret else "debug entrance"
        strength = 0.65 if secret else 0.5
        effects.add(kind, word[:80], strength, line_of(item), came, end, access)


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
