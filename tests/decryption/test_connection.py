"""Connections opened with their key log, and those that are not.

Spec: RFC 8446, RFC 5246.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

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
