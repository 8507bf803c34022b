"""Where a system takes its updates from, and whether its configuration has them verified.

Spec: opkg.conf(5), sources.list(5), apt.conf(5), apk-repositories(5), SWUpdate (swupdate.cfg),
RAUC (system.conf), Mender (mender.conf).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evenhand.artefact import Artefact
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.facts.update_source import UpdateSource
from evenhand.readers import Item
from evenhand.rootfs.text import text_of

VERSION = "2"
RECOGNISES = {
    "names": (
        "opkg.conf",
        "etc/opkg/*.conf",
        "etc/apk/repositories",
        "etc/apt/sources.list",
        "sources.list.d/*",
        "apt.conf.d/*",
        "swupdate.cfg",
        "etc/rauc/system.conf",
        "mender.conf",
    )
}
EMITS = ("behaviour", "update_source", "hidden_access")
CANNOT_SEE = {
    "behaviour": "updates that a program of the maker's own fetches; whether keys are trustworthy",
    "update_source": "what other files and the programs themselves decide",
    "hidden_access": "whether anybody on the way changes what is fetched",
}

TEXT = 300
LINES = 500
UNCHECKED = "this file does not name"
Found = Iterator[tuple[int, str, str, bool | None]]  # line, target, because, verified


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` per source of updates."""
    text = yield from text_of(artefact)
    name = artefact.name.rpartition("/")[2]
    manager, sources = _kind(artefact.name, name)
    for count, (line, target, because, verified) in enumerate(sources(text)):
        if count >= LINES:
            return
        place, path = f"line {line}", artefact.name
        yield Behaviour(path, "updates itself", place, target[:TEXT], because)
        yield UpdateSource(path, manager, place, target[:TEXT], verified, because)
        open_way = verified is None and manager != "apk" and UNCHECKED in because
        if verified is False or open_way:
            strength = 0.65 if verified is False else 0.5
            yield HiddenAccess(
                "removal of protection", place, path, constant=target[:80], strength=strength,
                because=because,
            )  # fmt: skip


def _kind(path: str, name: str) -> tuple[str, Callable[[str], Found]]:
    if "opkg" in path:
        return "opkg", _opkg
    if name == "repositories":
        return "apk", _apk
    if "apt.conf.d/" in path:
        return "apt", _apt_options
    if "sources.list" in path:
        return "apt", _deb822 if name.endswith(".sources") else _sources
    return "image", _image


def _lines(text: str, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(pattern, line[:2000])
        if match is not None:
            yield number, match


def _opkg(text: str) -> Found:
    checks = re.search(r"(?m)^\s*option\s+check_signature(?:\s+1)?\s*$", text)
    because = "opkg checks the signature of its lists" if checks else (
        f"{UNCHECKED} that opkg is to check signatures"
    )  # fmt: skip
    for number, match in _lines(text, r"\s*src(?:/gz)?\s+\S+\s+(\S+)"):
        yield number, match[1], because, True if checks else None


def _apk(text: str) -> Found:
    for number, match in _lines(text, r"\s*(?:@\S+\s+)?((?:https?|ftp)://\S+|/\S+)"):
        yield number, match[1], "apk checks the signature of its lists unless told otherwise", None


def _sources(text: str) -> Found:
    for number, match in _lines(text, r"\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)"):
        trusted = re.search(r"trusted\s*=\s*yes|allow-insecure\s*=\s*yes", match[1] or "")
        because = "not verified: the line says `trusted=yes` or the like" if trusted else (
            "apt checks the signature of its lists unless told otherwise"
        )  # fmt: skip
        yield number, match[2], because, _apt_checks(match[2], bool(trusted))


def _apt_checks(uri: str, trusted: bool) -> bool | None:
    """False where unsigned packages are taken from elsewhere; a local source is no such."""
    return False if trusted and re.match(r"(?:https?|ftp|tor\+https?|mirror\S*)://?", uri) else None


def _deb822(text: str) -> Found:
    trusted = re.search(r"(?mi)^(?:Trusted|Allow-Insecure):\s*yes", text)
    because = "not verified: the file says `Trusted: yes` or the like" if trusted else (
        "apt checks the signature of its lists unless told otherwise"
    )  # fmt: skip
    for number, match in _lines(text, r"(?i)URIs:\s*(\S.*)"):
        for uri in match[1].split():
            yield number, uri, because, _apt_checks(uri, bool(trusted))


def _apt_options(text: str) -> Found:
    names = "APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories"
    found = rf"\s*(?:{names})\s+\"?(?:true|1)"
    for number, match in _lines(text, found):
        yield number, match[0].strip(), "not verified: apt is told to take unsigned packages", None
    unattended = r"\s*APT::Periodic::Unattended-Upgrade\s+\"?([1-9]\d*|always)"
    for number, match in _lines(text, unattended):
        yield number, match[0].strip(), "apt installs updates by itself", None


def _image(text: str) -> Found:
    key = re.search(
        r"(?mi)^\s*\"?(?:public-key-file|ca-path|keyring|ArtifactVerifyKeys?)\"?\b", text
    )
    named = "its configuration names a key or authority" if key else f"{UNCHECKED} a key"
    because = f"{named} that updates are checked with"
    yield 1, "the whole image", because, True if key else None
