"""One user number, or one address, of whoever connects that is let in beside those of settings.

Spec: unix(7) (SO_PEERCRED, struct ucred), getpeereid(3), getpeername(2), ip(7) (sockaddr_in).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import effect
from evenhand.native.comparison import Match, decided
from evenhand.native.finding import Finding
from evenhand.native.held import Value
from evenhand.native.program import Followed, Program

SOCKET, CREDENTIALS = ("i", 1), ("i", 17)  # SOL_SOCKET, SO_PEERCRED
USER_AT, ADDRESS_AT = 4, 4  # in struct ucred, struct sockaddr_in
TELLS = ("getsockopt", "getpeereid", "getpeername")
ASKS = frozenset({*TELLS, "accept", "accept4"})
USER, ADDRESS = "user number", "address"
NOBODY = (65534, 65535, 0xFFFFFFFF, 0xFFFFFFFE)
LOCAL = (0, 127, 255)  # first bytes of addresses that are nobody's in particular
MULTICAST = 224
STRENGTH = {USER: (0.5, 0.2), ADDRESS: (0.3, 0.3)}  # and what the weight of an effect adds
LEAST = {USER: 0.1, ADDRESS: 0.8}
CALLERS = 4


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Comparisons of one function with such a number, where "equal" opens something."""
    callers = program.functions.callers
    asking = {start for name in TELLS for start, _ in callers.get(name, ())}
    if not asking:
        return
    asked = [c for c in callers.get(where.start, ())[:CALLERS] if c[0] in asking]
    known = _known(where) if where.start in asking else {}
    known |= _handed(program, asked)
    for branch, given, taken in decided(where.trace) if known else ():
        block = where.trace.flow.blocks[branch.block]
        equal, other = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in given:
            number = right[1] & 0xFFFFFFFF if right is not None and right[0] == "i" else 0
            what = _what(left, known) if number else ""
            if not what or number in NOBODY or (what == ADDRESS and not _somebodys(number)):
                continue
            match = Match(branch.at, branch.block, equal, other, f"{number:#x}", "number", left)
            reached = effect.of(program, where, match)
            if reached.weight < LEAST[what]:
                continue
            base, more = STRENGTH[what]
            led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind
            yield Finding("fixed secret", f"{what} {_told(what, number)}",
                          round(base + more * reached.weight, 3), False,
                          f"the {what} of whoever connects is compared with a fixed one; where "
                          f"they are equal, and only there: {led}",
                          branch.at, where.start)  # fmt: skip


def _known(where: Followed) -> dict[Value, str]:
    """Values that are the user number or the address of the other end."""
    found: dict[Value, str] = {}
    for call in where.trace.calls:
        name, given = where.names.get(call.at, ""), call.arguments
        if name not in ASKS:
            continue
        if name == "getsockopt":
            if given[1:3] == (SOCKET, CREDENTIALS) and given[3] is not None and given[3][0] == "s":
                found["load", ("s", given[3][1] + USER_AT), 4] = USER
        elif given[1] is not None and given[1][0] == "s":
            place = given[1][1] + (0 if name == "getpeereid" else ADDRESS_AT)
            found["load", ("s", place), 4] = USER if name == "getpeereid" else ADDRESS
    return found


def _handed(program: Program, asked: list[tuple[int, int]]) -> dict[Value, str]:
    """Arguments that are such values where the function is called."""
    found: dict[Value, str] = {}
    for caller, site in asked:
        there = program.follow(caller)
        call = there.call(site) if there is not None else None
        theirs = _known(there) if there is not None and call is not None else {}
        for number, value in enumerate(call.arguments if call is not None and theirs else ()):
            if value in theirs:
                found["arg", number] = theirs[value]
    return found


def _what(value: Value, known: dict[Value, str], deep: int = 0) -> str:
    """What of the other end a value is, or is worked out of."""
    if value is None or deep > 4:
        return ""
    if value in known:
        return known[value]
    if value[0] == "op":
        return _what(value[2], known, deep + 1) or _what(value[3], known, deep + 1)
    return ""


def _somebodys(number: int) -> bool:
    first = number & 0xFF
    return first not in LOCAL and first < MULTICAST and number > 0xFFFF


def _told(what: str, number: int) -> str:
    return str(number) if what == USER else ".".join(str(b) for b in number.to_bytes(4, "little"))
