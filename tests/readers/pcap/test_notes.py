"""What is said of flows beside their counts: protocol, client, certificates, HTTP requests."""

from __future__ import annotations

import random
import struct
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from evenhand import pipeline
from evenhand.limits import Limits
from evenhand.readers.pcap import tls
from evenhand.readers.pcap.application import ENCRYPTED, is_resolver
from evenhand.readers.pcap.capture import Capture
from evenhand.readers.pcap.ja4 import ja4, reserved

from ..reading import needs_shared
from . import make
from .reading import RESOLVERS, SHARED, facts

SUITES = "1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035"
# Lists and JA4 of clients as published with the method, and by a site that shows it.
VECTORS = [
    (
        "002d 0033 0000 0010 fe0d 0017 44cd 000b 000a 002b ff01 0023 0012 0005 000d 001b",
        "0403 0804 0401 0503 0805 0501 0806 0601",
        "t13d1516h2_8daaf6152771_d8a2da3f94cd",
    ),
    (
        "fe0d 0010 0017 0033 44cd ff01 000a 000d 0023 002b 000b ca34 002d 0000 0005 001b 0012",
        "0a0a 0904 0905 0906 0403 0804 0401 0503 0805 0501 0806 0601",
        "t13d1517h2_8daaf6152771_cb7bf5808d99",
    ),
]


def numbers(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("kinds", "signatures", "expected"), VECTORS)
@pytest.mark.parametrize("shuffled", [False, True])
def test_ja4(kinds: str, signatures: str, expected: str, shuffled: bool) -> None:
    every, suites = [*numbers(kinds), 0x1A1A], numbers(f"dada {SUITES}")
    if shuffled:
        random.Random(1).shuffle(every)
        random.Random(2).shuffle(suites)
    hello = tls.Hello(
        b"a.example", True, 0x0303, struct.pack(f">{len(suites)}H", *suites), tuple(every),
        b"\x7a\x7a\x03\x04\x03\x03", (b"h2", b"http/1.1"), bytes.fromhex(signatures),
    )  # fmt: skip
    assert ja4(hello, "t") == expected
    assert ja4(hello, "q") == "q" + expected[1:]


def test_ja4_of_a_hello_with_nothing_in_it() -> None:
    assert ja4(tls.Hello(b"", False, 0x0301), "t") == "t10i000000_000000000000_000000000000"
    odd = tls.Hello(b"", False, 0xFEFD, kinds=(16,), protocols=(b"\xab1\xcd",))
    assert ja4(odd, "d").startswith("dd2i0001ad_")
    assert sum(map(reserved, range(1 << 16))) == 16


HELLO = make.records(make.handshake(make.client_hello("a.example", (16, b"\0\3\2h2"))))
TCP_PAYLOADS = [
    (443, HELLO, "tls"),
    (853, HELLO, "dot"),
    (443, b"\x17\3\3\0\x20" + bytes(32), "tls"),
    (443, make.records(make.handshake(make.client_hello("eu.dns.google"))), "doh"),
    (80, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http"),
    (80, b"HTTP/1.1 200 OK\r\n\r\n", "http"),
    (80, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2"),
    (2222, b"SSH-2.0-x\r\n", "ssh"),
    (25, b"220 mail.example ESMTP\r\n", "smtp"),
    (21, b"220 welcome\r\n", "ftp"),
    (9, b"220 who knows\r\n", None),
    (1883, b"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0", "mqtt"),
    (445, b"\0\0\0\x40\xfeSMB@\0", "smb"),
    (9, b"nothing in particular", None),
    (9, b"", None),
]
UDP_PAYLOADS = [
    (53, make.question("a.example"), "dns"),
    (5353, make.question("a.local"), "mdns"),
    (3478, b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12), "stun"),
    (123, b"\x23" + bytes(47), "ntp"),
    (123, bytes(48), None),
    (
        443,
        make.quic_initial(make.crypto(0, make.handshake(make.client_hello("a.example")))),
        "quic",
    ),
    (853, make.quic_initial(make.crypto(0, make.handshake(make.client_hello("a.example")))), "doq"),
    (443, make.quic_initial(make.crypto(0, make.handshake(make.client_hello("dns.sb")))), "doh"),
    (443, make.dtls_record(make.client_hello("a.example", dtls=True)), "dtls"),
    (67, bytes(236) + b"\x63\x82\x53\x63\xff", "dhcp"),
    (51820, b"\1\0\0\0" + bytes(144), "wireguard"),
    (9, b"nothing in particular", None),
]


@pytest.mark.parametrize(("port", "data", "expected"), TCP_PAYLOADS + UDP_PAYLOADS)
def test_the_first_bytes_tell_the_protocol(port: int, data: bytes, expected: str | None) -> None:
    for one in (False, True):
        known = (port, data, expected) in TCP_PAYLOADS
        packed = make.tcp(5000, port, data) if known else make.udp(5000, port, data)
        frame = make.eth(make.ipv4(make.A, make.B, 6 if known else 17, packed))
        later = make.eth(make.ipv4(make.B, make.A, 6 if known else 17, packed))
        found = facts(make.pcap(frame, later), by_one=one)
        assert {(f["application"], f["encrypted"]) for f in found.flows} == {
            (expected, ENCRYPTED[expected or ""])
        }


def test_only_resolvers_make_tls_carry_dns() -> None:
    assert is_resolver("mozilla.cloudflare-dns.com", RESOLVERS)
    assert not is_resolver("google", RESOLVERS)
    assert not is_resolver("xdns.google", RESOLVERS)
    assert not is_resolver("dns.google", ())


@needs_shared
def test_a_run_knows_the_resolvers_of_the_list() -> None:
    capture = SHARED / "ndpi_dns_doh.pcap"
    found = pipeline.read([str(capture)], Limits(), 1, lambda name: None)[0]
    said = "SELECT DISTINCT application FROM evidence.flow WHERE application = 'doh'"
    assert found.connection.execute(said).fetchall() == [("doh",)]


def test_alpn_and_ja4_stand_with_the_flow_of_both_layers() -> None:
    frame = make.eth(make.ipv4(make.A, make.B, 6, make.tcp(5000, 443, HELLO)))
    found = facts(make.pcap(frame))
    assert {(f["layer"], f["alpn"], f["ja4"][:10]) for f in found.flows} == {
        ("outer", "h2", "t12d0102h2"),
        ("inner", "h2", "t12d0102h2"),
    }


def certificate(name: str) -> bytes:
    """A certificate that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding

    key, day = Ed25519PrivateKey.from_private_bytes(bytes(32)), datetime(2026, 1, 2, tzinfo=UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 5, day, day + timedelta(9))
    names = x509.SubjectAlternativeName([x509.DNSName(name.upper()), x509.DNSName("b.example")])
    return made.add_extension(names, False).sign(key, None).public_bytes(Encoding.DER)


def flight(raw: bytes, newest: bool = False) -> bytes:
    """A server's first messages: hello, certificate, done."""
    extension = b"\0\x2b\0\2\3\4" if newest else b""
    hello = b"\3\3" + bytes(33) + b"\xc0\x2b\0" + struct.pack(">H", len(extension)) + extension
    shown = (len(raw) + 3).to_bytes(3, "big") + len(raw).to_bytes(3, "big") + raw
    messages = ((2, hello), (11, shown), (14, b""))
    return b"".join(bytes([k]) + len(b).to_bytes(3, "big") + b for k, b in messages)


@pytest.mark.parametrize("cut", [100, 300, 10_000])
@pytest.mark.parametrize("record", [150, 1 << 14])
def test_certificates_over_segments_and_records_in_any_order(cut: int, record: int) -> None:
    raw = certificate("a.example")
    data = make.records(flight(raw), record)
    pieces = [(at, data[at : at + cut]) for at in range(0, len(data), cut)]
    frames = [
        make.eth(make.ipv4(make.B, make.A, 6, make.tcp(443, 5000, piece, sequence=7 + at)))
        for at, piece in (pieces[:1] + pieces[:0:-1])
    ]
    (found,) = facts(make.pcap(*frames)).certificates
    assert (found.subject, found.issuer, found.serial) == ("CN=a.example", "CN=a.example", "5")
    assert list(found.names) == ["a.example", "b.example"]
    assert (found.shown_by, found.locator, found.is_ca) == (make.B, "packet 1", False)
    assert found.not_before == datetime(2026, 1, 2, tzinfo=UTC)


def test_broken_certificates_are_said() -> None:
    data = make.records(flight(b"\x30\x03\x02\x01\x01"))
    found = facts(make.pcap(make.eth(make.ipv4(make.B, make.A, 6, make.tcp(443, 5000, data)))))
    assert not found.certificates
    assert "1 certificates are broken" in found.problems[-1].reason


def test_from_tls_13_on_no_certificate_is_in_the_clear() -> None:
    with pytest.raises(tls.Malformed):
        tls.certificates(make.records(flight(certificate("a.example"), newest=True)))


@pytest.mark.parametrize("end", range(0, 400, 7))
def test_a_flight_that_is_cut_needs_more(end: int) -> None:
    data = make.records(flight(certificate("a.example")))
    with pytest.raises((tls.More, tls.Malformed)):
        tls.certificates(data[: min(end, len(data) - 60)])


def test_requests_and_the_media_types_of_their_answers() -> None:
    asked = b"POST /a?secret HTTP/1.1\r\nHost: A.example:80\r\nContent-Type: Text/JSON; x=y\r\n\r\n"
    answered = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    frames = [make.tcp(5000, 80, asked), make.tcp(80, 5000, answered)]
    ends = [(make.A, make.B), (make.B, make.A)]
    packed = [make.eth(make.ipv4(*pair, 6, f)) for pair, f in zip(ends, frames, strict=True)] + [
        make.eth(make.ipv4(make.A, make.B, 6, make.tcp(5001, 80, b"GET / HTTP/1.1\r\n\r\n")))
    ]
    found = facts(make.pcap(*packed)).requests
    assert [(r.method, r.host, r.sent_type, r.received_type) for r in found] == [
        ("POST", "a.example", "text/json", "image/png"),
        ("GET", "", None, None),
    ]
    assert {(r.address, r.encrypted) for r in found} == {(make.B, False)}
    assert "secret" not in str(found)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared captures are not here")
@pytest.mark.parametrize(
    ("file", "different"),
    [("ndpi_netflix.pcap", 6), ("ndpi_alexa-app.pcapng", 17), ("ndpi_wechat.pcap", 7),
     ("ndpi_tls_verylong_certificate.pcap", 2)],
)  # fmt: skip
def test_certificates_of_real_captures(file: str, different: int) -> None:
    """How many there are is what tshark 4.0.17 says."""
    capture = Capture((SHARED / file).read_bytes())
    assert not list(capture.problems())
    shown = list(capture.payloads.openings.certificates.rows())
    assert len({getattr(row, "fingerprint", None) for row in shown}) == different


@pytest.mark.parametrize("cut", [7, 40, 1000])
def test_http_2_in_the_clear(cut: int) -> None:
    from hpack import Encoder

    def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
        return (
            len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body
        )

    ours, theirs = Encoder(), Encoder()
    asked = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"")
    answered = frame(4, 0, 0, b"")
    for stream in (1, 3):
        fields = [(":method", "PUT"), (":authority", f"h{stream}.example:80"), ("x", "y" * 50)]
        block = ours.encode([*fields, ("content-type", "text/plain")])
        asked += frame(1, 0x28, stream, b"\2" + bytes(5) + block[:9] + bytes(2))
        asked += frame(9, 4, stream, block[9:]) + frame(0, 1, stream, bytes(300))
    for stream in (3, 1):
        kind = ("content-type", f"image/x{stream}")
        answered += frame(1, 4, stream, theirs.encode([(":status", "200"), kind]))
    frames = []
    for data, (source, target), ports in (
        (asked, (make.A, make.B), (5000, 80)),
        (answered, (make.B, make.A), (80, 5000)),
    ):
        first = max(cut, 24) if source == make.A else cut
        edges = [0, *range(first, len(data), cut), len(data)]
        frames += [
            make.eth(make.ipv4(source, target, 6, make.tcp(*ports, data[a:b], sequence=9 + a)))
            for a, b in pairwise(edges)
            if a < b
        ]
    found = facts(make.pcap(*frames))
    assert {n["name"] for n in found.names} == {"h1.example", "h3.example"}
    if cut > 9:  # a server's first segment has to hold its first frame
        assert [(r.method, r.host, r.sent_type, r.received_type) for r in found.requests] == [
            ("PUT", "h1.example", "text/plain", "image/x1"),
            ("PUT", "h3.example", "text/plain", "image/x3"),
        ]


def test_of_outer_flows_the_tunnel_is_said() -> None:
    inside = make.ipv4("192.0.2.7", "192.0.2.8", 6, make.tcp(5000, 443, HELLO))
    vxlan = make.udp(9, 4789, b"\x08" + bytes(7) + make.eth(inside))
    frames = [
        make.eth(make.ipv4(make.A, make.B, 17, vxlan)),
        make.eth(make.ipv4(make.A, make.B, 4, inside)),
    ]
    found = facts(make.pcap(*frames))
    assert {(f["layer"], f["application"]) for f in found.flows} == {
        ("outer", "vxlan"),
        ("outer", "ip in ip"),
        ("inner", "tls"),
    }
