"""JA4: a short text that clients of one make share, computed from their ClientHello.

Our own code after the published description. JA4 for TLS clients is free to use (BSD-3-Clause,
Copyright FoxIO); the other methods of its family are not, and are not used here.

Spec: JA4 TLS Client Fingerprinting, FoxIO, 2023; RFC 8701 (GREASE).
"""

from __future__ import annotations

import hashlib

from evenhand.readers.pcap.tls import PROTOCOLS, SERVER_NAME, Hello

VERSIONS = {
    0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2",
    0xFEFF: "d1", 0xFEFD: "d2", 0xFEFC: "d3",
}  # fmt: skip
NOTHING = "0" * 12


def ja4(hello: Hello, transport: str) -> str:
    """The JA4 of a ClientHello; `transport` is `t` (TCP), `q` (QUIC) or `d` (DTLS)."""
    suites = sorted(_meant(hello.suites))
    kinds = [k for k in hello.kinds if not reserved(k)]
    # DTLS counts its versions down.
    newest = (min if transport == "d" else max)(_meant(hello.versions), default=hello.version)
    head = (
        f"{transport}{VERSIONS.get(newest, '00')}{'d' if SERVER_NAME in kinds else 'i'}"
        f"{min(len(suites), 99):02d}{min(len(kinds), 99):02d}{_protocol(hello)}"
    )
    compared = sorted(k for k in kinds if k not in (SERVER_NAME, PROTOCOLS))
    signatures = _meant(hello.signatures)
    extensions = _text(compared) + ("_" + _text(signatures) if signatures else "")
    return f"{head}_{_digest(_text(suites))}_{_digest(extensions if kinds else '')}"


def reserved(value: int) -> bool:
    """RFC 8701 §2: values without meaning, sent so that nobody relies on knowing them all."""
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def _meant(listed: bytes) -> list[int]:
    numbers = (listed[i] << 8 | listed[i + 1] for i in range(0, len(listed) - 1, 2))
    return [n for n in numbers if not reserved(n)]


def _protocol(hello: Hello) -> str:
    """First and last character of the first protocol offered; of its hexadecimal form if odd."""
    first = hello.protocols[0] if hello.protocols else b""
    if not first:
        return "00"
    ends = bytes((first[0], first[-1]))
    if ends.isalnum():
        return ends.decode("ascii")
    return first.hex()[0] + first.hex()[-1]


def _text(numbers: list[int]) -> str:
    return ",".join(f"{n:04x}" for n in numbers)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12] if text else NOTHING
