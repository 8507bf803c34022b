"""The calls of one file that could matter, and what each of them adds up to.

A new question is a module with a function of a `Look` that gives findings, and a line of
`QUESTIONS` here: its hope in `sieve`, or one that is there. Words and patterns to screen files for
are declared in the module itself (`screen`).

Spec: docs/reference/facts.md (behaviour, hidden_access).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from evenhand.code.aside import asides
from evenhand.code.by_place import by_places
from evenhand.code.bypass import bypasses
from evenhand.code.coded_text import coded_texts
from evenhand.code.condition import conditions
from evenhand.code.data_sinks import at_address, at_net, at_read, at_write
from evenhand.code.digested import digested
from evenhand.code.door import doors
from evenhand.code.editor_task import opened_tasks
from evenhand.code.entrance import entrances
from evenhand.code.finding import Finding
from evenhand.code.fixed_account import fixed_accounts
from evenhand.code.hook_sinks import hook_sinks
from evenhand.code.hooked import hooked
from evenhand.code.index import LAST, Call, Index, callee_name
from evenhand.code.key_list import key_lists
from evenhand.code.links import Link, links
from evenhand.code.look import Look
from evenhand.code.noted import note, note_pictures
from evenhand.code.own_signs import own_signs
from evenhand.code.payee import payees
from evenhand.code.received import run_received
from evenhand.code.remote import remote_switches
from evenhand.code.run_sinks import (
    at_dup,
    at_exec,
    at_load,
    at_named,
    at_pipe,
    at_run,
    names_callee,
)
from evenhand.code.screen import pattern
from evenhand.code.second_key import second_keys
from evenhand.code.second_word import second_words
from evenhand.code.secrets import fixed_secrets
from evenhand.code.sieve import ASSEMBLED
from evenhand.code.syntax import Shape, callee_of, shape_of
from evenhand.code.unheeded import unheeded
from evenhand.code.weak import weak
from evenhand.code.woven import woven

if TYPE_CHECKING:
    from tree_sitter import Node


SCREEN = pattern(rb"ImageGrab|pyautogui|\bmss\b")
MOST = 24  # findings of one file
RUNS_MATCH = re.compile(r"[^\w\s\\][a-zA-Z]*e[a-zA-Z]*$")  # PHP 5: what a pattern matches is run
ASKS = re.compile(
    r"(?:is|has|can|ctype)_?\w+|isset|empty|in_array|array_key_exists|\w+_exists|count|func_num_args"
)
CALLS = 20_000  # calls looked at in one file
SINKS: dict[str, Callable[[Look, Call], list[Finding]]] = {
    "exec": at_exec,
    "run": at_run,
    "pipe": at_pipe,
    "dup": at_dup,
    "net": at_net,
    "write": at_write,
    "copy": at_write,
    "read": at_read,
    "load": at_load,
    "named": at_named,
}
# What is asked of a file as a whole, and the hope without which it is not asked.
QUESTIONS: tuple[tuple[str, Callable[[Look], Iterable[Finding]]], ...] = (
    ("sends", at_address),
    ("aside", asides),
    ("opens", opened_tasks),
    ("opens", doors),
    ("hooks", hooked),
    ("hooks", hook_sinks),
    ("hooks", fixed_accounts),
    ("coded", coded_texts),
    ("place", by_places),
    ("weaves", woven),
    ("secret", fixed_secrets),
    ("secret", second_words),
    ("digest", digested),
    ("keyed", second_keys),
    ("keyed", key_lists),
    ("guards", bypasses),
    ("entrance", entrances),
    ("checks", unheeded),
    ("weak", weak),
    ("paid", payees),
    ("remote", remote_switches),
    ("own", own_signs),
)


def examine(look: Look) -> tuple[list[Finding], list[Link]]:
    """Every finding, strongest first; ends of chains that go on in other files."""
    sinks = list(_sinks(look)) if _acts(look) else []
    found: list[Finding] = []
    _note(look, sinks)
    for call, role in sinks:
        if role in SINKS and _hoped(look, role):
            look.flow.begin()
            met = SINKS[role](look, call)
            if role in ("exec", "run") and not any(f.kind == "runs commands" for f in met):
                met += run_received(look, call, role)
            if role == "run" and not met and look.hidden(call):
                steps = ((look.flow.line(call.node), "runs a command"),)
                note = "the name of what it calls is put together"
                target = look.ref(call)
                met = [look.made(call, "hides what it calls", target, 0.6, steps, note=note)]
            found += met
    if look.hope.runs:
        found += _put_together(look)
    for hope, asked in QUESTIONS:
        if getattr(look.hope, hope):
            found += asked(look)
    if look.hope.locale or look.hope.turns:
        found += conditions(look, sinks)
    best: dict[tuple[str, ...], Finding] = {}
    for f in found:
        key = (f.kind, f.target, f.access, f.consent or "")
        if key not in best or best[key].strength < f.strength:
            best[key] = f
    found = sorted(best.values(), key=lambda f: (-f.strength, f.line, f.kind, f.target))[:MOST]
    return found, links(look, sinks) if look.hope.links else []


def _put_together(look: Look) -> Iterator[Finding]:
    """`getattr(os, "sys" + x)`: a function of a library that no name in the source names."""
    for match in look.seen.each(ASSEMBLED):
        line = look.line_at(match.start())
        if not match[0].startswith(b"getattr(") or not look.is_code(*match.span()):
            continue
        said = match[0].decode("latin-1")
        steps = ((line, f"puts the name of a function together: {said[:60]}"),)
        yield Finding("hides what it calls", said[8:40], 0.6, line, steps, "when called")


def _acts(look: Look) -> bool:
    """Whether calls that act are of any use here: most other questions are asked of choices."""
    hope = look.hope
    return any((hope.runs, hope.sends, hope.host, hope.stays, hope.locale, hope.turns, hope.links))


def _note(look: Look, sinks: list[tuple[Call, str]]) -> None:
    """Note what files hold; then forget what was thought before that was known."""
    hope = look.hope
    roles = {"copy", "write", *(("net", "pipe") if hope.runs else ())}
    if hope.sends and look.seen.has(SCREEN):
        note_pictures(look)
    for call, role in sinks if hope.runs or hope.sends or hope.links else ():
        if role in roles:
            look.flow.begin()
            note(look, call, role)
    if look.flow.private:
        look.flow.forget()


def _hoped(look: Look, role: str) -> bool:
    """Whether a sink of this role can give a finding at all here."""
    if role == "net":
        return look.hope.sends or look.hope.host
    if role in ("write", "copy", "read"):
        return look.hope.stays
    return True


def _sinks(look: Look) -> Iterator[tuple[Call, str]]:
    """Calls of library functions with a role: those that name one first, then the rest."""
    names = look.index
    wanted = look.api.names
    rest = []
    for call in look.index.calls[:CALLS]:
        name = call.name
        if name in wanted:
            role = _role(look, call)
            if role:
                yield call, role
        elif _indirect(look, call, name, names):
            rest.append(call)
    for call in rest:
        role = _role(look, call)
        if role:
            yield call, role


def _indirect(look: Look, call: Call, name: str, index: Index) -> bool:
    callee = callee_of(call.node, index.source)
    if callee is None:
        return False
    plain = not isinstance(callee, Shape) and callee.type in LAST
    if not plain and shape_of(callee, index.source).kind not in ("name", "member"):
        return True
    given = index.given.get(name)
    return given is not None and any(g.how in ("is", "set", "item", "ref") for g in given[:4])


def _role(look: Look, call: Call) -> str | None:
    shape = shape_of(call.node, look.index.source)
    if look.flow.local(shape.a):
        return None
    ref = look.flow.ref(shape.a)
    role = look.api.role(ref)
    if look.api.calls_text and shape.b:
        role = _of_php(look, ref, shape.b[0][1], role)
    if ref == "preg_replace":
        pattern = look.flow.value(shape.b[0][1]).const if shape.b else None
        return "exec" if isinstance(pattern, str) and RUNS_MATCH.search(pattern) else None
    if role == "exec" and ref in ("setTimeout", "setInterval"):
        return (
            "exec"
            if shape.b and shape_of(shape.b[0][1], look.index.source).kind != "function"
            else None
        )
    if not role and look.api.calls_text and names_callee(look, shape.a):
        return "named"
    return role or _on_connection(look, shape.a)


def _of_php(look: Look, ref: str | None, first: Node, role: str | None) -> str | None:
    """What a function of PHP does by what it is given: a URL to read, a function to call."""
    if role == "read" and b"://" in look.words(first):
        return "net"
    if ref == "assert" and _answers(look, first):
        return None
    if ref in ("array_map", "array_walk", "call_user_func") and role is None:
        name = look.flow.value(first).const
        done = look.api.role(name) if isinstance(name, str) else None
        return done if done == "delete" else None
    return role


def _answers(look: Look, node: Node) -> bool:
    """True for what is yes or no, and no code: what `assert` is given where it asserts."""
    shape = shape_of(node, look.index.source)
    while shape.kind == "pass" and shape.a is not None and not isinstance(shape.a, str):
        node, shape = shape.a, shape_of(shape.a, look.index.source)
    if shape.kind == "op":
        return bool(shape.a != ".")
    if shape.kind == "any" or node.type == "unary_op_expression":
        return True
    return shape.kind == "call" and bool(ASKS.fullmatch(callee_name(node, look.index.source)))


def _on_connection(look: Look, callee: Node | None) -> str | None:
    """`x.write(…)`, `x.end(…)`, `x.pipe(…)` where x is a connection."""
    shape = shape_of(callee, look.index.source) if callee is not None else None
    if shape is None or shape.kind != "member":
        return None
    if shape.b == "pipe":
        return "pipe"
    if shape.b in ("write_text", "write_bytes"):
        return "write"
    if shape.b in ("write", "end", "send", "sendall", "emit", "post", "sendto"):
        kept = "write" if shape.b == "write" and look.hope.stays else None
        if not (look.hope.sends or look.hope.host):
            return kept
        look.flow.begin()
        owner = look.flow.value(shape.a)
        sends = owner.having("net", "socket") and (owner.ref or "").endswith("()")
        return "net" if sends else kept
    return None
