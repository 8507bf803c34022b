"""Where code or commands are run, and whether what is run came from elsewhere.

Spec: MITRE ATT&CK T1027, T1059, T1105, T1140.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.credential import sent
from evenhand.code.finding import Finding
from evenhand.code.host_runner import of_host
from evenhand.code.index import SPOKEN, Call
from evenhand.code.look import Look
from evenhand.code.placed import STAYS, handed
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import Tag, Value, union

if TYPE_CHECKING:
    from tree_sitter import Node

SHELLS = re.compile(r"(?:.*/)?(?:sh|bash|zsh|dash|ksh|cmd(?:\.exe)?|powershell(?:\.exe)?)")
RUNS_TEXT = re.compile(
    r"(?:.*/)?(?:sh|bash|zsh|dash|python[\d.]*|node|perl|php|cmd(?:\.exe)?|powershell(?:\.exe)?)"
)


ITSELF = ("sys.executable", "process.execPath", "process.argv0")
MINES = re.compile(r"stratum\+(tcp|ssl|tls)://|\b(xmrig|minerd|cpuminer|ethminer)\b")
TAKES = "takes connections"
GUARDED = pattern(rb"127\.0\.0\.1|localhost|AF_UNIX|compare_digest|timingSafeEqual")
DATA_URL = re.compile(r"data:[\w/+.-]*(?P<base64>;base64)?[^,]*,")


Given = list[tuple[str | None, Value]]  # what a call is given, by keyword
READS = re.compile(r"(?:\S*/)?(?:crontab|at|batch|tee|sudo|sh|bash|chpasswd|dd|install)\b")
LASTS = ("adds persistence",)
STANDARD = 2  # the last number of the standard input, output and errors
BOUNDED = 0.3  # strength where hardly any code of this language can be meant


def _bounded(look: Look, call: Call) -> bool:
    """True where nothing is run that could do much, or most likely a function, not a text.

    WebAssembly can do no more than what it is handed, and most of it is brought in a text. A timer
    runs texts too, but what comes under a name is a function nearly always.
    """
    ref = look.ref(call)
    if ref not in ("setTimeout", "setInterval"):
        return ref.startswith("WebAssembly.")
    given = shape_of(call.node, look.index.source).b
    first = shape_of(given[0][1], look.index.source) if given else None
    return first is not None and first.kind == "name" and not look.flow.value(given[0][1]).const


def at_load(look: Look, call: Call) -> list[Finding]:
    """A module, library or file that is loaded: from a file that was fetched, or from a text."""
    shape = shape_of(call.node, look.index.source)
    if not shape.b or (not look.kept and b"data:" not in look.index.source.data):
        return []
    value = union(v for _, v in look.flow.arguments(call))
    line = look.flow.line(call.node)
    held = look.from_kept(call, value)
    if held:
        return [look.fetched_file(held, call, "loads it", 0.6)]
    text = next((t for t in value.texts if DATA_URL.match(t)), None)
    if text is None:
        return []
    steps = ((line, "loads a module that stands in its address"),)
    return [look.made(call, "decodes and runs", "data:", 0.6, steps)]


def at_exec(look: Look, call: Call) -> list[Finding]:
    """Text that is run as code of the same language."""
    given = look.flow.arguments(call)
    whole = union(v for _, v in given)
    line, hidden = look.flow.line(call.node), look.hidden(call)
    end = (line, "runs it as code")
    out = []
    asked = whole.having("request") or _sent(look, call)
    if asked:
        strength = 0.85 if _plain(look, call) else 0.5
        if call.node.type in SPOKEN and _sent(look, call) is None:
            strength = 0.4  # a part of the path of a file that is included
        out.append(look.made(call, "runs commands", asked.what, strength, (*asked.steps, end),
                             access="debug entrance"))  # fmt: skip
    out += _of_variable(look, call, given)
    const = next((v.const for _, v in given if isinstance(v.const, str | bytes)), None)
    decoded = whole.having("decoded")
    if decoded:
        out += _decoded(look, call, decoded, whole, const)
    elif const is not None and _in_escapes(look, call):
        steps = ((line, "writes code in escapes"), end)
        out.append(look.made(call, "decodes and runs", "escapes", 0.7, steps, known=True))
        out += look.layers(const, line, look.when(call))
    elif const is not None and hidden:
        out += look.layers(const, line, look.when(call))
    brought = whole.having("net", "socket")
    if brought and brought.steps and brought.steps[0][1] == TAKES:
        sure = 0.3 if look.seen.has(GUARDED) else 0.7
        out.append(look.made(call, "runs commands", "who connects", sure, (*brought.steps, end),
                             access="remote control" if sure > 0.5 else ""))  # fmt: skip
    elif brought:
        target, sure = brought.what or "the network", BOUNDED if _bounded(look, call) else 0.7
        sure -= (
            0.25 if look.seen.has(LOADS) and NAMED_SOURCE.search(look.index.source.data) else 0.0
        )
        out.append(look.made(call, "downloads and runs", target, sure, (*brought.steps, end),
                             note=look.checked()))  # fmt: skip
    held = look.from_kept(call, whole)
    if held and not brought and not decoded:
        out.append(look.fetched_file(held, call, "runs the file", 0.6))
    if hidden and not out:
        note = "the name of what it calls is put together"
        out.append(look.made(call, "hides what it calls", look.ref(call), 0.5, (end,), note=note))
    return out


def _of_variable(look: Look, call: Call, given: Given) -> list[Finding]:
    """A variable of the environment that is run as code: whoever sets it gets in."""
    held = given[0][1].having("variable", "setting") if given else None
    timer = look.ref(call) in ("setTimeout", "setInterval") or "runpy" in look.ref(call)
    if held is None or timer or not _plain(look, call) or look.minified:
        return []
    steps = (*held.steps, (look.flow.line(call.node), "runs it as code"))
    sure = 0.3 if STARTUP.search(held.what) or TESTS.search(look.path) else 0.6
    access = "debug entrance" if sure > 0.5 else ""
    return [look.made(call, "runs commands", held.what, sure, steps, access=access)]


# A file of settings that is code, as its name says; of Python's console, that it runs at its start.
STARTUP = re.compile(r"\b(?:PYTHONSTARTUP|\w+_(?:CONFIG|CONF|RC|RCFILE|SETTINGS)(?:_?FILE)?)\b")
# A loader of modules tells the debugger where each comes from, and has a worker's way beside it.
LOADS = pattern(rb"\bimportScripts\(")
NAMED_SOURCE = re.compile(rb"//[#@] sourceURL=(?:\$\{|['\"] ?\+|%s)")
ESCAPES = re.compile(rb"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3})")


def _in_escapes(look: Look, call: Call) -> bool:
    """True where the text that is run is written in escapes, most of it."""
    data = look.index.source.data
    for _, node in shape_of(call.node, look.index.source).b[:4]:
        text = data[node.start_byte : node.end_byte]
        written = sum(len(m[0]) for m in ESCAPES.finditer(text))
        if written > 40 and written > len(text) // 2:
            return True
    return False


def _decoded(
    look: Look, call: Call, decoded: Tag, whole: Value, const: str | bytes | None
) -> Iterator[Finding]:
    line = look.flow.line(call.node)
    strength = 0.8 if const is not None or len("".join(whole.texts)) > 200 else 0.6
    strength = BOUNDED if _bounded(look, call) else strength
    inside = look.layers(const, line, look.when(call)) if const is not None else []
    kinds = sorted({f.kind for f in inside})
    note = f"what it decodes {', '.join(kinds)}" if kinds else ""
    steps = (*decoded.steps, (line, "runs it as code"))
    known = const is not None
    yield look.made(call, "decodes and runs", decoded.what, strength, steps, note=note, known=known)
    yield from inside


def at_run(look: Look, call: Call) -> list[Finding]:
    """A command: what its text does, and whether it came from elsewhere."""
    given = look.flow.arguments(call)
    line, command = look.flow.line(call.node), given[0][1] if given else Value()
    end = (line, "runs a command")
    text = _command_text(look, call, given)
    out = _told(look, call, text) if text else []
    mined = next((v for _, v in given if any(map(MINES.search, v.texts))), None)
    if mined is not None:
        begun = ((line, "starts what mines coins"),)
        out.append(look.made(call, "mines coins", text[:60] or "a pool", 0.7, begun))
    sockets = [t for _, v in given[1:] for t in v.tags if t.kind == "socket"]
    if sockets and SHELLS.fullmatch(text.split(" ")[0]):
        steps = (*sockets[0].steps, (line, "gives the connection a shell"))
        out.append(look.made(call, "runs commands", sockets[0].what, 0.9, steps,
                             access="remote control"))  # fmt: skip
    held = look.from_kept(call, union(v for _, v in given))
    if held:
        out.append(look.fetched_file(held, call, "runs it", 0.6))
    out += _fed(look, call, given)
    hidden = command.having("decoded")
    if hidden and command.const is not None and not _free(look, call):
        out.append(look.made(call, "decodes and runs", hidden.what, 0.65, (*hidden.steps, end)))
    if not _free(look, call):
        return out
    asked = command.having("request") or _sent(look, call)
    told = command.having("socket", "net")
    if asked:
        out.append(look.made(call, "runs commands", asked.what, 0.85, (*asked.steps, end),
                             access="debug entrance"))  # fmt: skip
    if told and not held and not _argument(look, call):
        steps = (*told.steps, (line, "runs what came as a command"))
        out.append(look.made(call, "runs commands", told.what or "the network", 0.75, steps,
                             access="remote control"))  # fmt: skip
    decoded = command.having("decoded")
    if decoded:
        steps = (*decoded.steps, end)
        out.append(look.made(call, "decodes and runs", decoded.what, 0.65, steps))
    return out


def _fed(look: Look, call: Call, given: list[tuple[str | None, Value]]) -> list[Finding]:
    """What was fetched, or a request has, and is given a shell or an interpreter to read."""
    named = [v for k, v in given if k in ("input", "stdin")]
    more = named or ([v for _, v in given[1:]] if look.api.name == "javascript" else [])
    tag = union(more).having("net", "request", "decoded") if more else None
    if tag is None:
        return []
    source, shape = look.index.source, shape_of(call.node, look.index.source)
    first = shape_of(shape.b[0][1], source)
    node = first.a[0] if first.kind == "many" and first.a else shape.b[0][1]
    value = look.flow.value(node)
    told = value.const if isinstance(value.const, str) else look.flow.ref(node) or ""
    if not RUNS_TEXT.fullmatch(told.split(" ")[0]) and told not in ITSELF:
        return []
    line = look.flow.line(call.node)
    steps = (*tag.steps, (line, "gives it a program to run"))
    if tag.kind == "request":
        return [look.made(call, "runs commands", tag.what, 0.8, steps, access="debug entrance")]
    kind = "decodes and runs" if tag.kind == "decoded" else "downloads and runs"
    return [look.made(call, kind, tag.what or "the network", 0.6, steps, note=look.checked())]


CHOSEN = re.compile(rb"in_array|isset\s*\(\s*\$\w+\s*\[\s*\$|array_key_exists|switch|match\s*\(")


def names_callee(look: Look, callee: Node | Shape | None) -> bool:
    """True for a variable that is called and holds a part of a request: the name of a function."""
    if callee is None or isinstance(callee, Shape):
        return False
    return look.words(callee).startswith(b"$") and sent(look, callee) is not None


def at_named(look: Look, call: Call) -> list[Finding]:
    """A function that a request names; one of a list that the program has is not just any."""
    line, around = look.flow.line(call.node), call.inside
    data = look.index.source.data
    text = data[around.start : around.end] if around is not None else data[: call.node.end_byte]
    steps = ((line, "calls the function that a part of a request names"),)
    strength = 0.4 if CHOSEN.search(text) else 0.8
    return [look.made(call, "runs commands", "a request", strength, steps,
                      access="debug entrance")]  # fmt: skip


def _sent(look: Look, call: Call) -> Tag | None:
    """What is run is itself a part of a request, by the names that frameworks give to those."""
    shape = shape_of(call.node, look.index.source)
    if not shape.b or sent(look, shape.b[0][1]) is None:
        return None
    line = look.flow.line(call.node)
    return Tag("request", "a request", ((line, "takes a part of a request"),))


def _told(look: Look, call: Call, text: str) -> list[Finding]:
    """What the text of a command does, read as a shell would; with what it is given to read."""
    line, when = look.flow.line(call.node), look.when(call)
    steps = ((line, f"runs {text[:80]!r}"),)
    given = [v for k, v in look.flow.arguments(call)[1:] if k in (None, "input")]
    more = [f for v in given for f in handed(look, call, text, v)] if READS.match(text) else []
    return [
        f._replace(
            line=line,
            moment=when,
            strength=look.by_moment(max(f.strength, STAYS if f.kind in LASTS else 0.0), when),
            steps=steps,
        )
        for f in look.inner(text, "shell")
    ] + [*more, *of_host(look, call, text)]


def at_pipe(look: Look, call: Call) -> list[Finding]:
    """A connection and a shell that are joined."""
    owner = look.owner(call)
    into = union(v for _, v in look.flow.arguments(call))
    one, two = owner.having("socket"), into.having("process")
    if not (one and two):
        one, two = into.having("socket"), owner.having("process")
    if not (one and two) or not SHELLS.fullmatch(two.what.split(" ")[0]):
        return []
    steps = (*one.steps, *two.steps, (look.flow.line(call.node), "joins the two"))
    return [look.made(call, "runs commands", one.what, 0.9, steps, access="remote control")]


def at_dup(look: Look, call: Call) -> list[Finding]:
    """A connection that becomes standard input or output."""
    tag = union(v for _, v in look.flow.arguments(call)).having("socket")
    if tag is None:
        return []
    given = look.flow.arguments(call)
    onto = given[1][1].const if len(given) > 1 else None
    if isinstance(onto, int) and onto > STANDARD:  # handed on under a number of its own
        return []
    end = (look.flow.line(call.node), "makes the connection its standard input or output")
    steps = (*tag.steps, end)
    return [look.made(call, "runs commands", tag.what, 0.85, steps, access="remote control")]


def _command_text(look: Look, call: Call, given: list[tuple[str | None, Value]]) -> str:
    command = given[0][1] if given else Value()
    const = command.const
    shape = shape_of(call.node, look.index.source)
    first = shape.b[0][1] if shape.b else Shape("other")
    if isinstance(const, tuple):
        return _line([c for c in const if isinstance(c, str)])
    if const is None and shape_of(first, look.index.source).kind == "many":
        return _line(list(map(_word, _values(look, first))))
    if isinstance(const, bytes):
        const = const.decode("utf-8", "replace")
    if not isinstance(const, str):
        return command.texts[0] if command.texts else ""
    more = given[1][1].const if len(given) > 1 else None
    if isinstance(more, tuple) and all(isinstance(m, str) for m in more):
        return _line([const, *map(str, more)])
    second = shape.b[1][1] if len(shape.b) > 1 else None
    if second is not None and shape_of(second, look.index.source).kind == "many":
        return _line([const, *map(_word, _values(look, second))])
    return const[:4000]


def _line(words: list[str]) -> str:
    """Words of a command as one line; what a shell is given to run is the line itself."""
    given = len(words) > 2 and SHELLS.fullmatch(words[0]) and re.fullmatch(r"-\w*c", words[1])
    return (words[2] if given else " ".join(words))[:4000]


def _values(look: Look, node: Node | Shape) -> list[Value]:
    return [look.flow.value(n) for n in shape_of(node, look.index.source).a[:40]]


def _word(value: Value) -> str:
    """A word of a command; what is not known of it stands as `*`."""
    if isinstance(value.const, str):
        return value.const
    return value.texts[0] if value.texts else "*"


def _free(look: Look, call: Call) -> bool:
    """True where the command itself, not an argument of it, comes from elsewhere."""
    shape = shape_of(call.node, look.index.source)
    node = shape.b[0][1] if shape.b else None
    if node is None:
        return False
    first = shape_of(node, look.index.source)
    if first.kind == "many" and first.a:
        program = look.flow.value(first.a[0])
        return bool(program.tags) or bool(
            isinstance(program.const, str) and RUNS_TEXT.fullmatch(program.const)
        )
    if first.kind in ("concat", "op"):
        return False
    value = look.flow.value(node)
    if isinstance(value.const, str):
        return bool(RUNS_TEXT.fullmatch(value.const.split(" ")[0])) if value.const else False
    return True


def _argument(look: Look, call: Call) -> bool:
    """True where a name holds a list whose program is fixed, and runs nothing it is given."""
    shape = shape_of(call.node, look.index.source)
    listed = _listed(look, shape_of(shape.b[0][1], look.index.source), call) if shape.b else None
    return listed is not None and not _runs_given(look, listed)


def _listed(look: Look, named: Shape, call: Call) -> list[Node | Shape] | None:
    """The words of a command whose name is given a list, once, where it is run."""
    if named.kind != "name":
        return None
    given = [g for g in look.index.given.get(named.a, ()) if g.inside is call.inside]
    plain = [g for g in given if g.how in ("is", "set")]
    if len(plain) != 1 or (call.inside is not None and named.a in call.inside.parameters):
        return None
    shape = shape_of(plain[0].node, look.index.source)
    return shape.a if shape.kind == "many" and shape.a else None


def _runs_given(look: Look, words: list[Node | Shape]) -> bool:
    """True where the program of a command comes from elsewhere, or runs what it is given."""
    program = look.flow.value(words[0])
    const = (
        program.const[0] if isinstance(program.const, tuple) and program.const else program.const
    )
    if isinstance(const, str):
        return bool(RUNS_TEXT.fullmatch(const))
    return program.having("net", "socket", "request", "decoded") is not None


def _plain(look: Look, call: Call) -> bool:
    shape = shape_of(call.node, look.index.source)
    return bool(shape.b) and shape_of(shape.b[0][1], look.index.source).kind not in (
        "concat",
        "op",
    )
