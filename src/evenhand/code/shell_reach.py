"""Hosts that a script believes unseen, or whose silence ends what runs.

Spec: curl(1), wget(1); POSIX.1-2024 if, while and AND-OR lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.shell_scene import Done, Scene

if TYPE_CHECKING:
    from tree_sitter import Node

FETCHES = 100
HOST = re.compile(r"https?://(?:[^/@\s]*@)?(?P<host>[\w.-]+\.\w+)")
HERE = re.compile(r"localhost|127\.|10\.|192\.168\.|169\.254\.")
UNSEEN = re.compile(r"-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}|--insecure|--no-check-certificate")
SYSTEM = re.compile(r"/(?:etc|usr|opt|lib|bin|sbin|boot)/")
KEEPS = re.compile(r"-\w*[oO]|--output(?:-document)?")
ENDS = re.compile(
    r"systemctl (?:stop|disable|mask)|chmod (?:-R )?0?00\b|rm -\w*r|poweroff|halt\b|shutdown"
    r"|\S+ stop$|mv .*/dev/null"
)
OWN = re.compile(r"/(?:tmp|var/tmp|var/cache)/|\./|\w")  # what a script clears away itself
PASSES_ON = frozenset(("pipeline", "redirected_statement", "subshell", "command_substitution",
                       "variable_assignment", "string"))  # fmt: skip


def reached(scene: Scene) -> Iterator[Finding]:
    """Every command that fetches from a host by its name."""
    seen = set()
    fetches = [d for d in scene.done if d.name in ("curl", "wget")]
    for one in fetches[:FETCHES]:
        host = next((m for m in map(HOST.match, one.words) if m), None)
        if host is None or HERE.match(host["host"]) or one.ran.node.id in seen:
            continue
        seen.add(one.ran.node.id)
        if any(UNSEEN.fullmatch(w) and (one.name == "curl" or w[:2] == "--") for w in one.words):
            words, line = "takes what answers without a look at who it is", one.ran.line
            strength = 0.5 if _into_system(scene, one) else 0.4
            yield Finding("turns a check off", host["host"], strength, line, ((line, words),),
                          "when called")  # fmt: skip
        for failed in _failed(scene, one.ran.node):
            act = next((a for d in scene.inside(failed) if (a := _ends(scene, d, one))), "")
            if act:
                words, line = f"where a host does not answer: {act[:60]}", one.ran.line
                yield Finding("obeys a remote switch", host["host"], 0.5, line, ((line, words),),
                              "when called")  # fmt: skip
                break


def _into_system(scene: Scene, one: Done) -> bool:
    """Whether what comes is put among the programs or settings of the system, or unpacked."""
    for option, place in zip(one.words, one.words[1:], strict=False):
        if KEEPS.fullmatch(option) and SYSTEM.match(place):
            return True
    around = one.ran.node.parent
    if around is None or around.type not in ("redirected_statement", "pipeline"):
        return False
    if around.type == "pipeline":
        return any(d.name == "tar" for d in scene.inside(around))
    places = (re.sub(r"[\"'\s>|]", "", scene.source.text(c)) for c in around.named_children[1:])
    return any(SYSTEM.match(p) for p in places)


def _ends(scene: Scene, act: Done, fetch: Done) -> str:
    """What a command ends, as it stands; nothing where it clears away what it made itself."""
    said = f"{act.name} {' '.join(act.words)}"
    if not ENDS.match(said):
        return ""
    if act.name == "rm":
        places = [r for r in act.ran.raws if not r.startswith("-")]
        own = [p for p in places if not _made_here(scene, p, fetch)]
        return said if own else ""
    return said


def _made_here(scene: Scene, place: str, fetch: Done) -> bool:
    name = re.match(r"\$\{?(\w+)", place)
    given = [raw for raw, _ in scene.written.get(name[1], ())[:8]] if name else []
    tried = [place, *given]
    return any(OWN.match(p) or "mktemp" in p or p in fetch.ran.raws for p in tried)


def _failed(scene: Scene, node: Node) -> Iterator[Node]:
    """The parts of a script that are run where a command fails."""
    refused = False
    around = node.parent
    while around is not None and (around.type in PASSES_ON or around.type == "negated_command"):
        refused ^= around.type == "negated_command"
        node, around = around, around.parent
    while around is not None and around.type == "list" and around.named_children[0].id == node.id:
        either = any(c.type == "||" for c in around.children)
        if either != refused:
            yield around.named_children[-1]
        node, around = around, around.parent
    if around is None:
        return
    conditions = [c.id for c in around.children_by_field_name("condition")]
    if node.id in conditions:
        until = around.children[0].type == "until"
        otherwise = [c for c in around.named_children if c.type in ("else_clause", "elif_clause")]
        if refused or until:
            yield from (c for c in around.named_children
                        if c.id not in conditions and c not in otherwise)  # fmt: skip
        else:
            yield from otherwise
    after = node.next_named_sibling
    if after is not None and after.type == "if_statement":
        asked = re.search(r"\$\?\"?\s+(-ne|!=|-gt)\s", scene.source.text(after)[:60])
        if asked:
            yield from after.named_children[1:]
