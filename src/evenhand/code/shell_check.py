"""Checks in shell scripts that may fail without anything coming of it, or that are skipped.

Spec: POSIX.1-2024 Shell Command Language (2.9.3, lists); gpg(1), sha256sum(1), minisign(1).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.credential import EMPTY
from evenhand.code.finding import Finding

HITS = 6
CHECK = (
    rb"(?:gpgv?2?\b[^\n|;&]*--verify|gpgv2?\s|minisign\s+-V|signify\s+-V|usign\s+-V|cosign\s+verify\S*"
    rb"|openssl\s+(?:dgst|pkeyutl|smime|cms|rsautl)\b[^\n|;&]*-verify|ssh-keygen\s+-Y\s+verify"
    rb"|(?:sha\d+sum|md5sum|b2sum)\s[^\n|;&]*(?:-c|--check)\b|rpmkeys?\s+(?:-K|--checksig)|rpm\s+-K)"
)
REST = rb"[^\n|;&]*(?:\d?>&?\s?\S+\s*)*"
PASSED = re.compile(
    rb"(?m)^[ \t]*"
    + CHECK
    + REST
    + rb"(?:&>\S+\s*)?(?:\|\|\s*(?:true|:|echo\b[^\n]*|logger\b[^\n]*)"
    rb"|;\s*(?:true|:))\s*(?:#.*)?$"
)
SKIPPED = re.compile(
    rb"(?:\[\[?\s+(?:-[nzefdr]\s+)?\"?(?:\$\{?(?P<a>\w+)[^\]\n]*|(?P<f>/[\w./-]+))\"?[^\]\n]*\]\]?"
    rb"|test\s+-[nzefdr]\s+"
    rb"\"?\$?\{?(?P<b>[\w/.-]+)[^\n|&;]*)\s*(?:\|\||&&)\s*" + CHECK
)
WRAPPED = re.compile(
    rb"(?m)^[ \t]*if\s+(?:!\s+)?(?:\[\[?\s+(?:!\s+)?(?:-[nzefdr]\s+)?\"?(?:\$\{?(?P<a>\w+)"
    rb"|(?P<f>/[\w./-]+))[^\n]*?\]\]?)\s*;?"
    rb"\s*then\s+(?:\s*#[^\n]*\n)*\s*" + CHECK
)
DIGEST = re.compile(
    rb"(?:sha\d+sum|md5sum|openssl\s+(?:dgst|sha\d+|md5))[^\n]*[\s\S]{0,300}?(?:=|==|!=)\s*[\"']?"
    rb"(?P<digest>[0-9a-f]{32,128})\b"
)
BESIDE = re.compile(
    rb"(?m)^[ \t]*(?:if\s+)?(?:!\s*)?"
    + CHECK
    + REST
    + rb"\|\|\s*(?P<way>(?:\[\[?\s|test\s)[^\n|&;]*)\s*(?:\|\||;\s*then)"
)
GIVEN = re.compile(rb"(?:echo|printf)\b[^\n|]*\$[^\n|]*\|\s*(?:sha\d+sum|md5sum|openssl)")
SAID = re.compile(
    rb"(?i)skip|insecure|no_?(check|verif|gpg|sig)|debug|test|force|have|has|sig$|key|file|asc|gpg$"
)
PIPED = re.compile(rb"<<<")


def checks(data: bytes) -> Iterator[Finding]:
    """Every check of a script that comes to nothing, and what is known by its digest."""
    for match in itertools.islice(PASSED.finditer(data), HITS):
        yield _made(data, match.start(), "ignores a check", "goes on where the check fails", 0.52)
    for pattern in (SKIPPED, WRAPPED):
        for match in itertools.islice(pattern.finditer(data), HITS):
            found = match.groupdict()
            name = found.get("a") or found.get("b") or found.get("f") or b""
            words = f"whether it is checked turns on {name.decode('utf-8', 'replace')}"
            strength = 0.32 if SAID.search(name) else 0.46
            yield _made(data, match.start(), "lets past a check", words, strength, name)
    for match in itertools.islice(BESIDE.finditer(data), HITS):
        words = "something else is enough where the check fails"
        yield _made(data, match.start(), "lets past a check", words, 0.52, match["way"])
    for match in itertools.islice(DIGEST.finditer(data), HITS):
        known = match["digest"].decode()
        before = data[max(0, match.start() - 80) : match.end()]
        if EMPTY.fullmatch(known) or not (GIVEN.search(before) or PIPED.search(before)):
            continue
        words, at = "holds a digest of what is given against a fixed digest", match.start("digest")
        yield _made(data, at, "checks a fixed secret", words, 0.6, match["digest"])


def _made(
    data: bytes, at: int, kind: str, words: str, strength: float, target: bytes = b""
) -> Finding:
    line = data.count(b"\n", 0, at + 1) + 1
    about = target.decode("utf-8", "replace")
    secret = kind == "checks a fixed secret"
    return Finding(
        kind, about[:4] + "…" if secret else about[:40], strength, line, ((line, words),),
        "when called", access="fixed secret" if secret else "",
    )  # fmt: skip
