"""A source file to its facts: sieve, parse, index, findings; bounded by size and by work.

Spec: docs/reference/facts.md (behaviour, hidden_access).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from evenhand.artefact import Artefact
from evenhand.code import index
from evenhand.code.examiner import examine as look_into
from evenhand.code.finding import Finding
from evenhand.code.language import LANGUAGES, Language
from evenhand.code.links import Link, promising
from evenhand.code.look import Look
from evenhand.code.phrase import phrases
from evenhand.code.screen import Seen
from evenhand.code.sieve import Hope, hopes
from evenhand.code.sql_login import shell_logins
from evenhand.code.syntax import parse
from evenhand.code.taken import Taken, taken
from evenhand.code.taken import promising as takes
from evenhand.code.taken_shell import taken as options_of
from evenhand.code.usage_sign import Sign, signs
from evenhand.code.usage_sign import promising as tells_usage
from evenhand.code.use import Use
from evenhand.code.use_shell import of_script
from evenhand.code.uses import of_file, worth
from evenhand.facts.accepted import Accepted
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.code_link import CodeLink
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.facts.script_use import ScriptUse
from evenhand.facts.usage_sign import UsageSign
from evenhand.readers import Item, Partly

FILE_BYTES = 6 << 20  # of one file
LAYERS = 3  # of code inside what code decodes
LAYER_BYTES = 1 << 18
NESTED = 2_000  # brackets in brackets
LEAST = 0.3  # findings weaker than this are no rows


Inner = Callable[[str, str], list[Finding]]


class Examined(NamedTuple):
    """Findings of one source, and why it was not looked at to its end."""

    found: list[Finding]
    cut: str = ""
    links: tuple[Link, ...] = ()
    used: Sequence[Use] = ()
    signs: Sequence[Sign] = ()
    options: Sequence[Taken] = ()


def rows(artefact: Artefact, language: str, moment: str) -> Iterator[Item]:
    """The facts that one file of a language gives."""
    with artefact.open() as stream:
        data = stream.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        data = data[:FILE_BYTES]
        yield Partly(f"only the first {FILE_BYTES >> 20} MiB of code were looked at", FILE_BYTES)
    examined = examine(data, language, moment, path=artefact.name)
    if examined.cut:
        yield Partly(examined.cut)
    for finding in examined.found:
        yield from facts_of(finding, artefact.name)
    for finding in shell_logins(data, artefact.name) if language == "shell" else ():
        yield from facts_of(finding, artefact.name)
    for one in examined.links:
        yield CodeLink(
            artefact.name, one.kind, f"line {one.line}", one.name, one.other or None, one.place,
            one.matter or None, one.target[:200] or None, one.because() or None, one.moment or None,
        )  # fmt: skip
    yield from used(artefact.name, examined.used)
    yield from used(artefact.name, phrases(data))
    for one_taken in examined.options:
        yield _accepted(one_taken, artefact.name)
    for sign in examined.signs:
        yield UsageSign(artefact.name, sign.kind, sign.name, f"line {sign.line}",
                        sign.target or None, sign.about or None, sign.moment or None)  # fmt: skip


def _accepted(one: Taken, path: str) -> Accepted:
    return Accepted(
        path, one.kind, one.name, f"line {one.line}", one.opens or None, one.weight or None,
        one.in_help, one.hidden, one.alias or None, one.because or None,
    )  # fmt: skip


def used(path: str, uses: Iterable[Use]) -> Iterator[ScriptUse]:
    """What a file uses as rows."""
    for use in uses:
        behind = ", ".join(sorted(use.behind))
        yield ScriptUse(path, use.kind, use.name, f"line {use.line}", behind, round(use.weight, 3))


def facts_of(finding: Finding, path: str) -> Iterator[Item]:
    """A finding as rows."""
    if finding.strength < LEAST and not finding.stated:
        return
    locator, because = f"line {finding.line}", finding.because()
    yield Behaviour(
        path, finding.kind, locator, finding.target[:200], because,
        None if finding.stated else finding.strength,
        finding.consent, finding.moment,
    )  # fmt: skip
    if finding.access:
        yield HiddenAccess(
            finding.access, locator, path, None, finding.target[:80] or None, finding.strength,
            finding.shown, because=because,
        )  # fmt: skip


def examine(data: bytes, language: str, moment: str, layer: int = 0, path: str = "") -> Examined:
    """Findings of a source; of code that it decodes too, a few layers deep."""
    known = LANGUAGES[language]
    data = known.spoken(data) if known.spoken is not None else data
    seen = Seen(data)
    hope = Hope() if layer else hopes(data, seen, known.words, path)
    if not known.words.locale:  # what a build asks of its machine is no choice by place or day
        hope = hope._replace(locale=False, turns=False)
    if not layer and known.examine is None and promising(data, seen, path):
        hope = hope._replace(links=True)
    usage = not layer and known.examine is None and tells_usage(seen, path)
    if not any(hope) and not usage and not worth(seen) and not takes(seen):
        return Examined([])

    def inner(text: str, name: str) -> list[Finding]:
        if name not in LANGUAGES or layer >= LAYERS or len(text) > LAYER_BYTES:
            return []
        return examine(text.encode("utf-8", "replace"), name, moment, layer + 1).found

    return _examined(data, seen, known, moment, hope, inner, path, not layer, usage)


def nesting(data: bytes) -> int:
    """How deep brackets are nested, those in texts too; parsers have no bound of their own."""
    import numpy as np

    step = np.zeros(256, np.int8)
    step[list(b"([{")] = 1
    step[list(b")]}")] = -1
    return int(np.cumsum(step[np.frombuffer(data, np.uint8)], dtype=np.int32).max(initial=0))


def _examined(
    data: bytes,
    seen: Seen,
    known: Language,
    moment: str,
    hope: Hope,
    inner: Inner,
    path: str,
    whole: bool,
    usage: bool,
) -> Examined:
    if sum(map(data.count, (b"(", b"[", b"{"))) > NESTED and nesting(data) > NESTED:
        return Examined([], f"brackets are nested more than {NESTED} deep: not looked at")
    source = parse(data, known.grammar)
    if known.examine is not None:
        found, said = known.examine(source, moment, inner)
        used = of_script(source, seen) if whole else ()
        return Examined(found, said, (), used, options=options_of(source) if whole else ())
    made = index.build(source)
    look = Look(made, seen, known.api, moment, hope, inner, path)
    found, ends = look_into(look) if any(hope) else ([], [])
    cut = "the bound of work on code was reached: not all of it was looked at"
    said = cut if made.cut or look.flow.cut else ""
    used = of_file(look) if whole and (any(hope) or worth(seen)) else ()
    options = taken(look) if whole else ()
    return Examined(found, said, tuple(ends), used, signs(look) if usage else (), options)
