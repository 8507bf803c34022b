"""Keys from secrets: the key schedules of TLS 1.2, TLS 1.3 and QUIC, as far as a reader needs.

Spec: RFC 5246 §5, §6.3; RFC 8446 §7.1–7.3; RFC 9001 §5.1, §6.1.
"""

from __future__ import annotations

import hmac


def expand_label(secret: bytes, label: bytes, size: int, digest: str) -> bytes:
    """RFC 8446 §7.1: HKDF-Expand-Label without a context."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    found, block, count = b"", b"", 0
    while len(found) < size:
        count += 1
        block = hmac.digest(secret, block + info + bytes([count]), digest)
        found += block
    return found[:size]


def pseudo_random(secret: bytes, label: bytes, seed: bytes, size: int, digest: str) -> bytes:
    """RFC 5246 §5: the PRF of TLS 1.2."""
    seed = label + seed
    found, chain = b"", seed
    while len(found) < size:
        chain = hmac.digest(secret, chain, digest)
        found += hmac.digest(secret, chain + seed, digest)
    return found[:size]
