"""What a reader raises, and where the reading of a file stands, for whoever runs readers.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from evenhand.errors import EvenhandError, Unreadable

RECOGNITION = "recognition"  # what a process says it is trying, where a reader's name stands
WRITING = "writing"  # the same, once every reader is done

T = TypeVar("T")


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
