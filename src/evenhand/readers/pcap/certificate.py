"""Certificates that servers show in the clear: up to TLS 1.2 they do.

Spec: RFC 5246 §7.4.2; RFC 5280; RFC 4514 (names as text).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evenhand.facts.certificate import Certificate
from evenhand.readers import Partly
from evenhand.readers.pcap.container import MISSING, moment
from evenhand.readers.pcap.names import Where

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Parsed

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
        known = {digest: _read(raw) for digest, raw in self._raw.items()}
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


def _read(raw: bytes) -> Certificate | None:
    """What a certificate says; None where it cannot be read."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what real certificates get wrong and say anyway
            parsed = x509.load_der_x509_certificate(raw)
            return Certificate(
                subject=parsed.subject.rfc4514_string(),
                names=_names(parsed),
                issuer=parsed.issuer.rfc4514_string(),
                serial=f"{parsed.serial_number:X}",
                fingerprint=hashlib.sha256(raw).hexdigest(),
                not_before=parsed.not_valid_before_utc,
                not_after=parsed.not_valid_after_utc,
                is_ca=_is_ca(parsed),
            )
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion):
        return None


def _names(parsed: Parsed) -> list[str]:
    """DNS names and addresses of the subject alternative name; none where it is broken."""
    from cryptography import x509

    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = found.get_values_for_type(x509.DNSName)
        addresses = found.get_values_for_type(x509.IPAddress)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        del error  # a certificate without names is still one
        return []
    except x509.UnsupportedGeneralNameType:
        return []
    return [n.lower() for n in names] + [str(a) for a in addresses]


def _is_ca(parsed: Parsed) -> bool | None:
    from cryptography import x509

    try:
        return bool(parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None
