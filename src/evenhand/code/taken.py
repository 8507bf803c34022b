"""Options and subcommands that a script takes, which of them it hides, and what they open.

What argparse, click, optparse, commander and yargs are told of they print in their help, unless
told to hide it; what a script compares its arguments with stands in no help by itself.

Spec: argparse (`help=SUPPRESS`), click (`hidden=True`), commander (`hideHelp`), yargs (`hidden`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.index import Call, Choice
from evenhand.code.look import Look
from evenhand.code.screen import Seen, words
from evenhand.code.syntax import shape_of
from evenhand.code.use_rules import checks, matching, rules

if TYPE_CHECKING:
    from tree_sitter import Node

OPTION, COMMAND = "option", "command"
WORDS = words(
    b"add_argument(", b"add_option(", b".option(", b"sys.argv", b"process.argv", b"add_parser(",
    b".hideHelp(", b"requiredOption(", b"@click", b"new Option(",
)  # fmt: skip
DECLARES = ("add_argument", "add_option", "option", "requiredOption", "Option", "add_parser",
            "command")  # fmt: skip
SPELLED = re.compile(r"--?[A-Za-z][\w-]*")
NAME = re.compile(r"[A-Za-z][\w:-]{1,40}")
HIDES = re.compile(r"\bSUPPRESS(?:_HELP)?\b|\bhidden\s*[=:]\s*(?:True|true)\b")
YARGS = re.compile(r"\b(?:describe|description|desc|hidden|type|alias|demandOption)\s*:")
ARGUMENTS = re.compile(r"\bargv\b|\bargs\b|\barguments\b")
LITERAL = re.compile(r"['\"](--?[A-Za-z][\w-]*)['\"]")
WORD = re.compile(r"argv\[[12]\]\s*===?\s*['\"]([A-Za-z][\w-]{2,40})['\"]")
NEGATED = re.compile(r"\bnot\b|!(?!=)")
UNVERIFIED = re.compile(
    r"(?i)verify\w*\s*[=:]\s*false|rejectUnauthorized['\"]?\s*[:=]\s*false|CERT_NONE"
    r"|check_hostname\s*=\s*False|_create_unverified_context|StrictHostKeyChecking[= ]no"
)
# what a call does → in the words of `accepted.opens`, and how weighty it is
OPENS = {
    "runs code": ("runs code", 0.9), "runs a command": ("runs a command", 0.6),
    "listens": ("listens", 0.5), "rights": ("changes privileges", 0.6),
}  # fmt: skip
UNPACKS, UNPACKS_WEIGHT = re.compile(r"pickle|marshal|dill|yaml|v8\."), 0.5  # data of its own
LEAVES_OUT, SWITCHES_OFF = ("leaves out a check", 0.8), ("switches off verification", 0.7)
SURE = re.compile(r"verif|authenticat|authori|check_?(?:pass|auth|sign|perm|token)|signature|login"
                  r"|checkpw|compare_digest")  # fmt: skip
MOST, CHOICES, BRANCH = 400, 3_000, 6_000


class Taken(NamedTuple):
    """One option or subcommand."""

    kind: str
    name: str
    line: int
    alias: str = ""
    opens: str = ""
    weight: float = 0.0
    in_help: bool = True
    hidden: bool = False
    because: str = ""


class Named(NamedTuple):
    """An option with the name that its value is kept under."""

    taken: Taken
    kept: re.Pattern[str] | None


class Act(NamedTuple):
    """A call that opens something, where it stands and where it is called from."""

    at: int
    opens: str
    weight: float
    name: str
    line: int
    given: str


def promising(seen: Seen) -> bool:
    """True where a file seems to take options."""
    return seen.any(WORDS)


def taken(look: Look) -> list[Taken]:
    """What a file takes, each name once."""
    if look.minified or not promising(look.seen):
        return []
    named = [*_declared(look)]
    acts = _acts(look)
    found = [_opened(look, one, acts) for one in named[:MOST]] + [*_compared(look, acts)]
    best: dict[tuple[str, str], Taken] = {}
    for one in found[:MOST]:
        known = best.get((one.kind, one.name))
        if known is None or one.weight > known.weight:
            best[one.kind, one.name] = one
    return [best[key] for key in sorted(best)]


def _declared(look: Look) -> Iterator[Named]:
    source = look.index.source
    hidden = set(re.findall(rb"Option\(\s*['\"]([^'\"]{1,80})['\"][^;]{0,400}?\.hideHelp\(",
                            source.data)) if b".hideHelp(" in source.data else set()  # fmt: skip
    for name in DECLARES:
        for call in look.index.called.get(name, ())[:MOST]:
            shape = shape_of(call.node, source)
            if shape.kind != "call" or not shape.b:
                continue
            given = {key: source.text(node) for key, node in shape.b if key}
            plain = [node for key, node in shape.b if not key]
            texts = [t for t in (_text(look, n) for n in plain[:4]) if t]
            said = " ".join([*(f"{k}={v}" for k, v in given.items()), *map(source.text, plain[1:])])
            hides = HIDES.search(said) is not None or any(t.encode() in hidden for t in texts[:1])
            line = look.flow.line(call.node)
            if name in ("add_parser", "command"):
                word = texts[0].split()[0] if texts and texts[0].split() else ""
                if NAME.fullmatch(word):
                    yield Named(Taken(COMMAND, word, line, hidden=hides, in_help=not hides), None)
                continue
            names = [n for t in texts[:4] for n in SPELLED.findall(t.split(" <")[0].split(" [")[0])]
            if not names and name == "option" and plain[1:] and YARGS.search(said) and texts:
                names = [f"--{texts[0]}"] if NAME.fullmatch(texts[0]) else []
            yield from _named(names, given, line, hides)


def _named(names: list[str], given: dict[str, str], line: int, hides: bool) -> Iterator[Named]:
    if not names:
        return
    long = next((n for n in names if n.startswith("--")), names[0])
    plain = given.get("dest", long).strip("'\"").lstrip("-").removeprefix("no-")
    camel = re.sub(r"-(\w)", lambda m: m[1].upper(), plain)
    ways = "|".join(sorted({re.escape(plain.replace("-", "_")), camel, re.escape(plain)}))
    kept = re.compile(
        rf"(?:[.>]|\[['\"]|get\(['\"])(?:{ways})\b(?!\s*\()"
        rf"|(?<![\w.'\"-])(?:{ways})\b(?!\s*[(=.:]|['\"-])"
    )
    for name in dict.fromkeys(names):
        alias = next((n for n in names if n != name), "")
        yield Named(Taken(OPTION, name, line, alias, in_help=not hides, hidden=hides), kept)


def _text(look: Look, node: Any) -> str:
    if node is None or isinstance(node, str):
        return node or ""
    shape = shape_of(node, look.index.source)
    return shape.a if shape.kind == "text" and isinstance(shape.a, str) else ""


def _acts(look: Look) -> list[Act]:
    """Calls that open something, and calls of this file's functions that hold one."""
    language, index = look.index.source.grammar.name, look.index
    found = []
    for name in sorted(rules(language).keys() & index.called.keys()):
        for call in index.called[name][:60]:
            ref = look.ref(call)
            rule = matching(language, ref) if ref else None
            if rule is None or rule[2] not in OPENS:
                continue
            opens, weight = OPENS[rule[2]]
            weight = UNPACKS_WEIGHT if UNPACKS.search(ref) else weight
            line = look.flow.line(call.node)
            given = index.source.text(call.node)[:400]
            found.append(Act(call.node.start_byte, opens, weight, ref, line, given))
            title = look.title(call.inside) if call.inside is not None else ""
            found += [
                Act(outer.node.start_byte, opens, weight, ref, line, "")
                for outer in (index.called.get(title, ())[:8] if title else ())
            ]
    return found


def _opened(look: Look, one: Named, acts: list[Act]) -> Taken:
    """An option with the weightiest of what a choice by it leads to, or of what runs its value."""
    if one.kept is None:
        return one.taken
    best, short = one.taken, len(one.taken.name.lstrip("-")) < 3
    if short and not one.taken.alias:
        return best
    for act in acts:
        inner = act.given.partition("(")[2]
        if inner and act.opens in ("runs code", "runs a command") and one.kept.search(inner):
            best = _heavier(
                best, act.opens, act.weight, f"its value goes into {act.name}", act.line
            )
    for choice in look.index.choices[:CHOICES]:
        asked = look.index.source.text(choice.condition)[:400]
        if one.kept.search(asked):
            best = _by(look, best, choice, asked, acts)
    return best


def _by(look: Look, best: Taken, choice: Choice, asked: str, acts: list[Act]) -> Taken:
    """What a choice leads to, or leaves out where it is turned round."""
    inside = [a for a in acts if choice.start <= a.at < choice.end]
    turned = NEGATED.search(asked) is not None
    branch = look.index.source.data[choice.start : min(choice.end, choice.start + BRANCH)]
    if turned:
        for call in _within(look, choice):
            if checks(call.name) and SURE.search(call.name.lower()):
                line = look.flow.line(call.node)
                best = _heavier(best, *LEAVES_OUT, f"without it comes {call.name}", line)
        return best
    for act in inside:
        best = _heavier(best, act.opens, act.weight, f"it leads to {act.name}", act.line)
    if UNVERIFIED.search(branch.decode("utf-8", "replace")):
        line = look.flow.line(choice.condition)
        best = _heavier(best, *SWITCHES_OFF, "certificates are not looked at then", line)
    return best


def _within(look: Look, choice: Choice) -> Iterator[Call]:
    for call in look.index.calls:
        if choice.start <= call.node.start_byte < choice.end:
            yield call


def _heavier(best: Taken, opens: str, weight: float, why: str, line: int) -> Taken:
    if weight <= best.weight:
        return best
    return best._replace(opens=opens, weight=weight, because=f"line {line}: {why}")


def _compared(look: Look, acts: list[Act]) -> Iterator[Taken]:
    """`"--x" in sys.argv`, `argv[1] == "x"`: what stands in no help by itself."""
    source = look.index.source
    for choice in look.index.choices[:CHOICES]:
        asked = _asked(look, choice.condition)
        if not ARGUMENTS.search(asked):
            continue
        for kind, names in ((OPTION, LITERAL.findall(asked)), (COMMAND, WORD.findall(asked))):
            for name in dict.fromkeys(names):
                line = look.flow.line(choice.condition)
                one = Taken(kind, name, line, in_help=_told(source.data, name.encode()))
                yield _by(look, one, choice, asked, acts)


def _asked(look: Look, condition: Node) -> str:
    return look.index.source.text(condition)[:400]


def _told(data: bytes, name: bytes) -> bool:
    """True where a text that is more than the name holds it, or a comment does."""
    at = data.find(name)
    for _ in range(64):
        if at < 0:
            return False
        before, after = data[at - 1 : at], data[at + len(name) : at + len(name) + 1]
        word = before.isalnum() or after.isalnum() or before in b"-_" or after in b"-_"
        if not (word or (before in b"'\"`" and after in b"'\"`")):
            return True
        at = data.find(name, at + len(name))
    return False
