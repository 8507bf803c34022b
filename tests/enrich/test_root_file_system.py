"""Root file systems: what is started at boot, and the accounts that this lets in.

Every system here is made up; no password is known to fit a hash.

Spec: evenhand.enrich.root_file_system.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from evenhand import pipeline
from evenhand.judge.result import LOOK_HERE
from evenhand.limits import Limits
from tests.readers.archive_seeds import AUTHORISED, KEY

HASH = "$1$fixedsalt$0123456789abcdefghijkl"
LINK = "-> "
# A small device: BusyBox, telnet from inittab.
DEVICE = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\ndaemon:*:1:1::/:/bin/false\n",
    "etc/shadow": f"root:{HASH}:1:0:99999:7:::\ndaemon:*:1:0:99999:7:::\n",
    "etc/inittab": "::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/telnetd -F\n",
    "etc/init.d/rcS": "#!/bin/sh\nmount -a\n",
    "bin/busybox": "not a program\n",
    "bin/sh": LINK + "busybox",
    "bin/login": LINK + "busybox",
    "usr/sbin/telnetd": LINK + "../../bin/busybox",
}
SSH = {
    "lib/systemd/systemd": "not a program either\n",
    "lib/systemd/system/sshd.service": "[Service]\nExecStart=/usr/sbin/sshd -D\n",
    "etc/systemd/system/multi-user.target.wants/sshd.service": LINK
    + "/lib/systemd/system/sshd.service",
    "etc/ssh/sshd_config": "UsePAM no\nPermitRootLogin yes\n",
    "bin/sh": "a shell\n",
    "etc/passwd": DEVICE["etc/passwd"],
    "etc/shadow": DEVICE["etc/shadow"],
}


def tar(tree: dict[str, str], modes: dict[str, int] | None = None) -> bytes:
    """The tree as an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, text in tree.items():
            member = tarfile.TarInfo(f"./{name}")
            if text.startswith(LINK):
                member.type, member.linkname = tarfile.SYMTYPE, text[len(LINK) :]
                archive.addfile(member)
            else:
                member.size, member.mode = len(text.encode()), (modes or {}).get(name, 0o644)
                archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def folder(tree: dict[str, str], place: Path) -> Path:
    """The tree as a folder."""
    for name, text in tree.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(LINK):
            os.symlink(text[len(LINK) :], path)
        else:
            path.write_text(text)
    return place


def found(*paths: Path, table: str = "hidden_access") -> list[Any]:
    """The rows that a person is asked to look at."""
    evidence, _ = pipeline.read([str(p) for p in paths], Limits(), 1, lambda name: None)
    query = f"SELECT * FROM {table} WHERE id LIKE '%root_file%' OR id LIKE '%/set_%' ORDER BY id"
    rows = evidence.connection.execute(query)
    names = [column[0] for column in rows.description or ()]
    every = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return [r for r in every if table != "hidden_access" or r["strength"] >= LOOK_HERE]


@pytest.mark.parametrize("packed", ["archive", "folder"])
def test_a_fixed_password_and_telnet_at_boot(packed: str, tmp_path: Path) -> None:
    if packed == "archive":
        place = tmp_path / "device.tar"
        place.write_bytes(tar(DEVICE))
    else:
        place = folder(DEVICE, tmp_path / "device")
    (row,) = found(place)
    assert (row["kind"], row["constant"], row["strength"]) == ("default account", "root", 1.0)
    assert row["effect_shown"] is True and row["locator"] == "line 1"
    prefix = "device.tar!/" if packed == "archive" else ""
    assert row["path"] == f"{prefix}etc/shadow"
    assert row["because"] == (
        "root has a password fixed in the image and /bin/sh; telnet lets in whoever the login "
        "program lets in; etc/inittab starts it"
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"etc/shadow": "root:!:1:::::::\n"}, "locked"),
        ({"etc/shadow": "root:*:1:::::::\n"}, "no password fits"),
        ({"etc/passwd": "root:x:0:0::/:/sbin/nologin\n"}, "no shell"),
        ({"bin/sh": LINK + "gone"}, "the shell is not there"),
        ({"etc/inittab": "::respawn:/sbin/getty 115200 ttyS0\n"}, "nothing from outside"),
        ({"etc/inittab": "#::respawn:/usr/sbin/telnetd\n::sysinit:/bin/true\n"}, "turned off"),
        ({"etc/shadow": ""}, "no line for it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_link_that_is_missing(change: dict[str, str], why: str, tmp_path: Path) -> None:
    (tmp_path / "device.tar").write_bytes(tar(DEVICE | change))
    rows = found(tmp_path / "device.tar")
    assert rows == [], why


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"etc/securetty": "console\n"}, "securetty"),
        ({"bin/login": "another program\n"}, "PAM"),
        (
            {
                "etc/inittab": "::sysinit:/etc/init.d/rcS\n",
                "etc/init.d/S50telnet": "#!/bin/sh\nstart-stop-daemon -S -x telnetd\n",
            },
            "it may decide otherwise",
        ),
    ],
)
def test_a_link_that_is_not_shown(change: dict[str, str], doubt: str, tmp_path: Path) -> None:
    (tmp_path / "device.tar").write_bytes(tar(DEVICE | change))
    (row,) = found(tmp_path / "device.tar")
    assert row["effect_shown"] is None and row["strength"] == 0.5
    assert doubt in row["because"].partition("not shown: ")[2]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [True]),
        ({"etc/ssh/sshd_config": "PermitRootLogin yes\n"}, [True]),
        ({"etc/ssh/sshd_config": "UsePAM yes\nPermitRootLogin yes\n"}, [None]),
        ({"etc/ssh/sshd_config": "UsePAM no\n"}, []),
        ({"etc/ssh/sshd_config": "PermitRootLogin yes\nPasswordAuthentication no\n"}, []),
        ({"etc/ssh/sshd_config": "PermitRootLogin yes\nDenyUsers root\n"}, [None]),
        ({"etc/ssh/sshd_config": "Match User x\nPermitRootLogin yes\n"}, []),
        ({"etc/ssh/sshd_config.d/1.conf": "PasswordAuthentication no\n"}, []),
        ({"etc/shadow": "root::1:::::::\n"}, []),
        (
            {
                "etc/shadow": "root::1:::::::\n",
                "etc/ssh/sshd_config": "PermitRootLogin yes\nPermitEmptyPasswords yes\n",
            },
            [True],
        ),
        ({"etc/systemd/system/multi-user.target.wants/sshd.service": LINK + "/dev/null"}, []),
    ],
)
def test_what_sshd_is_set_to(
    change: dict[str, str], expected: list[bool | None], tmp_path: Path
) -> None:
    (tmp_path / "system.tar").write_bytes(tar(SSH | change))
    rows = found(tmp_path / "system.tar")
    assert [row["effect_shown"] for row in rows] == expected


def test_a_shell_for_whoever_connects(tmp_path: Path) -> None:
    tree = DEVICE | {"etc/inittab": "::respawn:/usr/sbin/telnetd -F -l /bin/sh\n"}
    (tmp_path / "device.tar").write_bytes(tar(tree))
    (row,) = found(tmp_path / "device.tar")
    assert (row["kind"], row["effect_shown"]) == ("debug entrance", True)
    assert row["path"] == "device.tar!/etc/inittab"


def test_what_starts_at_boot_and_on_a_schedule(tmp_path: Path) -> None:
    tree = SSH | {
        "lib/systemd/system/u.timer": "[Timer]\nOnCalendar=daily\n",
        "etc/systemd/system/timers.target.wants/u.timer": LINK + "/lib/systemd/system/u.timer",
        "lib/systemd/system/off.service": "[Service]\nExecStart=/bin/off\n",
    }
    (tmp_path / "system.tar").write_bytes(tar(tree))
    rows = found(tmp_path / "system.tar", table="behaviour")
    assert sorted((r["kind"], r["target"]) for r in rows) == [
        ("listens", "port 22, where nothing else is said"),
        ("remote management", "ssh"),
        ("runs at boot", "/usr/sbin/sshd -D"),
        ("runs on schedule", "u.service"),
    ]


def test_openwrt_links_and_dropbear(tmp_path: Path) -> None:
    tree = {
        "etc/passwd": "root:x:0:0:root:/root:/bin/ash\n",
        "etc/shadow": "root:::0:99999:7:::\n",
        "bin/ash": "a shell\n",
        "etc/init.d/dropbear": "#!/bin/sh /etc/rc.common\nPROG=/usr/sbin/dropbear\n",
        "etc/rc.d/S19dropbear": LINK + "../init.d/dropbear",
        "etc/config/dropbear": "config dropbear\n\toption PasswordAuth 'on'\n",
    }
    (tmp_path / "router.tar").write_bytes(tar(tree))
    (row,) = found(tmp_path / "router.tar")
    assert row["effect_shown"] is None and "empty passwords" in row["because"]
    off = tree | {"etc/config/dropbear": "config dropbear\n\toption RootPasswordAuth 'off'\n"}
    (tmp_path / "off.tar").write_bytes(tar(off))
    assert found(tmp_path / "off.tar") == []


def test_layers_of_an_image_are_one_system(tmp_path: Path) -> None:
    import hashlib

    users = {k: v for k, v in DEVICE.items() if k in ("etc/passwd", "etc/shadow")}
    layers = [tar(users), tar({k: v for k, v in DEVICE.items() if k not in users})]
    names = [hashlib.sha256(layer).hexdigest() for layer in layers]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [f"sha256:{n}" for n in names]}})
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in [("config.json", config.encode()), *zip(names, layers, strict=True)]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    (tmp_path / "image.tar").write_bytes(out.getvalue())
    (row,) = found(tmp_path / "image.tar")
    assert row["effect_shown"] is True
    assert row["path"] == "image.tar!/config.json (image) etc/shadow"


def test_links_in_a_ring_end(tmp_path: Path) -> None:
    tree = DEVICE | {"bin/sh": LINK + "ash", "bin/ash": LINK + "sh"}
    (tmp_path / "device.tar").write_bytes(tar(tree))
    assert found(tmp_path / "device.tar") == []


def test_accounts_keys_and_programs_that_stand_open(tmp_path: Path) -> None:
    tree = {
        "etc/passwd": "root:*:0:0::/root:/bin/sh\ntoor:*:0:0::/root:/bin/sh\n"
        "maint:x:0:0::/root:/bin/sh\nguest::9:9::/:/bin/sh\n",
        "etc/shadow": f"maint:{HASH}:1:::::::\n",
        "root/.ssh/authorized_keys": AUTHORISED.decode().partition("no-pty ")[2],
        "usr/share/fleet.pem": KEY.decode(),
        "usr/share/doc/key.pem": KEY.decode(),
        "bin/sh": "a shell\n",
        "usr/bin/su": "su\n",
        "usr/lib/.x": "a shell\n",
    }
    (tmp_path / "device.tar").write_bytes(tar(tree, {"usr/bin/su": 0o4755, "usr/lib/.x": 0o4755}))
    rows = found(tmp_path / "device.tar")
    said = {(r["kind"], r["path"].partition("!/")[2], r["effect_shown"]) for r in rows}
    assert said == {
        ("default account", "etc/passwd", None),
        ("default account", "etc/shadow", None),
        ("trusted key", "root/.ssh/authorized_keys", None),
        ("trusted key", "usr/share/fleet.pem", None),
        ("debug entrance", "./usr/lib/.x", None),
    }
    assert {r["constant"] for r in rows if r["kind"] == "default account"} == {"maint", "guest"}
