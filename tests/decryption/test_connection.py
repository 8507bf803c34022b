"""Connections opened with their key log, and those that are not.

Spec: RFC 8446, RFC 5246.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from evenhand.decryption import connection as tls
from evenhand.decryption.connection import CHOSEN, CLIENT, DATA, SERVER, SHOWN, Connection, Stopped
from evenhand.decryption.key_log import KeyLog
from tests.decryption.sessions import Session, session

TALK = [(True, b"question"), (False, b"answer" * 5000), (True, b"more")]
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SUITES_12 = [
    ("ec", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("ec", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("ec", "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ("ec", "ECDHE-ECDSA-AES128-SHA256"),
    ("ec", "ECDHE-ECDSA-AES256-SHA384"),
    ("ec", "ECDHE-ECDSA-AES256-SHA"),
    ("ec", "ECDHE-ECDSA-AES128-CCM"),
    ("ec", "ECDHE-ECDSA-AES256-CCM8"),
    ("rsa", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("rsa", "AES128-GCM-SHA256"),
    ("rsa", "AES256-SHA256"),
    ("rsa", "AES128-SHA"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sessions")


def opened(made: Session, key_log: bytes | None = None) -> list[tls.Opened]:
    """What a connection gives whose key log is this."""
    random = made.sent[0][1][11:43]
    log = KeyLog()
    log.add((made.key_log if key_log is None else key_log).splitlines())
    one = Connection(random, log.session(random) or {})
    return [
        found
        for client, data in made.sent
        for found in one.feed(CLIENT if client else SERVER, data)
    ]


def said(found: list[tls.Opened], side: int) -> bytes:
    return b"".join(o.data for o in found if o.kind == DATA and o.side == side)


@pytest.mark.parametrize(("kind", "suite"), SUITES_12)
def test_tls_12(kind: str, suite: str, folder: Path) -> None:
    made = session(folder, TALK, kind=kind, version=V12, ciphers=f"{suite}:@SECLEVEL=0")
    found = opened(made)
    assert said(found, CLIENT) == b"questionmore"
    assert said(found, SERVER) == b"answer" * 5000


def test_tls_13_with_certificate_and_protocol(folder: Path) -> None:
    made = session(folder, TALK, protocols=["h2", "http/1.1"])
    found = opened(made)
    assert said(found, CLIENT) == b"questionmore"
    assert said(found, SERVER) == b"answer" * 5000
    assert [o.data for o in found if o.kind == CHOSEN] == [b"h2"]
    assert len([o for o in found if o.kind == SHOWN]) == 1


def test_the_pieces_in_which_bytes_come_change_nothing(folder: Path) -> None:
    made = session(folder, TALK)
    pieces = [
        (side, data[at : at + 7]) for side, data in made.sent for at in range(0, len(data), 7)
    ]
    cut = [made.sent[0], *pieces[(len(made.sent[0][1]) + 6) // 7 :]]
    assert said(opened(made._replace(sent=cut)), SERVER) == b"answer" * 5000


def test_without_the_handshake_secrets_data_are_opened(folder: Path) -> None:
    made = session(folder, TALK)
    lines = [one for one in made.key_log.splitlines(True) if b"HANDSHAKE" not in one]
    found = opened(made, b"".join(lines))
    assert said(found, SERVER) == b"answer" * 5000
    assert not [o for o in found if o.kind == SHOWN]


def changed(key_log: bytes) -> bytes:
    """The same sessions with other secrets."""
    lines = (line.rpartition(b" ") for line in key_log.splitlines())
    return b"\n".join(start + b" " + secret[::-1] for start, _, secret in lines)


def test_wrong_secrets_open_nothing(folder: Path) -> None:
    made = session(folder, TALK, version=V12)
    with pytest.raises(Stopped, match="does not authenticate"):
        opened(made, changed(made.key_log))
    made = session(folder, TALK, version=V13)
    assert opened(made, changed(made.key_log)) == []  # it could be refused early data


def test_a_changed_record_stops_the_connection(folder: Path) -> None:
    made = session(folder, TALK)
    side, last = made.sent[-1]
    changed = last[:-1] + bytes([last[-1] ^ 1])
    with pytest.raises(Stopped, match="does not authenticate"):
        opened(made._replace(sent=[*made.sent[:-1], (side, changed)]))


def test_what_is_no_tls_stops_the_connection(folder: Path) -> None:
    made = session(folder, TALK)
    with pytest.raises(Stopped, match="no records"):
        opened(made._replace(sent=[*made.sent, (False, b"HTTP/1.1 200 OK\r\n\r\n")]))


@pytest.mark.parametrize("number", [0x0300, 0x0301, 0x0302])
def test_old_versions_are_said(number: int) -> None:
    hello = number.to_bytes(2, "big") + bytes(32) + b"\0\0\x2f\0"
    message = b"\2" + len(hello).to_bytes(3, "big") + hello
    one = Connection(bytes(32), {})
    with pytest.raises(Stopped, match=r"before TLS 1\.2"):
        list(one.feed(SERVER, b"\x16\3\1" + len(message).to_bytes(2, "big") + message))


NO_EXTENDED_MASTER, NO_ENCRYPT_THEN_MAC = 1 << 0, 1 << 19  # OpenSSL's numbers, which Python lacks


@pytest.mark.parametrize("options", [0, NO_EXTENDED_MASTER, NO_ENCRYPT_THEN_MAC])
def test_the_master_secret_and_the_mac_in_both_ways(options: int, folder: Path) -> None:
    suite = "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"
    made = session(folder, TALK, version=V12, ciphers=suite, options=options)
    server = made.of(client=False)
    assert (b"\x00\x17\x00\x00" in server) == (options != NO_EXTENDED_MASTER)
    assert (b"\x00\x16\x00\x00" in server) == (options != NO_ENCRYPT_THEN_MAC)
    assert said(opened(made), SERVER) == b"answer" * 5000


@pytest.mark.parametrize("version", [V12, V13])
def test_a_session_taken_up_again(version: ssl.TLSVersion, folder: Path) -> None:
    made = session(folder, TALK, version=version, again=True)
    found = opened(made)
    assert said(found, CLIENT) == b"questionmore" and said(found, SERVER) == b"answer" * 5000
    assert not [o for o in found if o.kind == SHOWN]  # the certificate was shown the first time


def test_a_server_that_asks_for_another_key_share(folder: Path) -> None:
    made = session(folder, TALK, curve="secp384r1")
    assert tls.RETRY in made.of(client=False)
    assert said(opened(made), CLIENT) == b"questionmore"
    assert said(opened(made), SERVER) == b"answer" * 5000


AES, CHACHA = 0x1301, 0x1303
SECRETS = {label: bytes([n]) * 32 for n, label in enumerate(("early", "client", "server"))}


def expanded(secret: bytes, label: bytes, size: int) -> bytes:
    """RFC 8446 §7.1, by the library."""
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0"
    return HKDFExpand(hashes.SHA256(), size, info).derive(secret)


def sealed(suite: int, secret: bytes, number: int, data: bytes, kind: int = 23) -> bytes:
    """A record of TLS 1.3 (RFC 8446 §5.2), by the library."""
    way = ChaCha20Poly1305 if suite == CHACHA else AESGCM
    key = expanded(secret, b"key", 32 if suite == CHACHA else 16)
    iv = int.from_bytes(expanded(secret, b"iv", 12), "big") ^ number
    head = b"\x17\3\3" + (len(data) + 17).to_bytes(2, "big")
    return head + way(key).encrypt(iv.to_bytes(12, "big"), data + bytes([kind]), head)


def hello(kind: int, random: bytes, suite: int) -> bytes:
    """As much of a ClientHello or ServerHello as is read."""
    body = b"\3\3" + random + b"\0" + suite.to_bytes(2, "big") + b"\0"
    body += b"\0\6" + b"\0\x2b\0\2\3\4"
    message = bytes([kind]) + len(body).to_bytes(3, "big") + body
    return b"\x16\3\3" + len(message).to_bytes(2, "big") + message


@pytest.mark.parametrize("suite", [AES, CHACHA])
def test_early_data_and_new_keys_in_a_session_of_tls_13(suite: int) -> None:
    random = b"R" * 32
    labels = ("CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
    log = KeyLog()
    log.add(
        f"{label} {random.hex()} {secret.hex()}".encode()
        for label, secret in zip(labels, SECRETS.values(), strict=True)
    )
    early, client, server = SECRETS.values()
    later = expanded(client, b"traffic upd", 32)
    update = b"\x18\0\0\1\0"  # KeyUpdate, and none is asked for
    sent = [
        (CLIENT, hello(1, random, suite) + sealed(suite, early, 0, b"early ")),
        (CLIENT, sealed(suite, early, 1, b"bird ")),
        (SERVER, hello(2, b"S" * 32, suite) + sealed(suite, server, 0, b"answer")),
        (CLIENT, sealed(suite, client, 0, b"before ") + sealed(suite, client, 1, update, 22)),
        (CLIENT, sealed(suite, later, 0, b"after")),
    ]
    one = Connection(random, log.session(random) or {})
    found = [opened for side, data in sent for opened in one.feed(side, data)]
    assert (said(found, CLIENT), said(found, SERVER)) == (b"early bird before after", b"answer")
    with pytest.raises(Stopped, match="does not authenticate"):
        list(one.feed(CLIENT, sealed(suite, client, 2, b"under the old keys")))


def test_early_data_that_the_server_refuses_by_asking_again() -> None:
    random, (early, client, _) = b"R" * 32, SECRETS.values()
    one = Connection(random, {"CLIENT_TRAFFIC_SECRET_0": client})
    first = hello(1, random, AES) + sealed(AES, early, 0, b"early")
    sent = [
        (CLIENT, first),
        (SERVER, hello(2, tls.RETRY, AES) + b"\x14\3\3\0\1\1"),
        (CLIENT, b"\x14\3\3\0\1\1" + hello(1, random, AES)),
        (SERVER, hello(2, b"S" * 32, AES)),
        (CLIENT, sealed(AES, client, 0, b"late")),
    ]
    found = [opened for side, data in sent for opened in one.feed(side, data)]
    assert said(found, CLIENT) == b"late"
