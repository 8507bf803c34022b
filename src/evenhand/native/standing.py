"""Findings that need no comparison: doors to a shell, keys, replaced functions, conditions.

Spec: crypt(5) (prefixes of hashes); passwd(5); RFC 7468 (textual keys); RFC 5280 s. 4.1
(SubjectPublicKeyInfo); ELF gABI 4.1 (initialization functions).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from evenhand.native import (
    brought,
    bypassed,
    capability,
    cut_short,
    effect,
    handed,
    late,
    origin,
    peer,
    put,
    ran,
    received,
    signer,
    unchecked,
    unverified,
)
from evenhand.native.finding import Finding
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program

# Texts that are an account, a hash or a key: what they are, how strongly, what is shown of them.
HELD = (
    (re.compile(r"(?:^|[\s:'\"=])\$(?:2[abxy]?\$\d\d\$[\w./]{50}"
                r"|(?:1|5|6|7|y|gy|md5|sha1)\$[^$\s]{1,40}\$(?:[^$\s]{1,40}\$)?[\w./]{16})"),
     "default account",
     "a password hash", 0.75),
    (re.compile(r"[a-z_][\w-]*:[^:\s]{0,120}:0:\d*:[^:]*:/[^:]*:/\S*$", re.MULTILINE),
     "default account", "an account with all rights", 0.85),
    (re.compile(r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w+) AAAA[\w+/=]{20,}"),
     "default account", "a public key for logging in", 0.75),
    (re.compile(r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+\S{16}"),
     "fixed secret", "a private key", 0.6),
    (re.compile(r"-----BEGIN (?:RSA )?PUBLIC KEY-----\s+\S{16}"),
     "key escrow", "a public key", 0.4),
)  # fmt: skip
MARKS = ("$", ":0:", " AAAA", "-----BEGIN ")  # one of them stands in whatever is held
# SubjectPublicKeyInfo of an RSA key in DER: SEQUENCE, SEQUENCE, rsaEncryption, NULL, BIT STRING
DER_KEY = re.compile(
    rb"\x30\x82..\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82", re.DOTALL
)
REPLACED = frozenset(
    capability.words(
        "accept access bind connect crypt crypt_r dlsym execve execvp fopen fopen64 fwrite "
        "getenv getpwnam getspnam getuid geteuid kill lstat memcmp open open64 openat opendir "
        "pam_authenticate pam_get_item pam_get_authtok pam_sm_authenticate read readdir "
        "readdir64 recv send setuid stat strcmp strncmp system write unlink unlinkat SSL_read "
        "SSL_write __xstat __lxstat getaddrinfo"
    )
)
PASSWORD = ("pam_get_authtok", "getpass")
KEEPS = frozenset(
    capability.words(
        "fprintf __fprintf_chk dprintf __dprintf_chk fputs fwrite send sendto syslog __syslog_chk"
    )
)
HASHES = ("crypt", "crypt_r")
BYTES = ("fputc", "putc", "_IO_putc", "putc_unlocked")
DEEPEST = 6
SHELLS = ("sh", "bash", "dash", "ash")
DOOR = ({"connect"}, {"accept"}, {"accept4"}, {"recv", "socket"})
# other ends that a shell may be given, or a program whose work it is to give somebody one
ENDS = frozenset(
    capability.words(
        "pipe pipe2 socketpair openpty forkpty login_tty posix_openpt ptsname crypt "
        "pam_authenticate initgroups setuid"
    )
)
HANDED = 0.7
LEAST_KINDS, NOBODYS = 8, 0.2  # characters of a hash: with fewer it is that of no password
FEW, ONLY = 3, 0.45
WHO_OR_WHEN = frozenset(n for n, w in capability.WHERE.items() if w in ("user id", "time"))
NOBODY = (99, 65534, 65535, 60001)
PAST = 1_600_000_000  # 2020: what compares with a day before it looks back
LAST = 0x7FFF_FF00  # later than that, it is the end of a time in 32 bits, not a day
EPOCH = 1_000_000_000  # a moment after 2001, in seconds: smaller numbers are spans


def find(program: Program, texts: list[tuple[int, str]]) -> Iterator[Finding]:
    """Everything of these kinds in one program."""
    yield from _held(program, texts)
    yield from _keys(program)
    yield from _early(program)
    yield from _replaced(program)
    for start in program.chosen():
        where = program.follow(start)
        if where is not None:
            yield from _function(program, where)


def _function(program: Program, where: Followed) -> Iterator[Finding]:
    yield from _doors(program, where)
    yield from _conditions(program, where)
    yield from _passed_on(program, where)
    yield from unchecked.find(program, where)
    yield from unverified.find(program, where)
    yield from signer.find(program, where)
    yield from brought.find(program, where)
    yield from cut_short.find(program, where)
    yield from peer.find(program, where)
    yield from signer.sealed(program, where)
    for stored in where.trace.stored:
        place = stored.place
        at = place[1] if place and place[0] == "a" else -1
        name = "" if at in program.image.own_pointers else program.image.imported.get(at, "")
        if name in REPLACED or capability.known(name):
            yield Finding("replaced function", name, 0.85, False, f"the pointer to {name} "
                          "is written by the program itself", stored.at, where.start)  # fmt: skip
    yield from ran.find(program, where)
    yield from handed.find(program, where)
    yield from put.find(program, where)
    yield from received.find(program, where)
    yield from late.find(program, where)
    yield from bypassed.find(program, where)


def _passed_on(program: Program, where: Followed) -> Iterator[Finding]:
    """A password as it was typed that is written or sent, not checked."""
    yield from _kept(program, where)
    if program.functions.callers.keys().isdisjoint(PASSWORD):
        return
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        for given in call.arguments if name in KEEPS else ():
            if given is None or given[0] not in ("call", "load"):
                continue
            source = origin.of(program, where, given, call.block)
            if source in PASSWORD:
                yield Finding("password passed on", name, 0.65, False,
                              f"what {source} gave is written or sent by {name} as it is",
                              call.at, where.start)  # fmt: skip
                break


def _kept(program: Program, where: Followed) -> Iterator[Finding]:
    """What is hashed as a password, and written or sent as well."""
    hashed = [c for c in where.trace.calls if where.names.get(c.at, "") in HASHES]
    secrets = [c.arguments[0] for c in hashed if c.arguments[0] and c.arguments[0][0] != "a"]
    for call in where.trace.calls if secrets else ():
        name = where.names.get(call.at, "")
        told = name in KEEPS or name in BYTES
        if told and any(_made_of(given, one) for given in call.arguments for one in secrets):
            yield Finding("password passed on", name, 0.65, False,
                          f"what {where.names[hashed[0].at]} is given is written or sent by {name}",
                          call.at, where.start)  # fmt: skip
            return


def _made_of(value: Value, secret: Value, deep: int = 0) -> bool:
    """True for a value itself, and for its bytes, changed or not."""
    if value is None or deep > DEEPEST:
        return False
    if value == secret:
        return True
    return value[0] in ("load", "op", "phi") and any(
        _made_of(part, secret, deep + 1) for part in value[1:] if isinstance(part, tuple)
    )


def shell(program: Program, call: Call, name: str) -> bool:
    """True for a call that runs a shell named in the program."""
    if name not in capability.EXECUTE:
        return False
    for argument in call.arguments[:2]:
        text = program.text(argument)
        if text is not None and text.rsplit("/", 1)[-1] in SHELLS:
            return True
    return False


def _doors(program: Program, where: Followed) -> Iterator[Finding]:
    """A connection whose ends become the input and output of a shell."""
    shells = [
        c for c in where.trace.calls if shell(program, c, where.names.get(c.at, ""))
    ]  # fmt: skip
    if not shells:
        return
    called = program.around(where.start)
    if not called & {"dup2", "dup3", "dup", "posix_spawn_file_actions_adddup2"}:
        return
    way = next((sorted(d) for d in DOOR if d <= called), None)
    if way is None:
        yield from _handed(program, where, shells[0])
        return
    own = set(where.names.values())
    if own & {"socketpair", "pipe", "pipe2"} and not own & {"connect", "accept", "accept4"}:
        return  # its own two ends are what is handed over
    one_command = any(program.text(a) == "-c" for a in shells[0].arguments[1:3])
    kind = "listens for" if called & {"accept", "accept4"} else "opens"
    yield Finding(
        "remote control", "shell", 0.45 if one_command else 0.9, False,
        f"a connection that it {kind} ({', '.join(way)}) is made the input and output (dup2) of "
        "a shell", shells[0].at, where.start,
    )  # fmt: skip


def _handed(program: Program, where: Followed, call: Call) -> Iterator[Finding]:
    """A shell on a descriptor that is kept or handed in, in a program that serves connections."""
    callers = program.functions.callers.keys()
    if callers.isdisjoint(("accept", "accept4")) or not callers.isdisjoint(ENDS):
        return
    for other in where.trace.calls:
        given = other.arguments[0] if where.names.get(other.at) in ("dup2", "dup3") else None
        if given is not None and given[0] in ("arg", "load", "phi"):
            yield Finding(
                "remote control", "shell", HANDED, False, "in a program that serves connections, "
                "a descriptor is made the input and output (dup2) of a shell", call.at, where.start,
            )  # fmt: skip
            return


def _conditions(program: Program, where: Followed) -> Iterator[Finding]:
    """What is done only for one user, at one time, in one place."""
    from evenhand.native.comparison import decided

    if WHO_OR_WHEN.isdisjoint(where.names.values()):
        return
    for branch, found, taken in decided(where.trace):
        compared = branch.compared
        if compared is None:
            continue
        block = where.trace.flow.blocks[branch.block]
        late = branch.word in ("lt", "le", "gt", "ge")
        tests = [(left, right) for left, right, _ in found] or (
            [(compared.left, compared.right)] if late else []
        )
        for left, right in tests:
            if left is None or right is None or right[0] != "i":
                continue
            name = where.names.get(left[1], "") if left[0] == "call" else ""
            what = capability.WHERE.get(name)
            number = right[1]
            if what not in ("user id", "time") or number >= 1 << 40:
                continue
            past = what == "time" and number < PAST
            if what == "user id" and (late or number in NOBODY):
                continue  # a bound, or nobody: users of a kind, not one user
            if number == 0 or (what == "time" and number < EPOCH) or number in (0xFFFFFFFF,):
                continue
            edges = (block.taken, block.next) if taken else (block.next, block.taken)
            one = max(effect.edge(program, where, branch.block, *edges),
                      effect.edge(program, where, branch.block, *edges[::-1]))  # fmt: skip
            ahead = what == "time" and PAST <= number < LAST
            if one.weight > 0.2 or ahead:
                led = f"{one.kind} ({one.name})" if one.name else one.kind
                led = led if one.weight > 0.2 else "what it works out differs"
                strength = (0.4 + 0.4 * one.weight) * (0.6 if past else 1.0)
                yield Finding(
                    "conditional behaviour", f"{what} {number}", round(strength, 3), False,
                    f"only where {name} compares so with {number}: {led}", branch.at,
                    where.start,
                )  # fmt: skip


def _held(program: Program, texts: list[tuple[int, str]]) -> Iterator[Finding]:
    """Accounts, hashes and keys among the texts of a program, with where they are used."""
    sealing = any(n in program.functions.callers for n, k in capability.KINDS.items()
                  if k == "encrypts")  # fmt: skip
    for at, text in texts:
        if not any(mark in text for mark in MARKS):
            continue
        for pattern, kind, what, strength in HELD:
            if not pattern.search(text):
                continue
            used = program.users(at, len(text))
            if what == "a public key" and sealing:
                strength = 0.7
            if not used:
                strength *= 0.6
            if what == "a password hash" and len(set(text.rsplit("$", 1)[-1])) < LEAST_KINDS:
                strength = min(strength, NOBODYS)
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            shown = f"{text[:8].split(chr(10))[0]}… ({digest})"
            where = f", used at 0x{used[0][1]:x}" if used else ""
            because = f"the program holds {what}{where}"
            function = used[0][0] if used else -1
            yield Finding(kind, shown, round(strength, 3), False, because, at, function)
            break


def _keys(program: Program) -> Iterator[Finding]:
    """Public keys in binary form, in a program that encrypts."""
    if not any(n in program.functions.callers for n, k in capability.KINDS.items()
               if k == "encrypts"):  # fmt: skip
        return
    for segment in program.image.segments:
        raw = program.image.read(segment.start, min(segment.file_bytes, 64 << 20))
        for match in list(DER_KEY.finditer(raw))[:4]:
            digest = hashlib.sha256(raw[match.start() : match.start() + 290]).hexdigest()[:8]
            yield Finding("key escrow", f"RSA public key ({digest})", 0.6, False,
                          "the program holds a public key and encrypts with public keys",
                          segment.start + match.start(), -1)  # fmt: skip


def _early(program: Program) -> Iterator[Finding]:
    """What runs before main, or chooses which function a name stands for."""
    choosers = set(program.image.resolvers.values()) | set(program.image.chosen_exports.values())
    for start in sorted({*program.functions.initial, *choosers}):
        kinds = program.near.get(start, {})
        chooser = start in choosers
        for kind in ("runs a command", "changes privileges", "loads code", "uses the network"):
            if kind in kinds and kinds[kind] <= (3 if chooser else 2):
                weight = capability.WEIGHT[kind] * effect.FURTHER ** kinds[kind]
                name = effect.named(program, start, kind)
                what = "a function that chooses another (IFUNC)" if chooser else "before main, it"
                called = program.around(start)
                if kind in ("loads code", "uses the network") and not called & {"getenv"}:
                    weight *= 0.5
                yield Finding("early code", name, round(0.75 * weight, 3), False,
                              f"{what} {kind} ({name})", start, start)  # fmt: skip
                break


def _replaced(program: Program) -> Iterator[Finding]:
    """A library that stands in front of functions of the C library."""
    image = program.image
    if image.interpreter or "dlsym" not in program.functions.callers:
        return
    found: list[tuple[str, int]] = []
    for name in sorted(REPLACED & image.exported.keys()):
        start = image.exported[name]
        where = program.follow(start) if start in program.functions.starts else None
        if where is None:
            continue
        asks = any(where.names.get(c.at) == "dlsym" for c in where.trace.calls)
        if asks or program.asks_next(name):
            found.append((name, start))
    if found:
        names = ", ".join(n for n, _ in found[:6])
        because = f"the library offers its own {names} and looks up the next one (dlsym)"
        # a library that does nothing else is loaded for that, by whoever names it
        only = len(found) >= FEW and len(found) * 2 > len(image.exported)
        yield Finding(
            "replaced function",
            names,
            ONLY if only else 0.7,
            False,
            because,
            found[0][1],
            found[0][1],
        )
