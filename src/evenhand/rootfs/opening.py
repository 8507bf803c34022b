"""Lines of a system's own files that let somebody in, give rights away or turn a check off.

The same line means the same in a file that is shipped and in one that a script writes.

Spec: passwd(5), shadow(5), sudoers(5), doas.conf(5), hosts(5), pam.conf(5), sshd_config(5),
sources.list(5), apt.conf(5), inetd.conf(5), ld.so(8), modules-load.d(5).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

TEXT = 160
LINE = 4000  # longest line that is looked at
ACCOUNT, ENTRANCE, CHECK_GONE = "default account", "debug entrance", "removal of protection"
GADGET = re.compile(r"\bttyGS\d")  # a console for whoever plugs in a cable
SHELL = re.compile(r"(?:^|/)(?:ba|da|z|k|a|c|tc)?sh$")


class Opening(NamedTuple):
    """What one line, or one command, opens. No strength: it is stated, and nothing unusual."""

    kind: str  # of behaviour
    target: str
    because: str
    strength: float | None = None
    access: str = ""  # kind of hidden access that it also is


# A log-in that asks for nothing, on a line or a screen.
UNASKED = re.compile(
    r"(?:^|[\s/])(?:a|m|min|fb|q)?getty(?=\s).*?"
    r"(?:(?:\s--autologin[ =]|\s-\w*a\s+)(?P<who>[A-Za-z_][\w.-]*)"
    r"|(?:\s-\w*l\s*|\s--login-program[ =])(?P<shell>\S*/(?:ba|da|z|k|a)?sh)\b)"
    r"|(?:^|[\s/])login\s+(?:-\w+\s+)*-f\s*(?P<f>[a-z_][\w.-]*)"
)


def unasked(command: str) -> Opening | None:
    """A getty that logs somebody in without a password, or starts a shell instead of a log-in."""
    found = UNASKED.search(command[:LINE])
    if found is None:
        return None
    who = found["who"] or found["f"] or "a shell"
    words = f"whoever is at the console is {who} and asked for nothing: {command[:TEXT]}"
    strength = 0.6 if who in ("root", "toor", "a shell") else 0.5
    return Opening("lets in", who, words, strength, ENTRANCE)


def _account(line: str) -> Opening | None:
    fields = line.split(":")
    name = fields[0]
    if len(fields) < 3 or not re.fullmatch(r"[A-Za-z0-9_.][\w.@-]{0,63}", name):
        return None
    if len(fields) == 7:
        if fields[2] == "0" and name != "root":
            words = f"account {name} has the number 0: it may do everything"
            return Opening("adds account", name, words, 0.8, ACCOUNT)
        if fields[1] == "":
            words = f"account {name} asks for no password"
            return Opening("adds account", name, words, 0.7, ACCOUNT)
        return Opening("adds account", name, f"account {name}")
    if fields[1] == "":
        return Opening("adds account", name, f"account {name} asks for no password", 0.6, ACCOUNT)
    if re.match(r"\$\w+\$.{8}|[./0-9A-Za-z]{13}$", fields[1]):
        words = f"account {name} has a fixed password"
        return Opening("adds account", name, words, 0.55, ACCOUNT)
    return None


def _sudo(line: str) -> Opening | None:
    match = re.match(r"([^\s=,]+)\s+[^=]+=\s*(.*)", line)
    if match is None or line.startswith(("Defaults", "@", "User_Alias", "Cmnd_Alias", "Host_")):
        quiet = re.match(r"Defaults(?::(\S+))?\s+.*!authenticate", line)
        if quiet:
            words = "sudo asks for no password"
            return Opening("grants rights", quiet[1] or "all", words, 0.6, CHECK_GONE)
        if re.search(r"env_keep.*\bLD_(?:PRELOAD|LIBRARY_PATH)", line):
            words = "whoever may use sudo can have a library loaded into what it starts"
            return Opening("grants rights", line[:TEXT], words, 0.55, CHECK_GONE)
        return None
    who, what = match[1], match[2]
    if who == "root":
        return None
    free = re.search(r"NOPASSWD\s*:", what)
    anything = re.search(r"(?:^|[\s:,)])ALL\s*(?:,|$)", re.sub(r"\([^)]*\)", "", what))
    shell = re.search(r"/(?:ba|da|z|a)?sh\b|/(?:su|env|vim?|python[\d.]*|perl|find|tee)\b", what)
    if free and (anything or shell):
        words = f"{who} may run anything as another user and is asked for no password"
        return Opening("grants rights", who, words, 0.65, CHECK_GONE)
    wide = anything and not who.startswith(("%", "#")) and not line.startswith("ALL")
    said = f"sudo: {line[:TEXT]}"
    return Opening("grants rights", who, said, 0.4 if wide else None)


def _doas(line: str) -> Opening | None:
    match = re.match(r"permit\s+(.*)", line)
    if match is None:
        return None
    if "nopass" in match[1].split() and " cmd " not in line and "root" not in match[1].split()[-1:]:
        words = f"may run anything and is asked for no password: {line[:TEXT]}"
        return Opening("grants rights", match[1][:TEXT], words, 0.65, CHECK_GONE)
    return Opening("grants rights", match[1][:TEXT], f"doas: {line[:TEXT]}")


LOCAL = re.compile(
    r"(?i)^[^.]*$|\.(local(domain\d*)?|lan|home|internal|localdomain|test|invalid|intranet)$|^ip6-"
    r"|\.arpa$|^host\."
)


def _hosts(line: str) -> Opening | None:
    address, *names = line.split("#")[0].split()
    try:
        at = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return None
    public = [n for n in names if not LOCAL.search(n)]
    if not public:
        return None
    name = ", ".join(public[:5])[:TEXT]
    if at.is_loopback or at.is_unspecified:
        return Opening("redirects a host", name, f"{name} leads nowhere ({at})", 0.4)
    return Opening("redirects a host", name, f"{name} leads to {at}, whatever DNS says", 0.55)


# Modules of Linux-PAM and of directory services, tokens and desktops that distributions ship.
MODULES = re.compile(
    r"pam_(?:access|cap|deny|debug|echo|env|exec|faildelay|faillock|filter|ftp|group|issue|keyinit"
    r"|krb5\w*|lastlog\d?|limits|listfile|localuser|loginuid|mail|mkhomedir|motd|namespace|nologin"
    r"|permit|pwhistory|rhosts|rootok|securetty|selinux|sepermit|setquota|shells|stress|succeed_if"
    r"|tally2?|time|timestamp|tty_audit|umask|unix\w*|userdb|usertype|warn|wheel|xauth|sss\w*|ldapd?"
    r"|winbind|systemd\w*|gnome_keyring|kwallet\d?|fprintd?\w*|u2f|yubico|google_authenticator|oath"
    r"|radius\w*|tacplus|pkcs11|p11|ecryptfs|mount|script|ssh\w*|cracklib|pwquality|passwdqc|nis"
    r"|mysql|pgsql|sqlite\w*|afs_session|duo|otpw|encfs|zfs_key|snapper|cgfs|ck_connector|elogind"
    r"|unix2|gdm|lxdm|aad|himmelblau|slurm\w*|oslogin\w*|ubuntu_\w+|rssh|shield|wtmpdb|lastlog2)\.so"
)
ALONE = ("sufficient", "[success=done default=ignore]", "[success=end default=ignore]")


def _pam(line: str) -> Opening | None:
    match = re.match(
        r"-?(?:\w+\s+)??(auth|account|password|session)\s+(\[[^\]]*\]|\w+)\s+(\S+)(.*)", line
    )
    if match is None:
        return None
    kind, control, module, rest = match.groups()
    name = module.rpartition("/")[2]
    if name == "pam_exec.so" and kind in ("auth", "password"):
        words = f"what is typed at log-in is handed to a program: {line[:TEXT]}"
        secret = "expose_authtok" in rest
        return Opening("hooks log-in", rest.strip()[:TEXT], words, 0.75 if secret else 0.5)
    alone = control == "sufficient" or re.search(r"success=(?:done|end|\d)", control)
    if name == "pam_permit.so" and kind == "auth" and control in ALONE:
        words = "whoever logs in is let in (pam_permit, sufficient)"
        return Opening("turns a check off", name, words, 0.75, CHECK_GONE)
    skips = re.search(r"success=\d", control) and re.search(
        r"\b(?:user|ruser|rhost|service|tty)\s+(?:=|in|ingroup|innetgr)\s+(?!nopasswdlogin\b)\S",
        rest,
    )
    if name == "pam_succeed_if.so" and kind == "auth" and (control in ALONE or skips):
        words = f"who fits is let in without a password: {line[:TEXT]}"
        usual = re.search(r"ingroup\s+(?:nopasswdlogin|autologin)\b", rest)
        return Opening("turns a check off", name, words, 0.4 if usual else 0.6, CHECK_GONE)
    if name in ("pam_wheel.so", "pam_listfile.so") and kind == "auth" and control in ALONE:
        words = f"who is on a list is let in without a password: {line[:TEXT]}"
        return Opening("turns a check off", name, words, 0.5, CHECK_GONE)
    if kind == "auth" and alone and "/" not in module and not MODULES.fullmatch(name):
        words = f"a module that is none of the usual decides alone who is let in: {line[:TEXT]}"
        return Opening("hooks log-in", name[:TEXT], words, 0.45)
    if "/" in module and not re.match(r"(?:/usr)?/lib(?:64|32)?/(?:[\w-]+/)?security/", module):
        words = f"a module from an unusual place decides who logs in: {module[:TEXT]}"
        return Opening("hooks log-in", module[:TEXT], words, 0.6)
    said = " nullok" if re.search(r"\bnullok\b", rest) else ""
    return Opening("hooks log-in", f"{kind} {name}{said}"[:TEXT], f"PAM: {line[:TEXT]}")


RISKY = {
    ("permitrootlogin", "yes"): ("sshd lets root in by password", 0.45),
    ("permitemptypasswords", "yes"): ("sshd lets in accounts without a password", 0.65),
    ("strictmodes", "no"): ("sshd takes keys from files that others can write", 0.4),
    ("gatewayports", "yes"): ("sshd lets tunnels listen for everybody", 0.35),
    ("permituserenvironment", "yes"): ("sshd takes environments from accounts", 0.4),
}


def _sshd(line: str) -> Opening | None:
    match = re.match(r"([A-Za-z]+)(?:\s*=\s*|\s+)\"?(\S+)", line)
    if match is None:
        return None
    name, value = match[1].lower(), match[2].strip('"').lower()
    if (name, value) in RISKY:
        words, strength = RISKY[name, value]
        return Opening("lets in", f"{match[1]} {value}", words, strength, ENTRANCE)
    if name == "port" and value != "22":
        words = f"sshd listens on port {value} (as well)"
        return Opening("lets in", f"Port {value}"[:TEXT], words, 0.35)
    if name == "acceptenv" and re.search(r"\bLD_|\bBASH_ENV|(?:^|\s)\*(?:\s|$)", line):
        words = f"sshd takes variables that change what programs load: {line[:TEXT]}"
        return Opening("lets in", line[:TEXT], words, 0.5, ENTRANCE)
    if name in ("trustedusercakeys", "authorizedkeyscommand", "authorizedprincipalscommand") and (
        value != "none"
    ):
        fetches = re.search(r"curl|wget|https?:|/tmp/|/dev/", line)
        words = f"sshd lets in by keys from elsewhere: {line[:TEXT]}"
        target, sure = f"{match[1]} {match[2]}"[:TEXT], 0.65 if fetches else 0.5
        return Opening("lets in", target, words, sure, ENTRANCE)
    if name == "authorizedkeysfile" and re.search(r"(?:^|\s)/(?!etc/ssh/)", line):
        words = f"sshd takes keys from a place of its own: {line[:TEXT]}"
        return Opening("lets in", line[:TEXT], words, 0.45, ENTRANCE)
    return None


UNDER = "sshd, for some only: "
LOOSER = {
    "permitrootlogin": r"yes",
    "permitemptypasswords": r"yes",
    "authenticationmethods": r"none",
    "passwordauthentication": r"yes",
    "authorizedkeysfile": r"(?!\.ssh/|%h/\.ssh/|/etc/ssh/)\S+",
    "forcecommand": r"(?:\S*/)?(?:ba|da|z|k|a)?sh(?:\s+-\w+)?",
}


def under_match(match: str, line: str) -> Opening | None:
    """A line that holds for those only whom `Match` names: who is let in otherwise than all."""
    said = re.match(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)\"?([^\"#]*[^\"#\s])", line)
    if said is None or not re.fullmatch(LOOSER.get(said[1].lower(), r"(?!)"), said[2].lower()):
        return None
    address = re.search(r"(?i)\b(?:local)?address\s+(\S+)", match)
    near = re.search(r"(?:^|,)(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cde]|::1)", (
        address[1] if address else ""
    ))  # fmt: skip
    words = f"{UNDER}{match[:80]}: {line.strip()[:TEXT]}"
    weak = said[1].lower() == "passwordauthentication" or near
    return Opening("lets in", line.strip()[:TEXT], words, 0.42 if weak else 0.55, ENTRANCE)


def _source(line: str) -> Opening | None:
    if re.match(r"deb(-src)?\s+\[[^\]]*(?:trusted|allow-insecure)\s*=\s*yes", line) or re.match(
        r"(?i)(?:trusted|allow-insecure):\s*yes", line
    ):
        words = "packages of this source are taken unsigned"
        here = re.search(r"\]\s+(?:file|cdrom|copy):", line)  # from this machine, not from a host
        return Opening(
            "takes unsigned updates", line[:TEXT], words, 0.4 if here else 0.65, CHECK_GONE
        )
    if re.match(r"deb\s", line):
        return Opening("adds a source of packages", line[:TEXT], f"apt: {line[:TEXT]}")
    return None


UNSIGNED = re.compile(
    r"(?i)(AllowUnauthenticated|AllowInsecureRepositories|AllowDowngradeToInsecureRepositories"
    r"|AllowWeakRepositories|Verify-(?:Peer|Host))\s*=?\s*\"?(true|1|yes|false|0|no)\b"
)
HOOK = re.compile(r"((?:APT|DPkg|Dpkg)::\S*(?:Pre|Post)-\S*)\s*(?:\{\s*)?\"([^\"]+)\"")


def _apt(line: str) -> Opening | None:
    proxy = re.match(r"(?i)Acquire::\S*Proxy\S*\s+\"?([a-z]+://[^\"]+)", line)
    if proxy is not None and not re.search(r"//(?:localhost|127\.|\[::1)", proxy[1]):
        words = f"what apt fetches comes by way of {proxy[1][:TEXT]}"
        return Opening("redirects a host", proxy[1][:TEXT], words, 0.35)
    match = UNSIGNED.search(line)
    if match is not None:
        off = match[2].lower() in ("false", "0", "no")
        if off == match[1].lower().startswith("verify"):
            words = f"apt is told to check less: {line[:TEXT]}"
            return Opening("takes unsigned updates", line[:TEXT], words, 0.65, CHECK_GONE)
    hook = HOOK.search(line)
    if hook is not None:
        return Opening("runs on an event", hook[2][:TEXT], f"{hook[1]}: apt runs it")
    return None


def _preload(line: str) -> Opening | None:
    words = f"{line[:TEXT]} is loaded into every program"
    return Opening("runs on an event", line[:TEXT], words, 0.7, "replaced function")


def _module(line: str) -> Opening | None:
    name = line.split()[0]
    if not re.fullmatch(r"[\w./-]{2,80}", name):
        return None
    return Opening("loads a kernel module", name, f"module {name} is loaded at boot")


def _added_module(line: str) -> Opening | None:
    found = _module(line)
    return None if found is None else found._replace(strength=0.35)  # seldom in a distribution


def _inetd(line: str) -> Opening | None:
    fields = line.split()
    if len(fields) < 6 or fields[1] not in ("stream", "dgram"):
        return None
    command = " ".join(fields[5:])
    if SHELL.search(fields[5]) or SHELL.search(fields[6] if len(fields) > 6 else ""):
        words = f"whoever connects to {fields[0]} gets {command[:TEXT]} without a password"
        return Opening("listens", fields[0][:TEXT], words, 0.9, ENTRANCE)
    if re.search(r"telnetd|rshd|rexecd|rlogind", command):
        words = f"{fields[0]}: {command[:TEXT]}: log-in in the clear"
        return Opening("listens", fields[0][:TEXT], words, 0.5, ENTRANCE)
    return Opening("listens", fields[0][:TEXT], f"inetd: {command[:TEXT]}")


FILES: tuple[tuple[re.Pattern[str], Callable[[str], Opening | None]], ...] = tuple(
    (re.compile(rf"(?:^|[/*\"}}])etc/{end}$|^[*]/{end}$"), read)
    for end, read in (
        (r"(?:passwd|shadow)", _account),
        (r"sudoers(?:\.d/[^/]+)?", _sudo),
        (r"doas(?:\.conf|\.d/[^/]+)", _doas),
        (r"hosts", _hosts),
        (r"pam\.(?:d/[^/]+|conf)", _pam),
        (r"ssh/sshd_config(?:\.d/[^/]+)?", _sshd),
        (r"apt/sources\.list(?:\.d/[^/]+)?", _source),
        (r"apt/apt\.conf(?:\.d/[^/]+)?", _apt),
        (r"ld\.so\.preload", _preload),
        (r"modules\.d/[^/]+", _module),
        (r"(?:modules|modules-load\.d/[^/]+)", _added_module),
        (r"inetd\.conf", _inetd),
    )
)
