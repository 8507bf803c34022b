"""Choices around a call: whether somebody was asked, and what language or country decides.

Spec: none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node


CONSENT_OUT = re.compile(
    r"(?i)do_?not_?track|opt_?out|no_?(telemetry|analytics|tracking|stats)|disable|\bdnt\b|(telemetry|analytics|tracking)_?(off|disabled)"
)
CONSENT_IN = re.compile(
    r"(?i)consent|opt_?(ed_?)?in|agree|allow|accept|(telemetry|analytics|tracking|usage|stats|report\w*)_?(is_?)?(enabled|on|allowed)|enable"
)


def consent(look: Look, call: Call) -> str:
    """What the conditions around a call, or before it in its function, say of a choice."""
    at, words = call.node.start_byte, []
    callers = (
        look.index.called.get(call.inside.name, ())[:6] if call.inside and call.inside.name else []
    )
    for choice in look.index.choices:
        around = choice.start <= at < choice.end or any(
            choice.start <= c.node.start_byte < choice.end for c in callers
        )
        before = choice.inside is call.inside and choice.inside is not None and choice.end <= at
        leaves = before and re.search(
            rb"\b(return|exit|throw|raise)\b",
            look.index.source.data[choice.start : choice.end][:400],
        )
        if around or leaves:
            words.append(look.words(choice.condition).decode("utf-8", "replace"))
    said = " ".join(words)
    if CONSENT_OUT.search(said):
        return "opt-out present"
    return "opt-in" if CONSENT_IN.search(said) else "not shown"


def _literals(look: Look, node: Node) -> list[str]:
    """The texts that stand in a condition itself, or in the collection that it names."""
    found: dict[str, None] = {}
    todo, looked = [node], 0
    while todo and looked < 200:
        one, looked = todo.pop(), looked + 1
        shape = shape_of(one, look.index.source)
        if shape.kind == "text" and isinstance(shape.a, str) and 1 < len(shape.a) < 40:
            found[shape.a] = None
        elif shape.kind == "name":
            const = look.flow.value(one).const
            if isinstance(const, tuple):
                found.update(dict.fromkeys(c for c in const[:12] if isinstance(c, str)))
        else:
            todo += reversed(one.named_children)
    return list(found)[:12]


def by_locale(look: Look, sinks: list[tuple[Call, str]]) -> Iterator[Finding]:
    """Choices by language, time zone or country on which something turns that acts."""
    acting = [(c, r) for c, r in sinks if r in ("exec", "run", "delete", "stop", "net", "write")]
    if not acting:
        return
    for choice in look.index.choices[:4000]:
        inside = [(c, r) for c, r in acting if choice.start <= c.node.start_byte < choice.end]
        if not inside:
            continue
        look.flow.begin()
        value = look.flow.value(choice.condition)
        tag = value.having("locale")
        if tag is None:
            continue
        call, role = next(((c, r) for c, r in inside if r in ("delete", "exec", "run")), inside[0])
        line = look.flow.line(choice.node)
        against = ", ".join(_literals(look, choice.condition))[:80]
        strength = {
            "delete": 0.75,
            "exec": 0.7,
            "run": 0.6,
            "net": 0.5,
            "stop": 0.5,
            "write": 0.4,
        }[role]
        does = {
            "delete": "deletes files",
            "exec": "runs code",
            "run": "runs a command",
            "net": "uses the network",
            "stop": "ends the program",
            "write": "writes a file",
        }[role]
        steps = (
            *tag.steps,
            (line, f"turns on it ({against or tag.what})"),
            (look.flow.line(call.node), does),
        )
        yield Finding(
            "acts by locale",
            f"{tag.what}: {against}" if against else tag.what,
            strength,
            line,
            steps,
            look.when(call),
        )
