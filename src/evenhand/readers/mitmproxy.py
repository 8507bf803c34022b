"""Flows as mitmproxy saves them: which hosts were asked, at which addresses; bodies handed on.

Spec: mitmproxy flow file format (versions 0.10 to 21); RFC 9110.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact, Child
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic import authority, clock, tnetstring
from evenhand.traffic.address import canonical, packed
from evenhand.traffic.carried_body import REQUEST, RESPONSE, Carried, handed_on
from evenhand.traffic.host_names import HostNames, without_port
from evenhand.traffic.record import Label
from evenhand.traffic.row_buffer import Row, RowBuffer, port

VERSION = "3"
# A length of three to seven digits, a colon, and the key that versions have put first.
RECOGNISES = {
    "magic": (
        (3, "3a393a776562736f636b65743b"),  # websocket
        (4, "3a393a776562736f636b65743b"),
        (5, "3a393a776562736f636b65743b"),
        (6, "3a393a776562736f636b65743b"),
        (7, "3a393a776562736f636b65743b"),
        (3, "3a383a726573706f6e73653b"),  # response
        (4, "3a383a726573706f6e73653b"),
        (5, "3a383a726573706f6e73653b"),
        (6, "3a383a726573706f6e73653b"),
        (7, "3a383a726573706f6e73653b"),
        (3, "3a383a6d657373616765733b"),  # messages
        (4, "3a383a6d657373616765733b"),
        (5, "3a383a6d657373616765733b"),
        (6, "3a383a6d657373616765733b"),
        (7, "3a383a6d657373616765733b"),
        (3, "3a373a76657273696f6e3b"),  # version
        (4, "3a373a76657273696f6e3b"),
        (5, "3a373a76657273696f6e3b"),
        (6, "3a373a76657273696f6e3b"),
        (7, "3a373a76657273696f6e3b"),
        (3, "3a343a747970653b343a"),  # type
        (4, "3a343a747970653b343a"),
        (5, "3a343a747970653b343a"),
        (6, "3a343a747970653b343a"),
        (7, "3a343a747970653b343a"),
        (3, "3a363a6d61726b65643b"),  # marked
        (4, "3a363a6d61726b65643b"),
        (5, "3a363a6d61726b65643b"),
        (6, "3a363a6d61726b65643b"),
        (7, "3a363a6d61726b65643b"),
        (3, "3a353a6572726f722c"),  # error
        (4, "3a353a6572726f722c"),
        (5, "3a353a6572726f722c"),
        (6, "3a353a6572726f722c"),
        (7, "3a353a6572726f722c"),
    )
}
EMITS = ("flow", "host_name", "carried_file")
CANNOT_SEE = {
    "flow": (
        "packets, and bytes on the wire: sizes are those of messages before encryption; traffic "
        "that did not pass the proxy, or that a program kept from it"
    ),
    "host_name": "names asked of resolvers that did not pass the proxy",
    "carried_file": "bodies that the proxy passed on without keeping them",
}

TCP, UDP = 6, 17
A_RECORDS = {1: 4, 28: 16}
CNAME = 5


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the flows say, and their bodies; stops at the first that cannot be read."""
    stopped: Unreadable | None = None
    log, number = _Log(), 0
    try:
        for number, (said, offset) in enumerate(tnetstring.values(artefact), 1):
            if not isinstance(said, dict) or not {"request", "messages", "client_conn"} & {*said}:
                if number == 1:
                    raise NotThisFormat("values that are no flows")
                yield Partly(f"flow {number} is none: not read", offset)
                continue
            yield from log.take(said, number)
    except Unreadable as error:
        stopped = error
    yield from log.finish()
    if stopped:
        raise stopped


class _Log:
    """What has been read of a file so far."""

    def __init__(self) -> None:
        self._flows, self._names = RowBuffer("flow"), HostNames("flow")

    def take(self, said: dict[str, Any], number: int) -> Iterator[Item]:
        """Take one flow."""
        server, client = _part(said, "server_conn"), _part(said, "client_conn")
        ends = _peer(client), _peer(server)
        at = _time(client.get("timestamp_start"))
        request, response = _part(said, "request"), _part(said, "response")
        kind = said.get("type") or "http"
        for connection in (server, client):
            name = _text(connection.get("sni"))
            source = "quic" if server.get("transport_protocol") == "udp" else "tls"
            self._names.add(name, source, number, at, ends[1][0])
        if kind == "http":
            began = _time(request.get("timestamp_start"))
            where = Carried(f"flow {number}", ends[0][0], ends[1][0], began)
            yield from _bodies(said, request, response, where)
            asked = without_port(_host(request))
            source = "https" if _text(request.get("scheme")) in authority.ENCRYPTED else "http"
            self._names.add(asked, source, number, began, ends[1][0])
        if kind == "dns":
            self._dns(request, response, number)
        yield from self._names.full()
        if ends[1][0] is not None:
            yield from self._flows.add(_row(said, kind, ends, number, at))

    def finish(self) -> Iterator[Item]:
        """What is left."""
        yield from self._flows.finish()
        yield from self._names.finish()

    def _dns(self, request: dict[str, Any], response: dict[str, Any], number: int) -> None:
        at = _time(request.get("timestamp"))
        asked = [_text(q.get("name")) for q in _dicts(request.get("questions"))]
        for name in asked:
            self._names.add(name, "dns question", number, at)
        for answer in _dicts(response.get("answers")):
            data, kind = answer.get("data"), answer.get("type")
            if isinstance(data, bytes) and len(data) == A_RECORDS.get(kind or 0, -1):
                name = next((n for n in asked if n), _text(answer.get("name")))
                self._names.add(name, "dns answer", number, at, packed(data))
            elif kind == CNAME and isinstance(data, bytes):
                self._names.add(_labels(data), "dns alias", number, at)


def _labels(data: bytes) -> str:
    """A name in a record, which mitmproxy keeps without compression (RFC 1035 3.1)."""
    labels, at = [], 0
    while at < len(data) and 0 < data[at] < 64:
        labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
        at += 1 + data[at]
    return ".".join(labels)


def _part(said: dict[str, Any], key: str) -> dict[str, Any]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str) else None


def _time(value: Any) -> int:
    return clock.microseconds(value) if isinstance(value, int | float) else clock.NO_TIME


def _peer(connection: dict[str, Any]) -> tuple[str | None, int]:
    """The other end's address and port, under the key that its version uses."""
    for key in ("peername", "ip_address", "peer_address", "address"):
        found = connection.get(key)
        if isinstance(found, dict):
            found = found.get("address")
        if isinstance(found, list) and len(found) >= 2:
            address = canonical(_text(found[0]) or "")
            if address:
                return address, port(found[1])
    return None, 0


def _host(request: dict[str, Any]) -> str:
    """The host that was asked for: the Host field, else the authority, else where it went."""
    for name, value in _fields(request):
        if _text(name) in ("Host", "host"):
            return _text(value) or ""
    return _text(request.get("authority")) or _text(request.get("host")) or ""


def _row(
    said: dict[str, Any],
    kind: str,
    ends: tuple[tuple[str | None, int], tuple[str | None, int]],
    number: int,
    at: int,
) -> Row:
    sent, received = _sizes(said, kind)
    over = _text(_part(said, "server_conn").get("transport_protocol"))
    times = [
        _time(_part(said, part).get(f"timestamp_{edge}"))
        for part, edge in (("request", "start"), ("response", "end"), ("server_conn", "end"))
    ]
    known = [t for t in times if t != clock.NO_TIME]
    return Row(
        number,
        ends[0][0],
        ends[1][0] or "",
        ends[0][1],
        ends[1][1],
        UDP if over == "udp" or kind == "udp" else TCP,
        size=sent,
        size_back=received,
        start=times[0] if times[0] != clock.NO_TIME else at,
        end=max(known, default=at),
        label=Label("message" if kind == "http" else "payload"),
    )


def _sizes(said: dict[str, Any], kind: str) -> tuple[int, int]:
    """Bytes of the messages each way; -1 where they are not kept."""
    if kind in ("tcp", "udp"):
        sums = [0, 0]
        for message in said.get("messages") or ():
            if isinstance(message, list) and len(message) >= 2 and isinstance(message[1], bytes):
                sums[0 if message[0] is True else 1] += len(message[1])
        return sums[0], sums[1]
    if kind != "http":
        return -1, -1
    return _message(_part(said, "request")), _message(_part(said, "response"))


def _message(part: dict[str, Any]) -> int:
    content = part.get("content")
    if not isinstance(content, bytes):
        return -1
    return len(content) + sum(len(name) + len(value) + 4 for name, value in _fields(part))


def _both(pair: list[Any]) -> bool:
    return isinstance(pair[0], bytes | str) and isinstance(pair[1], bytes | str)


def _bodies(
    said: dict[str, Any], request: dict[str, Any], response: dict[str, Any], where: Carried
) -> Iterator[Item]:
    name = authority.file_name(_text(request.get("path")) or "")
    for way, part in ((REQUEST, request), (RESPONSE, response)):
        content = part.get("content")
        if isinstance(content, bytes) and content:
            yield from handed_on(where, way, name, content, _media_type(part))
    messages = _part(said, "websocket").get("messages")
    texts = [m[2] for m in messages or () if isinstance(m, list) and len(m) > 2]
    data = b"\n".join(t for t in texts if isinstance(t, bytes))
    if data:
        yield Child(f"{where.locator} websocket/{name}", [data])


def _media_type(message: dict[str, Any]) -> str | None:
    for name, value in _fields(message):
        if (_text(name) or "").lower() == "content-type":
            return _text(value)
    return None


def _fields(message: dict[str, Any]) -> list[list[Any]]:
    """The fields of a request or response, each a name and a value."""
    found = message.get("headers")
    pairs = found if isinstance(found, list) else []
    return [p for p in pairs if isinstance(p, list) and len(p) == 2 and _both(p)]
