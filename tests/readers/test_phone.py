"""Phone packages: manifest, permissions, signers, of a made-up app for both systems.

Spec: evenhand.readers: android_manifest, package_signature, property_list.
"""

from __future__ import annotations

import hashlib
import plistlib
from pathlib import Path

import pytest

from tests.readers.phone_seeds import INFO, MADE, app, certificate, manifest
from tests.readers.reading import read_bytes


@pytest.mark.parametrize("wide", [False, True])
def test_an_android_manifest(wide: bool, tmp_path: Path) -> None:
    found = read_bytes("android_manifest", manifest(wide), tmp_path, "a.apk!/AndroidManifest.xml")
    (component,) = found.table("component")
    assert (component.name, component.version) == ("org.example.app", "1.4")
    (permission,) = found.table("declaration")
    assert (permission.kind, permission.text) == ("permission", "android.permission.READ_SMS")
    assert [(s.name, s.value, s.scope) for s in found.table("setting")] == [
        ("debuggable", "true", None),
        ("exported receiver", ".Boot", None),
    ]
    (boot,) = found.table("behaviour")
    assert (boot.kind, boot.target) == ("runs at boot", ".Boot")


def test_a_manifest_that_is_cut_off(tmp_path: Path) -> None:
    found = read_bytes("android_manifest", manifest()[:-150], tmp_path, "AndroidManifest.xml")
    assert found.table("component") and "cut off" in found.reasons[0]


def test_the_signer_of_an_app(tmp_path: Path) -> None:
    (row,) = read_bytes("package_signature", app(), tmp_path, "app.apk").rows
    assert row.fingerprint == hashlib.sha256(certificate()).hexdigest()
    assert row.subject == "CN=nobody" and row.locator.endswith("scheme 2")
    unsigned = app().replace(b"APK Sig Block 42", b"nothing of a sort")
    none = read_bytes("package_signature", unsigned, tmp_path, "app.apk")
    assert type(none.failure).__name__ == "NotThisFormat"


def test_the_signer_by_scheme_1(tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    parsed = x509.load_der_x509_certificate(certificate())
    raw = pkcs7.serialize_certificates([parsed], Encoding.DER)
    (row,) = read_bytes("package_signature", raw, tmp_path, "app.apk!/META-INF/CERT.RSA").rows
    assert row.fingerprint == hashlib.sha256(certificate()).hexdigest()


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_an_ios_app(form: plistlib.PlistFormat, tmp_path: Path) -> None:
    data = plistlib.dumps(INFO, fmt=form)
    found = read_bytes("property_list", data, tmp_path, "Payload/a.app/Info.plist")
    (component,) = found.table("component")
    assert (component.name, component.version) == ("org.example.app", "2.0")
    assert [(d.kind, d.text, d.host) for d in found.table("declaration")] == [
        ("permission", "NSCamera", None),
        ("clear text", None, "a.example"),
    ]
    assert [(s.name, s.value) for s in found.table("setting")] == [
        ("background mode", "location"),
        ("nsallowsarbitraryloads", "true"),
    ]


def test_a_profile_and_its_signer(tmp_path: Path) -> None:
    name = "embedded.mobileprovision"
    found = read_bytes("property_list", MADE[name], tmp_path, name)
    assert [d.text for d in found.table("declaration")] == ["aps-environment"]
    (row,) = found.table("certificate")
    assert row.fingerprint == hashlib.sha256(certificate()).hexdigest()


def test_lists_that_are_none(tmp_path: Path) -> None:
    bomb = b"<!DOCTYPE a [<!ENTITY b 'cc'>]><plist><string>&b;</string></plist>"
    deep = b"<plist>" + b"<array>" * 50_000
    for data in (b"", b"words", b"bplist00" + b"\xff" * 40, bomb, deep):
        found = read_bytes("property_list", data, tmp_path, "Info.plist")
        assert found.rows == [] and found.failure is not None
