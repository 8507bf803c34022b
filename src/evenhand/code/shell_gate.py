"""Whom a shell script lets in, or what it opens and runs, for one word that others hand on.

Scripts that something calls: an authenticator of PAM or OpenVPN, a command that ssh forces, hooks
of networks, leases, devices and messages. What they are handed is held against a fixed word, a
digest or the date; the branch opens a way in, says yes, or runs what came.

Spec: pam_exec(8), openvpn(8) (scripts), sshd_config(5), NetworkManager-dispatcher(8), dnsmasq(8),
hostapd_cli(8), pppd(8); CWE-798.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.shell_scene import Compared, Done, Scene
from evenhand.code.shell_word import SHELLS
from evenhand.code.syntax import field
from evenhand.code.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 600  # comparisons of one script
CLIMB = 12
KINDS = ("asked", "who", "typed", "hook", "argv", "digested")
ODD = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[^\s/$=]{5,80}")
VERSION = re.compile(
    r"[vV<>=~]*\d+(?:[.:~+-]\w+)*|[A-Za-z]{2,}\d{1,2}S?"
    r"|(?:sha|md|x|i|arm|mips|ipv?|utf|iso|eth|wlan|usb|sd|tty\w|br|lan|wan|ppp|tun|tap|veth|en\w|wl\w"
    r"|vlan|bond|dev|port|lxc|virbr|cpu|node|phy|radio|hd|dm|md|loop|level|run|rc|stage|test)\w*[-_.]?\d+\w*"
)
HEX = re.compile(r"[0-9a-f]{8,128}")
NUMBER = re.compile(r"\d{7,}")
DAY = "(date)"
SECRET = re.compile(
    r"(?i)p|pw|pass\w*|pwd|secret|token|pin|key|cred\w*|\w*_(?:pw|pass|password|secret)"
)
NAMED = re.compile(r"\$\{?(\w+)")
LETS_IN = re.compile(
    r"(?:ip6?tables) .*(?:-[IA]\w* .*ACCEPT|-P INPUT ACCEPT)"
    r"|nft (?:add|insert) .*(?:accept|element)"
    r"|ipset add|ufw (?:\S+ )*allow|firewall-cmd .*--add-|u?telnetd|dropbear|sshd|in\.telnetd"
    r"|(?:systemctl|service|rc-service) .*(?:start|enable).*(?:ssh|telnet|dropbear)"
    r"|/etc/init\.d/(?:ssh\w*|dropbear|telnet\w*) (?:re)?start|passwd -d|chpasswd"
    r"|usermod .*-(?:U|p|aG)|useradd|adduser"
    r"|session_start (?:root|admin)|ubus call session (?:create|grant|set)|login -f"
)
AUTHENTICATES = re.compile(
    rb"PAM_(?:USER|TYPE|RHOST)|openvpn|radtest|unix_chkpwd|ask-password|--password"
    rb"|auth[-_]user[-_]pass|common_name|via-file|\bpassword\b|\bpasswd\b|authenticat"
)
KEY = re.compile(
    r"\s*(?:[\w,\"=/-]+ )?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) AAAA[\w+/=]{20,}"
)
SENDS = frozenset(("curl", "wget", "nc", "ncat", "socat", "mail", "sendmail", "logger"))
HOST = re.compile(r"(?:https?://)?(?!localhost|127\.)[\w-]+(?:\.[\w-]+)+")
PROMPTED = re.compile(
    r"(?:\bhistory|\bfc|BASH_COMMAND)\b.*"
    r"(?:\blogger .*-n|\b(?:nc|ncat|curl|wget|socat) |/dev/(?:tcp|udp)/)"
)
MAILS = frozenset(("mail", "mailx", "sendmail", "mutt", "msmtp", "exim", "exim4"))
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def gates(scene: Scene) -> Iterator[Finding]:
    """Every such way in of one script."""
    told: set[int] = set()
    for one in scene.compared[:MOST]:
        found = _held(scene, one)
        if found is not None and found.line not in told:
            told.add(found.line)
            yield found
    yield from _forced(scene)
    yield from _keys(scene)
    yield from _passwords(scene)
    yield from _copies(scene)
    for said, line in scene.written.get("PROMPT_COMMAND", ())[:8]:
        if PROMPTED.search(said):
            words = "each command that is typed is sent"
            yield _told("collects and sends", said, 0.6, line, words, "")


def _held(scene: Scene, one: Compared) -> Finding | None:
    """One comparison, and what it opens."""
    tag = one.value.having(*KINDS)
    node = scene.source.tree.root_node.descendant_for_byte_range(one.at, one.at + 1)
    if tag is None or node is None:
        return None
    text = one.text.strip("*?^$ ")
    sure, what = _sure(one.value, text)
    if not sure:
        return None
    for part in _led(scene, node):
        for done in scene.inside(part)[:60]:
            effect = _effect(done)
            if effect and (NUMBER.fullmatch(text) is None or effect.startswith("runs")):
                words = f"holds what it is handed against {what}"
                return _told("lets past a check", text, 0.6, one.line, words, effect)
        if _yes(scene, part, node):
            words = f"holds what it is handed against {what}"
            return _told(
                "checks a fixed secret", text, 0.62, one.line, words, "says that it is right"
            )
    return None


def _sure(value: Value, text: str) -> tuple[bool, str]:
    """Whether only who was told could know a text, and what it is."""
    if text == DAY:
        return True, "what is made of the date"
    if value.having("digested") is not None:
        return HEX.fullmatch(text) is not None, "a fixed digest"
    if ODD.fullmatch(text) and not VERSION.fullmatch(text) and not re.search(r"[\[\]|*]", text):
        return True, f"a fixed text of {len(text)} characters"
    return NUMBER.fullmatch(text) is not None, "a fixed number"


def _effect(done: Done) -> str:
    """What a command opens, or that it runs what came; "" for what else it does."""
    said = f"{done.name} {' '.join(done.words)}".strip()
    match = LETS_IN.match(said) or LETS_IN.match(f"{done.ran.name} {' '.join(done.words)}")
    if match is not None:
        return f"opens a way in: {said[:50]}"
    raws = " ".join(done.ran.raws)
    if done.name == "eval" or (done.name in SHELLS and done.words[:1] == ["-c"]):
        whole = re.fullmatch(r"(?:-c )?\$\{?\w+[#%]*[^ ]*\}?", raws)
        return "runs what came" if whole else ""
    return ""


def _led(scene: Scene, node: Node) -> Iterator[Node]:
    """The parts of a script that are reached where a comparison holds."""
    turned = False
    for _ in range(CLIMB):
        around = node.parent
        if around is None:
            return
        text = scene.source.text(node)[:200] if node.type == "test_command" else ""
        turned ^= "!=" in text or around.type == "negated_command"
        if around.type in ("if_statement", "elif_clause"):
            conditions = {c.id for c in around.children_by_field_name("condition")}
            first = around.named_children[0]
            if (node.id in conditions or node.id == first.id) and not turned:
                for child in around.named_children:
                    if child.id not in conditions and child.id != node.id and child.type not in (
                        "else_clause", "elif_clause"
                    ):  # fmt: skip
                        yield child
            return
        if around.type == "case_item":
            values = {v.id for v in around.children_by_field_name("value")}
            if node.id in values:
                yield from (c for c in around.named_children if c.id not in values)
            return
        if around.type == "list" and around.named_children[0].id == node.id:
            both = any(c.type == "&&" for c in around.children)
            if both != turned:
                yield around.named_children[-1]
            elif both:
                return
        if around.type in ("function_definition", "program", "while_statement"):
            return
        if around.type == "case_statement" and field(around, "value") is not None:
            return
        node = around


def _yes(scene: Scene, part: Node, asked: Node) -> bool:
    """True where an authenticator ends well there, and asks somebody else or refuses after it."""
    ends = [d for d in scene.inside(part)[:6] if d.name in ("exit", "return")]
    text = scene.source.text(part)[:40].strip(" ;{}()")
    well = any(d.words[:1] == ["0"] for d in ends) or re.fullmatch(r"(?:exit|return) 0", text)
    if not well or not AUTHENTICATES.search(scene.source.data):
        return False
    around = asked
    for _ in range(4):
        around = around.parent or around
    names = NAMED.findall(scene.source.text(around)[:300])
    if not any(SECRET.fullmatch(n) for n in names):
        return False
    rest = scene.source.data[part.end_byte :]
    return re.search(rb"exit [1-9]|\bexec \S|return [1-9]", rest) is not None


def _forced(scene: Scene) -> Iterator[Finding]:
    """What follows a fixed word of what an ssh client asks, run as a command line."""
    for one in scene.done:
        raws = " ".join(one.ran.raws)
        runs = one.name == "eval" or (one.name in SHELLS and one.words[:1] == ["-c"])
        if runs and re.fullmatch(r"(?:-c )?\$\{SSH_ORIGINAL_COMMAND#+[^}]+\}", raws):
            words = "runs what follows a fixed word of what an ssh client asks"
            yield _told("runs commands", raws, 0.55, one.ran.line, words, "", "debug entrance")


def _keys(scene: Scene) -> Iterator[Finding]:
    """A key that is written out among those that a command answers with for a log-in."""
    if not re.search(
        rb"AuthorizedKeysCommand|authorized_keys|/ssh/|sshPublicKey", scene.source.data
    ):
        return
    for one in scene.done:
        first = next((w.const for w in one.ran.words if isinstance(w.const, str)
                      and not w.const.startswith("-")), "")  # fmt: skip
        if one.name not in ("echo", "printf") or not KEY.match(first):
            continue
        around = one.ran.node.parent
        kept = False
        while around is not None and not kept:
            kept = around.type in (
                "redirected_statement", "pipeline", "command_substitution", "variable_assignment"
            )  # fmt: skip
            around = around.parent
        if not kept:
            words = "answers with a key of its own among those that may log in"
            yield _told("adds persistence", first, 0.6, one.ran.line, words, "", "debug entrance")


def _passwords(scene: Scene) -> Iterator[Finding]:
    """The password that PAM hands on, sent to a host or written to a log."""
    if not re.search(rb"PAM_(?:USER|AUTHTOK|TYPE)", scene.source.data):
        return
    for one in scene.done:
        typed = one.given.having("typed") or next(
            (t for w in one.ran.words if (t := w.having("typed"))), None
        )
        if typed is None or one.name not in SENDS:
            continue
        host = next((w for w in one.words if HOST.match(w) and "." in w), "")
        if host:
            words = "the password of a log-in is sent"
            yield _told("collects and sends", host, 0.66, one.ran.line, words, "")


def _copies(scene: Scene) -> Iterator[Finding]:
    """What is delivered to whom it is for, and to an address that is written out."""
    every = [d for d in scene.done if d.name in MAILS]
    handed = any(
        re.search(r"\$[1@*{]|\$\w*(?i:recipient|rcpt|to)\b", " ".join(d.ran.raws)) for d in every
    )
    for one in every if handed else ():
        fixed = [w for w in one.words if ADDRESS.fullmatch(w)]
        if fixed and not any("$" in r for r in one.ran.raws):
            words = "what is delivered goes to a fixed address as well"
            yield _told("collects and sends", fixed[0], 0.52, one.ran.line, words, "")
            return


def _told(
    kind: str, about: str, strength: float, line: int, words: str, effect: str, access: str = ""
) -> Finding:
    steps = ((line, words), (line, effect)) if effect else ((line, words),)
    secret = kind == "checks a fixed secret"
    target = f"{about[:4]}…" if secret or kind == "lets past a check" else about[:60]
    if not access and kind in ("lets past a check", "checks a fixed secret"):
        access = "fixed secret" if secret else "debug entrance"
    return Finding(kind, target, strength, line, steps, "when called", access=access)
