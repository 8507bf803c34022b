"""Times of logs: numbers and texts of several clocks as UTC.

Spec: RFC 3339, ISO 8601.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from evenhand.traffic.record import NO_TIME as NO_TIME

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_SECONDS = 2.5e11  # the year 9892: later than datetime can say is near
EARLIEST_SECONDS = -6.2e10  # the year 5
FRACTION = re.compile(r"\.(\d{6})\d+")
ZONE = re.compile(r"([+-]\d\d)(\d\d)$")


def microseconds(value: object, per_second: int = 1) -> int:
    """A number of `1/per_second` seconds since 1970, or a text, in microseconds; NO_TIME if none.

    Raises ValueError where a text is no time at all.
    """
    if value is None or isinstance(value, bool):
        return NO_TIME
    if isinstance(value, int):
        seconds = value / per_second
        good = EARLIEST_SECONDS < seconds < LATEST_SECONDS
        return value * 1_000_000 // per_second if good else NO_TIME
    if isinstance(value, float):
        seconds = value / per_second
        good = EARLIEST_SECONDS < seconds < LATEST_SECONDS
        return round(seconds * 1e6) if good else NO_TIME
    return _of_text(str(value)) if value else NO_TIME


def _of_text(text: str) -> int:
    plain = ZONE.sub(r"\1:\2", FRACTION.sub(r".\1", text.strip()[:40]))
    plain = plain.removesuffix(" UTC")
    at = datetime.fromisoformat(plain)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(time_us: int) -> datetime | None:
    """Microseconds since 1970 as a time; None where there is none."""
    if not EARLIEST_SECONDS < time_us / 1e6 < LATEST_SECONDS:
        return None
    return EPOCH + timedelta(microseconds=time_us)
