"""What is handed to handlers, and goes on: run as a command or as code, or sent to a host aside.

What others are asked to log in with (a header of their requests, cookies, a password that is
checked or stored) is of no use to another host: a copy that nobody waits for is told. What an
editor is told to install, after it was fetched, is run by it.

Spec: evenhand.code.hooks (the table); MITRE ATT&CK T1056, T1059, T1539, T1557.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.aside import SENDERS, forgotten, host_of
from evenhand.code.data_sinks import HERE
from evenhand.code.finding import Finding
from evenhand.code.hook_input import Inputs, Part
from evenhand.code.index import Call, callee_name
from evenhand.code.look import Look
from evenhand.code.screen import pattern, words
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 40
PARTS = 120  # of what is sent
HOPS = 3
RUNNERS = words(
    b"exec", b"eval", b"spawn", b"system", b"popen", b"Popen", b"subprocess", b"sendText",
    b"Function(", b"runIn", b"create_subprocess", b"write(",
)  # fmt: skip
RUN_NAMES = (
    "exec", "execSync", "eval", "system", "popen", "Popen", "run", "check_output", "call",
    "getoutput", "spawn", "spawnSync", "sendText", "runInNewContext", "runInThisContext",
    "runInContext", "Function", "create_subprocess_shell", "execFile", "execFileSync", "command",
    "execaCommand", "check_call", "run_command", "compile", "shell", "executeScript",
)  # fmt: skip
RUNS = re.compile(
    r"sendText|runIn\w+Context|create_subprocess_shell|exec_command|import_(module"
    r"|string)|__import__"
)
PROMISED = re.compile(r"(?:await\s+)?(?:util\.)?promisify\(\s*(?:[\w$]+\.)?exec(?:File)?\s*\)")
FROM_AFAR = ("header", "cookie", "query", "body", "message", "login")
SHELLS = pattern(
    rb"pty\.(?:fork|spawn|openpty)\(|node-pty|forkpty\(|(?:spawn|exec|Popen|run"
    rb"|create_subprocess_\w+|execvp?e?l?)"
    rb"\(\s*\[?\s*(?:process\.env\.\w+\s*\|\|\s*)?['\"](?:/\w+)*/?(?:ba|z|da)?sh['\"]|cmd\.exe"
    rb"|powershell"
)
FEEDS = re.compile(
    r"(?:\w+\.)*(?:stdin|pty|term\w*|shell|proc\w*|child|master|sh|p|tty)\.write"
    r"|os\.write|os\.writev"
)
TERMINALS = re.compile(
    r"(?i)term|tty|console|shell|ssh|pty|repl|notebook|kernel|debug|exec"
    r"|sandbox|runner"
)
# What others log in with, by the field under which it is handed over.
SECRET = re.compile(
    r"(?i)authorization|cookies?|set-cookie|x[-_](api[-_]key|auth\w*|access[-_]token|csrf\w*)"
    r"|api[-_]?key|passw\w*|pwd"
    r"|passphrase|token|secret|credentials?|otp|pin|session(_?id)?|refresh_?token"
    r"|http_(authorization|cookie)|(request|response)?headers?"
)
WHOLE = re.compile(r"(?i)headers?|cookies?|requestHeaders|rawHeaders|META|COOKIES")
STORES = re.compile(
    r"get_password|getPassword|get_credential|findCredentials|get_secret"
    r"|read_password|getpass"
)
NOT_OUT = re.compile(
    r"(?i)headers|auth|withCredentials|credentials|signal|method|timeout|mode"
    r"|agent"
)
WHOLE_BODY = re.compile(
    r"text|json|formData|arrayBuffer|blob|body|form|POST|read|get_json"
    r"|get_data"
)
LOGS_IN = re.compile(rb"(?i)log_?in|sign_?in|passw|checkout|payment|/auth|credential|card")
BEGINS = ("Thread", "submit", "run_in_executor", "add_task", "Timer", "to_thread", "Process")
INSTALLS = re.compile(
    r"workbench\.extensions\.installExtension|workbench\.action\.(?:installVSIX"
    r"|terminal\.sendSequence)"
)
FETCHES = pattern(rb"\bfetch\(|https?\.get\(|axios|\bgot\(|requests?\.get\(|downloadFile|https?://")


def hook_sinks(look: Look) -> Iterator[Finding]:
    """What is handed to handlers, and run or sent."""
    if look.bundle or TESTS.search(look.path):
        return
    inputs = Inputs(look)
    if look.seen.any(RUNNERS):
        yield from _run(look, inputs)
    for name in SENDERS:
        for call in look.index.called.get(name, ())[:CALLS]:
            found = _sent(look, inputs, call)
            if found is not None:
                yield found
    for name in BEGINS:
        for call in look.index.called.get(name, ())[:CALLS]:
            nodes = [n for _, n in shape_of(call.node, look.index.source).b[:5]]
            if any(look.api.role(look.flow.ref(n)) == "net" for n in nodes[:3] if n is not None):
                found = _sent(look, inputs, call)
                if found is not None:
                    yield found
    for call in look.index.called.get("executeCommand", ())[:CALLS]:
        given = shape_of(call.node, look.index.source).b
        look.flow.begin(80)
        const = look.flow.value(given[0][1]).const if len(given) > 1 else None
        if isinstance(const, str) and INSTALLS.fullmatch(const) and look.seen.has(FETCHES):
            line = look.flow.line(call.node)
            steps = ((line, f"tells the editor: {const[:60]}"),)
            yield look.made(call, "downloads and runs", const[:60], 0.62, steps,
                            note="this file fetches what is installed")  # fmt: skip


def _run(look: Look, inputs: Inputs) -> Iterator[Finding]:
    """Commands and code that are what somebody sends."""
    for name in RUN_NAMES:
        for call in look.index.called.get(name, ())[:CALLS]:
            ref = look.ref(call)
            known = look.api.role(ref) in ("exec", "run") or RUNS.fullmatch(name)
            if not known or look.flow.local(shape_of(call.node, look.index.source).a):
                continue
            part = inputs.of(_command(look, call))
            if part is not None and part.role in FROM_AFAR and not part.shaped & {"made", "digest"}:
                yield _made(look, call, part, "runs it", 0.58)
    for name in _promised(look):
        for call in look.index.called.get(name, ())[:CALLS]:
            part = inputs.of(_command(look, call))
            if part is not None and part.role in FROM_AFAR and not part.shaped & {"made", "digest"}:
                yield _made(look, call, part, "runs it", 0.62)
    if look.seen.has(SHELLS) and not TERMINALS.search(look.path):
        for name in ("write", "writev"):
            for call in look.index.called.get(name, ())[:CALLS]:
                text = look.index.source.text(call.node).partition("(")[0]
                given = [n for _, n in shape_of(call.node, look.index.source).b[:2]]
                if FEEDS.fullmatch(text.strip()):
                    met = [
                        p for p in map(inputs.of, given) if p is not None and p.role in FROM_AFAR
                    ]
                    if met:
                        yield _made(look, call, met[0], "gives it to a shell", 0.54)


def _promised(look: Look) -> list[str]:
    """What a promise of `exec` is called by: names that it was given, or how it is made."""
    if "promisify" not in look.index.called:
        return []
    named = {
        name
        for name, every in look.index.given.items()
        for g in every[:2]
        if hasattr(g.node, "start_byte") and PROMISED.match(look.index.source.text(g.node)[:120])
    }
    return sorted(named | {name for name in look.index.called if PROMISED.fullmatch(name)})


def _made(look: Look, call: Call, part: Part, does: str, strength: float) -> Finding:
    line = look.flow.line(call.node)
    steps = ((line, f"takes {part.words}"), (line, does))
    return Finding(
        "runs commands", "a request", strength, line, steps, "when called", access="remote control"
    )


def _command(look: Look, call: Call) -> Any:
    """What of a call is the command: the first of a list too, and what a shell is told by `-c`."""
    source = look.index.source
    given = shape_of(call.node, source).b
    node = given[0][1] if given else None
    if node is None or not hasattr(node, "type"):
        return None
    shape = shape_of(node, source)
    if shape.kind == "concat":
        return shape.a[0] if shape.a and hasattr(shape.a[0], "type") else None
    return shape.a[0] if shape.kind == "many" and shape.a else node


def _sent(look: Look, inputs: Inputs, call: Call) -> Finding | None:
    """A copy of what others log in with, to a host that is fixed."""
    source = look.index.source
    given = [(k, n) for k, n in shape_of(call.node, source).b[:6] if hasattr(n, "start_byte")]
    nodes = [n for _, n in given]
    met: Part | None = None
    for key, node in given:
        if not NOT_OUT.match(key or ""):
            met = met or _secret(look, inputs, node)
    if met is None:
        return None
    host = host_of(look, call, nodes)
    if not host or HERE.fullmatch(host):
        return None
    alone = forgotten(look, call.node) or call.name in BEGINS or _waited(look, call.node)
    line = look.flow.line(call.node)
    steps = ((line, f"takes {met.words}"), (line, f"sends it to {host}"))
    note = f"what is sent: {met.words}"
    return look.made(call, "collects and sends", host, 0.64 if alone else 0.44, steps, note=note,
                     consent="not shown")  # fmt: skip


def _waited(look: Look, node: Node) -> bool:
    """True for `waitUntil(fetch(…))`, and for a promise whose answer nobody takes."""
    here = node.parent
    for _ in range(14):
        if here is None or here.type in ("statement_block", "block", "program", "module"):
            return False
        if here.type in ("call_expression", "call") and callee_name(here, look.index.source) in (
            "waitUntil", "after", "setImmediate", "nextTick", "create_task", "ensure_future",
            "add_task", "submit", "run_in_executor", "Thread", "queueMicrotask",
        ):  # fmt: skip
            return True
        here = here.parent
    return False


def _secret(look: Look, inputs: Inputs, node: Node) -> Part | None:
    """What others log in with, anywhere in what is sent, or in what its names were given."""
    todo: list[tuple[Any, int]] = [(node, HOPS)]
    seen: set[int] = set()
    source = look.index.source
    while todo and len(seen) < PARTS:
        one, left = todo.pop(0)
        if one is None or not hasattr(one, "type") or one.id in seen:
            continue
        seen.add(one.id)
        shape = shape_of(one, source)
        if shape.kind in ("name", "member", "item", "call"):
            part = inputs.of(one)
            if part is not None:
                if _tells(part) or _typed(look, part, node):
                    return part
                if shape.kind in ("member", "item"):
                    continue
            if shape.kind == "call" and STORES.fullmatch(callee_name(one, source)):
                return Part("login", callee_name(one, source))
        if shape.kind == "map":
            for key, value in shape.a[:30]:
                said = (
                    key
                    if isinstance(key, str)
                    else source.text(key).strip("'\"")
                    if key is not None
                    else ""
                )
                if not NOT_OUT.match(said):
                    todo.append((value, left))
            continue
        if shape.kind == "name" and left:
            every = look.index.own(shape.a, look.index.inside(one.start_byte))[:3]
            todo += [(g.node, left - 1) for g in every if g.how in ("is", "set", "into", "item")]
        todo += [(c, left) for c in one.named_children[:20] if c.type != "comment"]
    return None


def _typed(look: Look, part: Part, node: Node) -> bool:
    """True for all that a page sends, where somebody logs in or pays."""
    if part.role not in ("body", "message") or not WHOLE_BODY.fullmatch(part.field):
        return False
    before = look.index.source.data[max(0, node.start_byte - 500) : node.start_byte]
    return LOGS_IN.search(before) is not None


def _tells(part: Part) -> bool:
    """True for a part that somebody logs in with; not for a digest of it."""
    if part.shaped & {"digest", "made"}:
        return False
    if part.whole:
        return part.role in ("header", "cookie") and bool(WHOLE.fullmatch(part.field))
    if part.role == "cookie":
        return True
    return part.role in ("header", "body", "login", "query") and bool(SECRET.fullmatch(part.field))
