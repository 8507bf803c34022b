"""Where a system takes its updates from, and whether its configuration has them verified.

Spec: opkg.conf(5), sources.list(5), apt.conf(5), apk-repositories(5), SWUpdate (swupdate.cfg),
RAUC (system.conf), Mender (mender.conf).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item

VERSION = "1"
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
EMITS = ("behaviour",)
CANNOT_SEE = {
    "behaviour": "updates that a program of the maker's own fetches; whether keys are trustworthy"
}

READ_BYTES = 1 << 20
TEXT = 300
LINES = 500
Found = Iterator[tuple[int, str, str]]  # line, target, because


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` per source of updates."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    if b"\0" in raw[:4096]:
        raise NotThisFormat("no text")
    text = raw.decode("utf-8", "replace")
    name = artefact.name.rpartition("/")[2]
    for count, (line, target, because) in enumerate(_kind(artefact.name, name)(text)):
        if count >= LINES:
            return
        place = f"line {line}"
        yield Behaviour(artefact.name, "updates itself", place, target[:TEXT], because)


def _kind(path: str, name: str) -> Callable[[str], Found]:
    if "opkg" in path:
        return _opkg
    if name == "repositories":
        return _apk
    if "apt.conf.d/" in path:
        return _apt_options
    if "sources.list" in path:
        return _deb822 if name.endswith(".sources") else _sources
    return _image


def _lines(text: str, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(pattern, line[:2000])
        if match is not None:
            yield number, match


def _opkg(text: str) -> Found:
    checks = re.search(r"(?m)^\s*option\s+check_signature(?:\s+1)?\s*$", text)
    because = "opkg checks the signature of its lists" if checks else (
        "this file does not have opkg check signatures"
    )  # fmt: skip
    for number, match in _lines(text, r"\s*src(?:/gz)?\s+\S+\s+(\S+)"):
        yield number, match[1], because


def _apk(text: str) -> Found:
    for number, match in _lines(text, r"\s*(?:@\S+\s+)?((?:https?|ftp)://\S+|/\S+)"):
        yield number, match[1], "apk checks the signature of its lists unless told otherwise"


def _sources(text: str) -> Found:
    for number, match in _lines(text, r"\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)"):
        trusted = re.search(r"trusted\s*=\s*yes|allow-insecure\s*=\s*yes", match[1] or "")
        because = "not verified: the line says `trusted=yes` or the like" if trusted else (
            "apt checks the signature of its lists unless told otherwise"
        )  # fmt: skip
        yield number, match[2], because


def _deb822(text: str) -> Found:
    trusted = re.search(r"(?mi)^(?:Trusted|Allow-Insecure):\s*yes", text)
    because = "not verified: the file says `Trusted: yes` or the like" if trusted else (
        "apt checks the signature of its lists unless told otherwise"
    )  # fmt: skip
    for number, match in _lines(text, r"(?i)URIs:\s*(\S.*)"):
        for uri in match[1].split():
            yield number, uri, because


def _apt_options(text: str) -> Found:
    names = "APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories"
    found = rf"\s*(?:{names})\s+\"?(?:true|1)"
    for number, match in _lines(text, found):
        yield number, match[0].strip(), "not verified: apt is told to take unsigned packages"
    unattended = r"\s*APT::Periodic::Unattended-Upgrade\s+\"?([1-9]\d*|always)"
    for number, match in _lines(text, unattended):
        yield number, match[0].strip(), "apt installs updates by itself"


def _image(text: str) -> Found:
    key = re.search(
        r"(?mi)^\s*\"?(?:public-key-file|ca-path|keyring|ArtifactVerifyKeys?)\"?\b", text
    )
    named = "a key or authority" if key else "no key"
    yield 1, "the whole image", f"its configuration names {named} that updates are checked with"
