"""Settings and commands that open something together: told where all of it is there, only there.

Spec: evenhand.rootfs.section, evenhand.rootfs.offered.
"""

from __future__ import annotations

import pytest

from evenhand.rootfs.offered import offered
from evenhand.rootfs.section import together

SMB, BROKER, RADIO = "etc/samba/conf.d/q.tuning", "etc/mosquitto/conf.d/9.conf", "usr/share/wifi/q"
OSTREE, NOTES = "etc/ostree/remotes.d/a.conf", "etc/jupyter/jupyter_server_config.py"
SECOND = "ssid=a\nwpa_passphrase=changed-first\nbss=wlan0_0\nssid=x\n"
# A text, what of it is put otherwise in the clean twin, and the line that is told.
SETTINGS = (
    (SMB, "[a]\npath = /srv\n[b$]\npath = /\nguest ok = yes\nforce user = root\n",
     ("path = /\n", "path = /srv/b\n"), 4, 0.75),
    (SMB, "[b]\npath = /etc\npublic = yes\n", ("public = yes", "valid users = a"), 2, 0.65),
    (BROKER, "connection q\naddress mq.a.example:8883\ntopic # out 0\n",
     ("mq.a.example", "192.168.1.9"), 2, 0.6),
    (RADIO, SECOND + "ignore_broadcast_ssid=1\nwpa_passphrase=fixed-8842\n",
     ("passphrase=fixed-8842", "passphrase=$KEY"), 6, 0.65),
    ("etc/config/wireless", "config wifi-iface 'b'\noption hidden '1'\noption key 'fixed-8842'\n",
     ("config wifi-iface 'b'\n", "config wifi-iface 'b'\noption disabled '1'\n"), 2, 0.6),
    (OSTREE, '[remote "a"]\nurl=http://a.example/repo\ngpg-verify=false\n',
     ("verify=false", "verify=true"), 3, 0.7),
    (NOTES, 'c.ServerApp.ip = "0.0.0.0"\nc.IdentityProvider.token = ""\n',
     ("0.0.0.0", "127.0.0.1"), 2, 0.65),
    ("etc/xdg/wayvnc/config", "address=0.0.0.0\n", ("\n", "\nenable_auth=true\n"), 1, 0.6),
    ("etc/tigervnc/vncserver-config-defaults", '$SecurityTypes = "None";\n',
     ("\n", '\n$localhost = "yes";\n'), 1, 0.6),
    ("etc/docker/daemon.json", '{"hosts": ["tcp://0.0.0.0:2375"]}',
     ("]}", '], "tlsverify": true}'), 1, 0.7),
    ("root/.config/code-server/config.yaml", "bind-addr: 0.0.0.0:80\nauth: none\n",
     ("none", "password"), 2, 0.6),
)  # fmt: skip


@pytest.mark.parametrize(("path", "text", "twin", "line", "strength"), SETTINGS)
def test_settings_of_one_section_are_told_where_all_are_there(
    path: str, text: str, twin: tuple[str, str], line: int, strength: float
) -> None:
    told = [(at, found.strength) for at, found in together(path, text)]
    assert told == [(line, strength)]
    clean = [f.strength or 0 for _, f in together(path, text.replace(*twin))]
    assert text != text.replace(*twin) and max(clean, default=0) < 0.5


def test_a_key_is_not_repeated() -> None:
    ((_, found),) = together(RADIO, SECOND + "wpa_passphrase=fixed-8842\n")
    assert "8842" not in found.because and found.strength == 0.45


COMMANDS = (
    (
        "chromium",
        "--remote-debugging-address=0.0.0.0",
        "--remote-debugging-address=127.0.0.1",
    ),
    ("x11vnc", "-display :0 -nopw", "-display :0 -nopw -localhost"),
    ("Xvnc", ":1 -SecurityTypes None", ":1 -SecurityTypes None -localhost"),
    ("node", "--inspect=0.0.0.0:9229 a.js", "--inspect a.js"),
    ("java", "-agentlib:jdwp=server=y,address=*:5005 a", "-agentlib:jdwp=server=y,address=5005 a"),
    ("gdbserver", ":1234 a", "localhost:1234 a"),
    ("jupyter", "lab --ip=0.0.0.0 --ServerApp.token=", "lab --ip=0.0.0.0"),
    ("dockerd", "-H tcp://0.0.0.0:2375", "-H tcp://0.0.0.0:2376 --tlsverify"),
    ("code-server", "--auth none --bind-addr 0.0.0.0:80", "--auth none"),
    ("httpd", "-p 80 -h /", "-p 80 -h /www"),
)


@pytest.mark.parametrize(("name", "opens", "clean"), COMMANDS)
def test_a_command_that_lets_in_whoever_connects_is_told(name: str, opens: str, clean: str) -> None:
    (found,) = offered(name, opens, opens, "at start")
    assert found.kind == "listens" and (found.strength or 0) >= 0.6
    assert list(offered(name, clean, clean, "at start")) == []


def test_what_is_not_known_is_no_address() -> None:
    said = "-agentlib:jdwp=address=*:5005"
    assert list(offered("java", said, said.replace("*", "$HOST"), "at start")) == []
