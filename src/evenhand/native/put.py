"""Files that a program writes where other programs act on them, and what it fetches and then runs.

Spec: crontab(5), systemd.unit(5), ld.so(8) (/etc/ld.so.preload), sudoers(5), sshd(8)
(AUTHORIZED_KEYS), passwd(5); memfd_create(2), fexecve(3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.native import capability, origin, words
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

# where what is written is run, or lets somebody in: what it is called, and how strong a sign it is
PLACES = (
    (re.compile(r"/etc/ld\.so\.preload$"), "library of every program", 0.75),
    (re.compile(r"authorized_keys2?$"), "authorized keys", 0.6),
    (re.compile(r"/etc/sudoers(?:\.d/.*)?$"), "sudoers", 0.6),
    (re.compile(r"/etc/cron(?:tab$|\.\w+/)|/var/spool/cron/|/etc/anacrontab$"), "cron", 0.6),
    (re.compile(r"/\.(?:bashrc|profile|bash_profile|bash_login|zshrc|zprofile|xprofile|xinitrc)$"
                r"|/etc/profile(?:\.d/.*)?$|/etc/bash\.bashrc$"), "shell start-up", 0.6),
    (re.compile(r"systemd/(?:system|user)/.*\.(?:service|timer|path)$"), "systemd unit", 0.55),
    (re.compile(r"/etc/(?:init\.d|rc\.local|rc\d\.d|local\.d)\b|/etc/inittab$"), "boot", 0.55),
    (re.compile(r"autostart/.*\.desktop$"), "autostart", 0.55),
    (re.compile(r"/etc/(?:passwd|shadow)$"), "accounts", 0.45),
    (re.compile(r"/etc/(?:pam\.d/|udev/rules\.d/|modules-load\.d/|ld\.so\.conf)"), "system", 0.45),
    (re.compile(r"/\.git/hooks/|/etc/hosts$|/etc/resolv\.conf$"), "system", 0.3),
)  # fmt: skip
STREAMS = frozenset({"fopen", "fopen64", "freopen"})
OPENS = {"open": 0, "open64": 0, "openat": 1, "openat64": 1, "__open_2": 0}
ONTO = {"rename": 1, "symlink": 1, "link": 1, "symlinkat": 2, "renameat": 3}
WRITES_ONLY, CREATES = 3, 0o100  # O_WRONLY and O_RDWR, O_CREAT
LONGEST = 200
ANYBODYS = re.compile(r"/(?:var/)?tmp/|/dev/shm/")
EXECUTES = {"dlopen": 0, "fexecve": 0, "execveat": 0}
BY_NUMBER = ("fexecve", "execveat")  # of a descriptor
ITSELF = "/proc/self/fd/"
FETCHES = frozenset(capability.words("connect curl_easy_perform SSL_read BIO_do_connect"))
SERVED = FETCHES | {"accept", "accept4", "recvfrom"}
FETCHERS = re.compile(r"(?:^|/|[;&|]\s*)(?:curl|wget|fetch|ftp|tftp|busybox wget)\s")
NAMED = {"getenv": 0.5, "recv": 0.65, "recvfrom": 0.65, "recvmsg": 0.65, "SSL_read": 0.65}
MEMORY = frozenset({"memfd_create"})


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Files of these kinds that one function writes."""
    for call in where.trace.calls:
        if where.names.get(call.at) == "dlopen":
            loaded = path_of(program, where, call, call.arguments[0])
            if ANYBODYS.match(loaded):
                yield Finding("remote control", shortened(loaded), 0.6, False,
                              "code is loaded from a folder in which everybody may put a file",
                              call.at, where.start)  # fmt: skip
            source = origin.of(program, where, call.arguments[0], call.block)
            if source in NAMED:
                yield Finding("remote control", "dlopen", NAMED[source], False,
                              f"code is loaded (dlopen) from wherever {source} says",
                              call.at, where.start)  # fmt: skip
        path = written(program, where, call)
        for pattern, what, strength in PLACES if path else ():
            if pattern.search(path):
                yield Finding("adds persistence", shortened(f"{what} ({path})"), strength, False,
                              f"{where.names[call.at]} opens {shortened(path)} to write to it",
                              call.at, where.start, True)  # fmt: skip
                break


def written(program: Program, where: Followed, call: Call) -> str:
    """The path of a file that a call opens to write to, or puts another one in the place of."""
    name, given = where.names.get(call.at, ""), call.arguments
    if name in STREAMS or name in OPENS:
        writes = _writes(program, call, name)
        return path_of(program, where, call, given[OPENS.get(name, 0)]) if writes else ""
    if name in ("creat", "creat64"):
        return path_of(program, where, call, given[0])
    return path_of(program, where, call, given[ONTO[name]]) if name in ONTO else ""


def path_of(program: Program, where: Followed, call: Call, value: Value) -> str:
    """A path as text; what is filled in stays as the pattern has it."""
    text = program.text(value)
    if text is None and value is not None and value[0] == "s":
        text = program.constants.built(value, call.stack, where.trace.widths)
    if text is None:
        text = words.pattern(program, where, call, value)
    return text if len(text) < LONGEST else ""


def fetched(program: Program) -> Iterator[Finding]:
    """A file that the program writes and then runs, in a program that uses the network."""
    written_at: dict[str, int] = {}
    run: list[tuple[str, Call, int, str]] = []
    itself: list[Finding] = []
    far = not FETCHES.isdisjoint(program.functions.callers)
    for start in program.chosen():
        where = program.follow(start)
        if where is not None:
            itself += _same(program, where)
        for call in where.trace.calls if where is not None else ():
            assert where is not None
            name = where.names.get(call.at, "")
            path = written(program, where, call)
            if path:
                written_at.setdefault(path, call.at)
            if name in MEMORY:
                written_at.setdefault("(memory)", call.at)
            command = words.of(program, where, call, name)
            if name in EXECUTES:
                text = path_of(program, where, call, call.arguments[EXECUTES[name]])
                run.append((text or "(memory)" if name in BY_NUMBER else text, call, start, name))
            elif name in capability.EXECUTE and (
                path_of(program, where, call, call.arguments[0]).startswith(ITSELF)
            ):
                run.append((ITSELF, call, start, name))
            elif command is not None and command.text:
                if FETCHERS.search(command.text + " "):
                    far = True
                    for word in command.text.split():
                        written_at.setdefault(word.strip("'\""), call.at)
                else:
                    run.append((command.text, call, start, name))
    yield from itself
    for text, call, start, name in run:
        for path, at in written_at.items():
            if at != call.at and len(path) > 3 and _named(path, text):
                strength = 0.7 if far else 0.45
                yield Finding("downloads and runs" if far else "runs what it writes",
                              shortened(path), strength, False,
                              f"{shortened(path)} is written at 0x{at:x} and run by {name}"
                              + (", in a program that uses the network" if far else ""),
                              call.at, start, True)  # fmt: skip
                break


def _same(program: Program, where: Followed) -> Iterator[Finding]:
    """A file that one function writes and runs, by a path that is not seen but is the same."""
    opened: dict[Value, int] = {}
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if name in OPENS or name in STREAMS:
            path = call.arguments[OPENS.get(name, 0)]
            if path is not None and program.text(path) is None and _writes(program, call, name):
                opened.setdefault(path, call.at)
            continue
        command = words.of(program, where, call, name) if opened else None
        value = command.value if command is not None else None
        if value is None or value not in opened:
            continue
        far = not SERVED.isdisjoint(program.functions.callers)
        yield Finding("downloads and runs" if far else "runs what it writes", "(file)",
                      0.65 if far else 0.4, False,
                      f"the file that is written at 0x{opened[value]:x} is run by {name}"
                      + (", in a program that uses the network" if far else ""),
                      call.at, where.start, True)  # fmt: skip
        return


def _writes(program: Program, call: Call, name: str) -> bool:
    """True for a call that opens a file to write to it."""
    if name in STREAMS:
        return (program.text(call.arguments[1]) or "")[:1] in ("w", "a")
    how = call.arguments[OPENS[name] + 1]
    return how is not None and how[0] == "i" and how[1] & WRITES_ONLY in (1, 2)


def _named(path: str, text: str) -> bool:
    """True where a path is what is run, or what a shell or an interpreter is given."""
    pattern = re.escape(words.HOLE.sub("$x", path))
    before = r"(?:^|[;&|(]\s*|\b(?:sh|bash|exec|nohup|setsid|source|python3?|perl)\s+|\.\s+)['\"]?"
    return re.search(rf"{before}{pattern}(?:$|[\s'\";&|])", text) is not None or (
        path == "(memory)" and text.startswith((ITSELF, "(memory)"))
    )
