"""Settings of services that open something together: shares, bridges, radio networks, sources.

What a line opens by itself is told by `system_rule`.

Spec: evenhand.rootfs.section.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item, Partly
from evenhand.rootfs.section import together
from evenhand.rootfs.text import text_of
from evenhand.rootfs.told import told

VERSION = "1"
RECOGNISES = {
    "names": (
        "smb.conf", "etc/samba/*", "etc/samba/*/*", "mosquitto.conf", "mosquitto/*.conf",
        "mosquitto/*/*.conf", "hostapd*.conf", "hostapd/*", "wifi/*", "wlan/*", "wireless/*",
        "etc/config/wireless",
        "ostree/remotes.d/*.conf", "ostree/repo/config", "flatpak/remotes.d/*",
        "jupyter_*config.py", "jupyter_*config.json", "jupyter_*config.d/*.json", "wayvnc/config",
        "tigervnc/vncserver-config-*", ".vnc/config", ".config/tigervnc/config",
        "docker/daemon.json", "code-server/config.yaml", "code-server/config.yml",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether the program that reads the file is there and started",
    "hidden_access": "what other files and options of the programs decide",
}

ROWS = 500  # of one file


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each section that opens something, a `hidden_access` for some."""
    text = yield from text_of(artefact)
    for met, (line, found) in enumerate(together(artefact.name, text)):
        if met >= ROWS:
            yield Partly(f"more than {ROWS} sections that open something: the rest was not read")
            return
        yield from told(artefact.name, line, found)
