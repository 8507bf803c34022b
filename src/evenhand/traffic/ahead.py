"""Work done ahead in threads, given in order: for libraries that let other threads run meanwhile.

What comes out, and in which order, does not depend on the number of threads. A process has one
set of threads, started where they are first needed. Work that no thread has begun when its
outcome is asked for is done by who asks: where no thread can be started (little memory, a limit
of the machine), or one ends as it starts, all goes on without it.

Spec: none.
"""

from __future__ import annotations

import _thread
import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

MOST_THREADS = 4  # each holds a piece of what is read

T = TypeVar("T")


def processors() -> int:
    """How many processors this process may use, up to as many as are worth it."""
    there = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return min(MOST_THREADS, len(there))


def _no_work() -> Any:
    """What is done of work that nobody wants; it keeps nothing alive."""


class _Task(Generic[T]):
    """One piece of work, done once, by whoever comes first."""

    __slots__ = ("_begun", "_done", "_error", "_found", "_work")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] = work
        self._found: list[T] = []
        self._error: BaseException | None = None
        self._begun, self._done = _thread.allocate_lock(), _thread.allocate_lock()
        self._done.acquire()

    def run(self) -> None:
        """Do it, unless another thread has begun it, or nobody wants it any more."""
        if self._begun.acquire(blocking=False):
            with self:
                self._found.append(self._work())

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Keep what it failed with, whatever that is, for who asks for the outcome."""
        self._error = error
        self._work = _no_work
        self._done.release()
        return True

    def outcome(self) -> T:
        """What came out; it is handed over, so that it can be asked for once."""
        self.run()
        while self._done.locked() and _threads.lend():
            pass
        with self._done:
            error, self._error = self._error, None
            if error is not None:
                try:
                    raise error
                finally:
                    del error  # it knows this place, which must not know it
            if not self._found:
                raise MemoryError  # too little even to say so
            return self._found.pop()

    def drop(self) -> None:
        """Nobody asks for it any more: it is not begun, or it ends by itself.

        Never waited for: this may be called where a thread, in the midst of this very work,
        happens to clear away what is not used any more.
        """
        self._work = _no_work


class _Threads:
    """The threads of this process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Have none: a process that was forked has no threads of its parent."""
        self.tasks: SimpleQueue[_Task[Any]] = SimpleQueue()
        self._started = 0
        self.off = False  # have none begin anything

    def begin(self, work: Callable[[], T]) -> _Task[T]:
        """Have some work done: with who asks for it, a thread for each processor."""
        task = _Task(work)
        self.tasks.put(task)
        try:
            while self._started < processors() - 1:  # who asks works too
                _thread.start_new_thread(_serve, (self.tasks,))
                self._started += 1
        except (RuntimeError, MemoryError):
            self._started = MOST_THREADS  # not tried again
        return task

    def lend(self) -> bool:
        """Do one piece of work that waits for a thread, if there is any, in this one."""
        try:
            task = self.tasks.get_nowait()
        except Empty:
            return False
        task.run()
        return True


def _serve(tasks: SimpleQueue[_Task[Any]]) -> None:
    while True:
        tasks.get().run()


_threads = _Threads()
os.register_at_fork(after_in_child=_threads.forget)


def alone(on: bool) -> None:
    """Whether this process starts no threads: others have the processors."""
    _threads.off = on


class _Fetched(Iterator[T]):
    """Items of which the next one is fetched while one is used."""

    def __init__(self, items: Iterator[T]) -> None:
        self._fetch = partial(_next, items)  # which does not keep this object alive
        self._waiting: _Task[list[T]] | None = _threads.begin(self._fetch)

    def __next__(self) -> T:
        waiting, self._waiting = self._waiting, None
        if waiting is None or not (found := waiting.outcome()):
            raise StopIteration
        self._waiting = _threads.begin(self._fetch)
        return found[0]

    def __del__(self) -> None:
        if self._waiting is not None:
            self._waiting.drop()


def _next(items: Iterator[T]) -> list[T]:
    """The next item, if there is one."""
    return list(islice(items, 1))


def fetched(items: Iterator[T]) -> Iterator[T]:
    """The same items; the first is fetched from now on, the next one while one is used."""
    return items if processors() < 2 or _threads.off else _Fetched(items)


class Aside:
    """Work begun beside this thread."""

    def begun(self, work: Callable[[], T], worth: bool = True) -> Callable[[], T]:
        """What gives the outcome of some work, which is begun at once if it is `worth` a thread."""
        worth = worth and processors() > 1 and not _threads.off
        return _threads.begin(work).outcome if worth else work
