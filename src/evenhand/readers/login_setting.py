"""Who SSH lets in: sshd_config, and dropbear's settings on OpenWrt and Debian.

Spec: sshd_config(5) (the first value counts; `Match` limits what follows), dropbear(8),
OpenWrt UCI (`/etc/config/dropbear`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.setting import Setting
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {
    "names": ("sshd_config", "sshd_config.d/*", "etc/config/dropbear", "etc/default/dropbear")
}
EMITS = ("setting",)
CANNOT_SEE = {"setting": "what the program was built to do by default; what PAM decides"}

READ_BYTES = 1 << 20
VALUE = 200
SSHD = (
    *("permitrootlogin", "passwordauthentication", "permitemptypasswords", "usepam", "port"),
    *("kbdinteractiveauthentication", "challengeresponseauthentication", "listenaddress"),
    *("authenticationmethods", "allowusers", "denyusers", "allowgroups", "denygroups", "include"),
    *("authorizedkeysfile", "authorizedkeyscommand", "trustedusercakeys", "pubkeyauthentication"),
)
UCI = ("passwordauth", "rootpasswordauth", "rootlogin", "port", "interface", "enable")
OPTION = re.compile(r"\s*option\s+['\"]?(\w+)['\"]?\s+['\"]?([^'\"\s]*)")
SHELL = re.compile(r"\s*(DROPBEAR_EXTRA_ARGS|DROPBEAR_PORT|NO_START)=[\"']?([^\"'\n]*)")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `setting` per line that says who is let in."""
    with artefact.open() as stream:
        text = stream.read(READ_BYTES).decode("utf-8", "replace")
    if artefact.name.endswith("dropbear"):
        found = list(_dropbear(artefact, text))
    else:
        found = list(_sshd(artefact, text))
    if not found and "\0" in text:
        raise NotThisFormat("no text")
    yield from found


def _sshd(artefact: Artefact, text: str) -> Iterator[Setting]:
    scope = None
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*\S)", line)
        if match is None:
            continue
        name, value = match[1].lower(), match[2].strip('"')
        if name == "match":
            scope = None if value.lower() == "all" else f"Match {value}"[:VALUE]
        elif name in SSHD:
            place = f"line {number}"
            yield Setting(artefact.name, "sshd", name, value.lower()[:VALUE], place, scope)


def _dropbear(artefact: Artefact, text: str) -> Iterator[Setting]:
    for number, line in enumerate(text.splitlines(), 1):
        match = OPTION.match(line) or SHELL.match(line)
        if match is None or (match.re is OPTION and match[1].lower() not in UCI):
            continue
        value = match[2] if match.re is SHELL else match[2].lower()  # -w and -W differ
        place = f"line {number}"
        yield Setting(artefact.name, "dropbear", match[1].lower(), value[:VALUE], place)
