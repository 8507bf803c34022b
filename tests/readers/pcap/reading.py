"""Runs the capture reader alone on bytes and gives its facts as plain rows.

Spec: none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from evenhand.artefact import Child
from evenhand.errors import Unreadable
from evenhand.facts.certificate import Certificate
from evenhand.facts.host_name import HostName
from evenhand.facts.http_request import HttpRequest
from evenhand.facts.service_record import ServiceRecord
from evenhand.readers import Batch, Partly
from evenhand.readers.pcap.capture import Capture

RESOLVERS = ("cloudflare-dns.com", "dns.google", "dns.sb")
SHARED = Path(__file__).parents[3] / "../shared/data/pcap"


class Facts(NamedTuple):
    """What a capture gave."""

    flows: list[dict[str, Any]]
    names: list[dict[str, Any]]
    certificates: list[Certificate]
    requests: list[HttpRequest]
    problems: list[Partly]
    services: list[ServiceRecord]

    def layer(self, layer: str) -> list[tuple[Any, ...]]:
        """Flows of a layer, short: both ends, protocol, packets and bytes each way."""
        columns = (
            "client_address", "client_port", "server_address", "server_port", "protocol",
            "packets_sent", "bytes_sent", "packets_received", "bytes_received",
        )  # fmt: skip
        return [tuple(f[c] for c in columns) for f in self.flows if f["layer"] == layer]

    def named(self) -> set[tuple[str, str, str | None]]:
        """Names, short: source, name, address."""
        return {(n["source"], n["name"], n["address"]) for n in self.names}


def facts(data: bytes, by_one: bool = False) -> Facts:
    """Read a capture; `by_one` reads every packet the slow way."""
    capture = Capture(data, by_one, RESOLVERS)
    problems = list(capture.problems())
    rows: dict[str, list[dict[str, Any]]] = {"flow": [], "host_name": []}
    certificates, requests, services = [], [], []
    for item in capture.rows():
        if isinstance(item, Batch):
            rows[item.table] += item.rows.to_pylist()
        elif isinstance(item, Partly):
            problems.append(item)
        elif isinstance(item, Certificate):
            certificates.append(item)
        elif isinstance(item, ServiceRecord):
            services.append(item)
        elif isinstance(item, HttpRequest):
            requests.append(item)
        else:
            assert isinstance(item, HostName | Child)  # of name blocks; comments
    return Facts(rows["flow"], rows["host_name"], certificates, requests, problems, services)


def survives(data: bytes) -> Facts | None:
    """Read whatever this is; None where the reader says that it cannot."""
    try:
        return facts(data)
    except Unreadable:
        return None
