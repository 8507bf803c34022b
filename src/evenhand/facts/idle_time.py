"""Fact table `idle_time`: when nobody used a product.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
MEANING = {
    "product": "key of the product; empty: of the only one there is",
    "from_time": "from this moment on, UTC",
    "to_time": "until this moment, UTC",
}


class IdleTime(NamedTuple):
    """A time in which a product was switched on and nobody used it, as whoever made the capture
    says.
    """

    from_time: datetime
    to_time: datetime
    locator: str = ""
    product: str | None = None
    grade: str = "observed"
