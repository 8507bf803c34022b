"""Work shared out to copies of this process, its outcome given in order.

For work that holds the interpreter, so that threads would wait for each other. A copy is forked
from this process, so it is confined as this one is; what it cannot do, for whatever reason, is
done here. What comes out, and in which order, does not depend on the number of copies.

Spec: fork(2), prctl(2) (PR_SET_PDEATHSIG), pickle protocol 5 (out-of-band buffers).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import os
import pickle
import resource
import signal
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from evenhand.errors import EvenhandError
from evenhand.traffic.ahead import alone, processors

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

S = TypeVar("S")
T = TypeVar("T")

SLOTS = 2  # outcomes of one copy that are not yet fetched
ROOM = 32 << 20  # bytes of one outcome; a larger one is made here
SPARE = 2  # pieces beyond those of the copies, for this process
MEMORY = 256 << 20  # bytes that a copy may take beside what it shares with this process
PR_SET_PDEATHSIG = 1


class _Piece(Generic[S, T]):
    """One piece of work."""

    def __init__(self, item: S) -> None:
        self.item = item
        self.copy: _Copy[S, T] | None = None  # that does it, or has tried to
        self.found: list[T] = []
        self.failed = False  # tried in vain: it is tried again, where its failure is of use

    @property
    def fresh(self) -> bool:
        """Whether nobody has begun it."""
        return self.copy is None and not self.found and not self.failed

    def outcome(self, work: Callable[[S], T]) -> T:
        """What came out; made here where no copy could."""
        return self.found.pop() if self.found else work(self.item)


class _Copy(Generic[S, T]):
    """A copy of this process, and the pieces that it was asked for."""

    def __init__(self, work: Callable[[Any], T], brief: Callable[[S], Any], file: int) -> None:
        from multiprocessing.connection import Pipe

        self._brief = brief
        self.pending: deque[_Piece[S, T]] = deque()
        self._room = mmap.mmap(-1, SLOTS * ROOM)  # shared with the copy
        self._count = 0
        questions, self._questions = Pipe(duplex=False)
        self._answers, answers = Pipe(duplex=False)
        with questions, answers:
            parent, seconds = os.getpid(), _seconds_left()
            with warnings.catch_warnings():  # threads of this process: the copy uses none
                warnings.simplefilter("ignore", DeprecationWarning)
                self._number = os.fork()
            if self._number == 0:
                try:
                    _confine(parent, {file, questions.fileno(), answers.fileno()}, seconds)
                    _serve(work, questions, answers, self._room)
                finally:
                    os._exit(0)

    def ask(self, piece: _Piece[S, T]) -> None:
        """Have a piece done."""
        piece.copy = self
        self.pending.append(piece)
        try:
            self._questions.send_bytes(pickle.dumps(self._brief(piece.item)))
        except OSError:
            self._lost()

    def fetch(self, wait: bool) -> None:
        """Take the outcomes that are there; with `wait`, one at least."""
        try:
            while self.pending and (wait or self._answers.poll()):
                sizes = pickle.loads(self._answers.recv_bytes())  # noqa: S301 our own copy wrote it
                at, parts = ROOM * (self._count % SLOTS), []
                for size in sizes:
                    parts.append(self._room[at : at + size])
                    at += size
                self._count += 1
                piece, wait = self.pending.popleft(), False
                piece.failed = not parts
                if parts:
                    piece.found.append(pickle.loads(parts[0], buffers=parts[1:]))  # noqa: S301
        except (OSError, EOFError):
            self._lost()

    def _lost(self) -> None:
        while self.pending:
            self.pending.popleft().failed = True

    def end(self) -> None:
        """Have it end, once it is done with what it does."""
        self._questions.close()
        self._answers.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._number, 0)


def _confine(parent: int, kept: set[int], seconds: int) -> None:
    """Nothing is open but what is needed; it does not outlive the other, and has less to use."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
    before = -1
    for handle in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        os.closerange(before + 1, handle)
        before = handle
    with open("/proc/self/statm") as stream:
        used = int(stream.read().split()[5]) * mmap.PAGESIZE
    for what, most in ((resource.RLIMIT_DATA, used + MEMORY), (resource.RLIMIT_CPU, seconds)):
        soft, hard = resource.getrlimit(what)
        if soft == resource.RLIM_INFINITY or most < soft:
            resource.setrlimit(what, (most, hard))
    gc.freeze()
    alone(True)


def _seconds_left() -> int:
    """Processor time that this process may still use."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = resource.getrlimit(resource.RLIMIT_CPU)[0]
    return most if most < 0 else max(1, most - int(used.ru_utime + used.ru_stime))


def _serve(
    work: Callable[[Any], object], questions: Connection, answers: Connection, room: mmap.mmap
) -> None:
    """Do what is asked for until nobody asks any more."""
    count = 0
    with contextlib.suppress(OSError, EOFError):
        while True:
            question = pickle.loads(questions.recv_bytes())  # noqa: S301 who forked this wrote it
            sizes: list[int] = []
            with contextlib.suppress(ValueError, MemoryError):
                sizes = _put(work(question), room, ROOM * (count % SLOTS))
            answers.send_bytes(pickle.dumps(sizes))
            count += 1


def _put(found: object, room: mmap.mmap, at: int) -> list[int]:
    """Lay an outcome where the other process finds it; how long its parts are, none if too long."""
    buffers: list[pickle.PickleBuffer] = []
    first = pickle.dumps(found, 5, buffer_callback=buffers.append)
    parts = [memoryview(first), *(b.raw() for b in buffers)]
    sizes = [len(part) for part in parts]
    if sum(sizes) > ROOM:
        return []
    for part in parts:
        room[at : at + len(part)] = part
        at += len(part)
    return sizes


def shared_out(
    items: Iterable[S],
    work: Callable[[S], T],
    brief: Callable[[S], Any],
    briefed: Callable[[Any], T],
    file: int,
) -> Iterator[tuple[S, Callable[[], T]]]:
    """Each item, and what gives (or raises) the outcome of `work` on it.

    A copy is told `brief` of an item, which can be pickled, and does `briefed` with it, for which
    `file` is open there too.
    """
    copies: list[_Copy[S, T]] = []
    waiting: deque[_Piece[S, T]] = deque()
    failure = None
    try:
        with contextlib.suppress(OSError):  # no room for another process
            while len(copies) < processors() - 1:
                copies.append(_Copy(briefed, brief, file))
        alone(bool(copies))
        try:
            for item in items:
                waiting.append(_Piece(item))
                if len(waiting) > len(copies) * SLOTS + SPARE * bool(copies):
                    yield _first(waiting, copies, work)
        except EvenhandError as error:
            failure = error  # what came before it is given first
        while waiting:
            yield _first(waiting, copies, work)
    finally:
        alone(False)
        for copy in copies:
            copy.end()
    if failure is not None:
        raise failure


def _first(
    waiting: deque[_Piece[S, T]], copies: list[_Copy[S, T]], work: Callable[[S], T]
) -> tuple[S, Callable[[], T]]:
    """The first piece that waits, once it is done or for this process to do."""
    first = waiting[0]
    while True:
        _ask(waiting, copies)
        if first.copy is None or first.found or first.failed:
            waiting.popleft()
            return first.item, partial(first.outcome, work)
        own = next((piece for piece in waiting if piece.fresh), None)
        if own is None:
            first.copy.fetch(wait=True)
            continue
        try:
            own.found.append(work(own.item))
        except ValueError:
            own.failed = True


def _ask(waiting: Iterable[_Piece[S, T]], copies: list[_Copy[S, T]]) -> None:
    """Fetch what is done, and give every copy that has room another piece."""
    for copy in copies:
        copy.fetch(wait=False)
    for piece in waiting:
        if piece.fresh and copies:
            copy = min(copies, key=lambda c: len(c.pending))
            if len(copy.pending) >= SLOTS:
                break
            copy.ask(piece)
