"""Lines of settings by which programs check less, or names, logs and traffic go another way.

Spec: ld.so(8), resolv.conf(5), dnsmasq(8), yum.conf(5), pip.conf, npmrc(5), curl(1) (config file),
wgetrc, git-config(1), rsyslog.conf(5), nft(8), iptables-restore(8), exports(5), hosts.equiv(5),
sysctl.d(5), snmpd.conf(5), xinetd.conf(5), polkit(8).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from evenhand.rootfs.opening import CHECK_GONE, ENTRANCE, TEXT, Opening

ODD = re.compile(r"^/(?:tmp|var|home|dev|run|root|srv|mnt)(?:/|$)|/\.\w")
ALLOCATORS = re.compile(r"jemalloc|tcmalloc|mimalloc|faketime|libgcc_s|eatmydata|hardened_malloc")
ADDRESS = r"((?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?|[0-9a-fA-F:]*:[0-9a-fA-F:]+(?:/\d+)?)"
# What a program does with each line is the same whichever file says it: (pattern, kind, words,
# strength, kind of hidden access).
Row = tuple[str, str, str, float, str]
PACKAGES: tuple[Row, ...] = (
    (r"(?:local|remote)?(?:file)?siglevel\s*=.*\b(?:package)?(?:never|trustall)\b",
     "takes unsigned updates", "packages are taken unsigned", 0.55, CHECK_GONE),
    (r"gpgcheck\s*=\s*(?:0|no|false|off)\b", "takes unsigned updates",
     "packages are taken unsigned", 0.6, CHECK_GONE),
    (r"sslverify\s*=\s*(?:0|no|false|off)\b", "takes unsigned updates",
     "the host that packages come from is not checked", 0.5, CHECK_GONE),
    (r"trusted-host\s*=\s*(\S*)", "takes unsigned updates",
     "packages are taken from a host that is not checked", 0.55, CHECK_GONE),
    (r"\"?(?:strict-ssl|strictSsl)\"?\s*[=: ]\s*false", "takes unsigned updates",
     "the host that packages come from is not checked", 0.55, CHECK_GONE),
    (r"(?:extra-)?index-url\s*=\s*(http://\S+)|(?:\S+:)?registry\s*=\s*(http://\S+)",
     "takes unsigned updates", "packages come by a way on which anyone can change them", 0.55,
     CHECK_GONE),
    (r"(?:extra-)?index-url\s*=\s*(https://\S+)|(?:\S+:)?registry\s*=\s*(https://\S+)",
     "adds a source of packages", "packages come from here", 0.35, ""),
)  # fmt: skip
FETCHING: tuple[Row, ...] = (
    (r"-?-?insecure\b|-k\b|check[-_]certificate\s*=\s*off|sslVerify\s*=\s*(?:false|0)",
     "turns a check off", "who answers is not checked", 0.5, CHECK_GONE),
    (r"-?-?(?:https?_?)?proxy\s*[= ]\s*\"?([a-z]+://\S+|[\w.-]+:\d+)", "redirects a host",
     "what is fetched comes by way of a proxy", 0.35, ""),
)  # fmt: skip
KERNEL: tuple[Row, ...] = (
    (r"kernel\.(?:randomize_va_space|kptr_restrict|yama\.ptrace_scope|dmesg_restrict)\s*=\s*0",
     "turns a check off", "a protection of the kernel is turned off", 0.4, CHECK_GONE),
    (r"kernel\.core_pattern\s*=\s*\|", "runs on an event",
     "a program is run whenever another one fails", 0.35, ""),
)  # fmt: skip
SHARES: tuple[Row, ...] = (
    (r"/\S*.*\bno_root_squash\b", "grants rights", "root of another machine is root here", 0.5,
     ENTRANCE),
)  # fmt: skip
TRUSTS: tuple[Row, ...] = (
    (r"\+@", "lets in", "who comes from these hosts is let in without a password", 0.5, ENTRANCE),
    (r"\+", "lets in", "whoever comes from any host is let in without a password", 0.75, ENTRANCE),
    (r"\w", "lets in", "who comes from this host is let in without a password", 0.5, ENTRANCE),
)  # fmt: skip
POLICY: tuple[Row, ...] = (
    (r"Result(?:Any|Inactive)\s*=\s*yes", "grants rights", "nobody is asked for a password", 0.5,
     CHECK_GONE),
)  # fmt: skip
ANSWERS: tuple[Row, ...] = (
    (r"server\s*=\s*(?:/\S*)?/(?:ba|da|a)?sh\b", "listens",
     "whoever connects is given a shell without a password", 0.85, ENTRANCE),
    (r"rwcommunity6?\s+(\S+)", "lets in", "settings can be changed by a fixed word", 0.5, ENTRANCE),
    (r"rwuser\s+(\S+)\s+noauth", "lets in", "settings can be changed without a password", 0.5,
     ENTRANCE),
)  # fmt: skip
PAGES: tuple[Row, ...] = (
    (r"[\w.@-]+:(?:\$|\{|[./0-9A-Za-z]{13}$)", "adds account", "a fixed password for pages", 0.4,
     "default account"),
)  # fmt: skip


def _by_rows(rows: tuple[Row, ...]) -> Callable[[str], Opening | None]:
    compiled = [(re.compile(row[0], re.I), row) for row in rows]

    def read(line: str) -> Opening | None:
        for pattern, (_, kind, words, strength, access) in compiled:
            if pattern.match(line):
                said = line.partition(":")[0] if rows is PAGES else line[:TEXT]
                return Opening(kind, said, f"{words}: {said}", strength, access)
        return None

    return read


def _public(text: str) -> bool:
    """True for an address, or network, that anybody on the internet can have."""
    try:
        network = ipaddress.ip_network(text.split("%")[0], strict=False)
    except ValueError:
        return False
    reserved = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    documents = any(
        network.version == ipaddress.ip_network(r).version
        and network.subnet_of(ipaddress.ip_network(r))  # type: ignore[arg-type]
        for r in reserved
    )
    return network.prefixlen > 0 and (network.is_global or documents)


def _environment(line: str) -> Opening | None:
    match = re.match(
        r"(?:export\s+|DefaultEnvironment=\s*|Environment=\s*)?\"?'?(\w+)[\s=]+(?:DEFAULT=)?"
        r"[\"']?([^\"'\s]+)", line
    )  # fmt: skip
    if match is None:
        return None
    name, said = match.groups()
    if name == "LD_PRELOAD" and not ALLOCATORS.search(said):
        words = f"{said[:TEXT]} is loaded into every program"
        return Opening("runs on an event", said[:TEXT], words, 0.65, "replaced function")
    loads = ("BASH_ENV", "ENV", "PYTHONSTARTUP", "PERL5OPT", "NODE_OPTIONS", "LD_AUDIT")
    if name in loads or (name in ("LD_LIBRARY_PATH", "PYTHONPATH") and ODD.search(said)):
        words = f"programs load {said[:TEXT]} when they start ({name})"
        return Opening("runs on an event", said[:TEXT], words, 0.5, "replaced function")
    if re.fullmatch(r"(?i)(?:https?|all|ftp)_proxy", name) and "://" in said:
        words = f"what programs fetch comes by way of {said[:TEXT]}"
        return Opening("redirects a host", said[:TEXT], words, 0.4)
    return None


def _libraries(line: str) -> Opening | None:
    if not line.startswith("/"):
        return None
    odd = ODD.search(line)
    words = f"libraries are taken from {line[:TEXT]}"
    return Opening("runs on an event", line[:TEXT], words, 0.6 if odd else None)


def _resolver(line: str) -> Opening | None:
    match = re.match(rf"nameserver\s+{ADDRESS}", line)
    if match is None or not _public(match[1]):
        return None
    words = f"names are looked up at {match[1]}, wherever the device is"
    return Opening("redirects a host", match[1], words, 0.35)


def _dnsmasq(line: str) -> Opening | None:
    match = re.match(rf"(address|server|host-record)=(?:/([^/]*)/|([\w.-]+),)?{ADDRESS}", line)
    if match is None or not _public(match[4]):
        return None
    name = match[2] or match[3] or ""
    if match[1] != "server" and name:
        words = f"{name} leads to {match[4]}, whatever DNS says"
        return Opening("redirects a host", name[:TEXT], words, 0.55)
    words = f"names{f' under {name}' if name else ''} are looked up at {match[4]}"
    return Opening("redirects a host", match[4], words, 0.35)


def wall(line: str) -> Opening | None:
    """A line of nftables or of iptables-restore."""
    start = r"-[AI] INPUT .*(?:-s|--source) |(?:^| input )(?:.* )?ip6? saddr "
    match = re.search(f"(?:{start}){ADDRESS}", line)
    if match is not None and re.search(r"\baccept\b|-j ACCEPT", line) and _public(match[1]):
        words = f"the firewall lets {match[1]} in: {line[:TEXT]}"
        return Opening("opens the firewall", match[1], words, 0.5)
    away = re.search(rf"(?:DNAT --to(?:-destination)? |dnat (?:ip6? )?to ){ADDRESS}", line)
    if away is not None and _public(away[1]):
        words = f"traffic is led to {away[1]}: {line[:TEXT]}"
        return Opening("redirects a host", away[1], words, 0.5)
    copied = re.search(rf"(?:TEE --gateway |dup to ){ADDRESS}", line)
    if copied is not None:
        words = f"a copy of the traffic goes to {copied[1]}: {line[:TEXT]}"
        return Opening("collects and sends", copied[1], words, 0.6, "interception interface")
    return None


def _logs(line: str) -> Opening | None:
    drops = re.match(r":\w+,\s*!?\w+,\s*\"[^\"]+\"\s*(?:stop|~|/dev/null)", line) or re.match(
        r"if\s.*(?:contains|==|startswith).*\bthen\s*\{?\s*(?:stop|~)", line
    )
    if drops is not None:
        words = f"lines of the log are thrown away: {line[:TEXT]}"
        return Opening("removes traces", line[:TEXT], words, 0.5)
    away = re.match(r"\S+\s+@@?\(?(?:\w+\))?\[?([\w.:-]+?)\]?(?::\d+)?(?:;|\s|$)", line)
    host = away[1] if away else ""
    if not host or (re.match(r"[\d.]+$", host) and not _public(host)) or host == "localhost":
        return None
    return Opening("collects and sends", host[:TEXT], f"logs are sent to {host[:TEXT]}", 0.45)


LINES: tuple[tuple[re.Pattern[str], Callable[[str], Opening | None]], ...] = tuple(
    (re.compile(rf"(?:^|[/*\"}}]){end}$"), read)
    for end, read in (
        (r"etc/environment|environment\.d/[^/]+\.conf|etc/security/pam_env\.conf", _environment),
        (r"systemd/(?:system|user)\.conf(?:\.d/[^/]+)?|\.service\.d/[^/]+\.conf", _environment),
        (r"etc/ld\.so\.conf(?:\.d/[^/]+)?", _libraries),
        (r"etc/resolv\.conf|resolvconf/resolv\.conf\.d/[^/]+", _resolver),
        (r"dnsmasq\.conf|dnsmasq\.d/[^/]+", _dnsmasq),
        (r"nftables\.conf|nftables\.d/[^/]+|etc/iptables/rules\.v[46]|\.nft", wall),
        (r"sysconfig/ip6?tables", wall),
        (r"yum\.repos\.d/[^/]+|(?:yum|dnf|pacman)\.conf|repos\.d/[^/]+\.repo", _by_rows(PACKAGES)),
        (r"pip\.(?:conf|ini)|\.?npmrc|\.yarnrc(?:\.yml)?", _by_rows(PACKAGES)),
        (r"[._]curlrc|\.?wgetrc|\.?gitconfig", _by_rows(FETCHING)),
        (r"rsyslog\.conf|rsyslog\.d/[^/]+", _logs),
        (r"etc/sysctl\.conf|sysctl\.d/[^/]+", _by_rows(KERNEL)),
        (r"etc/exports(?:\.d/[^/]+)?", _by_rows(SHARES)),
        (r"etc/hosts\.equiv|\.rhosts|\.shosts|shosts\.equiv", _by_rows(TRUSTS)),
        (r"polkit-1/[^\n]*\.pkla", _by_rows(POLICY)),
        (r"xinetd\.d/[^/]+|snmpd\.conf", _by_rows(ANSWERS)),
        (r"\.?htpasswd", _by_rows(PAGES)),
    )
)
