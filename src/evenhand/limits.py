"""Limits of one run: they count work, so that they cut at the same place on every machine.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from evenhand.errors import Mistakes

MIB = 1 << 20
GIB = 1 << 30
BATCH_BYTES = 16 * MIB  # of artefacts that are read together; a larger one is read alone
# Objects made before Python looks for cycles among them: what we make by the hundred thousand
# (rows, names) has none, and looking took a tenth of the time of a large capture.
COLLECT = (50_000, 20, 20)


@dataclass(frozen=True)
class Limits:
    """What one artefact may cost. `seconds` alone is by the clock, and a stop by it says so."""

    depth: int = 12  # archives inside archives
    members: int = 200_000  # members of one archive
    member_bytes: int = 2 * GIB  # one member, expanded
    archive_bytes: int = 4 * GIB  # all members of one archive, expanded
    run_bytes: int = 16 * GIB  # everything expanded in one run
    ratio: int = 250  # expanded bytes per byte of the archive, beyond the first 64 MiB
    memory_bytes: int = 700 * MIB  # private memory of one worker process
    seconds: int = 300  # wall clock for one artefact
    cpu_seconds: int = 600  # processor time for one artefact

    def with_words(self, words: list[str]) -> Limits:
        """These limits with `NAME=NUMBER` words applied; all mistakes at once."""
        names = {f.name for f in fields(self)}
        mistakes, changed = [], {}
        for word in words:
            name, _, number = word.partition("=")
            if name not in names or not number.isdigit() or int(number) < 1:
                mistakes.append(
                    f"--limit {word}: give NAME=NUMBER with NAME one of {', '.join(sorted(names))}"
                )
            else:
                changed[name] = int(number)
        if mistakes:
            raise Mistakes(mistakes)
        return replace(self, **changed)
