"""Rules that run a program when something happens: udev, modprobe, xinetd, dpkg, git, desktops.

Spec: udev(7) (RUN, PROGRAM), modprobe.d(5) (install, remove), xinetd.conf(5),
dpkg.cfg(5) and apt.conf(5) (pre-invoke, post-invoke), logrotate(8) (scripts),
interfaces(5) (up, down).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import sequence_rows
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item, Partly
from evenhand.rootfs import apt_hook
from evenhand.rootfs.text import text_of

VERSION = "3"
RECOGNISES = {
    "names": (
        "rules.d/*.rules", "modprobe.d/*.conf", "etc/dpkg/dpkg.cfg", "dpkg.cfg.d/*",
        "etc/network/interfaces", "interfaces.d/*", "etc/logrotate.d/*",
        "xdg/autostart/*.desktop", "autostart/*.desktop", "gitconfig", ".gitconfig", "xinetd.d/*",
        "snmpd.conf", "incron.d/*", "acpi/events/*", "etc/aliases", "dhclient.conf",
        "etc/apt/apt.conf", "apt.conf.d/*",
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
    (r"apt\.conf", None, "apt installs or looks for packages"),
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
    met, because = 0, f"it is run when {event}"
    for script in _scripts(text, sign, artefact.name):
        met += len(script)
        if met > ROWS:
            yield Partly(f"more than {ROWS} commands: the rest was not read")
            return
        for number, command in script:
            place = f"line {number}"
            yield Behaviour(artefact.name, "runs on an event", place, command[:TEXT], because)
        yield from sequence_rows(artefact.name, script, "at start")


Script = list[tuple[int, str]]  # lines that one shell runs, with their numbers


def _scripts(text: str, sign: str | None, path: str) -> Iterator[Script]:
    if sign is not None:
        yield from ([one] for one in _commands(text, sign))
    elif apt_hook.PLACE.search(path):
        yield from ([one] for one in apt_hook.commands(text))
    else:
        yield from _rotations(text)


def _rotations(text: str) -> Iterator[Script]:
    """The scripts of logrotate, each as one."""
    script: Script | None = None
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain in BEGIN or plain == "endscript":
            if script:
                yield script
            script = [] if plain != "endscript" else None
        elif script is not None and plain and not plain.startswith("#"):
            script.append((number, plain))


def _commands(text: str, sign: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain.startswith(("#", "//")):
            continue
        for match in re.finditer(sign, line[:4000]):
            if not IDLE.match(match[1]):
                yield number, match[1].strip()
