"""What commands of a script change in a system: accounts, rights, walls, keys, listeners, images.

Only what stands in the script is taken as said: a port or an account that a variable names is
the user's own choice until shown otherwise.

Spec: useradd(8), usermod(8), chpasswd(8), chmod(1), setcap(8), iptables(8), nft(8), ufw(8),
ssh(1), sysupgrade and mtd of OpenWrt, flashcp(1), dpkg(1), apk(8), opkg.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evenhand.code.shell_word import Ran, option
from evenhand.code.value import Tag, Value
from evenhand.rootfs.line import of_line
from evenhand.rootfs.loosened import wall
from evenhand.rootfs.opening import ACCOUNT, CHECK_GONE, ENTRANCE, SHELL, TEXT, Opening, unasked

RIGHTS = re.compile(r"(?:^|,)(?:root|sudo|wheel|admin|docker|shadow|disk)(?:,|$)")
INSTALLERS = re.compile(
    r"sysupgrade|mtd|flashcp|flash_?write|nandwrite|fwupdate|fw_?update|swupdate|rauc|upgrade_fw"
    r"|opkg|dpkg|rpm|apk|apt-get|apt|yum|dnf|dd|flashrom|ubiupdatevol"
)
VERIFIES = re.compile(
    r"(?:usign|signify(?:-openbsd)?|minisign|ucert|fwtool)\s.*-V|gpgv?\s.*--verify"
    r"|(?m:^[ \t]*)(?:if[ \t]+(?:![ \t]+)?)?(?:/usr/bin/)?gpgv[ \t]"
    r"|openssl\s.*-verify|openssl\s+(?:cms|smime|pkeyutl)\s.*-?verify|cosign\s+verify"
    r"|ssh-keygen\s.*-Y\s+verify|jarsigner\s.*-verify"
    r"|rpm\w*\s.*(?:-K|--checksig)|fwupdtool\s+verify|verify\w*[-_]?(?:sig|image|firmware)"
)
# A sum tells that nothing was lost on the way, not who made it, where it comes by the same way.
SUMS = re.compile(r"(?:sha\d+|b2|md5|ck)sum\b|openssl\s+(?:dgst|sha\d+|md5)\b")
SUM_FILE = re.compile(r"(?i)[./_-](?:md5|sha\d+|b2|crc)(?:sums?)?\b|sums?\b|digests?\b|\.hash\b")
DEVICE = re.compile(r"/dev/(?:mtd|mmc|sd|hd|vd|nvme|ubi|block/|disk/|root|\$|\*)")
MANAGERS = ("apt", "apt-get", "dnf", "yum", "zypper")
AGENTS = re.compile(
    r"frpc|ngrok|chisel|gs-netcat|rathole|bore|cloudflared|meshagent|anydesk|teamviewerd?"
    r"|rustdesk|tmate|sshuttle|remote\.?it|connectd|pagekite"
)
WALLS = re.compile(r"ufw|firewalld|iptables(?:-persistent)?|nftables|apparmor|fail2ban|auditd")


class Changes:
    """What one script has changed so far."""

    def __init__(self, data: bytes, moment: str) -> None:
        self._moment = moment
        self._shells: set[str] = set()  # copies of a shell
        self.fetches: dict[str, int] = {}  # commands that fetched something, and their lines
        said = _joined(data)
        self.signed = bool(VERIFIES.search(said))
        self.summed = bool(SUMS.search(said))
        checked = re.search(r"(?:sha\d+|b2|md5)sum\s.*(?:-c|--check)", said)
        self.verified = self.signed or bool(checked)

    def command(self, name: str, ran: Ran, given: Value) -> Iterator[Opening]:
        """What one command changes."""
        act = ACTS.get(name)
        if act is not None:
            yield from act(self, ran, given)
        elif AGENTS.fullmatch(name) and not _asks(ran):
            words = f"{name} lets somebody in from outside"
            yield Opening("remote management", name, words, 0.5, "remote control")

    def written(self, place: str, text: str) -> Iterator[Opening]:
        """What text opens that is written into a file of the system."""
        found = [o for o in (of_line(place, line) for line in text.splitlines()[:200]) if o]
        yield from (o._replace(because=f"writes into {place[-60:]}: {o.because}") for o in found)
        if not found and re.search(r"(?:^|[/*])etc/(?:passwd|shadow|sudoers)$", place):
            words = f"writes into {place[-60:]}"
            yield Opening("grants rights", place[-60:], words, 0.4)
        if re.search(
            r"/ca-certificates/.*\.(?:crt|pem)$|/ca-trust/source/anchors/|/etc/ssl/certs/ca-c"
            r"|etc/ssl/cert\.pem$", place
        ):  # fmt: skip
            words = f"adds an authority to those that the system trusts: {place[-60:]}"
            yield Opening("adds trust", place[-60:], words, 0.5)

    def installs(self, ran: Ran, name: str, tag: Tag | None) -> Iterator[Opening]:
        """A command that puts what was fetched into the system, checked first or not."""
        if tag is None or not INSTALLERS.fullmatch(name) or _asks(ran):
            return
        text = ran.text()
        if name == "dd" and not re.search(r"of=/dev/(?!null|zero|full|cpu|std|tty|fd)", text):
            return
        yield from self._unverified(name, tag, text)

    def flashed(self, place: str, tag: Tag) -> Iterator[Opening]:
        """A redirection of what was fetched to where the system lies."""
        if DEVICE.match(place):
            yield from self._unverified(f"> {place[:40]}", tag, "")

    def sum_fetched(self) -> int:
        """The line in which a sum is fetched that something is held against; 0: there is none."""
        sums = [line for text, line in self.fetches.items() if SUM_FILE.search(text)]
        return sums[0] if sums and self.summed else 0

    def _unverified(self, name: str, tag: Tag, text: str) -> Iterator[Opening]:
        """What is installed, by whether its signature is checked, a sum, or nothing."""
        host = tag.what or "the network"
        loud = re.search(
            r"--nosignature|--nodigest|--allow-(?:untrusted|unauth)|--force-\S*sig", text
        )
        by_sum = self.sum_fetched() > 0
        if (self.signed or (self.verified and not by_sum)) and not loud:
            words = f"{name} installs what was fetched from {host}, after a check"
            yield Opening("installs verified updates", host, words)
            return
        loose = r"--no-check-certificate|(?:^| )-\w*k\b|--insecure|\bhttp://|\bftp://|\btftp\b"
        open_way = any(re.search(loose, one) for one in self.fetches)
        seen = "only a sum from the same place is checked" if by_sum else "no check of it is seen"
        words = f"{name} installs what was fetched from {host}; {seen}" + (
            ", and anyone on the way can change it" if open_way else ""
        )
        strength = 0.7 if open_way or loud else 0.4 if by_sum else 0.5
        if name in MANAGERS and self._moment == "when run" and strength == 0.5:
            strength = 0.45  # by hand, over a connection that shows who answers
        yield Opening("installs unverified updates", host, words, strength, CHECK_GONE)

    def account(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """useradd, adduser, usermod."""
        text = f" {ran.text()} "
        plain = [w.const for w in ran.words if not option(w)]
        name = plain[-1] if plain and isinstance(plain[-1], str) else ""
        if name in ("", "*") or "$" in name:
            name = ""
        title = ran.name.rpartition("/")[2]
        if re.search(r" -\w*u[ =]?0 | --uid[ =]0 ", text):
            words = f"{title} makes an account with the number 0: it may do everything"
            yield Opening("adds account", name or "not shown", words, 0.85, ACCOUNT)
            return
        password = re.search(r" (?:-p|--password)[ =](\S+) ", text)
        if password and password[1][0] not in "!*x":
            words = f"{title} gives {name or 'an account'} a fixed password"
            yield Opening("adds account", name or "not shown", words, 0.7, ACCOUNT)
            return
        groups = re.search(r" (?:-\w*G|--groups|--ingroup|-\w*g|--gid)[ =](\S+) ", text)
        member = title == "adduser" and len(plain) > 1 and isinstance(plain[-1], str)
        rights = (groups[1] if groups else "") or (str(plain[-1]) if member else "")
        who = str(plain[-2]) if member and not groups and len(plain) > 1 else name
        if RIGHTS.search(rights):
            words = f"{title} puts {who or 'an account'} into {rights[:TEXT]}"
            fixed = 0.5 if who not in ("", "*", "None") else 0.3
            yield Opening("grants rights", f"{who} {rights}"[:TEXT], words, fixed)
        elif name:
            system = re.search(r" (?:--system|-r|-\w*S\w*) |nologin |/false ", text)
            words = f"{title} adds {name}" + (" for a service" if system else "")
            yield Opening("adds account", name, words, None if system else 0.3)

    def password(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """passwd and chpasswd: a password that the script itself holds, or none."""
        name = ran.name.rpartition("/")[2]
        text, said = f" {ran.text()} ", given.const if isinstance(given.const, str) else None
        plain = [str(w.const) for w in ran.words if not option(w) and w.const]
        if name == "passwd" and re.search(r" (?:-d|--delete) ", text) and plain:
            words = f"passwd takes the password of {plain[-1]} away: none is asked for"
            yield Opening("adds account", plain[-1][:TEXT], words, 0.7, ACCOUNT)
        elif said is not None and said.strip():
            pair = re.match(r"\s*([\w.-]+):(\S{2,})", said) if name == "chpasswd" else None
            who = pair[1] if pair else (plain[-1] if plain else "root")
            if (pair and pair[2][0] not in "!*") or (name == "passwd" and "\n" in said.strip()):
                words = f"{name} gives {who} a password that stands in the script"
                yield Opening("adds account", who[:TEXT], words, 0.75, ACCOUNT)

    def mode(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """chmod and install -m: programs that run as their owner whoever starts them."""
        text = ran.text()
        asked = re.match(r"(?:-\S+ )*(?:u?\+[rwx]*s|0?[4567]\d{3})\b", text)
        if not asked and not re.search(r"(?:-m|--mode)[ =]?0?[4567]\d{3}\b", text):
            return
        if ran.name.rpartition("/")[2] == "install" and re.search(
            r"(?:^| )(?:-d|--directory) ", text
        ):
            return  # a folder runs nothing
        for word in [w for w in ran.words if not option(w)][1:]:
            place = word.const if isinstance(word.const, str) else (word.texts or ("",))[0]
            if re.fullmatch(r"0?[4567]\d{3}|\*?", place):
                continue
            shell = SHELL.search(place) or place in self._shells or _interpreter(place)
            odd = re.search(r"/\.|^/(?:tmp|var|dev|etc|home|srv)/", place)
            words = f"{place[-80:]} runs as its owner whoever starts it"
            words += ": it is a shell" if shell else ""
            strength = 0.85 if shell else 0.6 if odd else 0.4
            access = ENTRANCE if shell else ""
            yield Opening("grants rights", place[-80:], words, strength, access)

    def copy(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """cp, install, ln, mv: copies of a shell; authorities that come to be trusted."""
        places = [w.const for w in ran.words if isinstance(w.const, str) and not option(w)]
        if len(places) >= 2 and (SHELL.search(places[-2]) or _interpreter(places[-2])):
            self._shells.add(places[-1])
        last = (ran.words[-1].texts or ("",))[0] if ran.words else ""
        if places:
            yield from self.written(last, "")
        if ran.name.rpartition("/")[2] == "install":
            yield from self.mode(ran, given)

    def capability(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """setcap."""
        text = ran.text()
        if re.search(
            r"cap_(?:setuid|sys_admin|dac_override|sys_ptrace|setgid)\b|=ep\b|\ball\b", text
        ):
            shell = _interpreter(text) or SHELL.search(text)
            words = f"setcap {text[:TEXT]}"
            yield Opening("grants rights", text[:TEXT], words, 0.75 if shell else 0.4)

    def edit(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """sed -i on a file of the system: what it puts there."""
        text = ran.text()
        place = (ran.words[-1].texts or ("",))[0] if ran.words else ""
        if "i" not in "".join(re.findall(r"(?:^| )-(\w*)", text)) or "etc/" not in place:
            return
        for word in ran.words[:-1]:
            made = re.match(r"s(.)(?:\\.|(?!\1).)*\1((?:\\.|(?!\1).)*)\1", str(word.const or ""))
            added = re.search(r"(?:^|[\d$}])[aic]\\?\s*(.+)", str(word.const or "")) or made
            if added is not None:
                line = (made[2] if made else added[1]).replace("\\n", "\n").lstrip("#\\& ")
                yield from self.written(place, line)
            elif re.search(r"/(?:pam_|auth|check_signature|secure)[^/]*/\s*d\b", str(word.const)):
                words = f"takes a check out of {place[-60:]}"
                yield Opening("turns a check off", place[-60:], words, 0.6, CHECK_GONE)

    def wall(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """iptables, nft, ufw, firewall-cmd: ports that are opened, walls that are taken down."""
        name, text = ran.name.rpartition("/")[2], f" {ran.text()} "
        down = re.search(r" disable | (?:-P|--policy) (?:INPUT|FORWARD) ACCEPT ", text)
        if down or (name == "nft" and "flush ruleset" in text):
            words = f"takes the firewall down: {name}{text.rstrip()[:TEXT]}"
            strength = 0.55 if self._moment == "at install" else 0.45
            yield Opening("opens the firewall", name, words, strength)
            return
        led = wall(text.strip())
        if led is not None:
            yield led
            return
        opened = {
            "ufw": r" allow (?:in )?.*?(\d[\d:]*|ssh|telnet)",
            "firewall-cmd": r"--add-(?:port|service|rich-rule)[= ](\S+)",
            "nft": r"(?:add|insert) rule .*input.* dport (\S+).* accept",
        }.get(name, r" -[AI]\w* INPUT.*--dports? (\S+).* ACCEPT ")
        match = re.search(opened, text)
        if match and "*" not in match[1] and "lo " not in text:
            words = f"opens port {match[1]}: {name}{text.rstrip()[:TEXT]}"
            usual = re.fullmatch(
                r"(?:ssh|(?!23\b)\d{2,3}|1194|51820|8080|8443|5353|5060|[36]000)(?:/\w+)?", match[1]
            )
            strength = (
                0.4 if usual or "{" in match[1] else 0.55 if self._moment == "at install" else 0.5
            )
            yield Opening("opens the firewall", match[1][:TEXT], words, strength)

    def stop(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """systemctl, service, setenforce: protections that are turned off."""
        text = f" {ran.text()} "
        off = re.search(r" (?:stop|disable|mask|--now) ", text)
        wall = next((w for w in text.split() if WALLS.fullmatch(w.partition(".")[0])), None)
        if ran.name.endswith("setenforce") and text.strip() in ("0", "Permissive", "permissive"):
            wall, off = "SELinux", re.match("", "")
        if wall and off:
            words = f"turns {wall} off"
            yield Opening("turns a check off", wall, words, 0.55, CHECK_GONE)

    def tunnel(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """ssh -R: a way back into this machine; sshd with settings of its own."""
        text = f" {ran.text()} "
        if ran.name.endswith("sshd"):
            loose = re.search(r"(?i)Permit(?:RootLogin|EmptyPasswords)[= ]yes", text)
            if loose:
                words = f"sshd is started with {loose[0]}"
                yield Opening("listens", loose[0], words, 0.6, ENTRANCE)
            return
        back = re.search(r" -\w*R\s?(\S+) ", text)
        host = next((w for w in text.split() if re.fullmatch(r"[\w.-]+@[\w.-]+\.\w+", w)), None)
        if back and host:
            words = f"ssh opens a way back into this machine for {host} ({back[1][:40]})"
            yield Opening("remote management", host, words, 0.7, "remote control")

    def login(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """telnetd, dropbear, ttyd: who is let in without a password."""
        name, text = ran.name.rpartition("/")[2], f" {ran.text()} "
        shell = re.search(r" -l ?(?:/\S*/)?(?:ba|da|a|z)?sh ", text)
        if name.endswith("telnetd") and shell:
            words = "telnet gives whoever connects a shell without a password"
            yield Opening("listens", name, words, 0.85, ENTRANCE)
        elif name in ("tcpsvd", "udpsvd") and re.search(r" (?:/\S*/)?(?:ba|da|a)?sh ", text):
            words = "whoever connects is given a shell without a password"
            yield Opening("listens", name, words, 0.85, ENTRANCE)
        elif name.endswith("telnetd"):
            words = "telnet: log-in in the clear"
            yield Opening("listens", name, words, 0.5, ENTRANCE)
        elif name == "dropbear" and re.search(r" -\w*B", text):
            words = "dropbear takes empty passwords"
            yield Opening("listens", name, words, 0.6, ENTRANCE)
        elif name in ("ttyd", "shellinaboxd", "gotty") and not re.search(
            r" (?:-c|--credential|-a|--auth-header|-w)\b", text
        ):
            words = f"{name} gives a shell to a browser; no password is seen"
            yield Opening("listens", name, words, 0.6, ENTRANCE)

    def console(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """getty, login: who is let in at a console and asked for nothing."""
        found = unasked(f"{ran.name.rpartition('/')[2]} {ran.text()}")
        if found is not None:
            yield found

    def module(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """insmod, modprobe."""
        names = [w.const for w in ran.words if isinstance(w.const, str) and not option(w)]
        if names and not re.search(r"(?:^| )-r\b", ran.text()):
            own = names[0].endswith(".ko")
            words = f"loads the kernel module {names[0][-80:]}"
            yield Opening("loads a kernel module", names[0][-80:], words, 0.45 if own else None)

    def trust(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """apt-key add, trust anchor, security add-trusted-cert."""
        text = ran.text()
        if re.search(r"^(?:add|adv|import)\b|anchor |add-trusted-cert", text):
            words = f"trusts a further key: {ran.name.rpartition('/')[2]} {text[:TEXT]}"
            yield Opening("adds trust", text[:TEXT], words, 0.4)

    def setting(self, ran: Ran, given: Value) -> Iterator[Opening]:
        """uci: OpenWrt's settings."""
        text = ran.text()
        loose = re.search(
            r"set (firewall\.\S+=['\"]?ACCEPT|dropbear\.\S*(?:Root)?PasswordAuth=\S*on"
            r"|\S*check_signature=['\"]?0)",
            text,
        )
        if loose:
            yield Opening(
                "turns a check off", loose[1][:TEXT], f"uci {text[:TEXT]}", 0.5, CHECK_GONE
            )


def _joined(data: bytes) -> str:
    """The script as text, continued lines joined, comments left out."""
    text = data.decode("utf-8", "replace").replace("\\\n", " ")
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _interpreter(place: str) -> bool:
    return bool(
        re.search(r"(?:^|/)(?:busybox|python[\d.]*|perl|ruby|find|env|vim|nmap|gdb)$", place)
    )


def _asks(ran: Ran) -> bool:
    """True where a command only asks or helps."""
    return bool(
        re.search(r"(?:^| )(?:--help|--version|-h|status|list|info|--test)(?: |$)", ran.text())
    )


Act = Callable[[Changes, Ran, Value], Iterator[Opening]]
ACTS: dict[str, Act] = {
    **dict.fromkeys(("useradd", "adduser", "usermod"), Changes.account),
    **dict.fromkeys(("passwd", "chpasswd"), Changes.password),
    "chmod": Changes.mode,
    **dict.fromkeys(("cp", "install", "ln", "mv"), Changes.copy),
    "setcap": Changes.capability,
    "sed": Changes.edit,
    **dict.fromkeys(("iptables", "ip6tables", "nft", "ufw", "firewall-cmd"), Changes.wall),
    **dict.fromkeys(("systemctl", "service", "setenforce", "update-rc.d"), Changes.stop),
    **dict.fromkeys(("ssh", "autossh", "sshd"), Changes.tunnel),
    **dict.fromkeys(("telnetd", "in.telnetd", "utelnetd", "dropbear", "ttyd"), Changes.login),
    **dict.fromkeys(("shellinaboxd", "gotty", "tcpsvd", "udpsvd"), Changes.login),
    **dict.fromkeys(("getty", "agetty", "mgetty", "mingetty", "fbgetty", "login"), Changes.console),
    **dict.fromkeys(("insmod", "modprobe"), Changes.module),
    **dict.fromkeys(("apt-key", "trust", "security", "rpmkeys"), Changes.trust),
    "uci": Changes.setting,
}  # fmt: skip
WORDS = (
    b"useradd", b"adduser", b"usermod", b"passwd", b"chmod", b"setcap", b"sudoers", b"etc/",
    b"iptables", b"ip6tables", b"nft ", b"ufw ", b"firewall", b"ssh", b"telnetd", b"dropbear",
    b"ttyd", b"shellinabox", b"insmod", b"modprobe", b"apt-key", b"setenforce", b"uci set",
    b"sysupgrade", b"mtd ", b"flashcp", b"ca-certificates", b"frpc", b"ngrok", b"chisel",
    b"busybox", b"install -m", b"anydesk", b"teamviewer", b"rustdesk", b"cloudflared", b"meshagent",
    b"tmate", b"gotty", b"pagekite", b"rm ", b"/var/log", b"date", b"timezone", b"localtime",
    b"mkfifo", b"mknod", b"tcpsvd", b"HISTFILE", b"LD_PRELOAD", b"mkfs", b"dd ", b"case ", b"shred",
    b"history", b"_history", b"journalctl", b"trusted-host", b"strict-ssl", b"sslVerify", b"tr ",
    b"allow-un", b"gpgcheck", b"opt", b"wipefs", b"find ", b"/inet/", b"mount ", b"ocket", b"nvram",
    b"PROMPT", b"alias ", b"PATH=", b"read ", b"/media/", b"/mnt/", b"sudo()", b"openssl", b"usign",
    b"getty", b"login -", b"DEBUG", b"HTTP_", b"QUERY_STRING", b"md5sum", b"sha256sum",
    b"sha512sum", b"gpg", b"minisign", b"signify", b"cosign",
    b"remote-debug", b"vnc", b"--inspect", b"jdwp", b"jmxremote", b"gdbserver", b".token",
    b"dockerd", b"code-server", b"vscode-server", b"httpd", b"authentication-methods",
    b"getent", b"ping ", b"nslookup", b"dig ", b"host \"",
)  # fmt: skip
