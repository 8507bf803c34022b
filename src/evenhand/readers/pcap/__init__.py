"""Network captures (pcap, pcapng): flows, and the names, certificates and requests in the clear.

Spec: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; docs/decisions/0002-reading-captures.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from evenhand.artefact import Artefact
from evenhand.readers import Item, Partly

VERSION = "3"
RECOGNISES = {
    "magic": (
        (0, "d4c3b2a1"),
        (0, "a1b2c3d4"),
        (0, "4d3cb2a1"),
        (0, "a1b23c4d"),
        (0, "34cdb2a1"),
        (0, "a1b2cd34"),
        (0, "0a0d0d0a"),
    )
}
EMITS = ("flow", "host_name", "certificate", "http_request", "carried_file", "service_record")
CANNOT_SEE = {
    "flow": (
        "what did not pass the point of capture while it ran, what the capture's filter left "
        "out, the ends of flows inside encrypted tunnels, tunnels on unregistered ports, and the "
        "protocol of flows whose start was not captured"
    ),
    "host_name": (
        "names asked for by encrypted DNS and hosts inside encrypted HTTP where no key log opens "
        "them, names hidden by encrypted ClientHello (only the outer name is in the clear), names "
        "learnt before the capture or from a cache, and names cut off by the capture's snap length"
    ),
    "certificate": (
        "certificates from TLS 1.3 on and in QUIC, which are encrypted, where no key log opens "
        "them, those of DTLS and of clients, and those of connections whose start was not captured"
    ),
    "http_request": (
        "requests inside TLS and QUIC where no key log opens them, and in the clear answers that "
        "do not begin at the start of a segment"
    ),
    "service_record": "records in encrypted DNS that no key log opens",
    "carried_file": "files in the clear, which are not put together, and those no key log opens",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Flows of both layers, names, certificates, requests: each in order of its first packet.

    What secrets open follows, from a key log beside the capture or in it.
    """
    from evenhand.decryption.key_log import offered
    from evenhand.readers.pcap.capture import Capture

    capture = Capture(artefact.map(), resolvers=_resolvers(artefact.resolvers))
    yield from capture.problems()
    yield from capture.rows()
    key_log = capture.asides.key_log
    key_log.add(offered(artefact.key_logs))
    if key_log.dropped:
        yield Partly("not every session of the key logs was tried: there are too many")
    if len(key_log):
        from evenhand.readers.pcap import opened

        yield from opened.read(capture.view, key_log)


def _resolvers(place: str | None) -> frozenset[str]:
    """Hosts that answer DNS over HTTPS, from the list that the run offers."""
    return frozenset(json.loads(Path(place).read_bytes()) if place else ())
