"""Host names: every source finds its name, and nothing else becomes one."""

from __future__ import annotations

import struct
from itertools import permutations

import pytest

from evenhand.readers.pcap import quic
from evenhand.readers.pcap.names import NO_ROOM, UNNAMED, HostNames

from . import make
from .reading import facts

V4 = b"\xc0\0\2\x63"
POINTER = b"\xc0\x0c"


def udp(source: int, target: int, data: bytes) -> bytes:
    return make.eth(make.ipv4(make.A, make.B, 17, make.udp(source, target, data)))


def tcp(data: bytes, sequence: int = 1, ports: tuple[int, int] = (5000, 443)) -> bytes:
    return make.eth(make.ipv4(make.A, make.B, 6, make.tcp(*ports, data, sequence=sequence)))


def named(*frames: bytes) -> set[tuple[str, str, str | None]]:
    return facts(make.pcap(*frames)).named()


def test_dns_question_answer_alias_and_what_stands_beside_them() -> None:
    said = make.response(
        "Www.Example.NET",
        make.record(POINTER, 5, make.dns_name("cdn.example.org")),
        make.record(make.dns_name("cdn.example.org"), 1, V4),
        make.record(make.dns_name("cdn.example.org"), 28, b"\x20\1\x0d\xb8" + bytes(12)),
        make.record(make.dns_name("ns.example.org"), 1, V4),
        additional=1,
    )
    assert named(udp(53, 5000, said)) == {
        ("dns question", "www.example.net", None),
        ("dns alias", "cdn.example.org", None),
        ("dns answer", "www.example.net", "192.0.2.99"),
        ("dns answer", "www.example.net", "2001:db8::"),
        ("dns additional", "ns.example.org", "192.0.2.99"),
    }


def test_the_first_packet_is_kept_whatever_the_identification() -> None:
    asked = make.question("a.example")
    found = facts(make.pcap(udp(1, 9, b""), udp(5, 53, asked), udp(6, 53, b"\x55\x55" + asked[2:])))
    assert [(n["locator"], n["grade"]) for n in found.names] == [("packet 2", "observed")]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_dns_over_tcp_in_any_pieces(cut: int) -> None:
    data = b"".join(
        struct.pack(">H", len(m)) + m for m in map(make.question, ("a.example", "b.example"))
    )
    pieces = [tcp(data[:cut], 1, (5000, 53)), tcp(data[cut:], 1 + cut, (5000, 53))]
    wanted = {("dns question", "a.example", None), ("dns question", "b.example", None)}
    assert named(*pieces) == wanted
    if cut > 2:  # with the start lost, the rest is not taken for a message
        assert named(pieces[1]) <= wanted


@pytest.mark.parametrize(
    ("port", "source"), [(53, "dns question"), (5353, "mdns"), (5355, "llmnr")]
)
def test_relatives_of_dns(port: int, source: str) -> None:
    assert named(udp(port, port, make.question("printer.local"))) == {
        (source, "printer.local", None)
    }


def test_mdns_addresses_belong_to_the_owner_of_the_record() -> None:
    said = struct.pack(">HHHHHH", 0, 0x8400, 0, 1, 0, 0)
    said += make.record(make.dns_name("printer.local"), 1, V4)
    assert named(udp(5353, 5353, said)) == {("mdns", "printer.local", "192.0.2.99")}


def test_netbios_names_but_no_group_and_no_wildcard() -> None:
    def coded(name: bytes) -> bytes:
        full = name.ljust(15) + b"\0" if name != b"*" else b"*" + bytes(15)
        return bytes([32]) + bytes(0x41 + n for b in full for n in (b >> 4, b & 15)) + b"\0"

    head = struct.pack(">HHHHHH", 1, 0x8500, 0, 2, 0, 0)
    own = make.record(coded(b"FILESERVER"), 32, b"\0\0" + V4)
    group = make.record(coded(b"WORKGROUP"), 32, b"\x80\0" + V4)
    asked = struct.pack(">HHHHHH", 1, 0, 2, 0, 0, 0)
    asked += coded(b"DESK") + b"\0\x20\0\1" + coded(b"*") + b"\0\x21\0\1"
    assert named(udp(137, 137, head + own + group), udp(137, 137, asked)) == {
        ("netbios", "fileserver", "192.0.2.99"),
        ("netbios", "desk", None),
    }


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ([b"a\xff", b"B"], "a\\xff.b"),
        ([b"a.b", b"c"], "a\\x2eb.c"),
        ([b"a\\b"], "a\\x5cb"),
        ([b"a\0\x7f"], "a\\x00\\x7f"),
        (["Büro".encode(), b"local"], "büro.local"),
    ],
)
def test_odd_bytes_in_names(raw: list[bytes], written: str) -> None:
    labels = b"".join(bytes([len(r)]) + r for r in raw) + b"\0"
    asked = struct.pack(">HHHHHH", 1, 0, 1, 0, 0, 0) + labels + b"\0\1\0\1"
    assert named(udp(9, 53, asked)) == {("dns question", written, None)}


def test_broken_dns_gives_what_was_whole_and_never_hangs() -> None:
    said = make.response("a.example", make.record(POINTER, 1, V4), make.record(POINTER, 1, V4))
    assert named(udp(53, 9, said[:-3])) == {
        ("dns question", "a.example", None),
        ("dns answer", "a.example", "192.0.2.99"),
    }
    loop = struct.pack(">HHHHHH", 1, 0, 1, 0, 0, 0) + POINTER + b"\0\1\0\1"
    assert named(udp(9, 53, loop)) == set()
    assert named(udp(9, 53, make.question(".".join(["a" * 60] * 6)))) == set()


HELLO = make.handshake(make.client_hello("WWW.example.com."))
TLS = {("tls", "www.example.com", make.B)}


@pytest.mark.parametrize("size", [1 << 14, 30, 7, 1])
def test_server_name_in_one_or_many_records(size: int) -> None:
    assert named(tcp(make.records(HELLO, size))) == TLS


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_server_name_in_segments_of_any_order_and_sent_twice(order: tuple[int, ...]) -> None:
    data = make.records(HELLO)
    pieces = [tcp(data[a:z], 1 + a) for a, z in ((0, 20), (20, 60), (60, len(data)))]
    found = facts(make.pcap(*(pieces[i] for i in order), pieces[1], pieces[0]))
    assert found.named() == TLS
    assert found.names[0]["locator"] == f"packet {order.index(0) + 1}"


def test_server_name_over_two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.readers.pcap.container.PACKETS", 1)
    data = make.records(HELLO)
    assert named(tcp(data[:20]), udp(1, 9, b"between"), tcp(data[20:], 21)) == TLS


def test_a_hello_with_a_part_missing_or_malformed_gives_no_name() -> None:
    data = make.records(HELLO)
    assert named(tcp(data[:20]), tcp(data[40:], 41)) == set()
    assert named(tcp(data[:-1])) == set()
    for at in (6, 9, 43, 44, 48, 50, 53):
        broken = bytearray(data)
        broken[at] = 0x77
        assert named(tcp(bytes(broken))) == set(), at
    assert named(tcp(b"\x16\3\1\0\4\2\0\0\0")) == set()  # a ServerHello


def test_a_hello_cut_by_the_snap_length_gives_the_name_if_it_is_whole() -> None:
    server = make.client_hello("a.example", dtls=False)
    padded = make.client_hello(None, (0, server[-14:]), (21, bytes(600)))
    frame = tcp(make.records(make.handshake(padded)))[:200]
    data = bytearray(make.pcap(frame))
    assert facts(bytes(data)).named() == set()
    data[36:40] = struct.pack("<I", 900)  # the frame was longer than what was kept
    assert facts(bytes(data)).named() == {("tls", "a.example", make.B)}


@pytest.mark.parametrize("kind", [0xFE0D, 0xFFCE])
def test_an_outer_name_is_not_the_name(kind: int) -> None:
    hello = make.handshake(make.client_hello("cover.example", (kind, b"\0" * 40)))
    assert named(tcp(make.records(hello))) == {("tls outer (ech)", "cover.example", make.B)}
    frames = make.crypto(0, hello)
    assert named(udp(5, 443, make.quic_initial(frames))) == {
        ("quic outer (ech)", "cover.example", make.B)
    }


@pytest.mark.parametrize("minor", [1, 2])
def test_names_in_older_versions(minor: int) -> None:
    old = bytes([3, minor]) + make.client_hello("old.example")[2:]
    assert named(tcp(make.records(make.handshake(old)))) == {("tls", "old.example", make.B)}
    body = b"\xfe\xff" + make.client_hello("phone.example", dtls=True)[2:]  # DTLS 1.0
    assert named(udp(5, 4433, make.dtls_record(body))) == {("dtls", "phone.example", make.B)}


def test_dtls_in_one_or_more_fragments() -> None:
    body = make.client_hello("phone.example", dtls=True)
    wanted = {("dtls", "phone.example", make.B)}
    assert named(udp(5, 4433, make.dtls_record(body))) == wanted
    assert (
        named(udp(5, 4433, make.dtls_record(body, 30)), udp(5, 4433, make.dtls_record(body, 0, 30)))
        == wanted
    )


@pytest.mark.parametrize(
    "version", [1, quic.VERSION_2, 0xFF00001D, 0xFF00001B, 0xFF000016, 0xFACEB002]
)
def test_quic_of_every_version(version: int) -> None:
    data = make.quic_initial(make.crypto(0, HELLO), version)
    assert named(udp(5, 443, data)) == {("quic", "www.example.com", make.B)}


def test_quic_hello_over_packets_out_of_order_with_other_frames_and_a_new_id() -> None:
    late = make.quic_initial(b"\1" + make.crypto(40, HELLO[40:]))
    ack = b"\2\1\0\0\0"
    early = make.quic_initial(
        ack + make.crypto(0, HELLO[:40]), target=b"server's", secret_of=b"8 bytes."
    )
    found = facts(make.pcap(udp(5, 443, late), udp(5, 443, early)))
    assert found.named() == {("quic", "www.example.com", make.B)}
    assert found.names[0]["locator"] == "packet 1"
    assert named(udp(5, 443, early)) == set()  # without the first id there are no keys


def test_quic_that_was_changed_on_the_way_gives_nothing() -> None:
    data = bytearray(make.quic_initial(make.crypto(0, HELLO)))
    data[300] ^= 1
    assert named(udp(5, 443, bytes(data))) == set()


def test_google_quic_before_tls() -> None:
    tags = b"PAD\0" + struct.pack("<I", 4) + b"SNI\0" + struct.pack("<I", 4 + 9)
    hello = b"CHLO" + struct.pack("<HH", 2, 0) + tags + b"----" + b"g.example"
    data = b"\x09" + b"conn id." + b"Q043" + b"\1" + bytes(12) + hello
    assert named(udp(5, 443, data)) == {("gquic", "g.example", make.B)}


GET = b"GET /a HTTP/1.1\r\nUser-Agent: x\r\nHost: Web.Example:8080\r\n\r\n"
HTTP = {("http", "web.example", make.B)}


@pytest.mark.parametrize("cut", [None, 3, 10, 20, 40, 58])
def test_http_host_in_one_or_two_segments(cut: int | None) -> None:
    if cut is None:
        assert named(tcp(GET)) == HTTP
    elif cut < 4:
        assert named(tcp(GET[:cut]), tcp(GET[cut:], 1 + cut)) == set()  # too short to be seen
    else:
        assert named(tcp(GET[:cut]), tcp(GET[cut:], 1 + cut)) == HTTP


@pytest.mark.parametrize(
    ("data", "hosts"),
    [
        (GET + GET.replace(b"Web.", b"two."), {"web.example", "two.example"}),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n" + GET, {"a"}),
        (b"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", {"2001:db8::1"}),
        (b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", {"a.example"}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", set()),
        (b"GET / HTTP/1.1\r\nhost:\r\n\r\n", set()),
        (b"GET / HTTP/1.1\r\nno field\r\nHost: a\r\n\r\n", set()),
        (b"GET / RTSP/1.0\r\nHost: a\r\n\r\n", set()),
        (b"HTTP/1.1 200 OK\r\nHost: a\r\n\r\n", set()),
        (b"some text\r\n" + GET, set()),
        (b"GETTING / HTTP/1.1\r\nHost: a\r\n\r\n", set()),
    ],
)
def test_only_requests_name_hosts(data: bytes, hosts: set[str]) -> None:
    assert {n for _, n, _ in named(tcp(data))} == hosts


def test_ssdp_is_not_http() -> None:
    search = b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"
    assert named(udp(5, 1900, search)) == {("ssdp", "239.255.255.250", make.B)}


def test_names_inside_a_tunnel_have_the_inner_server() -> None:
    inside = make.ipv4(make.B, make.C, 6, make.tcp(9, 443, make.records(HELLO)))
    frame = make.eth(make.ipv4(make.A, make.B, 4, inside))
    assert named(frame) == {("tls", "www.example.com", make.C)}


def test_the_payload_of_other_protocols_is_not_searched() -> None:
    assert named(udp(5, 6, GET), udp(5, 6, make.question("a.example")), tcp(HELLO)) == set()


@pytest.mark.parametrize(
    "odd", [[], [b""], [b"."], [b"a\nb.example"], [b"a\\b"], [b"\xc3\xa9.example"], [b"\0"]]
)
def test_many_names_at_once_are_those_one_by_one(odd: list[bytes]) -> None:
    raw = [b"A.Example", b"a.example.", b"b.example..", *odd, b"a.example", b"c d.example"]
    many, one = HostNames(), HostNames()
    found = many.numbers(raw)
    assert found == [one.number(name) for name in raw]
    assert found[0] == found[1] == found[-2] and (UNNAMED in found) == (odd in ([b""], [b"."]))
    assert [many.written(n) for n in sorted({*found} - {UNNAMED})] == [
        one.written(n) for n in sorted({*found} - {UNNAMED})
    ]


def test_names_beyond_the_room_have_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.readers.pcap.names.TEXTS", 2)
    assert HostNames().numbers([b"a", b"b", b"c", b"a"]) == [0, 1, NO_ROOM, 0]
