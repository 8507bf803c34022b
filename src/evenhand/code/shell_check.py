"""Checks in shell scripts that may fail without anything coming of it, or that are skipped.

And checks whose key comes with what it is to prove.

Spec: POSIX.1-2024 Shell Command Language (2.9.3, lists); gpg(1), sha256sum(1), minisign(1),
openssl-dgst(1), usign(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.shell_scene import Done, Scene, line_of
from evenhand.code.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

HITS = 60
SUMS = re.compile(r"(?:sha\d+|md5|b2)sum")
SIGNED = re.compile(
    r"gpg2? (?:.* )?--verify\b.*|gpgv2? .+|(?:minisign|signify\S*|usign) (?:.* )?-V\b.*"
    r"|cosign verify.*|openssl (?:dgst|pkeyutl|smime|cms|rsautl) (?:.* )?-verify\b.*"
    r"|ssh-keygen (?:.* )?-Y verify.*|rpmkeys? (?:.* )?(?:-K|--checksig)\b.*|rpm (?:.* )?-K\b.*"
    r"|(?:sha\d+|md5|b2)sum (?:.* )?(?:-\w*c|--check)\b.*",
    re.S,
)
CARRIES_ON = frozenset(("true", ":", "echo", "logger"))
SAID = re.compile(
    r"(?i)skip|insecure|no_?(check|verif|gpg|sig)|debug|test|force|have|has|sig$|key|file|asc|gpg$"
)
TESTED = re.compile(r"\$\{?(\w+)|(?:^|\s)\"?(/[\w./-]+)")
KEYED = re.compile(
    r"openssl (?:dgst|pkeyutl|rsautl|cms|smime) .*-verify.*|(?:usign|minisign|signify\S*) .*-V.*",
    re.S,
)
KEYS = frozenset(("-verify", "-inkey", "-CAfile", "-certfile", "-P", "-p"))
DATA = frozenset(("-in", "-sigfile", "-signature", "-m", "-x", "-content"))
PASSING_PLACE = re.compile(r"\$|/(?:tmp|var/tmp|run|data)")
FETCHES = frozenset(("curl", "wget", "uclient-fetch", "tftp"))
PASSING = frozenset(("redirected_statement", "pipeline", "compound_statement"))
LOGICAL = frozenset(("list", "negated_command", "if_statement", "elif_clause", "while_statement"))


def checks(scene: Scene) -> Iterator[Finding]:
    """Every check of a script that comes to nothing, and what is known by its digest."""
    seen: set[int] = set()
    stops = any(d.name == "set" and re.match(r"-\w*e", " ".join(d.words)) for d in scene.done)
    for one in scene.done:
        if not SIGNED.fullmatch(_said(one)) or len(seen) > HITS:
            continue
        if one.ran.node.id not in seen:
            seen.add(one.ran.node.id)
            yield from _ignored(scene, one, stops)
            yield from _beside(scene, one)
            yield from _skipped(scene, one)
        yield from _key(scene, one)


def _said(one: Done) -> str:
    return f"{one.name} {' '.join(one.ran.raws)}"


def _ignored(scene: Scene, one: Done, stops: bool) -> Iterator[Finding]:
    """`check || true`, and `check; true`."""
    node, around = _whole(one.ran.node)
    listed = around is not None and around.type == "list"
    if around is not None and listed and _left_of(around, node, "||"):
        nothing = _carries_on(scene, around.named_children[1])
        outer = _whole(around)[1]
        ignored = nothing and (outer is None or outer.type not in LOGICAL)
    else:
        after = node.next_named_sibling
        plain = around is None or around.type not in LOGICAL
        ignored = plain and not stops and after is not None and _is_true(scene, after)
    if ignored:
        yield _made(one.ran.line, "ignores a check", "goes on where the check fails", 0.52)


def _whole(node: Node) -> tuple[Node, Node | None]:
    """A statement with its redirections, and what stands around it."""
    around = node.parent
    while around is not None and around.type == "redirected_statement":
        node, around = around, around.parent
    return node, around


def _left_of(around: Node, node: Node, sign: str) -> bool:
    return around.named_children[0].id == node.id and any(c.type == sign for c in around.children)


def _carries_on(scene: Scene, node: Node) -> bool:
    """True for what tells at most."""
    if node.type == "redirected_statement":
        body = field(node, "body")
        return body is not None and _carries_on(scene, body)
    if node.type == "compound_statement":
        return all(_carries_on(scene, c) for c in node.named_children if c.type != "comment")
    return node.type == "command" and _name(scene, node) in CARRIES_ON


def _is_true(scene: Scene, node: Node) -> bool:
    return node.type == "command" and _name(scene, node) in ("true", ":")


def _name(scene: Scene, node: Node) -> str:
    name = field(node, "name")
    return scene.source.text(name) if name is not None else ""


def _beside(scene: Scene, one: Done) -> Iterator[Finding]:
    """`check || [ … ]` that decides what is done."""
    node, around = _whole(one.ran.node)
    if around is None or around.type != "list" or not _left_of(around, node, "||"):
        return
    way, outer = around.named_children[1], around.parent
    if outer is None or not _is_test(scene, way):
        return
    asked = any(c.id == around.id for c in outer.children_by_field_name("condition"))
    if asked or (outer.type == "list" and _left_of(outer, around, "||")):
        words = "something else is enough where the check fails"
        about = scene.source.text(way)
        yield _made(one.ran.line, "lets past a check", words, 0.52, about)


def _is_test(scene: Scene, node: Node) -> bool:
    return node.type == "test_command" or (
        node.type == "command" and _name(scene, node) in ("test", "[")
    )


def _skipped(scene: Scene, one: Done) -> Iterator[Finding]:
    """A check that only one outcome of a test leads to."""
    node, around = _whole(one.ran.node)
    while around is not None and (
        around.type in ("list", "negated_command") or around.type in PASSING
    ):
        if around.type != "negated_command" and around.named_children[0].id != node.id:
            break
        node, around = around, around.parent
    test = None
    if around is not None and around.type == "list":
        test = around.named_children[0]
        test = test.named_children[-1] if test.type == "list" else test
    elif around is not None and around.type == "if_statement":
        conditions = around.children_by_field_name("condition")
        rest = [c for c in around.named_children if c not in conditions and c.type != "comment"]
        if rest and rest[0].id == node.id:
            test = next((c for c in conditions if c.is_named), None)
    if test is not None and test.type == "negated_command":
        test = test.named_children[-1]
    if test is None or not _is_test(scene, test):
        return
    found = TESTED.search(scene.source.text(test))
    if found is None:
        return
    name = found[1] or found[2]
    words = f"whether it is checked turns on {name}"
    strength = 0.32 if SAID.search(name) else 0.46
    yield _made(line_of(test), "lets past a check", words, strength, name)


def _key(scene: Scene, one: Done) -> Iterator[Finding]:
    """A signature that is checked with a key that came beside what is signed."""
    if not KEYED.fullmatch(_said(one)):
        return
    raws = one.ran.raws
    key = next((i for i, r in enumerate(raws) if r in KEYS), None)
    key = next((i for i in range(key + 1, len(raws)) if raws[i][:1] != "-"), None) if (
        key is not None
    ) else None  # fmt: skip
    if key is None:
        return
    data = [raws[i + 1] for i, r in enumerate(raws[:-1]) if r in DATA]
    folders = {f for raw in (*data, raws[-1]) for p in _places(scene, raw) if (f := _folder(p))}
    for place in _places(scene, raws[key]):
        name = place.rpartition("/")[2]
        fetched = name and any(
            d.name in FETCHES and any(name in r for r in (*d.ran.raws, *d.words))
            for d in scene.done
        )
        if _folder(place) in folders or fetched:
            words = "the key that it is checked with comes with what is checked"
            line = one.ran.line
            yield _made(line, "ignores a check", words, 0.55, name, access="removal of protection")
            return


def _places(scene: Scene, raw: str) -> list[str]:
    """The places that a word may name: itself, or all that its variable is given."""
    name = re.fullmatch(r"\$\{?(\w+)\}?", raw)
    if name is None:
        return [raw]
    given = [place for place, _ in scene.written.get(name[1], ())[:8]]
    return [place for place in given if not place.startswith(("${1", "$1"))]


def _folder(place: str) -> str:
    """The folder of a path that a variable, or a folder for a while, begins."""
    folder = place.rpartition("/")[0].replace("{", "").replace("}", "")
    return folder if PASSING_PLACE.match(folder) else ""


def _made(
    line: int, kind: str, words: str, strength: float, target: str = "", access: str = ""
) -> Finding:
    return Finding(
        kind, target[:40], strength, line, ((line, words),), "when called", access=access
    )
