"""Doors that one call opens: debuggers and settings that listen, what is fetched and made objects.

Each rule is of one language: a debugger that is bound to more than the machine itself, a listener
of logging's settings, an answer that is unpickled or run, a server's own token that is posted, a
function of the C library that is told what to run, a file that a header names.

Spec: CWE-489 (active debug code), CWE-502, CWE-94, CWE-73; documentation of logging.config,
debugpy, remote-pdb, celery.contrib.rdb, Jupyter Server, PHP FFI, lua-nginx-module, Neovim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from evenhand.code.aside import host_of
from evenhand.code.brought import brought
from evenhand.code.carried import arguments, carried
from evenhand.code.data_sinks import HERE
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.hook_input import Inputs
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.secrets import TESTS
from evenhand.code.sensitive import host_in
from evenhand.code.syntax import field, shape_of

CALLS = 4_000
ENTRANCE, REMOTE = "debug entrance", "remote control"
# Debuggers by the call that opens them, and the setting that says where they listen.
DEBUGGERS: dict[str, str] = {
    "celery.contrib.rdb.set_trace": "CELERY_RDB_HOST", "remote_pdb.set_trace": "REMOTE_PDB_HOST",
    "remote_pdb.RemotePdb": "", "rpdb.set_trace": "", "rpdb.Rpdb": "", "debugpy.listen": "",
    "debugpy.connect": "", "ptvsd.enable_attach": "", "ptvsd.attach": "", "pydevd.settrace": "",
    "pydevd_pycharm.settrace": "", "web_pdb.set_trace": "",
}  # fmt: skip
WHERE = re.compile(
    r"0\.0\.0\.0|::|(?!127\.|10\.|192\.168\.)\d+\.\d+\.\d+\.\d+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}"
)
ASKED = re.compile(rb"(?i)debug|environ|getenv|settings|args?\b|option|config|\bDEV")
UNPACKS = re.compile(r"(?:c?[pP]ickle|_pickle|dill|cloudpickle|marshal)\.loads?|jsonpickle\.decode")
OWN_TOKEN = re.compile(
    r"\bidentity_provider\.token\b|\b(?:self\.)?(?:server_?app|notebook_?app)\.token\b"
)
C_FUNCTIONS = ("system", "popen", "execl", "execlp", "execv", "execvp", "execve", "dlopen")
LOADS = re.compile(r"\(?\s*(?:load|loadstring|load\s+or\s+loadstring|loadstring\s+or\s+load)\s*\)?")
RECEIVES = re.compile(r"[\w.]+:(?:receive|receiveany|read)\(|[\w.]+:request_uri\(\s*['\"]https?://")
CONNECTS = re.compile(rb":connect\(\s*['\"](?!127\.|localhost|unix:)[\w-]+(?:\.[\w-]+)+['\"]")
LINES = re.compile(r"vim\.(?:api\.nvim_buf_get_lines|api\.nvim_get_current_line|fn\.getline)\(")
PICKS = re.compile(r"[\w.\[\]]+:g?match\(|(?:string|vim\.fn)\.(?:g?match|matchstr|matchlist)\(")
SIGNS = re.compile(rb"(?i)hmac|verif|signature")
KEYS = re.compile(r"(?i)\w*(?:keys|secrets)")
PUTS = re.compile(
    r"(?m)^(?:[^\n-]|-(?!-))*?\b(?:(?P<list>\w+)\[#(?P=list)\s*\+\s*1\]\s*=|table\.insert\(\s*\w+\s*,)"
    r"\s*(?P<key>[^\n]+)"
)
TEXTS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
NAMES = re.compile(r"(?<![\w.:])[A-Za-z_]\w*")
PLAIN = {"and", "or", "not", "string", "tostring", "table", "core", "true", "false", "nil"}
READS = (
    "createReadStream", "readFile", "readFileSync", "sendFile", "open", "send_file", "FileResponse",
)  # fmt: skip
COMMANDS = re.compile(
    r"(?:const|let|var)\s+(?:\{[^}=]*\.\.\.\s*(\w+)\s*\}|(\w+))\s*=\s*(?:await\s+)?"
    r"(?:require|process\.getBuiltinModule|import)\(\s*['\"](?:node:)?child_process['\"]\s*\)"
    r"|import\s+\*\s+as\s+(\w+)\s+from\s+['\"](?:node:)?child_process['\"]"
)


def doors(look: Look) -> Iterator[Finding]:
    """Every such door of one file."""
    if look.bundle or TESTS.search(look.path):
        return
    for rule in RULES.get(look.api.name, ()):
        yield from rule(look)


def _listens(look: Look) -> Iterator[Finding]:
    """Debuggers that others reach, and a port that takes settings of logging."""
    for call in look.index.called.get("listen", ())[:20]:
        if look.ref(call) == "logging.config.listen":
            said = "listens for settings of logging, which name what is made and called"
            yield _opened(look, call, said, 0.6)
    for name in sorted({n.rpartition(".")[2] for n in DEBUGGERS}):
        for call in look.index.called.get(name, ())[:20]:
            ref = look.ref(call)
            if ref in DEBUGGERS and _reached(look, call, DEBUGGERS[ref]):
                yield _opened(look, call, f"opens a debugger to other machines ({ref})", 0.65)


def _opened(look: Look, call: Call, said: str, strength: float) -> Finding:
    """A door; less of one where somebody is to ask for it."""
    at = call.node.start_byte
    asked = any(c.start <= at < c.end and ASKED.search(look.words(c.condition))
                for c in look.index.choices)  # fmt: skip
    return made(look, call.node, "listens", said, 0.4 if asked else strength, ENTRANCE)


def _reached(look: Look, call: Call, setting: str) -> bool:
    """True for an address that is not the machine's own, given or set in this file."""
    for node in arguments(look, call)[:3]:
        look.flow.begin(80)
        if any(WHERE.fullmatch(t) for t in look.flow.value(node).texts):
            return True
        text = look.index.source.text(node)[:200]
        if any(WHERE.fullmatch(t) for t in re.findall(r"['\"]([^'\"]*)['\"]", text)):
            return True
    said = look.index.source.data.decode("utf-8", "replace") if setting else ""
    found = re.search(rf"{setting}['\"\]]*\s*[=:,]\s*['\"]([^'\"]*)", said) if setting else None
    return found is not None and WHERE.fullmatch(found[1]) is not None


def _unpacked(look: Look) -> Iterator[Finding]:
    """What a host that is written out answers, made objects of any kind."""
    for name in ("loads", "load", "decode"):
        for call in look.index.called.get(name, ())[:40]:
            given = arguments(look, call)
            if not given or not UNPACKS.fullmatch(look.ref(call)) or look.checked():
                continue
            look.flow.begin(400)
            tag = look.flow.value(given[0]).having("net")
            host = host_in(tag.what) if tag is not None else ""
            if host and not HERE.fullmatch(host):
                said = f"what {host} answers is unpickled, which runs what it says"
                yield made(look, call.node, "downloads and runs", said, 0.6, REMOTE)


def _posted(look: Look) -> Iterator[Finding]:
    """The token that lets into this server, sent to a host that is written out."""
    for call in look.index.calls[:CALLS]:
        if look.api.role(look.ref(call)) != "net":
            continue
        nodes = arguments(look, call)
        if not any(OWN_TOKEN.search(look.index.source.text(n)[:2000]) for n in nodes):
            continue
        host = host_of(look, call, nodes)
        if host and not HERE.fullmatch(host):
            said = f"the token that lets into this server is sent to {host}"
            yield made(look, call.node, "collects and sends", said, 0.62, REMOTE)


def _foreign(look: Look) -> Iterator[Finding]:
    """`FFI::cdef('int system(…)')->system($_POST['x'])`."""
    for name in C_FUNCTIONS:
        for call in look.index.called.get(name, ())[:40]:
            owner = field(call.node, "object")
            of_c = owner is not None and any(
                look.index.source.text(n)[:12].lstrip("\\").startswith(("FFI::cdef", "FFI::load"))
                for n in carried(look, owner, 3)
            )
            given = arguments(look, call)[:2] if of_c else []
            sent = next((b for b in (brought(look, n) for n in given) if b is not None), None)
            if sent is not None and sent.how != "sum":
                said = f"{sent.key or 'a request'} is given to {name} of the C library"
                yield made(look, call.node, "runs commands", said, 0.75, ENTRANCE)


def _loaded(look: Look) -> Iterator[Finding]:
    """What a connection brings, or is picked out of a file that is shown, run as Lua."""
    connects = CONNECTS.search(look.index.source.data) is not None
    for call in look.index.calls[:CALLS]:
        callee, given = field(call.node, "name"), arguments(look, call)
        if callee is None or not given or not LOADS.fullmatch(look.index.source.text(callee)[:60]):
            continue
        met = [look.index.source.text(n)[:120] for n in carried(look, given[0], 9)
               if n.type == "function_call"]  # fmt: skip
        if any(RECEIVES.match(t) for t in met) and (connects or any("https?:" in t for t in met)):
            said = "what a host answers is run as code"
            yield made(look, call.node, "downloads and runs", said, 0.7, REMOTE)
        elif any(LINES.match(t) for t in met) and any(PICKS.match(t) for t in met):
            said = "what is picked out of the lines of a file that is open is run as code"
            yield made(look, call.node, "runs commands", said, 0.6, REMOTE)


def _added(look: Look) -> Iterator[Finding]:
    """A key that everybody can make again, put among those that a signature is held against."""
    data = look.index.source.data
    if SIGNS.search(data) is None:
        return
    for function in look.index.ordered[:2_000]:
        body = data[function.start : function.end].decode("utf-8", "replace")
        if not KEYS.fullmatch(function.name.rpartition(".")[2]) or "os.getenv" not in body:
            continue
        for one in PUTS.finditer(body):
            names = set(NAMES.findall(TEXTS.sub('""', one["key"])))
            if TEXTS.search(one["key"]) and names <= PLAIN | set(function.parameters):
                at = function.start + len(body[: one.start()].encode())
                line = look.line_at(at)
                said = "puts a key that everybody can make again among those that are taken"
                yield Finding("takes a fixed key", f"put together in {function.name}", 0.6, line,
                              ((line, said),), "when called", access="fixed secret")  # fmt: skip


def _read_out(look: Look) -> Iterator[Finding]:
    """A file that a header or cookie names by its whole path."""
    inputs = Inputs(look)
    for name in READS:
        for call in look.index.called.get(name, ())[:40]:
            given = arguments(look, call)
            if not given or (name == "open" and shape_of(call.node, look.index.source).a is None):
                continue
            part = next((p for p in map(inputs.of, _parts(look, given[0])) if p is not None), None)
            if part is None or part.whole or part.role not in ("header", "cookie"):
                continue
            if not part.shaped & {"digest", "made"}:
                said = f"{part.words} names the file that is read"
                yield made(look, call.node, "reads a file", said, 0.6, ENTRANCE)


def _parts(look: Look, node: Any) -> list[Any]:
    """A path, or what it is put together of."""
    shape = shape_of(node, look.index.source)
    joined = [shape.b, shape.c] if shape.kind == "op" and shape.a == "+" else []
    return joined or (list(shape.a[:6]) if shape.kind == "concat" else [node])


def _spelled(look: Look) -> Iterator[Finding]:
    """A function that starts programs, called by a name that is put together."""
    text = look.index.source.data.decode("utf-8", "surrogateescape")
    for found in COMMANDS.finditer(text):
        name = found[1] or found[2] or found[3]
        if name is None:
            continue
        for one in re.finditer(rf"(?<![\w$.]){name}\[([^;\n]{{1,120}})", text):
            if re.match(r"`[^`]*\$\{|[^\]]*['\"`]\s*\+|[^\]]*\+\s*['\"`]", one[1]):
                line = text.count("\n", 0, one.start()) + 1
                steps = ((line, "puts the name of what starts a program together"),)
                yield Finding("hides what it calls", "child_process", 0.62, line, steps,
                              "when called", access=REMOTE)  # fmt: skip
                break


RULES: dict[str, tuple[Callable[[Look], Iterator[Finding]], ...]] = {
    "python": (_listens, _unpacked, _posted, _read_out),
    "javascript": (_read_out, _spelled),
    "php": (_foreign,),
    "lua": (_loaded, _added),
}
