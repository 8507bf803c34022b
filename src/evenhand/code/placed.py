"""What a script writes where other programs act on it, read as if a shell had written it there.

A job, a unit, a start-up file, a key, a right to act as root: what the same text means in a
shell script is known, so that it is asked there.

Spec: MITRE ATT&CK T1053, T1543, T1546, T1547.
"""

from __future__ import annotations

import re

from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.value import Step, Value

TEXT = 8_000  # characters of what is written
PLACE = re.compile(r"[\w./~*@+-]{4,200}")
KINDS = ("adds persistence", "downloads and runs", "grants rights", "adds account", "runs commands",
         "collects and sends", "runs on an event", "decodes and runs")  # fmt: skip
# Somebody asked for it: an option, a setting, a command of its own.
ASKED = re.compile(
    r"(?i)\b(args?|argv|options?|opts?|flags?|settings?|config|prefs?|params)\b[.\[(]"
)
STAYS = 0.59  # written where it starts again


def placed(look: Look, call: Call, place: str, value: Value) -> list[Finding]:
    """What the text does that a call writes to a place."""
    text = text_of(value)
    if not text or not PLACE.fullmatch(place):
        return []
    return _asked_of_shell(look, call, f"cat > {place}", text, f"writes into {place[-60:]}")


def handed(look: Look, call: Call, command: str, value: Value) -> list[Finding]:
    """What a command does with the text that it is given to read."""
    text = text_of(value)
    words = f"runs {command[:60]!r} and gives it a text"
    return _asked_of_shell(look, call, command, text, words) if text else []


def text_of(value: Value) -> str:
    """What is known of a text."""
    const = value.const
    if isinstance(const, bytes):
        const = const.decode("utf-8", "replace")
    return (const if isinstance(const, str) else "\n".join(value.texts))[:TEXT]


def _asked_of_shell(look: Look, call: Call, head: str, text: str, words: str) -> list[Finding]:
    line, when = look.flow.line(call.node), look.when(call)
    begun: Step = (line, words)
    return [
        f._replace(
            line=line,
            moment=when,
            strength=look.by_moment(f.strength, when),
            steps=(begun, *((line, said) for _, said in f.steps)),
        )
        for f in look.inner(f"{head} <<'END_OF_TEXT'\n{text}\nEND_OF_TEXT\n", "shell")
        if f.kind in KINDS and not f.stated
    ]


def asked_for(look: Look, call: Call) -> bool:
    """True where whoever starts it asked for it: by an option, or a command of its own."""
    at, function = call.node.start_byte, call.inside
    around = (
        c.condition for c in look.index.choices if c.start <= at < c.end and c.inside is function
    )
    if any(ASKED.search(look.words(c).decode("utf-8", "replace")) for c in around):
        return True
    parent = function.node.parent if function is not None else None
    if parent is None or function is None or parent.type != "decorated_definition":
        return False
    return b"command" in look.index.source.data[parent.start_byte : function.start]
