"""Key logs: the secrets of TLS sessions that a client or server wrote down (`SSLKEYLOGFILE`).

Spec: RFC 9850 (SSLKEYLOGFILE format); NSS key log format for `CLIENT_RANDOM` of TLS 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MASTER = "CLIENT_RANDOM"  # of TLS 1.2 and before: the master secret
EARLY = "CLIENT_EARLY_TRAFFIC_SECRET"
HANDSHAKE = ("SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET")
TRAFFIC = ("SERVER_TRAFFIC_SECRET_0", "CLIENT_TRAFFIC_SECRET_0")
OPENING = (MASTER, EARLY, *HANDSHAKE, *TRAFFIC)
# Labels that say nothing by which records could be opened, or not by us.
OTHERS = ("EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "ECH_SECRET", "ECH_CONFIG", "RSA")
LINE = re.compile(
    rb"(?:QUIC_)?(" + "|".join(OPENING).encode() + rb") +([0-9a-fA-F]{64}) +"
    rb"([0-9a-fA-F]{64}|[0-9a-fA-F]{96})[ \t]*\r?"
).fullmatch
KNOWN = re.compile(rb"(?:QUIC_)?(?:" + "|".join(OTHERS).encode() + rb") ").match
START = re.compile(
    rb"(?:#[^\n]{0,4096}\n|\s)*(?:QUIC_)?(?:" + "|".join((*OPENING, *OTHERS)).encode() + rb") +"
    rb"[0-9a-fA-F]{16,}"
).match
HEAD_BYTES = 1 << 14  # a key log shows what it is so early
FILE_BYTES = 64 << 20  # longer key logs are read so far
RUN_BYTES = 256 << 20  # of all key logs of one run
CUT = b"# cut"  # our own last line where there was more than that
SESSIONS = 200_000  # sessions whose secrets are remembered
LINE_BYTES = 4096

Session = dict[str, bytes]  # label → secret


def is_key_log(head: bytes) -> bool:
    """Whether a text that begins so is a key log."""
    return START(head) is not None


def offered(place: str | None) -> Iterator[bytes]:
    """The lines of the key logs that were met in a run; none where `place` is none."""
    if place is not None:
        with Path(place).open("rb") as stream:
            while line := stream.readline(LINE_BYTES):
                yield line


class KeyLog:
    """The secrets of sessions, by the random number of their ClientHello."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, Session] = {}
        self.odd = 0  # lines that say nothing that is known
        self.dropped = 0  # lines of sessions beyond the limit

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines of a key log; the first secret of a kind stands."""
        for line in lines:
            line = line.strip()
            if not line or line[:1] == b"#":
                self.dropped += line == CUT
                continue
            found = LINE(line) if len(line) <= LINE_BYTES else None
            if found is None:
                self.odd += KNOWN(line) is None
                continue
            random = bytes.fromhex(found[2].decode("ascii"))
            session = self._sessions.get(random)
            if session is None:
                if len(self._sessions) >= SESSIONS:
                    self.dropped += 1
                    continue
                session = self._sessions[random] = {}
            session.setdefault(found[1].decode("ascii"), bytes.fromhex(found[3].decode("ascii")))

    def session(self, random: bytes) -> Session | None:
        """The secrets of the session that this ClientHello began."""
        return self._sessions.get(random)
