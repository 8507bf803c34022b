"""The judge: facts and rulebooks in, a `Result` out.

Spec: DESIGN (A check, a rulebook; Two days; Roll-up).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.engines import Elsewhere
    from evenhand.evidence import Evidence
    from evenhand.judge.profile import Profile
    from evenhand.judge.result import Result
    from evenhand.judge.rulebook import Rulebook

DEFAULT = ("gids-2020", "clean-network-2020")


def judge(
    evidence: Evidence,
    books: Sequence[Rulebook],
    as_of: date,
    replay: bool = False,
    swap: tuple[str, str] | None = None,
    profile: Profile | None = None,
    elsewhere: Elsewhere | None = None,
) -> Result:
    """Judge the evidence with every rulebook; nothing here reads a file or the clock.

    `elsewhere` answers the checks' queries, where DuckDB is not to.
    """
    from evenhand.judge.bench import Bench
    from evenhand.judge.profile import NONE, apply_parameters

    profile = profile or NONE
    bench = Bench(evidence, as_of, replay, swap, profile, elsewhere)
    return bench.judge(apply_parameters(books, profile))
