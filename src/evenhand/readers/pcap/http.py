"""HTTP/1: the host and method of a request, the media types of what is sent and answered.

Spec: RFC 9112 §3 (request line), §3.2 (Host); UPnP Device Architecture 2.0 §1 (SSDP).
"""

from __future__ import annotations

import re
from typing import NamedTuple

METHODS = (
    b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"CONNECT", b"PATCH", b"TRACE",
    b"PROPFIND", b"PROPPATCH", b"MKCOL", b"COPY", b"MOVE", b"LOCK", b"UNLOCK", b"REPORT",
    b"SEARCH", b"NOTIFY", b"SUBSCRIBE", b"UNSUBSCRIBE", b"M-SEARCH",
)  # fmt: skip
HEAD_BYTES = 1 << 15  # longest head that is put together
STARTS = tuple(m[:4] if len(m) > 3 else m + b" " for m in METHODS)
LINE = re.compile(
    rb"(" + b"|".join(re.escape(m) for m in METHODS) + rb") [!-~\x80-\xff]+ HTTP/1\.[01]\r?\n"
).match
LINE_START = re.compile(rb"[A-Z-]{1,11}( [!-~\x80-\xff]*( [HTP/1.0]*\r?)?)?").fullmatch
FIELD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*:").match
HOST = re.compile(rb"host[ \t]*:[ \t]*([^\r\n]*?)[ \t]*$", re.IGNORECASE).match
MEDIA = re.compile(
    rb"content-type[ \t]*:[ \t]*([!#$%&'*+\-.^_`|~0-9a-z]{1,64}/[!#$%&'*+\-.^_`|~0-9a-z]{1,100})",
    re.IGNORECASE,
).match
ANSWER = re.compile(rb"HTTP/1\.[01] [1-5][0-9][0-9][^\n]*\n").match
BODILESS = (b"GET", b"HEAD", b"CONNECT", b"OPTIONS", b"DELETE", b"TRACE", b"M-SEARCH", b"NOTIFY")


class Request(NamedTuple):
    """One request: its method, the host that it names, and the media type of what it sends."""

    method: str
    host: bytes
    kind: bytes


class Requests(NamedTuple):
    """The requests at the start of some bytes, and whether a head breaks off."""

    requests: list[Request]
    more: bool

    @property
    def hosts(self) -> list[bytes]:
        """Hosts that they name."""
        return [request.host for request in self.requests if request.host]


class Head(NamedTuple):
    """Header fields: where they end, whether they do, and what they say."""

    end: int
    whole: bool
    host: bytes
    body: bool  # a body follows
    kind: bytes  # media type of it


def requests(data: bytes) -> Requests:
    """The request at the start of `data` and those that follow it directly."""
    found: list[Request] = []
    at = 0
    while at < len(data):
        line = LINE(data, at)
        if line is None:
            rest = data[at : at + HEAD_BYTES]
            return Requests(found, b"\n" not in rest and bool(LINE_START(rest)))
        head = _head(data, line.end())
        if not head.whole and not head.host:
            return Requests(found, head.end - at < HEAD_BYTES)
        found.append(Request(line[1].decode("ascii"), head.host, head.kind))
        if not head.whole or head.body or line[1] not in BODILESS:
            break
        at = head.end
    return Requests(found, False)


def answer(data: bytes) -> tuple[bytes, bool]:
    """The media type of the answer at the start of `data`, and whether its head breaks off."""
    line = ANSWER(data)
    if line is None:
        return b"", b"\n" not in data[:HEAD_BYTES] and len(data) < HEAD_BYTES
    head = _head(data, line.end())
    return head.kind, not head.whole and len(data) < HEAD_BYTES


def _head(data: bytes, at: int) -> Head:
    """Header fields from `at`.

    Two hosts that differ name none (RFC 9112 §3.2: such a request is to be refused).
    """
    host, several, body, kind = b"", False, False, b""
    while True:
        end = data.find(b"\n", at)
        if end < 0:
            return Head(len(data), False, b"" if several else host, body, kind)
        line = data[at:end].rstrip(b"\r")
        at = end + 1
        if not line:
            return Head(at, True, b"" if several else host, body, kind)
        if not FIELD(line) and line[:1] not in b" \t":
            return Head(at, True, b"" if several else host, True, kind)  # no field: stop here
        found = HOST(line)
        if found:
            several = several or bool(host and host != found[1])
            host = found[1]
        low = line[:18].lower()
        if low.startswith((b"content-length", b"transfer-encoding", b"upgrade")):
            body = True
        elif low.startswith(b"content-type"):
            media = MEDIA(line)
            kind = media[1].lower() if media else kind


def without_port(host: bytes) -> bytes:
    """RFC 3986 §3.2.2: the host of `host[:port]`, an IPv6 address without its brackets."""
    if host[:1] == b"[":
        return host[1:].partition(b"]")[0]
    name, colon, port = host.rpartition(b":")
    return name if colon and b":" not in name and (port.isdigit() or not port) else host
