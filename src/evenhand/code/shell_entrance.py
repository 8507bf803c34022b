"""What the text of a shell script lets somebody in by, seen without following values.

Fixed words of requests, commands that stand in the place of others, ways back into the machine,
ports that packets open, keys that come with what they are to prove, secrets that are laid open.

Spec: RFC 3875 (variables of CGI), sh(1) (alias, functions), ssh(1) (-R), openssl-dgst(1), usign(1).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.text_sign import bounded

HITS = 4
READ_BYTES, LINE_BYTES = 100_000, 400
LINE = rb"(?m)^[^#\n]*?"
# A request that carries one fixed word. Of a query or a path only words that hardly are a name.
SENT = re.compile(
    LINE + rb"(?:\"?\$\{?(?P<a>HTTP_\w+|QUERY_STRING|PATH_INFO|REMOTE_USER)(?::-)?\}?\"?\s*\]?"
    rb"\s*(?:=|==|=~)\s*|(?P<b>HTTP_\w+)\s*==?\s*)[\"'*]*(?P<word>[^\s\"'*\])|;$]{3,80})"
)
CASE = re.compile(
    rb"(?m)^[^#\n]*\bcase\s+\"?\$\{?(?P<a>HTTP_\w+|QUERY_STRING|PATH_INFO)\}?\"?\s+in\b"
    rb"(?P<items>(?:(?!\besac\b)[\s\S]){1,1500})"
)
ITEM = re.compile(rb"(?m)(?:^|;;)\s*\(?\s*(?P<word>[^\s()|]{3,80})\s*(?:\|[^)\n]*)?\)")
USUAL = re.compile(
    rb"(?i)get|post|put|head|https?|on|off|true|false|application/\S*|text/\S*|xmlhttprequest|gzip\S*"
    rb"|close|keep-alive|upgrade|websocket|\W*"
)
NEUTRAL = re.compile(
    rb"HTTP_(?:ACCEPT\w*|HOST|CONNECTION|CONTENT\w*|IF_\w+|RANGE|UPGRADE\w*|X_REQUESTED_WITH|ORIGIN"
    rb"|REFERER|X_FORWARDED_PROTO|SEC_\w+|DNT|CACHE\w*|PRAGMA|TE|VIA|EXPECT)"
)
ODD = re.compile(rb"(?=[^\n]*\d)(?=[^\n]*[A-Za-z])[^/\n]{5,}|\w+=\w*\d\w*")
# A command of a name that asks for a password, and that another one stands in front of.
ASKING = rb"sudo|su|ssh|doas|passwd|gpg|login|scp|mysql|psql|kinit|pass"
ALIAS = re.compile(
    rb"(?m)^[^#\n]*\balias\s+(?P<name>"
    + ASKING
    + rb")=[\"']?(?P<what>[~/$][^\"'\n;]{2,100}|(?:ba)?sh\s[^\n]+)"
)
WRAPPER = re.compile(
    rb"(?m)^[ \t]*(?:function\s+)?(?P<name>" + ASKING + rb")\s*(?:\(\)|(?<=n )\{)\s*\{?"
    rb"(?P<body>(?:(?!^\})[\s\S]){10,1200})"
)
TYPED = re.compile(rb"\bread\b[^\n]*\s-\w*s|stty\s+-echo|\bread\b[^\n]*[Pp]ass")
KEPT = re.compile(rb">>|\b(?:curl|wget|nc|tee|logger|mail|nslookup|dig|script)\b|/dev/tcp/")
FIRST = re.compile(
    rb"(?m)^[ \t]*(?:export\s+)?PATH=[\"']?(?P<place>/(?:tmp|var/tmp|dev/shm)\b[^:\s\"']*"
    rb"|[^:\s\"']*/\.(?!local/|cargo/|npm|nvm|pyenv|rbenv|yarn|bun|deno|dotnet|gem|go\b|rvm|asdf"
    rb"|config|linuxbrew|opam|ghcup|sdkman|volta|krew|poetry|pulumi|fly|foundry|nix|composer|rye|local)"
    rb"[^:\s\"']*):"
)
BACK = re.compile(
    LINE + rb"[\s(\"']-\w*R[\s\"']*(?P<what>[^;&\n]{0,120}\b(?:localhost|127\.0\.0\.1):\"?"
    rb"(?:22|23|80|443|5900|3389)\b)"
)
KNOCK = re.compile(
    rb"(?m)^[^#\n|]*\b(?:tcpdump|tshark|ngrep|nc|ncat|socat|dmesg|logread|journalctl|tail\s+-\w*[fF])\b"
    rb"[^\n|]*\|(?:[^\n|]*\|)?\s*while\s+(?:IFS=\S*\s+)?read\b"
    rb"(?P<body>(?:(?!^done\b)[\s\S]){1,600}?)"
    rb"(?P<open>(?:ip6?tables|nft|ipset|ufw)\b[^\n]*)"
)
LETS_IN = re.compile(
    rb"tables\b[^\n]*-[IA]\s[^\n]*ACCEPT|nft\b[^\n]*accept|ipset\s+add|ufw\s+allow"
)
VERIFY = re.compile(
    rb"(?m)^[^#\n]*\b(?:openssl\s+(?:dgst|pkeyutl|rsautl|cms|smime)\b[^\n]*-verify\b[^\n]*|usign\s+-V[^\n]*"
    rb"|minisign\s+-V[^\n]*|signify\S*\s+-V[^\n]*)"
)
KEY = re.compile(
    rb"-(?:verify|inkey|CAfile|certfile|P|p)\s+(?:-\w+\s+)*[\"']?(?P<key>[^\s\"'|;-][^\s\"'|;]*)"
)
DATA = re.compile(
    rb"-(?:in|sigfile|signature|m|x|content)\s+[\"']?(?P<data>[^\s\"'|;-][^\s\"'|;]*)"
)
PLUGGED = re.compile(
    LINE + rb"(?:^|[;&|\s])(?:\.|sh|bash|source|exec)\s+[\"']?"
    rb"(?P<place>/(?:media|mnt|run/media)/[^\s\"';&|]+)"
)
LAID = re.compile(
    LINE + rb"\b(?P<how>cp|cat|tar|install|ln|zip|cpio|base64|gzip)\b"
    rb"(?P<rest>[^\n;|&]*?/etc/(?:shadow|gshadow)\b[^\n;|&]*)"
)
OWN = re.compile(
    rb"/etc/(?:shadow|gshadow)\S|/var/backups|>\s*/etc/|shadow\.bak|\bcp\b.*\s/etc/\S*\s*$"
)
OVERHEARD = re.compile(
    rb"(?m)^[^#\n]*\btrap\s+(?P<what>[\"'][^\n]*(?:BASH_COMMAND|\bhistory\b|\bfc\b)[^\n]*(?:\b(?:nc|curl|wget|"
    rb"logger|socat|mail)\b|>>|/dev/(?:tcp|udp)/)[^\n]*[\"'])\s+DEBUG"
)
FETCHED = re.compile(rb"(?m)^[^#\n]*?\b(?:curl|wget)\b(?P<rest>[^\n]*(?:\n[^\n]*){0,3})")
HOST = re.compile(rb"https?://(?P<host>[\w.-]+\.\w+)")
REFUSED = re.compile(rb"\b(?:if|while)\s+!|\|\|")
ENDS = re.compile(
    rb"\b(?:systemctl\s+(?:stop|disable|mask)|chmod\s+(?:-R\s+)?0?00\b|rm\s+-\w*r|poweroff|halt\b"
    rb"|shutdown|/etc/init\.d/\S+\s+stop|service\s+\S+\s+stop|mv\s+[^\n]*/dev/null)"
)
HERE = re.compile(rb"localhost|127\.|10\.|192\.168\.|169\.254\.|\$")
UNSEEN = re.compile(rb"\s(?:-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}|--insecure|--no-check-certificate)\s")
INTO = re.compile(rb"(?:-o|-O|--output|>)\s*[\"']?/(?:etc|usr|opt|lib|bin|sbin|boot)/|\|\s*tar\b")


def entrances(data: bytes) -> Iterator[Finding]:
    """Every such sign of a script; none of them says that somebody came."""
    data = bounded(data, READ_BYTES, LINE_BYTES)
    yield from _requests(data)
    yield from _instead(data)
    yield from _keys(data)
    yield from _fetched(data)
    for word, pattern, kind, about, words, strength, access in SIGNS:
        for match in itertools.islice(pattern.finditer(data), HITS if word in data else 0):
            yield _made(data, match, about, kind, words, strength, access)
    for match in itertools.islice(LAID.finditer(data), HITS if b"/etc/" in data else 0):
        if (not OWN.search(match[0]) and match["how"] != b"cat") or b">" in match["rest"]:
            words = "copies the password hashes of the system"
            yield _made(data, match, "rest", "copies secrets", words, 0.5)
    for match in itertools.islice(KNOCK.finditer(data), HITS if b"while" in data else 0):
        if LETS_IN.search(match["open"]):
            words = "lets in whoever sends what it waits for"
            yield _made(data, match, "open", "opens the firewall", words, 0.6, "debug entrance")


def _fetched(data: bytes) -> Iterator[Finding]:
    """Hosts that are believed unseen; a host whose silence ends what runs."""
    for match in itertools.islice(FETCHED.finditer(data), 100):
        line, _, after = match["rest"].partition(b"\n")
        host = HOST.search(line)
        if host is None or HERE.match(host["host"]):
            continue
        about = host["host"]
        if UNSEEN.search(line):
            strength = 0.5 if INTO.search(line) else 0.4
            words = "takes what answers without a look at who it is"
            yield _at(data, match.start("rest"), about, "turns a check off", words, strength)
        body = line[host.end() :] + b"\n" + after
        act = ENDS.search(body)
        if act and REFUSED.search(match[0][: match[0].find(b"\n")]):
            words = f"where a host does not answer: {act[0].decode('utf-8', 'replace')[:60]}"
            yield _at(data, match.start("rest"), about, "obeys a remote switch", words, 0.5)


SIGNS = (
    (b"PATH=", FIRST, "runs on an event", "place",
     "programs of an odd folder come before the system's", 0.55, ""),
    (b"ssh", BACK, "remote management", "what", "ssh opens a way back into this machine", 0.6,
     "remote control"),
    (b"DEBUG", OVERHEARD, "collects and sends", "what", "each command that is typed is handed on",
     0.65, ""),
    (b"/", PLUGGED, "runs commands", "place", "runs what lies on a medium that is plugged in", 0.5,
     ""),
)  # fmt: skip


def _requests(data: bytes) -> Iterator[Finding]:
    """A header or query held against a fixed word."""
    if b"HTTP_" not in data and b"QUERY_STRING" not in data and b"PATH_INFO" not in data:
        return
    met = [(m["a"] or m["b"], m["word"], m.start("word")) for m in SENT.finditer(data)]
    for case in CASE.finditer(data):
        start = case.start("items")
        met += [(case["a"], i["word"], start + i.start("word"))
                for i in ITEM.finditer(case["items"])]  # fmt: skip
    for name, word, at in met[:40]:
        plain = word.strip(b"*?\"'")
        if USUAL.fullmatch(plain) or NEUTRAL.fullmatch(name) or plain.startswith((b"$", b"/")):
            continue
        own = name.startswith(b"HTTP_") and name not in (b"HTTP_USER_AGENT",)
        if not own and not ODD.fullmatch(plain):
            continue
        words = f"holds {name.decode()} against a fixed word"
        strength = 0.55 if own or ODD.fullmatch(plain) else 0.5
        yield _at(data, at, plain[:40], "checks a fixed secret", words, strength, "fixed secret")


def _instead(data: bytes) -> Iterator[Finding]:
    """What stands in front of a command that asks for a password."""
    for match in itertools.islice(ALIAS.finditer(data), HITS):
        own = rb"(?:/usr)?/s?bin/" + match["name"] + rb"\b"
        if not re.match(own, match["what"]):
            words = "another program stands in the place of one that asks for passwords"
            yield _made(data, match, "name", "runs on an event", words, 0.55, "replaced function")
    for match in itertools.islice(WRAPPER.finditer(data), HITS):
        body = match["body"]
        typed = TYPED.search(body)
        if (typed and KEPT.search(body)) or re.search(rb"strace|script\s+-", body):
            words = "a function in the place of a command takes what is typed, and hands it on"
            yield _made(data, match, "name", "hooks log-in", words, 0.7, "replaced function")


def _keys(data: bytes) -> Iterator[Finding]:
    """A signature that is checked with a key that came beside what is signed."""
    for match in itertools.islice(VERIFY.finditer(data), HITS):
        key, told = KEY.search(match[0]), DATA.findall(match[0])
        last = match[0].split()[-1].strip(b"\"';")
        if key is None:
            continue
        folders = {_folder(d) for d in (*told, last)} - {b""}
        for place in _given(data, key["key"]):
            name = place.rpartition(b"/")[2]
            fetched = name and re.search(
                rb"(?m)^[^#\n]*\b(?:curl|wget|uclient-fetch|tftp)\b[^\n]*" + re.escape(name), data
            )
            if _folder(place) in folders or fetched:
                words = "the key that it is checked with comes with what is checked"
                yield _at(
                    data, match.start(), name, "ignores a check", words, 0.55,
                    "removal of protection",
                )  # fmt: skip
                break


def _given(data: bytes, key: bytes) -> list[bytes]:
    """The places that a key may be at: itself, or all that its variable is given."""
    name = re.fullmatch(rb"\$\{?(\w+)\}?", key)
    if name is None:
        return [key]
    found = re.findall(rb"(?m)(?:^|[\s;])" + name[1] + rb"=[\"']?([^\s\"';]+)", data)
    return [place for place in found[:8] if not place.startswith(b"${1")]


def _folder(place: bytes) -> bytes:
    """The folder of a path that a variable, or a folder for a while, begins."""
    folder = place.rpartition(b"/")[0].replace(b"{", b"").replace(b"}", b"")
    return folder if folder.startswith((b"$", b"/tmp", b"/var/tmp", b"/run", b"/data")) else b""


def _made(
    data: bytes, match: re.Match[bytes], about: str, kind: str, words: str, strength: float,
    access: str = "",
) -> Finding:  # fmt: skip
    return _at(data, match.start(about), match[about].strip(), kind, words, strength, access)


def _at(
    data: bytes, at: int, about: bytes, kind: str, words: str, strength: float, access: str = ""
) -> Finding:
    line = data.count(b"\n", 0, at) + 1
    target = about.decode("utf-8", "replace")[:80]
    if kind == "checks a fixed secret":
        target = target[:4] + "…"
    return Finding(kind, target, strength, line, ((line, words),), "when called", access=access)
