"""What commands and variables of a shell bring in: secrets, the machine, its place, the day.

Spec: POSIX.1-2024 Utilities; RFC 3875 (variables of CGI); dhclient-script(8), udhcpc.
"""

from __future__ import annotations

import re

from evenhand.code import fold
from evenhand.code.sensitive import LOCALE_VARIABLE, of_path
from evenhand.code.shell_effect import Effects
from evenhand.code.shell_lookup import as_letters
from evenhand.code.shell_word import (
    ABOUT,
    DECODE,
    DECODERS,
    WHOLE_ENVIRONMENT,
    Ran,
    last_of,
    option,
)
from evenhand.code.syntax import unescape
from evenhand.code.value import NOTHING, Tag, Value, union

REQUEST = re.compile(r"QUERY_STRING|HTTP_\w+|PATH_INFO|REQUEST_URI")
FORM = re.compile(r"(?:FORM|GET|POST|COOKIE)_\w+")  # of haserl, or a library that reads forms
ANSWERS = re.compile(rb"(?i)haserl|content-type:|QUERY_STRING|REQUEST_METHOD|<%|/cgi|proccgi")
LEASE = re.compile(r"message|new_\w+|opt\d{1,3}|boot_?file|siaddr|sname|unknown_\d+")
LEASED = re.compile(r"new_(?:domain|host|root|vendor|tftp|boot|bootfile|nis|wpad|url)_?\w*")
SERVICE = re.compile(
    r"(AWS|GITHUB|GH|CI|GITLAB|NPM|NODE_AUTH|PYPI|TWINE|DOCKER|VAULT|SLACK|AZURE|GOOGLE|STRIPE|OPENAI"
    r"|HF|ANTHROPIC|CLOUDFLARE|DATABASE|DB|SSH|KUBE|SENTRY)_(?:\w*_)?(?:TOKEN|SECRET|PASSWORD|KEY)(?:_\w+)?"
)
# What those hand on that call a script: ssh, PAM, pppd, NetworkManager, udev, dnsmasq, mail.
HOOKED = re.compile(
    r"SSH_ORIGINAL_COMMAND|PAM_(?:USER|RHOST|RUSER|TTY)|CONNECTION_(?:ID|UUID)|PEERNAME|IPREMOTE"
    r"|ID_(?:FS_LABEL|FS_UUID|SERIAL\w*|MODEL\w*|VENDOR\w*)|DNSMASQ_\w+|SMS_\w+|DECODED_\d+"
    r"|GITHUB_(?:ACTOR|HEAD_REF|REPOSITORY_OWNER)|CI_COMMIT_\w+|SENDER|RECIPIENT|LOCAL_PART|SSID|[3-9]"
)
PROMPTS = re.compile(
    r"(?:zenity|kdialog|yad) .*--password.*|systemd-ask-password.*|\S*askpass.*"
    r"|(?:whiptail|dialog) .*--passwordbox.*"
)
VPN = re.compile(rb"common_name|auth[-_]user[-_]pass|openvpn")
OPENVPN = ("username", "password", "common_name", "untrusted_ip")
PLACES = re.compile(
    r"/etc/(?:timezone|localtime|TZ|default/(?:locale|keyboard)|locale\.conf|vconsole\.conf)"
)
OUT = re.compile(
    r"(?:^| )(?:-f|-r|-o|--file|--result-file|--archive|--out|--output"
    r"|\.(?:backup|clone|output))[ =](\S+)"
)
PLACE_COMMANDS = ("locale", "localectl", "timedatectl", "setxkbmap")
WIRELESS = re.compile(r"(?i)(?:get|show|print)\b.*(?:wireless\S*key|wpa\w*psk|passphrase|passw\w*)")
DUMPS = re.compile(
    r"pg_dump(?:all)?|mysqldump|mariadb-dump|mongodump|slapcat|sqlite3?|redis-cli|influxd|cqlsh|ldapsearch"
)
DUMPED = re.compile(
    r"(?i)\.(?:dump|backup|clone)\b|--rdb|\bbackup\b|\bcopy\b|\bselect\b.*\bfrom\b|\(objectclass=\*"
)
COPIES = ("cat", "cp", "mv", "install", "tar", "unzip", "chmod", "ln", "gunzip", "7z")


def named(name: str, line: int, data: bytes) -> Value:
    """What a variable holds that the script never set."""

    def tagged(kind: str, what: str) -> Value:
        return Value(tags=(Tag(kind, what, ((line, f"reads {what}"),)),))

    if LOCALE_VARIABLE.fullmatch(name):
        return Value(tags=(Tag("locale", f"variable {name}", ((line, f"reads {name}"),)),))
    if REQUEST.fullmatch(name) or (FORM.fullmatch(name) and ANSWERS.search(data)):
        return tagged("asked", f"a request ({name})")
    if name == "REMOTE_USER":
        return tagged("who", name)
    if LEASED.fullmatch(name) or (
        LEASE.fullmatch(name) and re.search(rb"(?i)dhcp|BOUND|bound", data)
    ):
        return tagged("net", "the server of DHCP")
    if SERVICE.fullmatch(name):
        return tagged("credentials", f"variable {name}")
    if name == "secrets__all":
        return tagged("credentials", "all secrets of the workflow")
    if HOOKED.fullmatch(name) or (name in OPENVPN and VPN.search(data)):
        return tagged("hook", f"what it is handed ({name})")
    if name == "HOME":
        return Value("~", None, (), ("~",))
    if name in ("@", "*", "1", "2"):
        return Value(tags=(Tag("argv", "its arguments", ((line, "reads its arguments"),)),))
    return NOTHING


def passes(effects: Effects, ran: Ran, name: str, given: Value, everything: Value) -> Value:
    """What a command that neither sends nor runs writes out."""
    text = ran.text()
    if name in DECODERS and (DECODE.search(text) or name in ("gunzip", "zcat", "uudecode")):
        return _decoded(ran, name, given, everything)
    if name in ("echo", "printf"):
        words = [w for w in ran.words if not option(w)]
        const = " ".join(w.const for w in words if isinstance(w.const, str)) if words else ""
        whole = all(isinstance(w.const, str) for w in words)
        return union(words)._replace(const=unescape(const) if whole else None)
    if name == "rev" or (name == "tr" and len(ran.words) == 2):
        sets = [w.const for w in ran.words]
        known = given.const if isinstance(given.const, str) else None
        turned = known[::-1] if known and name == "rev" else _translated(known, sets)
        hides = name == "rev" or _hides(sets)
        tag = Tag("decoded", name, ((ran.line, f"turns the letters of it ({name})"),))
        tags = (*given.tags, tag) if hides and known is None else given.tags
        return given._replace(const=turned, tags=tags)
    if name in ("cat", "head", "tail") and not ran.words:
        return given
    if name == "mktemp":
        return NOTHING
    letters = as_letters(ran, name)
    if letters is not None:
        return everything._replace(const=None, tags=(letters, *everything.tags))
    brought = _brought(ran, name, text)
    if brought is not None:
        out = OUT.search(" ".join(ran.raws)) if brought.kind == "database" else None
        if out is not None:
            effects.files[last_of(out[1])] = brought
        return Value(tags=(brought,))
    return everything._replace(
        const=None, tags=(*everything.tags, *_from_files(effects, ran, name, everything))
    )


def _decoded(ran: Ran, name: str, given: Value, everything: Value) -> Value:
    codec = "hex" if name == "xxd" else name if name.startswith("base") else "cipher"
    const = fold.decode(codec, given.const) if given.const is not None else None
    tags = tuple(t.then(ran.line, f"decodes it ({codec})") for t in everything.tags)
    tag = Tag("decoded", codec, ((ran.line, f"decodes it ({codec})"),))
    return Value(fold.as_text(const), None, (*tags, tag), given.texts)


def _brought(ran: Ran, name: str, text: str) -> Tag | None:
    """What a command tells by itself."""

    def tag(kind: str, what: str) -> Tag:
        return Tag(kind, what, ((ran.line, f"reads {what}"),))

    if name in WHOLE_ENVIRONMENT and not ran.words:
        return tag("environment", "all environment variables")
    if name in ABOUT:
        return Tag("host", name, ((ran.line, f"asks {name}"),))
    if name in PLACE_COMMANDS or PLACES.search(text):
        return tag("locale", f"the time zone or language ({name} {text[:40]})")
    if DUMPS.fullmatch(name) and (name.endswith(("dump", "dumpall", "cat")) or DUMPED.search(text)):
        return tag("database", f"a database ({name})")
    if name in ("mysql", "mariadb", "psql", "mongoexport") and (
        name == "mongoexport" or re.search(r"(?i)\bselect\b.*\bfrom\b|\bcopy\b.*\bto\b", text)
    ):
        return tag("database", f"a database ({name})")
    if name == "date" and re.search(r"%\w*[zZ]", text):
        return tag("locale", "the time zone (date)")
    if name == "date" and "-d" not in text.split():
        return tag("clock", f"the date ({text[:20]})")
    if name in ("history", "fc") and not re.search(r"(?:^| )-[cdw]\b", text):
        return tag("history", "command history")
    if name in ("uci", "nvram", "fw_printenv", "nmcli") and WIRELESS.search(text):
        return tag("credentials", f"a stored password ({name} {text[:40]})")
    if name in ("tcpdump", "tshark", "dumpcap") and re.search(r"-\w*w ?(?:-|\*|/)", text):
        return tag("keys pressed", "the traffic that passes")
    if PROMPTS.fullmatch(f"{name} {text}"):
        return tag("typed", "what is typed at a prompt")
    if name in ("xclip", "xsel", "wl-paste", "pbpaste"):
        return tag("clipboard", "the clipboard")
    return None


def _from_files(effects: Effects, ran: Ran, name: str, everything: Value) -> list[Tag]:
    """Tags of files that the words name: secrets, and what was fetched or collected before."""
    opened = [
        Tag(kind, what, ((ran.line, f"reads {what}"),))
        for kind, what in filter(None, map(of_path, everything.texts))
    ]
    for place in (*everything.texts, *ran.raws):
        kept = effects.kept(place)
        if kept is not None and name in COPIES:
            opened.append(kept)
            if name in ("cp", "mv", "install", "ln") and ran.words:
                effects.keep(ran.words[-1], ran.raws[-1], kept)
    if name in ("tar", "zip", "gzip", "cp", "7z") and opened:
        for word in ran.words:
            effects.keep_personal(word, opened)
    if name in ("tar", "unzip", "mount"):
        effects.unpacked(ran, name, next((t for t in everything.tags if t.kind == "net"), None))
    return opened


def _translated(text: str | None, sets: list[object]) -> str | None:
    """tr with ranges of letters, as far as both sets are known and of one length."""
    if text is None or not all(isinstance(s, str) for s in sets):
        return text
    first, second = (_letters(str(s)) for s in sets)
    if not first or len(first) != len(second):
        return text if str(sets[0]).startswith("-") else None
    return text.translate(str.maketrans(first, second))


def _hides(sets: list[object]) -> bool:
    """True where tr makes letters of other letters, beyond large and small."""
    if not all(isinstance(s, str) for s in sets):
        return False
    first, second = (_letters(str(s)) for s in sets)
    pairs = [(a, b) for a, b in zip(first, second, strict=False) if a.isalpha() and b.isalpha()]
    return len(pairs) >= 10 and sum(a.lower() != b.lower() for a, b in pairs) >= 10


def _letters(said: str) -> str:
    plain = re.sub(r"^\[|\]$", "", said)[:200]

    def spread(match: re.Match[str]) -> str:
        return "".join(map(chr, range(ord(match[1]), ord(match[2]) + 1)))

    return re.sub(r"(\w)-(\w)", spread, plain)[:1_000]
