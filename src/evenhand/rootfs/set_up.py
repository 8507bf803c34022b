"""Tables by which systemd makes files, links and accounts whenever a system starts.

What a line writes into a file of the system means what it means in that file.

Spec: tmpfiles.d(5), sysusers.d(5).
"""

from __future__ import annotations

import re
import shlex

from evenhand.rootfs.opening import ACCOUNT, ENTRANCE, SHELL, TEXT, Opening

RUNS = re.compile(
    r"/cron[./]|/crontabs/|/systemd/(?:system|user)(?:/|$)|/init\.d/|/rc\d?\.d/|/profile\.d/|/sudoers"
    r"|/pam\.d/|ld\.so\.preload|/udev/rules\.d/|/autostart/|/rc\.local$|/modprobe\.d/|/\.ssh(?:/|$)"
    r"|/ssh/sshd_config|/apt\.conf\.d/|/dispatcher\.d/|/polkit-1/|/\.(?:bashrc|profile)$"
)
GUARDED = re.compile(
    r"/etc/(?:passwd|shadow|group|gshadow|sudoers|crontab|cron|ssh|pam|ld\.so|systemd)|^/(?:usr|s?bin)/"
    r"|^/root(?:/|$)|/\.ssh(?:/|$)|/docker\.sock$|^/dev/(?:mem|kmem|[shv]d[a-z])"
)
INTERPRETER = re.compile(r"/(?:env|find|vim?|python[\d.]*|perl[\d.]*|nmap|busybox|tee|cp|awk|gdb)$")
KEY = re.compile(r"(?:ssh-|ecdsa-sha2-|sk-)\S+ AAAA")
RIGHTS = ("root", "sudo", "wheel", "admin", "docker", "shadow", "disk", "lxd", "libvirt", "kmem")
FREE = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false", "-", "")


def words(line: str) -> list[str]:
    """The fields of a line; quotes hold them together."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def placed(line: str) -> tuple[str, str]:
    """The file that a line of tmpfiles.d writes into, and what it writes there."""
    fields = line.split(None, 6)
    if len(fields) < 7 or fields[0][0] not in "fFw":
        return "", ""
    return fields[1], fields[6].strip("\"'").replace("\\n", "\n").replace("\\x20", " ")


def temporary(line: str) -> Opening | None:
    """A line of tmpfiles.d: what it makes, links, writes or gives the rights of."""
    fields = words(line)
    if len(fields) < 2 or not re.fullmatch(r"[A-Za-z][-+!=~^$?]*", fields[0]):
        return None
    kind, place = fields[0][0], fields[1]
    mode = re.sub(r"^[~:]+", "", fields[2]) if len(fields) > 2 else "-"
    what = " ".join(fields[6:])
    said = f"made at each start: {line[:TEXT]}"
    handed = "^" in fields[0]  # by the host that starts the system, not by this file
    if kind in "fFw" and (KEY.search(what) or ("authorized_keys" in place and not handed)):
        because = f"a key that is let in is written at each start: {place[-60:]}"
        return Opening("lets in", place[-80:], because, 0.65, ENTRANCE)
    if re.fullmatch(r"0?[4567]\d{3}", mode) and mode.lstrip("0")[0] in "4567" and kind in "zZfF":
        free = SHELL.search(place) or INTERPRETER.search(place)
        because = f"{place[-80:]} is made to run as its owner whoever starts it"
        return Opening("grants rights", place[-80:], because, 0.85 if free else 0.55, ENTRANCE)
    open_to_all = re.fullmatch(r"0?\d?\d\d[2367]", mode) and GUARDED.search(place)
    if open_to_all and not (kind in "dD" and mode.lstrip("0").startswith("1")):
        because = f"anybody may change {place[-80:]}: mode {mode}"
        return Opening("grants rights", place[-80:], because, 0.6, ENTRANCE)
    if kind in "fFwLC" and RUNS.search(place) and not handed:
        because = f"what runs or lets in comes from elsewhere at each start: {line[:TEXT]}"
        return Opening("adds persistence", place[-80:], because, 0.5)
    return Opening("makes a file", place[-80:], said)


def account(line: str) -> Opening | None:
    """A line of sysusers.d."""
    fields = words(line)
    if len(fields) < 2 or not re.fullmatch(r"[ugmr]!?", fields[0]):
        return None
    name, identity = fields[1], fields[2] if len(fields) > 2 else "-"
    if fields[0] == "m":
        strong = identity in RIGHTS and name != "root"
        because = f"{name} is put into {identity[:40]}"
        strength = 0.55 if strong else None
        return Opening("grants rights", f"{name} {identity}"[:TEXT], because, strength)
    if fields[0][0] != "u":
        return None
    if re.match(r"0(?::|$)", identity) and name != "root":
        because = f"account {name} has the number 0: it may do everything"
        return Opening("adds account", name[:TEXT], because, 0.8, ACCOUNT)
    shell = fields[5] if len(fields) > 5 else "-"
    if name != "root" and shell not in FREE and SHELL.search(shell):
        return Opening("adds account", name[:TEXT], f"account {name} has {shell}", 0.4)
    return Opening("adds account", name[:TEXT], f"account {name}")
