"""Commands that offer a screen, a debugger or a shell to the network and ask for nothing.

Spec: x11vnc(1), wayvnc(1), Xvnc(1), Node.js (`--inspect`), JDWP and JMX of the JDK, gdbserver(1),
Chromium switches, Jupyter Server, dockerd(8), code-server, httpd of BusyBox, gsettings(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.rootfs.opening import ENTRANCE, LINE, TEXT, Opening

EVERY = r"(?:0\.0\.0\.0|\*|\[?::\]?)(?![\w.])"
SEEN = "the screen is seen and used by whoever connects, without a password"
RUNS = "whoever connects runs code and is asked for nothing"
BROWSER = (
    r"chrom(?:e|ium)[\w-]*|google-chrome[\w-]*|msedge|brave[\w-]*|electron\d*|cog|WPEWebKit\w*"
)
NEAR = r" -localhost\b| -listen (?:127\.|localhost)| -nolisten tcp"


class Row(NamedTuple):
    """A program, the words by which it opens something, and those by which it does not."""

    program: str
    opens: str
    never: str
    words: str
    strength: float
    tool: bool = False  # of developers: by hand it is less


ROWS: tuple[Row, ...] = (
    Row(BROWSER, rf" --remote-debugging-address={EVERY}", "", RUNS, 0.65),
    Row(r"x11vnc", r" -nopw\b", NEAR + r"| -(?:rfbauth|passwdfile|passwd|unixpw|usepw)\b", SEEN,
        0.65),
    Row(r"(?:X|x0)?(?:tiger|tight)?vnc(?:server)?", r"(?i) -{1,2}SecurityTypes[ =]None\b",
        r"(?i) -{1,2}localhost(?![ =](?:no|0))| -interface 127\.", SEEN, 0.65),
    Row(r"wayvnc", rf" {EVERY}", r" (?:-C|--config)\b", SEEN, 0.45),
    Row(r"gsettings|dconf", r"authentication-methods .*\bnone\b", "", SEEN, 0.5),
    Row(r"node(?:js)?|nodemon|npx|ts-node", rf" --inspect(?:-brk|-port)?[= ]{EVERY}", "", RUNS,
        0.65, True),
    Row(r"java", rf"jdwp[=:]\S*\baddress={EVERY}", "", RUNS, 0.65, True),
    Row(r"java", r"^(?=.*jmxremote\.port=)(?=.*jmxremote\.authenticate=false)",
        r"jmxremote\.local\.only=true|jmxremote\.host=(?:127\.|localhost)", RUNS, 0.6, True),
    Row(r"gdbserver", r" (?:0\.0\.0\.0|\*)?:\d+ ", "", RUNS, 0.6, True),
    Row(r"jupyter(?:-\w+)?|jupyterhub-singleuser", rf"^(?=.* --(?:\w+\.)?ip[= ]{EVERY})"
        r"(?=.* --\w+\.token=(?:''|\"\")? )", r"--\w+\.(?:hashed_)?password=\S{8}", RUNS, 0.65),
    Row(r"dockerd", r" (?:-H|--host)[= ]?tcp://(?:0\.0\.0\.0|\[?::\]?)?:\d", r" --tlsverify\b",
        "whoever connects controls containers, and so the machine", 0.7),
    Row(r"code-server|openvscode-server", rf"^(?=.* --(?:auth[= ]none|without-connection-token)\b)"
        rf"(?=.* --(?:bind-addr|host)[= ]{EVERY})", "", RUNS, 0.6),
    Row(r"u?httpd|mini_httpd|thttpd", r" (?:-h|-d) / ", "", "the whole system is served", 0.6),
)  # fmt: skip
COMPILED = tuple(
    (re.compile(row.program), re.compile(row.opens), re.compile(row.never or r"(?!)"), row)
    for row in ROWS
)


def offered(name: str, text: str, plain: str, moment: str) -> Iterator[Opening]:
    """What a command offers; `*` in `text` may stand for what is not known, in `plain` not."""
    said = f" {text[:LINE]} "
    for program, opens, never, row in COMPILED:
        if program.fullmatch(name) is None:
            continue
        found = opens.search(said)
        if found is None or never.search(said):
            continue
        if "*" in found[0] and opens.search(f" {plain[:LINE]} ") is None:
            continue
        weak = row.tool and moment in ("when run", "when called")
        because = f"{row.words}: {name} {text[:TEXT]}"
        target = (found[0].strip() or name)[:TEXT]
        yield Opening("listens", target, because, min(row.strength, 0.45) if weak else row.strength,
                      ENTRANCE)  # fmt: skip
        return
