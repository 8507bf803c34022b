"""Whether clients went on after a certificate, told by real sessions put into captures.

Spec: RFC 5246 §7.2.2; RFC 8446 §6.2.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.decryption.sessions import Session, session
from tests.readers.pcap import make
from tests.readers.pcap.reading import facts
from tests.readers.pcap.test_opened import found, segments

TALK = [(True, b"hello"), (False, b"world")]
V12 = ssl.TLSVersion.TLSv1_2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("acceptance")


def accepted(*made: Session) -> list[bool | None]:
    """What is told of each certificate by sessions one after the other, ports apart."""
    frames = [f for n, one in enumerate(made) for f in segments(one, port=443 + n)]
    return [row.accepted for row in facts(make.pcap(*frames)).certificates]


def refusal(description: int) -> list[tuple[bool, bytes]]:
    return [(True, b"\x15\3\3\0\2\2" + bytes([description]))]


def begun(folder: Path) -> list[tuple[bool, bytes]]:
    """A session up to the server's flight, its certificate in the clear."""
    return session(folder, [], version=V12).sent[:2]


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        (refusal(48), False),
        (refusal(42), False),
        (refusal(0), None),  # it closes
        (refusal(40), None),  # of the handshake, not of the certificate
        ([(False, b"\x15\3\3\0\2\2\x2a")], None),  # the server's
        ([(True, b"\x15\3\3\0\2\1\x2a")], None),  # a warning
        ([(True, b"\x15\3\3\0\x20" + bytes(32))], None),  # encrypted
        ([], None),
        ([(False, b"\x17\3\3\0\5abcde")], None),
        ([(True, b"\x17\3\3\0\5abcde")], True),
    ],
)
def test_in_the_clear(
    rest: Sequence[tuple[bool, bytes]], wanted: bool | None, folder: Path
) -> None:
    assert accepted(Session([*begun(folder), *rest], b"")) == [wanted]


def test_a_session_that_goes_on(folder: Path) -> None:
    assert accepted(session(folder, TALK, version=V12)) == [True]
    assert accepted(session(folder, [], version=V12)) == [None]


def test_one_that_went_on_is_enough(folder: Path) -> None:
    refused = Session([*begun(folder), *refusal(48)], b"")
    gone_on = session(folder, TALK, version=V12)
    assert accepted(refused, gone_on) == [True]
    assert accepted(gone_on, refused) == [True]
    assert accepted(refused, refused) == [False]


def test_a_refusal_that_a_key_log_opens(folder: Path) -> None:
    made = session(folder, [], refuses=True)
    got = found(folder, segments(made), made.key_log)
    assert got.inside("certificate", "subject", "accepted") == [("CN=alder.example", False)]
