"""Fact table `certificate`: an X.509 certificate that was shown, with what it says.

Spec: RFC 5280; docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

VERSION = 1
COMPARE = ("fingerprint", "subject", "issuer", "serial")
MEANING = {
    "subject": "distinguished name (RFC 4514) of whom it was issued to; of a CA too",
    "names": "DNS names and addresses in its subject alternative name, lower case",
    "issuer": "distinguished name of who signed it",
    "serial": "serial number, hexadecimal, upper case",
    "fingerprint": "SHA-256 of the certificate, hexadecimal, where known",
    "not_before": "start of its validity, UTC",
    "not_after": "end of its validity, UTC",
    "is_ca": "true where it may sign others",
    "shown_by": "address of the server that showed it, where known",
    "accepted": (
        "true where a client went on with the connection after it was shown (in a capture: sent "
        "application data), false where it broke off (in a capture: by an alert about the "
        "certificate) and none went on; empty: not told"
    ),
    "first_seen": "when it was first seen, UTC",
}


class Certificate(NamedTuple):
    """An X.509 certificate that was shown. That it was shown does not say that it was trusted."""

    subject: str
    locator: str = ""
    names: Sequence[str] = ()
    issuer: str | None = None
    serial: str | None = None
    fingerprint: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    is_ca: bool | None = None
    shown_by: str | None = None
    first_seen: datetime | None = None
    accepted: bool | None = None
    grade: str = "observed"
