"""Certificates that servers show in the clear: up to TLS 1.2 they do.

Spec: RFC 5246 §7.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from evenhand import x509
from evenhand.facts.certificate import Certificate
from evenhand.readers import Partly
from evenhand.readers.pcap.container import MISSING, moment
from evenhand.readers.pcap.names import Where

Key = tuple[bytes, str]  # a certificate's digest, and the address of who showed it
CERTIFICATES = 50_000  # different (certificate, server) kept: those met first
BYTES = 64 << 20  # of different certificates kept


class Certificates:
    """Certificates met so far, each once for every server that showed it."""

    def __init__(self) -> None:
        self.dropped = 0
        self._raw: dict[bytes, bytes] = {}  # digest → DER
        self._bytes = 0
        self._shown: dict[Key, Where] = {}
        self._accepted: dict[Key, bool] = {}

    def add(self, raw: bytes, server: str, where: Where) -> Key:
        """Keep a certificate that this address showed."""
        digest = hashlib.sha256(raw).digest()
        key = digest, server
        earlier = self._shown.get((digest, server))
        if earlier is not None:
            self._shown[digest, server] = min(earlier, where)
            return key
        if len(self._shown) >= CERTIFICATES or self._bytes > BYTES:
            self.dropped += 1
            return key
        if digest not in self._raw:
            self._raw[digest] = raw
            self._bytes += len(raw)
        self._shown[digest, server] = where
        return key

    def judge(self, keys: Iterable[Key], went_on: bool) -> None:
        """A client went on after it was shown these, or broke off; one that went on is enough."""
        for key in keys:
            self._accepted[key] = went_on or self._accepted.get(key, False)

    def rows(self, said: str = "") -> Iterator[Certificate | Partly]:
        """All certificates, in the order in which they were shown; then how many are broken.

        `said` stands at the end of their locators.
        """
        known = {digest: x509.read(raw) for digest, raw in self._raw.items()}
        order = sorted((where, digest, server) for (digest, server), where in self._shown.items())
        for where, digest, server in order:
            row = known[digest]
            if row is not None:
                seen = None if where.time_us == MISSING else moment(where.time_us)
                place = f"packet {where.number}{said}"
                accepted = self._accepted.get((digest, server))
                yield row._replace(
                    locator=place, shown_by=server, first_seen=seen, accepted=accepted
                )
        broken = sum(row is None for row in known.values())
        if broken:
            yield Partly(f"{broken} certificates are broken and were not read")
