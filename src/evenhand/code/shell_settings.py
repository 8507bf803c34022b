"""Settings of programs that a script loosens: what is no longer checked, what is always loaded.

Spec: manuals of pip, npm, git, apk, apt-get, dnf, opkg, rpm; ld.so(8) (LD_PRELOAD).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.code.shell_word import Ran
from evenhand.code.value import Value
from evenhand.rootfs.opening import CHECK_GONE, TEXT, Opening

LOOSE = tuple(
    (re.compile(name), re.compile(flag), words)
    for name, flag, words in (
        (r"pip[\d.]*", r"--trusted-host[ =]\S+", "pip takes what this host gives, unchecked"),
        (r"npm|yarn|pnpm", r"strict-ssl[ =\"]+false|strictSsl false", "npm does not check hosts"),
        (r"git", r"sslVerify[ =]+(?:false|0)", "git does not check who answers"),
        (r"apk", r"--allow-untrusted.*\b(?:upgrade|update|-X|https?:)|(?:upgrade|update|-X).*"
         r"--allow-untrusted", "apk takes unsigned packages"),
        (r"apt|apt-get|aptitude", r"--allow-unauthenticated|--force-yes|AllowUnauthenticated=true"
         r"|AllowInsecureRepositories=true|Verify-Peer=false", "apt takes unsigned packages"),
        (r"yum|dnf|zypper|microdnf", r"--nogpgcheck|--no-gpg-checks|gpgcheck=0|sslverify=0",
         "packages are not checked"),
        (r"opkg", r"--no-check-certificate|--force-signature|check_signature 0",
         "opkg checks less"),
        (r"sysctl", r"kernel\.(?:randomize_va_space|kptr_restrict|yama\S*)=0",
         "a protection of the kernel is turned off"),
    )
)  # fmt: skip
TRIES = re.compile(r"(?:^| )(?:-s|--simulate|--just-print|--dry-run|--recon|--no-act)(?: |$)")
REGISTRY = re.compile(r"config set (?:-\S+ )*registry[ =](http://\S+)|set registry[ =](http://\S+)")


def loosened(ran: Ran, name: str, moment: str) -> Iterator[Opening]:
    """A command that is told to check less."""
    met = next((row for row in LOOSE if row[0].fullmatch(name)), None)
    text = ran.text()
    if name in ("python", "python3") and "-m pip" in text:
        met = LOOSE[0]
    found = met[1].search(text) if met else None
    if met and found and not (name.startswith("apt") and TRIES.search(text)):
        by_hand = moment in ("when run", "when called") and name not in ("apk", "opkg")
        strength = 0.4 if by_hand and "http://" not in text else 0.55
        words = f"{met[2]}: {name} {text[:100]}"
        yield Opening("turns a check off", found[0][:TEXT], words, strength, CHECK_GONE)
    registry = REGISTRY.search(text) if name in ("npm", "yarn", "pnpm") else None
    if registry:
        where = registry[1] or registry[2]
        words = f"packages come from {where[:100]}, and anyone on the way can change them"
        yield Opening("takes unsigned updates", where[:TEXT], words, 0.5, CHECK_GONE)


def set_variable(name: str, value: Value, moment: str) -> Iterator[Opening]:
    """A variable by which libraries come before others, or a history is not kept."""
    said = value.const if isinstance(value.const, str) else (value.texts or ("",))[0]
    if name == "LD_PRELOAD" and moment == "at start" and said:
        words = f"{said[:TEXT]} is loaded into every program that is started from here"
        yield Opening("runs on an event", said[:TEXT], words, 0.6, "replaced function")
    elif name == "HISTFILE" and said in ("/dev/null", ""):
        yield Opening("removes traces", "history", "no history of commands is kept", 0.4)
    elif name == "NODE_TLS_REJECT_UNAUTHORIZED" and said == "0":
        words = "programs of Node do not check who answers"
        yield Opening("turns a check off", name, words, 0.5, CHECK_GONE)
    elif name in ("GIT_SSL_NO_VERIFY", "PYTHONHTTPSVERIFY") and said in ("1", "true", "0"):
        yield Opening("turns a check off", name, f"{name}={said}", 0.45, CHECK_GONE)
