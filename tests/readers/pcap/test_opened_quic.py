"""QUIC and HTTP/3 opened with key logs, on real captures; and what is hostile, opened.

Spec: RFC 9000, RFC 9001, RFC 9114, RFC 9204, RFC 9369.
"""

from __future__ import annotations

import contextlib
import os
import random
import struct
from pathlib import Path

import pytest

from evenhand.artefact import Artefact
from evenhand.decryption.derivation import expand_label
from evenhand.errors import EvenhandError
from evenhand.readers.pcap import read
from evenhand.readers.pcap.opened import frame
from tests.readers.pcap import make
from tests.readers.pcap.reading import SHARED
from tests.readers.pcap.test_opened import Found, secrets_block
from tests.readers.reading import needs_shared

EXAMPLE = Path(__file__).parents[3] / "examples" / "key-log"
INPUTS = int(os.environ.get("EVENHAND_FUZZ", "150"))


def opened(capture: Path, key_log: Path | None = None) -> Found:
    size, place = capture.stat().st_size, str(key_log) if key_log else None
    return Found(read(Artefact("c", capture, "sha256:" + "0" * 64, size, key_logs=place)))


def frames_of(capture: bytes) -> list[bytes]:
    """The frames of a pcap file."""
    found, at = [], 24
    while at < len(capture):
        size = struct.unpack_from("<I", capture, at + 8)[0]
        found.append(capture[at + 16 : at + 16 + size])
        at += 16 + size
    return found


def with_secrets(frames: list[bytes], key_log: bytes) -> bytes:
    """Frames as a pcapng file that brings its key log along."""
    blocks = b"".join(make.enhanced(one) for one in frames)
    return make.section() + make.interface() + secrets_block(key_log) + blocks


def test_the_example() -> None:
    got = opened(EXAMPLE / "capture.pcap", EXAMPLE / "keys.log")
    assert got.reasons == []
    columns = ("host", "method", "sent_type", "received_type", "encrypted")
    assert got.inside("http_request", *columns) == [
        ("updates.alder.example", "GET", None, "application/json", True),
        ("metrics.alder.example", "POST", "application/json", "application/json", True),
        ("photos.alder.example", "PUT", "image/png", "application/json", True),
    ]
    assert sorted(got.children.values()) == [
        b"another one", b"no picture, but a stand-in", b'{"path": "/roll/1.png", "bytes": 26}',
        b'{"path": "/roll/2.png", "bytes": 11}', b'{"path": "/router/latest", "bytes": 0}',
        b'{"path": "/v1/usage", "bytes": 17}', b'{"uptime": 86400}',
    ]  # fmt: skip
    (certificate,) = got.inside("certificate", "subject", "accepted")
    assert certificate == ("CN=alder.example,O=Alder Networks", True)


def test_secrets_beside_and_inside_open_the_same(tmp_path: Path) -> None:
    capture, log = EXAMPLE / "capture.pcap", EXAMPLE / "keys.log"
    inside = tmp_path / "c.pcapng"
    inside.write_bytes(with_secrets(frames_of(capture.read_bytes()), log.read_bytes()))
    one, two = opened(capture, log), opened(inside)
    assert one.children == two.children
    columns = ("name", "source", "address", "locator")
    assert one.inside("host_name", *columns) == two.inside("host_name", *columns)


def test_secrets_of_one_kind_alone(tmp_path: Path) -> None:
    lines = (EXAMPLE / "keys.log").read_bytes().splitlines(True)
    for left_out in (b"HANDSHAKE", b"_TRAFFIC_SECRET_0"):
        log = tmp_path / "some.log"
        log.write_bytes(b"".join(line for line in lines if left_out not in line))
        got = opened(EXAMPLE / "capture.pcap", log)
        hosts = {h for (h,) in got.inside("http_request", "host")}
        assert ("photos.alder.example" in hosts) is (left_out == b"HANDSHAKE")


@needs_shared
def test_version_2_with_early_data() -> None:
    got = opened(SHARED / "ndpi_quic-v2.pcapng")
    assert got.reasons == []
    assert got.inside("http_request", "host", "method", "received_type") == [
        ("test", "GET", "text/html"), ("test", "GET", None),
    ]  # fmt: skip
    assert got.inside("certificate", "subject") == [("CN=test.example.com",)]
    assert [len(body) for body in got.children.values()] == [386]


def test_frames_that_break_off_end_the_packet() -> None:
    whole = b"\0\1\2\5\0\0\0" + b"\x06\0\4abcd" + b"\x1a" + bytes(8) + b"\x0f\4\1\3xyz"
    assert list(frame.frames(whole)) == [
        frame.Crypto(0, b"abcd"), frame.Stream(4, 1, b"xyz", True),
    ]  # fmt: skip
    for cut in range(len(whole)):
        assert len(list(frame.frames(whole[:cut]))) <= 1
    assert not list(frame.frames(b"\x21" + whole))  # not known


def test_labels_expand_over_several_blocks() -> None:
    """RFC 5869: each block is made from the one before it."""
    secret = bytes(48)
    long = expand_label(secret, b"key", 100, "sha384")
    assert len(long) == 100
    assert len({long[:48], long[48:96]}) == 2


@pytest.mark.parametrize("whole", [True, False])
def test_mutated_captures_with_secrets(whole: bool, tmp_path: Path) -> None:
    """Packets changed, lost, doubled and out of order end in rows or in our errors.

    `whole`: their bytes stay as they are.
    """
    frames = frames_of((EXAMPLE / "capture.pcap").read_bytes())
    log = (EXAMPLE / "keys.log").read_bytes()
    chance, path = random.Random(whole), tmp_path / "c.pcapng"
    for _ in range(INPUTS // 2):
        some = [bytearray(f) for f in frames for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2)))]
        for _ in range(chance.choice((0, 1, 10))):
            one, two = chance.randrange(len(some)), chance.randrange(len(some))
            some[one], some[two] = some[two], some[one]
        for _ in range(0 if whole else chance.choice((1, 4, 20))):
            one = chance.randrange(len(some))
            if len(some[one]) > 66:
                some[one][chance.randrange(34, len(some[one]))] = chance.randrange(256)
        path.write_bytes(with_secrets([bytes(f) for f in some], log))
        with contextlib.suppress(EvenhandError):
            opened(path)
