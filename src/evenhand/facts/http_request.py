"""Fact table `http_request`: kinds of HTTP requests that were seen, each once.

Spec: RFC 9110; docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
COMPARE = ("host", "method", "sent_type")
RANK = 31
MEANING = {
    "host": "name that the client gives, without its port; empty where it gives none",
    "address": "the server that the request was sent to: for a proxy, the proxy",
    "method": "`GET`, `POST`, …",
    "sent_type": "media type of what the client sends, lower case, without parameters",
    "received_type": "media type of the answer; empty where no answer was seen",
    "encrypted": "false where it was read in the clear, true where a key log opened it",
    "first_seen": "time of the first packet of the first such request, UTC",
}


class HttpRequest(NamedTuple):
    """Requests of one host, method and pair of media types. Paths, fields and bodies are left
    out: they may be personal data.
    """

    host: str
    method: str
    locator: str = ""
    address: str | None = None
    sent_type: str | None = None
    received_type: str | None = None
    encrypted: bool | None = None
    first_seen: datetime | None = None
    grade: str = "observed"
