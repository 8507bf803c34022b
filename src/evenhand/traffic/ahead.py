"""Work done ahead in threads, given in order: for libraries that let other threads run meanwhile.

What comes out, and in which order, does not depend on the number of threads.

Spec: none.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TypeVar

from evenhand.errors import EvenhandError

INLINE = 2  # first items, worked on in this thread: most logs have no more
MOST_THREADS = 4  # each holds a piece of what is read

S = TypeVar("S")
T = TypeVar("T")


def processors() -> int:
    """How many processors this process may use, up to as many as are worth it."""
    there = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return min(MOST_THREADS, len(there))


def worked_on(items: Iterable[S], work: Callable[[S], T]) -> Iterator[tuple[S, Callable[[], T]]]:
    """Each item, and what gives (or raises) the outcome of `work` on it."""
    threads, items = processors(), iter(items)
    for item in items if threads < 2 else islice(items, INLINE):
        yield item, partial(work, item)
    waiting: deque[tuple[S, Future[T]]] = deque()
    failure = None
    pool = ThreadPoolExecutor(threads)
    try:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > threads:
                    item, future = waiting.popleft()
                    yield item, future.result
        except EvenhandError as error:
            failure = error  # what came before it is given first
        for item, future in waiting:
            yield item, future.result
    finally:
        pool.shutdown(cancel_futures=True)
    if failure is not None:
        raise failure


def fetched(items: Iterator[T]) -> Iterator[T]:
    """The same items; the next ones are fetched while one is used."""
    if processors() < 2:
        yield from items
        return
    end: list[T] = []
    pool = ThreadPoolExecutor(1)

    def fetch() -> list[T]:
        return [item] if (item := next(items, end)) is not end else end  # type: ignore[list-item]

    try:
        waiting = deque([pool.submit(fetch), pool.submit(fetch)])
        while found := waiting.popleft().result():
            waiting.append(pool.submit(fetch))
            yield from found
    finally:
        pool.shutdown(cancel_futures=True)


class Aside:
    """One thread beside this one, started where it is first needed; it ends with this object."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def begun(self, work: Callable[[], T], worth: bool = True) -> Callable[[], T]:
        """What gives the outcome of some work, which is begun at once if it is `worth` a thread."""
        if not worth or processors() < 2:
            return work
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1)
        return self._pool.submit(work).result
