"""What the commands of a shell script let somebody in by, beyond what each of them does alone.

Fixed words of requests, commands that stand in the place of others, ways back into the machine,
ports that packets open, secrets that are laid open.

Spec: RFC 3875 (variables of CGI), sh(1) (alias, functions, trap), ssh(1) (-R).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.credential import EMPTY
from evenhand.code.finding import Finding
from evenhand.code.grammar_shell import SHELL
from evenhand.code.shell_gate import gates
from evenhand.code.shell_reach import reached
from evenhand.code.shell_scene import Done, Scene, descendants, line_of
from evenhand.code.shell_word import SHELLS
from evenhand.code.syntax import parse

if TYPE_CHECKING:
    from tree_sitter import Node

HITS = 4
SENT = re.compile(r"a request \((HTTP_\w+|QUERY_STRING|PATH_INFO)\)|(REMOTE_USER)")
USUAL = re.compile(
    r"(?i)get|post|put|head|https?|on|off|true|false|application/\S*|text/\S*|xmlhttprequest|gzip\S*"
    r"|close|keep-alive|upgrade|websocket|\W*"
)
NEUTRAL = re.compile(
    r"HTTP_(?:ACCEPT\w*|HOST|CONNECTION|CONTENT\w*|IF_\w+|RANGE|UPGRADE\w*|X_REQUESTED_WITH|ORIGIN"
    r"|REFERER|X_FORWARDED_PROTO|SEC_\w+|DNT|CACHE\w*|PRAGMA|TE|VIA|EXPECT|PROXY|STATUS\w*|CODE|RESPONSE\w*)"
)
# Of a query or a path only words that hardly are a name.
ODD = re.compile(r"(?=[^\n]*\d)(?=[^\n]*[A-Za-z])[^/\n]{5,}|\w+=\w*\d\w*")
DIGEST = re.compile(r"\b[0-9a-f]{32,128}\b")
# Commands that ask for a password, which another one stands in front of.
ASKING = frozenset(
    ("sudo", "su", "ssh", "doas", "passwd", "gpg", "login", "scp", "mysql", "psql", "kinit", "pass")
)
HANDS_ON = frozenset(
    ("curl", "wget", "nc", "tee", "logger", "mail", "nslookup", "dig", "script", "socat")
)
FIRST = re.compile(
    r"(?:/(?:tmp|var/tmp|dev/shm)\b[^:\s]*"
    r"|[^:\s]*/\.(?!local/|cargo/|npm|nvm|pyenv|rbenv|yarn|bun|deno|dotnet|gem|go\b|rvm|asdf"
    r"|config|linuxbrew|opam|ghcup|sdkman|volta|krew|poetry|pulumi|fly|foundry|nix|composer|rye|local)"
    r"[^:\s]*):"
)
BACK = re.compile(r".*\b(?:localhost|127\.0\.0\.1):(?:22|23|80|443|5900|3389)")
HEARS = frozenset((
    "tcpdump", "tshark", "ngrep", "nc", "ncat", "socat", "dmesg", "logread", "journalctl", "tail",
))  # fmt: skip
LETS_IN = re.compile(
    r"ip6?tables .*-[IA]\w* .*ACCEPT|nft .*accept|ipset add|ufw .*\ballow|firewall-cmd .*--add-"
)
MEDIUM = re.compile(r"/(?:media|mnt|run/media)/.")
LAYS = frozenset(("cp", "cat", "tar", "install", "ln", "zip", "cpio", "base64", "gzip"))
STARTS = frozenset((".", "source", *SHELLS))
HASHES = re.compile(r"/etc/g?shadow$")


def entrances(scene: Scene) -> Iterator[Finding]:
    """Every such sign of a script; none of them says that somebody came."""
    yield from _compared(scene)
    yield from _functions(scene)
    yield from reached(scene)
    yield from gates(scene)
    for text, line in scene.paths:
        first = FIRST.match(text)
        if first is not None:
            words = "programs of an odd folder come before the system's"
            yield told("runs on an event", first[0][:-1], 0.55, line, words)
    counts = dict.fromkeys(ASKED, 0)
    for one in scene.done:
        for names, ask in ASKED.items():
            if one.name in names and counts[names] < 50:
                counts[names] += 1
                yield from ask(scene, one)
        if MEDIUM.match(one.ran.name) and scene.source.text(one.ran.node).startswith("exec"):
            yield from _plugged(scene, one)
    for node in itertools.islice({p.id: p for p in scene.pipelines}.values(), 40):
        yield from _knocked(scene, node)


def _compared(scene: Scene) -> Iterator[Finding]:
    """A header or query, or a digest of what is given, that is held against a fixed text."""
    for value, text, line, _ in scene.compared[:1_000]:
        known = DIGEST.search(text) if value.having("digested") else None
        if known is not None and not EMPTY.fullmatch(known[0]):
            words = "holds a digest of what is given against a fixed digest"
            yield told("checks a fixed secret", known[0], 0.6, line, words, "fixed secret")
        tag = value.having("asked", "who")
        sent = SENT.fullmatch(tag.what) if tag is not None else None
        name = sent[1] or sent[2] if sent is not None else ""
        plain = re.split(r"[\s*?|();$]", text.strip("*?^$ "))[0]
        if len(plain) < 3 or not name or USUAL.fullmatch(plain) or NEUTRAL.fullmatch(name):
            continue
        own = name.startswith("HTTP_") and name != "HTTP_USER_AGENT"
        if plain.startswith("/") or not (own or ODD.fullmatch(plain)):
            continue
        words = f"holds {name} against a fixed word"
        yield told("checks a fixed secret", plain, 0.55, line, words, "fixed secret")


def _functions(scene: Scene) -> Iterator[Finding]:
    """A function that stands in front of a command that asks for a password."""
    for name in sorted(ASKING & scene.functions.keys()):
        body = scene.functions[name]
        inner = scene.inside(body)
        typed = any(_takes_unseen(d) for d in inner)
        kept = _hands_on(scene, body, inner)
        watched = any(d.name == "strace" or _recorded(d) for d in inner)
        if (typed and kept) or watched:
            words = "a function in the place of a command takes what is typed, and hands it on"
            yield told("hooks log-in", name, 0.7, line_of(body), words, "replaced function")


def _takes_unseen(one: Done) -> bool:
    """`read -s`, `stty -echo`, `read password`: what is typed shall not be seen."""
    if one.name == "read":
        said = zip(one.words, one.ran.raws, strict=False)
        return any(re.match(r"-\w*s", w) or re.search(r"(?i)pass", r) for w, r in said)
    return one.name == "stty" and "-echo" in one.words


def _recorded(one: Done) -> bool:
    return one.name == "script" and any(w.startswith("-") for w in one.words)


def _hands_on(scene: Scene, body: Node, inner: list[Done]) -> bool:
    """Whether something there is sent, or added to a file."""
    return any(d.name in HANDS_ON for d in inner) or any(
        re.match(r"\d*>>|\d*>\s*/dev/(?:tcp|udp)/", scene.source.text(n))
        for part in scene.parts(body)
        for n in descendants(part)
        if n.type == "file_redirect"
    )


def _alias(scene: Scene, one: Done) -> Iterator[Finding]:
    for word in one.ran.words:
        said = word.const if isinstance(word.const, str) else (word.texts or ("",))[0]
        name, _, what = said.partition("=")
        first = (what.split() or [""])[0]
        odd = (first[:1] in "~/*" and "/" in first) or (first in ("sh", "bash") and " " in what)
        if name in ASKING and odd and not re.match(rf"(?:/usr)?/s?bin/{name}\b", what):
            words = "another program stands in the place of one that asks for passwords"
            yield told("runs on an event", name, 0.55, one.ran.line, words, "replaced function")


def _trap(scene: Scene, one: Done) -> Iterator[Finding]:
    """What is done before each command: it may hand the command on."""
    if "DEBUG" not in one.ran.raws[1:]:
        return
    what = one.ran.words[0].const
    text = what if isinstance(what, str) else one.ran.raws[0]
    body = scene.functions.get((text.split() or [""])[0])
    if body is not None:
        text = scene.source.text(body)[:4_000]
    source = parse(text.encode(), SHELL)
    nodes = list(descendants(source.tree.root_node))
    names = {source.text(n) for n in nodes if n.type == "command_name"}
    hears = names & {"history", "fc"} or any(
        n.type == "variable_name" and source.text(n) == "BASH_COMMAND" for n in nodes
    )
    kept = names & (HANDS_ON - {"tee"}) or any(
        n.type == "file_redirect" and re.match(r"\d*>>|\d*>\s*/dev/(?:tcp|udp)/", source.text(n))
        for n in nodes
    )
    if hears and kept:
        words = "each command that is typed is handed on"
        yield told("collects and sends", text, 0.65, one.ran.line, words)


def _plugged(scene: Scene, one: Done) -> Iterator[Finding]:
    """A shell, or `exec`, that is given what lies on a medium."""
    given = next((w for w in one.words if w[:1] != "-"), "")
    place = given if one.name in STARTS else one.ran.name
    if MEDIUM.match(place):
        words = "runs what lies on a medium that is plugged in"
        yield told("runs commands", place, 0.5, one.ran.line, words)


def _laid(scene: Scene, one: Done) -> Iterator[Finding]:
    """The file of password hashes that is copied to where it is not one."""
    around = one.ran.node.parent
    redirects = around.named_children[1:] if around is not None and (
        around.type == "redirected_statement"
    ) else []  # fmt: skip
    texts = [re.sub(r"[\"'\s]", "", scene.source.text(r)) for r in redirects]
    into = [t.lstrip("0123456789>|") for t in texts if re.match(r"\d*>", t)]
    words = [*one.words, *(t.lstrip("<") for t in texts if t.startswith("<"))]
    told_of = next((w for w in words if HASHES.search(w)), "")
    if not told_of or (one.name == "cat" and not [t for t in into if t[:1] != "&"]):
        return
    last = words[-1] if one.name in ("cp", "install", "ln") else ""
    own = any(re.search(r"/var/backups|shadow\.bak", w) for w in (*words, *into))
    if own or last.startswith("/etc/") or any(t.startswith("/etc/") for t in into):
        return
    said = "copies the password hashes of the system"
    yield told("copies secrets", " ".join(one.words), 0.5, one.ran.line, said)


def _back(scene: Scene, one: Done) -> Iterator[Finding]:
    """A port of this machine that ssh gives to the other side."""
    words = one.words
    for at, word in enumerate(words):
        option = re.fullmatch(r"-[A-Za-z]*R(.*)", word, re.S)
        what = (option[1] or " ".join(words[at + 1 : at + 2])) if option else ""
        if BACK.fullmatch(what):
            said, line = "ssh opens a way back into this machine", scene.origin(one, r"-\w*R")
            yield told("remote management", what, 0.6, line, said, "remote control")
            return


def _knocked(scene: Scene, node: Node) -> Iterator[Finding]:
    """`tcpdump | while read …`: packets, or lines of a log, that open a port."""
    last = node.named_children[-1]
    if last.type != "while_statement":
        return
    before = [d for part in node.named_children[:-1] for d in scene.inside(part)]
    hears = any(d.name in HEARS and (d.name != "tail" or _follows(d)) for d in before)
    inner = scene.inside(last) if hears else []
    if not any(d.name == "read" for d in inner):
        return
    for one in inner:
        said = f"{one.name} {' '.join(one.words)}"
        if LETS_IN.match(said):
            words = "lets in whoever sends what it waits for"
            yield told("opens the firewall", said, 0.6, one.ran.line, words, "debug entrance")


def _follows(one: Done) -> bool:
    return any(re.match(r"-\w*[fF]|--follow", w) for w in one.words)


ASKED = {
    frozenset(("alias",)): _alias,
    frozenset(("trap",)): _trap,
    STARTS: _plugged,
    LAYS: _laid,
    frozenset(("ssh", "autossh")): _back,
}


def told(
    kind: str, about: str, strength: float, line: int, words: str, access: str = ""
) -> Finding:
    """A sign at its line; of a secret only how it begins."""
    target = " ".join(about.split())[:80]
    if kind == "checks a fixed secret":
        target = target[:4] + "…"
    return Finding(kind, target, strength, line, ((line, words),), "when called", access=access)
