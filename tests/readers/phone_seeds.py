"""A made-up phone app: its manifest in Android's binary XML, its signature, an iOS list.

Spec: Android ResourceTypes.h; Android Open Source Project, "APK Signature Scheme v2".
"""

from __future__ import annotations

import functools
import io
import plistlib
import struct
import zipfile
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

NAME, DEBUGGABLE, EXPORTED, VERSION = 0x01010003, 0x0101000F, 0x01010010, 0x0101021C
Value = str | bool
TREE: tuple[tuple[str, dict[int | str, Value], int], ...] = (  # element, attributes, depth
    ("manifest", {"package": "org.example.app", VERSION: "1.4"}, 0),
    ("uses-permission", {NAME: "android.permission.READ_SMS"}, 1),
    ("application", {DEBUGGABLE: True}, 1),
    ("receiver", {NAME: ".Boot", EXPORTED: True}, 2),
    ("intent-filter", {}, 3),
    ("action", {NAME: "android.intent.action.BOOT_COMPLETED"}, 4),
)


def manifest(wide: bool = False) -> bytes:
    """The manifest; strings in UTF-16 if `wide`."""
    numbers = [NAME, DEBUGGABLE, EXPORTED, VERSION]
    texts = ["name", "debuggable", "exported", "versionName", "package"]
    for element, attributes, _ in TREE:
        texts += [element, *(v for v in attributes.values() if isinstance(v, str))]
    texts = list(dict.fromkeys(texts))
    body = b"".join(_start(e, a, texts, numbers) for e, a, _ in TREE)
    body += b"".join(
        struct.pack("<2H5I", 0x0103, 16, 24, 1, 0xFFFFFFFF, 0xFFFFFFFF, texts.index(e))
        for e, _, _ in reversed(TREE)
    )
    resources = struct.pack(f"<2HI{len(numbers)}I", 0x0180, 8, 8 + 4 * len(numbers), *numbers)
    whole = _pool(texts, wide) + resources + body
    return struct.pack("<2HI", 3, 8, 8 + len(whole)) + whole


def _pool(texts: list[str], wide: bool) -> bytes:
    held, offsets = b"", []
    for text in texts:
        offsets.append(len(held))
        raw = text.encode("utf-16-le" if wide else "utf-8")
        head = struct.pack("<H", len(text)) if wide else bytes([len(text), len(raw)])
        held += head + raw + (b"\0\0" if wide else b"\0")
    held += bytes(-len(held) % 4)
    start = 28 + 4 * len(texts)
    head = struct.pack(
        "<2H6I", 1, 28, start + len(held), len(texts), 0, 0 if wide else 1 << 8, start, 0
    )
    return head + struct.pack(f"<{len(offsets)}I", *offsets) + held


def _start(
    name: str, attributes: dict[int | str, Value], texts: list[str], numbers: list[int]
) -> bytes:
    raw = b""
    for key, value in attributes.items():
        index = numbers.index(key) if isinstance(key, int) else texts.index(key)
        if isinstance(value, bool):
            said = (0xFFFFFFFF, 8, 0, 0x12, 0xFFFFFFFF if value else 0)
        else:
            said = (texts.index(value), 8, 0, 3, texts.index(value))
        raw += struct.pack("<3IH2BI", 0xFFFFFFFF, index, *said)
    head = struct.pack("<2I", 1, 0xFFFFFFFF)
    body = struct.pack("<2I6H", 0xFFFFFFFF, texts.index(name), 20, 20, len(attributes), 0, 0, 0)
    return struct.pack("<2HI", 0x0102, 16, 16 + len(body) + len(raw)) + head + body + raw


@functools.cache
def certificate() -> bytes:
    """A certificate of nobody's, in DER."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    made = made.public_key(key.public_key()).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    made = made.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return made.sign(key, None).public_bytes(Encoding.DER)


def _sized(*parts: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(p)) + p for p in parts)


def app() -> bytes:
    """The package, signed by scheme 2 as far as its certificate goes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("AndroidManifest.xml"), manifest())
    raw = out.getvalue()
    end = raw.rfind(b"PK\5\6")
    directory = struct.unpack_from("<I", raw, end + 16)[0]
    signed = _sized(b"", _sized(certificate()), b"")
    pair = struct.pack("<I", 0x7109871A) + _sized(_sized(_sized(signed, b"", b"")))
    pairs = struct.pack("<Q", len(pair)) + pair
    length = struct.pack("<Q", len(pairs) + 24)
    block = length + pairs + length + b"APK Sig Block 42"
    tail = bytearray(raw[directory:])
    tail[end - directory + 16 : end - directory + 20] = struct.pack("<I", directory + len(block))
    return raw[:directory] + block + bytes(tail)


INFO = {
    "CFBundleIdentifier": "org.example.app",
    "CFBundleShortVersionString": "2.0",
    "NSCameraUsageDescription": "to take pictures",
    "UIBackgroundModes": ["location"],
    "NSAppTransportSecurity": {
        "NSAllowsArbitraryLoads": True,
        "NSExceptionDomains": {"a.example": {"NSExceptionAllowsInsecureHTTPLoads": True}},
    },
}
PROFILE = {"Entitlements": {"aps-environment": "x"}, "DeveloperCertificates": [certificate()]}
MADE = {
    "AndroidManifest.xml": manifest(),
    "app.apk": app(),
    "Info.plist": plistlib.dumps(INFO, fmt=plistlib.FMT_BINARY),
    "embedded.mobileprovision": b"\x30\x82\1\1" + plistlib.dumps(PROFILE) + b"\0signature",
}
