"""Choices on which something turns that acts: place and language, the date, an answer from afar.

Spec: none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.finding import Finding
from evenhand.code.index import Call, Choice
from evenhand.code.look import Look
from evenhand.code.sieve import SKEW
from evenhand.code.syntax import shape_of
from evenhand.code.value import Tag

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 4000  # of one file
NODES = 120  # of one condition
DOES = {
    "delete": "deletes files", "exec": "runs code", "run": "runs a command",
    "net": "uses the network", "stop": "ends the program", "write": "writes a file",
    "tell": "prints something",
}  # fmt: skip
BY_PLACE = {"delete": 0.75, "exec": 0.7, "run": 0.6, "net": 0.5, "stop": 0.5, "write": 0.4}
BY_DATE = {"delete": 0.75, "exec": 0.65, "run": 0.6, "stop": 0.55}
ORDER = ("delete", "exec", "run", "stop", "net", "write")
LEAVES = re.compile(rb"^\W*(return|throw|raise|process\.exit|sys\.exit|os\._exit|exit)\b")
LEAVES_BYTES = 160
THERE = re.compile(
    rb"(?:not\s+|!)?([$\w.]+)(?:\s+is\s+(?:not\s+)?None|\s*[!=]==?\s*(?:null|undefined))?"
)
ERRS = re.compile(rb"\b(?:throw|raise)\b|(?<![.\w])(?:exit|die)\s*[;(]")
# a command that only says which languages or zones the machine has
LISTS_PLACES = re.compile(rb"""\(\s*\[?\s*['"](locale|localectl|timedatectl)\b""")
EMPTIES = re.compile(rb",\s*(?:b?''|b?\"\"|Buffer\.alloc\(0\))\s*\)$")
ZONE = re.compile(r"[A-Z][A-Za-z]+/[A-Z][\w/+-]+|-?\d{2,4}")
PLACE = re.compile(r"(?i)zone|tz|country|geo|address|offset|keyboard|continent")
UTC = re.compile(r"(?i)(etc/)?(utc|gmt|z|zulu|universal)?")
DATE = re.compile(r"20\d\d[-/.]\d\d?([-/.]\d\d?)?.*|(20\d\d)\d{4}")
MAKES_DATE = re.compile(
    r"(.*\.)?(date|datetime|Date|strptime|fromisoformat|mktime|strtotime|time|parse|UTC)(\(\))?"
)
SWITCH = re.compile(
    r"(?i)off|kill(ed|switch)?|stop(ped)?|disabled?|revoked?|blocked?|banned|shut ?down|terminated?"
    r"|den(y|ied)|expired|inactive|suspend(ed)?|destroy|wipe|halt"
)
SWITCHES = re.compile(
    r"""(?i)(\.|\[['"]|get\(['"])(is_?)?(disabled|killed|revoked|banned|blocked|kill_?switch"""
    r"""|expired|suspended|allowed|enabled|licen[cs]ed)\b(?!\()"""
)
PUTS = re.compile(r"pyperclip\.copy|(.*\.)?clipboard\.writeText|clipboardy\.write(Sync)?"
                  r"|win32clipboard\.SetClipboard\w+")  # fmt: skip
TELLS = ("print", "log", "error", "warn", "info", "write", "alert")


class Act(NamedTuple):
    """Something that acts, and the call that leads to it: itself, or of the function around it."""

    at: int
    role: str
    call: Call


def conditions(look: Look, sinks: list[tuple[Call, str]]) -> Iterator[Finding]:
    """What is done only in some places, from a day on, or where a host says so."""
    acts = list(_acts(look, sinks))
    told = _tells(look) if look.hope.locale else []
    puts = _puts(look) if b"lipboard" in look.index.source.data else []
    puts += _puts(look) if b"pyperclip" in look.index.source.data else []
    if not (acts or told or puts or look.hope.turns):
        return
    for choice in look.index.choices[:CHOICES]:
        own = [a for a in acts if choice.start <= a.at < choice.end]
        later = [a for a in (*acts, *told) if _after(look, choice, a)]
        more = [a for a in (*told, *puts) if choice.start <= a.at < choice.end]
        ends = look.hope.turns and not own and (_ends(look, choice) or _skews(look, choice))
        if own or later or more or ends:
            look.flow.begin()
            yield from _of(look, choice, own, [*later, *more])


def _of(look: Look, choice: Choice, own: list[Act], more: list[Act]) -> Iterator[Finding]:
    value = look.flow.value(choice.condition)
    place, clock = value.having("locale"), value.having("clock")
    if place is not None:
        yield from _by_place(look, choice, place, [*own, *more])
    if clock is not None:
        acts = [a for a in (*own, *more) if a.role in BY_DATE]
        ends = not acts and _ends(look, choice)
        skews = not acts and not ends and _skews(look, choice)
        day = _day(look, choice.condition) if acts or ends or skews else ""
        if day and skews:
            line = look.flow.line(choice.node)
            steps = (*clock.steps, (line, f"turns on it ({day})"), (line, "reckons otherwise"))
            yield Finding("acts by date", day, 0.46, line, steps, "when called")
        elif day and ends:
            line = look.flow.line(choice.node)
            steps = (*clock.steps, (line, f"turns on it ({day})"), (line, "refuses to go on"))
            yield Finding("acts by date", day, 0.46, line, steps, "when called")
        elif day:
            act = min(acts, key=lambda a: ORDER.index(a.role))
            yield _made(look, choice, "acts by date", day, BY_DATE[act.role], clock, act)
    told = value.having("net")
    if told is not None and told.what:
        yield from _by_switch(look, choice, told, own, value.texts)
    clip, put = value.having("clipboard"), next((a for a in more if a.role == "put"), None)
    if clip is not None and put is not None and b"typeof" not in look.words(choice.condition):
        yield _made(look, choice, "replaces the clipboard", clip.what, 0.8, clip, put)


def _ends(look: Look, choice: Choice) -> bool:
    """True for a branch that raises an error, or does nothing but leave."""
    body = look.index.source.data[choice.start : choice.end]
    return len(body) < LEAVES_BYTES and bool(ERRS.search(body))


def _skews(look: Look, choice: Choice) -> bool:
    """True for a branch that changes a result by a little: a factor near one, written out."""
    body = look.index.source.data[choice.start : choice.end]
    return len(body) < 2 * LEAVES_BYTES and bool(SKEW.compiled.search(body))


def _acts(look: Look, sinks: list[tuple[Call, str]]) -> Iterator[Act]:
    """Calls that act, and calls of this file's functions around them."""
    for call, role in sinks:
        if role == "copy" and re.search(rb"__file(name|__)|argv\[0\]", look.words(call.node)):
            role = "delete"  # it moves itself away
        if role == "write" and EMPTIES.search(look.words(call.node)[-80:]):
            role = "delete"
        if role not in ORDER or (role == "run" and LISTS_PLACES.search(look.words(call.node))):
            continue
        yield Act(call.node.start_byte, role, call)
        name = look.title(call.inside) if call.inside is not None else ""
        for outer in look.index.called.get(name, ())[:8] if name else ():
            yield Act(outer.node.start_byte, role, call)


def _tells(look: Look) -> list[Act]:
    found = []
    for name in TELLS:
        for call in look.index.called.get(name, ())[:200]:
            ref = look.ref(call)
            if re.fullmatch(r"print|alert|console\.\w+|(process|sys)\.std(out|err)\.write", ref):
                found.append(Act(call.node.start_byte, "tell", call))
    return found


def _puts(look: Look) -> list[Act]:
    names = ("copy", "writeText", "write", "writeSync", "SetClipboardText", "SetClipboardData")
    calls = [c for name in names for c in look.index.called.get(name, ())[:20]]
    return [Act(c.node.start_byte, "put", c) for c in calls if PUTS.fullmatch(look.ref(c))]


def _after(look: Look, choice: Choice, act: Act) -> bool:
    """True where the choice leaves the function, so that what comes after turns on it too."""
    if act.call.inside is not choice.inside or act.at < choice.end:
        return False
    body = look.index.source.data[choice.start : choice.end]
    return len(body) < LEAVES_BYTES and bool(LEAVES.match(body))


def _by_place(look: Look, choice: Choice, tag: Tag, acts: list[Act]) -> Iterator[Finding]:
    against = [t for t in _literals(look, choice.condition) if not UTC.fullmatch(t)]
    said = ", ".join(against)[:80]
    place = bool(PLACE.search(tag.what) and "LANG" not in tag.what)
    strong = [a for a in acts if a.role in BY_PLACE]
    if not said and _looked_up(look, choice):
        strong = []
    target = f"{tag.what}: {said}" if said else tag.what
    if strong:
        act = min(strong, key=lambda a: ORDER.index(a.role))
        after = 0.2 if act.at >= choice.end and not place else 0.0
        sure = BY_PLACE[act.role] - after
        if tag.what.endswith("is said to be in"):  # a country that a host tells
            sure = max(sure, 0.6)
        yield _made(look, choice, "acts by locale", target, sure, tag, act, said)
    elif said and place and any(ZONE.fullmatch(t) or "country" in tag.what for t in against):
        for told in [a for a in acts if a.role == "tell"][:1]:
            yield _made(look, choice, "acts by locale", target, 0.55, tag, told, said)


def _looked_up(look: Look, choice: Choice) -> bool:
    """`if zone: return zone`, `if zone is None: zone = …`: not where it is, but whether known."""
    body = look.index.source.data[choice.start : choice.end].strip(b"{}:; \n\t")
    there = THERE.fullmatch(look.words(choice.condition).strip(b"() "))
    if there is None:
        return False
    return body == b"return " + there[1] or bool(
        re.fullmatch(re.escape(there[1]) + rb"\s*=[^=\n]*", body)
    )


def _by_switch(
    look: Look, choice: Choice, tag: Tag, acts: list[Act], texts: tuple[str, ...]
) -> Iterator[Finding]:
    """A host says that the program has to stop, or to remove something."""
    found = [a for a in acts if a.role in ("stop", "delete")]
    if not found:
        return
    words = look.words(choice.condition).decode("utf-8", "replace")
    literals = (*texts, *_literals(look, choice.condition))
    said = next((t for t in literals if SWITCH.fullmatch(t.strip())), "")
    named = SWITCHES.search(words)
    if not said and named is None:
        return
    act = min(found, key=lambda a: ORDER.index(a.role))
    sure = 0.75 if act.role == "delete" else 0.65
    yield _made(look, choice, "obeys a remote switch", tag.what, sure, tag, act,
                said or (named[3] if named else ""))  # fmt: skip


def _made(
    look: Look, choice: Choice, kind: str, target: str, strength: float, tag: Tag, act: Act,
    against: str = "",
) -> Finding:  # fmt: skip
    line = look.flow.line(choice.node)
    does = DOES.get(act.role, "puts something else there")
    steps = (
        *tag.steps,
        (line, f"turns on it ({against or target or tag.what})"[:120]),
        (look.flow.line(act.call.node), does),
    )
    strength -= 0.45 if look.far(steps) else 0.0
    return Finding(kind, target, round(strength, 3), line, steps, look.when(act.call))


def _day(look: Look, condition: Node) -> str:
    """The fixed day that a condition compares with; empty where there is none."""
    if not re.search(rb"[<>]", look.words(condition)):
        return ""
    todo, looked = [(condition, 0)], 0
    while todo and looked < NODES:
        (node, depth), looked = todo.pop(), looked + 1
        shape = shape_of(node, look.index.source)
        if shape.kind == "text":
            said = _as_day(shape.a)
            if said:
                return said
        elif shape.kind == "name" and depth < 3:
            given = look.index.given.get(shape.a, ())[:3]
            todo += [(g.node, depth + 1) for g in given if g.how in ("is", "set")]
        elif shape.kind == "call" and MAKES_DATE.fullmatch(look.flow.ref(shape.a) or ""):
            parts = [look.flow.value(n).const for _, n in shape.b[:6]]
            if parts and all(isinstance(p, int) for p in parts) and 2000 < parts[0] < 2100:
                return "-".join(f"{p:02}" for p in parts[:3])
            todo += [(n, depth) for _, n in shape.b[:3]]
        else:
            todo += [(n, depth) for n in node.named_children]
    return ""


def _as_day(value: object) -> str:
    """A moment in words, where a constant is one: seconds or milliseconds since 1970, a date."""
    if isinstance(value, str):
        return value[:20] if DATE.fullmatch(value) else ""
    if not isinstance(value, int) or isinstance(value, bool):
        return ""
    seconds = value // 1000 if value >= 1_500_000_000_000 else value
    return str(value) if 1_500_000_000 <= seconds < 4_100_000_000 else ""


def _literals(look: Look, node: Node) -> list[str]:
    """The texts that stand in a condition itself, or in the collection that it names."""
    found: dict[str, None] = {}
    todo, looked = [node], 0
    while todo and looked < NODES * 4:
        one, looked = todo.pop(), looked + 1
        shape = shape_of(one, look.index.source)
        if shape.kind == "text" and isinstance(shape.a, str) and 1 < len(shape.a) < 40:
            found[shape.a] = None
        elif shape.kind == "text" and isinstance(shape.a, int) and abs(shape.a) > 9:
            found[str(shape.a)] = None
        elif shape.kind == "name":
            const = look.flow.value(one).const
            if isinstance(const, tuple):
                found.update(dict.fromkeys(c for c in const[:12] if isinstance(c, str)))
        else:
            todo += reversed(one.named_children)
    return [*found][:12]
