"""What input is read through: a connection, a file, a pipe from a program, standard input.

Spec: POSIX.1-2017 (open, fopen, fdopen, popen, accept, socket); RFC 3875 (CGI).
"""

from __future__ import annotations

from evenhand.native import capability
from evenhand.native.held import Value
from evenhand.native.program import Followed, Program

DEEPEST, MOST_SITES = 3, 12
HANDLE = {  # name → argument that is the file, the stream or the descriptor
    "read": 0, "__read_chk": 0, "fgets": 2, "__fgets_chk": 3, "fgets_unlocked": 2, "fread": 3,
    "__fread_chk": 4, "getline": 2, "getdelim": 3, "fscanf": 0, "__isoc99_fscanf": 0,
    "__isoc23_fscanf": 0, "fgetc": 0, "getc": 0,
}  # fmt: skip
OPENED = {
    **dict.fromkeys(capability.words("open open64 openat fopen fopen64 freopen creat"), "file"),
    **dict.fromkeys(capability.words("accept accept4 socket"), "connection"),
    "popen": "pipe",
}
STREAMS = ("stdin", "_IO_2_1_stdin_")
TYPED = frozenset(capability.words("scanf __isoc99_scanf __isoc23_scanf getchar gets readline "
                                   "getpass"))  # fmt: skip
ASKS = frozenset({"authenticates", "changes privileges"})
GATEWAY = (b"\0REQUEST_METHOD\0", b"\0QUERY_STRING\0", b"\0GATEWAY_INTERFACE\0")
REQUEST = ("HTTP_", "REQUEST_", "QUERY_", "PATH_INFO", "REMOTE_", "CONTENT_")
# what shows that somebody else than the user may be at the other end
SERVES = frozenset(
    capability.words(
        "accept accept4 listen recvfrom recvmsg getpeername SSL_accept pam_get_authtok "
        "pam_authenticate pam_get_user"
    )
)


def of(program: Program, where: Followed, name: str) -> frozenset[str]:
    """What one function of a library reads from, in this function or else in the program."""
    if name in TYPED:
        return frozenset({"standard input"})
    if name not in HANDLE:
        return frozenset({"connection"}) if name.startswith(("recv", "SSL_")) else frozenset()
    sites = program.functions.callers.get(name, [])
    own = [s for s in sites if s[0] == where.start]
    found: set[str] = set()
    for start, site in (own or sites)[:MOST_SITES]:
        there = program.follow(start)
        call = there.call(site) if there is not None else None
        if there is None or call is None or HANDLE[name] >= len(call.arguments):
            return frozenset()
        kinds = opened(program, there, call.arguments[HANDLE[name]], 0)
        if not kinds:
            return frozenset()
        found |= kinds
    return frozenset(found)


def local(program: Program, where: Followed, name: str) -> bool:
    """True where what is read is a file, or whatever it is in a program that serves nobody."""
    kinds = of(program, where, name)
    if kinds:
        return not kinds & {"connection", "standard input"}
    return name in HANDLE and not serves(program) and "socket" not in program.functions.callers


def serves(program: Program) -> bool:
    """True where somebody else than its user may talk to a program, or it is a library."""
    if program.serves is None:
        image = program.image
        program.serves = (
            not SERVES.isdisjoint(program.functions.callers)
            or not ASKS.isdisjoint(program.kinds)
            or (not image.interpreter and bool(image.needed))
            or any(image.data.find(name) >= 0 for name in GATEWAY)
        )
    return program.serves


def of_gateway(program: Program, where: Followed, value: Value) -> bool:
    """True for a variable of the environment that a web server sets from a request."""
    call = where.call(value[1]) if value is not None and value[0] == "call" else None
    name = program.text(call.arguments[0]) if call is not None else None
    return name is not None and name.startswith(REQUEST)


def opened(program: Program, where: Followed, handle: Value, deep: int) -> frozenset[str]:
    """How a file, a stream or a descriptor came to be; nothing where that is not seen."""
    if handle is None or deep > DEEPEST:
        return frozenset()
    if handle == ("i", 0):
        return frozenset({"standard input"})
    if handle[0] == "phi":
        one, other = (opened(program, where, h, deep + 1) for h in handle[2:4])
        return one | other if one and other else frozenset()
    if handle[0] == "load":
        return _stream(program, handle[1])
    if handle[0] == "arg":
        return _given(program, where, handle[1], deep)
    call = where.call(handle[1]) if handle[0] == "call" else None
    if call is None:
        return frozenset()
    name = where.names.get(call.at, "")
    if name in OPENED:
        return frozenset({OPENED[name]})
    if name == "fdopen":
        return opened(program, where, call.arguments[0], deep + 1)
    called = {c for _, c in program.functions.calls.get(call.target, ())}
    kinds = {OPENED[c] for c in called if isinstance(c, str) and c in OPENED}
    return frozenset(kinds)


def _stream(program: Program, place: Value) -> frozenset[str]:
    """Standard input is data of the C library, copied or reached through a pointer."""
    image = program.image
    if place is not None and place[0] == "load":
        place = place[1]
        named = image.imported.get(place[1], "") if place is not None and place[0] == "a" else ""
    else:
        named = image.objects.get(place[1], "") if place is not None and place[0] == "a" else ""
    return frozenset({"standard input"}) if named.partition("@")[0] in STREAMS else frozenset()


def _given(program: Program, where: Followed, number: int, deep: int) -> frozenset[str]:
    """What callers give as an argument, where that is seen of all of the first few."""
    found: set[str] = set()
    for caller, site in program.functions.callers.get(where.start, [])[:MOST_SITES]:
        there = program.follow(caller)
        call = there.call(site) if there is not None else None
        if there is None or call is None or number >= len(call.arguments):
            return frozenset()
        kinds = opened(program, there, call.arguments[number], deep + 1)
        if not kinds:
            return frozenset()
        found |= kinds
    return frozenset(found)
