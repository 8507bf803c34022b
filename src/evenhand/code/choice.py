"""Choices around a call: whether somebody was asked.

Spec: none.
"""

from __future__ import annotations

import re

from evenhand.code.index import Call
from evenhand.code.look import Look

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
