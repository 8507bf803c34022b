"""One case of the test set: a small made-up product as text, clean and with a plant.

A `.case` file has a head of `name: value` lines and then its files, each after `-- path --`. A
mode stands in brackets (`-- usr/bin/x (755) --`), as do `planted` for a file that only the planted
product has, `source` for one that is compiled and not shipped, and `layer2` for one in an image's
second layer. `machine: aarch64` in the head asks for the compiler of that machine. Lines that open
with `@@C ` are the old release's, with `@@N ` honest changes of the new one, with `@@P ` the plant,
with `@@D ` what the plant takes out. Thus three products come of one text: `old`, `new` (honest)
and `planted` (new and plant).
`{{…}}` stands for a key, or for encoded text, made the same each time.

Spec: benchmarks/products.py (how the set is used).
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
VARIANTS = {"old": "CD", "new": "ND", "planted": "NP"}
_FILE = re.compile(r"-- (\S+?)(?: \(([^)]*)\))? --$")


@dataclass(frozen=True)
class Member:
    """A file of a product in one variant; `plant` counts from line 1."""

    path: str
    content: bytes
    mode: int
    is_source: bool
    plant: frozenset[int]
    layer: int = 1  # of an image of several


@dataclass(frozen=True)
class Case:
    """A product: its head and its files as written."""

    id: str
    head: dict[str, str]
    files: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def version(self, variant: str) -> str:
        """The version that a variant carries."""
        return self.head.get("old" if variant == "old" else "new", "1.0")

    def members(self, variant: str) -> list[Member]:
        """The files of one variant; a line of the plant in `planted` only."""
        keep, found = VARIANTS[variant], []
        for path, remarks, lines in self.files:
            whole = "planted" in remarks
            if whole and variant != "planted":
                continue
            chosen, plant = [], set()
            for line in lines:
                mark = line[2] if re.match(r"@@[CNPD]( |$)", line) else ""
                if mark and mark not in keep:
                    continue
                chosen.append(line[4:] if mark else line)
                if whole or mark == "P":
                    plant.add(len(chosen))
            text = _filled("\n".join(chosen) + "\n" if chosen else "")
            octal = re.search(r"\b[0-7]{3,4}\b", remarks)
            mode = int(octal[0], 8) if octal else 0o644
            layer = re.search(r"\blayer(\d)\b", remarks)
            number = int(layer[1]) if layer else 1
            found.append(Member(path, text, mode, "source" in remarks, frozenset(plant), number))
        return found

    def builds(self) -> list[tuple[str, str, list[str]]]:
        """What is compiled: target, source and flags; more sources stand among the flags."""
        said = self.head.get("build", "")
        found = []
        for one in filter(None, said.split(";")):
            target, _, rest = one.partition("<")
            source, *flags = rest.split()
            found.append((target.strip(), source, flags))
        return found


def load(path: Path) -> Case:
    """A case from its file."""
    head: dict[str, str] = {}
    files: list[tuple[str, str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _FILE.match(line)
        if match:
            files.append((match[1], match[2] or "", []))
        elif files:
            files[-1][2].append(line)
        else:
            name, _, value = line.partition(": ")
            head[name] = value
    return Case(path.stem, head, files)


def pairs(folder: Path = HERE) -> list[Case]:
    """Products with a plant."""
    return [load(p) for p in sorted((folder / "pairs").glob("*.case"))]


def negatives(folder: Path = HERE) -> list[Case]:
    """Products that look alarming and are not."""
    return [load(p) for p in sorted((folder / "negatives").glob("*.case"))]


def _filled(text: str) -> bytes:
    """`{{word argument}}` replaced; keys come of their names and guard nothing."""

    def value(match: re.Match[str]) -> str:
        word, _, argument = match[1].partition(" ")
        return _MACROS[word](argument)

    names = "|".join(_MACROS)
    return re.sub(r"\{\{((?:" + names + r")\b[^{}]*)\}\}", value, text).encode()


def _private(name: str):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def _pem_private(name: str) -> str:
    from cryptography.hazmat.primitives import serialization as s

    done = _private(name).private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return done.decode().strip()


def _ssh_public(argument: str) -> str:
    from cryptography.hazmat.primitives import serialization as s

    name, _, remark = argument.partition(" ")
    public = _private(name).public_key()
    said = public.public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).decode()
    return f"{said} {remark}".strip()


def _pem_certificate(name: str) -> str:
    """An authority's certificate, signed by itself."""
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import serialization as s

    key = _private(name)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} test authority")])
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).serial_number(1)
    made = made.not_valid_before(datetime(2025, 1, 1)).not_valid_after(datetime(2035, 1, 1))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    done = made.public_key(key.public_key()).sign(key, None)
    return done.public_bytes(s.Encoding.PEM).decode().strip()


def _spki(name: str) -> str:
    from cryptography.hazmat.primitives import serialization as s

    public = _private(name).public_key()
    done = public.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(done).decode()


def _noise(size: str) -> str:
    blocks = (hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(int(size) // 32))
    return base64.b64encode(b"".join(blocks)).decode()


_MACROS = {
    "deflated": lambda text: base64.b64encode(zlib.compress(text.encode(), 9)).decode(),
    "hex-escape": lambda text: "".join(f"\\x{b:02x}" for b in text.encode()),
    "hex": lambda text: text.encode().hex(),
    "ed25519-hex": lambda name: _private(name).public_key().public_bytes_raw().hex(),
    "ed25519-spki": _spki,
    "ssh-public": _ssh_public,
    "pem-private": _pem_private,
    "pem-certificate": _pem_certificate,
    "base64-noise": _noise,
}
