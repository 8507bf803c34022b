"""Options that a program declares: to getopt, and in the tables of argp, popt and GLib.

Spec: getopt_long(3) (struct option); argp.h of glibc (struct argp_option, OPTION_HIDDEN); popt.h
(struct poptOption, POPT_ARGFLAG_DOC_HIDDEN); GLib (GOptionEntry, G_OPTION_FLAG_HIDDEN).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native.held import Call, Value
from evenhand.native.outcome import leaves
from evenhand.native.program import Program

OPTION_BYTES = 32  # struct option: name, has_arg, flag, val
MAX_OPTIONS = 500
GETOPT = ("getopt", "getopt_long", "getopt_long_only")
LETTERS = re.compile(r"[+:-]?(?:[A-Za-z0-9?]:{0,2}){3,}$")  # what getopt is given
NAME = re.compile(r"[A-Za-z0-9][\w.+-]{1,63}$")


class Option(NamedTuple):
    """A long option, or a letter, and the number that stands for it."""

    name: str
    number: int
    at: int
    hidden: bool = False  # said to be left out of the help
    function: int = -1  # that the table names for it


class Layout(NamedTuple):
    """A record of options of a library: where its fields lie, in bytes."""

    parsers: tuple[str, ...]  # functions that are given such a table
    size: int
    flags: int  # of 32 bits
    hidden: int
    letter: tuple[int, int]  # of this many bytes
    number: int  # that stands for it
    calls: int = -1  # pointer, where a kind of option has a function
    help: int = -1


LAYOUTS = (
    Layout(("argp_parse", "argp_help"), 48, 24, 0x2, (8, 4), 8, help=32),
    Layout(("poptGetContext",), 48, 12, 0x40000000, (8, 1), 24, help=32),
    Layout(("g_option_context_add_main_entries", "g_option_group_add_entries",
            "g_application_add_main_option_entries"), 48, 12, 0x1, (8, 1), -1, 24, 32),
)  # fmt: skip


def given(program: Program, call: Call, name: str) -> Iterator[Option]:
    """The options that are given to getopt or getopt_long, whichever way leads there."""
    for letters in sorted({*texts_of(program, call.arguments[2])}):
        for number, letter in enumerate(letters):
            if letter.isalnum() and letters[number - 1 : number] != "W":
                yield Option(f"-{letter}", ord(letter), call.at)
    for table in leaves(call.arguments[3]) if name != "getopt" else ():
        if table is not None and table[0] in ("a", "i"):
            yield from _long(program, table[1])


def texts_of(program: Program, value: Value) -> Iterator[str]:
    """The texts that a value may be, one that a variable points to from the start too."""
    for one in leaves(value):
        if one is not None and one[0] == "load" and one[1] is not None and one[1][0] == "a":
            one = ("a", program.image.pointers.get(one[1][1], 0))
        text = program.text(one)
        if text is not None:
            yield text


def _long(program: Program, table: int) -> Iterator[Option]:
    for number in range(MAX_OPTIONS):
        place = table + number * OPTION_BYTES
        text = _text(program, place)
        if not text:
            return
        value = int.from_bytes(program.image.read(place + 24, 4), "little")
        yield Option(f"--{text}", value, place)


def declared(program: Program) -> Iterator[Option]:
    """The options in tables of the libraries whose parsers the program calls."""
    for layout in LAYOUTS:
        if not program.functions.callers.keys().isdisjoint(layout.parsers):
            yield from _declared(program, layout)


def _declared(program: Program, layout: Layout) -> Iterator[Option]:
    """Runs of records, each with a name at its start and with words of help or nothing there."""
    pointers, told = program.image.pointers, 0
    place_of = sorted(p for p in pointers if not program.image.executable(p))
    done = -1
    for start in place_of:
        if start <= done:
            continue
        rows = list(_records(program, layout, start))
        if len(rows) < 2 or not any(_text(program, o.at + layout.help) for o in rows):
            continue
        done = rows[-1].at
        for one in rows:
            letter = int.from_bytes(program.image.read(one.at + layout.letter[0],
                                                       layout.letter[1]), "little")  # fmt: skip
            yield one
            if letter < 128 and chr(letter).isalnum():
                yield one._replace(name=f"-{chr(letter)}")
            told += 1
        if told > MAX_OPTIONS:
            return


def _records(program: Program, layout: Layout, start: int) -> Iterator[Option]:
    image, functions = program.image, program.functions
    for number in range(MAX_OPTIONS):
        place = start + number * layout.size
        text = _text(program, place)
        if not text or not NAME.match(text) or _odd(program, place + layout.help):
            return
        flags = int.from_bytes(image.read(place + layout.flags, 4), "little")
        value = int.from_bytes(image.read(place + layout.number, 4), "little")
        if flags >> 31 or (layout.number < 0 and flags > 0xFF):
            return
        calls = image.pointers.get(place + layout.calls, -1) if layout.calls >= 0 else -1
        yield Option(
            f"--{text}", value if layout.number >= 0 else -1, place, bool(flags & layout.hidden),
            calls if calls >= 0 and functions.at(calls) == calls else -1,
        )  # fmt: skip


def _odd(program: Program, place: int) -> bool:
    """True where something else than words or nothing stands in the place of the help."""
    pointer = program.image.pointers.get(place)
    if pointer is None:
        return any(program.image.read(place, 8))
    return program.text(("a", pointer)) is None


def _text(program: Program, place: int) -> str | None:
    pointer = program.image.pointers.get(place)
    if pointer is None:
        pointer = int.from_bytes(program.image.read(place, 8), "little")
    return program.text(("a", pointer)) if pointer else None
