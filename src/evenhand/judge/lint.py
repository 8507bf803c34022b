"""What is wrong with a rulebook as written: every fault at once, each as `path:line: message`.

The judge refuses a broken rulebook at its first reason; this looks on, and also at what breaks no
run but our rules: states named in checks, checks that nobody cites, YAML that says two things.

Spec: CONVENTIONS (Errors; Names); DESIGN (A check, a rulebook).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from evenhand.documents import MANY
from evenhand.errors import EvenhandError, Mistakes
from evenhand.judge import cases, check, rulebook
from evenhand.judge.check import Check, cast_parameters


def faults(words: Iterable[str]) -> list[str]:
    """Every fault of these rulebooks (id, folder or file) and of the checks that are theirs."""
    found: list[str] = []
    for word in words:
        try:
            path, shown = rulebook.find(word)
        except EvenhandError as error:
            found += str(error).splitlines()
            continue
        try:
            rulebook.load(word)
        except Mistakes as error:
            found += error.lines
        except EvenhandError as error:
            found.append(f"{shown}:1: {error}")
        for name, folder in own_checks(path.parent).items():
            found += check_faults(name, folder)
    kept = sorted(dict.fromkeys(found), key=_place)
    more = len(kept) - MANY
    return kept if more <= 0 else [*kept[:MANY], f"and {more} more faults"]


def _place(fault: str) -> tuple[str, int]:
    match = re.match(r"(.*?):(\d+): ", fault)
    return (match[1], int(match[2])) if match else (fault, 0)


def own_checks(folder: Path) -> dict[str, Path]:
    """The checks in a rulebook's folder, by name."""
    home = folder / "checks"
    found = {p.parent.relative_to(home).as_posix(): p.parent for p in home.rglob("check.yaml")}
    return dict(sorted(found.items()))


def check_faults(name: str, folder: Path, ours: bool = False) -> list[str]:
    """Every fault of one check and of its cases."""
    base = check.shown_at(name, folder, ours)
    found: list[str] = []
    found += _states(folder, base)
    if not ours and name in check.names():
        found.append(f"{base}/check.yaml:1: a check of this name ships, and would hide this one")
    try:
        one = check.load_folder(name, folder)
    except Mistakes as error:
        return found + error.lines
    except EvenhandError as error:
        return [*found, f"{base}/check.yaml:1: {error}"]
    unused = sorted(one.conditions.keys() - one.applies.names() - one.holds.names())
    found += [
        f"{base}/check.yaml:1: {c} is a condition that neither applies nor holds names"
        for c in unused
    ]
    return found + _case_faults(one)


def _case_faults(one: Check) -> list[str]:
    """What is wrong with the cases as written; whether they pass is another question."""
    found: list[str] = []
    try:
        listed = list(cases.read(one))
    except EvenhandError as error:
        return str(error).splitlines()
    for document, number in listed:
        case = document.value[number]
        for ask in (
            lambda d=document, n=number: cases.rows_of(d, n),
            lambda d=document, n=number, c=case: cast_parameters(
                one, c.get("with") or {}, d.at(n, "with")
            ),
        ):
            try:
                ask()
            except Mistakes as error:
                found += error.lines
    return found


def _states(folder: Path, base: str) -> Iterator[str]:
    """States that a check names; they arrive as parameters, or as rows of lists."""
    codes, names = _known_states()
    told = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, names)) + r")(?![\w-])")
    for file in ("check.yaml", "check.sql", "evidence.sql"):
        try:
            text = (folder / file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        found = [(m.start(), m[1]) for m in told.finditer(text)]
        quoted = re.finditer(r"(['\"])([A-Z]{2})\1", text)
        found += [(m.start(), m[2]) for m in quoted if m[2] in codes]
        if file == "check.yaml":
            found += [
                (m.start(), m[1])
                for m in re.finditer(r"(?<=[:\[,-] )([A-Z]{2})(?=\s*[\],}\n])", text)
                if m[1] in codes
            ]
        for at, name in dict.fromkeys(found):
            line = text.count("\n", 0, at) + 1
            yield f"{base}/{file}:{line}: a check names no state ({name}): make it a parameter"


def _known_states() -> tuple[Collection[str], list[str]]:
    from evenhand import lists

    rows = list(lists.rows("territory"))
    codes = {row["territory"] for row in rows}
    names = sorted({row["name"] for row in rows if len(row["name"]) > 3}, key=len, reverse=True)
    return codes, names
