"""Standard input, kept in a file; Ctrl-C ends it, not the run, and what had come is kept.

Spec: DESIGN, contract of the command line (`-` for standard input); PEP 475 (interrupted calls).
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

PIECE_BYTES = 1 << 20
# Who writes into the pipe gets the same Ctrl-C and may have something left to say.
REST_SECONDS, REST_BYTES = 0.5, 64 << 20


def keep(place: Path) -> bool:
    """Write standard input to `place`; True if it was read to its end, False if interrupted."""
    source = sys.stdin.buffer
    with place.open("wb") as out:
        try:
            number = source.fileno()
        except io.UnsupportedOperation:  # no true file: it cannot wait, so it ends by itself
            shutil.copyfileobj(source, out, PIECE_BYTES)
            return True
        with _interruptions() as interrupted:
            while interrupted not in select.select([number, interrupted], [], [])[0]:
                data = os.read(number, PIECE_BYTES)
                if not data:
                    return True
                out.write(data)
                out.flush()
            left = REST_BYTES
            while left > 0 and select.select([number], [], [], REST_SECONDS)[0]:
                data = os.read(number, PIECE_BYTES)
                if not data:
                    break
                left -= out.write(data)
    return False


@contextlib.contextmanager
def _interruptions() -> Iterator[int]:
    """A descriptor that becomes readable once Ctrl-C was pressed; nothing is raised meanwhile.

    A second Ctrl-C ends the run, as everywhere.
    """
    read, write = os.pipe()
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        os.write(write, b".")

    # Only the main thread may set handlers; what is ignored stays so (nohup).
    ours = threading.current_thread() is threading.main_thread() and before != signal.SIG_IGN
    try:
        if ours:
            signal.signal(signal.SIGINT, note)
        yield read
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
        os.close(read)
        os.close(write)
