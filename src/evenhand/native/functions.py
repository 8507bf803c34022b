"""Functions of a program, with or without symbols, and who calls whom.

Spec: none; unwind tables first, then symbols, then what is called, pointed to or looks like a
start.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evenhand.native import aarch64, capability, linked, unwind, x86_64
from evenhand.native.code import Machine, References
from evenhand.native.image import Image

if TYPE_CHECKING:
    from evenhand.native.code import Numbers

MACHINES: dict[int, Machine] = {62: x86_64, 183: aarch64}
MAX_CODE = 64 << 20
SHELL_BYTES = 2000
SMALL = 200  # bytes of a function around one system call
INIT, FINI, INIT_ARRAY, INIT_SIZE, FINI_ARRAY, FINI_SIZE = 12, 13, 25, 27, 26, 28


@dataclass
class Functions:
    """Functions in order of address, and calls between them and to imports."""

    image: Image
    machine: Machine
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # start or stub → name
    references: list[References] = field(default_factory=list)
    stubs: dict[int, int] = field(default_factory=dict)  # address → address of pointer
    calls: dict[int, list[tuple[int, int | str]]] = field(default_factory=dict)
    callers: dict[int | str, list[tuple[int, int]]] = field(default_factory=dict)
    addresses: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    numbers: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # site, number
    initial: list[int] = field(default_factory=list)  # run before main
    linked: dict[int, str] = field(default_factory=dict)  # of a library linked in → name if known

    def at(self, address: int) -> int:
        """The start of the function that an address lies in; -1 where it lies in none."""
        n = bisect.bisect_right(self.starts, address) - 1
        return self.starts[n] if n >= 0 and address < self.ends[n] else -1

    def size(self, start: int) -> int:
        """Bytes of the function that starts there; 0 where none does."""
        n = bisect.bisect_left(self.starts, start)
        return self.ends[n] - start if n < len(self.starts) and self.starts[n] == start else 0

    def callee(self, target: int, slot: int | None = None) -> int | str | None:
        """What a call reaches: a function's start, the name of an import, or None."""
        if slot is not None:
            name = self.image.imported.get(slot)
            if name:
                own = self.image.exported.get(name)
                return name if own is None or capability.known(name) else own
            pointed = self.image.pointers.get(slot)
            if pointed is not None:
                return self.callee(pointed)
            resolver = self.image.resolvers.get(slot)
            return None if resolver is None else self.linked.get(resolver) or resolver
        if target in self.stubs:
            return self.callee(-1, self.stubs[target])
        n = bisect.bisect_left(self.starts, target)
        if n < len(self.starts) and self.starts[n] == target:
            return self.library(target) or target
        return None

    def library(self, start: int) -> str | None:
        """The name of a library's function that was linked in, where it is known."""
        return self.linked.get(start)

    def code(self, start: int) -> bytes:
        """The bytes of the function that starts there."""
        return self.image.read(start, self.size(start))

    def compares(self, start: int, wanted: Callable[[int], bool]) -> bool:
        """True where a function compares with a number that is wanted.

        Numbers are found in all bytes; only those count that are part of an instruction of their
        own, and not, say, of how far away an address lies.
        """
        sites = {site for site, number in self.numbers.get(start, ()) if wanted(number)}
        return bool(sites) and self.machine.any_begins(self.code(start), start, sites)


def find(image: Image) -> Functions:
    """Find the functions of a program and the calls between them."""
    machine = MACHINES[image.machine]
    found = Functions(image, machine)
    stretches, left = [], MAX_CODE
    for start, size in image.code():
        if size > left:
            image.gaps.append(f"only the first {MAX_CODE >> 20} MiB of code were read")
        code = image.read(start, min(size, left))
        left -= len(code)
        if code:
            stretches.append((start, code))
            found.references.append(machine.references(code, start))
    for start, size in image.stub_code():
        found.stubs |= machine.stubs(image.read(start, min(size, MAX_CODE)), start)
    found.stubs = {
        a: s for a, s in found.stubs.items() if s in image.imported or s in image.resolvers
        or s in image.pointers
    }  # fmt: skip
    _bounds(found, stretches)
    if not image.interpreter and not image.needed:  # it holds its libraries itself
        given = (image.machine, found.starts, found.ends, found.code, image.entry)
        found.linked = linked.names(*given)
        _system_calls(found)
    found.names = {a: n for a, (_, n) in image.functions.items() if n}
    _graph(found)
    if found.linked and _shells(found):
        for held in (found.calls, found.callers, found.addresses, found.numbers):
            held.clear()
        _graph(found)
    return found


def _system_calls(found: Functions) -> None:
    """Name small functions of a static program by the one system call that they make."""
    calls = found.machine.system_calls
    for start, end in zip(found.starts, found.ends, strict=True):
        if end - start <= SMALL and not found.linked.get(start):
            name = calls.get(found.machine.call_number(found.code(start)))
            if name is not None:
                found.linked[start] = name


def _shells(found: Functions) -> bool:
    """Name the functions of a linked library that run a shell, by the texts that they use."""
    named = False
    for start, uses in found.addresses.items():
        if found.linked.get(start) or found.size(start) > SHELL_BYTES or start < found.image.entry:
            continue
        texts = {found.image.string(a, 16) for _, a in uses}
        if b"/bin/sh" in texts and b"-c" in texts and b"sh" in texts:
            found.linked[start], named = "system", True
    return named


def _bounds(found: Functions, stretches: list[tuple[int, bytes]]) -> None:
    """Starts and ends; functions that no table names are looked for only where none lies."""
    image = found.image
    known = unwind.ranges(image)
    for start, (size, _) in image.functions.items():
        if size and start not in known:
            known[start] = size
    covered = sorted((a, a + s) for a, s in known.items() if a not in found.stubs)
    guesses = {image.entry, *(a for a, (s, _) in image.functions.items() if not s)}
    guesses |= set(_initial(found))
    open_code = [g for a, code in stretches for g in _gaps(covered, a, a + len(code))]
    if sum(b - a for a, b in open_code) > 64:
        guesses |= _called(found, open_code)
        for base, code in stretches:
            guesses |= set(found.machine.prologues(code, base).tolist())
        guesses |= {p for p in image.pointers.values() if image.executable(p)}
    starts = {a for a, _ in covered}
    new = sorted(g for g in guesses if g not in found.stubs and _inside(open_code, g))
    starts |= set(new)
    ends = dict(covered)
    order = sorted(starts)
    limits = sorted(a + len(c) for a, c in stretches)
    for n, start in enumerate(order):
        following = order[n + 1] if n + 1 < len(order) else 1 << 63
        limit = bisect.bisect_right(limits, start)
        stop = limits[limit] if limit < len(limits) else start
        end = min(ends.get(start, 1 << 63), following, stop)
        if end > start:
            found.starts.append(start)
            found.ends.append(end)


def _initial(found: Functions) -> list[int]:
    image = found.image
    dynamic = image.dynamic
    runs = [dynamic[t] for t in (INIT, FINI) if t in dynamic]
    for at, size in ((INIT_ARRAY, INIT_SIZE), (FINI_ARRAY, FINI_SIZE)):
        start, length = dynamic.get(at, 0), min(dynamic.get(size, 0), 1 << 16)
        for place in range(start, start + length, 8):
            target = image.pointers.get(place)
            if target is None:
                target = int.from_bytes(image.read(place, 8), "little")
            if image.executable(target):
                runs.append(target)
    found.initial = runs
    return runs


def _gaps(covered: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    found, at = [], start
    for a, b in covered[max(0, bisect.bisect_left(covered, (start, 0)) - 1) :]:
        if a >= end:
            break
        if a > at:
            found.append((at, a))
        at = max(at, b)
    if at < end:
        found.append((at, end))
    return found


def _inside(stretches: list[tuple[int, int]], address: int) -> bool:
    n = bisect.bisect_right(stretches, (address, 1 << 63)) - 1
    return n >= 0 and address < stretches[n][1]


def _called(found: Functions, open_code: list[tuple[int, int]]) -> set[int]:
    """Targets of calls, and code whose address is taken, where no function is known to lie."""
    targets: set[int] = set()
    for refs in found.references:
        for pairs in (refs.calls, refs.addresses):
            if len(pairs):
                targets |= set(pairs[:, 1].tolist())
    return {t for t in targets if _inside(open_code, t)}


def _graph(found: Functions) -> None:
    """Calls, jumps to other functions, addresses taken and numbers compared, by function."""
    import numpy as np

    starts = np.array(found.starts, np.int64)
    ends = np.array(found.ends, np.int64)
    if not len(starts):
        return
    targets = np.array(sorted({*found.starts, *found.stubs}), np.int64)
    low = min(s.start for s in found.image.segments)
    high = max(s.start + s.memory_bytes for s in found.image.segments)

    def owned(pairs: Numbers) -> tuple[Numbers, Numbers]:
        """Pairs whose site lies in a function, and that function."""
        n = np.searchsorted(starts, pairs[:, 0], "right") - 1
        good = (n >= 0) & (pairs[:, 0] < ends[n])
        return pairs[good], starts[n[good]]

    reached: dict[int, int | str | None] = {}
    calls, callers = found.calls, found.callers
    for refs in found.references:
        for pairs, jump in ((refs.calls, False), (refs.jumps, True)):
            place = np.minimum(np.searchsorted(targets, pairs[:, 1]), len(targets) - 1)
            good, owner = owned(pairs[targets[place] == pairs[:, 1]])
            for target in set(good[:, 1].tolist()) - reached.keys():
                reached[target] = found.callee(target)
            for start, (site, target) in zip(owner.tolist(), good.tolist(), strict=True):
                callee = reached[target]
                if callee is not None and not (jump and target == start):
                    calls.setdefault(start, []).append((site, callee))
                    callers.setdefault(callee, []).append((start, site))
        good, owner = owned(refs.slots)
        for start, (site, slot) in zip(owner.tolist(), good.tolist(), strict=True):
            if slot in found.image.imported or slot in found.image.resolvers:
                _edge(found, start, site, found.callee(-1, slot))
        inside = refs.addresses[(refs.addresses[:, 1] >= low) & (refs.addresses[:, 1] < high)]
        for held, pairs in ((found.addresses, inside), (found.numbers, refs.numbers)):
            for start, some in _by_owner(*owned(pairs)):
                held.setdefault(start, []).extend(some)


def _by_owner(pairs: Numbers, owner: Numbers) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Functions, each with its pairs in their order, in the order in which they are met first."""
    import numpy as np

    if not len(owner):
        return
    order = np.argsort(owner, kind="stable")
    sites, values = pairs[order].T.tolist()
    some = list(zip(sites, values, strict=True))
    starts, first = np.unique(owner[order], return_index=True)
    ends = [*first[1:].tolist(), len(some)]
    groups = list(zip(order[first].tolist(), starts.tolist(), first.tolist(), ends, strict=True))
    for _, start, begin, end in sorted(groups):
        yield start, some[begin:end]


def _edge(found: Functions, start: int, site: int, callee: int | str | None) -> None:
    if callee is not None:
        found.calls.setdefault(start, []).append((site, callee))
        found.callers.setdefault(callee, []).append((start, site))


def near(found: Functions, calls: int = 4) -> dict[int, dict[str, int]]:
    """Function → what it can do → in how many calls, at most `calls`; 0 is by itself."""
    reached: dict[int, dict[str, int]] = {}
    edge: list[tuple[int | str, str]] = [
        (name, kind) for name in found.callers
        if isinstance(name, str) and (kind := capability.kind_of(name))
    ]  # fmt: skip
    for steps in range(calls + 1):
        following: list[tuple[int | str, str]] = []
        for callee, kind in edge:
            for caller, _ in found.callers.get(callee, ()):
                if caller in found.linked:
                    continue  # what a library can do is told by its names
                kinds = reached.setdefault(caller, {})
                if kind not in kinds:
                    kinds[kind] = steps
                    following.append((caller, kind))
        edge = following
    return reached
