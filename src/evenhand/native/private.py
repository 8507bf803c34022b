"""What programs hold of others that is worth taking: secrets of users, what tells of a machine.

Spec: machine-id(5); passwd(5); proc(5); ssh(1) (FILES); the places are those that programs use.
"""

from __future__ import annotations

import functools
import re

PASSWORD, SECRETS = "a password", "secrets"
VARIABLES = "its variables"
PLACES = (
    (re.compile(r"/(?:etc|var/lib/dbus)/machine-id$|/sys/class/dmi/id/|/proc/cpuinfo$"),
     "its number"),
    (re.compile(r"/etc/(?:shadow|gshadow|master\.passwd)-?$|\.ssh/id_\w+$|/ssh_host_\w+_key$"
                r"|\.ssh/?$|\.aws/credentials$|\.netrc$|\.git-credentials$|\.pgpass$|\.my\.cnf$"
                r"|\.docker/config\.json$|\.kube/config$|\.npmrc$|\.pypirc$|\.gnupg\b"
                r"|/(?:Login Data|Cookies|Web Data|key4\.db|logins\.json|cookies\.sqlite)$"
                r"|wallet\.dat$|\.(?:bitcoin|ethereum|electrum|monero|config/solana)/"
                r"|\.bash_history$|\.zsh_history$|keyrings/|\.config/gcloud|\.vault-token$"
                r"|\.azure/|\.config/(?:gh|rclone)/|/gshadow$|\.mozilla/firefox|google-chrome"),
     SECRETS),
    (re.compile(r"/etc/(?:passwd|group)$"), "its users"),
    (re.compile(r"/proc/net/|/sys/class/net/"), "its addresses"),
    (re.compile(r"/etc/hostname$"), "its name"),
)  # fmt: skip
# variables that hold a secret, with the one whom it is meant for: to him it may be sent
TOKENS = re.compile(
    r"(?:\w+_)?(?:TOKEN|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|ACCESS_KEY_ID|PASSWORD|PASSWD|API_?KEY"
    r"|PRIVATE_KEY|CREDENTIALS|DATABASE_URL)$|\w+(?:PASSWORD|TOKEN)$"
)
USER = ("USER", "LOGNAME", "USERNAME", "SUDO_USER")


@functools.lru_cache(maxsize=20_000)
def of_path(path: str) -> frozenset[str]:
    """What a text is the path of, or ends as one."""
    if "/" not in path and "." not in path and "-" not in path:
        return frozenset()
    return frozenset({kind for pattern, kind in PLACES if pattern.search(path)})


def of_variable(name: str, texts: str) -> frozenset[str]:
    """What a variable of the environment tells; `texts` are all texts of the program."""
    if name in USER:
        return frozenset({"its user"})
    if TOKENS.match(name) is None:
        return frozenset()
    owner = re.escape(name.partition("_")[0].removesuffix("PASSWORD").removesuffix("TOKEN").lower())
    meant = owner and re.search(rf"^{owner}|[\w.-]*{owner}[\w-]*\.[a-z]{{2,}}", texts, re.MULTILINE)
    return frozenset() if meant else frozenset({SECRETS})
