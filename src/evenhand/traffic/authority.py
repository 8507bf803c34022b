"""Who is asked by the address of a web resource: scheme, host and port.

Spec: RFC 3986 s. 3.2; IANA well-known ports.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evenhand.traffic.host_names import without_port

PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
ENCRYPTED = ("https", "wss")
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://(?:[^/?#@]*@)?([^/?#]*)")


class Authority(NamedTuple):
    """What the address names; port 0 where the scheme has none that is known."""

    scheme: str
    host: str
    port: int


def of(url: str) -> Authority | None:
    """The authority of an address of the web (`http`, `https`, `ws`, `wss`), else None."""
    found = URL.match(url[:4096])
    if found is None or found[1].lower() not in PORTS or not found[2]:
        return None
    scheme, place = found[1].lower(), found[2]
    host = without_port(place)
    digits = place[len(place) - len(place.rpartition(":")[2]) :] if ":" in place else ""
    named = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    return Authority(scheme, host, named or PORTS[scheme]) if host else None


def file_name(path: str) -> str:
    """The last part of a path, to name a body by; `body` where it has none."""
    plain = re.split(r"[?#]", path[:4096], maxsplit=1)[0]
    return plain.rpartition("/")[2][:80] or "body"
