"""A check of who somebody is that one edge of a branch goes through and the other leaves out.

Spec: crypt(3); pam_authenticate(3).
"""

from __future__ import annotations

from evenhand.native import capability
from evenhand.native.comparison import Match
from evenhand.native.program import Followed, Program

DECIDES = ("crypt", "crypt_r", "pam_authenticate", "checkpass", "userauth")
STOPS = ("exit", "_exit", "_Exit", "abort")


def asked(program: Program, where: Followed, match: Match, equal: int, other: int) -> str:
    """The check of the other way, where "equal" goes on and meets none; empty for nothing such."""
    if not match.is_text or program.all_names.isdisjoint(DECIDES):
        return ""
    after, instead = where.trace.flow.onward(equal), where.trace.flow.onward(other)
    left = ""
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if after >> call.block & 1 and name in STOPS:
            return ""
        checks = name or _nearest(program, call.target)
        if call.at == match.at or checks not in DECIDES:
            continue
        if after >> call.block & 1:
            return ""
        if instead >> call.block & 1:
            left = checks
    return left


def _nearest(program: Program, start: int) -> str:
    """The check that a function of the program calls by itself."""
    if program.near.get(start, {}).get("authenticates") != 0:
        return ""
    every = (c for _, c in program.functions.calls.get(start, ()) if isinstance(c, str))
    return next((c for c in every if capability.kind_of(c) == "authenticates"), "")
