"""Starts the processes that read, as copies of one that has loaded what each of them needs.

A command line that runs no thread yet forks that one off itself, so that what both need is loaded
once; any other program starts it anew. It reads no artefact: it makes a copy, which confines
itself and reads, where it is asked to, and ends it where it is asked to.

Spec: fork(2), unix(7) (SCM_RIGHTS), waitpid(2), mallopt(3).
"""

from __future__ import annotations

import array
import contextlib
import faulthandler
import gc
import itertools
import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.limits import MIB, Limits

if TYPE_CHECKING:
    import subprocess

# One pool for Arrow and all else. What is freed is kept for what is asked for next: to give pages
# back and to ask for them again takes up to half as long as the reading itself.
POOL = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
KEPT = {"MALLOC_MMAP_THRESHOLD_": 32 * MIB, "MALLOC_TRIM_THRESHOLD_": 64 * MIB}
MEMORY = POOL | {name: str(size) for name, size in KEPT.items()}
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
# Libraries start no thread when they are loaded.
ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
LENGTH = struct.Struct("I")
HANDLES = 1 << 16  # handles that a process may have open, where the system names no number
FAILED = 1  # exit code of a process that could not be made


def own() -> None:
    """This process is a command line of ours: nobody else's threads and files are in it."""
    Starter.ours = True
    os.environ.update(POOL | ALONE)


def load() -> None:
    """Load what every process that reads needs."""
    import pyarrow as pa

    from evenhand import discovery, facts

    pa.default_memory_pool()
    facts.tables(), discovery.readers()


def _environment() -> dict[str, str]:
    """What an interpreter, and no reader, heeds of the environment."""
    return {k: v for k, v in os.environ.items() if k.startswith(("PYTHON", "LD_"))}


def _alone() -> bool:
    """Whether this process has one thread, as far as can be told."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


class Starter:
    """The process that starts others, and the socket to it; it ends with this object."""

    ours = False  # whether this process is a command line of ours
    kept: Starter | None = None
    guard = threading.Lock()

    def __init__(self) -> None:
        self.environment = _environment()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._control, its = socket.socketpair()
        if self.ours:
            load()
        with its:
            child = _forked(its) if self.ours and _alone() else _anew(its)
        self._end = weakref.finalize(self, _close, self._control, child)

    def start(self, folder: Path, limits: Limits, handles: tuple[int, int]) -> int:
        """Start a process confined to `folder`, with these as input and output; its number."""
        request = {"folder": str(folder), "limits": asdict(limits)}
        with contextlib.suppress(OSError):
            request["cwd"] = os.getcwd()
        with self._lock:
            number = next(self._numbers)
            _send(self._control, request | {"start": number}, handles)
        return number

    def end(self, number: int) -> int:
        """End a process that may have ended; its exit code, below zero for a signal."""
        with self._lock:
            try:
                _send(self._control, {"end": number})
                answer, _ = _received(self._control)
            except OSError:
                answer = None
        return -signal.SIGKILL if answer is None else int(answer["code"])

    def lives(self) -> bool:
        """False where the process is gone."""
        with self._lock:
            try:
                _send(self._control, {"end": 0})
                return _received(self._control)[0] is not None
            except OSError:
                return False


def starter() -> Starter:
    """The one that this process has, made anew where it is gone or the environment another."""
    with Starter.guard:
        kept = Starter.kept
        if kept is None or kept.environment != _environment() or not kept.lives():
            Starter.kept = kept = Starter()
        return kept


def _forked(control: socket.socket) -> int:
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            faulthandler.disable()  # the file that it writes to is another one from here on
            for known in signal.valid_signals() - {signal.SIGINT}:
                if callable(signal.getsignal(known)):
                    signal.signal(known, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDWR)
            for number, handle in enumerate((control.fileno(), nothing, nothing)):
                os.dup2(handle, number)
            _close_from(3)
            _serve()
        finally:
            os._exit(FAILED)
    return child


def _anew(control: socket.socket) -> subprocess.Popen[bytes]:
    import subprocess

    return subprocess.Popen(
        [sys.executable, "-m", "evenhand.starter"],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **ALONE, **MEMORY},
    )


def _close(control: socket.socket, child: int | subprocess.Popen[bytes]) -> None:
    """Its end of the socket tells it to go."""
    control.close()
    if isinstance(child, int):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
    else:
        child.wait()


def _close_from(first: int) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    os.closerange(first, HANDLES if most == resource.RLIM_INFINITY else most)


def _send(to: socket.socket, message: dict[str, Any], handles: tuple[int, ...] = ()) -> None:
    text = json.dumps(message).encode()
    whole = LENGTH.pack(len(text)) + text
    sent = socket.send_fds(to, [whole], list(handles)) if handles else 0
    to.sendall(whole[sent:])


def _received(control: socket.socket) -> tuple[dict[str, Any] | None, array.array[int]]:
    """A message and the handles that came with it; None at the end."""
    head, found, _, _ = socket.recv_fds(control, LENGTH.size, 2)
    if len(head) < LENGTH.size:
        return None, array.array("i")
    (left,) = LENGTH.unpack(head)
    parts = []
    while left:
        parts.append(control.recv(left))
        if not parts[-1]:
            return None, array.array("i")
        left -= len(parts[-1])
    return json.loads(b"".join(parts)), array.array("i", found)


def _serve() -> None:
    """Start and end processes as the socket on standard input says, until it is closed."""
    load()
    from evenhand import worker  # what reads is loaded in this process alone

    worker.load()
    _keep_memory()
    gc.freeze()  # what is loaded by now stays, and copies share it
    control = socket.socket(fileno=0)
    running: dict[int, int] = {}
    while True:
        request, handles = _received(control)
        if request is None:
            break
        if "start" in request:
            with contextlib.suppress(OSError):
                running[request["start"]] = _copy(request, handles)
            for handle in handles:
                os.close(handle)
        else:
            _send(control, {"code": _ended(running.pop(request["end"], 0))})
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _copy(request: dict[str, Any], handles: array.array[int]) -> int:
    child = os.fork()
    if child == 0:
        try:
            for number, handle in enumerate(handles):
                os.dup2(handle, number)
            _close_from(3)
            if "cwd" in request:
                os.chdir(request["cwd"])
            from evenhand import worker

            worker.serve(Path(request["folder"]), Limits(**request["limits"]))
            os._exit(0)
        finally:
            os._exit(FAILED)
    return child


def _ended(pid: int) -> int:
    """End a process that was made and tell how it ended: a signal that it died of stays that."""
    if not pid:
        return FAILED
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _keep_memory() -> None:
    """As MEMORY says, in a process that was not started with it."""
    import ctypes

    with contextlib.suppress(AttributeError):  # another C library than GNU's
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, KEPT["MALLOC_MMAP_THRESHOLD_"])
        mallopt(M_TRIM_THRESHOLD, KEPT["MALLOC_TRIM_THRESHOLD_"])


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks says when to stop
    _serve()
