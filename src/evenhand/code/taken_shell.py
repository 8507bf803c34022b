"""Options and words that a shell script takes in `case` and `getopts`, and what they open.

Spec: POSIX.1-2024 case, getopts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.code.taken import COMMAND, OPTION, Taken

LABEL = re.compile(
    r"^[ \t]*\(?[ \t]*((?:['\"]?-{0,2}[A-Za-z][\w-]*['\"]?[ \t]*\|[ \t]*)*"
    r"['\"]?-{0,2}[A-Za-z][\w-]*['\"]?)[ \t]*\)", re.M
)  # fmt: skip
CASE = re.compile(r"\bcase\s+[\"']?\$\{?(\w+|[@*])")
GIVEN = re.compile(r"[1-9@*]|opt\w*|OPT\w*|arg\w*|key|flag|cmd|command|action|subcommand|param")
LETTERS = re.compile(r"\bgetopts\s+['\"]?:?([A-Za-z0-9:]{2,60})")
START = r"(?:^|[\s;&|{(])"
OPENS = (
    (re.compile(START + r"(?:exec\s+)?((?:/\S*/)?(?:ba|da|a|z)?sh(?:\s+-[il])?\s*(?:;;|;|$|\n)"
                r"|(?:ba|a)?sh\s+-c\s+\S*\$|su\b(?:\s+-)?\s|login\s+-f)", re.M),
     "runs a command", 0.8),
    (re.compile(START + r"((?:\S*/)?(?:telnetd|utelnetd|dropbear|sshd|ttyd|shellinaboxd)\b"
                r"|(?:nc|ncat|netcat)\b[^\n;]*\s-\w*l|socat\b[^\n;]*LISTEN)", re.M),
     "listens", 0.6),
    (re.compile(START + r"((?:useradd|adduser|usermod|chpasswd|visudo)\b|passwd\s+-d"
                r"|chmod\s+(?:\S+\s+)?(?:[ug]*\+s|[0-7]*[4-7]7[0-7]{2}\b))", re.M),
     "changes privileges", 0.6),
)  # fmt: skip
BODY, MOST, BEFORE = 4_000, 400, 6_000


def taken(data: bytes) -> list[Taken]:
    """What a script takes, each name once."""
    if b"case" not in data:
        return []
    text = data[: 1 << 18].decode("utf-8", "replace")
    best: dict[tuple[str, str], Taken] = {}
    for one in _labels(text):
        known = best.get((one.kind, one.name))
        if known is None or one.weight > known.weight:
            best[one.kind, one.name] = one
        if len(best) > MOST:
            break
    return [best[key] for key in sorted(best)]


def _labels(text: str) -> Iterator[Taken]:
    letters = {c for found in LETTERS.findall(text) for c in found if c != ":"}
    for label in LABEL.finditer(text):
        before = [*CASE.finditer(text, max(0, label.start() - BEFORE), label.start())]
        if not before or not GIVEN.fullmatch(before[-1][1]):
            continue
        body = text[label.end() : label.end() + BODY].partition(";;")[0]
        line = text.count("\n", 0, label.start()) + 1
        names = [w.strip(" \t'\"") for w in label[1].split("|")]
        names = [f"-{n}" if n in letters else n for n in names]
        for name in names:
            kind = OPTION if name.startswith("-") else COMMAND
            alias = next((n for n in names if n != name), "")
            one = Taken(kind, name, line, alias, in_help=_told(text, name))
            for pattern, opens, weight in OPENS:
                if weight > one.weight and (found := pattern.search(body)):
                    said = " ".join(found[1].split())[:40]
                    one = one._replace(opens=opens, weight=weight,
                                       because=f"line {line}: it leads to {said}")  # fmt: skip
            yield one


def _told(text: str, name: str) -> bool:
    """True where the script names it anywhere but in a label or a test."""
    for found in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
        rest = text[found.end() : found.end() + 60]
        if not re.match(r"['\"]?\s*(?:\||\)|\])", rest):
            return True
    return False
