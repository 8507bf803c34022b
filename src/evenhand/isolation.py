"""The pool of confined processes that read artefacts: what dies there becomes a `reading` row.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from evenhand import worker
from evenhand.artefact import Artefact
from evenhand.errors import EvenhandError
from evenhand.limits import MIB, Limits

BATCH_ARTEFACTS = 64
BATCH_BYTES = 16 * MIB
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
START_SECONDS = 60


class Ended(EvenhandError):
    """The process is gone: why, and whether the clock was to blame."""

    def __init__(self, reason: str, by_clock: bool = False) -> None:
        self.reason, self.by_clock = reason, by_clock
        super().__init__(reason)


class Process:
    """One confined process and the pipe to it."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._seconds = limits.seconds
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            worker.command(folder, limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"},
        )
        self._rest = b""
        self.held: list[str] = self._line(time.monotonic() + START_SECONDS)["held"]

    def ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Send one request and yield its answers; each may take `seconds`."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise self._end() from None
        while True:
            answer = self._line(time.monotonic() + self._seconds)
            yield answer
            if "answers" in answer:
                return

    def _line(self, until: float) -> dict[str, Any]:
        assert self._child.stdout is not None
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([self._child.stdout], [], [], until - time.monotonic())
            if not ready:
                self.stop()
                raise Ended(f"stopped after {self._seconds} s (limit seconds)", by_clock=True)
            chunk = os.read(self._child.stdout.fileno(), 1 << 20)
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
        code = self._child.wait()
        if code == -signal.SIGXCPU:
            return Ended("stopped: used up its processor time (limit cpu_seconds)")
        if code < 0:
            return Ended(f"the reading process ended with {signal.Signals(-code).name}")
        return Ended(f"the reading process ended with exit code {code}")

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()


class Workers:
    """A pool of confined processes with a folder of their own, removed at the end."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self.limits, self._jobs = limits, max(1, jobs)
        self.folder = Path(tempfile.mkdtemp(prefix="evenhand-"))
        self._idle: SimpleQueue[Process | None] = SimpleQueue()
        self._batches = 0

    def __enter__(self) -> Workers:
        self._threads = ThreadPoolExecutor(self._jobs)
        for _ in range(self._jobs):
            self._idle.put(None)  # started when first needed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            process = self._idle.get()
            if process is not None:
                process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self, artefacts: Sequence[Artefact]) -> Iterator[tuple[Artefact, dict[str, Any]]]:
        """Read every artefact; answers come in the order given, whatever the number of jobs.

        An answer holds `kind`, `readings` and `children`; the first of a batch also `tables`,
        the Arrow streams with the rows of the whole batch.
        """
        waiting: list[tuple[list[Artefact], Future[list[dict[str, Any]]]]] = []
        for batch in _batches(artefacts):
            self._batches += 1
            waiting.append((batch, self._threads.submit(self._read, batch, self._batches)))
        for batch, future in waiting:
            for artefact, answer in zip(batch, future.result(), strict=True):
                yield artefact, answer
            for artefact in batch:
                if artefact.file.parent == self.folder:
                    artefact.file.unlink(missing_ok=True)

    def _read(self, batch: Sequence[Artefact], number: int) -> list[dict[str, Any]]:
        """Read a batch; where a process ends, read again without the reader that ended it."""
        ended: dict[tuple[int, str], Ended] = {}
        while True:
            trying: tuple[int, str] = (0, "")
            process = self._idle.get()
            alive = False
            try:
                process = process or Process(self.folder, self.limits)
                for answer in process.ask(_request(batch, f"{number}.{len(ended)}", list(ended))):
                    if "trying" in answer:
                        trying = (answer["trying"][0], answer["trying"][1])
                alive = True
                return self._checked(answer, ended, batch)
            except Ended as why:
                if trying in ended:  # it never got as far as a reader
                    raise
                ended[trying] = why
            finally:
                if process is not None and not alive:
                    process.stop()
                self._idle.put(process if alive else None)

    def _checked(
        self, answer: dict[str, Any], ended: dict[tuple[int, str], Ended], batch: Sequence[Artefact]
    ) -> list[dict[str, Any]]:
        """The answers of a batch with a reading for each reader that ended its process."""
        answers: list[dict[str, Any]] = answer["answers"]
        for (number, reader), why in sorted(ended.items()):
            row: dict[str, Any] = {
                "reader": reader,
                "reader_version": "",
                "outcome": "unreadable",
                "reason": why.reason,
                "offset_bytes": None,
                "fed": {},
                "complete_for": [],
                "by_clock": why.by_clock,
            }
            answers[number]["readings"].append(row)
        for one in answers:
            for child in one["children"]:
                if not DIGEST.fullmatch(child["digest"]):
                    raise Ended("the reading process gave a digest that is none")
        if answers:
            answers[0]["tables"] = {
                table: self.folder / Path(name).name for table, name in answer["tables"].items()
            }
        return answers


def _batches(artefacts: Sequence[Artefact]) -> Iterator[list[Artefact]]:
    batch: list[Artefact] = []
    size = 0
    for artefact in artefacts:
        if batch and (len(batch) >= BATCH_ARTEFACTS or size + artefact.size_bytes > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(artefact)
        size += artefact.size_bytes
    if batch:
        yield batch


def _request(batch: Sequence[Artefact], name: str, skip: list[tuple[int, str]]) -> dict[str, Any]:
    keys = ("name", "digest", "size_bytes", "parent")
    return {
        "batch": name,
        "skip": skip,
        "artefacts": [{"file": str(a.file), **{k: getattr(a, k) for k in keys}} for a in batch],
    }
