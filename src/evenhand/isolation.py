"""The pool of confined processes that read artefacts: what dies there becomes a `reading` row.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

import itertools
import json
import os
import re
import select
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import LifoQueue
from types import FrameType, TracebackType
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import EvenhandError, UserError
from evenhand.guard import WRITING
from evenhand.limits import BATCH_BYTES, Limits
from evenhand.starter import starter

BATCH_ARTEFACTS = (64, 256)  # at least, so that a start pays; at most, to be read again
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
START_SECONDS = 60


class Ended(EvenhandError):
    """The process is gone: why, whether the clock was to blame, and what it was trying."""

    def __init__(self, reason: str, by_clock: bool = False) -> None:
        self.reason, self.by_clock = reason, by_clock
        self.trying: tuple[int, str] = (0, "")  # number in the batch, reader
        super().__init__(reason)


class Stopped(EvenhandError):
    """The whole run is ending: no process is started any more."""


class Process:
    """One confined process and the pipe to it."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._seconds = folder, limits.seconds
        self._ready = False
        self._lock = threading.Lock()
        self._starter = starter()
        self._code: int | None = None  # once it has ended
        its_input, self._requests = os.pipe()
        self._answers, its_output = os.pipe()
        self._open = [self._requests, self._answers]
        try:
            self._number = self._starter.start(folder, limits, (its_input, its_output))
        finally:
            os.close(its_input)
            os.close(its_output)
        self._rest = b""

    def wait(self) -> None:
        """Wait until the process is confined and ready."""
        if self._ready:
            return
        try:
            self.held: list[str] = self._line(time.monotonic() + START_SECONDS)["held"]
        except Ended as why:
            raise EvenhandError(f"no process to read in could be started: {why}") from why
        self._ready = True

    def ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Send one request and yield its answers; each may take `seconds`."""
        left = memoryview(json.dumps(request).encode() + b"\n")
        try:
            while left:
                left = left[os.write(self._requests, left) :]
        except BrokenPipeError:
            raise self._end() from None
        while True:
            answer = self._line(time.monotonic() + self._seconds)
            if "full" in answer:
                raise UserError(
                    f"{self._folder}: {answer['full']}: make room there, or set TMPDIR to a folder "
                    "that has more"
                )
            yield answer
            if "answers" in answer:
                return

    def _line(self, until: float) -> dict[str, Any]:
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([self._answers], [], [], until - time.monotonic())
            if not ready:
                self.stop()
                raise Ended(f"stopped after {self._seconds} s (limit seconds)", by_clock=True)
            chunk = os.read(self._answers, 1 << 20)
            if not chunk:
                raise self._end()
            parts.append(chunk)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self.stop()
            raise Ended("the reading process gave an answer that is none")
        return answer

    def _end(self) -> Ended:
        code = self.kill()
        if code == -signal.SIGXCPU:
            return Ended("stopped: used up its processor time (limit cpu_seconds)")
        if code < 0:
            return Ended(f"the reading process ended with {signal.Signals(-code).name}")
        return Ended(f"the reading process ended with exit code {code}")

    def kill(self) -> int:
        """End the process, whatever it is doing; its exit code. Who listens to it finds out."""
        with self._lock:
            if self._code is None:
                self._code = self._starter.end(self._number)
        return self._code

    def stop(self) -> None:
        """End the process and close the pipes to it."""
        self.kill()
        while self._open:
            os.close(self._open.pop())


def _end_run(number: int, frame: FrameType | None) -> None:
    """A signal that ends programs must not leave processes or folders behind."""
    raise SystemExit(128 + number)


class Workers:
    """A pool of confined processes with a folder of their own, removed at the end."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self.limits, self._jobs = limits, max(1, jobs)
        # what was put back last is taken first: a process that is there before one to be started
        self._idle: LifoQueue[Process | None] = LifoQueue()
        self._living: set[Process] = set()
        self._lock = threading.Lock()
        self._ending = False
        self.held: list[str] | None = None  # confinement of the last process that was started
        self._names = itertools.count(1)
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Workers:
        self._on_signals({signal.SIGTERM: _end_run, signal.SIGHUP: _end_run})
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="evenhand-"))
        except OSError as error:
            raise UserError(f"no folder for temporary files ({error}); set TMPDIR") from error
        self._threads = ThreadPoolExecutor(self._jobs)
        for _ in range(self._jobs - 1):
            self._idle.put(None)  # started when first needed
        self._idle.put(self._start())  # one starts while this process imports what it needs
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before = dict(self._handlers)
        self._on_signals({signal.SIGINT: signal.SIG_IGN, **dict.fromkeys(before, signal.SIG_IGN)})
        with self._lock:
            self._ending = True
            for process in self._living:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._living:
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        for number, handler in self._handlers.items():
            signal.signal(number, before.get(number, handler))

    def _on_signals(self, handlers: dict[Any, Any]) -> None:
        """Set handlers and remember those before them; what is ignored stays so (nohup)."""
        if threading.current_thread() is threading.main_thread():  # no other may set any
            self._handlers = {
                n: signal.signal(n, handler)
                for n, handler in handlers.items()
                if signal.getsignal(n) != signal.SIG_IGN
            }

    def _start(self) -> Process:
        with self._lock:
            if self._ending:
                raise Stopped("the run is ending")
            process = Process(self.folder, self.limits)
            self._living.add(process)
        return process

    def read(self, artefacts: Sequence[Artefact]) -> Iterator[tuple[Artefact, dict[str, Any]]]:
        """Read every artefact; answers come in the order given, whatever the number of jobs.

        An answer holds `kind`, `readings` and `children`; the first of a batch also `tables`,
        the Arrow streams with the rows of the whole batch.
        """
        waiting: list[tuple[list[Artefact], Future[list[dict[str, Any]]]]] = [
            (batch, self._threads.submit(self._read, batch))
            for batch in _batches(artefacts, self._jobs)
        ]
        for batch, future in waiting:
            for artefact, answer in zip(batch, future.result(), strict=True):
                yield artefact, answer
            for artefact in batch:
                if artefact.file.parent == self.folder:
                    artefact.file.unlink(missing_ok=True)

    def _read(self, batch: Sequence[Artefact]) -> list[dict[str, Any]]:
        """Read a batch; where a process ends, read again without the reader that ended it."""
        ended: dict[tuple[int, str], Ended] = {}
        while True:
            try:
                return self._checked(self._ask(batch, list(ended)), ended)
            except Ended as why:
                if self._ending:
                    raise Stopped("the run is ending") from why
                last = why
            if last.trying in ended or last.trying[1] in ("", WRITING):
                break  # no reader of its own is to blame
            ended[last.trying] = last
        if len(batch) > 1:  # read each alone, to find out whose bytes they are
            return [answer for artefact in batch for answer in self._read([artefact])]
        return [{"kind": "unknown", "readings": [_gone("", last)], "children": []}]

    def _ask(self, batch: Sequence[Artefact], skip: list[tuple[int, str]]) -> dict[str, Any]:
        """The answer of a process to one batch; raises `Ended` where it did not live to give it."""
        trying: tuple[int, str] = (0, "")
        process, alive = self._idle.get(), False
        try:
            process = process or self._start()
            process.wait()
            self.held = process.held
            for answer in process.ask(_request(batch, str(next(self._names)), skip)):
                if "trying" in answer:
                    trying = (answer["trying"][0], answer["trying"][1])
            alive = True
            return answer
        except Ended as why:
            why.trying = trying
            raise
        finally:
            if process is not None and not alive:
                process.stop()
                with self._lock:
                    self._living.discard(process)
            self._idle.put(process if alive else None)

    def _checked(
        self, answer: dict[str, Any], ended: dict[tuple[int, str], Ended]
    ) -> list[dict[str, Any]]:
        """The answers of a batch with a reading for each reader that ended its process."""
        answers: list[dict[str, Any]] = answer["answers"]
        for (number, reader), why in sorted(ended.items()):
            answers[number]["readings"].append(_gone(reader, why))
        for one in answers:
            for child in one["children"]:
                if not DIGEST.fullmatch(child["digest"]):
                    raise Ended("the reading process gave a digest that is none")
        if answers:
            answers[0]["tables"] = {
                table: self.folder / Path(name).name for table, name in answer["tables"].items()
            }
        return answers


def _gone(reader: str, why: Ended) -> dict[str, Any]:
    """The reading row of a reader that ended its process."""
    return {
        "reader": reader,
        "reader_version": "",
        "outcome": "unreadable",
        "reason": why.reason,
        "offset_bytes": None,
        "fed": {},
        "complete_for": [],
        "by_clock": why.by_clock,
    }


def _batches(artefacts: Sequence[Artefact], jobs: int) -> Iterator[list[Artefact]]:
    """Artefacts in order, so many at a time that every process gets a few batches."""
    least, most = BATCH_ARTEFACTS
    count = min(most, max(least, len(artefacts) // (4 * jobs)))
    batch: list[Artefact] = []
    size = 0
    for artefact in artefacts:
        if batch and (len(batch) >= count or size + artefact.size_bytes > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(artefact)
        size += artefact.size_bytes
    if batch:
        yield batch


def _request(batch: Sequence[Artefact], name: str, skip: list[tuple[int, str]]) -> dict[str, Any]:
    keys = ("name", "digest", "size_bytes", "parent", "mappings", "key_logs", "resolvers")
    return {
        "batch": name,
        "skip": skip,
        "artefacts": [{"file": str(a.file), **{k: getattr(a, k) for k in keys}} for a in batch],
    }
