"""HTTP archives (HAR): which hosts were asked, at which addresses; bodies are handed on.

Spec: HAR 1.2; RFC 9110 (representation data).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.carried_file import CarriedFile
from evenhand.readers import Item, Partly
from evenhand.traffic import authority, clock
from evenhand.traffic.address import canonical
from evenhand.traffic.carried_body import REQUEST, RESPONSE, Carried, handed_on
from evenhand.traffic.host_names import HostNames
from evenhand.traffic.json_piece import Piece, pieces
from evenhand.traffic.record import Label
from evenhand.traffic.row_buffer import Row, RowBuffer

VERSION = "3"
RECOGNISES = {"keys": ("log", "entries", "request", "response", "url")}
EMITS = ("flow", "host_name", "carried_file")
CANNOT_SEE = {
    "flow": (
        "packets, and bytes on the wire: sizes are those of HTTP messages; the client's address; "
        "traffic of other programs, and of the browser itself; entries without an address of "
        "the server"
    ),
    "host_name": "hosts that were asked beside HTTP, and questions to resolvers",
    "carried_file": "bodies that the browser did not keep, and whether those it kept are whole",
}

TCP, UDP = 6, 17
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:").match
LOG = 3  # brackets deep: the elements of {"log": {"entries": [...]}}


class Request(msgspec.Struct, gc=False):
    """The request of an entry."""

    url: str = ""
    headersSize: float | None = None  # noqa: N815 - the fields' own names
    bodySize: float | None = None  # noqa: N815
    postData: dict[str, Any] | None = None  # noqa: N815


class Response(msgspec.Struct, gc=False):
    """The response of an entry."""

    httpVersion: str | None = None  # noqa: N815
    headersSize: float | None = None  # noqa: N815
    bodySize: float | None = None  # noqa: N815
    content: dict[str, Any] | None = None


class Entry(msgspec.Struct, gc=False, rename={"cached": "_fromCache"}):
    """One exchange; a page has no request."""

    request: Request | None = None
    response: Response | None = None
    serverIPAddress: str | None = None  # noqa: N815
    startedDateTime: str | None = None  # noqa: N815
    time: float | None = None
    cached: Any = None


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the entries say, and their bodies; stops at the first that cannot be read."""
    stopped: Unreadable | None = None
    log = _Log()
    try:
        for piece in pieces(artefact, LOG):
            if piece.data.lstrip()[:1] == b"{":
                yield from log.take(piece)
    except Unreadable as error:
        stopped = error
    if not log.entries and stopped is None:
        raise NotThisFormat("no entry of a log of HTTP")
    yield from log.finish()
    if stopped:
        raise stopped


class _Log:
    """What has been read of an archive so far."""

    def __init__(self) -> None:
        self.entries = 0
        self._flows, self._names = RowBuffer("entry"), HostNames("entry")
        self._decode = msgspec.json.Decoder(Entry).decode

    def take(self, piece: Piece) -> Iterator[Item]:
        """Take one entry; what is none (a page) is passed over."""
        try:
            entry = self._decode(piece.data)
            at = clock.microseconds(entry.startedDateTime)
        except (ValueError, RecursionError) as error:
            raise Unreadable(
                f"entry {self.entries + 1} cannot be read: {error}", piece.offset
            ) from None
        if entry.request is None:
            return
        self.entries += 1
        number = self.entries
        found = authority.of(entry.request.url)
        if found is None and not SCHEME(entry.request.url):  # taken out, or cut down to a path
            found = authority.Authority("", "", 0)
        sent = found is not None and not entry.cached
        if found is not None and sent:
            yield from self._exchange(entry, entry.request, found, number, at)
        server = canonical(entry.serverIPAddress or "")
        where = Carried(f"entry {number}", None, server, at)
        for item in _bodies(entry, entry.request, where, piece.offset):
            if sent or not isinstance(item, CarriedFile):
                yield item

    def finish(self) -> Iterator[Item]:
        """What is left."""
        yield from self._flows.finish()
        yield from self._names.finish()

    def _exchange(
        self, entry: Entry, request: Request, asked: authority.Authority, number: int, at: int
    ) -> Iterator[Item]:
        server = canonical(entry.serverIPAddress or "")
        source = "https" if asked.scheme in authority.ENCRYPTED else "http"
        self._names.add(asked.host, source, number, at, server)
        yield from self._names.full()
        if server is None:
            return
        response = entry.response or Response()
        lasted = entry.time if entry.time is not None and 0 <= entry.time < 1e12 else 0
        version = (response.httpVersion or "").lower()
        quic = version.startswith(("h3", "http/3", "quic", "http/2+quic"))
        yield from self._flows.add(
            Row(
                number,
                None,
                server,
                0,
                asked.port,
                UDP if quic else TCP,
                size=_size(request.headersSize, request.bodySize),
                size_back=_size(response.headersSize, response.bodySize),
                start=at,
                end=at if at == clock.NO_TIME else at + round(lasted * 1000),
                label=Label("message"),
            )
        )


def _size(head: float | None, body: float | None) -> int:
    """Bytes of a message; -1 where the archive does not say of one of its parts."""
    if head is None or body is None or not (0 <= head < 1e15 and 0 <= body < 1e15):
        return -1
    return int(head + body)


def _bodies(entry: Entry, request: Request, where: Carried, offset: int) -> Iterator[Item]:
    name = authority.file_name(request.url.partition("://")[2].partition("/")[2])
    post = request.postData or {}
    posted = post.get("text")
    if isinstance(posted, str) and posted:
        data = posted.encode("utf-8", "surrogatepass")
        yield from handed_on(where, REQUEST, name, data, post.get("mimeType"))
    content = (entry.response and entry.response.content) or {}
    text = content.get("text")
    if not isinstance(text, str) or not text:
        return
    if content.get("encoding") != "base64":
        data = text.encode("utf-8", "surrogatepass")
    else:
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            yield Partly(f"{where.locator}: its body is no base64, not read", offset)
            return
    yield from handed_on(where, RESPONSE, name, data, content.get("mimeType"))
