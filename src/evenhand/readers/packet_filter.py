"""Rules of packet filters as a whole: ports that stand open, and ports that other packets open.

Spec: nft(8) (sets, set statements), iptables-extensions(8) (recent, set, string), ufw(8),
firewalld.zone(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.artefact import Artefact
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.readers import Item, Partly
from evenhand.rootfs.text import text_of

VERSION = "1"
RECOGNISES = {
    "names": (
        "nftables.conf", "nftables.d/*", "*.nft", "iptables/rules.v4", "iptables/rules.v6",
        "sysconfig/iptables", "sysconfig/ip6tables", "ufw/*.rules", "iptables/*.rules",
        "firewalld/zones/*.xml",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "rules that programs add; what listens behind a port",
    "hidden_access": "who knows which packets to send",
}

RULES = 5_000  # of one file
TEXT = 160
LINE = 2_000
ADDED = re.compile(r"(?:add|update)\s+@(\w+)\s*\{|--add-set\s+(\S+)|--set\b.*--name\s+(\S+)")
LET_IN = re.compile(
    r"saddr\s+@(\w+)\b|(?<!! )--match-set\s+(\S+)\s+src|(?<!! )--rcheck\b.*--name\s+(\S+)"
)
ACCEPTS = re.compile(r"\baccept\b|-j\s+ACCEPT\b|<accept\s*/?>")
PORT = re.compile(
    r"\b(?:tcp|udp|th)\s+dport\s+(\{[^}]*\}|\S+)|--dports?\s+(\S+)|<port\b.*?port=\"(\S+?)\""
)
ONLY = re.compile(
    r"\b(?:saddr|iifname|iif|meta iif|oif|oifname)\b|(?:^|\s)(?:-s|--source|-i|--in-interface)\s"
    r"|ESTABLISHED|established"
)
HELD = re.compile(r"-m\s+string\b.*--(?:hex-)?string\s+(\"[^\"]+\"|\S+)")
# Ports that every system opens for what it is known to do.
USUAL = re.compile(
    r"(?:20|21|22|25|53|6[789]|80|110|123|143|1194|161|443|465|4500|500|514|53\d\d|546|547|587|"
    r"631|853|993|995|1900|3478|51820|8080|8443|ssh|https?|domain|ntp|bootp[cs]|mdns|dhcp\S*|ipp"
    r"|isakmp|smtps?|imaps?|submission|ipsec\S*)"
)


class Opened(NamedTuple):
    """A rule by which something comes in."""

    line: int
    target: str
    because: str
    strength: float | None
    access: str = ""


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each port that stands open, and what opens on a sign."""
    text = yield from text_of(artefact)
    for met, one in enumerate(_opened(text)):
        if met >= RULES:
            yield Partly(f"more than {RULES} rules that let in: the rest was not read")
            return
        place = f"line {one.line}"
        yield Behaviour(
            artefact.name, "opens the firewall", place, one.target[:TEXT], one.because, one.strength
        )
        if one.access:
            yield HiddenAccess(
                one.access, place, artefact.name, None, one.target[:80], one.strength,
                because=one.because,
            )  # fmt: skip


def _opened(text: str) -> Iterator[Opened]:
    lines = [line.strip()[:LINE] for line in text.splitlines()]
    knocked = {n: number for number, line in enumerate(lines, 1) for n in _names(ADDED, line)}
    inside = True  # a chain of what comes in; where no chain is named, any
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        chain = re.match(r"chain\s+(\S+)", line)
        if chain is not None:
            inside = bool(re.search(r"(?i)in(?:put)?(?:[_-]|$)|^in", chain[1]))
        elif "hook " in line:
            inside = "hook input" in line
        listed = line.startswith("-")
        if listed and not re.match(r"-[AI]\s+\S*(?i:input|in\b|_in)", line):
            continue
        if not ACCEPTS.search(line) and not line.startswith("<port"):
            continue
        told = _by_packets(number, line, knocked)
        if told is not None:
            yield told
        elif inside or listed:
            yield from _port(number, line)


def _names(pattern: re.Pattern[str], line: str) -> list[str]:
    return [name for found in pattern.finditer(line) for name in found.groups() if name]


def _by_packets(number: int, line: str, knocked: dict[str, int]) -> Opened | None:
    """A rule that lets in who sent other packets before, or a packet with a certain text."""
    name = next((n for n in _names(LET_IN, line) if n in knocked), None)
    if name is not None:
        because = (
            f"lets in whoever sent certain packets before (line {knocked[name]} notes them in "
            f"{name}): {line[:TEXT]}"
        )
        return Opened(number, name, because, 0.6, "debug entrance")
    held = HELD.search(line)
    if held is not None:
        because = f"lets in packets that hold a certain text: {line[:TEXT]}"
        return Opened(number, held[1], because, 0.55, "debug entrance")
    return None


def _port(number: int, line: str) -> Iterator[Opened]:
    """A port that is open to everybody, told weakly where it is not one of the usual."""
    found = PORT.search(line)
    if found is None or ONLY.search(line):
        return
    said = next(p for p in found.groups() if p)
    ports = [p for p in re.split(r"[\s,{}]+", said) if p]
    odd = [p for p in ports if not USUAL.fullmatch(p)]
    because = f"open to everybody: {line[:TEXT]}"
    yield Opened(number, f"port {said}", because, 0.4 if odd else None)
