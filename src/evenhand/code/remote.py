"""What an answer from afar decides: that the program ends, refuses or counts as switched off.

A host that is written in the code says so, in whatever words; licences and settings are fetched in
the same way, so that most of this is a place to look at, and told without haste.

Spec: MITRE ATT&CK T1480, CWE-912 (hidden functionality).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.index import Choice
from evenhand.code.look import Look
from evenhand.code.sensitive import host_in
from evenhand.code.value import Tag

CHOICES = 4_000
BRANCH = 600
SMALL = 60_000  # bytes of a file in which a mere error is asked for its reason
MOST = 30  # errors that are asked
STOPS = re.compile(
    rb"\braise\s+SystemExit|\b(?:sys\.exit|os\._exit|process\.(?:exit|abort|kill)|os\.exit|os\.abort|quit)\("
    rb"|(?<![.\w$])(?:exit|die)\s*[;(]|app\.quit\(|os\.kill\("
)
REFUSES = re.compile(rb"\b(?:throw|raise)\b|\berror\(")
WIPES = re.compile(
    rb"\b(rmtree|unlink|os\.remove|rmSync|rimraf|removeSync|array_map\(['\"]unlink)\b|rm -r"
)
# What is removed makes room for what was fetched.
REPLACES = re.compile(rb"\b(?:extractall|unpack_archive|copytree|makedirs|mkdir|move|rename)\(")
ODD = re.compile(rb"===?\s*(?:41[0-9]|42[0-8]|45\d|299|20[3-9]|7\d\d)\b")
OFF = re.compile(
    r"(?i)^_?(is_?)?(enabled|disabled?|active|allowed|blocked|licen[cs]ed|locked|halted|paused|stopped|expired"
    r"|killed|running|usable|operational|permitted|banned|revoked|crippled|degraded|limited|off)$"
)
SETS_OFF = re.compile(
    rb"(?i)\b_?(?:is_?)?(?:enabled|active|allowed|licen[cs]ed|running|usable|permitted)['\"\]]*\s*=\s*(?:false|0|!1)\b"
    rb"|\b_?(?:is_?)?(?:disabled?|blocked|locked|halted|paused|stopped|expired|killed|revoked|limited)['\"\]]*"
    rb"\s*=\s*(?:true|1|!0)\b"
)
# What says whether the answer came at all, and not what is in it.
CAME = re.compile(
    rb"(?i)status|\bok\b|\berr(or)?s?\b|exception|code\b|content.?type|headers|\blen\(|\.length|none\b|null\b"
    rb"|undefined|isinstance|typeof|hasattr|timeout|digest|sha\d|hash|checksum|signature|verif|success|(?<!!)empty\("
)
VERSION = re.compile(rb"(?i)version|\bmin(imum)?\b|\bver\b|latest")


def remote_switches(look: Look) -> Iterator[Finding]:
    """Every choice by what a host answers that ends, refuses or switches off."""
    if look.bundle:
        return
    data, asked = look.index.source.data, 0
    for choice in look.index.choices[:CHOICES]:
        if choice.end - choice.start > BRANCH:
            continue
        branch = data[choice.start : choice.end]
        stops, off = STOPS.search(branch), SETS_OFF.search(branch)
        refuses, wipes = REFUSES.search(branch), WIPES.search(branch)
        words = look.words(choice.condition)
        odd = bool(stops and ODD.search(words))
        if not (stops or off or refuses or wipes) or (CAME.search(words) and not odd):
            continue
        asked += not (stops or off or wipes)
        if asked > (MOST if len(data) < SMALL else 0) and not (stops or off or wipes):
            continue
        tag = _answer(look, choice)
        if tag is None:
            continue
        if wipes:
            yield _made(
                look, choice, tag, "deletes files", 0.42 if REPLACES.search(branch) else 0.62
            )
        elif stops:
            less = odd or VERSION.search(words)
            yield _made(look, choice, tag, "ends the program", 0.36 if less else 0.48)
        elif off:
            yield _made(look, choice, tag, "switches something off", 0.46)
        else:
            versions = bool(VERSION.search(words))
            yield _made(look, choice, tag, "refuses to go on", 0.36 if versions else 0.42)
    yield from _kept(look)


def _answer(look: Look, choice: Choice) -> Tag | None:
    """What a host that is written in the code said, where a condition turns on it."""
    look.flow.begin(800)
    tag = look.flow.value(choice.condition).having("net", "socket")
    return tag if tag is not None and host_in(tag.what) else None


def _kept(look: Look) -> Iterator[Finding]:
    """A part of an answer that is kept as whether something is switched on."""
    for name, every in look.index.given.items():
        last = re.split(r"\.|->", name)[-1].lstrip("$")
        if not OFF.fullmatch(last):
            continue
        for given in every[:4]:
            if given.how not in ("is", "set", "item") or not hasattr(given.node, "start_point"):
                continue
            look.flow.begin(800)
            tag = look.flow.value(given.node).having("net", "socket")
            if tag is None or not host_in(tag.what):
                continue
            line = look.flow.line(given.node)
            steps = (*tag.steps, (line, f"keeps it as {name[:40]}"))
            yield Finding("obeys a remote switch", tag.what, 0.42, line, steps, "when called")


def _made(look: Look, choice: Choice, tag: Tag, words: str, strength: float) -> Finding:
    line = look.flow.line(choice.node)
    at = look.line_at(choice.start)
    steps = (*tag.steps, (line, "turns on what was answered"), (at, words))
    return Finding("obeys a remote switch", tag.what, strength, line, steps, "when called")
