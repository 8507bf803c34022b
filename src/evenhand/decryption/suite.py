"""Cipher suites whose records can be opened, and what each is made of.

Spec: IANA TLS Cipher Suites; RFC 5246 §6.2.3, RFC 5288, 5289, 6655, 7905; RFC 8446 §B.4.
"""

from __future__ import annotations

from typing import NamedTuple

GCM, CCM, CCM_8, CHACHA, CBC = "gcm", "ccm", "ccm 8", "chacha", "cbc"


class Suite(NamedTuple):
    """How records are protected, and the hash of the key schedule."""

    mode: str
    key: int  # bytes
    digest: str  # of the key schedule
    mac: str = ""  # of CBC records


SUITES: dict[int, Suite] = {
    0x1301: Suite(GCM, 16, "sha256"),
    0x1302: Suite(GCM, 32, "sha384"),
    0x1303: Suite(CHACHA, 32, "sha256"),
    0x1304: Suite(CCM, 16, "sha256"),
    0x1305: Suite(CCM_8, 16, "sha256"),
    # RSA, DHE_RSA, DHE_DSS, ECDHE_ECDSA, ECDHE_RSA and PSK of the same cipher
    **dict.fromkeys(
        (0x002F, 0x0033, 0x0032, 0x0034, 0xC009, 0xC013, 0x008C, 0xC035),
        Suite(CBC, 16, "sha256", "sha1"),
    ),
    **dict.fromkeys(
        (0x0035, 0x0039, 0x0038, 0x003A, 0xC00A, 0xC014, 0x008D, 0xC036),
        Suite(CBC, 32, "sha256", "sha1"),
    ),
    **dict.fromkeys(
        (0x003C, 0x0067, 0x0040, 0xC023, 0xC027, 0x00AE, 0xC037),
        Suite(CBC, 16, "sha256", "sha256"),
    ),
    **dict.fromkeys((0x003D, 0x006B, 0x006A), Suite(CBC, 32, "sha256", "sha256")),
    **dict.fromkeys((0xC024, 0xC028, 0x00AF, 0xC038), Suite(CBC, 32, "sha384", "sha384")),
    **dict.fromkeys((0x009C, 0x009E, 0x00A2, 0xC02B, 0xC02F, 0x00A8), Suite(GCM, 16, "sha256")),
    **dict.fromkeys((0x009D, 0x009F, 0x00A3, 0xC02C, 0xC030, 0x00A9), Suite(GCM, 32, "sha384")),
    **dict.fromkeys((0xC09C, 0xC09E, 0xC0A4, 0xC0AC), Suite(CCM, 16, "sha256")),
    **dict.fromkeys((0xC09D, 0xC09F, 0xC0A5, 0xC0AD), Suite(CCM, 32, "sha256")),
    **dict.fromkeys((0xC0A0, 0xC0A2, 0xC0A8, 0xC0AE), Suite(CCM_8, 16, "sha256")),
    **dict.fromkeys((0xC0A1, 0xC0A3, 0xC0A9, 0xC0AF), Suite(CCM_8, 32, "sha256")),
    **dict.fromkeys((0xCCA8, 0xCCA9, 0xCCAA, 0xCCAB, 0xCCAC, 0xCCAD), Suite(CHACHA, 32, "sha256")),
}
