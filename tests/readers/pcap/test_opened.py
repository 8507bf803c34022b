"""Captures with the key log of their sessions: what is inside, and that no secret gets out.

Spec: RFC 9850; RFC 9112, RFC 9113; RFC 7858, RFC 8484.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import brotli
import pytest
from hpack import Encoder

from evenhand.artefact import Artefact, Child
from evenhand.readers import Batch, Partly
from evenhand.readers.pcap import read
from tests.decryption.sessions import Session, session
from tests.readers.pcap import make
from tests.readers.reading import SHARED, needs_shared, pull

ASKED = b"POST /x/form?q=1 HTTP/1.1\r\nHost: inner.example\r\nContent-Type: text/plain\r\n"
ANSWERED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
HTML = ("content-type", "text/html")
KEY_LOGS = SHARED / "data" / "logs" / "tls-keylog"


class Found:
    """What a capture gave."""

    def __init__(self, items: Iterator[Any]) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.children: dict[str, bytes] = {}
        self.reasons: list[str] = []
        for item in items:
            if isinstance(item, Batch):
                self.rows.setdefault(item.table, []).extend(item.rows.to_pylist())
            elif isinstance(item, Child):
                self.children[item.name] = pull(item, None)
            elif isinstance(item, Partly):
                self.reasons.append(item.reason)
            else:
                table = type(item).__module__.rpartition(".")[2]
                self.rows.setdefault(table, []).append(item._asdict())

    def inside(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows that were decrypted."""
        rows = (r for r in self.rows.get(table, []) if r["locator"].endswith(", decrypted"))
        return [tuple(r[c] for c in columns) for r in rows]


def segments(made: Session, size: int = 1400, port: int = 443) -> list[bytes]:
    """The session as TCP segments in Ethernet frames."""
    frames, sequence = [], {True: 1000, False: 5000}
    for client, data in made.sent:
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            ends, ports = (
                ((make.A, make.B), (40000, port)) if client else ((make.B, make.A), (port, 40000))
            )
            head = struct.pack(
                ">HHIIBBHHH",
                *ports,
                sequence[client],
                sequence[not client],
                0x50,
                make.ACK,
                9,
                0,
                0,
            )
            sequence[client] += len(piece)
            frames.append(make.eth(make.ipv4(*ends, 6, head + piece)))
    return frames


def found(folder: Path, frames: Sequence[bytes], key_log: bytes) -> Found:
    """What the reader gives for these frames with this key log beside them."""
    return found_in(folder, make.pcap(*frames), key_log)


def found_in(folder: Path, capture: bytes, key_log: bytes | None) -> Found:
    path, log = folder / "c.pcap", folder / "offered.log"
    path.write_bytes(capture)
    if key_log is not None:
        log.write_bytes(key_log)
    digest = "sha256:" + "0" * 64
    place = str(log) if key_log is not None else None
    return Found(read(Artefact("c.pcap", path, digest, len(capture), key_logs=place)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("opened")


def exchange(body: bytes, *fields: bytes) -> list[tuple[bool, bytes]]:
    head = ANSWERED + b"".join(f + b"\r\n" for f in fields)
    sized = head + b"Content-Length: %d\r\n\r\n" % len(body)
    return [(True, ASKED + b"Content-Length: 4\r\n\r\nbody"), (False, sized + body)]


def test_http_1_in_tls_13(folder: Path) -> None:
    made = session(folder, exchange(b'{"a": 1}'))
    got = found(folder, segments(made), made.key_log)
    assert got.inside("host_name", "name", "source", "address") == [
        ("inner.example", "https", make.B)
    ]
    columns = ("host", "method", "address", "sent_type", "received_type", "encrypted")
    assert got.inside("http_request", *columns) == [
        ("inner.example", "POST", make.B, "text/plain", "application/json", True)
    ]
    assert got.inside("certificate", "subject", "names", "shown_by", "accepted") == [
        ("CN=alder.example", ["alder.example"], make.B, True)
    ]
    assert set(got.children.values()) == {b"body", b'{"a": 1}'}
    assert {name.partition(" ")[2].partition(" ")[2] for name in got.children} == {
        "request/form", "response/form",
    }  # fmt: skip
    carried = ("name", "media_type", "size_bytes", "sender_address", "receiver_address", "whole")
    assert got.inside("carried_file", *carried) == [
        ("form", "text/plain", 4, make.A, make.B, True),
        ("form", "application/json", 8, make.B, make.A, True),
    ]
    assert got.reasons == []
    assert ("outer.example", "tls") in {(r["name"], r["source"]) for r in got.rows["host_name"]}


def test_no_secret_and_nothing_without_one(folder: Path) -> None:
    made = session(folder, exchange(b"{}"))
    closed = found(folder, segments(made), b"")
    assert not closed.inside("host_name", "name") and not closed.children
    got = found(folder, segments(made), made.key_log)
    secrets = {line.split()[2].decode() for line in made.key_log.splitlines() if line[:1] != b"#"}
    assert secrets
    assert not [s for s in secrets if s in str(got.rows) + str(got.children)]


@pytest.mark.parametrize("order", ["turned", "doubled", "small"])
def test_segments_as_networks_bring_them(order: str, folder: Path) -> None:
    made = session(folder, exchange(b"x" * 20_000))
    frames = segments(made, 90 if order == "small" else 1400)
    if order == "doubled":
        frames = [f for frame in frames for f in (frame, frame)]
    if order == "turned":  # the server's long answer, its segments in the wrong order
        frames = [*frames[:-12], *reversed(frames[-12:])]
    got = found(folder, frames, made.key_log)
    assert b"x" * 20_000 in got.children.values()
    assert got.reasons == []


def test_a_segment_that_was_not_captured_is_said(folder: Path) -> None:
    made = session(folder, exchange(b"x" * 20_000))
    frames = segments(made)
    got = found(folder, [*frames[:-6], *frames[-5:]], made.key_log)
    assert got.reasons == [
        "1 encrypted connections were opened in part or not at all: "
        "some of its segments were not captured"
    ]
    assert got.inside("http_request", "host") == [("inner.example",)]


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(b"plain" * 100, mtime=0)),
        (b"br", brotli.compress(b"plain" * 100)),
        (b"deflate", zlib.compress(b"plain" * 100)),
        (b"x-unknown", b"plain" * 100),
    ],
)
def test_bodies_are_expanded(coding: bytes, packed: bytes, folder: Path) -> None:
    made = session(folder, exchange(packed, b"Content-Encoding: " + coding))
    got = found(folder, segments(made), made.key_log)
    assert b"plain" * 100 in got.children.values()


def test_chunks_interim_answers_and_requests_in_a_row(folder: Path) -> None:
    get = b"GET /%b HTTP/1.1\r\nHost: inner.example\r\n\r\n"
    talk = [
        (True, get % b"one" + get % b"two" + get.replace(b"GET", b"HEAD") % b"three"),
        (False, b"HTTP/1.1 103 Early Hints\r\n\r\n" + ANSWERED),
        (False, b"Transfer-Encoding: chunked\r\n\r\n"),
        (False, b"4\r\nfirs\r\n1;x=y\r\nt\r\n0\r\nTrailer: 1\r\n\r\n"),
        (False, ANSWERED + b"Content-Length: 6\r\n\r\nsecond"),
        (False, ANSWERED + b"Content-Length: 9\r\n\r\n"),
        (True, get % b"four"),
        (False, b"HTTP/1.1 200 OK\r\n\r\nto the end"),
    ]  # fmt: skip
    made = session(folder, talk)
    got = found(folder, segments(made), made.key_log)
    short = {name.rpartition("/")[2]: body for name, body in got.children.items()}
    assert short == {"one": b"first", "two": b"second", "four": b"to the end"}
    assert got.inside("http_request", "method", "received_type") == [
        ("GET", "application/json"), ("HEAD", "application/json"), ("GET", None),
    ]  # fmt: skip


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    """A frame of HTTP/2."""
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


def test_http_2(folder: Path) -> None:
    asks, answers = Encoder(), Encoder()
    head = [(":method", "POST"), (":path", "/up/load"), (":authority", "two.example"),
            ("content-type", "image/png")]  # fmt: skip
    block = asks.encode(head)
    talk = [
        (True, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"")),
        (False, frame(4, 0, 0, b"")),
        (True, frame(1, 0, 1, block[:5]) + frame(9, 4, 1, block[5:])),
        (True, frame(0, 0, 1, b"pic") + frame(0, 8, 1, b"\2ture\0\0") + frame(0, 1, 1, b"")),
        (False, frame(1, 4, 1, answers.encode([(":status", "200"), HTML]))),
        (False, frame(0, 0, 1, b"<p>") + frame(1, 5, 1, answers.encode([("grpc-status", "0")]))),
    ]  # fmt: skip
    made = session(folder, talk, protocols=["h2"])
    got = found(folder, segments(made), made.key_log)
    assert got.inside("http_request", "host", "method", "sent_type", "received_type") == [
        ("two.example", "POST", "image/png", "text/html")
    ]
    assert sorted(got.children.values()) == [b"<p>", b"picture"]


def test_dns_over_tls_and_over_https(folder: Path) -> None:
    asked = make.question("asked.example")
    told = make.response("asked.example", make.record(b"\xc0\x0c", 1, b"\xc0\0\2\x09"))
    lengths = [len(m).to_bytes(2, "big") + m for m in (asked, told)]
    talk = [(True, lengths[0]), (False, lengths[1])]
    made = session(folder, talk)
    wanted = [("asked.example", "dns question", None), ("asked.example", "dns answer", "192.0.2.9")]
    over_tls = found(folder, segments(made, port=853), made.key_log)
    assert over_tls.inside("host_name", "name", "source", "address") == wanted
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: %d\r\n\r\n"
    get = b"GET /dns-query HTTP/1.1\r\nHost: resolver.example\r\n\r\n"
    made = session(folder, [(True, get), (False, head % len(told) + told)])
    over_https = found(folder, segments(made), made.key_log)
    names = over_https.inside("host_name", "name", "source", "address")
    assert {*names} == {("resolver.example", "https", make.B), *wanted}
    assert not over_https.children


def secrets_block(key_log: bytes, kind: int = 0x544C534B) -> bytes:
    """A decryption secrets block."""
    return make.block(10, struct.pack("<II", kind, len(key_log)) + key_log)


@pytest.mark.parametrize("first", [True, False])
def test_secrets_in_the_capture(first: bool, folder: Path) -> None:
    made = session(folder, exchange(b"{}"))
    packets = b"".join(make.enhanced(frame) for frame in segments(made))
    secrets = secrets_block(made.key_log)
    head = make.section() + make.interface()
    capture = head + (secrets + packets if first else packets + secrets)
    got = found_in(folder, capture, None)
    assert got.inside("host_name", "name") == [("inner.example",)]
    assert got.reasons == []


def test_other_secrets_are_said_once(folder: Path) -> None:
    block = secrets_block(b"x", 0x57474B4C)
    got = found_in(folder, make.section() + block + block, None)
    assert got.reasons == ["decryption secrets of type 0x57474B4C are not used"]


@needs_shared
def test_a_real_session() -> None:
    path = KEY_LOGS / "illustrated-tls13_capture.pcap"
    log = KEY_LOGS / "illustrated-tls13_keylog.txt"
    size = path.stat().st_size
    got = Found(read(Artefact("c", path, "sha256:" + "0" * 64, size, key_logs=str(log))))
    assert got.inside("certificate", "subject", "issuer") == [
        ("CN=example.ulfheim.net,C=US", "O=Example CA,C=US")
    ]
    assert got.reasons == []
