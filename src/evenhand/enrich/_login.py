"""Whether a service that is started lets an account in by its password, and how sure that is.

Spec: sshd_config(5), dropbear(8), telnetd(8) and login(1) of BusyBox and util-linux.
"""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from evenhand.enrich._root import Root
from evenhand.enrich._started import Started

TELNET = ("telnetd", "utelnetd", "in.telnetd")
PROGRAMS = {
    **dict.fromkeys(TELNET, "telnet"),
    **dict.fromkeys(("sshd", "dropbear", "dropbearmulti"), "ssh"),
    **dict.fromkeys(("cwmpd", "cwmpclient", "tr069", "tr069d", "tr069c", "icwmpd"), "tr-069"),
    **dict.fromkeys(("easycwmpd", "freecwmpd", "bcm_cwmp"), "tr-069"),
    **dict.fromkeys(("adbd", "snmpd", "mini_snmpd"), ""),
    **dict.fromkeys(("x11vnc", "xvnc", "vncserver", "x0vncserver", "tightvncserver"), "vnc"),
}
SHELLS = ("sh", "ash", "bash", "dash", "ksh", "zsh")
NO_LOGIN = ("nologin", "false", "true", "sync", "halt", "shutdown", "null")
LIMITS = ("allowusers", "denyusers", "allowgroups", "denygroups", "authenticationmethods")
Settings = dict[str, list[tuple[str, str, str | None]]]  # service → name, value, scope


class User(NamedTuple):
    """An account that can be used: what passwd and shadow say together."""

    name: str
    uid: int
    shell: str
    password: str  # as in `account`
    path: str
    artefact: str
    locator: str
    shell_there: bool = True


class Way(NamedTuple):
    """How an account is let in. `doubts` are what is not shown; none means that all of it is."""

    because: str
    doubts: tuple[str, ...]


def words(command: str | None) -> list[str]:
    """The words of a command, without shells and `busybox` in front."""
    try:
        found = shlex.split(command or "", comments=False)
    except ValueError:
        found = (command or "").split()
    while found and (found[0].rpartition("/")[2] in ("busybox", "exec", "nohup", "then")):
        found = found[1:]
    return found


def program(command: str | None) -> str:
    """The name of the program that a command runs."""
    found = words(command)
    return found[0].rpartition("/")[2].lower() if found else ""


def kind(service: Started) -> str:
    """What a service lets others do from outside: `ssh`, `telnet`, …; empty: nothing known."""
    name = program(service.unit.command)
    return PROGRAMS.get(name, "") or (name.rstrip("d") if name in PROGRAMS else "")


def bare_shell(service: Started) -> str | None:
    """The shell that telnet gives to whoever connects, where its command says so."""
    found = words(service.unit.command)
    if program(service.unit.command) not in TELNET:
        return None
    for at, word in enumerate(found):
        given = found[at + 1 : at + 2] if word == "-l" else [word[2:]] if word[:2] == "-l" else []
        if given and given[0].rpartition("/")[2] in SHELLS:
            return given[0]
    return None


def way_in(service: Started, user: User, root: Root, settings: Settings) -> Way | None:
    """How the service lets the account in; None where it does not, or it is no such service."""
    name, way = program(service.unit.command), None
    if name in TELNET:
        way = _telnet(service, user, root)
    elif name == "sshd":
        way = _sshd(service, user, settings.get("sshd", []))
    elif name in ("dropbear", "dropbearmulti"):
        way = _dropbear(service, user, settings.get("dropbear", []))
    if way is not None and not user.shell_there:
        return way._replace(doubts=(*way.doubts, f"{user.shell}, which was not given to us"))
    return way


def _doubts(service: Started, more: list[str]) -> tuple[str, ...]:
    first = [] if service.certain else [f"{service.by} is a script: it may decide otherwise"]
    return (*first, *more)


def _telnet(service: Started, user: User, root: Root) -> Way | None:
    if bare_shell(service):
        return None  # it asks for no account
    doubts = []
    login = root.find("bin/login")
    if login is None or not login.endswith("busybox"):
        doubts.append("the login program is not BusyBox's: it may ask others (PAM)")
    if user.uid == 0 and root.find("etc/securetty"):
        doubts.append("etc/securetty may keep this account from logging in")
    return Way("telnet lets in whoever the login program lets in", _doubts(service, doubts))


def _sshd(service: Started, user: User, said: list[tuple[str, str, str | None]]) -> Way | None:
    def value(name: str, default: str) -> str:
        return next((v for n, v, scope in said if n == name and scope is None), default)

    if value("passwordauthentication", "yes") == "no":
        return None
    if user.password == "empty" and value("permitemptypasswords", "no") != "yes":
        return None
    if user.uid == 0 and value("permitrootlogin", "prohibit-password") != "yes":
        return None
    doubts = [f"its configuration limits who is let in ({n})" for n in LIMITS if value(n, "")]
    if value("usepam", "no") == "yes":
        doubts.append("it asks PAM, whose rules were not read")
    if any(scope for _, _, scope in said):
        doubts.append("settings that hold under a condition were not followed")
    if not said:
        doubts.append("no configuration of it was found")
    if re.search(r"\s-o\s*\S|\s-f\s*\S", service.unit.command or ""):
        doubts.append("its command has settings of its own")
    because = "sshd takes passwords" + (", and root's too" if user.uid == 0 else "")
    return Way(because, _doubts(service, doubts))


def _dropbear(service: Started, user: User, said: list[tuple[str, str, str | None]]) -> Way | None:
    values = {n: v for n, v, _ in said}
    options = words(service.unit.command)[1:] + values.get("dropbear_extra_args", "").split()
    letters = "".join(o[1:] for o in options if re.fullmatch(r"-[A-Za-z]+", o))
    off = ("0", "off", "no", "false")
    if "s" in letters or values.get("passwordauth") in off or values.get("enable") in off:
        return None
    if user.uid == 0 and (set("wg") & set(letters) or values.get("rootpasswordauth") in off):
        return None
    doubts = []
    if user.password == "empty" and "B" not in letters:
        if not said:
            return None  # dropbear(8): blank passwords need -B; makers' builds may differ
        doubts.append("whether it was built to take empty passwords")
    if "$" in " ".join(options):
        doubts.append("its command has variables")
    return Way("dropbear takes passwords", _doubts(service, doubts))
