"""One QUIC connection, opened with its secrets: datagrams in, pieces of streams out.

Spec: RFC 9000 §17 (packets), §19 (frames); RFC 9001 §5 (protection), §6 (key update); RFC 9369.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand.decryption import certificate
from evenhand.decryption.connection import (
    CERTIFICATE,
    COMPRESSED,
    ENCRYPTED_EXTENSIONS,
    PROTOCOLS,
    SERVER_HELLO,
    extensions,
    server_hello,
)
from evenhand.decryption.derivation import expand_label
from evenhand.decryption.key_log import EARLY, HANDSHAKE, TRAFFIC, Session
from evenhand.decryption.protection import authenticated, decrypted, nonce
from evenhand.decryption.suite import CHACHA, SUITES, Suite
from evenhand.errors import EvenhandError
from evenhand.readers.pcap import quic
from evenhand.readers.pcap.opened.frame import Crypto, Stream, frames
from evenhand.readers.pcap.stream import Pieces

INITIAL, ZERO_RTT, HANDSHAKING, RETRY, ONE_RTT = range(5)  # kinds of packets
SERVER, CLIENT = 0, 1
INITIAL_SUITE = SUITES[0x1301]
WAITING_BYTES = 1 << 17  # of packets that wait for their keys
CRYPTO_BYTES = 1 << 16  # of one side's handshake
PHASE, FORM = 0x04, 0x80


class Stopped(EvenhandError):
    """This connection cannot be opened any further."""


class Shown(NamedTuple):
    """A certificate that the server shows."""

    raw: bytes


class Chosen(NamedTuple):
    """The protocol that the server chooses."""

    protocol: bytes


class Packet(NamedTuple):
    """A packet, still protected."""

    kind: int
    version: int
    target: bytes  # connection id
    source: bytes
    at: int
    number_at: int
    end: int


class Keys:
    """One direction under one secret."""

    def __init__(self, suite: Suite, secret: bytes, version: int, mask: bytes = b"") -> None:
        self.suite, self.secret, self.version = suite, secret, version
        prefix = b"quicv2 " if version == quic.VERSION_2 else b"quic "
        self._iv = expand_label(secret, prefix + b"iv", 12, suite.digest)
        key = expand_label(secret, prefix + b"key", suite.key, suite.digest)
        self._cipher = authenticated(suite.mode, key)
        self._mask = mask or expand_label(secret, prefix + b"hp", suite.key, suite.digest)

    def following(self) -> Keys:
        """RFC 9001 §6.1: the keys of the next phase; the mask stays."""
        prefix = b"quicv2 " if self.version == quic.VERSION_2 else b"quic "
        size = len(self.secret)
        secret = expand_label(self.secret, prefix + b"ku", size, self.suite.digest)
        return Keys(self.suite, secret, self.version, self._mask)

    def masked(self, sample: bytes) -> bytes:
        """RFC 9001 §5.4: what the first byte and the packet number are hidden by."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        if self.suite.mode == CHACHA:
            stream: Any = Cipher(algorithms.ChaCha20(self._mask, sample), None)
            return bytes(stream.encryptor().update(bytes(5)))
        block = Cipher(algorithms.AES(self._mask), modes.ECB())  # noqa: S305 - RFC 9001 §5.4.3
        return block.encryptor().update(sample)[:5]

    def open(self, number: int, sealed: bytes, head: bytes) -> bytes | None:
        """What a packet holds, or None."""
        return decrypted(self._cipher, nonce(self._iv, number), sealed, head)


class Connection:
    """One connection; it begins with the client's first Initial packet."""

    def __init__(self) -> None:
        self.random = b""
        self.session: Session | None = None
        self.opened = False  # any packet beyond the Initial ones
        self._keys: dict[tuple[int, int], list[Keys]] = {}  # (kind, side), the newest last
        self._targets: dict[tuple[int, bytes], None] = {}  # (version, id) of client's Initials
        self._length = {SERVER: -1, CLIENT: -1}  # of the ids that each side has chosen
        self._largest: dict[tuple[int, int], int] = {}
        self._crypto: dict[tuple[int, int], Pieces] = {}
        self._read: dict[tuple[int, int], int] = {}  # of the handshake, in bytes
        self._waiting: list[tuple[int, bytes]] = []
        self._suite: Suite | None = None

    def datagram(self, side: int, data: bytes) -> Iterator[Stream | Shown | Chosen]:
        """Everything that one datagram opens."""
        at = 0
        while at < len(data):
            packet = self._packet(side, data, at)
            if packet is None:
                return
            plain = self._plain(side, data, packet)
            at = packet.end
            if plain is not None:
                yield from self._frames(side, packet, plain)
            elif packet.kind != INITIAL and not self._ready():
                if sum(len(d) for _, d in self._waiting) < WAITING_BYTES:
                    self._waiting.append((side, data[packet.at :]))
                return

    def waited(self) -> Iterator[Stream | Shown | Chosen]:
        """What waited for keys that are now there."""
        if self._waiting and self._ready():
            waiting, self._waiting = self._waiting, []
            for side, data in waiting:
                yield from self.datagram(side, data)

    def _ready(self) -> bool:
        return self._suite is not None

    def _packet(self, side: int, data: bytes, at: int) -> Packet | None:
        if not data[at] & FORM:
            length = self._length[1 - side]  # the receiver's id
            if length < 0:
                return None
            after = at + 1 + length
            return Packet(ONE_RTT, 0, b"", b"", at, after, len(data))
        if len(data) - at < 7:
            return None
        version = int.from_bytes(data[at + 1 : at + 5], "big")
        kind = (data[at] >> 4 & 3) - (1 if version == quic.VERSION_2 else 0) & 3
        ids = at + 6 + data[at + 5]
        if quic.salt(version) is None or ids >= len(data):
            return None
        target, source = data[at + 6 : ids], data[ids + 1 : ids + 1 + data[ids]]
        where = ids + 1 + len(source)
        if len(target) > 20 or len(source) > 20:
            return None
        if kind == RETRY:
            return None
        self._length[side] = len(source)
        if kind == INITIAL:
            token = quic.varint(data, where)
            if token is None:
                return None
            where = token[1] + token[0]
        length_of = quic.varint(data, where)
        if length_of is None or length_of[1] + length_of[0] > len(data):
            return None
        end = length_of[1] + length_of[0]
        return Packet(kind, version, target, source, at, length_of[1], end)

    def _plain(self, side: int, data: bytes, packet: Packet) -> bytes | None:
        """The frames of a packet, or None where no key opens it."""
        sample = data[packet.number_at + 4 : packet.number_at + 20]
        if len(sample) < 16:
            return None
        for number, keys in enumerate(reversed(self._candidates(side, packet))):
            found = self._opened(side, data, packet, keys, sample)
            if found is not None:
                if packet.kind != INITIAL:
                    self.opened = True
                if packet.kind == ONE_RTT and number == 0 and len(self._keys[ONE_RTT, side]) > 1:
                    # A new phase has begun: the one before is kept for packets that come late.
                    phases = self._keys[ONE_RTT, side]
                    self._keys[ONE_RTT, side] = [phases[-2], phases[-1], phases[-1].following()]
                return found
        return None

    def _opened(
        self, side: int, data: bytes, packet: Packet, keys: Keys, sample: bytes
    ) -> bytes | None:
        mask = keys.masked(sample)
        first = data[packet.at] ^ (mask[0] & (0x0F if data[packet.at] & FORM else 0x1F))
        size = (first & 3) + 1
        after = packet.number_at + size
        hidden = zip(data[packet.number_at : after], mask[1:5], strict=False)
        short = bytes(a ^ b for a, b in hidden)
        head = bytes([first]) + data[packet.at + 1 : packet.number_at] + short
        space = ONE_RTT if packet.kind == ZERO_RTT else packet.kind
        largest = self._largest.get((space, side), -1)
        number = _whole(int.from_bytes(short, "big"), 8 * size, largest)
        plain = keys.open(number, data[after : packet.end], head)
        if plain is not None:
            self._largest[space, side] = max(largest, number)
        return plain

    def _candidates(self, side: int, packet: Packet) -> list[Keys]:
        """Keys that may open a packet, those to be tried first last."""
        if packet.kind != INITIAL:
            return self._keys.get((packet.kind, side), [])
        if side == CLIENT and len(self._targets) < 8:
            self._targets.setdefault((packet.version, packet.target))
        labels = (b"server in", b"client in")
        found = []
        # A server that chooses another version derives its keys anew from the same id.
        for _, target in self._targets:
            secret = quic.initial_secret(packet.version, target, labels[side])
            if secret is not None:
                found.append(Keys(INITIAL_SUITE, secret, packet.version))
        return found

    def _frames(self, side: int, packet: Packet, plain: bytes) -> Iterator[Stream | Shown | Chosen]:
        for one in frames(plain):
            if isinstance(one, Stream):
                yield one._replace(side=side, early=packet.kind == ZERO_RTT)
            elif isinstance(one, Crypto) and packet.kind != ONE_RTT:
                key = (packet.kind, side)
                pieces = self._crypto.setdefault(key, Pieces(CRYPTO_BYTES))
                pieces.add(one.offset, one.data)
                yield from self._handshake(key, packet.version)

    def _handshake(self, key: tuple[int, int], version: int) -> Iterator[Shown | Chosen]:
        """Handshake messages of one kind and side, as far as they are whole."""
        data, at = self._crypto[key].start(), self._read.get(key, 0)
        while len(data) - at >= 4:
            size = int.from_bytes(data[at + 1 : at + 4], "big")
            if key == (INITIAL, CLIENT) and len(data) - at >= 38:
                self.random = self.random or data[at + 6 : at + 38]
            if len(data) - at - 4 < size:
                break
            kind, body = data[at], data[at + 4 : at + 4 + size]
            at += 4 + size
            if key == (INITIAL, SERVER) and kind == SERVER_HELLO:
                self._choose(body, version)
            elif key == (HANDSHAKING, SERVER):
                yield from _said(kind, body)
        self._read[key] = at

    def _choose(self, body: bytes, version: int) -> None:
        """The server has chosen a suite: every later key follows."""
        hello = server_hello(body)
        if hello is None or hello.suite not in SUITES or self.session is None:
            raise Stopped("its ServerHello is broken, or its cipher suite not known")
        self._suite = suite = SUITES[hello.suite]
        for side in (SERVER, CLIENT):
            for kind, label in ((HANDSHAKING, HANDSHAKE[side]), (ONE_RTT, TRAFFIC[side])):
                if label in self.session:
                    keys = Keys(suite, self.session[label], version)
                    both = [keys, keys.following()] if kind == ONE_RTT else [keys]
                    self._keys[kind, side] = both
        if EARLY in self.session:  # of the version that the client began with
            began = next(iter(self._targets), (version, b""))[0]
            self._keys[ZERO_RTT, CLIENT] = [Keys(suite, self.session[EARLY], began)]


def _said(kind: int, body: bytes) -> Iterator[Shown | Chosen]:
    """What a server's encrypted handshake message tells."""
    if kind == ENCRYPTED_EXTENSIONS:
        value = extensions(body, 0).get(PROTOCOLS, b"")
        if len(value) > 3:
            yield Chosen(value[3 : 3 + value[2]])
    elif kind in (CERTIFICATE, COMPRESSED):
        plain = body if kind == CERTIFICATE else certificate.expanded(body)
        for raw in certificate.listed(plain):
            yield Shown(raw)


def _whole(short: int, bits: int, largest: int) -> int:
    """RFC 9000 §A.3: the packet number whose last bits these are."""
    expected, window = largest + 1, 1 << bits
    number = expected - expected % window + short
    if number <= expected - window // 2 and number + window < 1 << 62:
        return number + window
    if number > expected + window // 2 and number >= window:
        return number - window
    return number
