"""mitmproxy's files, of versions 0.10 to 21: ends, names, sizes; bodies handed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of


def tagged(value: Any) -> bytes:
    """A value as mitmproxy writes it."""
    kinds = {bytes: b",", str: b";", int: b"#", float: b"^", bool: b"!", type(None): b"~"}
    if isinstance(value, dict):
        data = b"".join(tagged(k) + tagged(v) for k, v in value.items())
        return b"%d:%b}" % (len(data), data)
    if isinstance(value, list):
        data = b"".join(map(tagged, value))
        return b"%d:%b]" % (len(data), data)
    plain = value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
    plain = plain.lower() if isinstance(value, bool) else plain
    return b"%d:%b%b" % (len(plain), plain, kinds[type(value)])


def flow(**more: Any) -> dict[str, Any]:
    """A flow of today's version."""
    return {
        "response": {"content": b"answer", "headers": [[b"A", b"b"]], "timestamp_end": 1.6e9 + 2},
        "request": {"content": b"", "headers": [[b"Host", b"A.example:8443"]], "path": b"/x/y.js",
                    "scheme": b"https",
                    "host": "192.0.2.9", "timestamp_start": 1.6e9},
        "server_conn": {"peername": ["192.0.2.9", 8443], "sni": "a.example",
                        "transport_protocol": "tcp"},
        "client_conn": {"peername": ["127.0.0.1", 50000], "timestamp_start": 1.6e9},
        "type": "http", "version": 21, **more,
    }  # fmt: skip


def test_an_exchange(tmp_path: Path) -> None:
    found = facts_of("mitmproxy", tagged(flow()), tmp_path)
    assert found.flows() == [("127.0.0.1", 50000, "192.0.2.9", 8443, None, 22, None, 12)]
    assert found.names() == {("tls", "a.example", "192.0.2.9"), ("https", "a.example", "192.0.2.9")}
    assert found.children == {"flow 1 response/y.js": b"answer"}
    assert [(b["sender_address"], b["receiver_address"], b["size_bytes"])
            for b in found.table("carried_file")] == [("192.0.2.9", "127.0.0.1", 6)]  # fmt: skip
    assert found.reasons == []
    assert facts_of("mitmproxy", tagged(flow(request={"headers": 5})), tmp_path).reasons == []


def test_messages_of_a_stream_and_of_a_websocket(tmp_path: Path) -> None:
    tcp = flow(type="tcp", messages=[[True, b"12345", 1.0], [False, b"123", 2.0]])
    found = facts_of("mitmproxy", tagged(tcp), tmp_path)
    assert found.flows()[0][5::2] == (5, 3)
    assert found.table("flow")[0]["bytes_of"] == "payload"
    web = flow(websocket={"messages": [[1, True, b"one", 1.0], [1, False, b"two", 2.0]]})
    children = facts_of("mitmproxy", tagged(web), tmp_path).children
    assert children["flow 1 websocket/y.js"] == b"one\ntwo"


def test_questions_to_a_resolver(tmp_path: Path) -> None:
    asked = {"questions": [{"name": "q.example", "type": 1}], "timestamp": 1.6e9}
    answers = [
        {"name": "q.example", "type": 5, "data": b"\1c\7example\0"},
        {"name": "c.example", "type": 1, "data": bytes((203, 0, 113, 5))},
    ]
    one = flow(type="dns", request=asked, response={"answers": answers})
    assert facts_of("mitmproxy", tagged(one), tmp_path).names() >= {
        ("dns question", "q.example", None),
        ("dns answer", "q.example", "203.0.113.5"),
        ("dns alias", "c.example", None),
    }


@pytest.mark.parametrize("bad", [b"99:short", b"nonsense", b"5:12345?", b"3:2:ab]"])
def test_a_broken_flow_stops_the_reading_there(bad: bytes, tmp_path: Path) -> None:
    good = tagged(flow())
    found = facts_of("mitmproxy", good + bad, tmp_path)
    assert len(found.flows()) == 1
    assert found.failure is not None and found.failure.offset_bytes == len(good)


@needs_shared
def test_shared_files_of_every_version() -> None:
    expected = {
        "corrupted_gzip_body.mitm": (1, 1), "dumpfile-010.mitm": (0, 1),
        "dumpfile-018.mitm": (1, 1), "dumpfile-10.mitm": (0, 0), "dumpfile-7.mitm": (2, 2),
        "error_log.mitm": (1, 2), "successful_log.mitm": (2, 3), "websocket.mitm": (3, 3),
    }  # fmt: skip
    for name, (flows, bodies) in expected.items():
        found = facts("mitmproxy", LOGS / "mitm" / name)
        assert found.reasons == []
        assert (len(found.flows()), len(found.children)) == (flows, bodies), name
