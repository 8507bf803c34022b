"""What connections carried inside: names, certificates, requests and bodies, once opened.

Spec: docs/reference/facts.md (tables `host_name`, `certificate`, `http_request`); RFC 9110;
RFC 8484 (DNS over HTTPS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.artefact import shown as as_text
from evenhand.decryption.connection import CLIENT, DATA, REFUSED, SERVER, SHOWN, Opened
from evenhand.readers import Item, Partly
from evenhand.readers.pcap.address import Addresses, text
from evenhand.readers.pcap.certificate import Certificates, Key
from evenhand.readers.pcap.datagram import Datagrams
from evenhand.readers.pcap.exchange import Exchanges
from evenhand.readers.pcap.http import MEDIA, Request, without_port
from evenhand.readers.pcap.names import HostNames, Where
from evenhand.readers.pcap.notes import Notes
from evenhand.readers.pcap.opened.body import Bodies, Wanted, handed_on
from evenhand.traffic.authority import file_name

DECRYPTED = ", decrypted"  # what locators say
DNS_MESSAGE = "application/dns-message"
WORDS = ("response", "request")  # by side


class Message(NamedTuple):
    """The start of an HTTP message of any version."""

    method: bytes  # of an answer: its status
    host: bytes
    target: bytes
    fields: dict[bytes, bytes]


class Inside:
    """What was inside, of all connections of one capture."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.names = HostNames()
        self.certificates = Certificates()
        self.exchanges = Exchanges()
        self.bodies = Bodies()
        self.datagrams = Datagrams(addresses, self.names, Notes({}))
        self.closed: Counter[str] = Counter()  # why connections stayed closed

    def rows(self) -> Iterator[Item]:
        """The facts, once everything has been read."""
        self.names.finish()
        yield from self.names.batches(DECRYPTED)
        yield from self.certificates.rows(DECRYPTED)
        yield from self.exchanges.rows(DECRYPTED)
        yield from self.datagrams.services.rows(DECRYPTED)
        if self.names.dropped or self.exchanges.dropped or self.certificates.dropped:
            yield Partly(
                "decrypted names, certificates or requests beyond the limits were left out"
            )


class Web:
    """The HTTP messages of one connection, whatever their version."""

    def __init__(self, inside: Inside, ends: tuple[int, ...]) -> None:
        self.inside, self.ends = inside, ends
        raw = inside.addresses.raw
        self.server = text(raw(ends[0], ends[2]))
        self.client = text(raw(ends[0], ends[1]))
        self._target: dict[int, bytes] = {}  # stream → what was asked for

    def message(self, side: int, stream: int, message: Message, where: Where) -> None:
        """A message begins."""
        media = MEDIA(b"content-type:" + message.fields.get(b"content-type", b""))
        kind = media[1].lower() if media else b""
        version, source, target, source_port, target_port = self.ends
        apart = stream << 16
        if side == CLIENT:
            host = without_port(message.host)
            if host:
                raw = self.inside.addresses.raw(version, target)
                self.inside.names.add(host, "https", where, raw)
            ends = (version, source, target, source_port, target_port | apart)
            request = Request(message.method.decode("ascii", "replace"), message.host, kind)
            self.inside.exchanges.asked(ends, request, self.server, where, encrypted=True)
            self._target[stream] = message.target
        elif message.method[:1] == b"1":
            return  # an interim answer: the true one follows
        else:
            ends = (version, target, source, target_port | apart, source_port)
            self.inside.exchanges.answered(ends, kind)
        asked = as_text(file_name(as_text(self._target.get(stream, b""))).encode())
        between = (self.server, self.client)
        self.inside.bodies.begin(
            (self, stream, side),
            Wanted(
                f"packet {where.number} {WORDS[side]}/{asked}",
                kind.decode("ascii"),
                message.fields.get(b"content-encoding", b""),
                where,
                between[side],
                between[1 - side],
            ),
        )

    def data(self, side: int, stream: int, data: bytes) -> None:
        """Some of a body."""
        self.inside.bodies.add((self, stream, side), data)

    def end(self, side: int, stream: int, whole: bool = True) -> Iterator[Item]:
        """A message is over."""
        if side == SERVER:
            self._target.pop(stream, None)
        found = self.inside.bodies.end((self, stream, side), whole)
        if found is None or not found[1]:
            return
        if found[0].kind == DNS_MESSAGE:
            self.inside.datagrams.message(found[1], "dns", found[0].where)
        else:
            yield from handed_on(*found)

    def finish(self) -> Iterator[Item]:
        """The connection is over: what has begun ends here."""
        for _, stream, side in self.inside.bodies.keys(self):
            yield from self.end(side, stream, whole=False)


class Certified:
    """Takes the certificates that a server shows, and whether the client goes on."""

    def __init__(self, inside: Inside, ends: tuple[int, ...]) -> None:
        self._inside = inside
        self._server = text(inside.addresses.raw(ends[0], ends[2]))
        self._keys: list[Key] = []

    def take(self, opened: Opened, where: Where) -> None:
        """Take what was opened."""
        certificates = self._inside.certificates
        if opened.kind == SHOWN:
            self._keys.append(certificates.add(opened.data, self._server, where))
        elif self._keys and (opened.kind, opened.side) in ((DATA, CLIENT), (REFUSED, CLIENT)):
            certificates.judge(self._keys, opened.kind == DATA)
            self._keys = []
