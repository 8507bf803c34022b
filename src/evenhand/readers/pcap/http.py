"""HTTP/1 requests: the host that a client names.

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
BODILESS = (b"GET", b"HEAD", b"CONNECT", b"OPTIONS", b"DELETE", b"TRACE", b"M-SEARCH", b"NOTIFY")


class Requests(NamedTuple):
    """Hosts named by the requests at the start of some bytes, and whether a head breaks off."""

    hosts: list[bytes]
    more: bool


def requests(data: bytes) -> Requests:
    """Hosts of the request at the start of `data` and of those that follow it directly."""
    hosts: list[bytes] = []
    at = 0
    while at < len(data):
        line = LINE(data, at)
        if line is None:
            rest = data[at : at + HEAD_BYTES]
            return Requests(hosts, b"\n" not in rest and bool(LINE_START(rest)))
        stop, whole, host, body = _head(data, line.end())
        if host:
            hosts.append(host)
        if not whole:
            return Requests(hosts, not host and stop - at < HEAD_BYTES)
        if body or line[1] not in BODILESS:
            break
        at = stop
    return Requests(hosts, False)


def _head(data: bytes, at: int) -> tuple[int, bool, bytes, bool]:
    """Header fields from `at`: where they end, whether they do, the host, whether a body follows.

    Two hosts that differ name none (RFC 9112 §3.2: such a request is to be refused).
    """
    host, several, body = b"", False, False
    while True:
        end = data.find(b"\n", at)
        if end < 0:
            return len(data), False, b"" if several else host, body
        line = data[at:end].rstrip(b"\r")
        at = end + 1
        if not line:
            return at, True, b"" if several else host, body
        if not FIELD(line) and line[:1] not in b" \t":
            return at, True, b"" if several else host, True  # no header field: stop here
        found = HOST(line)
        if found:
            several = several or bool(host and host != found[1])
            host = found[1]
        low = line[:18].lower()
        if low.startswith((b"content-length", b"transfer-encoding", b"upgrade")):
            body = True


def without_port(host: bytes) -> bytes:
    """RFC 3986 §3.2.2: the host of `host[:port]`, an IPv6 address without its brackets."""
    if host[:1] == b"[":
        return host[1:].partition(b"]")[0]
    name, colon, port = host.rpartition(b":")
    return name if colon and b":" not in name and (port.isdigit() or not port) else host
