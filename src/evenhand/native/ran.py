"""What a program runs as a command: read as a shell reads it, or traced to where it comes from.

Spec: sh(1); RFC 4648 (texts that decoders take).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from evenhand.native import capability, channel, origin, rarity, secret, words
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program
from evenhand.native.words import Command

SERVES = {"accept", "accept4", "listen", "recvfrom", "recvmsg", "recv", "pam_get_authtok"}
PASSWORD = ("pam_get_authtok", "getpass")
CHARACTERS = 4000  # of a command
LEAST = 0.3  # of what a shell's reader says
# a folder in which everybody may put a file: what stands there is anybody's
ANYBODY = re.compile(r"(?:^|[;&|(]\s*|\b(?:sh|bash|source|exec|nohup|setsid)\s+|\.\s+)"
                     r"['\"]?(/(?:var/)?tmp/|/dev/shm/)[\w./-]+")  # fmt: skip
ENCODED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/_-]{12,}={0,2}$")
# names of functions of libraries that are there to run what they are given
OFFERS = re.compile(r"exec|system|run|spawn|shell|command|cmd|popen|launch|pipe|process|open|start"
                    r"|hook|script|call|invoke|filter", re.IGNORECASE)  # fmt: skip
CUTS = frozenset(capability.words("strstr strcasestr memmem strchr strrchr strtok strtok_r strsep"))
DEEPEST = 5
MANY = 3  # callers of a function that runs what it is given


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """What the calls of one function run."""
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        command = words.of(program, where, call, name)
        if command is None:
            continue
        if command.text:
            yield from _read(program, where, call, command)
        if not command.fixed:
            yield from _traced(program, where, call, name, command)


def _read(program: Program, where: Followed, call: Call, command: Command) -> Iterator[Finding]:
    """What a shell would do, where the command stands in the program."""
    text = command.text[:CHARACTERS].replace("\n", ";")
    known = program.commands.get(text)
    if known is None:
        known = program.commands[text] = list(_told(text))
    for kind, target, strength, because, behaves in known:
        yield Finding(kind, target, strength, False, because, call.at, where.start, behaves)


def _told(text: str) -> Iterator[tuple[str, str, float, str, bool]]:
    from evenhand.code.examine import examine

    run = f"the command {shortened(text)!r} is run: "
    for one in examine(text.encode("utf-8", "replace"), "shell", "when run").found:
        if one.strength >= LEAST and not one.stated:
            way = " → ".join(dict.fromkeys(said for _, said in one.steps)) or one.kind
            yield (one.access or one.kind, shortened(one.target), one.strength, run + way,
                   not one.access)  # fmt: skip
    found = ANYBODY.search(text)
    if found:
        because = f"{run}a file in a folder in which everybody may put one ({found[1]})"
        yield "remote control", shortened(found[0].split()[-1]), 0.6, because, False


def _traced(
    program: Program, where: Followed, call: Call, name: str, command: Command
) -> Iterator[Finding]:
    """A command that is put together, or given to the program, by where it comes from."""
    value = command.value
    if value is None or (not command.shell and value[0] != "call"):
        return
    source = origin.of(program, where, value, call.block)
    shown = command.text or source
    if source in capability.OUTSIDE and source not in ("argv",):
        because = f"input from {source} is run as a command by {name}"
        kinds = channel.of(program, where, source)
        serves = SERVES & program.functions.callers.keys() or source in PASSWORD
        far = kinds == {"connection"} or (serves and not _own(program, kinds))
        if not kinds and _runner(program, where, value, source):
            far = False
        strength = 0.7 if far else 0.45
    elif source in capability.GIVES:
        because = f"what {source} gives is run as a command by {name}"
        strength = 0.3 + 0.4 * _variable(program, where, value)
    else:
        made = _made(program, where, call, name, command)
        if made is None:
            return
        kind, shown, strength, because = made
        yield Finding(kind, shortened(shown), round(strength, 3), False, because, call.at,
                      where.start)  # fmt: skip
        return
    yield Finding("remote control", shortened(shown), round(strength, 3), False, because,
                  call.at, where.start)  # fmt: skip


def _made(
    program: Program, where: Followed, call: Call, name: str, command: Command
) -> tuple[str, str, float, str] | None:
    """Kind, constant, strength and reason for a command that no input is seen to give."""
    if not command.shell:
        return None
    value = command.value
    how, seed = secret.maker(program, where, value, call)
    if how == "decoded":
        because = f"what is run by {name} is decoded first: it stands nowhere as text"
        return "command built at run time", seed, 0.6, because
    text = _seeded(program, where, value)
    if text:
        plain = _plain(text)
        because = f"what is run by {name} is made by a function of its own of a text that is none"
        if plain:
            because += f" (decoded: {shortened(plain)!r})"
        return "command built at run time", text, 0.7 if plain else 0.5, because
    given = _given(where, value)
    start = where.start
    if given >= 0 and not program.image.interpreter and start in program.image.exported.values():
        own = next(n for n, at in program.image.exported.items() if at == start)
        offers = OFFERS.search(own) is not None
        behind = value is not None and value[0] != "arg"
        strength = 0.3 if offers else 0.55 if behind else 0.45
        because = f"a library: {name} runs, as a command, what {own} is given"
        return "remote control", own, strength, because
    if command.text.strip() == "$x" and channel.SERVES & program.functions.callers.keys():
        because = (
            f"a command that is filled in as a whole is run by {name}, in a program that serves"
        )
        return "remote control", "(whole command)", 0.55, because
    if _cut(where, value) and channel.SERVES & program.functions.callers.keys():
        because = f"what is run by {name} is cut out of a text, in a program that serves"
        return "remote control", "(part of a text)", 0.55, because
    if command.text:
        because = f"a command is put together at run time and run by {name}"
        return "command built at run time", command.text, 0.3, because
    if where.trace.writes_bytes and value is not None and value[0] == "s":
        serves = not {"accept", "accept4", "recvfrom"}.isdisjoint(program.functions.callers)
        because = f"what is run by {name} is put together byte by byte"
        because += ", in a program that serves connections" if serves else ""
        return "remote control", "(bytes)", 0.55 if serves else 0.35, because
    return None


def _cut(where: Followed, value: Value, deep: int = 0) -> bool:
    """True for a place in a text that was looked for in it."""
    if value is None or deep > DEEPEST:
        return False
    if value[0] == "call":
        return where.names.get(value[1], "") in CUTS
    return value[0] in ("op", "phi") and any(_cut(where, v, deep + 1) for v in value[2:4])


def _runner(program: Program, where: Followed, value: Value, source: str) -> bool:
    """True where many give a function what it runs, and where that was read is not seen."""
    held = value[0] if value is not None else ""
    callers = program.functions.callers.get(where.start, ())
    return source in channel.HANDLE and (held == "arg" or held == "call") and len(callers) >= MANY


def _own(program: Program, kinds: frozenset[str]) -> bool:
    """True where what is read is a file or what the user types, not what a connection brings."""
    typed = "standard input" in kinds and "getpeername" in program.functions.callers
    return bool(kinds) and "connection" not in kinds and not typed


def _variable(program: Program, where: Followed, value: Value) -> float:
    """How rare the name of the variable is that a value comes from."""
    call = where.call(value[1]) if value is not None and value[0] == "call" else None
    text = program.text(call.arguments[0]) if call is not None else None
    return rarity.of_text(text) if text else 0.3


def _seeded(program: Program, where: Followed, value: Value) -> str:
    """The text that a function of the program makes another one of; empty where it is no such."""
    call = where.call(value[1]) if value is not None and value[0] == "call" else None
    if call is None or call.target < 0 or call.target in program.near:
        return ""
    text = program.text(call.arguments[0]) or ""
    return text if ENCODED.match(text) else ""


def _plain(text: str) -> str:
    """What a text is, decoded; empty where that gives no text."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.decode("ascii") if raw.isascii() and raw.decode("ascii").isprintable() else ""


def _given(where: Followed, value: Value, deep: int = 0) -> int:
    """The number of the argument that a value is, or that points to it; -1 for anything else."""
    if value is None or deep > DEEPEST:
        return -1
    if value[0] == "arg":
        return int(value[1])
    if value[0] == "load":
        return _given(where, value[1], deep + 1)
    if value[0] == "call":
        call = where.call(value[1])
        passes = call is not None and where.names.get(call.at, "") in capability.PASSES
        return _given(where, call.arguments[0], deep + 1) if call is not None and passes else -1
    if value[0] in ("op", "phi"):
        one = _given(where, value[2], deep + 1)
        return one if one >= 0 else _given(where, value[3], deep + 1)
    return -1
