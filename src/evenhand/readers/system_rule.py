"""Files of a system that give rights, let somebody in, check less, or say what is loaded, by line.

sudoers, doas.conf, hosts, PAM, ld.so.preload, lists of kernel modules, inetd.conf, hooks of apt,
package managers, firewalls, resolvers, logs, shares, servers, tables of what is made at start.

Spec: sudoers(5), doas.conf(5), hosts(5), pam.conf(5), sshd_config(5), ld.so(8),
modules-load.d(5), inetd.conf(5), apt.conf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import command_rows
from evenhand.readers import Item, Partly
from evenhand.rootfs.line import of_line
from evenhand.rootfs.opening import UNDER, under_match
from evenhand.rootfs.sudo_alias import resolved
from evenhand.rootfs.text import text_of
from evenhand.rootfs.told import told

VERSION = "3"
RECOGNISES = {
    "names": (
        "etc/sudoers", "etc/sudoers.d/*", "etc/doas.conf", "etc/doas.d/*", "etc/hosts",
        "etc/pam.d/*", "etc/pam.conf", "etc/ld.so.preload", "etc/modules", "modules-load.d/*.conf",
        "etc/modules.d/*", "etc/inetd.conf", "etc/apt/apt.conf", "apt.conf.d/*",
        "etc/ssh/sshd_config", "etc/ssh/sshd_config.d/*", "etc/environment", "environment.d/*.conf",
        "etc/security/pam_env.conf", "systemd/system.conf", "systemd/system.conf.d/*",
        "systemd/user.conf", "etc/ld.so.conf", "ld.so.conf.d/*",
        "etc/resolv.conf", "resolv.conf.d/*", "dnsmasq.conf", "dnsmasq.d/*", "nftables.conf",
        "nftables.d/*", "*.nft", "iptables/rules.v4", "iptables/rules.v6", "sysconfig/iptables",
        "yum.repos.d/*", "repos.d/*.repo", "yum.conf", "dnf.conf", "pacman.conf",
        "pip.conf", "pip.ini", "npmrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".curlrc", "wgetrc",
        ".wgetrc", "gitconfig", ".gitconfig", "rsyslog.conf", "rsyslog.d/*", "etc/sysctl.conf",
        "sysctl.d/*", "etc/exports",
        "exports.d/*", "hosts.equiv", ".rhosts", ".shosts", "shosts.equiv", "*.pkla", "xinetd.d/*",
        "snmpd.conf", ".htpasswd", "htpasswd", "tmpfiles.d/*", "sysusers.d/*", "smb.conf",
        "samba/*.conf", "etc/samba/*", "etc/samba/*/*", "vsftpd.conf", "proftpd.conf",
        "proftpd/conf.d/*", "rsyncd.conf",
        "mosquitto.conf", "mosquitto/conf.d/*", "redis.conf", "redis/*.conf", "users.acl",
        "pg_hba.conf*", "my.cnf", "mysql.conf.d/*", "mariadb.conf.d/*", "my.cnf.d/*",
        "elasticsearch.yml", "mongod.conf", "nginx.conf", "etc/nginx/*", "nginx/*/*", "httpd.conf",
        "apache2/*", "apache2/*/*", "httpd/*/*", "lighttpd.conf", "lighttpd/*", "lighttpd/*/*",
        ".htaccess", "etc/config/uhttpd", "php.ini", ".user.ini", "php/*/*/*.ini",
        "php/*/*/conf.d/*.ini", "gdm3/custom.conf", "gdm3/daemon.conf", "gdm/custom.conf",
        "lightdm.conf", "lightdm.conf.d/*", "sddm.conf", "sddm.conf.d/*", "etc/default/*",
        "default/grub.d/*", "cmdline.txt", "extlinux.conf", "grub.cfg", "loader/entries/*",
        "uEnv.txt", "boot.cmd", "etc/sysconfig/*", "etc/conf.d/*", "ssh_config", "ssh_config.d/*",
        ".ssh/config", "default.prop", "build.prop", "prop.default", "local.prop", "frpc*.ini",
        "frpc*.toml", "frpc*.yaml", "ngrok.yml", "rathole.toml", "cloudflared/config.yml",
        "security/capability.conf", "root/.k5login", "opkg.conf", "etc/opkg/*.conf", "etc/group",
        "etc/gshadow",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether the program that reads the file is there and started",
    "hidden_access": "what other files and options of the programs decide",
}

ROWS = 2_000  # of one file


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `behaviour` for each line that opens something, a `hidden_access` for some."""
    text = yield from text_of(artefact)
    path = artefact.name.replace("/lib/modules-load.d/", "/etc/modules-load.d/")
    met, match = 0, ""
    text = resolved(text) if "sudoers" in path else text
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"(?i)\s*match\s", line) and "sshd_config" in path:
            match = "" if line.split()[1].lower() == "all" else line.strip()
        found = under_match(match, line) or of_line(path, line) if match else of_line(path, line)
        if found is None:
            continue
        met += 1
        if met > ROWS:
            yield Partly(f"more than {ROWS} lines that open something: the rest was not read")
            return
        if match and found.strength is not None and not found.because.startswith(UNDER):
            found = found._replace(strength=min(found.strength, 0.4))  # only under a condition
        yield from told(artefact.name, number, found)
        if found.kind == "runs on an event" and not found.access and "apt" in path:
            yield from command_rows(artefact.name, found.target, number, "at start")
