"""One datagram, and whatever else holds a name in one piece: who reads it, what it says.

Spec: IANA port numbers 53, 137, 1900, 5353, 5355; RFC 6347 §4.1, RFC 9000 §17.2 by content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from evenhand.readers.pcap import dns, http, quic, tls
from evenhand.readers.pcap.address import Addresses
from evenhand.readers.pcap.names import HostNames, Where
from evenhand.readers.pcap.notes import NOBODY, Notes
from evenhand.readers.pcap.service import Services
from evenhand.readers.pcap.stream import Pieces, Streams

DNS, NETBIOS, SSDP, MDNS, LLMNR = 53, 137, 1900, 5353, 5355
NAMED_PORTS = {DNS: "dns", MDNS: "mdns", LLMNR: "llmnr", NETBIOS: "netbios", SSDP: "ssdp"}


class Segment(NamedTuple):
    """A payload and whose it is."""

    where: Where
    ends: tuple[int, ...]  # version, source, target, source port, target port
    data: bytes
    sequence: int  # of TCP
    cut: bool  # the capture kept only the start of the packet
    flow: int = NOBODY  # as `notes.flow_of` gives it


@dataclass
class Connection:
    """A client's QUIC Initials: keys by its first connection id, and its CRYPTO stream."""

    where: Where
    secrets: list[quic.Keys]
    pieces: Pieces
    done: bool = False


class Datagrams:
    """Reads datagrams of one capture, in order."""

    def __init__(self, addresses: Addresses, names: HostNames, notes: Notes) -> None:
        self.addresses = addresses
        self.names = names
        self.notes = notes
        self.services = Services()
        self.connections: Streams[Connection] = Streams(lambda each: not each.done)
        self.fragments: Streams[Pieces] = Streams(lambda pieces: True)

    @property
    def lost(self) -> int:
        """Streams given up because too many were open."""
        return self.connections.lost + self.fragments.lost

    def read(self, segment: Segment) -> None:
        for port in segment.ends[:2:-1]:  # the server's side first
            kind = NAMED_PORTS.get(port)
            if kind == "ssdp":
                for host in http.requests(segment.data).hosts:
                    self.name(http.without_port(host), "ssdp", segment)
            elif kind is not None:
                self.message(segment.data, kind, segment.where)
            if kind is not None:
                return
        if segment.data[:1] == b"\x16":
            self._dtls(segment)
        elif segment.data[:1] >= b"\x80" or segment.data[9:11] == b"Q0":
            self._quic(segment)

    def name(self, name: bytes, source: str, segment: Segment) -> None:
        address = self.addresses.raw(segment.ends[0], segment.ends[2])
        self.names.add(name, source, segment.where, address)

    def message(self, data: bytes, kind: str, where: Where) -> None:
        """Read a message."""
        said = dns.message(data)
        if said is None:
            return
        if kind == "dns":
            self._dns_names(said, where)
        elif kind == "netbios":
            self._netbios_names(said, where)
        else:
            for question in said.questions:
                self.names.add(question, kind, where)
            for record in said.records:
                if record.address and record.kind != dns.PTR:
                    self.names.add(record.owner, kind, where, record.address)

    def _dns_names(self, said: dns.Message, where: Where) -> None:
        for question in said.questions:
            self.names.add(question, "dns question", where)
        for record in said.records:
            if record.kind == dns.CNAME:
                self.names.add(record.alias, "dns alias", where)
            elif record.kind == dns.PTR:
                if record.address:
                    self.names.add(record.alias, "dns pointer", where, record.address)
            elif record.service is not None:
                self._service(record, record.service, where)
            elif record.kind != dns.NB and record.section == 0 and said.questions:
                self.names.add(said.questions[0], "dns answer", where, record.address)
            elif record.kind != dns.NB:  # beside the answer: it speaks of its owner
                self.names.add(record.owner, "dns additional", where, record.address)

    def _service(self, record: dns.Record, service: dns.Service, where: Where) -> None:
        """An address hint is one for the owner, and for the target that stands for it."""
        self.services.add(record, service, where)
        for name in dict.fromkeys((dns.without_prefix(record.owner), service.target)):
            for address in service.addresses:
                self.names.add(name, "dns service", where, address)
        if service.target and not service.addresses:
            self.names.add(service.target, "dns service", where)

    def _netbios_names(self, said: dns.Message, where: Where) -> None:
        for question in said.questions:
            self.names.add(dns.netbios_name(question), "netbios", where)
        for record in said.records:
            if record.kind == dns.NB:
                name = dns.netbios_name(record.owner)
                self.names.add(name, "netbios", where, record.address)

    def _dtls(self, segment: Segment) -> None:
        for piece in tls.dtls_fragments(segment.data):
            key = (*segment.ends, piece.sequence)
            pieces = self.fragments.get(key)
            if pieces is None:
                pieces = self.fragments.put(key, Pieces(tls.HELLO_BYTES), segment.where.time_us)
            pieces.add(piece.offset, piece.data)
            body = pieces.start()
            if len(body) >= piece.total:
                self.fragments.drop(key)
                try:
                    hello = tls.client_hello(body[: piece.total], cookie=True)
                except tls.Malformed:
                    continue
                self.hello(hello, "dtls", segment)

    def hello(self, hello: tls.Hello, source: str, segment: Segment) -> None:
        """An outer name is not the name: it is kept apart (RFC 9849 §6.1)."""
        self.name(hello.name, f"{source} outer (ech)" if hello.encrypted else source, segment)
        self.notes.hello(segment.flow, hello, source, segment.ends[4])

    def _quic(self, segment: Segment) -> None:
        if b"CHLO" in segment.data:
            self.name(quic.google_name(segment.data), "gquic", segment)
            return
        for packet in quic.initials(segment.data):
            connection = self.connections.get(segment.ends)
            secret = quic.keys(packet.version, packet.target)
            # After the server's first answer the client uses another connection id, but the
            # keys of the first one; after a Retry it is the other way round (RFC 9001 §5.2).
            tried = [secret] if secret else []
            if connection is not None:
                tried += connection.secrets
            for candidate in tried:
                frames = quic.plain(segment.data, packet, candidate)
                if frames is not None:
                    self._crypto(frames, candidate, segment)
                    break

    def _crypto(self, frames: bytes, secret: quic.Keys, segment: Segment) -> None:
        if b"CHLO" in frames:
            self.name(quic.google_name(frames), "gquic", segment)
            return
        connection = self.connections.get(segment.ends)
        if connection is None or (secret not in connection.secrets and connection.done):
            fresh = Connection(segment.where, [secret], Pieces(quic.CRYPTO_BYTES))
            connection = self.connections.put(segment.ends, fresh, segment.where.time_us)
        elif secret not in connection.secrets:
            connection.secrets = [*connection.secrets[-3:], secret]
        if connection.done:
            return
        for offset, piece in quic.crypto(frames):
            connection.pieces.add(offset, piece)
        try:
            hello = tls.hello_in_crypto(connection.pieces.start())
        except tls.More:
            return
        except tls.Malformed:
            connection.done, connection.pieces = True, Pieces(0)
            return
        connection.done, connection.pieces = True, Pieces(0)
        self.hello(hello, "quic", segment._replace(where=connection.where))
