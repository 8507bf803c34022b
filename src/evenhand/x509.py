"""A certificate as a row: what it says of itself.

Spec: RFC 5280; RFC 4514 (names as text).
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING

from evenhand.facts.certificate import Certificate

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Parsed


def read(raw: bytes, place: str = "") -> Certificate | None:
    """What a certificate in DER says; None where it cannot be read."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what real certificates get wrong and say anyway
            parsed = x509.load_der_x509_certificate(raw)
            return Certificate(
                subject=parsed.subject.rfc4514_string(),
                locator=place,
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
