"""Options and words that a shell script takes in `case` and `getopts`, and what they open.

Spec: POSIX.1-2024 case, getopts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.syntax import Grammar, Source, field, language
from evenhand.code.taken import COMMAND, OPTION, Taken

if TYPE_CHECKING:
    from tree_sitter import Node, Query

GIVEN = re.compile(r"[1-9@*]|opt\w*|OPT\w*|arg\w*|key|flag|cmd|command|action|subcommand|param")
OPENS = (
    (re.compile(r"(?:exec\s+)?((?:/\S*/)?(?:ba|da|a|z)?sh(?:\s+-[il])?\s*$"
                r"|(?:ba|a)?sh\s+-c\s+\S*\$|su\b(?:\s+-)?\s|login\s+-f)"),
     "runs a command", 0.8),
    (re.compile(r"((?:\S*/)?(?:telnetd|utelnetd|dropbear|sshd|ttyd|shellinaboxd)\b"
                r"|(?:nc|ncat|netcat)\b[^\n;]*\s-\w*l|socat\b[^\n;]*LISTEN)"),
     "listens", 0.6),
    (re.compile(r"((?:useradd|adduser|usermod|chpasswd|visudo)\b|passwd\s+-d"
                r"|chmod\s+(?:\S+\s+)?(?:[ug]*\+s|[0-7]*[4-7]7[0-7]{2}\b))"),
     "changes privileges", 0.6),
)  # fmt: skip
NAME = re.compile(r"-{0,2}[A-Za-z][\w-]*")
TELLS = re.compile(r"(?<![\w-])(-{0,2}[A-Za-z][\w-]*)(?![\w-])(?!['\"]?\s*[|)\]])")
LETTERS = re.compile(rb"\bgetopts\s+['\"]?([A-Za-z0-9:]{2,60})")
MOST, COMMANDS = 400, 60


def taken(source: Source) -> list[Taken]:
    """What a script takes, each name once."""
    if b"case" not in source.data:
        return []
    told: set[str] | None = None
    best: dict[tuple[str, str], Taken] = {}
    for one in _labels(source):
        if told is None:
            told = set(TELLS.findall(source.data.decode("utf-8", "replace")))
        known = best.get((one.kind, one.name))
        if known is None or one.weight > known.weight:
            best[one.kind, one.name] = one._replace(in_help=one.name in told)
        if len(best) > MOST:
            break
    return [best[key] for key in sorted(best)]


def _labels(source: Source) -> Iterator[Taken]:
    """The names that stand before each part of a `case` about what the script was given."""
    letters = {c for words in LETTERS.findall(source.data) for c in words.decode() if c != ":"}
    for node in _met(source, source.tree.root_node, "case_statement"):
        given = field(node, "value")
        asked = GIVEN.fullmatch(source.text(given).strip("\"'${}")) if given is not None else None
        for item in node.named_children if asked else ():
            if item.type == "case_item":
                yield from _taken(source, item, letters)


def _taken(source: Source, item: Node, letters: set[str]) -> Iterator[Taken]:
    labels = item.children_by_field_name("value")
    names = [n for label in labels if NAME.fullmatch(n := source.text(label).strip("\"'"))]
    names = [f"-{n}" if n in letters else n for n in names if not _shortened(n, names)]
    line = item.start_point[0] + 1
    opens, weight, because = _opens(source, item, line) if names else ("", 0.0, "")
    for name in names:
        kind = OPTION if name.startswith("-") else COMMAND
        alias = next((n for n in names if n != name), "")
        yield Taken(kind, name, line, alias, opens, weight, because=because)


def _shortened(name: str, names: list[str]) -> bool:
    """True for `--ver`, which stands for `--version` beside it."""
    return name.startswith("--") and any(n != name and n.startswith(name) for n in names)


def _opens(source: Source, item: Node, line: int) -> tuple[str, float, str]:
    """What the commands of one part open at most, how weighty that is, and which one does."""
    best = ("", 0.0, "")
    for command in _met(source, item, "command")[:COMMANDS]:
        around = command.parent
        if around is not None and any(c.type.startswith("here") for c in around.children):
            continue  # what it is given to run stands there
        text = source.text(command)
        for pattern, opens, weight in OPENS:
            if weight > best[1] and (found := pattern.match(text)):
                said = " ".join(found[1].split())[:40]
                best = (opens, weight, f"line {line}: it leads to {said}")
    return best


def _met(source: Source, top: Node, kind: str) -> list[Node]:
    """The nodes of a kind under one, in the order of the text."""
    from tree_sitter import QueryCursor

    found = QueryCursor(_query(source.grammar, kind)).captures(top).get("met", [])
    return sorted(found, key=lambda n: n.start_byte)


@functools.cache
def _query(grammar: Grammar, kind: str) -> Query:
    from tree_sitter import Query

    return Query(language(grammar)[0], f"({kind}) @met")
