"""What a root file system starts when it boots, and by which of its files that is shown.

Spec: systemd.unit(5) (`.wants`), LSB runlevels, OpenWrt procd (rc.d), OpenRC (runlevels).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evenhand.enrich._root import Root

SYSTEMD = ("lib/systemd/systemd", "usr/lib/systemd/systemd")
WANTS = r"(?:etc|lib|usr/lib)/systemd/system/[^/]+\.(?:wants|requires)/([^/]+)"
SCRIPTS = (
    r"etc/rc[2-5S]\.d/S\d\d([^/]+)",
    r"etc/rc\.d/S\d\d([^/]+)",
    r"etc/runlevels/(?:default|boot|sysinit)/([^/]+)",
)
UNITS = ("etc/systemd/system/", "lib/systemd/system/", "usr/lib/systemd/system/")


class Unit(NamedTuple):
    """A row of `service`."""

    artefact: str
    locator: str
    name: str
    manager: str
    starts: str
    command: str | None
    direct: bool
    listens: str | None


class Started(NamedTuple):
    """A service that is started at boot, or on a schedule."""

    path: str  # in the root
    unit: Unit
    by: str  # the file or link that turns it on
    certain: bool  # nothing decides first whether it is started


def started(root: Root, units: dict[str, list[Unit]]) -> list[Started]:
    """What is started, each unit once; `units` are rows of `service` by content."""
    found: list[Started] = []
    by_systemd = any(root.find(path) for path in SYSTEMD)
    names: set[str] = set()
    if by_systemd:
        for link, match in root.matching(WANTS):
            if root.links.get(link) != "/dev/null":
                names.add(match[1])
                found += _of_unit(root, units, match[1], link)
    for pattern in SCRIPTS:
        for link, match in root.matching(pattern):
            name = match[1]
            if by_systemd and any(f"{known}.service" in names for known in (name, name + "d")):
                continue
            script = root.find(f"etc/init.d/{name}")
            for unit in units.get(root.files.get(script or "", ""), ()):
                if unit.manager == "init script":
                    found.append(Started(script or link, unit, link, False))
    if not by_systemd:
        for path in sorted(root.files):
            if re.fullmatch(r"etc/(?:inittab|rc\.local|rcS|rc|init\.d/(?:rcS|S\d\d[^/]+))", path):
                for unit in units.get(root.files[path], ()):
                    if unit.starts == "boot":
                        certain = unit.direct and unit.manager == "inittab"
                        found.append(Started(path, unit, path, certain))
    once = {(s.path, s.unit.locator, s.unit.name): s for s in reversed(found)}
    return sorted(once.values(), key=lambda s: (s.path, s.unit.locator))


def _of_unit(root: Root, units: dict[str, list[Unit]], name: str, link: str) -> list[Started]:
    """The unit that a link turns on: by its own name, or as an instance of a template."""
    template = re.sub(r"@[^.]*\.", "@.", name)
    for folder in UNITS:
        for known in dict.fromkeys((name, template)):
            path = root.find(folder + known)
            if path is not None and root.files[path] in units:
                rows = units[root.files[path]]
                return [Started(path, u, link, u.direct) for u in rows if u.manager == "systemd"]
    return []
