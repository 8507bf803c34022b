"""Settings that open something only together: of one share, bridge, radio network or source.

Spec: smb.conf(5), mosquitto.conf(5) (bridges), hostapd.conf, ostree.repo-config(5), Jupyter Server
(`c.ServerApp`), OpenWrt UCI (wireless), wayvnc(1), vncserver (TigerVNC), dockerd (daemon.json),
code-server (config.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from evenhand.rootfs.opening import ACCOUNT, CHECK_GONE, ENTRANCE, LINE, TEXT, Opening

LETS, UNSIGNED, SENDS = "lets in", "takes unsigned updates", "collects and sends"
EVERY = r"[\"']?(?:0\.0\.0\.0|\*|\[?::\]?)(?![\w.:])"  # all addresses of the machine
HERE = r"(?:127\.|localhost\b|\[?::1)"
NEAR = (
    rf"(?:{HERE}|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+(?::\d+)?$|\S+\.(?:local|lan)\b)"
)
YES, NO = r"\s*=\s*(?:yes|true|1)\b", r"\s*=\s*(?:no|false|0)\b"
SYSTEM = r"path\s*=\s*/(?:(?:etc|root|boot|usr|bin|sbin|dev|proc|var|lib)/?)?$"
GUEST = rf"(?:guest ok|public|guest only){YES}"
KEY = r"(?:wpa_passphrase|wpa_psk|sae_password)=(?![$@{<%])\S{8}"
TOKEN = r"(?:c\.)?\w+\.token\s*=\s*u?(?:\"\"|'')\s*(?:#|$)|(?:\{.*)?\"token\"\s*:\s*\"\""
ADDRESS = rf"c\.\w+\.ip\s*=\s*u?{EVERY}|(?:\{{.*)?\"ip\"\s*:\s*{EVERY}"
PASSWORD = r"(?:c\.)?\w+\.(?:hashed_)?password\s*=\s*(?:u?[\"'][^\"']{8}|[a-z_])"


class Row(NamedTuple):
    """Lines that one section holds, all of them, and lines that it may not hold."""

    begins: str  # a section; none: the file is one
    holds: tuple[str, ...]  # the first is the place that is told
    never: str
    kind: str
    words: str
    strength: float
    access: str


SHARE, BRIDGE, NETWORK, SOURCE = r"\[", r"connection\s", r"bss=", r"\["
FILES: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (r"smb\.conf|etc/samba/(?:[^/]+/)*[^/]+", (
        Row(SHARE, (SYSTEM, GUEST, r"force user\s*=\s*root"), "", LETS,
            "everybody in the network acts as root on the system's own files", 0.75, ENTRANCE),
        Row(SHARE, (SYSTEM, GUEST), "", LETS,
            "everybody in the network is given the system's own files", 0.65, ENTRANCE),
    )),
    (r"mosquitto\.conf|mosquitto/(?:[^/]+/)*[^/]+\.conf", (
        Row(BRIDGE, (rf"address(?:es)?\s+(?!{NEAR})\S+\.\S", r"topic\s+\"?#\"?\s+(?:out|both)\b"),
            "", SENDS, "whatever is said at this broker is handed on to another host", 0.6,
            "interception interface"),
        Row(BRIDGE, (rf"address(?:es)?\s+(?!{NEAR})\S+\.\S", r"topic\s+\S+\s+(?:out|in|both)\b"),
            "", SENDS, "this broker is joined to one at another host", 0.35, ""),
    )),
    (r"hostapd[^/]*\.conf|(?:hostapd|wifi|wlan|wireless)/[^/]+", (
        Row(NETWORK, (KEY, r"ignore_broadcast_ssid=[12]"), "", LETS,
            "a further radio network, that shows no name, takes a key that is the same everywhere",
            0.65, ACCOUNT),
        Row(NETWORK, (KEY,), "", LETS,
            "a further radio network takes a key that is the same everywhere", 0.45, ACCOUNT),
    )),
    (r"etc/config/wireless", (
        Row(r"config\s", (r"option\s+hidden\s+['\"]?1", r"option\s+key\s+['\"]?(?![$@{<%])\S{8}"),
            r"option\s+disabled\s+['\"]?1", LETS,
            "a radio network that shows no name takes a key that is the same everywhere", 0.6,
            ACCOUNT),
    )),
    (r"ostree/remotes\.d/[^/]+\.conf|ostree/repo/config|flatpak/remotes\.d/[^/]+", (
        Row(SOURCE, (rf"gpg-verify{NO}", rf"url\s*=\s*http://(?!{HERE})"), r"sign-verify\s*=\s*"
            r"(?!false|0)", UNSIGNED, "updates come unsigned, by a way on which anyone can change "
            "them", 0.7, CHECK_GONE),
        Row(SOURCE, (rf"gpg-verify{NO}", rf"url\s*=\s*(?!file:|\w+://{HERE})\S"),
            r"sign-verify\s*=\s*(?!false|0)", UNSIGNED, "updates are taken unsigned", 0.45,
            CHECK_GONE),
    )),
    (r"jupyter_\w*config(?:\.d/[^/]+)?\.(?:py|json)", (
        Row("", (TOKEN, ADDRESS), PASSWORD, LETS,
            "whoever reaches the notebooks runs code and is asked for nothing", 0.65, ENTRANCE),
        Row("", (TOKEN,), PASSWORD, LETS, "the notebooks ask for no token", 0.35, ""),
    )),
    (r"wayvnc/config", (
        Row("", (rf"address\s*=\s*{EVERY}",), rf"enable_auth{YES}", LETS,
            "the screen is seen and used by everybody in the network", 0.6, ENTRANCE),
    )),
    (r"tigervnc/vncserver-config-\w+|\.vnc/config|\.config/tigervnc/config", (
        Row("", (r"(?i)\$?securitytypes\s*=\s*[\"']?none\b",), r"(?i)\$?localhost(?!\s*=\s*[\"']?"
            r"(?:no|0|false))", LETS, "the screen is seen and used by everybody in the network",
            0.6, ENTRANCE),
    )),
    (r"docker/daemon\.json", (
        Row("", (r".*\"tcp://(?:0\.0\.0\.0|\[?::\]?)?:\d",), r".*\"tlsverify\"\s*:\s*true", LETS,
            "whoever reaches the port controls containers, and so the machine", 0.7, ENTRANCE),
    )),
    (r"code-server/config\.ya?ml", (
        Row("", (r"auth\s*:\s*none\b", r"bind-addr\s*:\s*[\"']?(?:0\.0\.0\.0|\[::\])?:\d"), "",
            LETS, "whoever reaches the editor runs code and is asked for nothing", 0.6, ENTRANCE),
    )),
)  # fmt: skip
PATHS = tuple((re.compile(rf"(?:^|/)(?:{end})$"), rows) for end, rows in FILES)


def _parts(lines: list[tuple[int, str]], begins: str) -> Iterator[list[tuple[int, str]]]:
    """The sections that begin so; without a beginning all lines are one."""
    starts = [i for i, (_, line) in enumerate(lines) if re.match(begins, line)] if begins else [0]
    for start, end in pairwise([*starts, len(lines)]):
        yield lines[start:end]


def together(path: str, text: str) -> Iterator[tuple[int, Opening]]:
    """Line and meaning of what the settings of a section open together, the worst of each."""
    rows = next((rows for pattern, rows in PATHS if pattern.search(path)), ())
    plain = ((n, line.strip()[:LINE]) for n, line in enumerate(text.splitlines(), 1))
    lines = [(n, line) for n, line in plain if line and not line.startswith(("#", ";", "//"))]
    for part in _parts(lines, rows[0].begins) if rows else ():
        for row in rows:
            found = [
                next((x for x in part if re.match(one, x[1], re.I)), None) for one in row.holds
            ]
            if None in found or (
                row.never and any(re.match(row.never, line, re.I) for _, line in part)
            ):
                continue
            at, line = next(x for x in found if x is not None)
            said = re.sub(r"(wpa_\w+|sae_password)=.*", r"\1=…", line)[:TEXT]
            yield at, Opening(row.kind, said, f"{row.words}: {said}", row.strength, row.access)
            break
