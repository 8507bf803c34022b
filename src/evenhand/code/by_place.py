"""What is done otherwise in one place: a page that is emptied, a result that is a little wrong.

Programs ask for language, zone and country to write numbers and dates; few refuse, wait, leave
something out or weaken a key there. What deletes, runs, sends or ends stands in `condition`; here
are effects that no call shows. The place is a literal beside what tells it, or a sum or digest.

Spec: MITRE ATT&CK T1480, T1614.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.finding import Finding
from evenhand.code.index import Function
from evenhand.code.look import Look
from evenhand.code.sieve import PAGE, SUMMED

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 4_000
LONGEST, BRANCH, TEXT = 500, 400, 300
HOPS = 2
CLIMB = 25
CHAINS = 40
NEAR_BYTES = 600  # before a sum


class Told(NamedTuple):
    """What tells a place, and how the place is written beside it."""

    kind: str
    source: re.Pattern[str]
    literal: re.Pattern[str]
    less: float  # honest programs turn on it


TELLS = (
    Told("zone", re.compile(r"getTimezoneOffset|timeZone\b|tzname|tzlocal|time\.timezone"
                            r"|altzone|\bTZ\b|/etc/timezone"),
         re.compile(r"['\"/](?!UTC|GMT|Etc)[A-Z][a-z]{2,}|['\"][A-Z]{3,5}['\"]|['\"][+-]\d\d:?\d\d"
                    r"|[=<>(,]\s*-?(?!(?:19|20)\d\d\b)[1-9]\d{1,4}\b|-?[1-9]\d{1,4}\s*[=<>]"
                    r"|/\^?[A-Z].{1,20}/\.test"), 0.0),
    Told("offset", re.compile(r"\butcoffset\b|tm_gmtoff|tm_zone|strftime\(['\"]%[zZ]['\"]"),
         re.compile(r"==\s*(?:\w+\.)?timedelta\(\s*\w+\s*=\s*-?[1-9]|==\s*-?(?:\d+\.\d+|\d{4,5})\b"
                    r"|==?\s*['\"][+-]\d\d:?\d\d|(?:==|\bin)\s*[(\[{]?['\"](?!UTC|GMT)[A-Z]{3,5}['\"]"),
         0.0),
    Told("country", re.compile(r"(?i)country|iso_code|geoip"),
         re.compile(r"['\"][A-Z]{2,3}['\"]"), 0.06),
    Told("language", re.compile(r"getlocale|getdefaultlocale|navigator\.languages?"
                                r"|\.locale\b(?![.\[])"
                                r"|\bLANG(?:UAGE)?\b|\bLC_[A-Z]+|(?i:accept[-_]language)|os-locale"
                                r"|UILanguage|KeyboardLayout|get_language\("),
         re.compile(r"['\"/^|]\(?(?!en\b|en[_-]|C['\"]|posix)[a-z]{2}(?:[_-][A-Za-z]{2,4})?\b"
                    r"|['\"]_?[A-Z]{2}['\"]|0x[0-9A-Fa-f]{3,4}\b"), 0.03),
    Told("host", re.compile(r"hostname\(\)|gethostname|getfqdn|platform\.node|\.nodename"),
         re.compile(r"['\"][\w-]*\.[\w.-]+['\"]|(?:ends|starts)[wW]ith\(['\"][\w.-]{3,}"), 0.06),
)  # fmt: skip
NOW_AND_THEN = re.compile(r"(?i)random|(?<!%)%\s*\d|\w\s%\s\w")
NOT_DONE = re.compile(
    r"[\s{:]*(?:continue|break|return(?:\s+(?:false|none|null|undefined|\[\]|\{\}|0|!1|-1))?)[\s;}]*",
    re.I,
)
# Not in a long list: where nothing is offered, people are told so.
SERVED = re.compile(r"\bnot\s+in\s*[(\[{](?:\s*['\"][\w-]{2,12}['\"]\s*,){5}")
EFFECTS: tuple[tuple[re.Pattern[str], str, float], ...] = (
    (re.compile(r"(?i)\b(?:delete\s+from|drop\s+table|truncate\s+(?:table\s+)?\w"
                r"|update\s+[\w.#`\[\]]+\s+set)"
                r"|\b(?:sa|sqlalchemy|session|op|cursor|conn|db|knex|prisma)\.[\w.]*(?:delete|drop)\w*\("
                r"|\.objects\.[\w.()]*\bdelete\(|\.(?:deleteMany|delete_many|drop_all|dropDatabase)\("),
     "destroys what is stored", 0.62),
    (re.compile(PAGE.text.decode()), "empties the page", 0.62),
    (re.compile(r"\*=? ?(?:0\.[89]\d*|1\.[01]\d*)\b"), "reckons otherwise", 0.58),
    (re.compile(r"\bsleep\("), "waits", 0.6),
    (re.compile(r"\.length\s*=\s*0\b|\.clear\(\)|\.splice\(0\)|\.fill\(0|\.truncate\("),
     "empties it", 0.55),
    (re.compile(r"(?i)(?<![.\w'\"])\w*(?:key|secret|nonce|salt|rounds|iterations|entropy|cipher)\w*\s*="
                r"(?!=)"), "changes a key", 0.56),
    (re.compile(r"\b(?:raise|throw|SystemExit|sendStatus|PermissionError)\b|(?:sys|process|os)\.\w*exit"
                r"|(?:status|abort|code|writeHead)\((?:4|5)\d\d"), "refuses to go on", 0.56),
    (re.compile(r"location(?:\.href)?\s*=\s*['\"`]https?:|location\.(?:replace|assign)\(['\"`]https?:"
                r"|redirect\(['\"`]https?:"), "leads elsewhere", 0.57),
)  # fmt: skip


def by_places(look: Look) -> Iterator[Finding]:
    """Every choice by a place that changes what comes out, or whether anything does."""
    data = look.index.source.data
    yield from _summed(look)
    for choice in look.index.choices[:CHOICES] if not look.minified else ():
        if choice.condition.end_byte - choice.condition.start_byte > LONGEST:
            continue
        branch = data[choice.start : min(choice.end, choice.start + BRANCH)].decode(
            "utf-8", "replace"
        )
        found = _judged(look, choice.condition, branch, choice.inside)
        if found is not None:
            yield found
    if look.seen.has(PAGE):
        yield from _chained(look)


def _judged(look: Look, condition: Node, branch: str, inside: Function | None) -> Finding | None:
    own = look.index.source.text(condition)[:LONGEST]
    effect = _effect(own, branch)
    if effect is None:
        return None
    words, sure = effect
    around = " ".join(_texts(look, own, inside))
    told = next((t for t in TELLS if t.source.search(around) and t.literal.search(own)), None)
    if told is None:
        return None
    if told.kind == "language" and words == "leads elsewhere":
        sure -= 0.06
    if told.kind == "country" and words == "reckons otherwise":  # taxes
        sure -= 0.12
    if words in ("refuses to go on", "does nothing") and SERVED.search(own):
        sure -= 0.2  # a list of where something is to be had
    line = look.flow.line(condition)
    match = told.source.search(around)
    said = match[0] if match else told.kind
    shown = re.sub(r"\s+", " ", own)
    steps = ((line, f"turns on it ({said}: {shown[:80]})"), (line, words))
    kind = "acts by host" if told.kind == "host" else "acts by locale"
    return Finding(
        kind, f"{said}: {shown[:60]}", round(sure - told.less, 3), line, steps, "when called"
    )


def _effect(condition: str, branch: str) -> tuple[str, float] | None:
    """What a branch does that can be seen by its text alone."""
    for pattern, words, sure in EFFECTS:
        if pattern.search(branch):
            return words, sure
    if NOT_DONE.fullmatch(branch):
        now = NOW_AND_THEN.search(condition)
        return ("leaves something out now and then", 0.6) if now else ("does nothing", 0.52)
    return None


def _texts(look: Look, text: str, inside: Function | None) -> Iterator[str]:
    """A condition, and what its names were given."""
    source, todo, seen = look.index.source, [text], set[str]()
    for _ in range(HOPS + 1):
        texts, todo = todo, []
        for one in texts:
            yield one
            found = re.findall(r"(?<![\w.'\"$])([A-Za-z_$][\w$]*)(?!\[|\w)((?:\.\w+)?)", one)[:10]
            for name in dict.fromkeys(n for root, rest in found for n in (root, root + rest)):
                if name in seen:
                    continue
                seen.add(name)
                here, own = inside, look.index.own(name, inside)
                while not own and here is not None and name not in here.parameters:
                    here = here.inside
                    own = look.index.own(name, here)
                plain = [g for g in own[:3] if g.how in ("is", "set", "item")]
                todo += [source.text(g.node)[:TEXT] for g in plain if hasattr(g.node, "start_byte")]
                called = [g.node for g in own[:1] if g.how == "function"]
                returned = [r for f in called for r in f.returns[:2] if f.end - f.start < BRANCH]
                todo += [source.text(r)[:TEXT] for r in returned]


def _chained(look: Look) -> Iterator[Finding]:
    """`place && (document.body.innerHTML = "")`: a choice without an `if`."""
    source = look.index.source
    for number, match in enumerate(look.seen.each(PAGE)):
        if number >= CHAINS:
            return
        node: Node | None = source.tree.root_node.descendant_for_byte_range(*match.span())
        for _ in range(CLIMB):
            if node is None:
                break
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            joins = node.type == "binary_expression" and left is not None and right is not None
            if joins and left and right and right.start_byte <= match.start() < right.end_byte:
                text = match[0].decode("utf-8", "replace")
                found = _judged(look, left, text, look.index.inside(left.start_byte))
                if found is not None:
                    yield found
                    break
            node = node.parent


def _summed(look: Look) -> Iterator[Finding]:
    """A word that only its sum of characters tells."""
    for match in look.seen.each(SUMMED):
        if not look.is_code(*match.span()):
            continue
        text = re.sub(r"\s+", " ", match[0].decode("utf-8", "replace"))
        before = look.index.source.data[max(0, match.start() - NEAR_BYTES) : match.start()]
        near = f"{text} {_own_lines(before.decode('utf-8', 'replace'), text)}"
        place = re.search(r"(?i)locale|region|lang|zone|tz|country", near)
        host = re.search(r"(?i)host|domain|user|node", near)
        line = look.line_at(match.start())
        steps = ((line, f"reckons a sum of characters and compares it: {text[:100]}"),)
        kind = "acts by host" if host else "acts by locale" if place else "hides what it compares"
        sure = 0.62 if place or host else 0.5
        yield Finding(kind, text[:60], sure, line, steps, "when called")


def _own_lines(before: str, text: str) -> str:
    """The lines before a sum that give its names what they hold."""
    names = "|".join(map(re.escape, re.findall(r"\(\(?(\w+)", text)))
    return " ".join(re.findall(rf"(?m)^\s*(?:\w+ )?(?:{names})\s*=(?!=).*$", before))
