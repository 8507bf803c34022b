"""What a shell script runs, compares, writes and checks, for the difference.

Spec: POSIX.1-2024 Shell Command Language and Utilities; tree-sitter-bash 0.25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.screen import Seen
from evenhand.code.shell_word import THROUGH
from evenhand.code.syntax import Source, field
from evenhand.code.use import Use, kept
from evenhand.code.use_text import OFF, of_text

if TYPE_CHECKING:
    from tree_sitter import Node

NODES = 60_000
WORDS = 8  # of a command that are told
KINDS = (
    ("checks", 0.34, r"usign|gpgv?2?|minisign|signify|cosign|sha\d+sum|md5sum|cksum|cmp|verify\w*"
     r"|check_\w*|\w*_verify|\w*verify_?\w*|fwtool|ucert|validate\w*|rpmkeys|debsums|diff"),
    ("runs code", 0.8, r"eval|exec|source|\.|sh|bash|ash|dash|zsh|ksh|python[\d.]*|perl|ruby|node"
     r"|php|lua|awk|busybox|xargs|expect"),
    ("listens or connects", 0.86, r"nc|ncat|netcat|socat|telnetd?|ssh|sshd|dropbear|inetd|"
     r"tcpsvd|udpsvd|httpd|uhttpd|frpc|ngrok|autossh|utelnetd|ttyd|shellinaboxd|gotty"),
    ("connects", 0.78, r"curl|wget|fetch|aria2c|scp|sftp|rsync|ftp|tftp|nslookup|dig|mail|"
     r"sendmail|uclient-fetch|lftp|http|git|host"),
    ("rights", 0.88, r"useradd|adduser|usermod|userdel|deluser|groupadd|addgroup|gpasswd|passwd|"
     r"chpasswd|visudo|setcap|chattr|chmod|chown|setfacl|su|sudo|doas|chroot|pam-auth-update|"
     r"authconfig|setenforce|aa-\w+|semanage|update-ca-certificates|trust|ssh-keygen|unshare|"
     r"nsenter|htpasswd|newusers"),
    ("opens the network", 0.84, r"iptables|ip6tables|nft|ufw|firewall-cmd|ip|ifconfig|route|"
     r"sysctl|fw3|fw4|tc|iwpriv"),
    ("starts again", 0.8, r"crontab|systemctl|update-rc\.d|chkconfig|rc-update|at|batch|"
     r"systemd-run|invoke-rc\.d|deb-systemd-helper|deb-systemd-invoke|dpkg-divert|"
     r"update-alternatives|start-stop-daemon|nohup|setsid|daemon|screen|tmux|procd_set_param"),
    ("changes the system", 0.82, r"insmod|modprobe|rmmod|mtd|fw_setenv|nvram|uci|sysupgrade|"
     r"flashcp|dd|mount|umount|mknod|mkfifo|ldconfig|kexec|efibootmgr|losetup|ubiupdatevol|"
     r"debconf-set-selections|setprop|dconf|gsettings|defaults"),
    ("installs", 0.74, r"apt|apt-get|dpkg|rpm|yum|dnf|apk|opkg|pip\d?|npm|yarn|snap|gem|cargo|"
     r"tar|unzip|install|ipkg|cpio|dpkg-deb"),
    ("decodes", 0.7, r"base64|base32|openssl|xxd|uudecode|gunzip|zcat|rev|od|tr|printf"),
    ("deletes", 0.66, r"rm|shred|kill|killall|pkill|reboot|poweroff|shutdown|halt|truncate|"
     r"unlink|wipefs|mkfs\S*|halt|history|logrotate"),
    ("asks about the machine", 0.55, r"hostname|whoami|id|uname|env|printenv|getent|lsb_release|"
     r"last|who|dmidecode|lscpu|ps|ss|netstat|find"),
    ("writes", 0.5, r"tee|cp|mv|ln|sed|touch|mkdir|cat"),
    ("ends", 0.3, r"exit|return|logger|echo|test|true|false|sleep|read|shift|trap|set|local|cd"),
)  # fmt: skip
_KINDS = tuple((kind, weight, re.compile(pattern)) for kind, weight, pattern in KINDS)
PLAIN_COMMAND = 0.42  # any other, functions of the script too
SECRET_PLACE = re.compile(
    r"/etc/|/root|/lib/systemd|/dev/(?:tcp|udp|mem|mtd)|\.ssh|/proc/s|/sys/|cron|\.profile|rc\.|/boot"
)
TRUSTED = re.compile(
    r"(?i)trusted\s*=\s*yes|AllowUnauthenticated|Verify-Peer\"?\s+\"?false|gpgcheck\s*=\s*0"
    r"|check_signature\s*[= ]\s*0|(?:curl|wget)\b[^\n|;&]*\s(?:-\w*k\b|--insecure)"
    r"|StrictHostKeyChecking[= ]no"
    r"|sslverify[= ](?:false|0)|PermitRootLogin\s+yes|PasswordAuthentication\s+yes|"
    r"PermitEmptyPasswords\s+yes|NOPASSWD"
)
# Variables that change what programs do.
TURNS = frozenset((
    "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PS1", "PROMPT_COMMAND", "BASH_ENV",
    "ENV", "IFS", "HISTFILE", "NODE_OPTIONS", "GIT_SSL_NO_VERIFY",
))  # fmt: skip
TESTED = re.compile(
    r"[\"']?\$\{?(\w+|[@*#])[^\"'\s=!]{0,20}\}?[\"']?\s+(?:=|==|!=|=~|-eq|-ne|-gt|-lt|-ge|-le)\s+"
    r"[\"']?([^\"'\s\]$]{2,80})"
)
FALLS_THROUGH = re.compile(r"\s*\|\|\s*(?:true|:|logger\b[^\n;]*|echo\b[^\n;]*)\s*(?:\n|;|$)")


class _Script:
    """One script that is walked through once."""

    def __init__(self, source: Source, seen: Seen) -> None:
        self.source, self.seen = source, seen
        self.checks: list[tuple[int, int, str]] = []  # function, first byte, name

    def uses(self) -> Iterator[Use]:
        """Commands, redirections, tests, cases and variables, in the order of the script."""
        commands = []
        for node, function in self._nodes():
            match node.type:
                case "command":
                    commands.append((node, function))
                case "file_redirect":
                    yield from self._redirect(node)
                case "test_command":
                    yield from self._tested(node)
                case "case_item":
                    yield from self._case(node)
                case "variable_assignment":
                    yield from self._set(node)
                case "expansion" | "simple_expansion":
                    yield from self._read(node)
        told = [self._command(node, function) for node, function in commands]
        for use, function, at in (t for t in told if t is not None):
            yield use._replace(
                behind=self._before(function, at) if use.weight >= 0.5 else frozenset()
            )
        yield from self._patterns()

    def _nodes(self) -> Iterator[tuple[Node, int]]:
        """Nodes with the first byte of the function around them; outer before inner."""
        todo, seen = [(self.source.tree.root_node, 0)], 0
        while todo and seen < NODES:
            node, function = todo.pop()
            seen += 1
            yield node, function
            if node.type == "function_definition":
                function = node.start_byte + 1
            todo += [(c, function) for c in reversed(node.named_children)]

    def _line(self, node: Node) -> int:
        return int(node.start_point[0]) + 1

    def _word(self, node: Node) -> str:
        text = self.source.text(node)[:200]
        return re.sub(r"[\"']|\\\n", "", text)

    def _command(self, node: Node, function: int) -> tuple[Use, int, int] | None:
        title = field(node, "name")
        words = [self._word(a) for a in node.children_by_field_name("argument")]
        name = self._word(title).rpartition("/")[2] if title is not None else ""
        while name in THROUGH and words:
            skip = next((i for i, w in enumerate(words) if w[:1] != "-" and "=" not in w), None)
            if skip is None:
                break
            name, words = words[skip].rpartition("/")[2], words[skip + 1 :]
        if not name or name == "[":
            return None
        kind, weight = next(
            ((k, w) for k, w, p in _KINDS if p.fullmatch(name)), ("runs a command", PLAIN_COMMAND)
        )
        text = " ".join([name, *words[:WORDS]])
        if name == "openssl" and re.search(r"-verify|-CAfile", text):
            kind, weight = "checks", 0.34
        if kind == "checks":
            self._check(node, function, name)
        if name in ("getopts", "getopt") and words:
            kind, weight = "takes option", 0.56
        if SECRET_PLACE.search(text):
            weight = min(0.92, weight + 0.15)
        return Use(kind, text, self._line(node), weight), function, node.start_byte

    def _check(self, node: Node, function: int, name: str) -> None:
        after = self.source.data[node.end_byte : node.end_byte + 120].decode("utf-8", "replace")
        if not FALLS_THROUGH.match(after):
            self.checks.append((function, node.start_byte, name))

    def _before(self, function: int, at: int) -> frozenset[str]:
        return frozenset(name for own, start, name in self.checks if own == function and start < at)

    def _redirect(self, node: Node) -> Iterator[Use]:
        place = field(node, "destination")
        said = self._word(place) if place is not None else ""
        sign = self.source.text(node)[:3]
        if ">" in sign and said.startswith(("/", "~", "$")) and said != "/dev/null":
            weight = 0.82 if SECRET_PLACE.search(said) else 0.45
            yield Use("writes", f"> {said}", self._line(node), weight)

    def _tested(self, node: Node) -> Iterator[Use]:
        for match in TESTED.finditer(self.source.text(node)[:600]):
            const = match[2]
            if len(const) > 3 or match[1] in "12345":
                weight = 0.62 if re.search(r"\d", const) and len(const) > 4 else 0.5
                yield Use("compares", f"{match[1]} with {const}", self._line(node), weight)

    def _case(self, node: Node) -> Iterator[Use]:
        for value in node.children_by_field_name("value")[:8]:
            said = self._word(value)
            if len(said) > 1:
                option = said.startswith("-")
                kind = "takes option" if option else "has a case"
                yield Use(kind, said, self._line(value), 0.56 if option else 0.5)

    def _set(self, node: Node) -> Iterator[Use]:
        name = field(node, "name")
        said = self.source.text(name) if name is not None else ""
        value = field(node, "value")
        if said in TURNS:
            what = self._word(value) if value is not None else ""
            yield Use("sets", f"{said}={what[:60]}", self._line(node), 0.72)
        elif value is not None and re.search(r"://|\d+\.\d+\.\d+\.\d+", self.source.text(value)):
            yield Use("sets", f"{said}={self._word(value)[:60]}", self._line(node), 0.6)

    def _read(self, node: Node) -> Iterator[Use]:
        found = re.match(r"\$\{?([A-Z][A-Z_\d]{3,40})", self.source.text(node)[:60])
        if found:
            yield Use("reads variable", found[1], self._line(node), 0.45)

    def _patterns(self) -> Iterator[Use]:
        for use in of_text(self.source, self.seen, False):
            if use.kind in (OFF, "holds a code"):
                yield use
        text = self.source.data.decode("utf-8", "replace")
        for match in TRUSTED.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            start = text.rfind("\n", 0, match.start()) + 1
            if not text[start:].lstrip().startswith("#"):
                yield Use(OFF, match[0], line, 0.95)


def of_script(source: Source, seen: Seen) -> list[Use]:
    """The uses of a script, the weightiest first."""
    return kept(_Script(source, seen).uses())
