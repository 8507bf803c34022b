"""Native programs and libraries (ELF, x86-64 and AArch64): what their machine code shows.

Spec: ELF gABI 4.1; psABI x86-64 1.0; AAPCS64; Intel SDM vol. 2; Arm ARM DDI 0487.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.accepted import Accepted
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.facts.native_function import NativeFunction
from evenhand.facts.native_use import NativeUse
from evenhand.readers import Item, Partly

VERSION = "2"
RECOGNISES = {"magic": ((0, "7f454c46"),)}
EMITS = ("accepted", "hidden_access", "behaviour", "native_use", "native_function")
CANNOT_SEE = {
    "hidden_access": (
        "that there is none; what is behind pointers that are set while the program runs, in "
        "code that is packed, encrypted or made at run time, or in other machines' code; whether "
        "what was found is meant, told to users, or ever used"
    ),
    "behaviour": "whether what the code can do is ever done",
    "accepted": (
        "options that a program looks for without getopt, argp, popt or GLib and without a text "
        "of its own; what an option does that only sets a number for later, mostly"
    ),
    "native_use": "calls through pointers; constants that are put together while it runs",
    "native_function": "what changed, where it is data: tables of numbers, keys",
}

FLOOR = 0.25  # weaker findings are not told
FINDINGS = 20  # of one artefact; the rest are counted
USES = 4000
OUTLINES = 400  # functions of one artefact
SHAPES = 20_000
TAKEN = 2000
NAME = 64  # characters of an option or a command


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield findings by strength, then behaviours, then what is called and compared."""
    from evenhand.native import findings

    with findings.uncollected():
        items = list(_items(artefact))
    yield from items


def _items(artefact: Artefact) -> Iterator[Item]:
    from evenhand.native import behaviours, dynamic, findings, outline, shape

    loaded = dynamic.load(artefact.map())
    found = findings.look(loaded)
    functions = found.program.functions
    for gap in loaded.gaps[:5]:
        yield Partly(gap)
    if found.program.left_out:
        yield Partly(
            f"{found.program.left_out} functions were not followed: too large, or beyond "
            "the work that one program may cost"
        )
    worth = [f for f in found.findings if f.strength >= FLOOR]
    for one in worth[:FINDINGS]:
        place = f"address 0x{one.at:x}"
        if one.function >= 0:
            name = functions.names.get(one.function, f"0x{one.function:x}")
            place += f" in function {name[:120]}"
        if one.behaves:
            yield Behaviour(artefact.name, one.kind, place, one.constant, one.because,
                            one.strength)  # fmt: skip
            continue
        yield HiddenAccess(
            one.kind, place, artefact.name, constant=one.constant, strength=one.strength,
            effect_shown=True if one.shown else None, because=one.because,
        )  # fmt: skip
    if len(worth) > FINDINGS:
        yield Partly(f"{len(worth) - FINDINGS} weaker findings are not listed")
    for kind, target, at, because in behaviours.of(found):
        yield Behaviour(artefact.name, kind, f"address 0x{at:x}", target, because)
    taken = {(t.kind, t.name): t for t in sorted(found.accepted, key=lambda t: (t.weight, -t.at))}
    for option in sorted(taken.values())[:TAKEN]:
        yield Accepted(
            artefact.name, option.kind, option.name[:NAME], f"address 0x{option.at:x}",
            option.opens or None, option.weight or None, option.told, option.hidden,
            option.alias or None,
            option.because or None,
        )  # fmt: skip
    if len(taken) > TAKEN:
        yield Partly(f"{len(taken) - TAKEN} more options and commands are not listed")
    uses = behaviours.uses(found)
    for use in uses[:USES]:
        yield NativeUse(artefact.name, use.kind, use.name, f"address 0x{use.at:x}", use.leads_to,
                        use.rarity)  # fmt: skip
    if len(uses) > USES:
        yield Partly(f"{len(uses) - USES} more calls and comparisons are not listed")
    for words, at in itertools.islice(outline.of(found.program), OUTLINES):
        yield NativeUse(artefact.name, "function", words, f"address 0x{at:x}")
    shapes = list(itertools.islice(shape.of(found.program), SHAPES + 1))
    for words, at in shapes[:SHAPES]:
        yield NativeFunction(artefact.name, words, f"address 0x{at:x}")
    if len(shapes) > SHAPES:
        yield Partly(f"code of functions beyond the first {SHAPES} is not compared")
