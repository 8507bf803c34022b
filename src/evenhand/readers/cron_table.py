"""Scheduled jobs: crontabs of users and of the system, and scripts in folders of cron's.

Spec: crontab(5) (Vixie and BusyBox), anacron's folders `cron.daily` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import command_rows
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item, Partly
from evenhand.rootfs.text import text_of

VERSION = "3"
RECOGNISES = {
    "names": (
        "crontab",
        "anacrontab",
        "etc/cron.d/*",
        "crontabs/*",
        "spool/cron/*",
        "cron.hourly/*",
        "cron.daily/*",
        "cron.weekly/*",
        "cron.monthly/*",
    )
}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "what the programs do that it runs; whether the program that reads it is started",
    "hidden_access": "what the programs do that it runs",
}

TEXT = 300
JOBS = 1000
FIELD = r"(?:[*0-9A-Za-z][*0-9A-Za-z,/-]*)"
LINE = re.compile(rf"((?:{FIELD}\s+){{5}}|@[a-z]+\s+)(\S.*)")
ANACRON = re.compile(r"((?:\d+|@[a-z]+)\s+\d+\s+[\w.-]+\s+)(\S.*)")
USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}\$?$")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` per job."""
    parts = artefact.name.split("/")
    folder = parts[-2] if len(parts) > 1 else ""
    if folder.startswith("cron.") and folder != "cron.d":
        yield _script(artefact, folder)
        return
    text = yield from text_of(artefact)
    system = parts[-1] == "crontab" or folder == "cron.d"
    met, entry = 0, ANACRON if parts[-1] == "anacrontab" else LINE
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if not plain or plain.startswith("#") or re.match(r"\w+\s*=", plain):
            continue
        match = entry.match(plain)
        if match is None:
            if not met:
                raise NotThisFormat(f"line {number} is no job")
            continue
        met += 1
        if met > JOBS:
            yield Partly(f"more than {JOBS} jobs: the rest was not read")
            return
        when, command = " ".join(match[1].split()), match[2]
        user, *rest = command.split(None, 1)
        by = ""
        if system and rest and USER.match(user):
            command, by = rest[0], f" as {user}"
        because = f"its table says: {when}{by}"
        yield Behaviour(
            artefact.name, "runs on schedule", f"line {number}", command[:TEXT], because
        )
        yield from command_rows(artefact.name, command, number, "at start")
    if not met:
        raise NotThisFormat("no job")


def _script(artefact: Artefact, folder: str) -> Behaviour:
    with artefact.open() as stream:
        if stream.read(2) != b"#!":
            raise NotThisFormat("no script")
    name = artefact.name.rpartition("/")[2]
    because = f"it lies in {folder}, whose scripts cron runs"
    return Behaviour(artefact.name, "runs on schedule", "line 1", name[:TEXT], because)
