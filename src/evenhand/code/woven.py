"""What is put into other people's code: into what a tool builds, into functions of libraries.

A build tool that adds a script from a host nobody was told of changes what its users ship; a
function that stands in the place of another and sends what that one is given sees all of it.

Spec: MITRE ATT&CK T1195.001, T1554.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.aside import SENDERS, forgotten, host_of
from evenhand.code.data_sinks import HERE
from evenhand.code.finding import Finding
from evenhand.code.index import Call, Function
from evenhand.code.look import Look
from evenhand.code.sieve import WEAVES, WOVEN
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

OWN = frozenset(("this", "self", "cls", "exports", "module", "module.exports"))

MOST = 20
SNIPPET = re.compile(rb"(?:^|\n|\\n)snippet \S")  # an editor's templates, which people fill in
NEAR = 700
HOST = re.compile(r"https?://([\w-]+(?:\.[\w-]+)+)")
PAGE = re.compile(rb"(?i)<html|<!doctype")  # a whole page of its own, put into nobody else's
# Hosts of examples in documents, of licences and name spaces, are no script's.
PAPER = re.compile(r"^(?:www\.w3\.org|localhost|127\.|schema\.org)")


def woven(look: Look) -> Iterator[Finding]:
    """Every script that a file puts into what it builds, by the host that it comes from."""
    if look.bundle:
        return
    yield from _hooked(look)
    data = look.index.source.data
    if not look.seen.has(WEAVES) or len(SNIPPET.findall(data)) >= MOST:
        return
    for number, match in enumerate(look.seen.each(WOVEN)):
        if number >= MOST:
            return
        if PAGE.search(match[0]):
            continue
        around = data[max(0, match.start() - NEAR) : match.end() + NEAR].decode("utf-8", "replace")
        hosts = [h for h in HOST.findall(around) if not PAPER.match(h)]
        if not hosts:
            continue
        line = look.line_at(match.start())
        steps = (
            (line, "writes a script that brings another"),
            (line, f"from {hosts[0]}, into what it builds"),
        )
        yield Finding("changes what is built", hosts[0], 0.58, line, steps, "when called")
        return


def _hooked(look: Look) -> Iterator[Finding]:
    """A function that stands in the place of one of somebody else's, and sends to a fixed host."""
    data = look.index.source.data
    for name, every in look.index.given.items():
        root, _, last = name.rpartition(".")
        if not root or root in OWN or not last:
            continue
        for given in [g for g in every[:3] if g.how in ("is", "set") and hasattr(g.node, "id")]:
            function = _function(look, given.node)
            # what was read before it is set stood there before: a function of somebody else's
            if function is None or data.find(name.encode(), 0, given.at) < 0:
                continue
            call = next((c for c in look.index.calls if _sends(look, c, function)), None)
            if call is None:
                continue
            host = host_of(look, call, [n for _, n in shape_of(call.node, look.index.source).b[:4]])
            line = look.flow.line(call.node)
            steps = ((look.flow.line(given.node), f"replaces {name[:40]}"),
                     (line, f"sends to {host}, and forgets it"))  # fmt: skip
            note = f"what is sent: what {name[:40]} is given"
            yield Finding("collects and sends", host, 0.62, line, steps, "when called", note,
                          "not shown")  # fmt: skip


def _function(look: Look, node: Node) -> Function | None:
    found = look.index.functions.get(node.id)
    local = look.flow.local(node) if found is None else []
    return found or (local[0] if local else None)


def _sends(look: Look, call: Call, function: Function) -> bool:
    """True for a call inside a function that sends to a host that is written out."""
    if not function.start <= call.node.start_byte < function.end or call.name not in SENDERS:
        return False
    if not forgotten(look, call.node):
        return False
    nodes = [n for _, n in shape_of(call.node, look.index.source).b[:4] if hasattr(n, "start_byte")]
    host = host_of(look, call, nodes)
    return bool(host) and not HERE.fullmatch(host)
