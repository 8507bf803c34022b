"""An iOS or macOS app's Info.plist, and the profile that it was signed with.

Of a profile the property list inside is read; that its signature holds is not verified.

Spec: Apple developer documentation, "Information Property List", "TN3125: Inside Code Signing:
Provisioning Profiles"; property list DTD and binary format (bplist00).
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from evenhand import x509
from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.component import Component
from evenhand.facts.declaration import Declaration
from evenhand.facts.setting import Setting
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"names": ("Info.plist", "embedded.mobileprovision", "embedded.provisionprofile")}
EMITS = ("component", "declaration", "setting", "certificate")
CANNOT_SEE = {
    "component": "libraries that were compiled into the app",
    "declaration": "what is asked for only when the app runs; entitlements in the signature alone",
    "setting": "settings that the app makes when it runs",
    "certificate": "whether a signature holds; who holds the key",
}

READ_BYTES = 4 << 20
LISTED = 1000  # of one kind
FAULTS = (
    *(plistlib.InvalidFileException, ExpatError, ValueError, TypeError),
    *(OverflowError, RecursionError, AttributeError, LookupError),
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component`, reasons given for permissions, settings, and signers of a profile."""
    if artefact.size_bytes > READ_BYTES:
        raise Unreadable(f"a list of more than {READ_BYTES >> 20} MiB is not read", 0)
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    profile = not artefact.name.endswith("Info.plist")
    if profile:
        begin, end = raw.find(b"<?xml"), raw.rfind(b"</plist>")
        if begin < 0 or end < begin:
            raise NotThisFormat("no property list inside")
        raw = raw[begin : end + 8]
    try:
        said = plistlib.loads(raw)
    except FAULTS as error:
        raise Unreadable(f"no property list: {type(error).__name__}: {str(error)[:100]}") from None
    if not isinstance(said, dict):
        raise NotThisFormat("no dictionary")
    yield from _profile(said) if profile else _info(artefact, said)


def _info(artefact: Artefact, said: dict[str, Any]) -> Iterator[Item]:
    name = _text(said.get("CFBundleIdentifier"))
    if name is None:
        raise NotThisFormat("no bundle")
    version = _text(said.get("CFBundleShortVersionString")) or _text(said.get("CFBundleVersion"))
    yield Component(name, "/CFBundleIdentifier", version, grade="declared")
    for key in sorted(k for k in said if isinstance(k, str))[:LISTED]:
        if key.endswith("UsageDescription"):
            asked = key.removesuffix("UsageDescription")
            yield Declaration("permission", f"/{key}", text=asked, grade="declared")
    for mode in _list(said.get("UIBackgroundModes")):
        yield Setting(artefact.name, "ios", "background mode", mode, "/UIBackgroundModes")
    transport = said.get("NSAppTransportSecurity")
    if isinstance(transport, dict):
        place = "/NSAppTransportSecurity"
        for key in ("NSAllowsArbitraryLoads", "NSAllowsLocalNetworking"):
            if isinstance(transport.get(key), bool):
                value = str(transport[key]).lower()
                yield Setting(artefact.name, "ios", key.lower(), value, f"{place}/{key}")
        domains = transport.get("NSExceptionDomains")
        for domain, rules in list(domains.items())[:LISTED] if isinstance(domains, dict) else ():
            if isinstance(rules, dict) and rules.get("NSExceptionAllowsInsecureHTTPLoads") is True:
                where = f"{place}/NSExceptionDomains"
                yield Declaration("clear text", where, host=str(domain)[:253], grade="declared")


def _profile(said: dict[str, Any]) -> Iterator[Item]:
    entitled = said.get("Entitlements")
    for key in sorted(map(str, entitled))[:LISTED] if isinstance(entitled, dict) else ():
        yield Declaration("permission", f"/Entitlements/{key}", text=key, grade="declared")
    signers = said.get("DeveloperCertificates")
    for number, raw in enumerate(signers[:100] if isinstance(signers, list) else ()):
        place = f"/DeveloperCertificates/{number}"
        row = x509.read(raw, place) if isinstance(raw, bytes) else None
        yield Partly(f"{place}: a certificate that cannot be read") if row is None else row


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _list(value: Any) -> list[str]:
    found = value if isinstance(value, list) else []
    return [v[:200] for v in found[:LISTED] if isinstance(v, str)]
