"""Functions that a program finds by a name that it makes, or puts in the place of others'.

Spec: dlsym(3) (RTLD_DEFAULT, RTLD_NEXT), dl_iterate_phdr(3), mprotect(2).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability, secret
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

ANY = (("i", 0), ("i", (1 << 64) - 1))  # RTLD_DEFAULT, RTLD_NEXT
WRITABLE = 2  # PROT_WRITE
HIDDEN = {"getenv": 0, "secure_getenv": 0, "dlopen": 0, "getaddrinfo": 0, "gethostbyname": 0}
FOUND_BY_NAME, WRITTEN_OVER, NAME_HIDDEN = 0.6, 0.7, 0.5
LARGEST = 3000  # bytes of a function: in a larger one much is worked out


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """What one function does of this."""
    names = set(where.names.values())
    if "dlsym" in names or not names.isdisjoint(HIDDEN):
        yield from _named(program, where)
    if "mprotect" in names:
        yield from _written(program, where)


def _named(program: Program, where: Followed) -> Iterator[Finding]:
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if name == "dlsym" and call.arguments[0] in ANY and _made(program, where, call):
            yield Finding("hidden call", name, FOUND_BY_NAME, False,
                          "a function of any library is looked up (dlsym) by a name that stands "
                          "nowhere as text", call.at, where.start)  # fmt: skip
        elif name in HIDDEN and program.functions.size(where.start) < LARGEST:
            value = call.arguments[HIDDEN[name]]
            how, constant = secret.maker(program, where, value, call)
            if how == "decoded" and program.text(value) is None:
                yield Finding("hidden call", name, NAME_HIDDEN, False,
                              f"what {name} is asked for is decoded first: it stands nowhere as "
                              f"text {constant}", call.at, where.start)  # fmt: skip


def _made(program: Program, where: Followed, call: Call) -> bool:
    """True for a name that the program puts together itself."""
    value: Value = call.arguments[1]
    if value is None or program.text(value) is not None:
        return False
    if value[0] == "call":
        made = where.call(value[1])
        return made is not None and made.at not in where.names and made.target >= 0
    if value[0] == "s":
        built = program.constants.built(value, call.stack, where.trace.widths)
        return built is None or built in capability.KINDS
    return bool(value[0] == "a") and program.image.writable(value[1])


def _written(program: Program, where: Followed) -> Iterator[Finding]:
    """An own function's address that is written where protection was taken away before."""
    opened = [
        c for c in where.trace.calls
        if where.names.get(c.at) == "mprotect"
        and (how := c.arguments[2]) is not None and how[0] == "i" and how[1] & WRITABLE
    ]  # fmt: skip
    for stored in where.trace.stored if opened else ():
        value, place = stored.value, stored.place
        if value is None or value[0] != "a" or program.functions.at(value[1]) != value[1]:
            continue
        if place is None or place[0] not in ("a", "s"):
            because = ("memory is made writable (mprotect) and the address of an own function is "
                       "written where a pointer to another may stand")  # fmt: skip
            yield Finding("replaced function", "mprotect", WRITTEN_OVER, False, because,
                          stored.at, where.start)  # fmt: skip
            return
