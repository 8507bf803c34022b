"""A signer's certificate as a row.

Spec: RFC 5280; RFC 4514 (names as text).
"""

from __future__ import annotations

import hashlib
import warnings

from evenhand.facts.certificate import Certificate


def signer(raw: bytes, place: str) -> Certificate | None:
    """What a certificate in DER says; None where it cannot be read."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what real certificates get wrong and say anyway
            parsed = x509.load_der_x509_certificate(raw)
            return Certificate(
                subject=parsed.subject.rfc4514_string(),
                locator=place,
                issuer=parsed.issuer.rfc4514_string(),
                serial=f"{parsed.serial_number:X}",
                fingerprint=hashlib.sha256(raw).hexdigest(),
                not_before=parsed.not_valid_before_utc,
                not_after=parsed.not_valid_after_utc,
            )
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion):
        return None
