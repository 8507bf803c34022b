"""Keys that SSH lets in: OpenSSH's and dropbear's authorized_keys. Comments are not kept.

Spec: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.key_file import KeyFile
from evenhand.readers import Item, Partly
from evenhand.rootfs.ssh_key import described

VERSION = "1"
RECOGNISES = {"names": ("authorized_keys*", "etc/ssh/keys-*/*", "etc/dropbear/*keys")}
EMITS = ("key_file",)
CANNOT_SEE = {"key_file": "who holds the other half; keys that a command or an authority names"}

READ_BYTES = 4 << 20
KEYS = 10_000
KEY = re.compile(
    rb"(?:^|[ \t])((?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]{2,60})[ \t]+([A-Za-z0-9+/]{20,16000}={0,2})"
)
OPTION = re.compile(r'([a-z][a-z0-9-]*)(?:="(?:[^"\\]|\\.)*")?(?:,|$)', re.I)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `key_file` per key."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    met = 0
    for number, line in enumerate(raw.split(b"\n"), 1):
        match = None if line.lstrip().startswith(b"#") else KEY.search(line)
        if match is None:
            continue
        try:
            blob = base64.b64decode(match[2], validate=True)
        except (binascii.Error, ValueError):
            yield Partly(f"line {number}: a key that cannot be read")
            continue
        met += 1
        if met > KEYS:
            yield Partly(f"more than {KEYS} keys: the rest was not read")
            return
        kind, bits, fingerprint = described(blob)
        said = line[: match.start(1)].decode("utf-8", "replace").strip()
        options = ",".join(m[1] for m in OPTION.finditer(said[:4096])) or None
        place = f"line {number}"
        yield KeyFile(
            artefact.name, "authorised key", place, kind, bits, fingerprint, None, options
        )
    if not met:
        raise NotThisFormat("no key")
