"""The flow in one sentence: artefact → reader → facts → check → verdict → report.

Spec: DESIGN (The house).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from evenhand import isolation
from evenhand.errors import UserError
from evenhand.evidence import Collector, Evidence
from evenhand.limits import Limits
from evenhand.offers import Offers
from evenhand.roots import roots_of

Progress = Callable[[str], None]


def read(
    paths: Sequence[str],
    limits: Limits,
    jobs: int,
    progress: Progress,
    products: Sequence[tuple[str, str]] = (),
    mappings: Sequence[Path] = (),
) -> tuple[Evidence, list[str]]:
    """Artefacts in, facts out: every file read in a confined process, then enriched.

    `products` are (product, pattern of paths), `mappings` files that say what columns mean.
    Returns the evidence and the mistakes found in facts files that the user gave.
    """
    with isolation.Workers(jobs, limits) as workers:
        collector = Collector(Evidence.empty(), limits, workers.folder)
        collector.claim(products)
        offers = Offers(mappings, workers.folder)
        level = collector.add_roots(offers.roots(roots_of(paths, workers.folder)))
        while level:
            inside = []
            for artefact, answer in workers.read(offers.to(level)):
                progress(artefact.name)
                inside += collector.add_answer(artefact, answer)
            level = inside
    collector.finish(workers.held)
    collector.evidence.enrich()
    return collector.evidence, collector.mistakes


def save(report: Iterable[str], path: Path) -> None:
    """Write a report, given in pieces, in one step, so that no half of one is ever seen."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            stream.writelines(report)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(f"{path}: not written: {error.strerror}") from error
