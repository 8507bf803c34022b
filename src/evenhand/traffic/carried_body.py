"""Bodies of messages that a log keeps: handed on as artefacts, with a row that says whose they are.

Whatever is later found in a body (personal data, say) is found in an artefact; by its digest the
row tells who sent it to whom.

Spec: docs/reference/facts.md (table `carried_file`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.artefact import Child
from evenhand.facts.carried_file import CarriedFile
from evenhand.readers import Item
from evenhand.traffic import clock

REQUEST, RESPONSE = "request", "response"


class Carried(NamedTuple):
    """Which message of a log, between whom and when; times in microseconds since 1970 UTC."""

    locator: str
    client: str | None
    server: str | None
    time_us: int


def handed_on(
    message: Carried, way: str, name: str, data: bytes, media_type: object = None
) -> Iterator[Item]:
    """A body and its row; `media_type` is what the log says, parameters and all."""
    ends = message.client, message.server
    sender, receiver = ends if way == REQUEST else ends[::-1]
    kind = media_type.partition(";")[0].strip().lower() if isinstance(media_type, str) else ""
    yield Child(f"{message.locator} {way}/{name}", [data])
    yield CarriedFile(
        name=name or None,
        locator=f"{message.locator} {way}",
        media_type=kind or None,
        size_bytes=len(data),
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        sender_address=sender,
        receiver_address=receiver,
        protocol="http",
        first_seen=clock.moment(message.time_us),
    )
