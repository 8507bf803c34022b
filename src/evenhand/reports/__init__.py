"""Reports: one format each; a module in this folder is a report.

A report declares `SUFFIX` (file name suffixes that mean it) and `render(result, options)`, which
returns the whole report as text. Reports know the `Result` only: no facts, no files, no clock.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from evenhand import discovery
from evenhand.errors import UserError
from evenhand.judge.result import Result


@dataclass(frozen=True)
class Options:
    """How a report is shown; what it says never depends on it."""

    colour: bool = False
    width: int = 100  # columns of a terminal
    verbose: bool = False


Render = Callable[[Result, Options], str]
Pieces = Callable[[Result, Options], Iterable[str]]


@dataclass(frozen=True)
class Report:
    """A report format: its name and how it is made."""

    name: str
    render: Render
    in_pieces: Pieces | None = None  # where the format lists every verdict of any run

    def pieces(self, result: Result, options: Options) -> Iterable[str]:
        """The report's text; of a large run most formats show the first verdicts of each kind."""
        if self.in_pieces is not None:
            return self.in_pieces(result, options)
        return [self.render(result.shown(), options)]


def every() -> dict[str, tuple[str, ...]]:
    """Every report format and the file name suffixes that mean it; nothing is imported."""
    found = {}
    for name, module in discovery.modules("reports").items():
        suffixes = discovery.declared(module, "SUFFIX").get("SUFFIX")
        if suffixes is not None:
            found[name] = tuple(suffixes)
    return found


def named(name: str | None, path: Path | None) -> Report:
    """The report of this name, else the one that the path's suffix means."""
    known = every()
    if name is None and path is not None:
        ends = [(len(s), n) for n, own in known.items() for s in own if path.name.endswith(s)]
        if not ends:
            raise UserError(f"-o {path}: the suffix says no format; add -f {'|'.join(known)}")
        name = max(ends)[1]  # `.oscal.json` says more than `.json`
    if name not in known:
        raise UserError(f"-f {name}: there is no such format; there are: {', '.join(known)}")
    module = importlib.import_module(f"evenhand.reports.{name}")
    return Report(name, module.render, getattr(module, "pieces", None))


def for_terminal(stream: TextIO, verbose: bool) -> Options:
    """Options for a stream: colour only on a terminal, and never where NO_COLOR is set."""
    terminal = stream.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size().columns if terminal else Options.width
    return Options(colour, width, verbose)
