"""HTTP archives: hosts, addresses and sizes against the truth beside them; bodies handed on."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import needs_shared
from tests.readers.traffic_log import LOGS, facts, facts_of, truth


def entry(url: str = "https://a.example:8443/x/y.js?q", **more: Any) -> dict[str, Any]:
    """One exchange."""
    response = {"httpVersion": "h2", "headersSize": 100, "bodySize": 900, "content": {}}
    return {
        "startedDateTime": "2024-01-01T00:00:00.000Z", "time": 1500, "serverIPAddress": "192.0.2.9",
        "request": {"url": url, "headersSize": 50, "bodySize": 0}, "response": response, **more,
    }  # fmt: skip


def archive(*entries: dict[str, Any], **settings: Any) -> str:
    """A whole archive, its pages before its entries."""
    log = {"version": "1.2", "creator": {"name": "x"}, "pages": [{"id": "p"}]}
    return json.dumps({"log": {**log, "entries": list(entries)}}, **settings)


def test_an_exchange(tmp_path: Path) -> None:
    for text in (archive(entry()), "\ufeff" + archive(entry(), indent=3)):
        found = facts_of("har", text, tmp_path)
        assert found.flows() == [(None, 0, "192.0.2.9", 8443, None, 50, None, 1000)]
        assert found.names() == {("https", "a.example", "192.0.2.9")}
        assert found.reasons == []
    assert found.table("flow")[0]["bytes_of"] == "message"
    assert found.table("flow")[0]["protocol"] == "tcp"


def test_what_was_not_sent_is_no_traffic(tmp_path: Path) -> None:
    text = archive(entry(_fromCache="disk"), entry("data:text/plain,x"), entry("blob:https://b/1"))
    found = facts_of("har", text, tmp_path)
    assert not found.flows() and not found.names()


def test_over_quic_and_sizes_that_are_not_said(tmp_path: Path) -> None:
    one = entry()
    one["response"] = {"httpVersion": "h3", "headersSize": -1, "bodySize": 10, "content": {}}
    row = facts_of("har", archive(one), tmp_path).table("flow")[0]
    assert (row["protocol"], row["bytes_sent"], row["bytes_received"]) == ("udp", 50, 0)


def test_bodies_are_handed_on(tmp_path: Path) -> None:
    one = entry()
    one["request"]["postData"] = {"text": "name=ü"}
    data = bytes(range(256))
    text = base64.b64encode(data).decode()
    kind = "Text/Plain; charset=x"
    one["response"]["content"] = {"text": text, "encoding": "base64", "mimeType": kind}
    bad = entry()
    bad["response"]["content"] = {"text": "!", "encoding": "base64"}
    found = facts_of("har", archive(one, bad), tmp_path)
    assert found.children == {
        "entry 1 request/y.js": "name=ü".encode(), "entry 1 response/y.js": data
    }  # fmt: skip
    assert found.reasons == ["entry 2: its body is no base64, not read"]
    asked, answered = found.table("carried_file")
    assert (asked["name"], asked["receiver_address"]) == ("y.js", answered["sender_address"])
    assert (answered["media_type"], answered["receiver_address"]) == ("text/plain", None)
    assert answered["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    cached = facts_of("har", archive(one | {"_fromCache": "disk"}), tmp_path)
    assert cached.children and not cached.table("carried_file")  # it was not sent again


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_an_archive_that_breaks_off_keeps_what_was_read(cut: int, tmp_path: Path) -> None:
    text = archive(entry(), entry("https://b.example/"))
    found = facts_of("har", text[:-cut], tmp_path)
    assert ("https", "a.example", "192.0.2.9") in found.names()
    assert found.reasons == ["the document breaks off"]


@needs_shared
def test_shared_archives() -> None:
    read = 0
    for row in truth("har.csv"):
        path = LOGS / row["file"]
        if row["problem"] or not path.exists():
            continue
        found = facts("har", path)
        addresses = {f[2] for f in found.flows()}
        assert found.failure is None or "no entry" in found.failure.reason, row["file"]
        assert len(addresses) <= int(row["distinct_server_ips"]), row["file"]
        assert len({n for _, n, _ in found.names()}) <= int(row["distinct_hosts"]), row["file"]
        text = path.read_text("utf-8-sig")
        whole = "fromCache" not in text
        if whole and "har-to-k6" not in row["file"] and "data-url" not in row["file"]:
            assert len(addresses) == int(row["distinct_server_ips"]), row["file"]
        read += 1
    assert read > 25
