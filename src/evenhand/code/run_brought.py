"""What others send that PHP and Lua run, load, fill templates with or call by its name.

Spec: CWE-94 (code injection), CWE-78, CWE-1336 (templates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.brought import Brought, brought
from evenhand.code.carried import arguments, behind
from evenhand.code.finding import Finding
from evenhand.code.spoken import text_of, way_of, words_of
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call
    from evenhand.code.look import Look

CALLS = 20_000
FETCHES = re.compile(r"\b(?:curl|wget)\b|https?://")
EVALUATORS = ("ExpressionFunction", "TwigFunction", "TwigFilter", "TwigTest", "Twig_Function")
# Last names of what `frameworks` says runs something, and of what is made an object.
NAMES = frozenset((
    "call", "queue", "run", "fromShellCommandline", "start", "Process", "eval", "system", "exec",
    "shell_exec", "passthru", "popen", "proc_open", "assert", "create_function", "evaluate",
    "pcntl_exec", "render", "createTemplate", "renderString", "render_string", "fromString",
    "fetchString", "fetch_string", "execute", "load", "loadstring", "dostring", "httpget",
    "systemlist", "jobstart", "cmd", "spawn", "exece", "execp", "commandv", "nvim_command",
    "nvim_exec", "nvim_exec2", "compile", *EVALUATORS,
))  # fmt: skip


def run_brought(look: Look) -> Iterator[Finding]:
    """Every call that runs what somebody sends, as far as the way is seen."""
    words = words_of(look)
    for call in look.index.calls[:CALLS]:
        if call.name and call.name not in NAMES and call.name[0] != "$":
            continue
        spoken = way_of(look, shape_of(call.node, look.index.source).a)
        way = spoken.way if spoken is not None else call.name
        runs, fills = words.runs.fullmatch(way), words.templates.fullmatch(way)
        if runs or fills:
            found = _given(look, call, way, bool(runs))
            if found is not None:
                yield found
        elif look.api.name == "php":
            yield from _named(look, call, way)


def _given(look: Look, call: Call, way: str, runs: bool) -> Finding | None:
    given = arguments(look, call)
    if way == "mp.commandv" and (not given or text_of(look, given[0]) != "run"):
        return None  # a command of the player, not of the system
    for node in given[: 6 if way == "mp.commandv" else 2]:
        sent = _whole(look, node)
        if sent is not None:
            said = "is run" if runs else "is made a template, which may run code"
            return _made(look, call.node, f"{sent.key or sent.way} {said} ({way})", 0.66)
        if way in ("load", "loadstring") and _answer(look, node):
            return _made(look, call.node, "what a host answers is run as code", 0.7)
    return None


def _whole(look: Look, node: Any) -> Brought | None:
    """What is sent, where it is what is run, not a word among others."""
    sent = brought(look, node)
    if sent is None or sent.how == "sum":
        return None
    shape = shape_of(node, look.index.source)
    joined = shape.kind == "concat" or (shape.kind == "op" and shape.a in (".", ".."))
    if joined and shape.kind == "op":
        return brought(look, shape.b) if brought(look, shape.c) is None else sent
    return None if joined or shape.kind in ("many", "map") else sent


def _answer(look: Look, node: Any) -> bool:
    """True for the answer that a function is handed by what it is given to, such as `curl`."""
    todo = [node]
    for _ in range(12):
        if not todo:
            return False
        one = todo.pop()
        if not hasattr(one, "type"):
            continue
        spoken = way_of(look, one)
        here = look.index.inside(one.start_byte)
        if spoken is not None and here is not None:
            name = spoken.way.partition(".")[0]
            if name in here.parameters and here.call is not None:
                head = look.index.source.data[here.call.start_byte : here.start][:400]
                return FETCHES.search(head.decode("utf-8", "replace")) is not None
        todo += behind(look, one)
        shape = shape_of(one, look.index.source)
        todo += (
            shape.a if shape.kind in ("any", "many") else [shape.a] if shape.kind == "pass" else []
        )
    return False


def _named(look: Look, call: Call, way: str) -> Iterator[Finding]:
    """`$f($a)` of a request; an expression's function that calls what it is handed by its name."""
    callee = field(call.node, "function")
    if callee is not None and callee.type == "variable_name" and not look.flow.local(callee):
        sent = brought(look, callee)
        if sent is not None and sent.how != "sum" and not _asked(look, call, callee):
            said = f"calls the function that {sent.key or 'a request'} names"
            yield _made(look, call.node, said, 0.75)
    if way.rpartition("\\")[2] not in EVALUATORS:
        return
    for node in arguments(look, call)[1:4]:
        inner = look.index.functions.get(node.id) if hasattr(node, "id") else None
        if inner is None:
            continue
        for one in look.index.calls:
            name = field(one.node, "function") if one.inside is inner else None
            if name is not None and look.index.source.text(name) in inner.parameters:
                said = "a function of expressions calls whatever function it is told"
                yield _made(look, one.node, said, 0.55)
                return


def _asked(look: Look, call: Call, callee: Node) -> bool:
    """True where anything but whether it is there is asked of a name before it is called."""
    name = re.escape(look.index.source.text(callee))
    for choice in look.index.choices:
        if choice.inside is call.inside and choice.node.start_byte < call.node.start_byte:
            text = look.index.source.text(choice.condition)[:600]
            if re.fullmatch(rf"[(!\s]*{name}[)\s]*", text):
                continue
            rest = re.sub(rf"(?:isset|empty|is_callable)\s*\(\s*{name}\s*\)", "", text)
            if re.search(rf"{name}\b", rest):
                return True
    return False


def _made(look: Look, node: Node, said: str, strength: float) -> Finding:
    line = look.flow.line(node)
    return Finding("runs commands", "a request", strength, line, ((line, said),), "when called",
                   access="debug entrance")  # fmt: skip
