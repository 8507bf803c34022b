"""OpenWrt's firewall: rules that let somebody in from outside, and where traffic is led.

Spec: OpenWrt wiki, /etc/config/firewall (zone, rule, redirect, include); UCI file syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.readers import Item, Partly
from evenhand.rootfs.text import text_of

VERSION = "1"
RECOGNISES = {"names": ("etc/config/firewall",)}
EMITS = ("behaviour",)
CANNOT_SEE = {"behaviour": "rules of files that it includes; what listens behind a port"}

SECTIONS = 1_000
LINE = re.compile(r"\s*(config|option|list)\s+['\"]?([\w-]+)['\"]?(?:\s+['\"]?([^'\"]*)['\"]?)?")
# What networks themselves need: leases, IPsec, multicast, and ping.
NEEDED = re.compile(r"(?:68|546|547|500|4500)(?:[ -]\d+)?|")
PLAIN = re.compile(r"(?i)icmp\w*|igmp|esp|ah|ipv6-icmp")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each section that opens something."""
    text = yield from text_of(artefact)
    met = 0
    for number, kind, said in _sections(text):
        met += 1
        if met > SECTIONS:
            yield Partly(f"more than {SECTIONS} sections: the rest was not read")
            return
        found = _zone(said) if kind == "zone" else _rule(kind, said)
        if found is not None and said.get("enabled", "1") != "0":
            what, target, because, strength = found
            place = f"line {number}"
            yield Behaviour(artefact.name, what, place, target[:160], because, strength)
    if not met:
        raise NotThisFormat("no section of UCI")


def _sections(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    kind, begun, said = "", 0, dict[str, str]()
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line[:2_000])
        if match is None:
            continue
        if match[1] == "config":
            if kind:
                yield begun, kind, said
            kind, begun, said = match[2], number, {}
        else:
            value = match[3] or ""
            said[match[2]] = f"{said[match[2]]} {value}" if match[2] in said else value
    if kind:
        yield begun, kind, said


Found = tuple[str, str, str, float]


def _zone(said: dict[str, str]) -> Found | None:
    if said.get("name", "").startswith("wan") and said.get("input", "").upper() == "ACCEPT":
        because = "the firewall lets in whatever comes from outside (zone wan, input ACCEPT)"
        return "opens the firewall", "zone wan", because, 0.55
    return None


def _rule(kind: str, said: dict[str, str]) -> Found | None:
    outside = said.get("src", "").startswith("wan") or said.get("src") == "*"
    port = said.get("dest_port") or said.get("src_dport") or ""
    title = said.get("name") or "a rule without a name"
    if kind == "redirect" and outside:
        to = f"{said.get('dest_ip', '')}:{said.get('dest_port', port)}"
        because = f"{title}: what comes to port {port or 'any'} from outside is led to {to}"
        return "opens the firewall", port or to, because, 0.4
    takes = kind == "rule" and said.get("target", "").upper() == "ACCEPT" and outside
    through = "dest" in said  # to the network behind, not to the device
    plain = all(PLAIN.fullmatch(p) for p in said.get("proto", "tcp").split())
    if not takes or plain or (through and not port) or (port and NEEDED.fullmatch(port)):
        return None
    who = f" from {said['src_ip']}" if "src_ip" in said else ""
    because = f"{title}: port {port or 'any'} is open to what comes from outside{who}"
    return "opens the firewall", port or who.strip() or title, because, 0.45
