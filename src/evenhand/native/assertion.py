"""Whether a program gives up unless a comparison holds: a check of its own data, and no secret.

Spec: ISO C 7.2 (assert).
"""

from __future__ import annotations

import re

from evenhand.native.comparison import Match
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

ASSERTS = frozenset({"__assert_fail", "abort", "__assert", "g_assertion_message_expr"})
# What a function of its own is told, as `assert` is: the source file, and the condition.
SOURCE = re.compile(r"\w\.(?:c|cc|cpp|cxx|h|hpp)$")
CONDITION = re.compile(r"[\w)]\s*[=!<>]=\s*[\w(-]|\w->\w")
MOST_STEPS = 3


def asserted(program: Program, where: Followed, match: Match) -> bool:
    """True where the program gives up at once unless it is equal: a check of itself."""
    block = match.other
    for _ in range(MOST_STEPS):
        if block < 0:
            return False
        calls = [c for c in where.trace.calls if c.block == block]
        if not ASSERTS.isdisjoint(where.names.get(c.at, "") for c in calls):
            return True
        if any(_own_assertion(program, c) for c in calls):
            return True
        following = list(where.trace.flow.edges(block))
        block = following[0] if len(following) == 1 else -1
    return False


def _own_assertion(program: Program, call: Call) -> bool:
    """True for a function that is told the source file and the condition, as `assert` is."""
    texts = [program.text(a) or "" for a in call.arguments]
    return any(SOURCE.search(t) for t in texts) and any(CONDITION.search(t) for t in texts)
