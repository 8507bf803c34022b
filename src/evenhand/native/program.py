"""A native program as a whole: its functions followed where it may matter, within a budget.

Spec: none; the order of work depends on the program's bytes alone.
"""

from __future__ import annotations

import bisect
import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from evenhand.native import capability, flow, functions, rarity, values
from evenhand.native.code import BRANCH, Step
from evenhand.native.constants import Constants
from evenhand.native.functions import Functions
from evenhand.native.held import Call, Trace, Value
from evenhand.native.image import Image

BUDGET_STEPS = 3_000_000  # instructions followed in one program
LARGEST = 60_000  # bytes of one function
COMPARATOR_BYTES = 600
EVERYWHERE, LARGE = 0.25, 150  # of the functions of a large program, and what large is
RARE = 0.2
SMALL = 16_384  # bytes of code of a program in which everything is followed
ASKED_BYTES, ASKED = 1500, 200
DAYS = (1_000_000_000, 1 << 40)  # seconds since 1970
STRONG = ("runs a command", "changes privileges", "loads code", "authenticates", "encrypts")
ALSO = ("changes files", "uses the network")
DIRECT = frozenset({
    *capability.VERIFIES,
    "listen", "getopt_long", "getopt_long_only", "dlsym", "setlocale", "getuid", "geteuid",
    "localeconv", "nl_langinfo", "tzset",
})  # fmt: skip
PLAIN = frozenset(
    capability.words(
        "strlen tolower toupper __ctype_tolower_loc __ctype_toupper_loc __ctype_b_loc strnlen "
        "__stack_chk_fail"
    )
)


class Followed(NamedTuple):
    """A function that was followed: what was met, and the names of what it calls."""

    start: int
    trace: Trace
    names: dict[int, str]  # call → name of the import, or of the system call
    calls: dict[int, Call]  # by address
    roots: dict[tuple[int, int], tuple[Value, frozenset[Value]]]  # kept by `gate`

    def call(self, at: int) -> Call | None:
        """The call at an address."""
        return self.calls.get(at)


class Program:
    """A program with everything that is asked of it worked out once."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.functions: Functions = functions.find(image)
        self.constants = Constants(image)
        self.near = functions.near(self.functions)
        self.steps = 0
        self.left_out = 0
        self.main: int | None = None  # found when first asked for (`origin.main`)
        self.serves: bool | None = None  # kept by `channel`
        self.nearest: dict[tuple[int, str], str] = {}  # kept by `effect.named`
        self.edges: dict[tuple[int, int, int, int, bool], Any] = {}  # kept by `effect`
        self.weights: dict[int, list[tuple[Call, float]]] = {}
        self.checks: dict[int, tuple[list[Any], list[Any]]] = {}  # kept by `gate`
        self.tests: dict[int, dict[Any, list[Any]]] = {}
        self.commands: dict[str, list[Any]] = {}  # kept by `ran`
        self.asking: frozenset[int] | None = None  # kept by `computed`
        self.tables: list[list[Any]] | None = None  # kept by `command`
        self.flags: dict[int, list[tuple[int, Any]]] | None = None
        self._sharing: dict[int, list[int]] | None = None
        self._chosen: list[int] | None = None
        self._followed: dict[int, Followed | None] = {}
        self.comparators = self._comparators()

    def _comparators(self) -> frozenset[int]:
        """Small functions that do nothing to the outside: they may compare their arguments."""
        found, calls = set(self.image.resolvers.values()), self.functions.calls
        for start, end in zip(self.functions.starts, self.functions.ends, strict=True):
            if not 12 <= end - start <= COMPARATOR_BYTES or start in self.near:
                continue
            if all(c in PLAIN or c in capability.COMPARATORS for _, c in calls.get(start, ())):
                found.add(start)
        return frozenset(found)

    @functools.cached_property
    def kinds(self) -> frozenset[str]:
        """What the functions of libraries that it calls can do."""
        names = (n for n in self.functions.callers if isinstance(n, str))
        return frozenset(k for n in names if (k := capability.kind_of(n)))

    @functools.cached_property
    def data_names(self) -> frozenset[str]:
        """Names of data that it shares with libraries."""
        every = (*self.image.objects.values(), *self.image.imported.values())
        return frozenset(n.partition("@")[0] for n in every)

    @functools.cached_property
    def all_names(self) -> frozenset[str]:
        """Names of all that it takes from libraries, shared or linked in."""
        named = (n for n in self.functions.callers if isinstance(n, str))
        return self.data_names.union(named, self.functions.linked.values())

    @functools.cached_property
    def filled(self) -> dict[int, str]:
        """Functions that input comes in by, each with the first function of a library for it."""
        first: dict[int, tuple[int, str]] = {}
        for name in capability.FILLS.keys() & self.functions.callers.keys():
            for start, site in self.functions.callers[name]:
                order = first.get(start)
                if order is None or site < order[0]:
                    first[start] = (site, name)
        return {start: name for start, (_, name) in first.items()}

    @functools.cached_property
    def everywhere(self) -> frozenset[str]:
        """What so many functions of a large program lead to that it says nothing of one."""
        own = len(self.functions.starts) - len(self.functions.linked)
        if own < LARGE:
            return frozenset()
        count = Counter(k for kinds in self.near.values() for k in kinds)
        return frozenset(k for k, n in count.items() if n > EVERYWHERE * own)

    @property
    def by_place(self) -> bool:
        """True where the program asks for the language that it is to speak."""
        return not self.functions.callers.keys().isdisjoint({"setlocale", "nl_langinfo"})

    def follow(self, start: int) -> Followed | None:
        """Follow one function; None where it is too large or the budget is used up."""
        if start in self._followed:
            return self._followed[start]
        self._followed[start] = None
        known = self.functions
        size = known.size(start)
        if size > LARGEST or self.steps > BUDGET_STEPS:
            self.left_out += 1
            return None
        steps = known.machine.decode(known.code(start), start)
        self.steps += len(steps)
        blocks = flow.build(self._with_cold(start, steps))
        if blocks is None:
            return None
        trace = values.follow(blocks, known.machine.convention, self.image.fixed)
        names: dict[int, str] = {}
        trace.calls = [self._named(c, names) for c in trace.calls]
        found = Followed(start, trace, names, {c.at: c for c in trace.calls}, {})
        self._followed[start] = found
        return found

    def _with_cold(self, start: int, steps: list[Step]) -> list[Step]:
        """Add the parts of a function that the compiler put elsewhere, away from the hot path."""
        known, end = self.functions, start + self.functions.size(start)
        cold = set()
        for target in {s[7] for s in steps if s[0] == BRANCH and not start <= s[7] < end}:
            other = known.at(target) if target >= 0 else -1
            if other >= 0 and other not in known.callers and known.size(other) < LARGEST:
                cold.add(other)
        for other in sorted(cold):
            more = known.machine.decode(known.code(other), other)
            self.steps += len(more)
            steps = steps + more
        return steps

    def _named(self, call: Call, names: dict[int, str]) -> Call:
        """A call with its target told: the name of an import, or the start of a function."""
        if call.system:
            number = call.pointer[1] if call.pointer and call.pointer[0] == "i" else -1
            name = self.functions.machine.system_calls.get(number)
            if name:
                names[call.at] = name
            return call
        slot = None
        if call.pointer is not None and call.pointer[0] == "load":
            place = call.pointer[1]
            slot = place[1] if place is not None and place[0] == "a" else None
        target = self.functions.callee(call.target, slot)
        if isinstance(target, str):
            first = call.arguments[0]
            if target == "syscall" and first is not None and first[0] == "i":
                target = self.functions.machine.system_calls.get(first[1], target)
                call = call._replace(arguments=(*call.arguments[1:], None))
            names[call.at] = target
        elif target is not None:
            return call if target == call.target else call._replace(target=target)
        elif call.pointer is not None and call.pointer[0] == "a":
            return call._replace(target=call.pointer[1])
        return call

    def text(self, value: Value) -> str | None:
        """The text that a value points to, where the program holds it."""
        return self.constants.text(value)

    def around(self, start: int) -> set[str]:
        """Names of imports that a function calls, itself or by what it calls."""
        names: set[str] = set()
        seen, todo = {start}, [(start, 0)]
        while todo:
            current, deep = todo.pop()
            where = self._followed.get(current)
            names |= set(where.names.values()) if where else set()
            for _, callee in self.functions.calls.get(current, ()):
                if isinstance(callee, str):
                    names.add(callee)
                elif callee not in seen and deep < 1 and len(seen) < 200:
                    seen.add(callee)
                    todo.append((callee, deep + 1))
        return names

    def users(self, at: int, size: int) -> list[tuple[int, int]]:
        """Functions that use an address or one inside the `size` bytes after it, and where."""
        places = {p for p, v in self.image.pointers.items() if at <= v < at + size}
        found = []
        for start, uses in self.functions.addresses.items():
            found += [(start, site) for site, a in uses if at <= a < at + size or a in places]
        return sorted(found)

    def sharing(self, address: int) -> list[int]:
        """Functions that use an address."""
        if self._sharing is None:
            self._sharing = {}
            for start, uses in self.functions.addresses.items():
                for _, used in uses:
                    self._sharing.setdefault(used, []).append(start)
        return self._sharing.get(address, [])

    @functools.cached_property
    def offered(self) -> frozenset[int]:
        """Where what it offers others starts."""
        return frozenset(self.image.exported.values())

    @functools.cached_property
    def pointed(self) -> dict[int, list[int]]:
        """Where pointers to functions lie, by function."""
        found: dict[int, list[int]] = {}
        for place, target in sorted(self.image.pointers.items()):
            if self.image.executable(target):
                found.setdefault(target, []).append(place)
        return found

    def extent(self, address: int) -> int:
        """Bytes from an address to the next one that the code uses."""
        n = bisect.bisect_right(self._used, address)
        return self._used[n] - address if n < len(self._used) else LARGEST

    @functools.cached_property
    def _used(self) -> list[int]:
        return sorted({a for uses in self.functions.addresses.values() for _, a in uses})

    def asks_next(self, name: str) -> bool:
        """True where somewhere in the program the next function of this name is looked up."""
        for caller, site in self.functions.callers.get("dlsym", [])[:50]:
            where = self.follow(caller)
            for call in where.trace.calls if where else ():
                if call.at == site and self.text(call.arguments[1]) == name:
                    return True
        return False

    def chosen(self) -> list[int]:
        """Functions worth following, the likeliest first."""
        if self._chosen is None:
            self._chosen = self._choose()
            self._chosen += self._asked(self._chosen)
        return self._chosen

    def _asked(self, chosen: list[int]) -> list[int]:
        """Small functions whose answer decides something in one that was chosen."""
        found: dict[int, None] = {}
        known = dict(zip(self.functions.starts, self.functions.ends, strict=True))
        known = {start: end - start for start, end in known.items()}
        for start in chosen:
            where = self.follow(start)
            if where is None:
                continue
            compared = [b[3] for b in where.trace.branches if b[3]]
            decides = {c for one in compared for v in one[1:3] if v for c in _calls(v)}
            for call in where.trace.calls:
                target = call.target
                if (
                    call.at in decides
                    and target >= 0
                    and (known.get(target, LARGEST) <= ASKED_BYTES)
                ):
                    found[target] = None
        others = found.keys() - set(chosen) - self.functions.linked.keys()
        return [s for s in found if s in others][:ASKED]

    def _choose(self) -> list[int]:
        known = self.functions
        small = sum(e - s for s, e in zip(known.starts, known.ends, strict=True)) <= SMALL
        compare, calls_own = self._calling(capability.COMPARATORS), self._calling(self.comparators)
        doors, asks_time = self._calling(DIRECT), self._calling(("time",))
        ranked = []
        for start in known.starts:
            if start in known.linked:
                continue
            kinds = self.near.get(start, {})
            nearest = min((d for k, d in kinds.items() if k in STRONG), default=9)
            compares, own = start in compare, start in calls_own
            door = start in doors or (start in asks_time and self._day(start))
            if not (
                small or nearest == 0 or door or (compares and nearest <= 2)
                or ((compares or (nearest <= 3 and own)) and self._rare(start))
            ):  # fmt: skip
                beside = min((kinds.get(k, 9) for k in ALSO), default=9)
                if (nearest > 3 and beside > 1) or not known.compares(start, _is_rare):
                    continue
            ranked.append((nearest, not compares, start))
        return [start for *_, start in sorted(ranked)]

    def _calling(self, names: Iterable[str | int]) -> set[int]:
        """Functions that call one of these themselves."""
        callers = self.functions.callers
        return {start for name in names for start, _ in callers.get(name, ())}

    def _day(self, start: int) -> bool:
        """True where a function compares with a number that may be a day."""
        return self.functions.compares(start, lambda n: DAYS[0] <= n < DAYS[1])

    def _rare(self, start: int) -> bool:
        """True where a function uses a text that hardly any program holds."""
        for _, address in self.functions.addresses.get(start, ()):
            text = self.text(("a", address))
            if text is not None and len(text) < 80 and rarity.of_text(text) > RARE:
                return True
        return False


def _is_rare(number: int) -> bool:
    return rarity.of_number(number) > RARE


def _calls(value: Value, deep: int = 0) -> Iterator[int]:
    """Calls whose results are in a value."""
    if value is None:
        return
    if value[0] == "call":
        yield value[1]
    elif value[0] in ("phi", "op") and deep < 3:
        yield from _calls(value[2], deep + 1)
        yield from _calls(value[3], deep + 1)
