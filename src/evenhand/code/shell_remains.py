"""Commands that take away what somebody would look for afterwards: logs, histories, whole media.

Spec: rm(1), shred(1), dd(1), wipefs(8), journalctl(1), bash(1) (HISTFILE, history).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.code.shell_word import Ran, option
from evenhand.rootfs.opening import TEXT, Opening

# Logs that tell who was there. Others are any program's own.
TRACES = re.compile(
    r"/log/(?:auth|secure|faillog|messages|syslog|audit)(?:\.log|\*|/audit\.log)?$"
    r"|/(?:wtmp|btmp|utmp|lastlog)$|/var/log/\*$|/var/log/?$|\.(?:bash|zsh|ash|sh)_history$"
)
DEVICE = re.compile(r"/dev/(?:[shv]d[a-z]|nvme|mmcblk|mtd|disk/|block/|\*)")
MADE = re.compile(r"mkfs(?:\.\w+)?|mke2fs|wipefs|blkdiscard|flash_erase(?:all)?|sgdisk|badblocks")


def emptied(place: str) -> Iterator[Opening]:
    """A file that a redirection makes empty."""
    if TRACES.search(place):
        yield _traces(f"empties {place[-60:]}", place)


def deleted(ran: Ran, name: str) -> Iterator[Opening]:
    """What one command deletes for good."""
    text = ran.text()
    places = [t for w in ran.words if not option(w) for t in w.texts[:1]]
    told = next((p for p in places if TRACES.search(p)), None)
    if name in ("rm", "shred", "truncate", "unlink") and told:
        yield _traces(f"{name} takes {told[-60:]} away", told)
    elif name == "ln" and told and "/dev/null" in places:
        yield _traces(f"{told[-60:]} is made to lead nowhere", told)
    elif name == "sed" and "i" in "".join(re.findall(r"(?:^| )-(\w+)", text)) and told:
        yield _traces(f"takes lines out of {told[-60:]}", told)
    elif name == "cp" and places[:1] == ["/dev/null"] and told:
        yield _traces(f"empties {told[-60:]}", told)
    elif name == "history" and re.search(r"(?:^| )-\w*c", text) and "-a" not in text:
        yield _traces("clears the history of commands", "history")
    elif name == "journalctl" and re.search(r"--vacuum-(?:time=[01]s|size=[01]\b|files=0)", text):
        yield _traces("empties the journal", "journal")
    yield from _wiped(name, text, places)


def _wiped(name: str, text: str, places: list[str]) -> Iterator[Opening]:
    zero = re.search(r"if=/dev/(?:zero|u?random)", text) and re.search(r"of=(/dev/\S+)", text)
    if name == "dd" and zero and DEVICE.match(zero[1]):
        yield _wipes(f"overwrites {zero[1][-60:]}", zero[1], 0.5)
    elif MADE.fullmatch(name) and any(re.match(r"/dev/(?!mapper|loop|\*)", p) for p in places):
        yield _wipes(f"{name} {text[:80]}", text, 0.4)
    elif name == "rm" and re.search(r"(?:^| )-\w*[rR]", text):
        everything = [p for p in places if re.fullmatch(r"/\*?|/(?:home|srv|etc|usr)/?\*?", p)]
        if everything or "--no-preserve-root" in text:
            yield _wipes(f"rm {text[:80]}", " ".join(everything) or "/", 0.65)
    elif name == "shred" and any(DEVICE.match(p) for p in places):
        yield _wipes(f"shred {text[:80]}", text, 0.55)
    elif name == "find" and re.search(r"-delete\b|-exec (?:rm|shred|truncate)\b", text):
        wide = [p for p in places[:1] if re.fullmatch(r"/|/(?:home|srv|etc|root|data)/?", p)]
        if wide and not re.search(r"-(?:mtime|mmin|ctime|atime|empty|newer)\b", text):
            yield _wipes(f"find {text[:80]}", wide[0], 0.5)


def _traces(words: str, target: str) -> Opening:
    return Opening("removes traces", target[-TEXT:], words, 0.5)


def _wipes(words: str, target: str, strength: float) -> Opening:
    return Opening("destroys data", target[:TEXT], words, strength)
