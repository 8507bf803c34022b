"""Small inputs for the readers of archives, packages, images and root file systems.

Spec: tests/readers/test_mutations.py (a seed for every reader).
"""

from __future__ import annotations

PKGINFO = (
    b"# Generated\npkgname = dropbear\npkgver = 2024.86-r0\narch = aarch64\n"
    b"maintainer = A Maker <a@maker.example>\n"
)
INSTALLED = (
    b"C:Q1=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:busybox\nV:1.36.1-r29\nm:B <b@maker.example>\n\n"
)
MANIFEST = (
    b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.lo\r\n ng.name;singleton:=true\r\n"
    b"Bundle-Version: 1.2\r\nBundle-Vendor: A Maker\r\nPremain-Class: org.example.Agent\r\n\r\n"
)
POM = b"#made\nversion=3.1\ngroupId=org.example\nartifactId=core\n"
CARGO = b'[package]\nname = "hello"\nversion = "0.1.0"\nauthors = ["A <a@b>"]\nbuild = "build.rs"\n'
GEM = (
    b"--- !ruby/object:Gem::Specification\nname: hello\nversion: !ruby/object:Gem::Version\n"
    b"  version: 1.0.1\nplatform: java\nauthors:\n- A Maker\nextensions:\n- ext/hello/extconf.rb\n"
)
MADE = {
    ".PKGINFO": PKGINFO,
    "installed": INSTALLED,
    "MANIFEST.MF": MANIFEST,
    "pom.properties": POM,
    "Cargo.toml": CARGO,
    "metadata": GEM,
    "index.json": b'{"name": "zlib", "version": "1.3", "build": "h1_0", "depends": []}',
}
