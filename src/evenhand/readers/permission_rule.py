"""Rules of polkit: who is asked for no password, for which acts.

Spec: polkit(8) (polkit.addRule; policyconfig, defaults, annotate), D-Bus is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.readers import Item
from evenhand.rootfs.text import text_of

VERSION = "1"
RECOGNISES = {"names": ("polkit-1/rules.d/*", "polkit-1/actions/*.policy")}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "what a rule reckons before it answers",
    "hidden_access": "what a rule reckons before it answers",
}

RULES = 200
TEXT = 160
RULE = re.compile(r"polkit\.addRule\s*\(")
YES = re.compile(r"polkit\.Result\.YES|return\s+[\"']yes[\"']")
# Acts by which anything can be done.
ANYTHING = re.compile(r"org\.freedesktop\.policykit\.exec|systemd1\.manage-unit|org\.libvirt\.unix")
LOCAL = re.compile(r"subject\.(?:local|active)\b|\"(?:sudo|wheel|admin|root)\"|'(?:sudo|wheel)'")
ACTION = re.compile(r"<action\s+id=\"([^\"]{1,200})\"")
EXEC = re.compile(r"key=\"org\.freedesktop\.policykit\.exec\.path\"\s*>\s*([^<\s]{1,200})")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each rule that asks for no password; some are ways in."""
    text = yield from text_of(artefact)
    found = list(_actions(text) if artefact.name.endswith(".policy") else _rules(text))
    if not found and not (RULE.search(text) or ACTION.search(text)):
        raise NotThisFormat("no rule of polkit")
    for line, target, because, strength in found[:RULES]:
        place, path = f"line {line}", artefact.name
        yield Behaviour(path, "grants rights", place, target[:TEXT], because[:400], strength)
        if strength is not None:
            yield HiddenAccess(
                "removal of protection", place, path, None, target[:80], strength,
                because=because[:400],
            )  # fmt: skip


Found = tuple[int, str, str, float | None]


def _rules(text: str) -> Iterator[Found]:
    starts = [m.start() for m in RULE.finditer(text)][:RULES]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):
        body = text[start:end]
        answer = YES.search(body)
        if answer is None:
            continue
        line = 1 + text.count("\n", 0, start + answer.start())
        who = re.search(r"(?:subject\.user\s*===?|isInGroup\()\s*[\"']([^\"']+)", body)
        name = who[1] if who else "whoever asks"
        if not re.search(r"action\.(?:id|lookup)", body):
            strength = 0.45 if LOCAL.search(body) else 0.65
            yield line, name, f"{name} may do anything and is asked for no password", strength
        elif ANYTHING.search(body) and not LOCAL.search(body):
            because = f"{name} may run programs as root and is asked for no password"
            yield line, name, because, 0.5 if re.search(r"policykit\.exec", body) else 0.4
        else:
            yield line, name, f"{name} is asked for no password", None


def _actions(text: str) -> Iterator[Found]:
    marks = list(ACTION.finditer(text))[:RULES]
    for mark, end in zip(marks, [*(m.start() for m in marks[1:]), len(text)], strict=False):
        body = text[mark.start() : end]
        anybody = re.search(r"<allow_any>\s*yes\s*</allow_any>", body)
        if anybody is None:
            continue
        line = 1 + text.count("\n", 0, mark.start() + anybody.start())
        program = EXEC.search(body)
        if program is not None:
            because = f"whoever asks may run {program[1]} as root and is asked for no password"
            yield line, mark[1], because, 0.55
        else:
            yield line, mark[1], f"{mark[1]}: nobody is asked for a password", None
