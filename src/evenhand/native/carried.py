"""What is gathered and sent: passwords, secrets of users, a machine's number, users, addresses.

Followed from call to call through the buffers of one function, and into functions that it calls.

Spec: environ(7); pam_get_authtok(3); CURLOPT_POSTFIELDS(3), curl.h (CURLoption).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability, channel, origin, private
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.private import PASSWORD, SECRETS, VARIABLES
from evenhand.native.program import Followed, Program

ASKED = {"gethostname": (0, "its name"), "uname": (0, "its name"),
         "getifaddrs": (0, "its addresses"), "pam_get_authtok": (2, PASSWORD)}  # fmt: skip
GIVEN = {"getlogin": "its user", "getpwuid": "its user", "cuserid": "its user"}
VARIABLE = ("getenv", "secure_getenv")
ENVIRONMENT = ("environ", "__environ")
STREAM = {"write": 0, "dprintf": 0, "__dprintf_chk": 0, "fprintf": 0, "__fprintf_chk": 0,
          "fputs": 1, "fwrite": 3}  # fmt: skip
SENDS = frozenset(
    capability.words(
        "send sendto SSL_write BIO_write BIO_puts gnutls_record_send sendfile mosquitto_publish "
        "zmq_send getaddrinfo gethostbyname res_query"
    )
)
CURL = "curl_easy_setopt"
CURL_SENDS = (10002, 10009, 10015, 10023, 10165)  # URL, READDATA, POSTFIELDS, HTTPHEADER, a copy
SENDS_BY = re.compile(r"\b(?:curl|wget|nc|ncat|netcat|mail|mailx|sendmail|ssh|scp|ftp"
                      r"|nslookup|dig|host|logger -n)\b|/dev/tcp/")  # fmt: skip
BY_COMMAND = "by a command"
OPENS = frozenset(capability.words("fopen fopen64 open open64 openat"))
PASSES = capability.PASSES | OPENS | {"fdopen", "mmap", "mmap64", "realloc"}
LOOKED_UP = ("getaddrinfo", "gethostbyname", "gethostbyname2", "res_query")
APPENDS = frozenset(n for n in capability.BUILDS if "cat" in n)
MOST = 50  # functions that send, of a program that knows its environment
FEWEST = 2  # kinds of things that tell of a machine
DEEPEST = 2
NAMED = 0.45  # a place of secrets in a function that opens and sends: the way is not seen
ALL = 0.45  # all variables, in a function that sends: the same
PASSED_ON: Value = ("arg", 2)
SPECIFIER = re.compile(r"%[^%]")
Marks = dict[Value, frozenset[str]]
NONE = frozenset[str]()
LONGEST = 200  # characters of a path


class Sent(NamedTuple):
    """What was sent, by which function of a library, where."""

    kinds: frozenset[str]
    name: str
    at: int
    function: int


def find(program: Program, texts: str) -> Iterator[Finding]:
    """What functions that gather something give away; `texts` are all texts of the program."""
    sends = {"connect", "curl_easy_perform", *SENDS, *capability.WHOLE_COMMAND}
    if program.functions.callers.keys().isdisjoint(sends):
        return
    for start in _gathering(program):
        where = program.follow(start)
        if where is None:
            continue
        marks: Marks = {}
        if start == origin.main(program):
            marks["arg", 2] = frozenset({VARIABLES})
        seen = False
        for sent in _follow(program, where, marks, 0, texts):
            for one in _found(sent):
                seen = True
                yield one
        if not seen:
            yield from _near(program, where)


def _found(sent: Sent) -> Iterator[Finding]:
    """What is worth telling of what was sent."""
    kinds, away = sent.kinds, f"gathered and sent by {sent.name}: "
    told = ", ".join(sorted(kinds - {BY_COMMAND}))
    if PASSWORD in kinds:
        kind, strength, told = "password passed on", 0.65, PASSWORD
    elif kinds & {SECRETS, VARIABLES}:
        kind, strength = "secrets passed on", 0.7 if SECRETS in kinds else 0.6
    elif len(kinds - {BY_COMMAND}) < FEWEST:
        return
    elif sent.name in LOOKED_UP:  # the name of a host tells it to whoever answers for names
        kind, strength = "machine told of", 0.55
    elif kinds & {"its number", "its users"}:
        kind, strength = "machine told of", 0.6
    else:
        kind, strength = "machine told of", 0.4
    yield Finding(kind, sent.name, strength, False, away + told, sent.at, sent.function)


def _near(program: Program, where: Followed) -> Iterator[Finding]:
    """Secrets in a function that sends, where the way from the one to the other is not seen."""
    start = where.start
    near = program.near.get(start, {})
    if near.get("uses the network", 9) > 1:
        return
    for _, at in program.functions.addresses.get(start, ()):
        text = program.text(("a", at)) or ""
        if len(text) < LONGEST and SECRETS in private.of_path(text):
            if near.get("opens files", 9) <= 1:
                yield Finding("secrets passed on", text, NAMED, False,
                              f"a function names {text}, opens files and leads to the network",
                              at, start)  # fmt: skip
            return
    gone_through = any(
        b.compared is not None and VARIABLES in _marked(program, {}, b.compared.left)
        for b in where.trace.branches
    )
    if gone_through and near.get("runs a command", 9) > 1:
        because = "a function goes through the environment, and sends"
        yield Finding("secrets passed on", VARIABLES, ALL, False, because, start, start)


def _gathering(program: Program) -> list[int]:
    """Functions that ask for something of this kind and lead to the network, or to a command."""
    known = program.functions
    asked = {*ASKED, *GIVEN, *VARIABLE}
    found = {start for name in asked for start, _ in known.callers.get(name, ())}
    places = {at for uses in known.addresses.values() for _, at in uses}
    places = {at for at in places if _named(program, a := ("a", at)) or _environment(program, a)}
    for start, uses in known.addresses.items() if places else ():
        if any(at in places for _, at in uses):
            found.add(start)
    if not program.data_names.isdisjoint(ENVIRONMENT):
        near = (s for s, kinds in program.near.items() if kinds.get("uses the network") == 0)
        found |= set(itertools.islice(near, MOST))
    main = origin.main(program)
    ways = {"uses the network", "runs a command"}
    return sorted(s for s in {*found, main} if s >= 0 and ways & program.near.get(s, {}).keys())


def _named(program: Program, value: Value) -> frozenset[str]:
    """What a text is the path of."""
    text = program.text(value) if value is not None and value[0] == "a" else None
    return private.of_path(text) if text and len(text) < LONGEST else NONE


def _environment(program: Program, place: Value) -> bool:
    """True for the pointer to all variables of the environment."""
    if place is None or place[0] != "a":
        return False
    image = program.image
    name = image.objects.get(place[1]) or image.imported.get(place[1]) or ""
    return name.partition("@")[0] in ENVIRONMENT


def _follow(
    program: Program, where: Followed, marks: Marks, deep: int, texts: str
) -> Iterator[Sent]:
    rank = where.trace.flow.rank
    for call in sorted(where.trace.calls, key=lambda c: (rank[c.block], c.at)):
        name = where.names.get(call.at, "")
        given = [_marked(program, marks, a) for a in (*call.arguments, *_more(program, call, name))]
        if call.arguments[2] == PASSED_ON and PASSED_ON in marks and not name:
            given[2] = NONE  # what main's third argument was in stays there, used or not
        kinds = NONE.union(*given)
        if name in ASKED:
            place, kind = ASKED[name]
            marks[_key(call.arguments[place])] = frozenset({kind})
        elif name in GIVEN:
            marks["call", call.at] = frozenset({GIVEN[name]})
        elif name in VARIABLE:
            marks["call", call.at] = private.of_variable(
                program.text(call.arguments[0]) or "", texts
            )
        elif kinds and _away(program, where, call, name, kinds):
            yield Sent(kinds, name, call.at, where.start)
        elif name:
            _on(program, call, name, kinds, marks)
        elif call.target >= 0:
            yield from _into(program, call, given, marks, deep, texts)


def _into(
    program: Program, call: Call, given: list[frozenset[str]], marks: Marks, deep: int, texts: str
) -> Iterator[Sent]:
    """What a function of the program does with what it is given, and what it fills."""
    kinds = NONE.union(*given)
    shared: Marks = {k: v for k, v in marks.items() if k is not None and k[0] == "a" and v}
    if not kinds and not shared and program.near.get(call.target, {}).get("opens files", 9) > 1:
        return
    called = {c for _, c in program.functions.calls.get(call.target, ())}
    opens = not called.isdisjoint(OPENS)
    if kinds and (opens or call.target not in program.near):  # it reads, or only works it out
        for one in call.arguments:
            if one is not None and one[0] == "s" and one not in marks:
                marks[one] = kinds - {PASSWORD} if opens else kinds
        marks["call", call.at] = kinds - {PASSWORD} if opens else kinds
    inner = program.follow(call.target) if deep < DEEPEST else None
    if inner is not None:
        passed: Marks = shared | {("arg", n): k for n, k in enumerate(given) if k}
        yield from _follow(program, inner, passed, deep + 1, texts)
        marks |= {k: v for k, v in passed.items() if k is not None and k[0] == "a" and v}


def _on(program: Program, call: Call, name: str, kinds: frozenset[str], marks: Marks) -> None:
    """Where a function of a library puts what it was given."""
    copied = capability.COPIES.get(name)
    place = capability.BUILDS.get(name, capability.FILLS.get(name, copied[0] if copied else -1))
    if 0 <= place < len(call.arguments) and call.arguments[place] is not None:
        into = _key(call.arguments[place])
        before = marks.get(into, NONE) if name in APPENDS else NONE
        told = call.arguments if name in capability.BUILDS and kinds else ()
        if any(SENDS_BY.search(program.text(a) or "") for a in told):
            kinds |= {BY_COMMAND}
        marks[into] = before | kinds
    if name in PASSES and kinds:
        marks["call", call.at] = kinds


def _key(value: Value) -> Value:
    """What marks are kept under: a result of a call by the call."""
    return value[:2] if value is not None and value[0] == "call" else value


def _marked(program: Program, marks: Marks, value: Value, deep: int = 0) -> frozenset[str]:
    """What is in a value, or in the memory that it points to."""
    if value is None or deep > DEEPEST:
        return NONE
    known = marks.get(value[:2] if value[0] == "call" else value)
    if known:
        return known
    if value[0] == "load":
        if _environment(program, value[1]):
            return frozenset({VARIABLES})
        return _marked(program, marks, value[1], deep + 1)
    if value[0] in ("phi", "op"):
        sides = value[2:4] if value[0] == "phi" or value[1] == "+" else ()
        return NONE.union(*(_marked(program, marks, v, deep + 1) for v in sides))
    return _named(program, value)


def _more(program: Program, call: Call, name: str) -> list[Value]:
    """Arguments on the stack, as many as a pattern asks for."""
    if not call.stack or not (name in capability.BUILDS or name in STREAM):
        return []
    place = next((n for n, a in enumerate(call.arguments) if "%" in (program.text(a) or "")), -1)
    if place < 0:
        return []
    asked = len(SPECIFIER.findall(program.text(call.arguments[place]) or ""))
    low = min(call.stack)
    beyond = asked - (len(call.arguments) - place - 1)
    return [call.stack.get(low + 8 * n) for n in range(beyond)]


def _away(program: Program, where: Followed, call: Call, name: str, kinds: frozenset[str]) -> bool:
    """True for what goes through a connection, or by a command that sends."""
    if name == CURL:
        option = call.arguments[1]
        return option is not None and option[0] == "i" and option[1] in CURL_SENDS
    if name in capability.WHOLE_COMMAND:
        return BY_COMMAND in kinds
    if name in SENDS:
        return True
    if name not in STREAM:
        return False
    stream = call.arguments[STREAM[name]]
    opened = where.call(stream[1]) if stream is not None and stream[0] == "call" else None
    if opened is not None and where.names.get(opened.at) == "popen":
        return SENDS_BY.search(program.text(opened.arguments[0]) or "") is not None
    return channel.opened(program, where, stream, 0) == {"connection"}
