"""A word in what a server answers that makes a program remove files, or end.

Spec: none; over the comparisons of `comparison`, in programs that ask and serve nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.native import capability, channel, effect, origin
from evenhand.native.comparison import Match
from evenhand.native.finding import Finding, shortened
from evenhand.native.program import Followed, Program

ASKS = frozenset(capability.words("connect SSL_connect BIO_do_connect"))
SERVES = frozenset({"accept", "accept4", "listen"})
REMOVES = frozenset(capability.words("unlink unlinkat remove rmdir truncate reboot"))
ENDS = frozenset({"exit", "_exit", "_Exit", "abort"})
SCRATCH = re.compile(r"/(?:tmp|dev/shm|run|var/(?:tmp|run|cache|lock|spool))/")
FIXED, SOME, ENDED = 0.55, 0.4, 0.35


def find(program: Program, where: Followed, found: list[Match]) -> Iterator[Finding]:
    """Comparisons of one function that lead there."""
    callers, names = program.functions.callers.keys(), set(where.names.values())
    if callers.isdisjoint(ASKS) or callers & SERVES or names.isdisjoint(REMOVES | ENDS):
        return
    for match in found:
        if not match.constant or match.equal < 0:
            continue
        source = origin.of(program, where, match.input, match.block)
        if channel.of(program, where, source) != {"connection"}:
            continue
        does = _does(program, where, match)
        if does is not None:
            strength, what = does
            yield Finding("remote control", shortened(match.constant), strength, False,
                          f"an answer that came over a connection ({source}) is compared with a "
                          f"fixed one; where they are equal, and only there: {what}",
                          match.at, where.start)  # fmt: skip


def _does(program: Program, where: Followed, match: Match) -> tuple[float, str] | None:
    """How strong a sign, and what is done where the answer is the one that is waited for."""
    reached = effect.of(program, where, match)
    if reached.direct and reached.call is not None and reached.name in REMOVES:
        path = program.text(reached.call.arguments[reached.name == "unlinkat"])
        kept = reached.name == "reboot" or (path is not None and not SCRATCH.match(path))
        what = f"{reached.name} {shortened(path)}" if path else reached.name
        return FIXED if kept else SOME, what
    ended = effect.ends(where, match) if match.is_text else effect.NONE
    return (ENDED, f"the program ends ({ended.name})") if ended.name else None
