"""Rules of polkit and of D-Bus: who is asked for no password, and who may be a service.

Spec: polkit(8) (polkit.addRule; policyconfig, defaults, annotate); dbus-daemon(1)
(policy, allow).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.readers import Item
from evenhand.rootfs.text import text_of

VERSION = "4"
RECOGNISES = {
    "names": (
        "polkit-1/rules.d/*", "polkit-1/actions/*.policy", "dbus-1/system.d/*",
        "dbus-1/system.conf",
    )
}  # fmt: skip
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
BEGINS = re.compile(
    r"action\.id\s*\.\s*(?:indexOf|startsWith|lastIndexOf)\(\s*[\"']([\w.-]+)[\"']"
    r"|/\^([\w.\\-]+?)[.*$]*/\s*\.\s*test\(\s*action\.id"
)
EXECUTES = "org.freedesktop.policykit.exec"
ADMIN = re.compile(r"[\"'](?:sudo|wheel|admin|root)[\"']")
LOCAL = re.compile(r"subject\.(?:local|active)\b|\"(?:sudo|wheel|admin|root)\"|'(?:sudo|wheel)'")
# A name that is told by how it looks: whoever may make an account may choose one.
SHAPE = re.compile(
    r"subject\.user\s*(?:\.\s*(?:slice|substr(?:ing)?|char\w+|at|match|search|indexOf|startsWith"
    r"|endsWith|includes|split|replace|length)\b|\[)|\.(?:test|exec)\(\s*subject\.user"
)
ACTION = re.compile(r"<action\s+id=\"([^\"]{1,200})\"")
POLICY = re.compile(r"<policy\s(?P<for>[^>]{1,200})>(?P<rules>.{0,20000}?)</policy>", re.S)
ALLOW = re.compile(r"<allow\s[^>]{1,400}>")
EXEC = re.compile(r"key=\"org\.freedesktop\.policykit\.exec\.path\"\s*>\s*([^<\s]{1,200})")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each rule that asks for no password; some are ways in."""
    text = yield from text_of(artefact)
    if "dbus-1/" in artefact.name:
        found = list(_buses(text))
    else:
        found = list(_actions(text) if artefact.name.endswith(".policy") else _rules(text))
    if not found and not (RULE.search(text) or ACTION.search(text) or "<busconfig" in text):
        raise NotThisFormat("no rule of polkit or of D-Bus")
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
        shape = SHAPE.search(body)
        if shape is not None:
            line = 1 + text.count("\n", 0, start + shape.start())
            because = "who is asked for no password is told by how the name of an account looks"
            yield line, shape[0], f"{because}: {shape[0]}", 0.6
        elif not re.search(r"action\.(?:id|lookup)", body):
            strength = 0.45 if LOCAL.search(body) else 0.65
            yield line, name, f"{name} may do anything and is asked for no password", strength
        elif _executes(body) and not ADMIN.search(body):
            because = f"{name} may run programs as root and is asked for no password"
            yield line, name, because, 0.4 if LOCAL.search(body) else 0.5
        elif ANYTHING.search(body) and not LOCAL.search(body):
            yield line, name, f"{name} may start services and is asked for no password", 0.4
        else:
            yield line, name, f"{name} is asked for no password", None


def _executes(body: str) -> bool:
    """True where a rule is about programs run as root, by name or by how names of acts begin."""
    begins = [(m[1] or m[2]).replace("\\", "") for m in BEGINS.finditer(body)]
    return EXECUTES in body or any(EXECUTES.startswith(b) for b in begins if b.count("."))


# What anybody may do on the bus of the system: be a service, or speak to each of them.
FREE = (
    (
        re.compile(r"\bown(?:_prefix)?=\"([^\"]{1,200})\""),
        "may take the name of the service {}",
        0.5,
    ),
    (re.compile(r"\bsend_destination=\"(\*)\""), "may send anything to every service ({})", 0.5),
    (re.compile(r"\beavesdrop=\"(true)\""), "may listen to what others say (eavesdrop={})", 0.5),
)


def _buses(text: str) -> Iterator[Found]:
    for policy in itertools.islice(POLICY.finditer(text), RULES):
        anybody = re.search(r"context=\"(?:default|mandatory)\"|user=\"\*\"", policy["for"])
        for allow in ALLOW.finditer(policy["rules"]) if anybody else ():
            for pattern, words, strength in FREE:
                said = pattern.search(allow[0])
                if said is not None:
                    line = 1 + text.count("\n", 0, policy.start("rules") + allow.start())
                    yield line, said[1], f"anybody {words.format(said[1])}", strength


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
