"""The flow in one sentence: artefact → reader → facts → check → verdict → report.

Spec: DESIGN (The house).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from evenhand import isolation
from evenhand.errors import EvenhandError, Unreadable, UserError
from evenhand.evidence import Collector, Evidence
from evenhand.limits import Limits
from evenhand.offers import Offers
from evenhand.roots import roots_of

T = TypeVar("T")
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


def guarded(items: Iterable[T]) -> Iterator[T]:
    """What a reader yields; whatever else it raises than our own errors becomes `Unreadable`.

    This is the one place that catches every exception: a fault in one reader must not cost the
    user the rest of the run, and it is never silent, for it becomes a `reading` row.
    """
    try:
        yield from items
    except EvenhandError:
        raise
    except MemoryError:
        raise Unreadable("ran out of memory (limit memory_bytes)") from None
    except RecursionError:
        raise Unreadable("nested too deeply to be read") from None
    except Exception as error:
        raise Unreadable(f"the reader failed: {type(error).__name__}: {error}") from error


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
