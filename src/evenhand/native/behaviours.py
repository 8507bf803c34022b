"""What a program can be seen to do, and a list of its calls and comparisons for the difference.

Spec: none.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability
from evenhand.native.finding import shortened
from evenhand.native.findings import Look
from evenhand.native.held import Call
from evenhand.native.port import ports
from evenhand.native.program import Followed, Program

MAX_ROWS = 500  # behaviours of one program
KEY_BYTES = 32  # Ed25519, X25519, AES-256, SHA-256
ALIGNED = 32  # bytes before what comes next
ODD_BYTES = 24  # different ones among them: fewer are a table or numbers
KEY = "holds a key's bytes"
MAX_KEYS = 64  # of one program
Row = tuple[str, str, int, str]  # kind, target, address, because


class Use(NamedTuple):
    """A function that is called, or a constant that is compared with."""

    kind: str
    name: str
    at: int
    leads_to: str | None
    rarity: float | None


def of(found: Look) -> list[Row]:
    """Behaviours, each told once, by address."""
    program = found.program
    rows: dict[tuple[str, str], Row] = {}
    for start in program.chosen():
        where = program.follow(start)
        if where is None:
            continue
        for row in _function(program, where):
            rows.setdefault(row[:2], row)
    return sorted(rows.values(), key=lambda r: (r[0], r[2], r[1]))[:MAX_ROWS]


def _function(program: Program, where: Followed) -> Iterator[Row]:
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if name in capability.SHELL:
            yield _runs(program, call, name)
        elif name == "listen":
            for number in ports(program, where) or [0]:
                yield "listens", f"port {number}" if number else "", call.at, "calls listen"
        elif name in ("getenv", "secure_getenv"):
            variable = program.text(call.arguments[0])
            if variable:
                kind = "acts by environment"
                if variable in capability.ENVIRONMENT:
                    kind = f"acts by {capability.ENVIRONMENT[variable]}"
                yield kind, shortened(variable), call.at, f"calls {name}"


def _runs(program: Program, call: Call, name: str) -> Row:
    text = next((t for a in call.arguments[:2] if (t := program.text(a))), None)
    return "runs commands", shortened(text or "(not fixed)"), call.at, f"calls {name}"


def uses(found: Look) -> list[Use]:
    """Calls that matter and every comparison, each once, the rarest first."""
    rows: dict[tuple[str, str, str | None], Use] = {}
    for name, places in found.program.functions.callers.items():
        if isinstance(name, str) and name in _TOLD:
            rows["calls", name, None] = Use("calls", name, min(p[1] for p in places), None, None)
    for name, at in itertools.islice(_keys(found.program), MAX_KEYS):
        rows.setdefault((KEY, name, None), Use(KEY, name, at, None, None))
    for one in found.compared:
        constant = shortened(one.constant)
        leads = one.effect or None
        known = rows.get(("compares", constant, leads))
        if known is None or one.at < known.at:
            rows["compares", constant, leads] = Use("compares", constant, one.at, leads, one.rarity)
    return sorted(rows.values(), key=lambda u: (u.kind, -(u.rarity or 0), u.name, u.leads_to or ""))


def _keys(program: Program) -> Iterator[tuple[str, int]]:
    """Constants of the size and the look of a key, by their digest: whom a program may believe."""
    image, seen = program.image, set[int]()
    ends = sorted(s.start + s.size for s in image.sections if s.start and s.size)
    for uses in program.functions.addresses.values():
        for site, address in uses:
            if address in seen:
                continue
            seen.add(address)
            raw = image.fixed(address, KEY_BYTES)
            if raw.isascii() or len(set(raw)) < ODD_BYTES or image.executable(address):
                continue
            end = bisect.bisect_right(ends, address)
            left = ends[end] - address if end < len(ends) else program.extent(address)
            if KEY_BYTES <= min(left, program.extent(address)) < KEY_BYTES + ALIGNED:
                yield hashlib.sha256(raw).hexdigest()[:8], site


_TOLD = frozenset({
    *capability.KINDS, *capability.FILLS, *capability.GIVES, *capability.WHERE,
    *capability.COMPARATORS, *capability.VERIFIES, "dlsym", "getopt", "getopt_long", "fork",
    "daemon", "syscall",
})  # fmt: skip
