"""What starts a system without systemd: inittab, rc.local and init scripts.

A script is not interpreted. Of rc.local only lines that nothing decides about are taken as run;
of an init script the command that it starts, as far as one line shows it, never as run for certain.

Spec: inittab(5) (System V and BusyBox), LSB init script actions, OpenWrt procd init scripts.
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
from evenhand.rootfs.opening import GADGET, SHELL
from evenhand.rootfs.shell import commands

VERSION = "2"
RECOGNISES = {
    "names": ("inittab", "rc.local", "etc/init.d/*", "etc/rc.d/*", "etc/rcS", "rcS", "etc/rc")
}
EMITS = ("service", "behaviour", "hidden_access")
CANNOT_SEE = {
    "service": "what a script starts by variables or functions of other files",
    "behaviour": "what the programs do that are started",
    "hidden_access": "what the programs do that are started",
}

READ_BYTES = 1 << 20
TEXT = 300
LINES = 500  # of one file
BOOT = ("sysinit", "wait", "once", "respawn", "boot", "bootwait", "askfirst")
INTERACTIVE = re.compile(r"-[il]+|--login|--noprofile|--norc")
STARTS = (
    re.compile(r"procd_set_param\s+command\s+(.+)"),
    re.compile(r"start-stop-daemon\s.*?(?:--exec|-x|--startas|-a)[\s=]+(.+)"),
    re.compile(r"(?:service_start|daemon|start_daemon|log_daemon)\s+(/.+)"),
    re.compile(r"^\s*(?:DAEMON|PROG|EXEC|command)=[\"']?(/[^\"'\s]+)"),
    re.compile(r"^\s*((?:/usr)?/s?bin/\S+.*)"),
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `service` for each command that is started."""
    name = artefact.name.rpartition("/")[2]
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
    text = raw.decode("utf-8", "replace")
    if name == "inittab":
        yield from _inittab(artefact, text)
        return
    if not raw.startswith(b"#!"):
        raise NotThisFormat("no script")
    if name in ("rc.local", "rcS", "rc"):
        for line, command, direct in list(commands(text))[:LINES]:
            program = command.split()[0].rpartition("/")[2]
            place = f"line {line}"
            yield Service(artefact.name, program, place, name, "boot", command[:TEXT], direct)
        return
    yield _script(artefact, name, text)


def _inittab(artefact: Artefact, text: str) -> Iterator[Item]:
    met = 0
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.strip().split(":", 3)
        if line.lstrip().startswith("#") or not line.strip():
            continue
        if len(parts) < 4:
            if not met:
                raise NotThisFormat(f"line {number} is no entry of an inittab")
            continue
        met += 1
        _, levels, action, command = parts
        started = action in BOOT and (not levels or bool(set(levels) & set("2345S")))
        command = command.strip().lstrip("-+@")
        if started and command:
            program = command.split()[0].rpartition("/")[2]
            place = f"line {number}"
            yield Service(artefact.name, program, place, "inittab", "boot", command[:TEXT], True)
            yield from command_rows(artefact.name, command, number, "at start")
            words = command.split()
            if SHELL.search(words[0]) and all(INTERACTIVE.fullmatch(w) for w in words[1:]):
                because = f"whoever is at the console ({parts[0] or 'any'}) gets a shell: {command}"
                strength = 0.65 if GADGET.search(parts[0]) else 0.4
                yield HiddenAccess(
                    "debug entrance", place, artefact.name, None, command[:80], strength,
                    because=because,
                )  # fmt: skip
    if not met:
        raise NotThisFormat("no entry")


def _script(artefact: Artefact, name: str, text: str) -> Service:
    """One row for a script: the first line that shows what it starts."""
    plain = re.sub(r"\\\n\s*", " ", text)
    command, at = None, 0
    for pattern in STARTS:
        match = next((m for m in (pattern.search(x[:2000]) for x in plain.splitlines()) if m), None)
        if match is not None:
            command = re.split(r"\s*(?:;|&&|\|\|)", match[1].strip(), maxsplit=1)[0][:TEXT]
            at = plain.find(match[0])
            break
    # S50name starts by its own name; others by a link, or a list of what is turned on.
    match = re.fullmatch(r"S\d\d(.+)", name)
    starts = "boot" if match else "if turned on"
    known = match[1] if match else name
    line = f"line {1 + plain[:at].count(chr(10))}" if command else "line 1"
    return Service(artefact.name, known, line, "init script", starts, command, False)
