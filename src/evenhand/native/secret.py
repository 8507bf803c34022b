"""Findings from comparisons: a constant that nobody else uses, and what it opens.

Spec: RFC 9562 s. 4 (universally unique identifiers); a way in is shown only where the path from
input to effect is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

from evenhand.native import (
    assertion,
    capability,
    channel,
    computed,
    crowd,
    digested,
    effect,
    gathered,
    origin,
    placed,
    rarity,
    stopped,
)
from evenhand.native.comparison import Match, matches
from evenhand.native.effect import Effect
from evenhand.native.finding import Compared, Finding, shortened
from evenhand.native.held import Call, Value
from evenhand.native.program import Followed, Program
from evenhand.native.put import ANYBODYS

HASHED = ("$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$")
ITSELF = 0.7  # of the rarity, for a name of the program's own, or of a file
LOOKED_UP = 0.6  # of the rarity, where other words of its kind are looked up in a table
LEAST_WEIGHT = 0.1  # of an effect: less is none
LEAST_RARE = 0.12  # below it, nobody asks what a constant leads to
LOCALE = ("setlocale", "nl_langinfo")
PLACE = 6  # characters of a language, or a language and where it is spoken
UNKNOWN = 0.85  # of the strength, where it is not seen where the input comes from
GIVEN = 1.15  # of the strength, where it comes from outside
SETTING = 0.75  # where it is a line of a file, or a variable of a program that serves nobody
MAGIC = 0.6  # where it is a part of a file: most are marks of its format
PLAIN = ("load", "s", "a", "arg")  # as it was read: nothing was worked out of it
DECODED, LONG = "(decoded)", 3000  # bytes of a function
MARK = 16  # characters of a number of eight bytes
BLOCKS = ("fread", "read", "__read_chk", "__fread_chk")
PRESENT = 0.8  # of the strength, where something has only to be there
OPENS_ALONE = 0.6
SURE = 0.6  # how rare a text must be to be taken for a secret
SHELLS = ("sh", "bash", "dash", "ash")


def find(program: Program, texts: str) -> tuple[list[Finding], list[Compared]]:
    """Every comparison that is worth a look, and every one there is.

    `texts` are all texts of the program, a line each.
    """
    findings: list[Finding] = []
    judged: list[tuple[Finding, str, str]] = []
    compared: list[Compared] = []
    for start in program.chosen():
        where = program.follow(start)
        if where is None:
            continue
        found = list(matches(where.trace, program.constants, where.names, program.comparators))
        for one, kept in gathered.find(program, where):
            findings += [one] if one is not None else []
            compared.append(kept)
        findings += placed.find(program, where, found)
        findings += stopped.find(program, where, found)
        findings += computed.find(program, where, found)
        findings += digested.find(program, where, found)
        siblings = Counter(m.input for m in found)
        for match in found:
            if not match.constant:
                made = _made(program, where, match)
                if made is not None:
                    findings.append(made)
                continue
            one, kept, led = _judged(program, where, match, siblings[match.input], texts)
            compared.append(kept)
            if one is not None:
                judged.append((one, match.constant, led))
    return findings + crowd.weighed(judged, compared), compared


def _judged(
    program: Program, where: Followed, match: Match, siblings: int, texts: str
) -> tuple[Finding | None, Compared, str]:
    """One comparison with how rare it is and what it leads to."""
    number = 0 if match.is_text else int(match.constant, 16)
    rare = rarity.of_text(match.constant) if match.is_text else rarity.of_number(number)
    option = match.constant.startswith("-")
    source = ""
    placed = match.is_text and len(match.constant) <= PLACE and program.by_place
    reached = effect.of(program, where, match) if rare >= LEAST_RARE else effect.NONE
    if reached.weight > LEAST_WEIGHT or option or placed:  # callers are followed for it
        source = origin.of(program, where, match.input, match.block)
    if source in LOCALE and reached.weight <= effect.ENDS:
        reached = effect.ends(where, match)
    kept = Compared(match.constant, reached.name, source, rare, match.at)
    if reached.weight <= LEAST_WEIGHT:
        return None, kept, ""
    if match.is_text and rarity.told(match.constant, texts):
        rare *= 0.4
    elif match.is_text and rarity.of_itself(match.constant, texts):
        rare *= ITSELF
    if effect.looked_up(program, where, match):
        rare *= LOOKED_UP
    if _identifies(program, match):
        rare *= 0.6
    if assertion.asserted(program, where, match):
        rare *= 0.4  # that it is not equal is what never happens
    if not match.is_text and siblings > 3:  # a choice by hash or by code
        rare *= 0.6
    elif siblings > 4:  # one of many words that one input is compared with
        rare *= 0.8
    strength = rare * (0.3 + 0.7 * reached.weight)
    strength = min(1.0, strength * _believed(program, where, match, source, reached))
    if not source and not reached.direct:
        strength *= UNKNOWN
    if match.how == "own comparison":
        strength *= 0.85 if source else 0.55  # it may as well look a name up
    elif match.how == "presence":
        strength *= PRESENT if reached.kind == "stands in for a check" else PRESENT / 2
        if _opens_alone(program, where, match, reached):
            strength = max(strength, OPENS_ALONE)
    if not match.is_text:
        strength *= 0.9
    kind = "fixed secret"
    if match.constant.startswith(HASHED):
        kind = "default account"
    elif source in LOCALE:
        kind, strength = "conditional behaviour", max(strength, 0.35 + 0.3 * reached.weight)
    shown = _shown(program, where, match, reached, source, rare)
    because = _because(match, reached, source)
    told = _told(match.constant) if kind == "default account" else shortened(match.constant)
    found = Finding(kind, told, round(strength, 3), shown, because, match.at, where.start)
    return found, kept, f"{reached.kind} {reached.name}"


def _identifies(program: Program, match: Match) -> bool:
    """True for sixteen bytes that are a universally unique identifier: kinds have them."""
    every = [match.raw]
    if match.call is not None and match.call.arguments[2] == ("i", 16):
        given = match.call.arguments[:2]
        every += [program.constants.octets(("load", value, 0), 16) for value in given]
    return any(
        len(raw) == 16 and raw[8] >> 6 == 2 and (raw[6] >> 4 in (1, 4, 5) or raw[7] >> 4 == 4)
        for raw in every
    )


def _opens_alone(program: Program, where: Followed, match: Match, reached: Effect) -> bool:
    """True where a file in everybody's folder, or a variable, only has to be there for a shell."""
    if ANYBODYS.match(match.constant):
        return reached.kind in ("runs a command", "changes privileges")
    if match.constant in capability.ENVIRONMENT or reached.name not in capability.EXECUTE:
        return False
    path = program.text(reached.call.arguments[0]) if reached.call is not None else None
    return match.constant != "SHELL" and (path or "").rsplit("/", 1)[-1] in SHELLS


def _believed(
    program: Program, where: Followed, match: Match, source: str, reached: Effect
) -> float:
    """A factor: by whom what is compared may have been given."""
    if source in ("getenv", "secure_getenv"):
        return (
            1.0
            if channel.serves(program) or channel.of_gateway(program, where, match.input)
            else SETTING
        )
    if source not in capability.OUTSIDE:
        return 1.0
    held = match.input[0] if match.input is not None else ""
    plain = held in PLAIN and (match.is_text or held == "load")
    here = where._replace(start=-1) if held == "arg" else where  # it was read elsewhere
    if not plain or not channel.local(program, here, source):
        far = channel.of(program, here, source)
        return MAGIC if source in BLOCKS and not far and _is_mark(match) else GIVEN
    if reached.name in capability.EXECUTE and _as_root(program, where, reached):
        return 1.0
    mark = not match.is_text or match.how in ("bytes", "memcmp") or source in BLOCKS
    return MAGIC if mark else SETTING


def _is_mark(match: Match) -> bool:
    """True for eight bytes that are letters for the most part, as files of a kind begin."""
    if match.is_text or len(match.constant) < MARK:
        return False
    raw = int(match.constant, 16).to_bytes(8, "little")
    return sum(b < 128 and chr(b).isalpha() for b in raw) * 4 >= 3 * len(raw)


def _as_root(program: Program, where: Followed, reached: Effect) -> bool:
    """True for a shell in a function that becomes root first: no mark of a format leads to one."""
    path = program.text(reached.call.arguments[0]) if reached.call is not None else None
    return (path or "").rsplit("/", 1)[-1] in SHELLS and any(
        where.names.get(c.at) in ("setuid", "setreuid", "setresuid")
        and c.arguments[0] == ("i", 0) for c in where.trace.calls
    )  # fmt: skip


def _told(secret: str) -> str:
    """A hash by its first letters and a digest, never whole."""
    return f"{secret[:8]}… ({hashlib.sha256(secret.encode()).hexdigest()[:8]})"


def _made(program: Program, where: Followed, match: Match) -> Finding | None:
    """Input compared with what the program decoded or put together just before."""
    call = match.call
    if call is None or (match.equal < 0 and match.returned is None):
        return None
    first, second = call.arguments[0], call.arguments[1]
    for mine, others in ((first, second), (second, first)):
        how, constant = maker(program, where, mine, call)
        if not how:
            continue
        source = origin.of(program, where, others, call.block)
        if origin.of(program, where, mine, call.block) or (
            source not in capability.OUTSIDE and source
        ):
            continue
        reached = effect.of(program, where, replace(match, input=others))
        if reached.weight < 0.3 or (not source and how != "decoded"):
            return None
        weight = 0.7 if how == "decoded" else 0.5
        if constant == DECODED and program.functions.size(where.start) > LONG:
            weight *= 0.75  # much is worked out there
        strength = weight * (0.35 + 0.65 * reached.weight) * (1.1 if source else 0.8)
        if not source and match.how == "own comparison":
            strength *= UNKNOWN  # it may as well look a name up
        because = _because(replace(match, how=f"{match.how}, {how} first"), reached, source)
        return Finding("fixed secret", constant, round(min(1.0, strength), 3), False, because,
                       match.at, where.start)  # fmt: skip
    return None


def maker(program: Program, where: Followed, value: Value, use: Call) -> tuple[str, str]:
    """How a text that is compared with came to be: decoded, assembled, or neither."""
    if value is None or value[0] not in ("s", "a", "call"):
        return "", ""
    if value[0] == "call":
        call = where.call(value[1])
        inner = _small(program, call) if call is not None else None
        if inner is not None and inner.trace.decodes and inner.start not in program.near:
            return "decoded", "(decoded by a function)"
        return "", ""
    for call, name in origin.writers(where, value, use.block):
        place = capability.BUILDS.get(name)
        if place is not None and call.arguments[place] == value:
            text = next((t for a in call.arguments[1:] if (t := program.text(a))), "")
            return ("assembled", shortened(f"({text})")) if text else ("", "")
        if not name and call.target >= 0 and value in call.arguments:
            inner = _small(program, call)
            if inner is not None and inner.trace.decodes:
                return "decoded", _seed(program, where, value, call)
    if where.trace.decodes and where.trace.writes_bytes:
        return "decoded", _seed(program, where, value, use)
    return "", ""


def _small(program: Program, call: Call) -> Followed | None:
    """The function that is called, followed where it is as small as what decodes a text."""
    if call.target < 0 or program.functions.size(call.target) > LONG:
        return None
    return program.follow(call.target)


def _seed(program: Program, where: Followed, value: Value, use: Call) -> str:
    """A stable name for what is decoded: a digest of the bytes it is made of, where known."""
    raw = b""
    if value is not None and value[0] == "s":
        stack = use.stack
        for offset in sorted(o for o in stack if value[1] <= o < value[1] + 256):
            raw += program.constants.octets(stack[offset], where.trace.widths.get(offset, 0))
    if not raw.strip(b"\0"):
        return DECODED
    return f"(decoded, {hashlib.sha256(raw).hexdigest()[:8]})"


def _because(match: Match, reached: Effect, source: str) -> str:
    come = f"input from {source}" if source else "a value"
    what = {
        "bytes": "compared a few bytes at a time",
        "number": "compared as a number",
        "own comparison": "compared by a function of its own",
        "presence": "asked for, under",
    }.get(match.how, f"compared by {match.how},")
    led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind
    return f"{come} is {what} with a rare constant; where they are equal, and only there: {led}"


def _shown(
    program: Program, where: Followed, match: Match, reached: Effect, source: str, rare: float
) -> bool:
    """True only where input from outside, equal to a fixed secret, is let in by that alone.

    It is let in where a shell is run at once, or where the function that checks passwords returns
    before its real check, and its caller runs commands for that result alone.
    """
    if match.either or not match.is_text or rare < SURE or match.how not in capability.COMPARATORS:
        return False
    if source in ("crypt", "crypt_r") and match.constant.startswith(HASHED):
        return _hashes_input(program, where, match) and effect.passes(program, where, match)
    if source not in capability.OUTSIDE or source == "argv":
        return False
    if reached.direct and reached.call is not None and reached.name in capability.EXECUTE:
        given = [program.text(a) or "" for a in reached.call.arguments[:1]]
        if any(g.rsplit("/", 1)[-1] in SHELLS for g in given):
            return True
    return effect.passes(program, where, match)


def _hashes_input(program: Program, where: Followed, match: Match) -> bool:
    """True where what crypt is given comes from outside."""
    value = match.input
    call = where.call(value[1]) if value is not None and value[0] == "call" else None
    if call is None:
        return False
    source = origin.of(program, where, call.arguments[0], call.block)
    return source in capability.OUTSIDE and source != "argv"
