"""Rights over the web interface of OpenWrt: what somebody may do who has not logged in.

rpcd gives the group `unauthenticated` to every session without a log-in. To read figures, or to ask
for a session, is what the system itself allows there.

Spec: rpcd (`/usr/share/rpcd/acl.d/*.json`: read, write; scopes ubus, uci, file, cgi-io).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.json_document import load_json
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"names": ("rpcd/acl.d/*.json",)}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether the web interface is reached; what a service does with what it is asked",
    "hidden_access": "what a service does with what it is asked",
}

ANYBODY = "unauthenticated"
GRANTS = 200  # of one file
TEXT = 80
# Objects of ubus by which a machine is changed, and those of their methods that do it.
CHANGES = {
    "file": r"exec|write|remove",
    "uci": r"set|add|apply|commit|delete|rename|order|confirm",
    "system": r"sysupgrade|reboot|\*",
    "rc": r"init|\*",
    "service": r"set|add|\*",
    "luci": r"setPassword|setInitAction|\*",
    "session": r"grant|set|create|\*",
    "rpc-sys": r"password_set|upgrade_start|factory|packagelist|\*",
}
SAID = {
    "exec": ("may run {}", 0.85),
    "write": ("may write to {}", 0.75),
    "read secret": ("may read {}", 0.6),
}
SECRET = re.compile(r"/?\*|/etc(?:/(?:\*|shadow|config(?:/.*)?|dropbear.*))?|/\*\*?")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the group of those without a log-in may do beyond reading figures."""
    document, twice = load_json(artefact)
    if not isinstance(document, dict):
        raise NotThisFormat("no object of access groups")
    for name in twice[:1]:
        yield Partly(f"the name {name[:TEXT]!r} stands twice: only the last is looked at")
    group = document.get(ANYBODY)
    if not isinstance(group, dict):
        return
    with artefact.open() as stream:
        lines = stream.read(1 << 20).decode("utf-8", "replace").splitlines()
    begun = next((n for n, said in enumerate(lines, 1) if f'"{ANYBODY}"' in said), 1)
    for met, (target, words, strength) in enumerate(dict.fromkeys(_grants(group))):
        if met >= GRANTS:
            yield Partly(f"more than {GRANTS} rights of one group: the rest is not told")
            return
        told = (n for n, said in enumerate(lines, 1) if n >= begun and f'"{target}"' in said)
        place = f"line {next(told, begun)}"
        because = f"who has not logged in {words}"
        yield Behaviour(artefact.name, "lets in", place, target[:TEXT], because, strength)
        yield HiddenAccess(
            "debug entrance", place, artefact.name, None, target[:TEXT], strength, because=because
        )


Grant = tuple[str, str, float]  # what it is about, in words, how strong


def _grants(group: dict[str, Any]) -> Iterator[Grant]:
    for kind in ("read", "write"):
        scopes = group.get(kind)
        if not isinstance(scopes, dict):
            continue
        yield from _files(_table(scopes.get("file")))
        yield from _objects(_table(scopes.get("ubus")))
        for name in _names(scopes.get("uci")) if kind == "write" else ():
            yield name, f"may change the settings {name!r}"[:TEXT], 0.7


def _files(table: dict[str, Any]) -> Iterator[Grant]:
    for path, rights in table.items():
        given = _names(rights)
        secret = "read" in given and SECRET.fullmatch(path)
        for right in ("exec", "write", *(["read secret"] if secret else [])):
            if right in given or right == "read secret" or "*" in given:
                words, strength = SAID[right]
                yield path, words.format(path)[:TEXT], strength


def _objects(table: dict[str, Any]) -> Iterator[Grant]:
    for name, methods in table.items():
        pattern = CHANGES.get(name)
        for method in _names(methods):
            if name == "*":
                yield name, f"may call {method} of every service"[:TEXT], 0.75
            elif pattern is not None and re.fullmatch(rf"{pattern}|\*", method):
                yield name, f"may call {name} {method}"[:TEXT], 0.7


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
