"""What a pcapng file says beside its packets: secrets, names, comments, packets that were dropped.

Spec: draft-ietf-opsawg-pcapng s. 3.5 (options), 4.5 (names), 4.6 (statistics), 4.7 (secrets).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.artefact import Child
from evenhand.decryption.key_log import KeyLog
from evenhand.facts.host_name import HostName
from evenhand.readers import Item, Partly
from evenhand.readers.pcap.address import text
from evenhand.readers.pcap.blocks import (
    COMMENT,
    INTERFACE,
    MANY,
    NAMES,
    SECRETS,
    SECTION,
    STATISTICS,
    Aside,
)
from evenhand.readers.pcap.names import shown

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import View

DROPPED, DROPPED_BY_SYSTEM = 5, 7  # codes of options of statistics
TLS_KEY_LOG = 0x544C534B
ADDRESS_BYTES = {1: 4, 2: 16}  # by kind of record in a name block
KEPT = 50_000  # names of name blocks
COMMENT_BYTES = 1 << 20  # of all comments
SAID = 64  # kinds of secrets that are not used, each once


class Asides:
    """What has been said beside the packets so far."""

    def __init__(self, view: View) -> None:
        self.key_log = KeyLog()
        self._view = view
        self._passed_over: set[int] = set()
        self._names: dict[tuple[bytes, bytes], int] = {}  # name, address → where it was given
        self._comments = bytearray()
        self._cut = False
        self._met = 0
        self._dropped: dict[int, tuple[int, int]] = {}  # interface → packets dropped

    def take(self, found: Aside) -> Iterator[Partly]:
        """Take one more."""
        self._met += 1
        if self._met > MANY:
            self._cut = True
        elif found.kind == SECRETS:
            yield from self._secrets(found)
        elif found.kind == NAMES:
            self._name_block(found)
        elif found.kind == STATISTICS:
            self._statistics(found)
        else:
            start = {SECTION: 24, INTERFACE: 16}.get(found.kind, 0)
            for code, value in self._options(found, found.at + start):
                if code == COMMENT:
                    self._comment(value)

    def rows(self) -> Iterator[Item]:
        """Names, then comments as a text of their own."""
        for (name, address), at in self._names.items():
            yield HostName(
                name=shown(name),
                source="name block",
                locator=f"offset {at}",
                address=text(address),
                grade="declared",
            )
        if self._comments:
            yield Child("comments.txt", [bytes(self._comments)])
        if self._cut or len(self._names) >= KEPT:
            yield Partly("comments, or names of name blocks, were left out: too many")
        dropped = sum(by_card + by_system for by_card, by_system in self._dropped.values())
        if dropped:
            yield Partly(f"{dropped} packets were dropped while it was captured, as it says itself")

    def _secrets(self, found: Aside) -> Iterator[Partly]:
        if found.end - found.at < 16:
            return
        kind, size = struct.unpack_from(found.order + "II", self._view.data, found.at + 8)
        if kind == TLS_KEY_LOG:
            end = min(found.at + 16 + size, found.end)
            self.key_log.add(bytes(self._view.data[found.at + 16 : end]).splitlines())
        elif kind not in self._passed_over and len(self._passed_over) < SAID:
            self._passed_over.add(kind)
            yield Partly(f"decryption secrets of type 0x{kind:08X} are not used", found.at)

    def _name_block(self, found: Aside) -> None:
        for kind, value in self._options(found, found.at + 8):
            width = ADDRESS_BYTES.get(kind, len(value))
            for name in value[width:].split(b"\0"):
                if name and len(self._names) < KEPT:
                    self._names.setdefault((name, value[:width]), found.at)

    def _statistics(self, found: Aside) -> None:
        """Of one interface the last statistics count: they are sums from its start on."""
        if found.end - found.at < 20:
            return
        interface = struct.unpack_from(found.order + "I", self._view.data, found.at + 8)[0]
        counts = {DROPPED: 0, DROPPED_BY_SYSTEM: 0}
        for code, value in self._options(found, found.at + 20):
            if code in counts and len(value) == 8:
                counts[code] = struct.unpack(found.order + "Q", value)[0]
        if len(self._dropped) < KEPT or interface in self._dropped:
            self._dropped[interface] = counts[DROPPED], counts[DROPPED_BY_SYSTEM]

    def _comment(self, value: bytes) -> None:
        room = COMMENT_BYTES - len(self._comments)
        self._cut |= len(value) + 1 > room
        self._comments += value.rstrip(b"\0")[: max(0, room - 1)] + b"\n" if room > 0 else b""

    def _options(self, found: Aside, at: int) -> Iterator[tuple[int, bytes]]:
        """Codes and values up to the end mark; records of name blocks have the same shape."""
        data, end = self._view.data, found.end
        while at + 4 <= end:
            code, size = struct.unpack_from(found.order + "HH", data, at)
            if code == 0 or at + 4 + size > end:
                return
            yield code, bytes(data[at + 4 : at + 4 + size])
            at += 4 + (size + 3) // 4 * 4
