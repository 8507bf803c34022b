"""One TLS connection, opened with its secrets: records in, plain data and certificates out.

Spec: RFC 8446 §4–§5 (TLS 1.3), §4.6.3 (KeyUpdate); RFC 5246 §7 (TLS 1.2); RFC 7366 (MAC after
encryption); RFC 7301 (ALPN); RFC 8879 (compressed certificates).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from evenhand.decryption import certificate
from evenhand.decryption.key_log import EARLY, HANDSHAKE, MASTER, TRAFFIC, Session
from evenhand.decryption.protection import Records12, Records13, records_12
from evenhand.decryption.suite import SUITES
from evenhand.errors import EvenhandError

CHANGE, ALERT, HANDSHAKING, APPLICATION = 20, 21, 22, 23
SERVER_HELLO, ENCRYPTED_EXTENSIONS, CERTIFICATE, KEY_UPDATE, COMPRESSED = 2, 8, 11, 24, 25
CLIENT_HELLO = 1
PROTOCOLS, MAC_LATER, VERSIONS = 16, 22, 43
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
RECORD_BYTES = (1 << 14) + 2048
MESSAGE_BYTES = 1 << 16  # of a handshake message; longer ones are passed over
HELD_BYTES = 1 << 17  # of one side that waits for the other
SKIPPED = 1024  # records in a row that no key opens: early data that were refused
SERVER, CLIENT = 0, 1
DATA, SHOWN, CHOSEN, REFUSED = range(4)
# Alerts about a certificate (RFC 8446 §6.2): bad, unsupported, revoked, expired, unknown, its
# authority unknown, its status bad.
REFUSALS = (42, 43, 44, 45, 46, 48, 113)


class Stopped(EvenhandError):
    """This connection cannot be opened any further."""


class Opened(NamedTuple):
    """Something that was inside: data, a certificate of the server, the protocol chosen, or that
    the client refuses the certificate.
    """

    kind: int
    side: int  # who sent it
    data: bytes


class Hello(NamedTuple):
    """What a ServerHello chooses."""

    random: bytes
    suite: int
    version: int
    later_mac: bool
    protocol: bytes


class Side:
    """What one end sends."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.message = bytearray()
        self.keys: list[Records12 | Records13] = []  # the present ones, then those that may follow
        self.skipped = 0


class Connection:
    """One connection; `random` is that of its ClientHello, `session` its secrets."""

    def __init__(self, random: bytes, session: Session) -> None:
        self.random, self.session = random, session
        self.sides = (Side(), Side())
        self.hello: Hello | None = None
        self.retried = False  # the server asked for another ClientHello
        self.opened = False  # whether any record was

    @property
    def shut(self) -> bool:
        """Whether there were encrypted records and none was opened."""
        return not self.opened and any(side.skipped for side in self.sides)

    def feed(self, side: int, data: bytes) -> Iterator[Opened]:
        """What these bytes of one side open. Raises Stopped."""
        self.sides[side].raw += data
        yield from self._records(side)
        if side == SERVER and (
            self.hello is not None or self.retried
        ):  # what waited for the server's choice
            yield from self._records(CLIENT)
        if len(self.sides[side].raw) > HELD_BYTES:
            raise Stopped("the server's choice of keys was not captured")

    def _records(self, side: int) -> Iterator[Opened]:
        raw, at = self.sides[side].raw, 0
        try:
            while len(raw) - at >= 5:
                size = raw[at + 3] << 8 | raw[at + 4]
                if not CHANGE <= raw[at] <= APPLICATION + 1 or raw[at + 1] != 3:
                    raise Stopped("what follows are no records of TLS")
                if size > RECORD_BYTES:
                    raise Stopped("a record is longer than records are")
                if len(raw) - at - 5 < size:
                    break
                if self.hello is None and raw[at] not in (HANDSHAKING, ALERT):
                    if not self.retried:
                        break  # waits for the server's choice
                    at += 5 + size  # early data that were refused; RFC 8446 §D.4
                    continue
                head, fragment = bytes(raw[at : at + 5]), bytes(raw[at + 5 : at + 5 + size])
                at += 5 + size
                yield from self._record(side, head, fragment)
        finally:
            del raw[:at]

    def _record(self, side: int, head: bytes, fragment: bytes) -> Iterator[Opened]:
        kind, one = head[0], self.sides[side]
        new = self.hello is not None and self.hello.version >= 0x0304
        if kind == CHANGE:
            if not new:
                one.keys = [self._keys_12()[side]]
            return
        if one.keys and (kind == APPLICATION or not new):
            found = self._open(one, head, fragment)
            if found is None:
                return
            kind, fragment = found
        elif kind == APPLICATION:
            raise Stopped("the secret that its data need is not in the key log")
        if kind == HANDSHAKING:
            yield from self._handshake(side, fragment)
        elif kind == APPLICATION and fragment:
            yield Opened(DATA, side, fragment)
        elif kind == ALERT and side == CLIENT and refused(fragment):
            yield Opened(REFUSED, side, b"")

    def _open(self, one: Side, head: bytes, fragment: bytes) -> tuple[int, bytes] | None:
        """Open a record with the keys in use, or with the first that follow; None: passed over."""
        for number, keys in enumerate(one.keys):
            found = keys.open(head, fragment)
            if found is not None:
                del one.keys[:number]
                self.opened, one.skipped = True, 0
                return found
        one.skipped += 1
        new = isinstance(one.keys[0], Records13)
        if not new or one.skipped > SKIPPED or (self.opened and len(one.keys) == 1):
            raise Stopped("a record does not authenticate under the secrets given")
        return None

    def _handshake(self, side: int, fragment: bytes) -> Iterator[Opened]:
        message = self.sides[side].message
        message += fragment
        while len(message) >= 4:
            size = int.from_bytes(message[1:4], "big")
            if size > MESSAGE_BYTES:
                raise Stopped("a handshake message is longer than is put together")
            if len(message) - 4 < size:
                return
            kind, body = message[0], bytes(message[4 : 4 + size])
            del message[: 4 + size]
            yield from self._message(side, kind, body)

    def _message(self, side: int, kind: int, body: bytes) -> Iterator[Opened]:
        inside = bool(self.sides[side].keys)
        if kind == SERVER_HELLO and side == SERVER and not inside:
            yield from self._chosen(body)
        elif kind == KEY_UPDATE and inside:
            keys = self.sides[side].keys
            if isinstance(keys[0], Records13):
                self.sides[side].keys = [keys[0].updated()]
        elif kind == CLIENT_HELLO and inside:
            raise Stopped("it was negotiated anew within itself")
        elif side == SERVER and inside and isinstance(self.sides[side].keys[0], Records13):
            if kind == ENCRYPTED_EXTENSIONS:
                chosen = _protocol(extensions(body, 0).get(PROTOCOLS, b""))
                if chosen:
                    yield Opened(CHOSEN, SERVER, chosen)
            elif kind in (CERTIFICATE, COMPRESSED):
                plain = body if kind == CERTIFICATE else certificate.expanded(body)
                for raw in certificate.listed(plain):
                    yield Opened(SHOWN, SERVER, raw)

    def _chosen(self, body: bytes) -> Iterator[Opened]:
        hello = server_hello(body)
        if hello is None:
            raise Stopped("its ServerHello is broken")
        if hello.random == RETRY:
            self.retried = True
            return
        self.hello = hello
        if hello.version < 0x0303:
            raise Stopped("versions before TLS 1.2 are not opened")
        if hello.suite not in SUITES:
            raise Stopped(f"its cipher suite 0x{hello.suite:04X} is not known")
        if hello.version >= 0x0304:
            self._keys_13(hello)
        if hello.protocol:
            yield Opened(CHOSEN, SERVER, hello.protocol)

    def _keys_13(self, hello: Hello) -> None:
        suite = SUITES[hello.suite]
        for side, one in enumerate(self.sides):
            early = (EARLY,) if side == CLIENT else ()
            labels = (*early, HANDSHAKE[side], TRAFFIC[side])
            secrets = [self.session[label] for label in labels if label in self.session]
            one.keys = [Records13(suite, secret) for secret in secrets]

    def _keys_12(self) -> tuple[Records12, Records12]:
        master = self.session.get(MASTER)
        if master is None or self.hello is None:
            raise Stopped("the secret that its data need is not in the key log")
        suite = SUITES[self.hello.suite]
        return records_12(suite, master, self.random, self.hello.random, self.hello.later_mac)


def refused(alert: bytes) -> bool:
    """Whether an alert is fatal and about a certificate."""
    return len(alert) == 2 and alert[0] == 2 and alert[1] in REFUSALS


def server_hello(body: bytes) -> Hello | None:
    """Read a ServerHello; None where it breaks off."""
    if len(body) < 38 or 38 + body[34] > len(body):
        return None
    at = 35 + body[34]
    found = extensions(body, at + 3)
    version = found.get(VERSIONS, body[0:2])
    return Hello(
        body[2:34],
        body[at] << 8 | body[at + 1],
        int.from_bytes(version[:2], "big"),
        MAC_LATER in found,
        _protocol(found.get(PROTOCOLS, b"")),
    )


def extensions(body: bytes, at: int) -> dict[int, bytes]:
    """Extensions behind their length, as far as they are whole."""
    found: dict[int, bytes] = {}
    end = min(len(body), at + 2 + int.from_bytes(body[at : at + 2], "big"))
    at += 2
    while at + 4 <= end:
        kind, size = body[at] << 8 | body[at + 1], body[at + 2] << 8 | body[at + 3]
        if at + 4 + size > end:
            break
        found[kind] = body[at + 4 : at + 4 + size]
        at += 4 + size
    return found


def _protocol(value: bytes) -> bytes:
    """RFC 7301 §3.1: a server's list holds one name."""
    return value[3 : 3 + value[2]] if len(value) > 3 else b""
