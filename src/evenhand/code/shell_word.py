"""Words of commands, and commands by what they do.

Spec: POSIX.1-2024 Utilities; manuals of curl, wget, netcat, socat.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.value import Value, union

if TYPE_CHECKING:
    from tree_sitter import Node

COMMANDS = 20_000  # looked at in one script
DEPTH = 30
FETCH = frozenset((
    "curl", "wget", "fetch", "aria2c", "lwp-download", "http", "axel", "uclient-fetch", "GET",
    "lynx", "w3m", "lftp", "mosquitto_sub", "websocat", "redis-cli", "dig", "drill", "nslookup",
))  # fmt: skip
SEND = frozenset((
    "nc", "ncat", "netcat", "socat", "telnet", "scp", "sftp", "rsync", "ftp", "tftp", "mail",
    "mailx", "sendmail", "mutt", "mosquitto_pub", "s_client",
))  # fmt: skip
# Words without which no function of a script is followed, and commands that run what they get.
FOLLOWED = re.compile(
    rb"\b(?:curl|wget|uclient-fetch|tftp|nc|ncat|netcat|socat|telnet|s_client|dig|nslookup|getent|eval|scp"
    rb"|ba?sh|sh|base64|date|iptables|passwd|shadow|authorized_keys)\b|/dev/stdin|^\s*\"?\$[1@*]|/dev/(?:tcp|udp)",
    re.M,
)
RUNS = frozenset(("eval", "source", ".", "awk", "gawk", "su", "runuser", "trap", "alias", "at"))
ASKS_NAMES = ("dig", "drill", "nslookup", "host", "ping")  # a name that is asked for tells too
LOOKS_UP = frozenset(("host", "ping", "ping6", "getent", "resolvectl"))  # and brings no text
WRITES_BYTES = re.compile(r"base32|base64|basenc|xxd|od|hexdump")  # bytes as letters of a name
CONNECTS = frozenset(("nc", "ncat", "netcat", "socat", "telnet", "s_client"))
SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh", "ash"))
OTHERS = re.compile(r"python[\d.]*|node|perl|ruby|php|lua")
THROUGH = frozenset((
    "sudo", "nohup", "exec", "command", "env", "time", "nice", "setsid", "timeout", "busybox",
    "toybox", "doas", "ionice", "stdbuf", "systemd-run", "builtin", "flock", "chrt",
))  # fmt: skip
TAKES = re.compile(r"-[ugknsopU]")  # options of those that take a word of their own
DECODE = re.compile(r"(-d|-D|--decode|-di|-r|-rp|-p -r|-r -p|-dc)\b")
DECODERS = ("base64", "base32", "xxd", "openssl", "gunzip", "zcat", "gzip", "uudecode")
WHOLE_ENVIRONMENT = frozenset(("env", "printenv", "export", "set"))
ABOUT = frozenset(("hostname", "whoami", "id", "uname", "ifconfig", "ip", "lsb_release"))
LANGUAGES = {"python": "python", "node": "javascript", "php": "php", "lua": "lua"}
CONSENT = re.compile(r"(?i)do_?not_?track|opt_?out|no_?telemetry|consent|opt_?in")


class Ran(NamedTuple):
    """A command: its name and words, what comes in, and where it stands."""

    name: str
    words: list[Value]
    line: int
    node: Node
    raws: tuple[str, ...] = ()  # the words as they stand, without quotes
    called: str = ""  # the name as it stands

    def text(self) -> str:
        """The words, with blanks between; `*` for what is not known of them."""
        return " ".join(_known(w) for w in self.words)


def last_of(place: str) -> str:
    """The last part of a path, by which a file is known again; a variable by its name."""
    last = place.rpartition("/")[2].replace("{", "").replace("}", "")
    return last if len(last) > 1 else place


def _known(word: Value) -> str:
    if isinstance(word.const, str):
        return word.const
    return word.texts[0] if word.texts and "*" in word.texts[0] else "*"


def option(word: Value) -> bool:
    return isinstance(word.const, str) and word.const.startswith("-") and len(word.const) > 1


def together(values: list[Value]) -> Value:
    whole = all(isinstance(v.const, str) for v in values)
    text = "".join(map(_known, values))[:100_000]
    made = union(values)
    return made._replace(const=text if whole else None, texts=(text[:300], *made.texts)[:24])


def past_options(pairs: list[tuple[Value, str]]) -> int:
    """Where the command stands behind `sudo -u x`, `timeout 30`, `env A=b` and their like."""
    at = 0
    while at < len(pairs):
        value, raw = pairs[at]
        if option(value):
            at += 2 if TAKES.fullmatch(raw) and at + 2 < len(pairs) else 1
        elif re.fullmatch(r"[\d.]+[smhd]?|[A-Za-z_]\w*=.*", raw, re.S):
            at += 1
        else:
            break
    return at
