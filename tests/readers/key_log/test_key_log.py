"""Key logs: what is one, what of it is odd, and how captures beside one are opened.

Spec: RFC 9850 (SSLKEYLOGFILE).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.decryption.key_log import KeyLog, is_key_log
from evenhand.evidence import Evidence
from evenhand.limits import Limits
from tests.decryption.sessions import session
from tests.readers.pcap import make
from tests.readers.pcap.test_opened import exchange, segments
from tests.readers.reading import read_bytes

RANDOM, SECRET = b"0a" * 32, b"1B" * 48
LINE = b"CLIENT_RANDOM " + RANDOM + b" " + SECRET


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (LINE, True),
        (b"# a comment\n\n# another\r\n" + LINE, True),
        (b"QUIC_CLIENT_TRAFFIC_SECRET_0 " + RANDOM + b" " + RANDOM, True),
        (b"CLIENT_RANDOM of a session", False),
        (b"# a comment\n", False),
        (b"#" * 20_000, False),
        (b"", False),
    ],
)
def test_what_is_one(head: bytes, is_one: bool) -> None:
    assert is_key_log(head) is is_one


def test_lines() -> None:
    log = KeyLog()
    log.add([LINE, LINE[:-96] + b"00" * 48, b"# said", b"EXPORTER_SECRET x", b"odd", b"x" * 9999])
    assert log.session(bytes.fromhex(RANDOM.decode())) == {
        "CLIENT_RANDOM": bytes.fromhex(SECRET.decode())
    }
    assert log.session(bytes(32)) is None
    assert (len(log), log.odd, log.dropped) == (1, 2, 0)


def test_the_reader_says_what_is_odd_and_keeps_nothing(tmp_path: Path) -> None:
    found = read_bytes("key_log", LINE + b"\nodd\n", tmp_path)
    assert (found.rows, found.children) == ([], {})
    assert found.reasons == ["1 lines of a key log were not understood"]


def evidence(folder: Path, jobs: int = 1) -> Evidence:
    """What a run gives for a folder."""
    return pipeline.read([str(folder)], Limits(), jobs, lambda name: None)[0]


def hosts(found: Evidence) -> list[tuple[str, str]]:
    query = "SELECT path, name FROM evidence.host_name JOIN evidence.occurrence USING (artefact) "
    query += "WHERE source = 'https' ORDER BY ALL"
    return found.connection.execute(query).fetchall()


@pytest.mark.parametrize("place", ["beside", "archive"])
def test_a_capture_beside_its_key_log_is_opened(place: str, tmp_path: Path) -> None:
    made = session(tmp_path, exchange(b'{"a": 1}'))
    given = tmp_path / "given"
    given.mkdir()
    capture = make.pcap(*segments(made))
    if place == "beside":
        (given / "a.pcap").write_bytes(capture)
        (given / "z-keys.log").write_bytes(made.key_log)
        wanted = "a.pcap"
    else:
        with zipfile.ZipFile(given / "both.zip", "w") as archive:
            archive.writestr("a.pcap", capture)
            archive.writestr("z.txt", made.key_log)
        wanted = "both.zip!/a.pcap"
    found = evidence(given, jobs=2)
    assert hosts(found) == [(wanted, "inner.example")]
    kinds = found.connection.execute("SELECT kind FROM evidence.artefact ORDER BY kind").fetchall()
    assert ("key_log",) in kinds
