"""Reports: one format each; a module in this folder is a report.

A report declares `SUFFIX` (file name suffixes that mean it) and `render(result, options)`, which
returns the whole report as text. Reports know the `Result` only: no facts, no files, no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evenhand.judge.result import Result


@dataclass(frozen=True)
class Options:
    """How a report is shown; what it says never depends on it."""

    colour: bool = False
    width: int = 100  # columns of a terminal
    verbose: bool = False


Render = Callable[[Result, Options], str]
