"""Commands of a shell that fetch, send or connect, and shells that are given a connection.

Spec: manuals of curl, wget, netcat, socat, openssl s_client(1), tftp, dig; mkfifo(1).
"""

from __future__ import annotations

import re

from evenhand.code.sensitive import host_in, of_path
from evenhand.code.shell_effect import Effects
from evenhand.code.shell_word import ASKS_NAMES, CONNECTS, SEND, Ran, last_of
from evenhand.code.value import NOTHING, Tag, Value

SENDS = re.compile(
    r"(?:^| )(-\w*d|--data\S*|--json|-\w*F|--form\S*|-\w*T|--upload-file|--post-(data|file)\S*"
    r"|--body-\S*|-X ?P\w+)"
)
OUT = re.compile(r"(?:^| )(?:-\w*[oO]|--output|--output-document|-l)[ =]?([^\s-]\S*)")
GIVES = re.compile(
    r"(?i)(?:^| |:)(-\w*e|-c|--exec|--sh-exec|exec:\S*|system:\S*)(?= |$|['\"*])(.*)"
)
PLACE = re.compile(r"(?i)country|geo-?ip|/geo\b|ip-?info|ip-?api|whereami")
AT = re.compile(r"(?:^|@|//)((?:[\w-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3})(?=[:/,]|$)")
NET = r"(?:nc|ncat|netcat|telnet|socat|openssl[ \t]+s_client)\b"
SHELL = r"(?:exec[ \t]+)?(?:/\S*/)?(?:ba|da|z|k|a|c)?sh\b(?![ \t]+[^-<>|&\d;)])"
HEAD = r"(?:^|[|&;({`][ \t]*|\b(?:do|then|else|sudo|busybox|nohup|exec|timeout[ \t]+\w+)[ \t]+)"
CONNECTED = re.compile(HEAD + r"(?:/\S*/)?" + NET, re.M)
SHELLED = re.compile(HEAD + SHELL, re.M)


def connected_shell(effects: Effects, text: str, line: int) -> None:
    """A shell and a connection that are joined by a named pipe, each feeding the other."""
    if len(text) > 2_000 or not effects.has_pipe:
        return
    if CONNECTED.search(text) and SHELLED.search(text) and re.search(r"[<>]|\|", text):
        host = next(iter(AT.findall(text)), "")
        begun = Tag("socket", host, ((line, f"connects to {host or 'somebody'}"),))
        words = "gives the connection a shell, through a named pipe"
        effects.add("runs commands", host, 0.9, line, begun, words, "remote control")


def network(effects: Effects, ran: Ran, name: str, given: Value, everything: Value) -> Value:
    """A command that fetches or sends: both, as the case may be."""
    text = ran.text()
    if _only_looks(name, text):
        return NOTHING
    effects.changes.fetches.setdefault(text, ran.line)
    host = next((h for h in map(host_in, everything.texts) if h), "")
    if not host:
        met = (AT.search(t) for t in everything.texts)
        host = next((m[1] for m in met if m), "")
    sends = name in SEND or bool(SENDS.search(text)) or name in ASKS_NAMES
    _told(effects, ran, everything, host, sends)
    _given_shell(effects, ran, name, host)
    kind = "socket" if name in CONNECTS else "net"
    waits = re.search(r"(?i)(?:^| )-\w*l\w*(?: |$)|-listen:", text) and kind == "socket"
    does = "waits for a connection" if waits else f"fetches from {host or 'the network'}"
    tag = Tag(kind, host, ((ran.line, does),))
    _keeps(effects, ran, name, text, everything, tag)
    tags: tuple[Tag, ...] = (tag,)
    where = next((t for t in everything.texts if PLACE.search(t)), None)
    if where and kind == "net":
        what = f"the country that {host or 'a host'} says it is in"
        tags = (tag, Tag("locale", what, ((ran.line, f"asks for {what}"),)))
    return Value(tags=tags, texts=(host,) if host else ())


def _only_looks(name: str, text: str) -> bool:
    """True where a command only looks whether somebody is there."""
    return name in ("nc", "ncat", "netcat") and bool(re.search(r"(?:^| )-\w*z", text))


def _told(effects: Effects, ran: Ran, everything: Value, host: str, sends: bool) -> None:
    """What is personal in what is sent, and files that hold it."""
    texts = [*everything.texts, *(u for t in everything.texts for u in re.split(r"[@=<]", t))]
    opened = {k: Tag(*k, ((ran.line, f"reads {k[1]}"),)) for k in filter(None, map(of_path, texts))}
    kept = [effects.files[p] for p in map(last_of, texts) if p in effects.files]
    every = (*everything.tags, *(opened.values() if sends else ()), *kept)
    effects.sent(every, ran, host, sends)


def _given_shell(effects: Effects, ran: Ran, name: str, host: str) -> None:
    """nc -e, socat EXEC: a program at the end of a connection."""
    found = GIVES.search(ran.text()) if name in ("nc", "ncat", "netcat", "socat") else None
    if found is None:
        return
    said = f"{found[1]} {found[2]}"
    shell = re.search(r"(?:^|[/:=\s'\"])(?:ba|da|z|k|a|c)?sh\b|cmd|login", said)
    remote = re.search(r"(?i)tcp|ssl|udp|sctp", ran.text()) or name != "socat"
    if not remote and not shell:
        return
    tag = Tag("socket", host, ((ran.line, f"connects to {host or 'somebody'}"),))
    if shell:
        words, access, sure = "gives the connection a shell", "remote control", 0.9
    else:
        words, access, sure = f"gives the connection a program ({said[:60]})", "", 0.55
    effects.add("runs commands", host, sure, ran.line, tag, words, access)


def _keeps(
    effects: Effects, ran: Ran, name: str, text: str, everything: Value, tag: Tag
) -> None:  # fmt: skip
    """Files that hold what was fetched, by their last name."""
    if name in ("dig", "drill", "nslookup", "mail", "mailx", "sendmail", "mutt"):
        return
    raw = OUT.search(" ".join(ran.raws))
    if raw and not raw[1].startswith("http") and raw[1] != "-":
        effects.files[last_of(raw[1])] = tag
        out = OUT.search(text)
        if out and "*" not in out[1]:
            effects.files[last_of(out[1])] = tag
    elif name in ("wget", "tftp") or re.search(r"(?:^| )-\w*O\b", text):
        for said in everything.texts:
            last = said.rpartition("/")[2]
            if ("://" in said or name == "tftp") and last:
                effects.files[last] = tag
