"""What starts an Android system: services and actions of its init language.

Spec: Android Init Language (system/core/init/README.md): actions, commands, services, options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import command_rows
from evenhand.errors import NotThisFormat
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.facts.service import Service
from evenhand.readers import Item, Partly
from evenhand.rootfs.line import of_line
from evenhand.rootfs.opening import ENTRANCE, SHELL, TEXT, Opening
from evenhand.rootfs.text import text_of

VERSION = "1"
RECOGNISES = {"names": ("init.rc", "init.*.rc", "etc/init/*.rc")}
EMITS = ("service", "behaviour", "hidden_access")
CANNOT_SEE = {
    "service": "what properties and SELinux decide on the device",
    "behaviour": "what the programs do that are started",
    "hidden_access": "what the programs do that are started; what SELinux forbids them",
}

SERVICES = 2_000  # of one file
LISTENS = re.compile(r"(?:^|/)(?:dropbear|sshd)$")
DEBUG = re.compile(r"ro\.debuggable|persist\.(?:sys\.)?(?:debug|adb)|service\.console")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `service` for each that is named, and what its lines and those of actions open."""
    text = yield from text_of(artefact)
    blocks = list(_blocks(text))
    if not blocks:
        raise NotThisFormat("no service and no action")
    for head, number, within in blocks[:SERVICES]:
        if head[0] == "service":
            yield from _service(artefact.name, head, number, within)
        else:
            for line, said in within:
                yield from _command(artefact.name, line, said, " ".join(head[1:]))
    if len(blocks) > SERVICES:
        yield Partly(f"more than {SERVICES} services and actions: the rest was not read")


Lines = list[tuple[int, str]]


def _blocks(text: str) -> Iterator[tuple[list[str], int, Lines]]:
    head: list[str] = []
    begun, lines = 0, Lines()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if words and words[0] in ("service", "on", "import"):
            if head:
                yield head, begun, lines
            whole = len(words) > (2 if words[0] == "service" else 1)
            head, begun, lines = (words if whole and words[0] != "import" else []), number, []
        elif words and head:
            lines.append((number, " ".join(words)))
    if head:
        yield head, begun, lines


def _service(path: str, head: list[str], number: int, lines: Lines) -> Iterator[Item]:
    options = {said.split()[0]: said.split()[1:] for _, said in lines}
    name, command = head[1][:80], " ".join(head[2:])
    off = "disabled" in options
    place = f"line {number}"
    starts = "if turned on" if off else "boot"
    yield Service(path, name, place, "init.rc", starts, command[:300], not off)
    yield from command_rows(path, command, number, "at start")
    root = options.get("user", ["root"])[:1] in (["root"], ["0"])
    alone = SHELL.search(head[2]) and len(head) == 3
    if alone and (root or not off):
        because = f"a shell at the console{' as root' if root else ''}: {command[:TEXT]}"
        yield _told(path, place, Opening("lets in", name, because, 0.45 if off else 0.6, ENTRANCE))
    elif LISTENS.search(head[2]) and root and not off:
        because = f"{command[:TEXT]} is started as root at each start: it lets in from the network"
        yield _told(path, place, Opening("lets in", name, because, 0.5, ENTRANCE))
    if options.get("seclabel", [""])[:1] == ["u:r:su:s0"]:
        because = f"{name} runs where SELinux forbids nothing (su): {command[:TEXT]}"
        yield _told(path, place, Opening("lets in", name, because, 0.45 if off else 0.55, ENTRANCE))


def _command(path: str, line: int, said: str, trigger: str) -> Iterator[Item]:
    """A command of an action: properties, files that are written, programs that are run."""
    word, *rest = said.split()
    found = None
    if word == "setprop" and len(rest) > 1:
        found = of_line("default.prop", f"{rest[0]}={rest[1]}")
    elif word == "write" and len(rest) > 1:
        if rest[0].endswith("selinux/enforce") and rest[1] == "0":
            words = "SELinux forbids nothing from then on"
            found = Opening("turns a check off", rest[0], words, 0.55, "removal of protection")
        else:
            found = of_line(rest[0], " ".join(rest[1:]).strip('"'))
    elif word in ("exec", "exec_background", "exec_start") and "--" in rest:
        command = " ".join(rest[rest.index("--") + 1 :])
        yield from command_rows(path, command, line, "at start")
    if found is not None and found.access and found.strength is not None:
        strength = min(found.strength, 0.4) if DEBUG.search(trigger) else found.strength
        because = f"on {trigger[:80]}: {found.because}"
        yield _told(path, f"line {line}", found._replace(strength=strength, because=because))


def _told(path: str, place: str, found: Opening) -> HiddenAccess:
    return HiddenAccess(
        found.access, place, path, None, found.target[:80], found.strength, because=found.because
    )
