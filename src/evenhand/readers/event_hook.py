"""Rules that run a program when something happens: udev, modprobe, xinetd, dpkg, git, desktops.

Spec: udev(7) (RUN, PROGRAM), modprobe.d(5) (install, remove), xinetd.conf(5),
dpkg.cfg(5) (pre-invoke, post-invoke), logrotate(8) (scripts), interfaces(5) (up, down).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import command_rows
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item, Partly
from evenhand.rootfs.text import text_of

VERSION = "2"
RECOGNISES = {
    "names": (
        "rules.d/*.rules", "modprobe.d/*.conf", "etc/dpkg/dpkg.cfg", "dpkg.cfg.d/*",
        "etc/network/interfaces", "interfaces.d/*", "etc/logrotate.d/*",
        "xdg/autostart/*.desktop", "autostart/*.desktop", "gitconfig", ".gitconfig", "xinetd.d/*",
        "snmpd.conf", "incron.d/*", "acpi/events/*", "etc/aliases", "dhclient.conf",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether what the rule waits for ever happens",
    "hidden_access": "what the programs do that a rule runs",
}

TEXT = 200
ROWS = 1_000  # of one file
HOOKS = (
    (r"rules\.d/", r"(?:RUN|PROGRAM)(?:\{program\})?\s*\+?:?=\s*\"([^\"]+)\"", "a device appears"),
    (r"modprobe\.d/", r"^\s*(?:install|remove)\s+\S+\s+(.+)", "a kernel module is loaded"),
    (r"dpkg\.cfg", r"^\s*(?:pre|post)-invoke\s*=?\s*[\"']?(.+?)[\"']?$", "packages change"),
    (r"interfaces", r"^\s*(?:pre-|post-)?(?:up|down)\s+(.+)", "the network comes up or goes"),
    (r"logrotate\.d/", None, "logs are rotated"),
    (r"\.desktop$", r"^\s*Exec\s*=\s*(.+)", "somebody logs in to a desktop"),
    (
        r"gitconfig$",
        r"^\s*(?:fsmonitor|sshCommand|pager|editor|askPass|helper|external|textconv|clean"
        r"|smudge|process|proxyCommand|gitProxy)\s*=\s*\"?!?(.+?)\"?$",
        "git works",
    ),
    (r"xinetd\.d/", r"^\s*server\s*=\s*(.+)", "somebody connects"),
    (r"snmpd\.conf", r"^\s*(?:extend\S*|exec|pass\w*)\s+(?:\S+\s+)(.+)", "somebody asks"),
    (r"incron\.d/", r"^\S+\s+IN_\S+\s+(.+)", "a file changes"),
    (r"acpi/events/", r"^\s*action\s*=\s*(.+)", "a button is pressed"),
    (r"aliases$", r"^[\w.-]+:\s*\"?\|\s*(.+?)\"?$", "a letter comes"),
    (r"dhclient\.conf", r"^\s*script\s+\"(.+?)\"", "an address is leased"),
)
BEGIN = ("prerotate", "postrotate", "firstaction", "lastaction", "preremove")
IDLE = re.compile(r"(?:/s?bin/|/usr/s?bin/)?(?:true|false|:)\b")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each command, and what the command itself does."""
    text = yield from text_of(artefact)
    sign, event = next(
        (p, words) for place, p, words in HOOKS if re.search(place, "/" + artefact.name)
    )
    for met, (number, command) in enumerate(_commands(text, sign)):
        if met >= ROWS:
            yield Partly(f"more than {ROWS} commands: the rest was not read")
            return
        because = f"it is run when {event}"
        place = f"line {number}"
        yield Behaviour(artefact.name, "runs on an event", place, command[:TEXT], because)
        yield from command_rows(artefact.name, command, number, "at start")


def _commands(text: str, sign: str | None) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain.startswith(("#", "//")):
            continue
        if sign is None:
            if plain in BEGIN or plain == "endscript":
                inside = plain != "endscript"
            elif inside and plain:
                yield number, plain
            continue
        for match in re.finditer(sign, line[:4000]):
            if not IDLE.match(match[1]):
                yield number, match[1].strip()
