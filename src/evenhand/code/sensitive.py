"""What strings tell: paths of secrets and of persistence, hosts, names that mean a secret.

Spec: documented locations of browsers', wallets' and tools' own files; systemd.unit(5), cron(8),
XDG autostart 0.5, launchd.plist(5).
"""

from __future__ import annotations

import functools
import re

from evenhand.host import registrable, special_use

PATHS = (
    ("credentials", r"(^|[/\\~])\.ssh([/\\]|$)|\bid_(rsa|dsa|ecdsa|ed25519)\b", "SSH keys"),
    ("credentials", r"\.aws[/\\]+credentials|\.aws$", "AWS credentials"),
    ("credentials", r"\.(netrc|npmrc|pypirc|git-credentials|pgpass|my\.cnf|htpasswd)$",
     "a tool's credentials"),
    ("credentials", r"\.cargo[/\\]+credentials|\*[/\\]?credentials\.toml$|\.gem[/\\]+credentials",
     "a registry's credentials"),
    ("credentials", r"\.docker[/\\]+config\.json|\.kube[/\\]+config|\.config[/\\]+gcloud"
     r"|\.azure[/\\]", "cloud credentials"),
    ("credentials", r"\.gnupg\b|\.config[/\\]gh[/\\]hosts|\.vault-token|keychain-db"
     r"|login\.keychain", "key ring"),
    ("credentials", r"/var/run/secrets/kubernetes\.io|/run/secrets/", "service secrets"),
    ("credentials", r"169\.254\.169\.254", "cloud instance credentials"),
    ("credentials", r"(^|[/\\])\.env(\.(local|production|prod))?$", "a project's own secrets"),
    ("credentials", r"(^|/)etc/(shadow|gshadow|master\.passwd)", "password hashes"),
    ("credentials", r"/etc/config/wireless|wpa_supplicant[\w-]*\.conf|/system-connections\b"
     r"|/ssh_host_\w+_key$|/etc/ipsec\.secrets|/etc/(openvpn|wireguard)/\S*\.(key|conf)",
     "a device's own secrets"),
    ("accounts", r"/etc/passwd$", "list of accounts"),
    ("browser", r"Login Data|cookies\.sqlite|logins\.json|key[34]\.db|Web Data$"
     r"|[/\\](Network[/\\])?Cookies$|[/\\]Local State$", "browser store"),
    ("browser", r"(Google[/\\]+Chrome|BraveSoftware|Microsoft[/\\]+Edge|Mozilla[/\\]+Firefox"
     r"|\.mozilla[/\\]firefox|Opera Software)[^\n]*([/\\](User Data|Profiles|Default))?",
     "browser profile"),
    ("messenger", r"discord(canary|ptb)?[/\\]+Local Storage|Telegram Desktop[/\\]+tdata"
     r"|[/\\]tdata$|Signal[/\\]+(sql|config)", "messenger store"),
    ("wallet", r"wallet\.dat|(^|[/\\.])(?i:electrum|exodus|atomic|monero|ethereum|ledger live"
     r"|coinomi|guarda)[/\\]+[\w .]*(?i:wallet|keystore|local storage|accounts?)"
     r"|[/\\]\.(?:bitcoin|ethereum|electrum|monero)\b"
      r"|nkbihfbeogaeaoehlefnkodbefgpgknn|[/\\]solana[/\\]id\.json", "wallet"),
    ("locale", r"^/etc/(timezone|localtime|TZ)$", "time zone"),
    ("history", r"\.(bash|zsh|sh|python|psql|mysql|node_repl)_history", "command history"),
)  # fmt: skip
PERSISTENCE = (
    (r"/etc/(cron(tab|\.\w+)|anacrontab)|/var/spool/cron|^crontab$", "cron"),
    (r"(/etc/systemd|/lib/systemd|\.config[/\\]systemd)[^\n]*|[\w@-]+\.(service|timer)$",
     "a systemd unit"),
    (r"(^|[/\\~])\.(bashrc|bash_profile|profile|zshrc|zprofile|bash_login|xprofile|kshrc)$",
     "shell start-up file"),
    (r"/etc/(profile(\.d)?|rc\.local|init\.d|ld\.so\.preload|bash\.bashrc|environment)\b",
     "system start-up file"),
    (r"authorized_keys", "authorized keys"),
    (r"Library/Launch(Agents|Daemons)", "launchd"),
    (r"\.config[/\\]+autostart", "desktop autostart"),
    (r"\.ipython[/\\]+profile_\w+[/\\]+startup|\.jupyter[/\\]+\w+config\.py|\.pythonrc(\.py)?$"
     r"|\.julia[/\\]+config[/\\]+startup\.jl|(^|[/\\~])\.(Rprofile|irbrc|pryrc|gdbinit|lldbinit|psqlrc|sqliterc)$",
     "start-up file of a console"),
    (r"Microsoft\.\w+_profile\.ps1|PowerShell[/\\]+profile\.ps1|fish[/\\]+(conf\.d|config\.fish)|\.bash_aliases$",
     "shell start-up file"),
    (r"(?i)CurrentVersion\\+Run(Once)?\b", "registry Run key"),
    (r"(?i)Start Menu[/\\]+Programs[/\\]+Startup|\\Startup\\", "Startup folder"),
    (r"/udev/rules\.d/", "a rule of udev"),
    (r"(sitecustomize|usercustomize)\.py|site-packages[/\\][^/\\]*\.pth$", "Python start-up file"),
    (r"\.git[/\\]+hooks[/\\]", "a git hook"),
    (r"(^|[/\\~])\.vscode[/\\]+tasks\.json$|\.idea[/\\]+(workspace|runConfigurations)",
     "an editor's task"),
    (r"(^|[/\\~])\.npmrc$|[/\\~]\.yarnrc(\.yml)?$|[/\\]pip[/\\]+pip\.(conf|ini)$|[/\\]\.pip[/\\]+pip\.conf$",
     "settings of a package manager"),
    (r"(node_modules|site-packages)[/\\]+[\w@-]+[/\\]+[^.*][^*]*\.([cm]?js|py)$",
     "another package's code"),
    (r"(^|[/\\])\.\.[/\\]+\.\.[/\\]+package\.json$", "another package's description"),
)  # fmt: skip
# Commands that print what somebody logs in with, or who it is that runs them.
TELLS_KEYS = re.compile(
    r"(?:\S*/)?(?:gh auth token|gcloud auth (?:application-default )?print-\w+-token"
    r"|git credential fill|security find-(?:generic|internet)-password|aws configure (?:get|export)"
    r"|az account get-access-token|npm (?:config get \S*_auth|token)|pass show|op (?:read|item)"
    r"|secret-tool lookup|vault token"
    r"|cmdkey /list|netsh wlan show .*key=clear|kubectl config view.*--raw|printenv$|env$|set$)"
)
TELLS_WHO = re.compile(
    r"(?:\S*/)?(?:git config (?:--\w+ )*(?:--get )?user\.(?:email|name)|git remote|whoami|hostname"
    r"|id -un|ifconfig|ip a(?:ddr)?|systeminfo|uname -a|last\b|w$|who$|arp -a)"
)
_SECRETS = re.compile("|".join(f"(?P<p{i}>{p})" for i, (_, p, _) in enumerate(PATHS)))
_STAYS = re.compile("|".join(f"(?P<p{i}>{p.replace('(?i)', '')})" for i, (p,
_) in enumerate(PERSISTENCE)), re.I)  # fmt: skip
URL = re.compile(r"\b(?:https?|wss?|ftp|tcp|udp)://(?:[^/\s@'\"]*@)?([\w.-]+|\[[0-9a-fA-F:]+\])")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}|\d{1,3}(?:\.\d{1,3}){3}", re.I)
PORT = re.compile(r"(?<=[a-z\d]):\d{2,5}$", re.I)
PRIVATE = ("lan", "internal", "intranet", "home", "corp", "onion")  # resolved in one network
FILE = re.compile(
    r"(?i)\.(db|dat|json|txt|[cm]?[jt]sx?|py|sh|bin|t?gz|zip|exe|html?|md|log|ini|cfg|conf|xml|ya?ml"
    r"|sqlite|pem|key|tar|png|php|lua|so|dll|plist|service|lock|toml|local|json)$"
)
SECRET = re.compile(
    r"(?i)(pass(word|wd|phrase|code)?|pwd|secret|token|api_?key|apikey|access_?key|private_?key"
    r"|credential|auth|pin)(?:$|[_\W\d])|(?:^|_)(key|pass|pw)$"
)
# Names that hardly mean anything else than what a wallet or account cannot do without.
KEY_WORDS = re.compile(
    r"(?i)[_#]?(mnemonic(_?(phrase|words))?|(seed|secret|recovery)_?(phrase|words)"
    r"|private_?key(_?(hex|wif|base58|bytes))?)"
)
LOCALE_VARIABLE = re.compile(r"LANG|LANGUAGE|LC_(ALL|CTYPE|MESSAGES|TIME)|TZ")
NOT_SECRET = re.compile(
    r"(?i)(type|name|field|mode|kind|method|scheme|class|prefix|format|algorithm|_id|url|uri|path"
    r"|file|dir|host|port|header|author|status|count|length|expir\w*|max|min)$|^author|public"
)


@functools.lru_cache(4096)
def of_path(text: str) -> tuple[str, str] | None:
    """What secret a path leads to: kind of source, and words for it."""
    if len(text) < 4:
        return None
    match = _SECRETS.search(text)
    if match is None:
        return None
    kind, _, words = next(PATHS[i] for i in range(len(PATHS)) if match[f"p{i}"] is not None)
    return kind, f"{words} ({_short(text)})"


@functools.lru_cache(4096)
def of_persistence(text: str) -> str | None:
    """What starts again by a file of this name; None for others."""
    match = _STAYS.search(text) if 4 <= len(text) <= 300 else None
    if match is None:
        return None
    words = next(PERSISTENCE[i][1] for i in range(len(PERSISTENCE)) if match[f"p{i}"] is not None)
    return f"{words} ({_short(text)})"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def host_in(text: str) -> str:
    """The host of the first URL in a text, or the text where it is a host and nothing else."""
    match = URL.search(text)
    if match:
        return match[1].lower()
    text = PORT.sub("", text)
    bare = len(text) < 120 and HOST.fullmatch(text) and not FILE.search(text)
    return text.lower() if bare and _ends_as_hosts_do(text.lower()) else ""


def _ends_as_hosts_do(name: str) -> bool:
    """False for `view.items.create`, whose end no registry has."""
    last = name.rpartition(".")[2]
    return last.isdigit() or last in PRIVATE or bool(registrable(name) or special_use(name))


def secret_name(name: str) -> bool:
    """True for a name that people give to secrets."""
    last = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return bool(SECRET.search(last)) and not NOT_SECRET.search(last)
